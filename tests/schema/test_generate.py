"""Classes for what only one workspace has: plain code, which works without the tool."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import MappingProxyType

import pytest

from accsyn_orm import ConfigurationError, EntityValidationError
from accsyn_orm.schema import generate, metadata_keys, sampled_kinds
from accsyn_orm.session.schema import AttributeSchema, Schema

COMMITTED = Path(__file__).parents[1] / "typing" / "generated.py"
KEYS = ["shot=str", "frame-no=int", "labels=list"]
AGREED = [f"{kind}.{key}" for kind in ("queue", "transfer") for key in KEYS]
RECORDS = [
    {"colour": "red", "class": None, "save": 1, "cost-centre": {}, "4k": True},
    {"colour": "blue", "class": "a", "save": 2.5, "cost-centre": None, "4k": False},
]


def code(studio: Schema) -> str:
    return generate(studio, {"queue": sampled_kinds(RECORDS)}, metadata_keys(AGREED))


def loaded(path: Path):
    spec = spec_from_file_location("studio_entities", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["studio_entities"] = module
    spec.loader.exec_module(module)
    return module


def test_committed_code_is_what_is_generated(studio):
    assert COMMITTED.read_text(encoding="utf-8") == code(studio)


@pytest.fixture
def v3(workspace):
    with workspace.session() as session:
        yield session


def test_generated_classes_are_entities(v3):
    studio = loaded(COMMITTED)
    queue = studio.Queue(name="Panic", colour="red", class_="a")
    sent, _ = queue.creation_for(v3)
    assert sent == {"name": "Panic", "colour": "red", "class": "a"}
    saved = studio.Queue.where(studio.Queue.code == "high").one()
    saved.shot, saved.frame_no = "sh010", 5
    saved.save()
    assert v3.find_one("Queue WHERE code=high")["metadata"] == {"shot": "sh010", "frame-no": 5}
    query = studio.Queue.where(studio.Queue.shot == "sh010", studio.Queue.colour != "red")
    assert str(query) == "Queue WHERE metadata.shot=sh010 AND colour!=red"
    assert str(studio.Gadget.where(studio.Gadget.name == "x")) == "Gadget WHERE name=x"


def test_agreed_metadata_is_checked_when_it_is_written_and_read_as_it_is(v3):
    studio = loaded(COMMITTED)
    record = {"id": "a" * 24, "metadata": {"shot": 5, "other": 1}}
    queue = studio.Queue.load_record(record, v3)
    assert queue.shot == 5
    with pytest.raises(EntityValidationError, match=r"Queue\.frame_no: .*valid integer, not str"):
        queue.frame_no = "five"
    assert not queue.changes
    queue.shot = None
    assert queue.changes["metadata"].after == {"other": 1}
    assert queue.frame_no is None


def test_generated_classes_are_created_with_agreed_metadata(v3):
    studio = loaded(COMMITTED)
    way = {"source": "volume=projects/TheProject", "destination": "lisa@example.com"}
    saved = studio.Transfer(**way, shot="sh010", frame_no=5, status="paused").save()
    assert v3.get_entity("transfer", saved.id)["metadata"] == {"shot": "sh010", "frame-no": 5}
    studio.Transfer.where(studio.Transfer.frame_no == 5).update(shot="sh020").apply()
    assert studio.Transfer.get(saved.id).shot == "sh020"
    found, is_new = studio.Transfer.get_or_create(way, shot="sh020")
    assert (found.id, is_new) == (saved.id, False)


HOSTILE = 'x\'"\n"""\nraise SystemExit\n#'


def test_names_of_a_workspace_never_become_code(tmp_path):
    attributes = {HOSTILE: AttributeSchema(HOSTILE, read=True, create=True, update=True)}
    types = {"queue": attributes, HOSTILE: attributes}
    text = generate(Schema(HOSTILE, "v3", MappingProxyType(types)), {}, {"queue": {HOSTILE: "str"}})
    path = tmp_path / "hostile.py"
    path.write_text(text, encoding="utf-8")
    module = loaded(path)
    assert len(module.__all__) == 2


def test_keys_called_like_an_attribute_get_another_name(studio):
    text = generate(studio, {}, metadata_keys(["queue.priority=int", "queue.colour=str"]))
    assert 'priority_ = MetadataKey(int, "priority")' in text
    assert 'colour_ = MetadataKey(str, "colour")' in text


def test_keys_called_like_something_that_a_class_can_do_get_another_name(studio):
    text = generate(studio, {}, metadata_keys(["queue.jobs=int", "transfer.pause=bool"]))
    assert 'jobs_ = MetadataKey(int, "jobs")' in text
    assert 'pause_: MetadataKey[bool] = MetadataKey(bool, "pause")' in text


def test_keys_of_jobs_are_possible_where_no_type_is_called_so(studio):
    text = generate(studio, {}, metadata_keys(["job.shot=str"]))
    assert "class Job(accsyn_orm.Job):" in text
    assert "shot: MetadataKey[str] = MetadataKey(str)" in text


def test_a_type_of_its_own_keeps_metadata_as_a_dictionary(tmp_path):
    flags = {"read": True, "create": True, "update": True}
    own = {name: AttributeSchema(name, **flags) for name in ("id", "metadata")}
    schema = Schema("acmefilm", "v3", MappingProxyType({"gadget": own}))
    path = tmp_path / "own.py"
    path.write_text(generate(schema, {}, metadata_keys(["gadget.shot=str"])), encoding="utf-8")
    gadget = loaded(path).Gadget
    assert "shot: MetadataKey[str] = MetadataKey(str)" in path.read_text("utf-8")
    assert gadget(shot="a").metadata == {"shot": "a"}
    assert str(gadget.where(gadget.shot == "a")) == "Gadget WHERE metadata.shot=a"


def test_a_workspace_as_documented_needs_no_classes(studio):
    plain = Schema("acmefilm", "v3", MappingProxyType({"transfer": studio.types["transfer"]}))
    assert "class " not in generate(plain, {}, {})


@pytest.mark.parametrize("text", ["", "shot", "job.shot", "job.=str", ".shot=str", "job.shot=set"])
def test_agreed_keys_say_how_they_are_written(text):
    with pytest.raises(ConfigurationError, match=r"write type\.key=kind"):
        metadata_keys([text])


def test_metadata_of_types_that_there_are_not_is_refused(studio):
    with pytest.raises(ConfigurationError, match="no type wibble"):
        generate(studio, {}, {"wibble": {"a": "str"}})


@pytest.mark.parametrize("kind", ["gadget", "acl"])
def test_keys_of_types_without_metadata_are_refused(studio, kind):
    types = {**studio.types, "acl": {}}
    with pytest.raises(ConfigurationError, match=f"{kind}: has no metadata here"):
        generate(Schema("acmefilm", "v3", types), {}, {kind: {"shot": "str"}})


def test_kinds_are_what_all_records_have_in_common():
    moment = datetime(2026, 1, 1, tzinfo=timezone.utc)
    records = [
        {"a": 1, "b": 1, "c": None, "d": moment, "e": "x", "f": [1], "g": b"", "h": None},
        {"a": 2.5, "b": "x", "c": None, "d": None, "e": "y", "f": [], "g": b"", "h": {}},
    ]
    assert sampled_kinds(records) == {
        "a": "float",
        "b": "Any",
        "c": "Any",
        "d": "UtcDatetime | None",
        "e": "str",
        "f": "list[Any]",
        "g": "Any",
        "h": "dict[str, Any] | None",
    }


def test_a_key_agreed_on_twice_has_one_kind() -> None:
    assert metadata_keys(["job.shot=str", "JOB.shot=str"]) == {"job": {"shot": "str"}}
    with pytest.raises(ConfigurationError, match=r"'job\.shot=int' was str before"):
        metadata_keys(["job.shot=str", "job.shot=int"])
