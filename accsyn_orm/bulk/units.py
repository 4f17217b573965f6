"""Units: rows that one worker takes together, because they are read or sent together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from accsyn_orm.bulk.rows import Action, Row
from accsyn_orm.entities.querying.chunks import CHUNK, chunks

BATCH = 25
"""How many entities are looked at in one request before they are changed one after the other.

The look is as old as the batch takes: less than a second at the rate limit of accsyn.
"""

WORKERS = 8
"""How many requests are under way at once, unless somebody says so."""


def batch_for(count: int, workers: int = WORKERS) -> int:
    """Return how many rows to look at together: so few that every worker has something to do."""
    return min(BATCH, math.ceil(count / (2 * workers)) or 1)


@dataclass(frozen=True, slots=True)
class Unit:
    """Rows of one action, one class and one parent.

    Attributes:
        rows: the rows.
    """

    rows: tuple[Row, ...]

    @property
    def action(self) -> Action:
        """What happens to them."""
        return self.rows[0].action

    @property
    def parent(self) -> str | None:
        """The parent that all live under; its sub-entities are sent in one request."""
        return self.rows[0].parent

    @property
    def requests(self) -> int:
        """How many requests they take when nothing goes wrong."""
        if self.action is Action.CREATE:
            return len(self.rows)
        return 1 + (1 if self.is_sent_together else len(self.rows))

    @property
    def is_sent_together(self) -> bool:
        """Whether one request changes all of them."""
        return self.action is Action.UPDATE and self.parent is not None


def divided(rows: Sequence[Row], batch: int = BATCH) -> list[Unit]:
    """Return the rows as units, in the order in which their first rows stand.

    Args:
        rows: the rows.
        batch: how many rows a unit has at most that are sent one by one.
    """
    together: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        together.setdefault((row.action, row.entity, row.parent), []).append(row)
    units: list[Unit] = []
    for group in together.values():
        units += [Unit(tuple(chunk)) for chunk in chunks(group, _size(group[0], batch))]
    return sorted(units, key=lambda unit: unit.rows[0].number)


def _size(row: Row, batch: int) -> int:
    if row.action is Action.CREATE:
        return 1
    return CHUNK if row.action is Action.UPDATE and row.parent else batch
