"""Regular expressions of the query language for RE2: the same meaning, another spelling.

The language's are Python's, as in the client's ``evaluate()``. RE2 takes linear time whatever the
pattern, but its classes of words, digits and white space know ASCII only, and it reads some
spellings otherwise. What cannot be said in RE2 (back references, look-around, the complement of
words within brackets) is refused, by us or by RE2 itself. One difference stays: word boundaries
see ASCII words only.
"""

from __future__ import annotations

import re
import warnings

from accsyn_orm.errors import QueryValueError

MAX_LENGTH = 1_000
"""Characters of a pattern."""

_WORD, _DIGIT, _SPACE = r"\p{L}\p{N}_", r"\p{Nd}", r"\t-\r\x1c-\x20\x{85}\p{Z}"
# Python holds all four letters for equal where case does not matter.
_I, _IS = "iI\u0131\u0130", "i\u0131\u0130"

_LETTERS = frozenset(_I)
_BARE = {
    r"\w": f"[{_WORD}]",
    r"\W": f"[^{_WORD}]",
    r"\d": _DIGIT,
    r"\D": r"\P{Nd}",
    r"\s": f"[{_SPACE}]",
    r"\S": f"[^{_SPACE}]",
    r"\Z": r"\z",
    "$": r"(?:\n?\z)",
    **dict.fromkeys(_LETTERS, f"[{_IS}]"),
}
_IN_BRACKETS = {
    r"\w": _WORD,
    r"\d": _DIGIT,
    r"\D": r"\P{Nd}",
    r"\s": _SPACE,
    "[": r"\[",
    **dict.fromkeys(_LETTERS, _IS),
}

_TOKEN = re.compile(
    r"""(?P<name>\(\?P[<=][^>)]*[>)]?)            # group names are no text
      | (?P<brackets>\[\^?\]?(?:\\.|[^\]\\])*\])
      | (?P<code>\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8})
      | (?P<upto>\{,(?=[0-9]+\}))                  # {,3} is text to RE2
      | (?P<flags>\(\?[a-zA-Z-]+[:)])
      | (?P<other>\\.|.)""",
    re.VERBOSE | re.DOTALL,
)
_MEMBER = re.compile(
    r"""(?P<code>\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8})
      | (?P<range>[^\\]-[^\\])
      | (?P<other>\\.|.)""",
    re.VERBOSE | re.DOTALL,
)


def to_re2(pattern: str, *, case_sensitive: bool = False) -> str:
    """Return the pattern as RE2 has to be given it, to find the same.

    Args:
        pattern: a regular expression of Python's.
        case_sensitive: whether the case of letters will count.

    Raises:
        QueryValueError: it is not a regular expression of Python's, is too long, or has something
            that RE2 cannot say.
    """
    _check(pattern)
    has_lines = "m" in "".join(re.findall(r"\(\?([a-zA-Z]+)", pattern))
    kept = _LETTERS if case_sensitive else frozenset[str]()
    tokens = _TOKEN.finditer(pattern)
    return "".join(_translated(token, has_lines=has_lines, kept=kept) for token in tokens)


def _check(pattern: str) -> None:
    if len(pattern) > MAX_LENGTH:
        raise QueryValueError(pattern, f"a regular expression has at most {MAX_LENGTH} characters")
    try:
        with warnings.catch_warnings():
            # What Python warns about ([[:alpha:]], [a--b]) means something else to RE2.
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, Warning, OverflowError, RecursionError) as error:
        raise QueryValueError(pattern, f"is not a regular expression: {error}") from error


def _translated(token: re.Match[str], *, has_lines: bool, kept: frozenset[str]) -> str:
    text = token[0]
    if text in kept:
        return text
    match token.lastgroup:
        case "brackets":
            start = 2 if text.startswith("[^") else 1
            members = _MEMBER.finditer(text, start, len(text) - 1)
            return text[:start] + "".join(_member(one, kept) for one in members) + "]"
        case "code":
            return _BARE.get(_character(text, kept)) or f"\\x{{{text[2:]}}}"
        case "upto":
            return "{0,"
        case "other" if not (has_lines and text == "$"):
            return _BARE.get(text, text)
        case _:
            return text


def _member(member: re.Match[str], kept: frozenset[str]) -> str:
    text = member[0]
    if text in kept:
        return text
    if text in {r"\W", r"\S"}:
        hint = "write it outside of the brackets, with |"
        raise QueryValueError(text, "cannot be used within brackets here", hint=hint)
    match member.lastgroup:
        case "code":
            return _IN_BRACKETS.get(_character(text, kept)) or f"\\x{{{text[2:]}}}"
        case "range":
            return text
        case _:
            return _IN_BRACKETS.get(text, text)


def _character(code: str, kept: frozenset[str]) -> str:
    """Return a letter that was written by its number; other signs mean themselves."""
    character = chr(int(code.lstrip("\\xuU"), 16))
    return character if character in _LETTERS - kept else ""
