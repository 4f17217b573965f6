"""A backend that is one list of rows: pages of it, and anything that happens between two pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Meanwhile = Callable[[list[str]], None]


class Rows:
    """Rows by id; ``asked`` holds every request as ``(limit, skip)``.

    Args:
        ids: what there is.
        cap: how many it sends at most, whatever it is asked for.
        before: what happens just before each request, by its number from 0.
    """

    protocol = "v3"

    def __init__(
        self,
        ids: list[str],
        *,
        cap: int | None = None,
        before: dict[int, Meanwhile] | None = None,
    ) -> None:
        self.ids = ids
        self.cap = cap
        self.before = before or {}
        self.asked: list[tuple[int | None, int]] = []

    def page(self, limit: int | None, skip: int) -> list[dict[str, Any]]:
        meanwhile = self.before.get(len(self.asked))
        self.asked.append((limit, skip))
        if meanwhile:
            meanwhile(self.ids)
        rows = self.ids[skip : None if limit is None else skip + limit]
        return [{"id": ident} for ident in rows[: self.cap]]

    def find(
        self, _query: object, *, limit: int | None = None, skip: int | None = None, **_: object
    ) -> list[dict[str, Any]]:
        return self.page(limit, skip or 0)


def named(count: int, prefix: str = "r") -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]
