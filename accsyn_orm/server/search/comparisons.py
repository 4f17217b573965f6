"""One comparison of one SQL value with literals: text, number, boolean.

Every function takes a criterion with a positive operator and returns a condition that is true
exactly when the criterion holds; where it does not, the condition may be false or NULL.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from accsyn_orm.query.nodes import Operator
from accsyn_orm.server.search.fragments import NEVER_TRUE, Fragment, any_of
from accsyn_orm.server.search.matching import matches
from accsyn_orm.server.storage.literals import (
    ESCAPE,
    INT64_MAX,
    INT64_MIN,
    NULL,
    as_double,
    as_int64,
    boolean,
    contains_pattern,
    fold,
    is_wildcard,
    nearest_double,
    number,
    wildcard_pattern,
)

ORDERINGS: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.LESS: operator.lt,
    Operator.LESS_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_EQUAL: operator.ge,
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """A positive operator and the literals on its right side.

    Attributes:
        operator: ``=`` for lists as well, an ordering, ``CONTAINS`` or ``MATCHES``.
        items: the literals: several only for ``=``, which any of them may satisfy.
    """

    operator: Operator
    items: tuple[str, ...]

    @property
    def item(self) -> str:
        """The literal of an operator that takes one."""
        return self.items[0]

    @property
    def accepts_missing(self) -> bool:
        """Whether an attribute without a value satisfies it."""
        return self.operator is Operator.EQUAL and any(fold(item) == NULL for item in self.items)


def equal_to_any(column: ColumnElement[Any], values: list[Any]) -> Fragment:
    """Return whether a column equals one of the values."""
    distinct = list(dict.fromkeys(values))
    if not distinct:
        return NEVER_TRUE
    clause = column == distinct[0] if len(distinct) == 1 else column.in_(distinct)
    return Fragment(clause, variables=len(distinct) + 2)


def like(column: ColumnElement[str], pattern: str) -> Fragment:
    """Return whether a column matches a LIKE pattern made by `literals`."""
    return Fragment(column.like(pattern, escape=ESCAPE), variables=3)


def compare_text(
    folded: ColumnElement[str], written: ColumnElement[str], criterion: Criterion
) -> Fragment:
    """Compare a text.

    Args:
        folded: the text, casefolded.
        written: the text as it is; regular expressions look at this one.
        criterion: the comparison.
    """
    match criterion.operator:
        case Operator.CONTAINS:
            return like(folded, contains_pattern(criterion.item))
        case Operator.MATCHES:
            return Fragment(matches(criterion.item, written), variables=3)
        case Operator.EQUAL:
            plain = [fold(item) for item in criterion.items if not is_wildcard(item)]
            patterns = [wildcard_pattern(item) for item in criterion.items if is_wildcard(item)]
            return any_of(
                [equal_to_any(folded, plain), *(like(folded, pattern) for pattern in patterns)]
            )
        case _:
            return Fragment(
                ORDERINGS[criterion.operator](folded, fold(criterion.item)), variables=3
            )


def _numbers(criterion: Criterion) -> Iterator[int | float]:
    """Yield the literals that are numbers."""
    for item in criterion.items:
        value = number(item)
        if value is not None:
            yield value


def compare_integer(column: ColumnElement[int], criterion: Criterion) -> Fragment:
    """Compare a 64-bit integer by value, in integers: exact, whatever the literal."""
    if criterion.operator is Operator.EQUAL:
        wholes = (as_int64(value) for value in _numbers(criterion))
        return equal_to_any(column, [whole for whole in wholes if whole is not None])
    for value in _numbers(criterion):
        return _integer_ordering(column, criterion.operator, value)
    return NEVER_TRUE


def _integer_ordering(column: ColumnElement[int], ordering: Operator, value: float) -> Fragment:
    if ordering in {Operator.LESS, Operator.LESS_EQUAL}:
        limit = INT64_MAX if value > INT64_MAX else _last_below(ordering, value)
        return Fragment(column <= limit) if limit >= INT64_MIN else NEVER_TRUE
    limit = INT64_MIN if value < INT64_MIN else _first_above(ordering, value)
    return Fragment(column >= limit) if limit <= INT64_MAX else NEVER_TRUE


def _last_below(ordering: Operator, value: float) -> int:
    """Return the last integer that is ``<`` or ``<=`` the value."""
    if value < INT64_MIN:
        return INT64_MIN - 1
    return math.ceil(value) - 1 if ordering is Operator.LESS else math.floor(value)


def _first_above(ordering: Operator, value: float) -> int:
    """Return the first integer that is ``>`` or ``>=`` the value."""
    if value > INT64_MAX:
        return INT64_MAX + 1
    return math.floor(value) + 1 if ordering is Operator.GREATER else math.ceil(value)


def compare_fraction(column: ColumnElement[float], criterion: Criterion) -> Fragment:
    """Compare a float by value; an integer that no float equals compares with its neighbours."""
    if criterion.operator is Operator.EQUAL:
        exact = (as_double(value) for value in _numbers(criterion))
        return equal_to_any(column, [value for value in exact if value is not None])
    for value in _numbers(criterion):
        return _fraction_ordering(column, criterion.operator, value)
    return NEVER_TRUE


def _fraction_ordering(column: ColumnElement[float], ordering: Operator, value: float) -> Fragment:
    """Round the value to a float; no other float lies between the two, so only that one matters."""
    rounded = nearest_double(value)
    includes = ordering in {Operator.LESS_EQUAL, Operator.GREATER_EQUAL}
    if ordering in {Operator.LESS, Operator.LESS_EQUAL}:
        includes = includes if rounded == value else rounded < value
        return Fragment(column <= rounded if includes else column < rounded)
    includes = includes if rounded == value else rounded > value
    return Fragment(column >= rounded if includes else column > rounded)


def compare_boolean(column: ColumnElement[bool], criterion: Criterion) -> Fragment:
    """Compare a truth value; it has no order and no text."""
    if criterion.operator is not Operator.EQUAL:
        return NEVER_TRUE
    truths = [truth for truth in map(boolean, criterion.items) if truth is not None]
    return any_of(Fragment(column.is_(truth), variables=0) for truth in dict.fromkeys(truths))
