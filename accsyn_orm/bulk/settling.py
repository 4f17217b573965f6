"""What reading back says about a row: pure decisions, made the same way at every occasion.

Before a row is sent for the first time the question is whether somebody else changed the entity.
After it was sent and no answer came, the question is whether it happened: the entity is then as it
shall be, or as it was, or as neither.
"""

from __future__ import annotations

from accsyn_orm.bulk.images import agree, image_of
from accsyn_orm.bulk.outcome import RowResult, RowState, done, undone
from accsyn_orm.bulk.rows import Action, Row, modified_of
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.changes import is_same
from accsyn_orm.entities.conflicts import drifted
from accsyn_orm.errors import ConflictError, EntityNotFoundError


def verdict(row: Row, now: Entity | None, *, was_sent: bool, checks: bool) -> RowResult | None:
    """Return how a row has ended, or ``None`` if it may be sent.

    Args:
        row: a row that changes or deletes an entity.
        now: the entity as it is; ``None`` when it is gone.
        was_sent: the row was sent, and nothing is known of what came of it.
        checks: a row is refused when somebody else changed the entity.
    """
    if row.action is Action.DELETE:
        return _of_deletion(row, now, was_sent=was_sent, checks=checks)
    if now is None:
        return undone(row, RowState.FAILED, _gone(row))
    if was_sent and is_as_planned(row, now):
        return done(row, now, is_confirmed=True)
    is_known = row.before.keys() >= row.after.keys()
    if is_as_before(row, now) and (is_known or not _was_touched(row, now)):
        is_refused = checks and _was_touched(row, now)
        return undone(row, RowState.FAILED, conflict(row, now)) if is_refused else None
    if was_sent:
        # Ours may have come and gone, or never have come: who could tell?
        return undone(row, RowState.UNKNOWN, conflict(row, now))
    return undone(row, RowState.FAILED, conflict(row, now)) if checks else None


def is_as_planned(row: Row, now: Entity) -> bool:
    """Tell whether an entity has what a row gives it."""
    image = image_of(vars(now), row.after)
    return all(
        name in image and agree(row.entity, name, value, image[name])
        for name, value in row.after.items()
    )


def is_as_before(row: Row, now: Entity) -> bool:
    """Tell whether an entity has what it had when the row was planned, as far as that is known."""
    image = image_of(vars(now), row.before)
    return all(
        name in image and is_same(value, image[name])
        for name, value in row.before.items()
        if name in row.after
    )


def conflict(row: Row, now: Entity) -> ConflictError:
    """Return the error that says how an entity differs from what a row expects."""
    differences = drifted(row.before, row.after, image_of(vars(now), row.after))
    return ConflictError(row.entity.__name__, row.id, differences)


def _of_deletion(row: Row, now: Entity | None, *, was_sent: bool, checks: bool) -> RowResult | None:
    if now is None:
        if was_sent:
            return done(row, is_confirmed=True)
        return undone(row, RowState.FAILED, _gone(row))
    if checks and _was_touched(row, now):
        return undone(row, RowState.FAILED, conflict(row, now))
    return None


def _was_touched(row: Row, now: Entity) -> bool:
    """Tell whether an entity was changed since, as far as it says when that was."""
    modified = modified_of(now)
    return None not in {row.modified, modified} and modified != row.modified


def _gone(row: Row) -> EntityNotFoundError:
    return EntityNotFoundError(row.entity.__name__, f"id {row.id!r}")
