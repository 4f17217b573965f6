"""The values of settings: those that an entity has itself, and those that hold for it.

Jobs and tasks are given settings when they are submitted and keep them in their own row; all other
entities have theirs in a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete

from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.rules.base import modification
from accsyn_orm.server.settings.catalogue import DEFAULTS, combined
from accsyn_orm.server.settings.owners import Owner, lineage, the_workspace
from accsyn_orm.server.storage.store import insert_row, rows_where, update_row
from accsyn_orm.server.storage.tables import JOBS, QUEUES, SETTINGS, SHARES

Values = dict[str, str]


def own_values(call: Call, owner: Owner, integration: str = "") -> Values:
    """Read what was set for an entity itself.

    Args:
        call: the operation.
        owner: the entity.
        integration: read those of this integration; by default, those of accsyn.
    """
    if owner.family is JOBS and not integration:
        # Another operation may have changed them since the row was read.
        (row,) = rows_where(call, JOBS, JOBS.table.c.id == owner.ident)
        return dict(row["settings"] or {})
    rows = rows_where(call, SETTINGS, _of(owner, integration))
    return {row["name"]: row["value"] for row in rows}


@behaviour(DOCUMENTED, "setting", "a setting is set, changed and taken away")
def set_value(call: Call, owner: Owner, name: str, value: str, integration: str = "") -> None:
    """Set one setting of an entity."""
    if owner.family is JOBS and not integration:
        _store_in_job(call, owner, {**own_values(call, owner), name: value})
        return
    values = {"value": value, "modified": call.timestamp, "modifier": call.caller.user_code}
    named = SETTINGS.table.c.name == name
    present = rows_where(call, SETTINGS, _of(owner, integration), named)
    if present:
        update_row(call, SETTINGS, present[0]["id"], values)
        return
    place = {"entitytype": owner.family.name, "entityid": owner.ident, "integration": integration}
    insert_row(call, SETTINGS, {**place, "name": name, **values})


def delete_value(call: Call, owner: Owner, name: str, integration: str = "") -> bool:
    """Take one setting of an entity away; return whether there was one."""
    before = own_values(call, owner, integration)
    if name not in before:
        return False
    if owner.family is JOBS and not integration:
        _store_in_job(call, owner, {key: value for key, value in before.items() if key != name})
    else:
        named = and_(_of(owner, integration), SETTINGS.table.c.name == name)
        call.connection.execute(delete(SETTINGS.table).where(_here(call), named))
    return True


@behaviour(DOCUMENTED, "setting", "filters add to those that are inherited, others replace")
def inherited_values(
    call: Call, owner: Owner, *, share: Owner | None = None, with_defaults: bool = True
) -> Values:
    """Return what holds for an entity: its own settings over all that it inherits.

    Args:
        call: the operation.
        owner: the entity.
        share: a share that it touches, whose settings count as well.
        with_defaults: whether what nobody has set holds its default.
    """
    line = lineage(call, owner)
    shares = () if share is None else (share,)
    return _merged(call, [*_with_shares(call, line, shares)], with_defaults=with_defaults)


@behaviour(DOCUMENTED, "setting", "tasks inherit from their job and from the shares involved")
@behaviour(INFERRED, "setting", "of a job, task beats job, job beats queue, queue beats shares")
def effective_settings(
    call: Call,
    job: RowMapping,
    *,
    shares: Iterable[RowMapping] = (),
    task: RowMapping | None = None,
) -> Values:
    """Return the settings that a job, or one task of it, runs with.

    Args:
        call: the operation.
        job: row of the job.
        shares: rows of the shares that it reads from or writes to, in this order.
        task: row of the task.

    Returns:
        Texts by name. Filters of all levels are joined; the defaults are there as well.
    """
    line = lineage(call, Owner(JOBS, job))
    involved = [Owner(SHARES, share) for share in shares]
    values = _merged(call, [*_with_shares(call, line, involved)], with_defaults=True)
    return values if task is None else _over(values, task["settings"] or {})


def _with_shares(call: Call, line: list[Owner], shares: Iterable[Owner]) -> Iterable[Owner]:
    """Yield owners from the farthest to the nearest; shares stand between workspace and queue."""
    yield the_workspace(call)
    seen: set[str] = {call.caller.workspace}
    for share in shares:
        for owner in reversed(lineage(call, share)):
            if owner.ident not in seen:
                seen.add(owner.ident)
                yield owner
    yield from (owner for owner in reversed(line) if owner.ident not in seen)


def _merged(call: Call, owners: Iterable[Owner], *, with_defaults: bool) -> Values:
    values: Values = dict(DEFAULTS) if with_defaults else {}
    for owner in owners:
        values = _over(values, own_values(call, owner))
    return values


def _over(inherited: Values, own: Mapping[str, str]) -> Values:
    added = {name: combined(name, inherited.get(name), value) for name, value in own.items()}
    return {**inherited, **added}


def beneath(call: Call, owner: Owner) -> Iterable[Owner]:
    """List the shares, or shares and queues, beneath an owner, whoever may see them."""
    shares = SHARES.table.c
    if owner.family is SHARES:
        rows = rows_where(call, SHARES, shares.parent == owner.ident, shares.scope == "active")
        return [Owner(SHARES, row) for row in rows]
    if owner.family.name != "workspace":
        return []
    return [
        Owner(family, row)
        for family in (QUEUES, SHARES)
        for row in rows_where(call, family, family.table.c.scope == "active")
    ]


def _store_in_job(call: Call, owner: Owner, values: Mapping[str, Any]) -> None:
    update_row(call, JOBS, owner.ident, {"settings": dict(values), **modification(call)})


def _here(call: Call) -> ColumnElement[bool]:
    return SETTINGS.table.c.workspace == call.caller.workspace


def _of(owner: Owner, integration: str) -> ColumnElement[bool]:
    columns = SETTINGS.table.c
    return and_(
        columns.entitytype == owner.family.name,
        columns.entityid == owner.ident,
        columns.integration == integration,
    )
