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
AGREED = ["queue.shot=str", "queue.frame-no=int", "queue.labels=list"]
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
