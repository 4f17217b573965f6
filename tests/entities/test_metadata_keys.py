"""Agreed keys of metadata: given, read, changed, asked for and selected like attributes."""

from __future__ import annotations

import pickle
from datetime import datetime, timezone
from enum import Enum
from typing import Any, ClassVar

import pytest

from accsyn_orm import Acl, EntityValidationError, Job, QueryValueError, Queue, Task
from accsyn_orm.entities import MetadataKey
from accsyn_orm.errors import AttributeNotLoadedError, QueryFieldError
from accsyn_orm.query.fields import Field

WAY = {"source": "volume=projects/plate.exr", "destination": "lisa@example.com"}
ID = f"{1:024x}"
DUE = datetime(2026, 12, 24, 9, tzinfo=timezone.utc)


class Stage(Enum):
    ANIMATION = "anim"
    COMP = "comp"


class WithShow:
    """What several classes have in common."""

    show = MetadataKey(str)


class ShotJob(WithShow, Job):
    """A class as a studio has it, one key of every kind."""

    shot: MetadataKey[str] = MetadataKey(str)
    frame: MetadataKey[int] = MetadataKey(int, "Frame-No")
    rate: MetadataKey[float] = MetadataKey(float)
    is_final: MetadataKey[bool] = MetadataKey(bool)
    labels: MetadataKey[list[str]] = MetadataKey(list[str])
    slate: MetadataKey[dict[str, Any]] = MetadataKey(dict[str, Any])
    stage: MetadataKey[Stage] = MetadataKey(Stage)
    due: MetadataKey[datetime] = MetadataKey(datetime)


class ShotQueue(Queue):
    """A class whose metadata cannot be given when one is created."""

    shot = MetadataKey(str)


class PlateJob(ShotJob):
    """A class of a class."""

    plate: MetadataKey[str] = MetadataKey(str)


def job(v3, **metadata: Any) -> ShotJob:
    v3.add("job", 1, code="plate", status="waiting", metadata=metadata)
    return ShotJob.get(ID)


# -- given ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "metadata"),
    [
        ({}, {}),
        ({"shot": "sh010"}, {"shot": "sh010"}),
        ({"shot": None}, {}),
        ({"shot": "a", "frame": 5, "show": "b"}, {"shot": "a", "Frame-No": 5, "show": "b"}),
        ({"shot": "a", "metadata": {"other": 1}}, {"other": 1, "shot": "a"}),
        ({"shot": "a", "metadata": {"shot": "a"}}, {"shot": "a"}),
        ({"shot": None, "metadata": {"other": 1}}, {"other": 1}),
        ({"rate": 24, "is_final": True}, {"rate": 24.0, "is_final": True}),
        ({"labels": ["a"], "slate": {"n": 1}}, {"labels": ["a"], "slate": {"n": 1}}),
        ({"stage": Stage.COMP, "due": DUE}, {"stage": "comp", "due": "2026-12-24T09:00:00Z"}),
        ({"stage": "comp"}, {"stage": "comp"}),
    ],
    ids=str,
)
def test_constructor_puts_keys_into_metadata(v3, given, metadata):
    new = ShotJob(**WAY, **given)
    assert new.metadata == metadata
    new.save()
    assert v3.calls[-1][2].get("metadata", {}) == metadata


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"shot": 5}, r"shot: input should be a valid string, not int"),
        ({"frame": "5"}, r"frame: input should be a valid integer, not str"),
        ({"frame": True}, r"frame: input should be a valid integer, not bool"),
        ({"labels": ["a", 1]}, r"labels\.1: input should be a valid string, not int"),
        ({"stage": "layout"}, r"stage: input should be 'anim' or 'comp'"),
        ({"frames": 5}, r"frames: no such attribute; did you mean 'frame'\?"),
        ({"shot": "a", "metadata": {"shot": "b"}}, r"shot: is given in metadata as well, and is d"),
        ({"shot": None, "metadata": {"shot": "b"}}, r"shot: is given in metadata as well"),
        ({"rate": 1.0, "metadata": {"rate": 1}}, r"rate: is given in metadata as well"),
        ({"shot": "a", "metadata": None}, r"metadata: input should be a valid dictionary"),
        ({"shot": "a", "metadata": "b"}, r"metadata: input should be a valid dictionary"),
    ],
    ids=str,
)
def test_constructor_refuses_what_a_key_cannot_be(given, reason):
    with pytest.raises(EntityValidationError, match=reason):
        ShotJob(**WAY, **given)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(EntityValidationError) as caught:
        ShotJob(**WAY, shot=5, frame="a", progress=3)
    assert [name for name, _ in caught.value.problems] == ["shot", "frame", "progress"]


def test_keys_are_refused_where_metadata_cannot_be_given_yet(v3):
    with pytest.raises(EntityValidationError, match=r"ShotQueue\.shot: cannot be given yet"):
        ShotQueue(name="Panic", shot="a")
    queue = ShotQueue(name="Panic")
    with pytest.raises(EntityValidationError, match=r"ShotQueue\.shot: cannot be given yet"):
        queue.shot = "a"
    queue.save()
    v3.records["queue"][queue.id]["metadata"] = {"other": 1}
    queue.refresh().shot = "a"
    assert queue.metadata == {"other": 1, "shot": "a"}


def test_what_was_given_stays_whose_it_is():
    labels, metadata = ["a"], {"other": 1}
    new = ShotJob(**WAY, labels=labels, metadata=metadata)
    labels.append("b")
    assert (new.labels, metadata) == (["a"], {"other": 1})


def test_new_entity_is_shown_as_it_is_made():
    new = ShotJob(**WAY, shot="sh010", stage=Stage.COMP)
    again = eval(repr(new))
    assert (again.shot, again.stage) == ("sh010", Stage.COMP)
    new = ShotJob(**WAY, shot="sh010", metadata={"token": "hunter2"})
    assert repr(new).endswith(", shot='sh010') with metadata>")
    assert "hunter2" not in repr(new)


def test_saved_entity_is_shown_without_them(v3):
    found = job(v3, shot="sh010", other=1)
    assert repr(found) == f"ShotJob.loaded(id='{ID}', code='plate', status='waiting')"


def test_known_entity_has_the_keys_it_is_said_to_have():
    known = ShotJob.loaded(id=ID, shot="sh010")
    assert (known.metadata, dict(known.changes), dict(known.extra)) == ({"shot": "sh010"}, {}, {})
    with pytest.raises(EntityValidationError, match="frame"):
        ShotJob.loaded(id=ID, frame="x")


def test_get_or_create_looks_up_and_creates(v3):
    defaults = {**WAY, "frame": 5, "metadata": {"other": 1}}
    made, is_new = ShotJob.get_or_create(defaults, shot="sh010")
    assert (is_new, made.metadata) == (True, {"other": 1, "Frame-No": 5, "shot": "sh010"})
    found, is_new = ShotJob.get_or_create(defaults, shot="sh010")
    assert (is_new, found.id) == (False, made.id)
    with pytest.raises(EntityValidationError, match="frame"):
        ShotJob.get_or_create({**WAY, "frame": "x"}, shot="sh010")


# -- read and changed -----------------------------------------------------------------------------


def test_values_are_read_typed_and_others_as_they_are(v3):
    found = job(v3, shot=5, stage="comp", due="2026-12-24T09:00:00Z")
    assert (found.shot, found.stage, found.due, found.frame) == (5, Stage.COMP, DUE, None)
    assert job(v3, stage="layout").stage == "layout"
    assert ShotJob.load_record({"id": ID, "metadata": "text"}, v3).shot is None


def test_assigning_keeps_the_other_keys(v3):
    found = job(v3, other=1, show="a")
    found.shot, found.show = "sh010", None
    assert found.changes["metadata"].after == {"other": 1, "shot": "sh010"}
    found.labels = ["a"]
    found.labels.append("b")
    found.save()
    assert v3.records["job"][ID]["metadata"] == {"other": 1, "shot": "sh010", "labels": ["a", "b"]}


def test_refused_value_changes_nothing(v3):
    found = job(v3, shot="a")
    with pytest.raises(EntityValidationError, match=r"ShotJob\.frame"):
        found.frame = "five"
    with pytest.raises(EntityValidationError, match=r"ShotJob\.frame"):
        found.model_copy(update={"shot": "b", "frame": "five"})
    assert not found.changes


def test_metadata_that_was_not_loaded_is_not_lost(v3):
    job(v3, other=1)
    (found,) = ShotJob.where().only(ShotJob.status)
    for attempt in (lambda: found.shot, lambda: setattr(found, "shot", "a")):
        with pytest.raises(AttributeNotLoadedError, match=r"ShotJob\.shot was not loaded.*'shot'"):
            attempt()
    assert not hasattr(found, "shot")
    found.model_copy(update={"shot": "a", "metadata": {}})


def test_metadata_that_is_no_dictionary_is_not_overwritten(v3):
    found = ShotJob.load_record({"id": ID, "metadata": "text"}, v3)
    with pytest.raises(EntityValidationError, match="metadata is no dictionary"):
        found.shot = "a"


def test_copy_with_keys_and_metadata_has_both(v3):
    found = job(v3, other=1, shot="a")
    assert found.model_copy(update={"shot": "b"}).metadata == {"other": 1, "shot": "b"}
    assert found.model_copy(update={"shot": "b", "metadata": {}}).metadata == {"shot": "b"}
    assert found.metadata == {"other": 1, "shot": "a"}
    assert pickle.loads(pickle.dumps(found)).shot == "a"


# -- asked for ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (ShotJob.shot == "sh010", "metadata.shot=sh010"),
        (ShotJob.frame > 5, "metadata.frame-no>5"),
        (ShotJob.shot.in_(["a", "b"]), "metadata.shot IN a,b"),
        (ShotJob.shot == None, "metadata.shot=null"),
        (ShotJob.stage == Stage.COMP, "metadata.stage=comp"),
        (ShotJob.stage == "Co*", "metadata.stage=Co*"),
        (ShotJob.slate["n"] == 1, "metadata.slate.n=1"),
        (Field("shot") == "a", "metadata.shot=a"),
        (Field("frame") == 5, "metadata.frame-no=5"),
        (Field("frame").in_([5, 6]), "metadata.frame-no IN 5,6"),
        (Field("slate")["n"] == 1, "metadata.slate.n=1"),
        (Field("show").contains("a"), "metadata.show CONTAINS a"),
        (PlateJob.shot == "a", "metadata.shot=a"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_keys_are_compared_as_keys_of_metadata(condition, text):
    assert str(PlateJob.where(condition)) == f"Job WHERE {text}"


def test_text_names_keys_like_attributes():
    query = ShotJob.parse("Job WHERE shot=sh010 AND metadata.frame-no>5 AND metadata.other=1")
    where = "metadata.shot=sh010 AND metadata.frame-no>5 AND metadata.other=1"
    assert str(query) == f"Job WHERE {where}"


@pytest.mark.parametrize("text", ["frame=five", "metadata.frame-no=five", "frame IN 5,five"])
def test_values_that_a_key_never_has_are_refused(text):
    with pytest.raises(QueryValueError, match=r"'five': ShotJob\.frame is a number"):
        ShotJob.parse(f"Job WHERE {text}")
    with pytest.raises(QueryValueError, match=r"ShotJob\.stage.* anim, comp .*mean 'comp'"):
        _ = ShotJob.stage == "cmp"
    with pytest.raises(QueryValueError, match=r"ShotJob\.slate is a dictionary"):
        _ = ShotJob.slate == "x"


def test_misspelt_keys_are_told():
    with pytest.raises(QueryFieldError, match="did you mean 'shot'"):
        ShotJob.parse("Job WHERE sht=a")
    with pytest.raises(AttributeError, match="did you mean 'shot'"):
        _ = ShotJob.sht
    with pytest.raises(AttributeError, match="did you mean 'shot'"):
        _ = ShotJob.loaded(id=ID, metadata={}).sht


@pytest.mark.parametrize("item", [ShotJob.shot, "shot", "metadata.shot", "Metadata.Shot"])
def test_selecting_a_key_loads_metadata(v3, item):
    job(v3, shot="a", other=1)
    query = ShotJob.where().only(item)
    assert repr(query) == "ShotJob.where().only('id', 'shot')"
    (found,) = query
    assert v3.calls[-1][2]["attributes"] == ["id", "metadata"]
    found.shot = "b"
    found.save()
    assert v3.records["job"][ID]["metadata"] == {"shot": "b", "other": 1}


# -- declared -------------------------------------------------------------------------------------


def test_class_shares_keys_with_what_it_is_made_of():
    new = PlateJob(**WAY, show="a", shot="b", plate="c")
    assert new.metadata == {"show": "a", "shot": "b", "plate": "c"}
    assert isinstance(WithShow.show, MetadataKey)
    with pytest.raises(AttributeError, match="show"):
        _ = WithShow().show
    with pytest.raises(AttributeError, match="show"):
        WithShow().show = "a"


def test_key_can_be_taken_back_in_a_subclass():
    class Plain(ShotJob):
        shot: ClassVar[Any] = None

    with pytest.raises(EntityValidationError, match="shot: no such attribute"):
        Plain(**WAY, shot="a")


@pytest.mark.parametrize(
    ("base", "body", "reason"),
    [
        (Job, {"status": MetadataKey(str)}, r"status is something else.* status_ = MetadataKey"),
        (Job, {"pause": MetadataKey(bool)}, "pause is something else already"),
        (Task, {"job": MetadataKey(str)}, "job is something else already"),
        (Acl, {"shot": MetadataKey(str)}, "Studio has no metadata"),
        (
            Job,
            {"__annotations__": {"shot": "MetadataKey[str]"}},
            r"write shot: MetadataKey\[str\] = MetadataKey\(",
        ),
    ],
)
def test_keys_that_cannot_work_are_refused_with_the_class(base, body, reason):
    with pytest.raises(TypeError, match=reason):
        type(base)("Studio", (base,), {"__module__": __name__, **body})
