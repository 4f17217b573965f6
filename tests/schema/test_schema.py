"""``Session.schema()``: what a workspace says about its types."""

from __future__ import annotations

import json

import pytest

from accsyn_orm.errors import BackendError, PayloadError
from accsyn_orm.session.schema import Schema


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_schema_tells_what_may_be_read_given_and_changed(workspace, protocol):
    with workspace.session(protocol=protocol) as session:
        queue = session.schema(["queue"]).types["queue"]
    said = {name: (queue[name].read, queue[name].create, queue[name].update) for name in queue}
    assert said["id"] == (True, False, False)
    assert said["code"] == (True, True, True)
    assert said["status"] == (True, False, True)
    assert ("name" in said) == (protocol == "v3")


def test_schema_asks_three_times_about_each_type(workspace):
    steps: list[tuple[int, int]] = []
    with workspace.session() as session:
        schema = session.schema(progress=lambda done, all_: steps.append((done, all_)))
        assert list(schema.types) == session.find("entitytypes")
    assert steps == [(n, len(schema.types)) for n in range(1, len(schema.types) + 1)]


def test_schema_of_a_role_has_what_the_role_may(workspace):
    with workspace.session("standard") as session:
        queue = session.schema(["queue"]).types["queue"]
    assert not any(item.create or item.update for item in queue.values())


def test_unknown_types_are_refused(workspace):
    with workspace.session() as session, pytest.raises(BackendError, match="gadget"):
        session.schema(["gadget"])


def test_one_type_needs_no_list(workspace):
    with workspace.session() as session:
        assert [*session.schema("queue").types] == ["queue"]


def test_schema_survives_a_file(studio):
    assert Schema.from_dict(json.loads(json.dumps(studio.to_dict()))) == studio


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"format": "accsyn-schema-0", "workspace": "a", "protocol": "v3", "types": {}},
        {"format": "accsyn-schema-1", "workspace": "a", "protocol": "v4", "types": {}},
        {"format": "accsyn-schema-1", "workspace": "a", "protocol": "v3", "types": []},
        {"format": "accsyn-schema-1", "workspace": "a", "protocol": "v3", "types": {"a": []}},
        {"format": "accsyn-schema-1", "workspace": "a", "protocol": "v3", "types": {"a": {"b": 1}}},
    ],
    ids=str,
)
def test_other_data_is_no_schema(data):
    with pytest.raises(PayloadError, match="is not of the format 'accsyn-schema-1'"):
        Schema.from_dict(data)
