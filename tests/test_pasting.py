"""``repr()`` of every public value is Python for an equal value, or says in ``<…>`` that it is not.

What is pasted is read with the names of the package and the module ``datetime``, and nothing else.
"""

from __future__ import annotations

import datetime as dt
import inspect
from dataclasses import replace
from enum import Enum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import accsyn_orm
from accsyn_orm import (
    UNSET,
    Access,
    AccsynError,
    AccsynPath,
    Change,
    Compute,
    Delivery,
    Duration,
    Entity,
    EntityStateError,
    EntityValidationError,
    Field,
    FieldRef,
    FileInfo,
    FileSequence,
    Folder,
    GenericEntity,
    Job,
    LogEntry,
    Party,
    PartyKind,
    PathParty,
    Publication,
    PublishedFile,
    Query,
    QueryError,
    QueryValueError,
    Queue,
    Recipient,
    Ref,
    Refs,
    Size,
    Speed,
    Task,
    TaskParty,
    User,
    entity_class,
    raw,
)
from accsyn_orm.query import And, Comparison, Expression, Operator, Or, any_of
from accsyn_orm.testing import EmbeddedWorkspace

NAMES = {name: getattr(accsyn_orm, name) for name in accsyn_orm.__all__} | {"datetime": dt}


def pasted(value: object) -> object:
    return eval(repr(value), dict(NAMES))


TEXT = st.text(max_size=12)
IDS = st.from_regex(r"[0-9a-f]{24}", fullmatch=True)
FLAGS = st.booleans()
MOMENTS = st.datetimes(timezones=st.just(dt.timezone.utc))
JSON = st.dictionaries(TEXT, st.none() | FLAGS | st.integers() | TEXT, max_size=3)
NUMBERS = st.integers(0, 10**18)
PATHS = st.builds(
    lambda start, rest: AccsynPath.parse(start + rest, strict=False),
    st.sampled_from(
        ["", "volume=projects/", "/mnt/", "C:\\", "lisa@example.com:/tmp/", "site=hq:"]
    ),
    TEXT,
)
SEQUENCES = st.builds(
    lambda number, last: AccsynPath(f"share=a/plate.{number}.exr[3-{last}]").sequence,
    st.sampled_from(["%04d", "####", "%d"]),
    st.integers(3, 99),
)
VALUES: dict[type, st.SearchStrategy[object]] = {
    Ref: st.builds(Ref, TEXT),
    Refs: st.builds(Refs, st.lists(TEXT, max_size=3)),
    Party: st.builds(Party, TEXT | IDS.map("user:{}".format)),
    TaskParty: st.builds(TaskParty, st.text(min_size=1) | JSON),
    AccsynPath: PATHS,
    PathParty: st.builds(PathParty, st.sampled_from(PartyKind), TEXT, st.none() | TEXT),
    FileSequence: SEQUENCES,
    Size: st.builds(Size, st.integers()),
    Speed: st.builds(Speed, st.floats(allow_nan=False)),
    Duration: st.builds(lambda value: Duration(seconds=value.total_seconds()), st.timedeltas()),
    Change: st.builds(Change, st.just(UNSET) | TEXT, JSON),
    Access: st.builds(Access, IDS, TEXT, IDS, TEXT, TEXT, FLAGS, FLAGS, FLAGS),
    FileInfo: st.builds(FileInfo, TEXT, PATHS, FLAGS, NUMBERS.map(Size) | st.none(), MOMENTS),
    Recipient: st.builds(Recipient, IDS, TEXT, FLAGS),
    PublishedFile: st.builds(PublishedFile, TEXT, TEXT, TEXT, FLAGS, FLAGS, TEXT, TEXT, JSON),
}
ENUMS = [value for value in NAMES.values() if inspect.isclass(value) and issubclass(value, Enum)]
MEMBERS = [member for kind in ENUMS for member in kind]
ENTITIES = [
    value for value in NAMES.values() if inspect.isclass(value) and issubclass(value, Entity)
]
ERRORS = [
    value for value in NAMES.values() if inspect.isclass(value) and issubclass(value, AccsynError)
]
CALLED = {"raw", "entity_class", "UNSET", "__version__"}
CONDITIONS = {Field, FieldRef, Query}
"""Tested below, because ``==`` makes a condition of fields."""
SAY_SO = {
    accsyn_orm.Session,
    accsyn_orm.Settings,
    accsyn_orm.Explanation,
    accsyn_orm.Plan,
    accsyn_orm.Report,
    LogEntry,
    Publication,
}
"""What holds a session, or what a backend said at one moment."""


def test_every_public_class_is_looked_at() -> None:
    classes = {value for name, value in NAMES.items() if name not in {*CALLED, "datetime"}}
    assert classes == {*VALUES, *ENUMS, *ENTITIES, *ERRORS, *CONDITIONS, *SAY_SO}


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_values_are_pasted_back(kind: type) -> None:
    @settings(max_examples=50)
    @given(VALUES[kind])
    def check(value: object) -> None:
        back = pasted(value)
        assert back == value
        assert type(back) is kind

    check()


@pytest.mark.parametrize("member", MEMBERS, ids=repr)
def test_members_of_enumerations_are_pasted_back(member: Enum) -> None:
    assert pasted(member) is member


def test_values_that_this_version_does_not_know_are_pasted_back() -> None:
    value = accsyn_orm.JobStatus.unknown("hibernating")
    assert pasted(value) == value
    assert pasted(UNSET) is UNSET


# -- conditions ------------------------------------------------------------------------------------

OPERATORS = [operator for operator in Operator if not operator.takes_list]
COMPARISONS = st.builds(
    Comparison,
    st.sampled_from(["status", "code", "metadata.shot", "priority"]),
    st.sampled_from(OPERATORS),
    st.text(max_size=8).filter(lambda text: not ({'"', "'"} <= set(text))),
) | st.builds(
    Comparison,
    st.sampled_from(["status", "user"]),
    st.sampled_from([Operator.IN, Operator.NOT_IN]),
    st.lists(st.from_regex(r"[\w*.é-]{1,5}", fullmatch=True), min_size=1, max_size=3).map(tuple),
)
EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    COMPARISONS,
    lambda inner: st.builds(
        lambda kind, operands: kind(tuple(operands)),
        st.sampled_from([And, Or]),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_conditions_are_pasted_back(expression: Expression) -> None:
    assert pasted(expression) == expression


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (Job.status == "waiting", "Field('status') == 'waiting'"),
        (Job.user.in_(["a", "b"]), "Field('user').in_(['a', 'b'])"),
        (
            (Job.code == "a") & ((Job.size > 5) | Job.code.contains("b")),
            "(Field('code') == 'a') & ((Field('size') > '5') | (Field('code').contains('b')))",
        ),
        (Job.metadata["shot"] != None, "Field('metadata.shot') != 'null'"),  # its own
    ],
)
def test_conditions_are_written_as_comparisons(expression: Expression, expected: str) -> None:
    assert repr(expression) == expected
    assert Job.where(pasted(expression)) == Job.where(expression)


def test_a_condition_too_long_to_be_read_back_says_so() -> None:
    codes = [Job.code == f"{number}," for number in range(5000)]
    assert repr(any_of(codes)) == "<Or of 5000 conditions>"
    assert pasted(any_of(codes[:100])) == any_of(codes[:100])


@pytest.mark.parametrize(
    "field", [Field("status"), Job.status, Field("metadata")["Shot"], Job.metadata["shot"]]
)
def test_fields_are_pasted_back(field: FieldRef) -> None:
    back = pasted(field)
    assert type(back) is type(field)
    assert repr(back == "done") == repr(field == "done")


def test_fields_and_texts_by_themselves_are_pasted_back() -> None:
    assert repr(pasted(FieldRef("status")) == "x") == "Field('status') == 'x'"
    assert pasted(raw("a b")) == raw("a b")


Gadget = entity_class("gadget")


@pytest.mark.parametrize(
    "query",
    [
        Job.where(),
        Job.where(Job.status == "waiting").only(Job.code, "size").limit(5).skip(2),
        Job.where(Job.status == "done").finished().prefetch("user", Job.parent).strict(),
        Job.where(Job.status == raw("half-done")),
        Job.where(Job.status.in_([raw("odd"), "done"]), Job.size > raw("much")).archived(),
        Job.where(Job.etr < raw("1h:00m:00s")),
        Compute.where(Compute.code.matches("^a'")),
        Task.where(Task.status == "failed").under("6971e16fceadd67b955b1995"),
        User.where(User.code == 'a "b"').inactive(),
        Gadget.parse("Gadget WHERE colour=red"),
        Gadget.where(),
    ],
    ids=str,
)
def test_queries_are_pasted_back(query: Query) -> None:
    assert pasted(query) == query


# -- entities --------------------------------------------------------------------------------------

SAVED = [cls for cls in ENTITIES if cls not in {Entity, GenericEntity}]


@pytest.mark.parametrize("cls", [*SAVED, Gadget], ids=lambda cls: cls.__name__)
def test_saved_entities_are_pasted_back(cls: type[Entity]) -> None:
    entity = cls.loaded(id="6971e16fceadd67b955b1995", code="it's", status="odd")
    back = pasted(entity)
    assert back == entity
    assert repr(back) == repr(entity)
    assert not back.is_new


@pytest.mark.parametrize(
    "entity",
    [
        Job(source="share=a/b", destination="lisa@example.com", status="paused"),
        Queue(name="Panic", priority=1000),
        Folder(name="Å 'b'", path="projects/b"),
        Delivery(name="x", recipients=["lisa@example.com"]),
        User(code="lisa@example.com", role="employee"),
    ],
)
def test_new_entities_are_pasted_back(entity: Entity) -> None:
    back = pasted(entity)
    assert back.is_new
    assert back.changes == entity.changes
    assert repr(back) == repr(entity)


@pytest.mark.parametrize(
    ("entity", "expected"),
    [
        (
            Job(tasks=["share=a/b"], destination="x@y.z", metadata={"key": "secret"}),
            "<Job(tasks=['share=a/b'], destination='x@y.z') with metadata>",
        ),
        (Queue(name="Panic", description="secret"), "<Queue(name='Panic') with description>"),
    ],
)
def test_new_entities_with_what_may_be_secret_name_what_is_left_out(entity, expected) -> None:
    assert repr(entity) == expected


# -- what is not pasted back -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        EntityValidationError("Job", [("status", "is odd"), ("code", "is\nodd")]),
        QueryValueError("zz", "is no size", hint="write 1 GB"),
        QueryError("x"),
        EntityStateError("Job", "is new"),
    ],
)
def test_errors_say_in_brackets_what_they_say(error: AccsynError) -> None:
    assert repr(error) == f"<{type(error).__name__}: {str(error)!r}>"


def test_what_belongs_to_a_session_says_so_in_brackets() -> None:
    with EmbeddedWorkspace() as workspace, workspace.session() as session:
        job = Job(source="volume=projects/b", destination="lisa@example.com").save()
        plan = Job.where(Job.id == job.id).update(status="aborted")
        values = [session, session.schema("queue"), session.stats, job.settings, plan, plan.apply()]
        values += [Job.where().explain(), Delivery.where().one().recipients]
        for value in values:
            assert repr(value).startswith("<"), repr(value)
            assert repr(value).endswith(">")
    change = Change(UNSET, 1)
    assert replace(pasted(change), after=2) == Change(UNSET, 2)


@pytest.mark.parametrize(
    "value",
    [
        Ref("a" * 24),
        Refs(["a" * 24])[0],
        Party(f"user:{'a' * 24}"),
        TaskParty({"user": "a" * 24}).user,
    ],
)
def test_pasted_references_say_that_they_stand_in_no_entity(value: Ref | Party) -> None:
    for ask in (value.fetch, lambda: value.is_loaded):
        with pytest.raises(EntityStateError, match=r"stands in no entity: use get\(\)"):
            ask()
