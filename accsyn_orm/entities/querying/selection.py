"""Selection: what a query says beside the type, and how two of them become one."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import QueryValueError

if TYPE_CHECKING:
    from accsyn_orm.query.nodes import Expression


@dataclass(frozen=True, slots=True)
class Selection:
    """Everything a request says beside the type.

    Attributes:
        where: the condition, or ``None`` for all.
        parent: id of the entity whose sub-entities are meant.
        attributes: which attributes to load; empty for all.
        finished: look among finished ones.
        inactive: look among inactive ones.
        archived: look among archived ones.
        limit: at most this many.
        skip: leave out this many first.
        prefetch: names of what to fetch with each page; see ``prefetching``.
        strict: refuse to fetch anything for what is found that is not named in ``prefetch``.
    """

    where: Expression | None = None
    parent: str | None = None
    attributes: tuple[str, ...] = ()
    finished: bool | None = None
    inactive: bool | None = None
    archived: bool | None = None
    limit: int | None = None
    skip: int | None = None
    prefetch: tuple[str, ...] = ()
    strict: bool | None = None

    def said(self) -> dict[str, Any]:
        """Return the options that are set; the condition is none."""
        options = {name: getattr(self, name) for name in _OPTIONS}
        return {name: value for name, value in options.items() if value not in {None, ()}}

    def calls(self) -> str:
        """Return the calls that set the options of a query so; the condition is none."""
        return "".join(
            f".{_SETTERS.get(name, name)}({_arguments(value)})"
            for name, value in self.said().items()
        )

    def merged(self, other: Selection, query: str) -> Selection:
        """Return this selection with the options of another one; the conditions are left alone.

        Args:
            other: the other one.
            query: text of the other query, for the message.

        Raises:
            QueryValueError: both say different things.
        """
        mine, theirs = self.said(), other.said()
        for name in set(_OPTIONS) - {"prefetch"}:
            if name in mine and name in theirs and mine[name] != theirs[name]:
                said = f"{mine[name]!r} and {theirs[name]!r}"
                raise QueryValueError(query, f"the queries disagree about {name}: {said}")
        both = tuple(dict.fromkeys(self.prefetch + other.prefetch))
        return replace(self, **{**theirs, **mine, "prefetch": both})

    def refuse_other_request(self, other: Selection, query: str) -> None:
        """Refuse a selection that one request cannot answer together with this one.

        Raises:
            QueryValueError: an option differs.
        """
        for name in _OPTIONS:
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine != theirs:
                reason = f"the queries differ in {name}: {mine!r} and {theirs!r}"
                raise QueryValueError(query, reason, hint="run them one after the other")


_OPTIONS = tuple(item.name for item in fields(Selection) if item.name != "where")


_SETTERS = {"parent": "under", "attributes": "only"}


def _arguments(value: object) -> str:
    """Return what the method of an option is called with to set it."""
    if value is True:
        return ""
    items = cast("tuple[object, ...]", value if isinstance(value, tuple) else (value,))
    return ", ".join(map(repr, items))


def natural(count: int, what: str, *, least: int = 0) -> int:
    """Return a whole number.

    Raises:
        QueryValueError: it is none, or too small.
    """
    # By type, because True and 1.0 are numbers too.
    if type(count) is not int or count < least:
        raise QueryValueError(count, f"{what} takes a whole number from {least} up")
    return count
