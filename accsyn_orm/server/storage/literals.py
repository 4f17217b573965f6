"""What the text of a literal means for each kind of attribute, independent of SQL."""

from __future__ import annotations

import math
import re

from accsyn_orm.errors import QueryValueError

NULL = "null"
MAX_PATTERN_BYTES = 50_000
"""Longest LIKE pattern that SQLite accepts in its default configuration."""

ESCAPE = "!"
"""Escape character of the LIKE patterns made here."""

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")  # Python refuses to read much longer ones
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SPECIAL = re.compile("[%_!]")


def unstorable_character(text: str) -> str | None:
    """Name what in a text no database can hold: NUL, or half of a surrogate pair."""
    found = _UNSTORABLE.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def check_storable(text: str) -> str:
    """Return the text.

    Raises:
        QueryValueError: it holds a character that no stored text can hold.
    """
    character = unstorable_character(text)
    if character:
        raise QueryValueError(text, f"holds {character}, which no stored text can hold")
    return text


def fold(text: str) -> str:
    """Return the form in which texts compare."""
    return check_storable(text).casefold()


def is_wildcard(text: str) -> bool:
    """Tell whether ``=`` takes the text as a pattern."""
    return "*" in text


def wildcard_pattern(text: str) -> str:
    """Return the LIKE pattern of a text in which ``*`` stands for any run of characters."""
    return _checked_pattern("%".join(map(_escaped, re.split(r"\*+", fold(text)))), text)


def contains_pattern(text: str) -> str:
    """Return the LIKE pattern for texts that contain this one."""
    return _checked_pattern(f"%{_escaped(fold(text))}%", text)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(rf"{ESCAPE}\g<0>", text)


def _checked_pattern(pattern: str, text: str) -> str:
    if len(pattern.encode()) > MAX_PATTERN_BYTES:
        raise QueryValueError(text, f"is longer than the {MAX_PATTERN_BYTES} bytes of a search")
    return pattern


def number(text: str) -> int | float | None:
    """Return the number that a literal means, or ``None``; integers are exact."""
    if not _NUMBER.fullmatch(text):
        return None
    return int(text) if _INTEGER.fullmatch(text) else float(text)


def boolean(text: str) -> bool | None:
    """Return the truth value that a literal means, or ``None``."""
    match text.lower():
        case "true" | "1":
            return True
        case "false" | "0":
            return False
        case _:
            return None


def as_int64(value: float) -> int | None:
    """Return the 64-bit integer equal to a number, or ``None``."""
    is_whole = INT64_MIN <= value <= INT64_MAX and value == math.floor(value)
    return math.floor(value) if is_whole else None


def as_double(value: float) -> float | None:
    """Return the float equal to a number, or ``None``; Python compares the two exactly."""
    rounded = nearest_double(value)
    return rounded if rounded == value else None


def nearest_double(value: float) -> float:
    """Return the float nearest to a number, infinite when it is out of range."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
