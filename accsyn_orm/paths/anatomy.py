"""Where the parts of a path are in its text. Any text has them: nothing is refused here.

The text itself is kept, so that what came from the backend is what goes back. What is doubtful
about it is for `doubts`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from accsyn_orm.paths.kinds import OWN_HOME, PLACEHOLDER, SHARE_KINDS, PathKind
from accsyn_orm.paths.parties import PathParty, split_party

_ELEMENT = re.compile(r"[^/\\]+")
_HEAD = re.compile(r"[^/\\]*")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_FILE_SERVER = re.compile(r"\\\\[^\\/]*(?:[\\/][^\\/]+)?")
_SHARE = re.compile(rf"({'|'.join(SHARE_KINDS)})=([^/\\:]*)", re.IGNORECASE)


class Anatomy(NamedTuple):
    """The parts of one text.

    Attributes:
        party: whose computer; ``None`` when it is not written.
        path_start: where the path begins, behind the party's colon.
        kind: where the path begins in the other sense.
        ident: code, id or e-mail; empty where no share is named.
        root_end: where the root ends: behind the share's code, behind the slash of a disk.
        elements: begin and end of each element beneath the root.
        is_folder: whether the path ends in a separator.
    """

    party: PathParty | None
    path_start: int
    kind: PathKind
    ident: str
    root_end: int
    elements: tuple[tuple[int, int], ...]
    is_folder: bool

    @property
    def end(self) -> int:
        """Where the last element ends, or the root if there is none."""
        return self.elements[-1][1] if self.elements else self.root_end

    @property
    def head(self) -> tuple[PathParty | None, PathKind, str]:
        """What must stay the same when elements are added or changed."""
        return self.party, self.kind, self.ident


def dissect(text: str) -> Anatomy:
    """Take any text apart."""
    party, start = split_party(text)
    kind, ident, root_end = _root(text, start)
    elements = tuple(
        found.span() for found in _ELEMENT.finditer(text, _below(text, kind, root_end))
    )
    is_folder = start < len(text) and text[-1] in "/\\"
    return Anatomy(party, start, kind, ident, root_end, elements, is_folder)


def separator(text: str, anatomy: Anatomy) -> str:
    """Return what separates elements in this path: that which it uses itself."""
    match anatomy.kind:
        case PathKind.WINDOWS:
            return text[anatomy.root_end - 1]
        case PathKind.UNC:
            return "\\"
        case PathKind.RELATIVE:
            path = text[anatomy.path_start :]
            return "\\" if "\\" in path and "/" not in path else "/"
        case _:
            return "/"


def _root(text: str, start: int) -> tuple[PathKind, str, int]:
    """Return kind, ident and the end of the root."""
    path = text[start:]
    if path in {"", PLACEHOLDER}:
        return (PathKind.PLACEHOLDER if path else PathKind.MIRRORED), "", len(text)
    if path[0] == "/":
        return PathKind.POSIX, "", start + 1
    if drive := _DRIVE.match(path):
        return PathKind.WINDOWS, "", start + drive.end()
    if server := _FILE_SERVER.match(path):
        return PathKind.UNC, "", start + server.end()
    return _workspace_root(path, start)


def _workspace_root(path: str, start: int) -> tuple[PathKind, str, int]:
    if share := _SHARE.match(path):
        return PathKind(share[1].casefold()), share[2], start + share.end()
    found = _HEAD.match(path)
    head = found[0] if found else ""
    if head == OWN_HOME:
        return PathKind.HOME, OWN_HOME, start + len(OWN_HOME)
    _, equals, ident = head.partition("=")
    if equals:
        return PathKind.UNKNOWN, ident, start + len(head)
    return PathKind.RELATIVE, "", start


def _below(text: str, kind: PathKind, root_end: int) -> int:
    """Return where elements may begin; an old script writes ``share=code:path``."""
    return (
        root_end + 1 if kind in SHARE_KINDS and text[root_end : root_end + 1] == ":" else root_end
    )
