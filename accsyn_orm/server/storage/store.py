"""Rows in and out, confined to the caller's workspace and to what the caller may see.

Rules work with rows of their own table; only what goes to a client becomes a record.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, insert, or_, select, update

from accsyn_orm.server.access.policy import (
    access,
    external,
    not_permitted,
    sees_internal,
    with_internal,
)
from accsyn_orm.server.context import Call
from accsyn_orm.server.refusals import Refusal, no_such
from accsyn_orm.server.storage.documents import is_object
from accsyn_orm.server.storage.projection import end_in_v1
from accsyn_orm.server.storage.records import select_records, to_columns
from accsyn_orm.server.storage.tables import JOBS, TASKS, EntityTable, Scope

Record = dict[str, Any]

LIVING: frozenset[Scope] = frozenset(Scope) - {Scope.ARCHIVED}
"""Where entities can be changed."""

_CHUNK = 5_000
"""Databases bound the number of parameters of one statement."""


def new_id() -> str:
    """Make an id in the form that accsyn uses: 24 hexadecimal characters."""
    return secrets.token_hex(12)


def insert_row(
    call: Call, entity: EntityTable, values: Mapping[str, Any], *, ident: str | None = None
) -> str:
    """Store a new active entity; return its id."""
    ident = ident or new_id()
    insert_rows(call, entity, {ident: values})
    return ident


def insert_rows(call: Call, entity: EntityTable, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """Store new active entities, given by their ids; all must have the same attributes."""
    own = {"workspace": call.caller.workspace, "scope": Scope.ACTIVE.value}
    columns = [{"id": ident, **own, **to_columns(entity, row)} for ident, row in rows.items()]
    call.connection.execute(insert(entity.table), columns)


def update_rows(
    call: Call,
    entity: EntityTable,
    condition: ColumnElement[bool],
    values: Mapping[str, Any],
    *,
    scope: Scope | None = None,
) -> None:
    """Change attributes, and the scope if given, of the entities that satisfy a condition."""
    columns = to_columns(entity, values)
    if scope is not None:
        columns["scope"] = scope.value
    inside = entity.table.c.workspace == call.caller.workspace
    call.connection.execute(update(entity.table).where(inside, condition).values(**columns))


def update_row(
    call: Call,
    entity: EntityTable,
    ident: str,
    values: Mapping[str, Any],
    *,
    scope: Scope | None = None,
) -> None:
    """Change attributes, and the scope when one is given, of one entity."""
    update_rows(call, entity, entity.table.c.id == ident, values, scope=scope)


def update_task(call: Call, task: RowMapping, values: Mapping[str, Any]) -> None:
    """Change attributes of one task, whose id may be that of a task of another job as well."""
    kept = with_internal(call.caller, task["metadata"], values)
    update_rows(call, TASKS, TASKS.table.c.sequence == task["sequence"], kept)


def rows_where(
    call: Call, entity: EntityTable, *conditions: ColumnElement[bool]
) -> Sequence[RowMapping]:
    """Select rows of the workspace, whoever may see them, in order of creation."""
    inside = entity.table.c.workspace == call.caller.workspace
    own = () if entity.condition is None else (entity.condition,)
    statement = (
        select(entity.table).where(inside, *own, *conditions).order_by(entity.table.c.sequence)
    )
    return call.connection.execute(statement).mappings().all()


def in_scopes(call: Call, entity: EntityTable, scopes: Collection[Scope]) -> ColumnElement[bool]:
    """Select entities that are in one of the scopes now: finished jobs move to the archive."""
    return or_(*(_in_scope(call, entity, scope) for scope in scopes))


def _in_scope(call: Call, entity: EntityTable, scope: Scope) -> ColumnElement[bool]:
    columns = entity.table.c
    if entity.table is not JOBS.table or scope not in {Scope.FINISHED, Scope.ARCHIVED}:
        return columns.scope == scope.value
    is_old = columns.archives <= call.timestamp
    if scope is Scope.ARCHIVED:
        return or_(
            columns.scope == scope.value, and_(columns.scope == Scope.FINISHED.value, is_old)
        )
    is_kept = or_(columns.archives.is_(None), columns.archives > call.timestamp)
    return and_(columns.scope == scope.value, is_kept)


def visible_row(call: Call, entity: EntityTable, ident: str) -> RowMapping:
    """Select the row that the caller means by an id.

    Raises:
        Refusal: there is none, it is archived, or the caller may not see it: all the same words.
            Or there is more than one, which tasks of several jobs can be.
    """
    rows = rows_where(
        call,
        entity,
        entity.table.c.id == ident,
        in_scopes(call, entity, LIVING),
        access(entity.name, call.caller).read(call.caller),
    )
    if not rows:
        raise no_such(entity.called(call.caller.generation), ident)
    if len(rows) > 1:
        kind = entity.called(call.caller.generation)
        raise Refusal(f"more than one {kind} has the id {ident!r}: name its job as well")
    return rows[0]


def writable_row(call: Call, entity: EntityTable, ident: str, what: str) -> RowMapping:
    """Select the row that the caller means by an id and is about to change.

    Args:
        call: the operation.
        entity: its entity type.
        ident: its id.
        what: the intention, for the message: ``change`` or ``delete``.

    Raises:
        Refusal: there is none that the caller can see, or the caller's role may not change it.
    """
    row = visible_row(call, entity, ident)
    may_write = access(entity.name, call.caller).write(call.caller)
    if not rows_where(call, entity, entity.table.c.sequence == row["sequence"], may_write):
        raise not_permitted(call.caller, f"{what} this {entity.called(call.caller.generation)}")
    return row


def read_records(call: Call, statement: Select[Any]) -> list[Record]:
    """Run a statement made from `select_records`; its columns are the attributes of the records."""
    result = call.connection.execute(statement)
    names = list(result.keys())
    # Half the time of a large search would go into rows that look themselves up by name.
    records = [dict(zip(names, row, strict=True)) for row in result]
    if "metadata" in names and not sees_internal(call.caller):
        for record in records:
            record["metadata"] = external(record["metadata"])
    if call.caller.generation == "v1":
        _respell_ends(records, names)
    return records


def _respell_ends(records: Sequence[Record], names: Sequence[str]) -> None:
    """Show the ends of tasks as v1 knows them; those of jobs are texts."""
    for end in {"source", "destination"}.intersection(names):
        for record in records:
            if is_object(record[end]):
                record[end] = end_in_v1(record[end])


def records_by_id(
    call: Call, entity: EntityTable, idents: Sequence[str], *, job: str | None = None
) -> list[Record]:
    """Read entities as the caller's generation sends them, in the order of the ids.

    Args:
        call: the operation.
        entity: their type.
        idents: their ids.
        job: of tasks, the id of their job.
    """
    by_id: dict[str, Record] = {}
    columns = entity.table.c
    inside = columns.workspace == call.caller.workspace
    if job is not None:
        inside &= columns.job == job
    for start in range(0, len(idents), _CHUNK):
        chosen = columns.id.in_(idents[start : start + _CHUNK])
        statement = select_records(entity, call.caller.generation).where(inside, chosen)
        by_id |= {record["id"]: record for record in read_records(call, statement)}
    return [by_id[ident] for ident in idents]
