"""Pages of entities: each is loaded when it is needed, or a little earlier."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from accsyn_orm.entities.querying.ahead import Ahead
from accsyn_orm.entities.querying.paging import Pager, Place
from accsyn_orm.entities.siblings import Siblings
from accsyn_orm.errors import PagingError

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Backend, Record
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.querying.narrowing import Narrowing
    from accsyn_orm.entities.querying.request import Request

E = TypeVar("E", bound="Entity")


class Handed:
    """The entities of the last two pages, and the ids of all that their reader has written.

    The reader may write one while the next page is on its way; backends that move what was changed
    would show it again.
    """

    def __init__(self, *, is_strict: bool) -> None:
        self.siblings = Siblings(is_strict=is_strict)
        self._pages: deque[Sequence[Entity]] = deque(maxlen=2)
        self._written: set[str] = set()

    def add(self, page: Sequence[Entity]) -> None:
        """Remember a page that is handed out."""
        if len(self._pages) == self._pages.maxlen:
            self._note(self._pages[0])
        self._pages.append(page)
        # Not before: what is fetched for a page shall not depend on how far the next one is.
        self.siblings.hold(page)

    def written(self) -> set[str]:
        """Return the ids of what was written so far."""
        for page in tuple(self._pages):
            self._note(page)
        return self._written

    def _note(self, page: Sequence[Entity]) -> None:
        self._written.update([str(vars(item).get("id")) for item in page if item.write_count])


@dataclass(frozen=True)
class Pages(Generic[E]):
    """How the pages of one query are loaded.

    Attributes:
        entity: class of the entities.
        backend: where they are.
        request: how they are asked for.
        size: how many one page holds.
        is_ahead: whether the next page is loaded while one is used, from the second one on.
    """

    entity: type[E]
    backend: Backend
    request: Request
    size: int
    is_ahead: bool

    def turned(self, query: Narrowing[E]) -> Generator[list[E], None, None]:
        """Give page after page.

        Args:
            query: says where to begin and end, and what messages call it.
        """
        selection = query.selection
        handed = Handed(is_strict=selection.strict is True)
        pager = Pager(
            self._find,
            self.size,
            written=handed.written,
            # Written only then: a query may have thousands of terms.
            lost=lambda given: PagingError(self.entity.__name__, str(query), given),
        )
        place: Place | None = Place(selection.skip or 0, left=selection.limit)
        coming: Ahead[tuple[list[E], Place | None]] | None = None
        is_first = True
        while place is not None and place.left != 0:
            load = partial(self._load, pager, place, handed.siblings)
            page, place = load() if coming is None else coming.result()
            handed.add(page)
            if page and selection.prefetch:
                self._prefetch(selection.prefetch, page, handed.siblings)
            coming = None
            if self.is_ahead and not is_first and place is not None and place.left != 0:
                coming = Ahead(partial(self._load, pager, place, handed.siblings))
            is_first = False
            for begin in range(0, len(page), self.size):
                yield page[begin : begin + self.size]

    def _prefetch(self, names: Sequence[str], page: Sequence[E], siblings: Siblings) -> None:
        from accsyn_orm.entities.prefetching import prefetch  # which asks by queries itself

        prefetch(names, page, siblings, self.backend)

    def _find(self, limit: int, skip: int) -> list[Record]:
        return self.request.find(self.backend, limit=limit, skip=skip)

    def _load(self, pager: Pager, place: Place, siblings: Siblings) -> tuple[list[E], Place | None]:
        records, following = pager.page(place)
        return self.entity.load_records(_emptied(records), self.backend, siblings), following


def _emptied(records: list[Record]) -> Iterator[Record]:
    """Give records and let go of them, so that a page is never there twice as a whole."""
    records.reverse()
    while records:
        yield records.pop()
