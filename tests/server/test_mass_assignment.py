"""Attributes that a role may not set: none is taken, in no spelling, by no operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from accsyn_orm.errors import AccsynError
from accsyn_orm.server.rules import RULES, EntityRules
from accsyn_orm.server.rules.families import FamilyRules
from accsyn_orm.server.storage.tables import metadata

TYPES = [rules for rules in RULES if not isinstance(rules, FamilyRules)]
AT_ALL = ("permission denied", "cannot be created", "cannot be changed", "there is no")
PEOPLE = {"admin": "john@user.com", "employee": "anna@acmefilm.com", "standard": "lisa@example.com"}
INTERNAL = (
    *("workspace", "scope", "sequence", "digest", "api_key", "password", "session_key", "pwd"),
    *("_id", "id", "ID", "$set", "__class__", "constructor", "creator", "created", "modified"),
    *("role", "clearance", "user", "owner", "admin", "is_admin", "connected", "phase", "directory"),
)
ADMINS_ONLY: dict[str, dict[str, Any]] = {
    "user": {"role": "admin", "clearance": "admin"},
    "volume": {"name": "x", "default": True, "queue": None},
}
STAFF_ONLY: dict[str, dict[str, Any]] = {
    "user": {"status": "disabled"},
    "share": {"code": "x", "name": "x", "status": "disabled", "queue": None},
    "folder": {"path": "x"},
    "home": {"path": "x"},
}
"""Guarded whatever the workspace itself says may be set; each with a value that would be good."""
VALUES = ("admin", "f" * 24, 1, True, None, {"a": 1})


def names_of(rules: EntityRules, allowed: set[str]) -> Iterator[str]:
    """Give all that might be set and may not be, also in other spellings."""
    known = {*rules.entity.attributes, *(f.name for f in rules.schema.fields), *INTERNAL}
    columns = {column.name for column in rules.entity.table.columns}
    for name in sorted(known | columns):
        others = name.upper(), f"{name}.x", f"metadata.{name}", f" {name}", f"{name}__folded"
        yield from (spelling for spelling in (name, *others) if spelling not in allowed)


def guarded(role: str, kind: str) -> dict[str, Any]:
    """Return what others may change, and people of a role may not."""
    of_admins = ADMINS_ONLY.get(kind, {}) if role != "admin" else {}
    return of_admins | (STAFF_ONLY.get(kind, {}) if role == "standard" else {})


def everything(demo: Any) -> dict[str, list[Any]]:
    """Read all tables."""
    with demo.database.reading() as connection:
        return {t.name: connection.execute(select(t)).all() for t in metadata.sorted_tables}


def one_of(client: Any, kind: str) -> str:
    """Find one entity; of members, the one that they are part of; of users, oneself."""
    if kind == "user":
        return client.user_id  # the one whom everybody may change, in part
    if kind == "task":
        kind = "job" if client.protocol == "v1" else "transfer"
    found = client.find("collection" if kind == "file" else kind)
    return found[0]["id"] if found else "f" * 24


def attempt(client: Any, kind: str, ident: str, moment: str, data: dict[str, Any]) -> Any:
    """Try to create an entity with an attribute, or to change one."""
    is_member = kind in {"task", "file"}
    if moment == "create":
        key = "ident" if client.protocol == "v3" else "query"
        return client.call("POST", f"{kind}/create", data, **({key: ident} if is_member else {}))
    changes = [{"uri": "0", **data}] if kind == "task" else data
    return client.call("PUT", f"{kind}/edit", changes, ident=ident)


@pytest.mark.parametrize("generation", ["v1", "v3"])
@pytest.mark.parametrize("role", PEOPLE)
@pytest.mark.parametrize(
    ("empty_database", "each"),
    [
        ("sqlite", 17),
        pytest.param("sqlite", 1, marks=pytest.mark.deep, id="whole-sqlite"),
        pytest.param("postgresql", 3, marks=pytest.mark.deep, id="whole-postgresql"),
    ],
    indirect=["empty_database"],
)
def test_no_attribute_is_set_that_may_not_be(furnished, figure, role, generation, each):
    client = furnished.client(PEOPLE[role], generation)
    tried, taken = 0, []
    kinds = [(rules, rules.names.shown(generation)) for rules in TYPES]
    some = [(rules, kind, one_of(client, kind)) for rules, kind in kinds if kind]
    before = everything(furnished)
    for rules, kind, ident in some:
        for moment in ("create", "update"):
            options = {"entitytype": kind, moment: True}
            never = guarded(role, rules.names.v3) if moment == "update" else {}
            allowed = set(client.call("GET", "attributes", options)) - never.keys()
            for number, name in enumerate(names_of(rules, allowed)):
                if number % each and name not in never:
                    continue
                tried += 1
                data = {name: never.get(name, VALUES[number % len(VALUES)])}
                try:
                    answer = attempt(client, kind, ident, moment, data)
                except AccsynError as refusal:
                    # By its name, or because nobody may: not because something else is missing.
                    if name in str(refusal) or any(words in str(refusal) for words in AT_ALL):
                        continue
                    answer = str(refusal)
                taken.append((kind, moment, data, answer))
    assert taken[:3] == []
    assert everything(furnished) == before
    figure(f"attributes that may not be set, {generation} {role}", tried, ">= 100")
    figure(f"of these taken, {generation} {role}", len(taken), "= 0")
