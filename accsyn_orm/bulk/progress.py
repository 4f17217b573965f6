"""Progress of a bulk change, told to whoever wants to know: by a call, never by printing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from accsyn_orm.bulk.outcome import RowResult, RowState


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a bulk change is.

    Attributes:
        total: rows in all.
        done: rows that are done.
        failed: rows that were refused.
        not_sent: rows that were given up before they were sent.
        unknown: rows of which it is not known (yet) what came of them.
        last: how the last row ended.
    """

    total: int
    done: int = 0
    failed: int = 0
    not_sent: int = 0
    unknown: int = 0
    last: RowResult | None = None

    @property
    def ended(self) -> int:
        """Rows that have ended, however."""
        return self.done + self.failed + self.not_sent + self.unknown


class ProgressCallback(Protocol):
    """Is told of every row that ends, in the thread that called ``apply()``."""

    def __call__(self, tally: Tally, /) -> object:
        """Take notice."""
        ...


def tally_of(total: int, counts: Mapping[RowState, int], last: RowResult | None = None) -> Tally:
    """Return the tally of so many rows in each state."""
    return Tally(
        total,
        counts.get(RowState.DONE, 0),
        counts.get(RowState.FAILED, 0),
        counts.get(RowState.NOT_SENT, 0),
        counts.get(RowState.UNKNOWN, 0),
        last,
    )
