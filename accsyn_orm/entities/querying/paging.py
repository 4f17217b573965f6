"""Paging: one page after the other by offset, while rows come and go in the backend.

The backend knows offsets, not cursors. Each request therefore asks for one row more than the page
holds: that row tells whether there is more, and it must come first when the next page is asked for.
When something else does, rows were added or removed meanwhile, and the place is looked for again.

What this relies on: rows keep their order among themselves. Then nothing is skipped and nothing
given twice, whatever comes and goes. If the backend moves rows about, the ones of the last two
pages, and all that were written by the loop itself, are still never given twice.

What cannot be known: whether a backend that sends fewer rows than it was asked for has no more, or
will not send more at once. It is taken for the end; such a backend needs a smaller page size. Rows
without an id cannot be told apart, and are taken as they come.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from accsyn_orm.errors import PagingError

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Record

Find: TypeAlias = Callable[[int, int], "list[Record]"]
"""Asks for records: at most so many, without so many at the start."""

_MOST_SEARCHES = 10
"""How many requests may look for the place to go on: some 2,500 rows to both sides at 500."""

_MOST_BARREN = 3
"""How many searches in a row may lead to nothing new."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins.

    Attributes:
        position: how many rows were before it.
        anchor: id of the row that must be there; ``None`` when that is not known.
        left: how many rows are still wanted; ``None`` for all.
        recent: ids of the rows of the last two pages, in their order.
        lingering: ids of rows before those that may still show up behind them.
        given: how many rows the pages before it hold.
    """

    position: int
    anchor: str | None = None
    left: int | None = None
    recent: tuple[tuple[str, ...], ...] = ()
    lingering: frozenset[str] = frozenset()
    given: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """What one request brought.

    Attributes:
        position: how many rows are before it.
        rows: the records.
        ids: their ids, ``None`` for what has none.
        is_full: there are as many as were asked for, so there may be more.
    """

    position: int
    rows: list[Record]
    ids: list[str | None]
    is_full: bool

    def index(self, ident: str) -> int | None:
        """Return where a row is in it."""
        return self.ids.index(ident) if ident in self.ids else None

    def behind(self, index: int) -> Window:
        """Return the part from a row on."""
        position = self.position + index
        return Window(position, self.rows[index:], self.ids[index:], self.is_full)

    def fresh(self, known: Collection[str], written: AbstractSet[str]) -> Sequence[int]:
        """Return which rows are neither known nor written, each once."""
        ids, seen = self.ids, set(known)
        unique = set(ids)
        if len(unique) == len(ids) and seen.isdisjoint(unique) and written.isdisjoint(unique):
            return range(len(ids))
        found: list[int] = []
        for index, ident in enumerate(ids):
            if ident not in seen and ident not in written:
                found.append(index)
            if ident is not None:
                seen.add(ident)
        return found


class Pager:
    """Finds page after page; holds no state, so that a page can be asked for again.

    Args:
        find: asks for records.
        size: how many rows a page holds at most.
        written: says which rows the reader of the pages has written so far.
        lost: makes the error to raise after so many rows.
    """

    def __init__(
        self,
        find: Find,
        size: int,
        *,
        written: Callable[[], AbstractSet[str]],
        lost: Callable[[int], PagingError],
    ) -> None:
        self._find = find
        self._size = size
        self._written = written
        self._lost = lost

    def page(self, place: Place) -> tuple[list[Record], Place | None]:
        """Return the rows of a page, and where the next one begins, if there is one.

        Only the last page can be empty.

        Raises:
            PagingError: the place cannot be found any more.
        """
        searches = 0
        while searches < _MOST_BARREN:
            window = self._window(place.position, self._wanted(place))
            if place.anchor is not None and window.index(place.anchor) != 0:
                window, place = self._found_again(place, place.anchor, window)
                searches += 1
            rows, following = self._parted(place, window)
            if rows or following is None:
                return rows, following
            place = following  # nothing new: what was given has moved here
        raise self._lost(place.given)

    def _wanted(self, place: Place) -> int:
        left = self._size + 1 if place.left is None else place.left
        if left > self._size:
            return self._size + 1
        # An anchor that was given already comes on top of what is wanted.
        return left + (place.anchor is not None and _is_recent(place, place.anchor))

    def _window(self, position: int, limit: int) -> Window:
        rows = self._find(limit, position)
        ids = [ident if isinstance(ident := row.get("id"), str) else None for row in rows]
        # A backend that ignores the limit has sent everything at once.
        return Window(position, rows, ids, len(rows) == limit)

    def _parted(self, place: Place, window: Window) -> tuple[list[Record], Place | None]:
        """Separate what a page gives from what begins the next one."""
        fresh = window.fresh((*chain(*place.recent), *place.lingering), self._written())
        left = len(fresh) if place.left is None else place.left
        if not window.is_full or (place.left is not None and len(fresh) >= left <= self._size):
            return [window.rows[index] for index in fresh[:left]], None
        # The row that begins the next page is one that was not given: nobody else knows it yet.
        count = min(self._size, max(1, len(fresh) - 1))
        indexes = fresh[:count]
        following = fresh[count] if len(fresh) > count else len(window.rows) - 1
        rows = [window.rows[index] for index in indexes]
        ids = tuple(ident for index in indexes if (ident := window.ids[index]) is not None)
        return rows, Place(
            window.position + following,
            window.ids[following],
            None if place.left is None else place.left - len(rows),
            (*place.recent[-1:], ids) if ids else place.recent,
            place.lingering,
            place.given + len(rows),
        )

    # -- after rows were added or removed ----------------------------------------------------------

    def _found_again(self, place: Place, anchor: str, here: Window) -> tuple[Window, Place]:
        """Return the rows from where the page before ended, wherever that is now."""
        seen: list[Window] = []
        for window in chain([here], self._around(here)):
            if (index := window.index(anchor)) is not None:
                return self._from(window, index, anchor), place
            seen.append(window)
            if self._is_in_place(place, window, here):
                break  # so what followed it is gone
        return self._behind_given(place, seen)

    def _is_in_place(self, place: Place, window: Window, here: Window) -> bool:
        """Tell whether the row that was given last is still where it was."""
        last = place.recent[-1][-1] if place.recent else None
        if last is None or last in self._written():
            return False
        index = window.index(last)
        return index is not None and window.position + index == here.position - 1

    def _around(self, here: Window) -> Iterator[Window]:
        """Ask for what is before and after, nearest first: removing is likelier than adding."""
        limit = self._size + 1  # as before: who was asked for more might send less
        before, after, is_more = here.position, here.position + len(here.rows), here.is_full
        for turn in range(_MOST_SEARCHES):
            if before > 0 and (turn % 2 == 0 or not is_more):
                start = max(0, before - self._size)
                yield self._window(start, limit)
                before = start
            elif is_more:
                found = self._window(after, limit)
                yield found
                after += len(found.rows)
                is_more = found.is_full
            else:
                return

    def _from(self, window: Window, index: int, ident: str) -> Window:
        """Return a window from a row on, asked for anew when little of it is left."""
        if not window.is_full or index <= len(window.rows) // 2:
            return window.behind(index)
        again = self._window(window.position + index, self._size + 1)
        return again if again.index(ident) == 0 else window.behind(index)

    def _behind_given(self, place: Place, seen: list[Window]) -> tuple[Window, Place]:
        """Return what comes after the rows that were given last, now that the next one is gone.

        Rows that the reader has written may have moved, so they prove nothing.

        Raises:
            PagingError: none of them is left, or the backend has changed their order.
        """
        for window in seen:
            if window.position == 0 and not window.rows:
                return window, place  # everything is gone
        given = list(chain(*place.recent))
        places = {
            ident: window.position + index
            for window in seen
            for index, ident in enumerate(window.ids)
        }
        written = self._written()
        found = [ident for ident in given if ident in places and ident not in written]
        positions = [places[ident] for ident in found]
        if not found or positions != sorted(positions):
            raise self._lost(place.given)
        again = self._window(positions[-1], self._size + 1)
        if again.index(found[-1]) != 0:
            raise self._lost(place.given)
        # The ones given after it are gone, most likely; if not, they come now, after what is new.
        missed = given[given.index(found[-1]) + 1 :]
        return again.behind(1), replace(place, lingering=place.lingering.union(missed))


def _is_recent(place: Place, ident: str) -> bool:
    return any(ident in ids for ids in place.recent)
