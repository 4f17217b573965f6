"""Where our classes and a workspace differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from accsyn_orm.schema import DriftKind, declared_schema, drift
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


def test_older_names_and_options_are_no_differences(studio):
    names = {item.attribute for item in drift(studio) if item.type == "transfer"}
    assert not names & {"dest", "allow_duplicates"}
