"""``log/find``: rows of the log, of the whole workspace or of one entity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, asc, desc, func, or_, select

from accsyn_orm.server.access.policy import not_permitted
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.operations.work import answers
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, unknown_attribute
from accsyn_orm.server.rules import RULES
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.rules.schema import Check, boolean, filled_text, text, whole_number
from accsyn_orm.server.settings.owners import entity_meant
from accsyn_orm.server.storage.literals import ESCAPE, contains_pattern
from accsyn_orm.server.storage.records import select_records
from accsyn_orm.server.storage.store import Record, read_records, visible_row
from accsyn_orm.server.storage.tables import LOGS, V3, WORKSPACES
from accsyn_orm.wire.events import Event

PAGE = 200
"""Rows of a page, when the caller does not say."""

_SEARCHED = ("message", "user", "severity", "entitytype")
_OPTIONS = ("entitytype", "sort", "sort_reverse", "search", "pagination")
_PAGES: Mapping[str, Check] = {
    "page": whole_number(1, 2**31),
    "limit": whole_number(1, 10_000),
    "skip": whole_number(0, 2**31),
}
_SORTED_BY = ("date", "entitytype", "entityid", "severity", "message", "user")


@behaviour(CLIENT_SOURCE, "log/find", "the answer holds the rows beside how many there are")
@behaviour(CLIENT_SOURCE, "log/find", "rows are sorted by date, the oldest first")
@answers("GET", "log/find", generations=V3, is_whole_answer=True)
def find_logs(call: Call, event: Event, _variables: Mapping[str, str]) -> dict[str, Any]:
    """Find rows of the log."""
    options = dict(payload(event.data or {}))
    for name in options:
        if name not in _OPTIONS:
            raise unknown_attribute("log/find", name, _OPTIONS)
    scope = text("log.entitytype", options.get("entitytype") or "workspace").casefold().strip()
    conditions = and_(_about(call, scope, event.entityid), _holding(options.get("search")))
    total = call.connection.scalar(
        select(func.count()).select_from(LOGS.table).where(_inside(call), conditions)
    )
    return {"result": _page(call, conditions, options), "total": total}


@behaviour(INFERRED, "log/find", "whoever sees an entity sees its rows; the whole is for admins")
def _about(call: Call, scope: str, ident: str | None) -> ColumnElement[bool]:
    """Choose the rows of one entity, or of all of a type; the workspace's are all."""
    columns, entity = LOGS.table.c, entity_meant(call, scope)
    is_whole = entity is WORKSPACES and ident in {None, call.caller.workspace}
    if ident is not None and not is_whole:
        visible_row(call, entity, ident)
        return columns.entityid == ident
    if call.caller.role is not Role.ADMIN:
        raise not_permitted(call.caller, "see the log as a whole: name an entity by its id")
    if is_whole:
        return columns.sequence.is_not(None)
    family = [rules.entity.name for rules in RULES if rules.entity.table is entity.table]
    return columns.entitytype.in_(family)


@behaviour(INFERRED, "log/find", "a search is for a part of message, user, severity or type")
def _holding(search: Any) -> ColumnElement[bool]:
    columns = LOGS.table.c
    pattern = contains_pattern(text("log.search", search or ""))
    return or_(*(columns[f"{name}__folded"].like(pattern, escape=ESCAPE) for name in _SEARCHED))


@behaviour(DOCUMENTED, "log/find", "a page has 200 rows unless the caller says otherwise")
@behaviour(INFERRED, "log/find", "pages are counted from 1; what is skipped is skipped besides")
def _page(call: Call, conditions: ColumnElement[bool], options: Mapping[str, Any]) -> list[Record]:
    pages = {"page": 1, "limit": PAGE, "skip": 0}
    for name, value in payload(options.get("pagination") or {}).items():
        if name not in _PAGES:
            raise unknown_attribute("log/find: pagination", name, _PAGES)
        if value is not None:
            pages[name] = _PAGES[name](f"pagination.{name}", value)
    key = filled_text("log.sort", options.get("sort", "date"))
    if key not in _SORTED_BY:
        raise Refusal(f"logs are sorted by {', '.join(_SORTED_BY)}; not by {key!r}")
    columns = LOGS.table.c
    direction = desc if boolean("sort_reverse", options.get("sort_reverse", False)) else asc
    order = [direction(columns[key]), direction(columns.sequence)]
    statement = select_records(LOGS, call.caller.generation).where(_inside(call), conditions)
    start = (pages["page"] - 1) * pages["limit"] + pages["skip"]
    return read_records(call, statement.order_by(*order).limit(pages["limit"]).offset(start))


def _inside(call: Call) -> ColumnElement[bool]:
    return LOGS.table.c.workspace == call.caller.workspace
