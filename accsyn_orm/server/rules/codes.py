"""Codes: the API names of queues, sites, engines and shares, and how one is made from a name."""

from __future__ import annotations

import itertools
import re
from typing import Any

from accsyn_orm.server.context import Call
from accsyn_orm.server.refusals import Refusal, one
from accsyn_orm.server.rules.schema import filled_text
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import EntityTable, Scope

_NOT_IN_CODE = re.compile(r"[^\w.-]+")


def code(name: str, value: Any) -> str:
    """Take a code: letters, digits, ``_``, ``.`` and ``-``."""
    given = filled_text(name, value)
    if _NOT_IN_CODE.search(given):
        raise Refusal(f"{name} has letters, digits, '_', '.' and '-' only: {given!r}")
    return given


def require_free_code(
    call: Call, entity: EntityTable, wanted: str, *, other_than: str | None = None
) -> None:
    """Refuse a code that another entity of the type has, whatever its case.

    Args:
        call: the operation.
        entity: the type.
        wanted: the code.
        other_than: id of the entity that may have it.

    Raises:
        Refusal: it is taken.
    """
    if _is_taken(call, entity, wanted, other_than):
        kind = entity.called(call.caller.generation)
        raise Refusal(f"there already is {one(kind)} with code {wanted!r}")


def free_code(call: Call, entity: EntityTable, name: str, *, longest: int | None = None) -> str:
    """Make a code from a name that no entity of the type has yet.

    Args:
        call: the operation.
        entity: the type.
        name: what it is made from.
        longest: how many characters it has at most.

    Raises:
        Refusal: nothing of the name can be in a code.
    """
    stem = _NOT_IN_CODE.sub("_", name.casefold()).strip("_")
    if not stem:
        raise Refusal(f"no code can be made from the name {name!r}: give a code as well")
    endings = itertools.chain([""], (f"_{number}" for number in itertools.count(2)))
    candidates = (stem[: longest and longest - len(ending)] + ending for ending in endings)
    return next(wanted for wanted in candidates if not _is_taken(call, entity, wanted, None))


def _is_taken(call: Call, entity: EntityTable, wanted: str, other_than: str | None) -> bool:
    columns = entity.table.c
    is_kept = columns.scope != Scope.ARCHIVED.value
    found = rows_where(call, entity, is_kept, columns.code__folded == wanted.casefold())
    return any(row["id"] != other_than for row in found)
