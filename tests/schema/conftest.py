"""A schema of a studio that has more than accsyn documents, and one workspace to ask."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

import pytest

from accsyn_orm.session.schema import AttributeSchema, Schema
from accsyn_orm.testing import EmbeddedWorkspace


def attribute(name: str, flags: str = "rcu") -> AttributeSchema:
    return AttributeSchema(name, "r" in flags, "c" in flags, "u" in flags)


def schema_of(**types: list[AttributeSchema]) -> Schema:
    found = {kind: {item.name: item for item in items} for kind, items in types.items()}
    return Schema("acmefilm", "v3", MappingProxyType(found))


@pytest.fixture
def studio() -> Schema:
    """Give a workspace with attributes of its own, and with a type of its own."""
    return schema_of(
        queue=[
            attribute("code"),
            attribute("colour"),
            attribute("class", "rc"),
            attribute("save", "ru"),
            attribute("cost-centre", "r"),
            attribute("token", "c"),
            attribute("4k"),
        ],
        transfer=[attribute("dest", "c"), attribute("allow_duplicates", "c")],
        gadget=[attribute("id", "r"), attribute("name")],
    )


@pytest.fixture(scope="package")
def workspace() -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace(seed="demo") as running:
        yield running
