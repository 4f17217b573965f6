"""Sending rows that create entities. None is ever sent again without knowing that it did nothing.

What has a unique attribute is looked for: an entity that is as planned is the one created, and
while there is none, creating it once more cannot make two. What has none may be there twice without
anybody noticing, so that such a row ends as unknown, with what may be it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from accsyn_orm.bulk.images import agree, image_of
from accsyn_orm.bulk.outcome import RowResult, RowState, done, undone
from accsyn_orm.bulk.payloads import creation_of
from accsyn_orm.bulk.rows import Row
from accsyn_orm.bulk.units import Unit
from accsyn_orm.bulk.workbench import Workbench
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import wire_type
from accsyn_orm.entities.lookups import find_by_values
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.entities.querying.selection import Selection
from accsyn_orm.entities.values.references import reference_names
from accsyn_orm.errors import AccsynError, EntityStateError
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.patience import is_undone
from accsyn_orm.query.fields import FieldRef
from accsyn_orm.query.nodes import Expression, Operator, all_of

_MOST_CANDIDATES = 10
_CLOCKS_DIFFER_BY = timedelta(minutes=10)
_NO_ID = "was created, but the backend did not say its id: find it with where()"
_MAYBE_THERE = "may have been created, and nothing tells it from others: look before creating it"
_OTHERWISE = "is there with this {name}, but otherwise than planned: look which of them it is"


def send_creations(bench: Workbench, unit: Unit) -> None:
    """Bring the rows of a unit to their end."""
    for row in unit.rows:
        since = time.monotonic()
        try:
            may_arrive = bench.is_doubtful(row)
            end = _look_for(bench, row) if may_arrive else None
            if end is None:
                bench.announce([row])
                end = _sent(bench, row, may_arrive=may_arrive)
        except AccsynError as error:
            bench.give_up([row], error, since=since)
        else:
            bench.finish(end)


def _sent(bench: Workbench, row: Row, *, may_arrive: bool) -> RowResult:
    """Create the entity, and once more when it certainly is not there.

    Args:
        bench: what is at hand.
        row: the row.
        may_arrive: a request for it was lost, and may be done late.

    Raises:
        AccsynError: the row can be brought to no end now.
    """
    number = 0
    while True:
        number += 1
        try:
            return _request(bench, row)
        except AccsynError as error:
            failure = error
        if is_undone(failure):
            raise failure
        is_refused = failure.outcome is Outcome.REJECTED
        if is_refused and not may_arrive:
            return undone(row, RowState.FAILED, failure)
        bench.doubt(row)
        end = _look_for(bench, row)
        if end is not None:
            return end
        if is_refused:
            return undone(row, RowState.FAILED, failure)
        if number >= bench.line.attempts or bench.is_stopping:
            raise failure
        may_arrive = True
        bench.line.pause(number, failure)


def _request(bench: Workbench, row: Row) -> RowResult:
    backend = bench.backend
    data, parent = creation_of(row, backend)
    name = wire_type(row.entity, backend)
    reply = bench.write([row], lambda: backend.create(name, data, parent))
    records = reply if isinstance(reply, list) else [reply]
    created = [row.entity.load_record(item, backend) for item in records if item.get("id")]
    bench.hand_over(row, created[0] if created else None)
    if not created:
        return RowResult(row, RowState.DONE, error=_NO_ID)
    return replace(done(row, created[0]), ids=_ids(created))


# -- after an answer got lost ----------------------------------------------------------------------


def _look_for(bench: Workbench, row: Row) -> RowResult | None:
    """Return how a row ended by what there is, or ``None`` if it may be sent."""
    name = next((name for name in row.entity.__unique__ if name in row.after), None)
    if name is None:
        error = EntityStateError(row.entity.__name__, _MAYBE_THERE)
        return undone(row, RowState.UNKNOWN, error, _candidates(bench, row))
    wanted = str(row.after[name])
    found = find_by_values(row.entity, [name], [wanted], bench.backend, ask=bench.line.read)
    same = [item for item in found if str(vars(item).get(name)).casefold() == wanted.casefold()]
    if not same:
        bench.trust(row)
        return None
    if _is_as_planned(row, same[0]):
        bench.hand_over(row, same[0])
        return done(row, same[0], is_confirmed=True)
    error = EntityStateError(row.entity.__name__, _OTHERWISE.format(name=name))
    return undone(row, RowState.UNKNOWN, error, _ids(same))


def _is_as_planned(row: Row, entity: Entity) -> bool:
    """Tell whether an entity has all that it was to be created with, as far as it can be told."""
    cls = row.entity
    # References may be given by a code, and are answered as ids.
    untold = {*reference_names(cls), *cls.__unique__}
    names = [name for name in row.after if name not in untold]
    image = image_of(vars(entity), names)
    return all(agree(cls, name, row.after[name], now) for name, now in image.items())


def _candidates(bench: Workbench, row: Row) -> tuple[str, ...]:
    """Return the ids of entities that may be the one a row created."""
    cls = row.entity
    conditions: list[Expression] = []
    if "created" in cls.__entity_attributes__:
        conditions.append(_field(cls, "created") >= bench.began - _CLOCKS_DIFFER_BY)
    named = next((name for name in ("name", "code", "uri") if row.after.get(name)), None)
    if named is not None:
        conditions.append(_field(cls, named).compare(Operator.EQUAL, row.after[named]))
    where = all_of(conditions) if conditions else None
    selection = Selection(where=where, parent=row.parent, limit=_MOST_CANDIDATES)
    return _ids(bench.line.read(Query(cls, selection, bench.backend).all))


def _field(cls: type[Entity], name: str) -> FieldRef[Any]:
    field: FieldRef[Any] = getattr(cls, name)
    return field


def _ids(entities: Sequence[Entity]) -> tuple[str, ...]:
    return tuple(str(vars(entity)["id"]) for entity in entities)
