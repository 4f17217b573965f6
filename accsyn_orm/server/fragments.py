"""Pieces of a WHERE condition that know what they cost, joined so that SQLite can take them in.

SQLite builds a tree as high as a chain of ANDs or ORs is long and refuses more than 1,000 levels;
and its parser remembers at most 100 unfinished symbols. Long chains are therefore split into
groups, and what is deep comes last in its chain, where it costs least.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Boolean, ColumnElement, and_, false, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from accsyn_orm.errors import QueryValueError

MAX_HEIGHT = 900
"""Levels of SQLite's expression tree; it takes 1,000, some for what surrounds the condition."""

MAX_STACK = 80
"""Symbols on the stack of SQLite's parser; it takes 100."""

MAX_VARIABLES = 32_000
"""Bound values; SQLite takes 32,766 in its default configuration."""

_WIDTH = 40  # longest chain; a balanced choice for thousands of conditions


class grouped(FunctionElement[bool]):  # noqa: N801  # used like a function, as SQLAlchemy's own
    """``grouped(clause)``: the clause in parentheses that stay. SQLAlchemy drops those it can."""

    name = "grouped"
    type = Boolean()
    inherit_cache = True


@compiles(grouped)
def _parenthesise(element: grouped, compiler: SQLCompiler, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)})"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A condition, and upper bounds of what it costs the database.

    Attributes:
        clause: the condition; true, false or NULL.
        height: levels of the expression tree.
        stack: symbols the parser has to remember at once.
        variables: bound values.
    """

    clause: ColumnElement[bool]
    height: int = 4
    stack: int = 6
    variables: int = 1

    @property
    def complement(self) -> Fragment:
        """Exactly the opposite: true where this is false or NULL."""
        clause = grouped(self.clause).is_not(true())
        return Fragment(clause, self.height + 2, self.stack + 3, self.variables)


NEVER_TRUE = Fragment(false(), 1, 1, 0)
"""A condition that no row satisfies."""


def any_of(fragments: Iterable[Fragment]) -> Fragment:
    """Join with OR; nothing to join is never true."""
    return _join("or", fragments)


def all_of(fragments: Iterable[Fragment]) -> Fragment:
    """Join with AND at least one fragment."""
    return _join("and", fragments)


def _join(word: Literal["and", "or"], fragments: Iterable[Fragment]) -> Fragment:
    """Join the cheapest into groups until the chain is short."""
    order = itertools.count()
    heap = [(part.stack, part.height, next(order), part) for part in fragments]
    if not heap:
        return NEVER_TRUE
    heapq.heapify(heap)
    while len(heap) > _WIDTH:
        surplus = len(heap) - _WIDTH + 1
        group = _chain(word, [heapq.heappop(heap)[3] for _ in range(min(_WIDTH, surplus))])
        clause = grouped(group.clause)
        part = Fragment(clause, group.height, group.stack + 1, group.variables)
        heapq.heappush(heap, (part.stack, part.height, next(order), part))
    return _chain(word, [part for *_, part in sorted(heap)])


def _chain(word: Literal["and", "or"], parts: list[Fragment]) -> Fragment:
    if len(parts) == 1:
        return parts[0]
    clauses = [part.clause for part in parts]
    length = len(parts)
    return Fragment(
        and_(*clauses) if word == "and" else or_(*clauses),
        height=max(part.height + length - index for index, part in enumerate(parts)),
        # Before a later part the parser remembers the chain so far and the word; an OR among ANDs
        # has a parenthesis, too.
        stack=max(part.stack + 3 * (index > 0) for index, part in enumerate(parts)),
        variables=sum(part.variables for part in parts),
    )


def check_size(fragment: Fragment) -> ColumnElement[bool]:
    """Return the condition.

    Raises:
        QueryValueError: the database could not take it in.
    """
    if (
        fragment.variables > MAX_VARIABLES
        or fragment.height > MAX_HEIGHT
        or fragment.stack > MAX_STACK
    ):
        raise QueryValueError(
            f"{fragment.variables} values",
            "are too many, or nested too deep, for one query",
            hint="ask in several queries",
        )
    return fragment.clause
