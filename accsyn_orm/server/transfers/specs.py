"""Read the notation of paths: ``kind=ident/rest`` in the workspace, ``party:path`` in tasks.

Only the notation: whether the party or the share exists, and whether the caller may name it, is for
others (`parties`, `places`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.projection import MAIN_SITE


class PartyKind(Enum):
    """What the part before the colon names."""

    WORKSPACE = "workspace"
    USER = "user"
    SITE = "site"
    CLIENT = "client"
    OMITTED = "omitted"


PLACEHOLDER = "null"
"""Path of a placeholder task: there is nothing to move."""

DEFAULT_SHARE = "(default)"
"""Stands for the default volume, as in ``volume=(default)/a.mov``."""

OWN_HOME = "~"
"""Stands for the home of whoever asks."""

SHARE_KINDS = ("share", "volume", "folder", "home", "collection", "delivery", "workarea")
"""What stands before the ``=`` of a path."""


@dataclass(frozen=True, slots=True)
class AccsynPath:
    """A path that begins at a share, as it was written.

    Attributes:
        kind: ``share``, ``volume``, ``folder``, ``home``, ``collection``, ``delivery`` or
            ``workarea``.
        ident: code, id or e-mail; `DEFAULT_SHARE` or `OWN_HOME`.
        rest: what is meant inside it, separated by ``/``, without one at either end; empty for all
            of it. It may still try to leave by ``..``.
        is_directory: whether it ends in a slash, which says so.
        is_relative: whether it names no share, and so means the default volume.
    """

    kind: str
    ident: str
    rest: str
    is_directory: bool = False
    is_relative: bool = False


@dataclass(frozen=True, slots=True)
class Spec:
    """A source or destination as it was written.

    Attributes:
        kind: what the party is.
        ident: workspace code, e-mail or user id, site code or client id; empty when omitted.
        path: the path, or ``None`` when only a party was named (the path is then mirrored).
        host: which of the user's computers, if one was named.
    """

    kind: PartyKind
    ident: str
    path: str | None
    host: str | None = None

    @property
    def is_local(self) -> bool:
        """Whether the path is absolute, on somebody's own disk."""
        return self.path is not None and is_absolute(self.path)

    @property
    def is_placeholder(self) -> bool:
        """Whether there is nothing to move."""
        return self.path == PLACEHOLDER

    @property
    def file_name(self) -> str:
        """The last element of the path, as accsyn names a job after it."""
        return file_name(self.path or "")


_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|\\\\")
_KINDS = re.compile(r"(site|user|client)=(.+)", re.IGNORECASE)
_WORD = re.compile(r"[^/\\=~\s:]{2,}")
_SHARE = re.compile(rf"({'|'.join(SHARE_KINDS)})=([^/\\]+)", re.IGNORECASE)
_SHARE_THEN_PATH = re.compile(rf"^((?:{_SHARE.pattern})[^:]*):", re.IGNORECASE)
_SLASHES = re.compile(r"[/\\]+")


def is_absolute(path: str) -> bool:
    """Tell whether a path begins at the root of a disk, whichever system names disks so."""
    return _ABSOLUTE.match(path) is not None


def file_name(path: str) -> str:
    """Return the last element of a path of any system; empty if there is none."""
    elements = [part for part in _SLASHES.split(path) if part]
    return elements[-1] if elements else ""


@behaviour(DOCUMENTED, "files/paths", "a path names its share as kind=ident, whatever the case")
@behaviour(DOCUMENTED, "files/paths", "a path without a share is beneath the default volume")
@behaviour(DOCUMENTED, "files/paths", "~ is the home of whoever asks")
@behaviour(INFERRED, "files/paths", "a colon right after the share's code counts as a slash")
def parse_accsyn_path(text: str) -> AccsynPath | None:
    """Take a path in the workspace apart; an absolute one, which begins at no share, is ``None``.

    Args:
        text: for example ``share=projects/a.mov``, ``~/in/`` or ``a.mov``.

    Raises:
        Refusal: the text is blank, or the kind before ``=`` is not one that accsyn has.
    """
    text = text.strip()
    if is_absolute(text):
        return None
    parts = [part for part in _SLASHES.split(text) if part]
    if not parts:
        # A lone backslash begins at no disk and names nothing, whatever slashes follow.
        raise Refusal("a path is empty: write share=code/path")
    is_directory = text[-1] in "/\\"
    head, *elements = parts
    if head == OWN_HOME:
        return AccsynPath("home", OWN_HOME, "/".join(elements), is_directory)
    if "=" not in head:
        rest = "/".join((head, *elements))
        return AccsynPath("volume", DEFAULT_SHARE, rest, is_directory, is_relative=True)
    named = _SHARE.fullmatch(head)
    if named is None:
        raise Refusal(f"{text!r}: {head!r} is none of share=, volume=, folder=, home=, collection=")
    # An old script writes share=code:path; no code holds a colon.
    ident, _, below = named[2].strip().partition(":")
    rest = "/".join(filter(None, (below, *elements)))
    return AccsynPath(named[1].casefold(), ident.strip(), rest, is_directory)


@behaviour(DOCUMENTED, "transfers/parties", "a party ends at the first colon that is not a drive's")
@behaviour(DOCUMENTED, "transfers/parties", "v1 joins party:share=code/path:path with a slash")
def parse_spec(text: str, *, workspace: str, is_v1: bool = False) -> Spec:
    """Take a source or destination apart.

    A party ends at the first colon when what stands before it is ``site=…``, ``user=…``,
    ``client=…``, holds an ``@``, or is a plain word of at least two characters; a single letter is
    a Windows drive.

    Args:
        text: for example ``lisa@example.com:share=projects/a.mov``.
        workspace: code of the workspace, which may stand alone as a party.
        is_v1: read what only v1 could write: a second colon, behind a path on a server.

    Raises:
        Refusal: the text is blank, or the kind before ``=`` is not one that accsyn has.
    """
    text = text.strip()
    if not text:
        raise Refusal("a source or destination is empty: write party:path, or a path")
    before, colon, after = text.partition(":")
    if colon and _names_party(before):
        path = _joined(after.strip()) if is_v1 else after.strip()
        return _checked(_party(before, workspace, path=path or None))
    if _names_lone_party(text, workspace):
        return _party(text, workspace, path=None)
    return _checked(Spec(PartyKind.OMITTED, "", text))


def _joined(path: str) -> str:
    return _SHARE_THEN_PATH.sub(r"\1/", path, count=1)


def _names_party(text: str) -> bool:
    is_word = _WORD.fullmatch(text) is not None
    return bool(_KINDS.fullmatch(text)) or ("@" in text and "=" not in text) or is_word


def _names_lone_party(text: str, workspace: str) -> bool:
    if text.casefold() in {MAIN_SITE, workspace.casefold()} or _KINDS.fullmatch(text):
        return True
    return "@" in text and not re.search(r"[/\\=]", text)


def _party(text: str, workspace: str, *, path: str | None) -> Spec:
    named = _KINDS.fullmatch(text)
    if named:
        kind, ident = PartyKind(named[1].casefold()), named[2].strip()
        if kind is PartyKind.SITE and ident.casefold() == MAIN_SITE:
            return Spec(PartyKind.WORKSPACE, workspace, path)
        return _user(ident, path) if kind is PartyKind.USER else Spec(kind, ident, path)
    if text.casefold() in {MAIN_SITE, workspace.casefold()}:
        return Spec(PartyKind.WORKSPACE, workspace, path)
    if "@" in text:
        return _user(text, path)
    raise Refusal(f"{text!r} is neither this workspace nor an e-mail address")


def _user(text: str, path: str | None) -> Spec:
    # user@mail.com@host names one of the user's computers: the last @ is then the host's.
    user, _, host = text.rpartition("@")
    if "@" in user:
        return Spec(PartyKind.USER, user, path, host=host)
    return Spec(PartyKind.USER, text, path)


def _checked(spec: Spec) -> Spec:
    if spec.path is not None:
        parse_accsyn_path(spec.path)
    return spec
