from __future__ import annotations

import pickle
from copy import deepcopy
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ConfigDict, PrivateAttr, field_validator
from typing_extensions import TypedDict

from accsyn_orm.entities import Attr, Job, JobStatus, Queue, QueueStatus, Task, User, UserRole, attr
from accsyn_orm.errors import AttributeNotLoadedError, EntityValidationError

UTC = timezone.utc
ID = "6971e16fceadd67b955b1995"
V3_JOB = {
    "id": ID,
    "code": "README.txt",
    "name": "README.txt",
    "status": "aborted",
    "source": "workspace:6645fbca9f8c4d3e7a3b678d",
    "source_hr": "workspace:seagull(6645fbca9f8c4d3e7a3b678d)",
    "destination": "user:6676f3e9c7ef4e27da254e57",
    "destination_hr": "user:lisa@example.com[standard](6676f3e9c7ef4e27da254e57)",
    "progress": 0,
    "size": None,
    "speed": -1.0,
    "etr": "",
    "created": "2026-01-22T08:35:59",
    "finished": None,
    "modified": datetime(2026, 1, 22, 9, tzinfo=UTC),
    "metadata": {"external": {}, "internal": {}},
}


def test_documented_record_loads_with_types(v3) -> None:
    job = Job.load_record(V3_JOB, v3)
    assert job.status is JobStatus.ABORTED
    assert job.created == datetime(2026, 1, 22, 8, 35, 59, tzinfo=UTC)
    assert (job.finished, job.size, job.speed, job.extra) == (None, None, -1.0, {})
    assert job.changes == {}
    assert not job.is_new


@pytest.mark.parametrize(
    ("sent", "moment"),
    [
        ("2026-02-09T09:17:45+01:00", datetime(2026, 2, 9, 8, 17, 45, tzinfo=UTC)),
        ("2026-02-09T09:17:45Z", datetime(2026, 2, 9, 9, 17, 45, tzinfo=UTC)),
        (
            datetime(2026, 2, 9, 9, tzinfo=timezone(timedelta(hours=2))),
            datetime(2026, 2, 9, 7, tzinfo=UTC),
        ),
    ],
)
def test_moments_become_aware_and_utc(v3, sent, moment) -> None:
    created = Queue.load_record({"id": ID, "created": sent}, v3).created
    assert (created, created.utcoffset()) == (moment, timedelta(0))


@pytest.mark.parametrize(
    "epoch", ["1970-01-01T01:00:00", datetime(1970, 1, 1, 1, tzinfo=UTC), None]
)
def test_never_is_none_in_both_generations(v1, epoch) -> None:
    assert User.load_record({"id": ID, "code": "a@b.c", "logged_in": epoch}, v1).logged_in is None
    assert Job.load_record({"id": ID, "finished": epoch}, v1).finished is None


def test_attributes_that_were_not_sent_raise_and_say_what_to_do(v3) -> None:
    job = Job.load_record({"id": ID}, v3)
    with pytest.raises(
        AttributeNotLoadedError, match=r"only\('status', …\).*refresh\(\)"
    ) as caught:
        _ = job.status
    assert (caught.value.attribute, caught.value.is_new) == ("status", False)
    assert getattr(job, "progress", "absent") == "absent"


def test_names_that_are_no_attributes_raise_as_in_python(v3) -> None:
    with pytest.raises(AttributeError, match="colour"):
        _ = Job.load_record({"id": ID}, v3).colour


def test_unknown_attributes_are_kept(v3) -> None:
    job = Job.load_record({**V3_JOB, "colour": "red", "stats": {"a": 1}}, v3)
    assert (job.colour, job.extra["stats"]) == ("red", {"a": 1})
    with pytest.raises(TypeError):
        job.extra["colour"] = "blue"
    with pytest.raises(EntityValidationError, match="does not know it"):
        job.colour = "blue"


def test_unknown_statuses_survive_but_cannot_be_written(v3) -> None:
    job = Job.load_record({**V3_JOB, "status": "hibernating"}, v3)
    assert isinstance(job.status, JobStatus)
    assert (job.status, job.status.value, str(job.status), f"{job.status:>12}") == (
        "hibernating",
        "hibernating",
        "hibernating",
        " hibernating",
    )
    assert not job.status.is_known
    assert JobStatus.DONE.is_known
    with pytest.raises(EntityValidationError):
        job.status = "hibernating"
    with pytest.raises(EntityValidationError):
        job.status = job.status
    with pytest.raises(ValueError, match="hibernating"):
        JobStatus("hibernating")


@pytest.mark.parametrize("status", [JobStatus.DONE, JobStatus.unknown("hibernating")])
def test_statuses_survive_pickling_and_copying(status) -> None:
    for twin in (pickle.loads(pickle.dumps(status)), deepcopy(status)):
        assert (twin, type(twin), hash(twin)) == (status, JobStatus, hash(str(status)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("progress", "half"),
        ("created", "yesterday"),
        ("description", None),
        ("metadata", "x"),
        ("size", [1]),
        ("speed", {}),
        ("status", 7),
        ("id", 5),
        ("mirror", "perhaps"),
        ("finished", ""),
    ],
)
def test_single_values_of_a_wrong_type_are_kept_as_they_came(v3, name, value) -> None:
    job = Job.load_record({**V3_JOB, name: value, "colour": "red"}, v3)
    assert getattr(job, "mirror_paths" if name == "mirror" else name) == value
    assert (job.code, job.extra, job.changes) == ("README.txt", {"colour": "red"}, {})


# A small alphabet: building the tables for all of Unicode takes longer than the test.
SENT = st.none() | st.integers() | st.text("ab 0*-:T")


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([*Job.model_fields, "x"]), SENT))
def test_no_record_fails_to_load_and_nothing_is_lost(record) -> None:
    class Backend:
        protocol = "v3"

    job = Job.load_record(record, Backend())
    held = {**vars(job), **job.extra}
    assert held.keys() == record.keys()
    assert job.changes == {}


def test_loading_takes_nothing_from_the_record_that_could_change(v3) -> None:
    record = deepcopy(V3_JOB)
    Job.load_record(record, v3)
    assert record == V3_JOB


@pytest.mark.parametrize(
    ("load", "attribute", "value"),
    [
        (lambda b: Job.load_record({"id": ID, "code": "a"}, b), "name", "a"),
        (lambda b: Queue.load_record({"id": ID, "code": "a"}, b), "name", "a"),
        (
            lambda b: Queue.load_record({"id": ID, "status": "disabled"}, b),
            "status",
            QueueStatus.PAUSED,
        ),
        (lambda b: User.load_record({"id": ID, "role": "user"}, b), "role", UserRole.STANDARD),
        (lambda b: Job.load_record({"id": ID, "mirror": True}, b), "mirror_paths", True),
    ],
)
def test_v1_spellings_read_as_ours(v1, load, attribute, value) -> None:
    entity = load(v1)
    assert getattr(entity, attribute) == value
    assert entity.changes == {}


def test_task_parties_read_as_dictionaries(v3) -> None:
    party = {"client": ID, "path": "a/b.mov", "v": ID}
    task = Task.load_record({"id": "x", "job": ID, "source": party, "status": "onhold"}, v3)
    assert task.source == party
    assert task.changes == {}


# -- classes of one's own --------------------------------------------------------------------------


class Branch(TypedDict, total=False):
    name: str
    branches: list[Branch]


class Odd:
    """No type that Pydantic knows."""


class Studio(Job):
    """With all that Pydantic offers a class."""

    model_config = ConfigDict(str_strip_whitespace=True, arbitrary_types_allowed=True)
    _seen: dict[str, int] = PrivateAttr(default_factory=dict)
    shot: Attr[str] = attr(default="", wire="shotName")
    left: Attr[Branch] = attr(default_factory=Branch)
    right: Attr[Branch] = attr(default_factory=Branch)
    later: Attr[Later | None] = attr(default=None)
    odd: Attr[Odd | None] = attr(default=None)

    @field_validator("code")
    @classmethod
    def _in_capitals(cls, value: str) -> str:
        return value.upper()


class Later(TypedDict):
    number: int


def test_what_a_class_of_ones_own_declares_holds_for_what_is_loaded(v3) -> None:
    tree = {"name": "a", "branches": [{"name": "b"}]}
    record = {"id": ID, "code": "x", "shotName": " sh010 ", "left": tree, "later": {"number": "5"}}
    job, other = Studio.load_records([record, record], v3)
    assert (job.code, job.shot, job.left, job.later) == ("X", "sh010", tree, {"number": 5})
    job._seen["times"] = 1
    assert other._seen == {}
    assert pickle.loads(pickle.dumps(job))._seen == {"times": 1}


def test_set_up_of_a_class_of_ones_own_is_run_for_what_is_loaded(v3) -> None:
    class Prepared(Job):
        def model_post_init(self, _: object) -> None:
            vars(self)["prepared"] = True

    assert vars(Prepared.load_record({"id": ID}, v3))["prepared"]


def test_names_of_the_wire_keep_their_capitals(v3) -> None:
    job = Studio.load_record({"id": ID, "shotName": 5, "shotname": "kept"}, v3)
    assert vars(job)["shot"] == 5
    assert job.extra == {"shotname": "kept"}


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-02:00"])
def test_date_of_no_calendar_is_kept_as_it_came(v3, date) -> None:
    good, odd = Job.load_records([{"id": ID, "code": "a"}, {"id": ID, "created": date}], v3)
    assert good.code == "a"
    assert vars(odd)["created"] == date
