"""What is refused of a path that is given as plain text, which need not be accsyn's notation.

A text that begins with a party or ``kind=`` is notation, and read strictly. Any other may be a file
of this computer or a relative path, whose name may be nearly anything: where in doubt it is taken.
What the backend says is never judged here.
"""

from __future__ import annotations

import re

from accsyn_orm.errors import PathSyntaxError, shown
from accsyn_orm.paths.anatomy import Anatomy, dissect
from accsyn_orm.paths.doubts import find_problem, is_name
from accsyn_orm.paths.kinds import (
    KIND_WORDS,
    MAIN_SITE,
    PLACEHOLDER,
    SHARE_KINDS,
    PartyKind,
    PathKind,
)
from accsyn_orm.paths.parties import PathParty
from accsyn_orm.paths.slips import kind_meant

_SEPARATOR = re.compile(r"[/\\]")
_LETTER_THEN_KIND = re.compile(rf"[A-Za-z]:(?:{'|'.join(KIND_WORDS)})=", re.IGNORECASE)
_DISK = re.compile(r"[A-Za-z]:(?:[\\/]|$)|\\\\")


def why_refused(text: str) -> str | None:
    """Return why a text cannot be the source or destination that was meant, or ``None``."""
    if reason := _never_a_path(text):
        return reason
    anatomy = dissect(text)
    if not _is_notation(text, anatomy):
        return None
    read = _as_read(text, anatomy)
    problem = find_problem(read, dissect(read))
    return None if problem is None else _sentence(problem, text)


def why_refused_within(text: str) -> str | None:
    """Return why a text cannot be a part of a share, which it is relative to, or ``None``."""
    if reason := _never_a_path(text):
        return reason
    if _DISK.match(text):
        return f"{shown(text)} is on a disk: write what is inside the share, such as 'sh010/plates'"
    heads = [head.partition("=") for head in _SEPARATOR.split(text, maxsplit=1)[0].split(":")]
    if any(equals and kind_meant(word) for word, equals, _ in heads):
        return f"{shown(text)} begins at a share: write what is inside it, such as 'sh010/plates'"
    names = [name for name in _SEPARATOR.split(text) if name not in {"", "."}]
    if step := next((name for name in names if not is_name(name)), None):
        return f"{step!r} in {shown(text)} is no name: write the path out, without steps up"
    return None


def _never_a_path(text: str) -> str | None:
    """Say what no path of any system is."""
    if "\0" in text:
        return f"{shown(text)} holds a NUL character, which no path has"
    if text.isspace():
        return f"{shown(text)} is blank"
    # Lines of a file keep theirs.
    return f"{shown(text)} ends in a line feed: strip() it" if text.endswith("\n") else None


def _is_notation(text: str, anatomy: Anatomy) -> bool:
    """Tell whether a text can hardly be anything but accsyn's notation."""
    if anatomy.party is not None:
        return _is_party(text, anatomy, anatomy.party)
    if anatomy.kind is PathKind.UNKNOWN:
        is_drive = _LETTER_THEN_KIND.match(text) is not None
        return is_drive or kind_meant(text.partition("=")[0]) is not None
    # ~ is the home of a shell as well.
    return anatomy.kind in SHARE_KINDS and "=" in text[: anatomy.root_end]


def _is_party(text: str, anatomy: Anatomy, party: PathParty) -> bool:
    """Tell whether what stands before the path is a party, and not a part of a name."""
    start = anatomy.path_start
    written = text[:start].removesuffix(":")
    if party.kind is PartyKind.WORKSPACE and written.casefold() != MAIN_SITE:
        # "12:30:15.mov" is a name with colons.
        return anatomy.kind is not PathKind.RELATIVE or ":" not in _SEPARATOR.split(text[start:])[0]
    if party.kind is PartyKind.USER and "=" not in written:
        # "@eaDir", "cuts @ 12:30.mov" and "a@work/12:30.mov" are names with an @.
        is_one_word = len(written.split()) == 1
        return is_one_word and written[0] != "@" and not _SEPARATOR.search(written)
    return True


def _as_read(text: str, anatomy: Anatomy) -> str:
    """Return the text with what is taken here, though strict reading refuses it, written otherwise.

    That is a name with ``=``, the colon of older scripts in ``share=code:path``, and a party with
    a colon, but no path. No character moves.
    """
    start, end = anatomy.path_start, anatomy.root_end
    if anatomy.kind is PathKind.UNKNOWN:
        position = text.index("=", start)
        is_kind = kind_meant(text[start:position]) is not None
        return text if is_kind else f"{text[:position]}_{text[position + 1 :]}"
    if anatomy.kind is PathKind.MIRRORED and text.endswith(":"):
        return f"{text}{PLACEHOLDER}"
    if anatomy.kind not in SHARE_KINDS or text[end : end + 1] != ":":
        return text
    joint = "_" if text[end + 1 : end + 2] in {"/", "\\", ""} else "/"
    return f"{text[:end]}{joint}{text[end + 1 :]}"


def _sentence(problem: PathSyntaxError, text: str) -> str:
    # A URL may hold a password.
    where = "" if "://" in text else f" at column {problem.position + 1} of {shown(text)}"
    hint = f": {problem.hint}" if problem.hint else ""
    return f"{problem.reason}{where}{hint}"
