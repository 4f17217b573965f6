"""Pieces of a WHERE condition that know what they cost, joined so that SQLite can take them in.

SQLite builds a tree as high as a chain of ANDs or ORs is long and refuses more than 1,000 levels;
and its parser remembers at most 100 unfinished symbols. Long chains are therefore split into
groups, and what is deep comes last in its chain, where it costs least.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from sqlalchemy import Boolean, ColumnElement, and_, false, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from accsyn_orm.errors import QueryValueError

MAX_HEIGHT = 900
"""Levels of SQLite's expression tree; it takes 1,000, some for what surrounds the condition."""

MAX_STACK = 84
"""Symbols on the stack of SQLite's parser; it takes 100, some for what surrounds the condition."""

MAX_VARIABLES = 32_000
"""Bound values; SQLite takes 32,766 in its default configuration."""

MAX_COMPARISONS = 12_000
"""Single comparisons; SQLite's time to prepare grows with their square (1 s for 8,000)."""

MAX_PATTERNS = 50
"""Regular expressions; all must stay compiled while the rows are read, beside other queries'."""

_WIDTH = 40  # longest chain; a balanced choice for thousands of conditions

_Word: TypeAlias = Literal["and", "or"]


class grouped(FunctionElement[bool]):  # noqa: N801  # used like a function, as SQLAlchemy's own
    """``grouped(clause)``: the clause in parentheses, which SQLAlchemy would drop if it could."""

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
        comparisons: single comparisons.
        joined: the word that joins its parts, when it has parts and no parentheses.
    """

    clause: ColumnElement[bool]
    height: int = 4
    stack: int = 4
    variables: int = 1
    comparisons: int = 1
    joined: _Word | None = None

    @property
    def complement(self) -> Fragment:
        """Exactly the opposite: true where this is false or NULL."""
        whole = self.grouped
        return replace(whole, clause=whole.clause.is_not(true()), height=self.height + 1)

    @property
    def grouped(self) -> Fragment:
        """The same condition in parentheses."""
        return replace(self, clause=grouped(self.clause), stack=self.stack + 1, joined=None)

    def within(
        self, clause: ColumnElement[bool], *, height: int, stack: int, variables: int
    ) -> Fragment:
        """Return a condition that encloses this one, at these additional costs."""
        return Fragment(
            clause,
            self.height + height,
            self.stack + stack,
            self.variables + variables,
            self.comparisons,
        )


NEVER_TRUE = Fragment(false(), 1, 1, 0, 0)
"""A condition that no row satisfies."""


def any_of(fragments: Iterable[Fragment]) -> Fragment:
    """Join with OR; nothing to join is never true."""
    return _join("or", fragments)


def all_of(fragments: Iterable[Fragment]) -> Fragment:
    """Join at least one with AND."""
    return _join("and", fragments)


def _join(word: _Word, fragments: Iterable[Fragment]) -> Fragment:
    """Join the cheapest into groups until the chain is short."""
    order = itertools.count()
    # SQLAlchemy flattens a chain within a chain and would lengthen it: parentheses prevent that.
    parts = (part.grouped if part.joined in {word, "or"} else part for part in fragments)
    heap = [(part.stack, part.height, next(order), part) for part in parts]
    if not heap:
        return NEVER_TRUE
    heapq.heapify(heap)
    while len(heap) > _WIDTH:
        size = min(_WIDTH, len(heap) - _WIDTH + 1)
        group = _chain(word, [heapq.heappop(heap)[3] for _ in range(size)]).grouped
        heapq.heappush(heap, (group.stack, group.height, next(order), group))
    return _chain(word, [part for *_, part in sorted(heap)])


def _chain(word: _Word, parts: list[Fragment]) -> Fragment:
    if len(parts) == 1:
        return parts[0]
    clauses = [part.clause for part in parts]
    length = len(parts)
    return Fragment(
        and_(*clauses) if word == "and" else or_(*clauses),
        height=max(part.height + length - index for index, part in enumerate(parts)),
        # Before a later part, the parser remembers the chain so far and the word.
        stack=max(part.stack + 2 * (index > 0) for index, part in enumerate(parts)),
        variables=sum(part.variables for part in parts),
        comparisons=sum(part.comparisons for part in parts),
        joined=word,
    )


@dataclass(slots=True)
class Budget:
    """What is left of the values and comparisons that one query may have."""

    variables: int = MAX_VARIABLES
    comparisons: int = MAX_COMPARISONS
    patterns: int = MAX_PATTERNS

    def spend_pattern(self) -> None:
        """Count one regular expression.

        Raises:
            QueryValueError: there are too many.
        """
        self.patterns -= 1
        if self.patterns < 0:
            reason = f"has more than {MAX_PATTERNS} regular expressions"
            raise QueryValueError("WHERE", reason, hint="join them with | in one")

    def spend(self, fragment: Fragment) -> Fragment:
        """Return the fragment.

        Raises:
            QueryValueError: it is more than what was left.
        """
        self.variables -= fragment.variables
        self.comparisons -= fragment.comparisons
        if self.variables < 0 or self.comparisons < 0:
            raise QueryValueError(
                "WHERE",
                f"has more than {MAX_COMPARISONS} conditions or {MAX_VARIABLES} values",
                hint="ask in several queries",
            )
        return fragment


def check_depth(fragment: Fragment) -> ColumnElement[bool]:
    """Return the condition.

    Raises:
        QueryValueError: the database could not take it in.
    """
    if fragment.height > MAX_HEIGHT or fragment.stack > MAX_STACK:
        raise QueryValueError("WHERE", "is nested too deep", hint="ask in several queries")
    return fragment.clause
