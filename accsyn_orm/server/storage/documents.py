"""JSON documents in a form that SQL can compare exactly: the leaves that dotted names reach.

``metadata.shot`` walks into a document, and the keys' case does not matter. Each database has its
own idea of JSON numbers, case and types; so next to the document a flat one is stored, from folded
path to the values found there, each written as one tagged text:

=======  =============================================================================
``t``…   a text, casefolded
``n``…   a number, written so that comparing the texts compares the numbers
``b1``   true; ``b0`` false
``z``    null
``d``…   how Python writes the number, for CONTAINS
``r``…   the text or number as it was written, for MATCHES
``c``    marks a list or an object, so that an empty one is there, too
``s``    marks a single text, which a trailing ``.id`` may follow
=======  =============================================================================

A list has its elements' values: a condition holds for a list if it holds for any element.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, TypeGuard

ROOT = "."
"""Path of the document itself."""

_REACHABLE = re.compile(r"[a-z0-9_-]+")
_EXPONENT_OFFSET = 500_000
_COMPLEMENT = str.maketrans("0123456789", "9876543210")


def is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    """Tell whether a JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    """Tell whether a JSON value is an array."""
    return isinstance(value, list)


def leaves(document: Any) -> str:
    """Return the flat form of a document, as JSON text."""
    found: dict[str, list[str]] = {}
    pending: list[tuple[str, Any]] = [(ROOT, document)]
    while pending:
        path, value = pending.pop()
        found[path] = list(_values(value))
        if is_object(value):
            prefix = "" if path == ROOT else f"{path}."
            members = _members(value)
            pending.extend((f"{prefix}{key}", member) for key, member in members.items())
    return json.dumps(found, ensure_ascii=False)


def _members(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that a name can reach; of keys that differ in case only one is."""
    members: dict[str, Any] = {}
    for key, member in value.items():
        lower = key.lower()
        if _REACHABLE.fullmatch(lower) and (key == lower or lower not in members):
            members[lower] = member
    return members


def _values(value: Any) -> Iterator[str]:
    if is_object(value):
        yield "c"
    elif is_array(value):
        yield "c"
        for element in value:
            if not isinstance(element, (dict, list)):
                yield from _scalar(element)
    else:
        yield from _scalar(value)
        if isinstance(value, str):
            yield "s"


def _scalar(value: str | float | None) -> Iterator[str]:
    if value is None:
        yield "z"
    elif isinstance(value, bool):
        yield f"b{value:d}"
    elif isinstance(value, str):
        yield f"t{value.casefold()}"
        yield f"r{value}"
    else:
        yield f"n{number_key(value)}"
        yield f"d{value}"
        yield f"r{value}"


def number_key(number: float) -> str:
    """Return a text for a number such that texts compare as the numbers do, exactly."""
    if isinstance(number, float) and math.isinf(number):
        return "3" if number > 0 else "-"
    if not number:
        return "1"
    exact = Decimal(number)
    digits = "".join(map(str, exact.as_tuple().digits)).rstrip("0")
    key = f"{exact.adjusted() + _EXPONENT_OFFSET:06}{digits}"
    # Of negative numbers the larger in size is the lesser; the end mark sorts behind all digits.
    return f"2{key}" if number > 0 else f"0{key.translate(_COMPLEMENT)}~"
