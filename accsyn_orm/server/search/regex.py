"""Regular expressions on an engine that always takes linear time.

Patterns are Python's as far as RE2 can say them, see `patterns`; they are checked before any row is
read. How SQL comes to ask for them is in `matching`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol, cast

import re2  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs] # ships none

from accsyn_orm.errors import QueryValueError
from accsyn_orm.server.search.patterns import to_re2
from accsyn_orm.server.storage.literals import check_storable

_RE2: Any = re2

CACHED_PATTERNS = 256
"""Compiled patterns kept: those of several queries at once."""
MAX_MEMORY = 8 * 1024 * 1024
"""Bytes that a compiled pattern and its matching may take."""


class Pattern(Protocol):
    """A compiled regular expression."""

    def search(self, text: str) -> object | None:
        """Find it somewhere in a text, or return ``None``."""
        ...


def check_pattern(pattern: str) -> str:
    """Return the pattern.

    Raises:
        QueryValueError: it is not a regular expression, uses what is not supported, or is too big.
    """
    compile_pattern(pattern)
    return pattern


def compile_pattern(pattern: str, *, case_sensitive: bool = False) -> Pattern:
    """Compile a regular expression of Python's for matching in linear time.

    Raises:
        QueryValueError: it is not a regular expression, uses what is not supported, or is too big.
    """
    try:
        return _compiled(check_storable(pattern), case_sensitive=case_sensitive)
    except _RE2.error as error:
        raise QueryValueError(
            pattern,
            f"is not a regular expression that can be used here: {_reason(error)}",
            hint="back references and look-around are not supported",
        ) from error


def is_match(pattern: str, text: str) -> bool:
    """Tell whether a text matches a checked pattern somewhere, in any case of letters."""
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=CACHED_PATTERNS)
def _compiled(pattern: str, *, case_sensitive: bool = False) -> Pattern:
    options = _RE2.Options()
    options.case_sensitive = case_sensitive
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    written = to_re2(pattern, case_sensitive=case_sensitive)
    return cast("Pattern", _RE2.compile(written, options=options))


def _reason(error: Exception) -> str:
    """Return the library's words; it raises them as bytes."""
    words = error.args[0] if error.args else ""
    return words.decode(errors="replace") if isinstance(words, bytes) else str(words)
