"""Engines: the programs that compute jobs run. What accsyn itself runs on is built in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import Names, StandaloneRules, creation
from accsyn_orm.server.rules.codes import code, require_free_code
from accsyn_orm.server.rules.schema import (
    Field,
    Schema,
    filled_text,
    json_object,
    one_of,
    text,
)
from accsyn_orm.server.storage.store import insert_row, rows_where
from accsyn_orm.server.storage.tables import ENGINES, JOBS, Scope

LONGEST_CODE = 32
COMPUTE = "compute"
"""Type of the engines that compute jobs use; other types are for accsyn itself."""

BUILT_IN: Sequence[Mapping[str, Any]] = (
    {"code": "builtin-accsyn-transfer", "name": "accsyn transfer", "type": "transfer"},
    {"code": "builtin-accsyn-utility", "name": "accsyn utility", "type": "utility"},
)
"""The engines that every workspace has."""


def _code(name: str, value: Any) -> str:
    given = code(name, value)
    if len(given) > LONGEST_CODE:
        raise Refusal(f"{name} has at most {LONGEST_CODE} characters, not {len(given)}")
    return given


class Engines(StandaloneRules):
    """The rules of engines."""

    schema = Schema(
        ENGINES,
        (
            Field("code", _code, create=True, required=True, source=INFERRED),
            *(
                Field(name, text, create=True, update=True, source=INFERRED)
                for name in ("description", "version", "vendor")
            ),
            Field("name", filled_text, create=True, update=True, source=INFERRED),
            Field("type", one_of(COMPUTE), create=True, source=INFERRED),
            Field("status", one_of("enabled", "disabled"), update=True, source=INFERRED),
            Field("metadata", json_object, update=True, source=INFERRED),
        ),
    )
    names = Names(v1="app", v3="engine", v1_alias="engine")

    @behaviour(INFERRED, "engine/create", "admins add compute engines")
    @behaviour(DOCUMENTED, "engine/create", "codes are unique, whatever their case")
    @behaviour(DOCUMENTED, "engine/create", "codes have 32 characters at most")
    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Create an engine."""
        require_free_code(call, ENGINES, values["code"])
        return insert_engine(call, values)

    @behaviour(INFERRED, "engine/edit", "the built-in engines cannot be changed")
    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change an engine."""
        _require_own(row, "changed")
        self.modify(call, row, values)

    @behaviour(DOCUMENTED, "engine/delete", "an engine that an active job uses stays")
    @behaviour(INFERRED, "engine/delete", "the built-in engines stay")
    def remove(self, call: Call, row: RowMapping) -> None:
        """Delete an engine that no active job uses."""
        _require_own(row, "deleted")
        jobs = JOBS.table.c
        is_active = jobs.scope == Scope.ACTIVE.value
        if rows_where(call, JOBS, is_active, jobs.engine == row["id"]):
            raise Refusal(f"the engine {row['code']!r} is in use: abort or finish its jobs first")
        self.archive(call, row)


def insert_engine(call: Call, values: Mapping[str, Any], *, ident: str | None = None) -> str:
    """Store an engine with what it has when nobody says otherwise."""
    row: dict[str, Any] = {
        "name": values["code"],
        "type": COMPUTE,
        "status": "enabled",
        "version": "",
        "description": "",
        "vendor": "",
        "metadata": {},
        **creation(call),
        **values,
    }
    return insert_row(call, ENGINES, row, ident=ident)


def _require_own(row: RowMapping, what: str) -> None:
    if any(row["code"] == engine["code"] for engine in BUILT_IN):
        raise Refusal(f"the engine {row['code']!r} is built in and cannot be {what}")
