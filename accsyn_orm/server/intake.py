"""What comes in is looked through once, before anything else sees it.

JSON can write characters that neither a database nor UTF-8 can hold. With them sorted out here, no
rule and no statement has to reckon with them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from accsyn_orm.errors import PayloadError
from accsyn_orm.server.storage.documents import is_array, is_object
from accsyn_orm.server.storage.literals import unstorable_character

MAX_DEPTH = 64
"""Levels of lists and dictionaries in one another."""


def require_storable(where: str, *documents: Any) -> None:
    """Look through all texts of decoded JSON documents, keys included.

    Args:
        where: what they are part of, for the message.
        documents: texts, and whatever JSON holds.

    Raises:
        PayloadError: a text holds NUL, or half of a surrogate pair; a number is none that JSON can
            hold; or the documents nest too deeply.
    """
    # Level by level, without recursion: it comes from outside.
    level, depth = list(documents), 0
    while level:
        if depth > MAX_DEPTH:
            raise PayloadError(where, f"nests deeper than {MAX_DEPTH} levels")
        level, depth = _checked(where, level), depth + 1


def _checked(where: str, values: Iterable[Any]) -> list[Any]:
    """Check values; return what is in those that hold others."""
    inner: list[Any] = []
    for value in values:
        if isinstance(value, str):
            character = unstorable_character(value)
            if character:
                raise PayloadError(where, f"holds {character}, which no text here can hold")
        elif is_object(value):
            inner.extend(value.keys())
            inner.extend(value.values())
        elif is_array(value):
            inner.extend(value)
        elif isinstance(value, float) and not math.isfinite(value):
            # As which Python reads 1e999.
            raise PayloadError(where, "holds a number that is out of range")
    return inner
