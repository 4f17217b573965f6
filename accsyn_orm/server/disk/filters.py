"""Which names of files and folders are meant by ``include`` and ``exclude``.

A filter is ``word``, ``word*``, ``*word``, ``*word*``, ``a*b``, or ``re('…')``, a regular
expression. It looks at a name alone, never at the way there. What a listing does with it is for
`survey`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.search.regex import compile_pattern

MAX_FILTERS = 100
"""Filters of one ``include`` or ``exclude``."""
MAX_LENGTH = 1_000
"""Characters of one filter."""
MAX_SETTING_LENGTH = 10_000
"""Characters of a setting that holds filters."""

Test: TypeAlias = Callable[[str], bool]

_REGEX = re.compile(r"re\(\s*(['\"])(.*?)\1\s*(?:,\s*(['\"])[iI]\3\s*)?\)", re.DOTALL)
_LOOKS_LIKE_REGEX = re.compile(r"re\(\s*['\"]")
_IN_SETTING = re.compile(r"(?:re\(\s*(['\"]).*?\1\s*(?:,\s*(['\"])[iI]\2\s*)?\)|(?!\\,)[^,])+")


@dataclass(frozen=True, slots=True)
class Filters:
    """What to take and what to leave out, by names.

    Attributes:
        include: what to take; ``None`` takes everything that is not excluded.
        exclude: what to leave out.
    """

    include: tuple[Test, ...] | None = None
    exclude: tuple[Test, ...] = ()

    @behaviour(CLIENT_SOURCE, "files/filters", "include takes precedence over exclude")
    def takes(self, name: str) -> bool:
        """Tell whether a file or folder is taken, by its own name."""
        if self.include is not None:
            return any(test(name) for test in self.include)
        return not any(test(name) for test in self.exclude)

    @behaviour(INFERRED, "files/filters", "an excluded folder is left out with all that is in it")
    def enters(self, name: str) -> bool:
        """Tell whether a folder may hold something that is taken, by its own name."""
        if self.include is not None and any(test(name) for test in self.include):
            return True
        return not any(test(name) for test in self.exclude)


EVERYTHING = Filters()
"""Takes every name."""


def read_filters(include: Any = None, exclude: Any = None) -> Filters:
    """Read ``include`` and ``exclude`` as they come with a call: a filter, or a list of filters.

    Raises:
        Refusal: one is of another type, is blank, or there are too many.
        QueryValueError: a regular expression is none, or cannot be used here.
    """
    included, excluded = _tests("include", include), _tests("exclude", exclude)
    return Filters(included or None, excluded)


def read_setting(include: str | None = None, exclude: str | None = None) -> Filters:
    r"""Read ``transfer_include`` and ``transfer_exclude``: filters between ``\,`` or ``,``.

    Raises:
        Refusal: they are too many, or too long.
        QueryValueError: a regular expression is none, or cannot be used here.
    """
    return read_filters(_split(include), _split(exclude))


def _split(text: str | None) -> list[str]:
    if len(text or "") > MAX_SETTING_LENGTH:
        raise Refusal(f"filters in a setting have at most {MAX_SETTING_LENGTH} characters")
    found = (match[0].strip() for match in _IN_SETTING.finditer(text or ""))
    return [one for one in found if one]


def _tests(option: str, value: Any) -> tuple[Test, ...]:
    filters = [value] if isinstance(value, str) else value
    if filters is None:
        return ()
    if not isinstance(filters, (list, tuple)):
        raise Refusal(f"{option} is a text such as '*.exr', or a list of such texts")
    items = cast("Sequence[object]", filters)
    if len(items) > MAX_FILTERS:
        raise Refusal(f"{option} has at most {MAX_FILTERS} filters, these are {len(items)}")
    return tuple(_test(option, item) for item in items)


@behaviour(DOCUMENTED, "files/filters", "a star stands for any characters, at either end or within")
@behaviour(DOCUMENTED, "files/filters", "re('…') is a regular expression, found anywhere in a name")
@behaviour(CLIENT_SOURCE, "files/filters", "letter case does not count in words")
@behaviour(INFERRED, "files/filters", "letter case counts in re('…'), and not in re('…','I')")
def _test(option: str, text: object) -> Test:
    # On 'I' the official page and the official docstring contradict each other; this is the page's
    # meaning, which is also what the letter means in Python.
    if not isinstance(text, str) or not text.strip():
        raise Refusal(f"{option} is a text such as '*.exr', or a list of such texts")
    if len(text) > MAX_LENGTH:
        raise Refusal(f"a filter of {option} has at most {MAX_LENGTH} characters")
    regex = _REGEX.fullmatch(text.strip())
    if regex is not None:
        found = compile_pattern(regex[2], case_sensitive=regex[3] is None)
        return lambda name: found.search(name) is not None
    if _LOOKS_LIKE_REGEX.match(text.strip()):
        raise Refusal(f"{option}: {text!r} is not finished: write re('…') or re('…','I')")
    return _starred(text)


def _starred(text: str) -> Test:
    """Make the test for a text in which stars stand for any characters."""
    first, *others = text.casefold().split("*")
    if not others:
        return lambda name: name.casefold() == first
    *between, last = others

    def matches(name: str) -> bool:
        folded = name.casefold()
        end = len(folded) - len(last)
        if not (folded.startswith(first) and folded.endswith(last) and len(first) <= end):
            return False
        position = len(first)
        for part in between:
            # The earliest place leaves most room for what follows.
            found = folded.find(part, position, end)
            if found < 0:
                return False
            position = found + len(part)
        return True

    return matches
