"""Sending rows that change or delete entities: look, announce, send, and settle what got lost.

Entities are sent one after the other, changes of sub-entities of one parent together.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from accsyn_orm.bulk.outcome import RowResult, RowState, done, undone
from accsyn_orm.bulk.payloads import change_of
from accsyn_orm.bulk.rows import Action, Row
from accsyn_orm.bulk.units import Unit
from accsyn_orm.bulk.workbench import Workbench
from accsyn_orm.entities.backend import Record
from accsyn_orm.entities.dialects import wire_type
from accsyn_orm.errors import AccsynError, EntityStateError
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.patience import is_undone

_NOT_DELETED = "the backend did not delete it, and did not say why"
_NOT_CHANGED = "the backend agreed to change it, and did not"


def send_changes(bench: Workbench, unit: Unit) -> None:
    """Bring the rows of a unit to their end."""
    since = time.monotonic()
    try:
        ready = _ready(bench, unit.rows)
        bench.announce(ready)
    except AccsynError as error:
        bench.give_up(unit.rows, error, since=since)
        return
    for rows in [ready] if unit.is_sent_together else [[row] for row in ready]:
        _send(bench, rows)


def _ready(bench: Workbench, rows: Sequence[Row]) -> list[Row]:
    """Return the rows that may be sent; the others have ended."""
    looked_at = [row for row in rows if bench.checks or bench.is_doubtful(row)]
    found = bench.read(looked_at) if looked_at else {}
    ends = {row.number: bench.settle(row, found.get(row.id)) for row in looked_at}
    for end in ends.values():
        if end is not None:
            bench.finish(end)
    return [row for row in rows if ends.get(row.number) is None]


def _send(bench: Workbench, rows: list[Row]) -> None:
    """Send rows in one request, and again when it did nothing, until each row has an end."""
    since, number, may_arrive = time.monotonic(), 0, False
    while True:
        number += 1
        if bench.is_stopping:
            bench.leave(rows)
            return
        rows, failure = _attempt(bench, rows)
        if failure is None:
            return
        if is_undone(failure):
            bench.give_up(rows, failure, since=since)
            return
        is_refused = failure.outcome is Outcome.REJECTED
        is_certain = is_refused and len(rows) == 1 and not may_arrive
        left = rows if is_certain else _look_back(bench, rows, since)
        if is_refused:
            _end_refused(bench, left, failure, is_alone=len(rows) == 1)
            return
        if number >= bench.line.attempts:
            bench.give_up(left, failure, since=since)
            return
        if not left:
            return
        rows, may_arrive = left, True
        bench.line.pause(number, failure)


def _end_refused(
    bench: Workbench, rows: Sequence[Row], failure: AccsynError, *, is_alone: bool
) -> None:
    """End a row that was refused; of several, one was the reason, and each is told its own."""
    for row in rows:
        if is_alone:
            bench.finish(undone(row, RowState.FAILED, failure))
        else:
            _send(bench, [row])


def _attempt(bench: Workbench, rows: list[Row]) -> tuple[list[Row], AccsynError | None]:
    """Send rows once; return those without an end, and why they have none."""
    try:
        ends = _request(bench, rows)
    except AccsynError as error:
        return rows, error
    for end in ends.values():
        bench.finish(end)
    silent = [row for row in rows if row.id not in ends]
    if not silent:
        return [], None
    # An answer that leaves out a row says nothing about it.
    failure = EntityStateError(rows[0].entity.__name__, _NOT_CHANGED)
    failure.outcome = Outcome.MAYBE_APPLIED
    return silent, failure


def _look_back(bench: Workbench, rows: Sequence[Row], since: float) -> list[Row]:
    """Return the rows that certainly did not happen; the others have an end."""
    for row in rows:
        bench.doubt(row)
    try:
        return _ready(bench, rows)
    except AccsynError as error:
        bench.give_up(rows, error, since=since)
        return []


def _request(bench: Workbench, rows: Sequence[Row]) -> Mapping[str, RowResult]:
    """Send rows in one request; return how they ended, by id, as far as the answer says."""
    row, backend = rows[0], bench.backend
    name = wire_type(row.entity, backend)
    if row.action is Action.DELETE:
        options = {"force": True} if bench.force else None
        if bench.write(rows, lambda: backend.delete_one(name, row.id, options)):
            return {row.id: done(row)}
        error = EntityStateError(row.entity.__name__, _NOT_DELETED)
        return {row.id: undone(row, RowState.FAILED, error)}
    if row.parent is None:
        data = change_of(row, backend)
        return _ends(bench, rows, [bench.write(rows, lambda: backend.update(name, row.id, data))])
    parent = row.parent
    items = [{"id": item.id, **change_of(item, backend)} for item in rows]
    return _ends(bench, rows, bench.write(rows, lambda: backend.update_many(name, parent, items)))


def _ends(
    bench: Workbench, rows: Sequence[Row], records: Sequence[Record]
) -> Mapping[str, RowResult]:
    answers = {str(record["id"]): record for record in records if "id" in record}
    ends: dict[str, RowResult] = {}
    for row in rows:
        if row.id in answers:
            entity = row.entity.load_record(answers[row.id], bench.backend)
            ends[row.id] = done(row, entity)
            bench.hand_over(row, entity)
    return ends
