"""Where our classes and a workspace differ."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import pytest

from accsyn_orm.schema import (
    AGREEMENTS,
    AttributeSchema,
    Difference,
    DriftKind,
    declared_schema,
    drift,
)
from accsyn_orm.session.schema import Schema

QUEUE = declared_schema("queue", "v3")


def differences(**changes) -> list[str]:
    """Compare with a workspace whose queues are ours, but for these attributes."""
    attributes = {name: item for name, item in {**QUEUE, **changes}.items() if item is not None}
    return [str(item) for item in drift(Schema("acmefilm", "v3", {"queue": attributes}))]


def test_a_workspace_as_documented_does_not_differ():
    assert differences() == []


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("code", {"read": False}, DriftKind.NOT_READABLE),
        ("code", {"create": False}, DriftKind.NOT_CREATABLE),
        ("code", {"update": False}, DriftKind.NOT_UPDATABLE),
        ("id", {"create": True}, DriftKind.CREATABLE),
        ("id", {"update": True}, DriftKind.UPDATABLE),
    ],
)
def test_other_rights_are_differences(name, change, expected):
    assert differences(**{name: replace(QUEUE[name], **change)}) == [f"queue.{name}: {expected}"]


def test_attributes_that_came_or_went_are_differences():
    new = replace(QUEUE["code"], name="colour")
    assert differences(priority=None, colour=new) == [
        "queue.colour: new attribute",
        "queue.priority: missing attribute",
    ]


def test_types_without_a_class_are_one_difference(studio):
    assert [item for item in drift(studio) if item.type == "gadget"] == [
        next(item for item in drift(studio) if item.kind is DriftKind.NEW_TYPE)
    ]


@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_the_embedded_workspace_does_not_differ(workspace, protocol):
    with workspace.session(protocol=protocol) as session:
        assert [str(item) for item in drift(session.schema())] == []


@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_what_is_agreed_is_just_what_would_differ_otherwise(workspace, protocol, monkeypatch):
    module = import_module("accsyn_orm.schema.drift")  # whose name in the package is the function
    monkeypatch.setattr(module, "is_agreed", lambda *_: False)
    monkeypatch.setattr("accsyn_orm.schema.classes.agreed_names", lambda *_: frozenset())
    with workspace.session(protocol=protocol) as session:
        found = drift(session.schema())
    agreed = [item for item in AGREEMENTS if item.only in {None, protocol}]
    assert sorted(map(str, found)) == sorted(
        str(Difference(item.type, item.attribute, item.kind)) for item in agreed
    )
    assert all(len(item.reason.split()) > 5 for item in agreed)


def test_an_agreement_is_about_one_difference_alone():
    files = AttributeSchema("files", read=False, create=True, update=True)
    path = replace(declared_schema("file", "v3")["path"], create=False, update=True)
    attributes = {**declared_schema("file", "v3"), "files": files, "path": path}
    found = drift(Schema("acmefilm", "v3", {"file": attributes}))
    assert [str(item) for item in found] == ["file.path: can be changed"]
    wire = replace(path, update=False)
    found = drift(Schema("acmefilm", "v1", {"queue": {**QUEUE, "files": files, "path": wire}}))
    assert {item.attribute for item in found} >= {"files", "path"}


def test_older_names_and_options_are_no_differences(studio):
    names = {item.attribute for item in drift(studio) if item.type == "transfer"}
    assert not names & {"dest", "allow_duplicates"}
