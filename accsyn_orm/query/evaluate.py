"""The meaning of the language: does an entity with these attributes satisfy an expression?

This is the reference. Whatever else runs queries, such as the SQL of the embedded workspace, is
tested against it. The rules, by what the attribute holds:

* **text**: letter case does not matter (casefolded). ``*`` in the value of ``=``, ``!=``, ``IN``
  and ``NOT IN`` stands for any run of characters. Ordering is by code point. ``MATCHES`` is
  Python's ``re.search``, in any case.
* **nothing** (``None``, or no such attribute): equal to ``null`` only; every other positive
  operator fails.
* **a boolean**: equal to ``true``/``1`` or ``false``/``0``; it has no order and no text.
* **a number**: compares with a decimal literal (``2``, ``-0.5``, ``1e3``); any other is never
  equal, less or greater. ``CONTAINS`` and ``MATCHES`` see its decimal text.
* **a moment** (``datetime``): its text in UTC, ``YYYY-MM-DDTHH:MM:SS``.
* **a list**: a positive operator holds if it holds for an element. A dictionary satisfies none.
* **a reference or a party** (text with a readable ``<name>_hr`` beside it): a positive operator
  holds if it holds for the text, the id behind its ``user:`` or ``workspace:``, or the code
  within ``_hr``. A party that is the workspace is its main site, ``hq``, too.

``!=``, ``NOT IN``, ``NOT CONTAINS`` and ``NOT MATCHES`` are the exact opposites of their
positives. ``<`` and ``>=`` are not opposites where there is no order: on nothing, on booleans,
and for literals that are no number.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, cast

from accsyn_orm.errors import QueryValueError
from accsyn_orm.query.literals import utc_text
from accsyn_orm.query.nodes import COMPLEMENTS, And, Comparison, Expression, Operator

MAIN_SITE = "hq"
"""Code of the main site, which a workspace as source or destination stands for."""

_ORDERINGS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.LESS: operator.lt,
    Operator.LESS_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_EQUAL: operator.ge,
}
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")  # int() refuses more than 4,300 digits
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_READABLE = re.compile(
    r"""(?:(?P<type>user|workspace|organization|share|volume|folder|home|job|queue|site):)?
        (?P<code>.*?)
        (?:\[[^\[\]]*\])?           # role of a user, type of a share or a job
        (?:(?<!\s)\([^()\s]*\))?    # id; in v1 the role of a user""",
    re.VERBOSE | re.DOTALL,
)


def evaluate(expression: Expression, mapping: Mapping[str, Any]) -> bool:
    """Tell whether an entity with these attributes satisfies the expression.

    Args:
        expression: any expression; its depth is bounded, so the walk is too.
        mapping: attributes by wire name, as the backend sends them.

    Raises:
        QueryValueError: a regular expression that does not compile.
        TypeError: it is no mapping.

    Example:
        >>> from accsyn_orm.query import parse_expression
        >>> evaluate(parse_expression("code=daily*"), {"code": "Daily backup"})
        True
    """
    if not isinstance(mapping, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  # unchecked callers
        raise TypeError(_no_mapping(mapping))
    return _evaluate(expression, mapping)


def _no_mapping(value: object) -> str:
    kind = type(value).__name__
    return f"evaluate() takes attributes by name, as a record of session.find(), not a {kind}"


def _evaluate(expression: Expression, mapping: Mapping[str, Any]) -> bool:
    if isinstance(expression, Comparison):
        return _holds(expression, mapping)
    results = (_evaluate(operand, mapping) for operand in expression.operands)
    return all(results) if isinstance(expression, And) else any(results)


def _holds(comparison: Comparison, mapping: Mapping[str, Any]) -> bool:
    positive = COMPLEMENTS.get(comparison.operator)
    operator = positive or comparison.operator
    check = _check_for(operator, comparison.value)
    candidates = _candidates(mapping, comparison.attribute)
    return any(map(check, candidates)) is not bool(positive)


def _check_for(chosen: Operator, literal: str | tuple[str, ...]) -> Callable[[object], bool]:
    """Return the test of one candidate; a bad regular expression fails here, whatever the data."""
    if not isinstance(literal, str):
        return lambda candidate: any(_equals(candidate, item) for item in literal)
    if chosen is Operator.EQUAL:
        return lambda candidate: _equals(candidate, literal)
    if chosen is Operator.CONTAINS:
        part = literal.casefold()
        return lambda candidate: _has_text(candidate) and part in str(candidate).casefold()
    if chosen is Operator.MATCHES:
        pattern = compile_pattern(literal)
        return lambda candidate: _has_text(candidate) and bool(pattern.search(str(candidate)))
    return lambda candidate: _is_ordered(candidate, _ORDERINGS[chosen], literal)


# -- what is compared -----------------------------------------------------------------------------


def _candidates(mapping: Mapping[str, Any], name: str) -> Iterator[object]:
    """Yield every plain value that the attribute stands for."""
    value = _look_up(mapping, name)
    if isinstance(value, (list, tuple)):
        for element in cast("Sequence[object]", value):
            yield from _plain(element)
        return
    yield from _plain(value)
    if isinstance(value, str):
        yield from _spellings(value, _look_up(mapping, f"{name}_hr"))


def _look_up(mapping: Mapping[str, Any], name: str) -> Any:
    value: Any = mapping
    for key in name.split("."):
        if isinstance(value, Mapping):
            value = _item(cast("Mapping[str, Any]", value), key)
        elif not (isinstance(value, str) and key == "id"):
            return None
    return value


def _item(mapping: Mapping[str, Any], key: str) -> Any:
    """Return the value of a key; names in queries are lower case, keys of metadata need not be."""
    if key in mapping:
        return mapping[key]
    return next((mapping[other] for other in mapping if str(other).lower() == key), None)


def _plain(value: object) -> Iterator[object]:
    """Yield the value as text, number, boolean or ``None``; nothing for what has no comparison."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, datetime):
        yield utc_text(value)
    elif isinstance(value, date):
        yield value.isoformat()
    elif value is None or isinstance(value, (str, int, float)):
        yield value


def _spellings(value: str, readable: object) -> Iterator[str]:
    """Yield the other ways to write a reference: its id without type, its code, its site."""
    if not isinstance(readable, str):
        return
    kind, colon, ident = value.partition(":")
    if colon:
        yield ident
    found = _READABLE.fullmatch(readable)
    if found and found["code"]:
        yield found["code"].rpartition("/")[2] if found["type"] == "job" else found["code"]
    if colon and kind in {"workspace", "organization"}:
        yield MAIN_SITE


# -- how it is compared ---------------------------------------------------------------------------


def _equals(candidate: object, literal: str) -> bool:
    if isinstance(candidate, str):
        return _is_like(candidate.casefold(), literal.casefold())
    if candidate is None:
        return literal.lower() == "null"
    if isinstance(candidate, bool):
        return _BOOLEANS.get(literal.lower()) is candidate
    return _number(literal) == candidate


def _is_like(text: str, pattern: str) -> bool:
    """Match a whole text against a pattern with ``*``, in one pass: no backtracking is needed."""
    first, *parts = pattern.split("*")
    if not parts:
        return text == first
    last = parts.pop()
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    position, end = len(first), len(text) - len(last)
    for part in parts:
        found = text.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True


def _is_ordered(candidate: object, order: Callable[[Any, Any], bool], literal: str) -> bool:
    if isinstance(candidate, str):
        return order(candidate.casefold(), literal.casefold())
    if candidate is None or isinstance(candidate, bool):
        return False
    number = _number(literal)
    return number is not None and order(candidate, number)


def _number(literal: str) -> int | float | None:
    """Return the number a literal means: an integer exactly, anything else as the nearest float."""
    if not _NUMBER.fullmatch(literal):
        return None
    return int(literal) if _INTEGER.fullmatch(literal) else float(literal)


def _has_text(candidate: object) -> bool:
    return candidate is not None and not isinstance(candidate, bool)


@lru_cache(maxsize=256)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile the pattern of ``MATCHES``.

    Raises:
        QueryValueError: it is no regular expression.
    """
    try:
        return re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise QueryValueError(pattern, f"is no regular expression: {error}") from error
