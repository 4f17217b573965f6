"""Read the ``party:path`` notation of a task's source and destination.

Only the notation: whether the party exists, and whether the caller may name it, is for `parties`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.projection import MAIN_SITE


class PartyKind(Enum):
    """What the part before the colon names."""

    WORKSPACE = "workspace"
    USER = "user"
    SITE = "site"
    CLIENT = "client"
    OMITTED = "omitted"


@dataclass(frozen=True, slots=True)
class Spec:
    """A source or destination as it was written.

    Attributes:
        kind: what the party is.
        ident: workspace code, e-mail, site code or client id; empty when omitted.
        path: the path, or ``None`` when only a party was named (the path is then mirrored).
    """

    kind: PartyKind
    ident: str
    path: str | None

    @property
    def is_local(self) -> bool:
        """Whether the path is absolute, on somebody's own disk."""
        return self.path is not None and _ABSOLUTE.match(self.path) is not None

    @property
    def file_name(self) -> str:
        """The last element of the path, as accsyn names a job after it."""
        elements = [part for part in re.split(r"[/\\]", self.path or "") if part]
        return elements[-1] if elements else ""


_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|\\\\")
_KINDS = re.compile(r"(site|user|client)=(.+)", re.IGNORECASE)
_WORD = re.compile(r"[^/\\=~\s:]{2,}")
_SHARE = re.compile(
    r"(share|volume|folder|home|collection|delivery|workarea)=[^/\\]+", re.IGNORECASE
)


def parse_spec(text: str, *, workspace: str) -> Spec:
    """Take a source or destination apart.

    A party ends at the first colon when what stands before it is ``site=…``, ``user=…``,
    ``client=…``, holds an ``@``, or is a plain word of at least two characters; a single letter is
    a Windows drive.

    Args:
        text: for example ``lisa@example.com:share=projects/a.mov``.
        workspace: code of the workspace, which may stand alone as a party.

    Raises:
        Refusal: the text is blank, or the kind before ``=`` is not one that accsyn has.
    """
    text = text.strip()
    if not text:
        raise Refusal("a source or destination is empty: write party:path, or a path")
    before, colon, after = text.partition(":")
    if colon and _names_party(before):
        return _checked(_party(before, workspace, path=after.strip() or None), text)
    if _names_lone_party(text, workspace):
        return _party(text, workspace, path=None)
    return _checked(Spec(PartyKind.OMITTED, "", text), text)


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
        return Spec(kind, ident, path)
    if text.casefold() in {MAIN_SITE, workspace.casefold()}:
        return Spec(PartyKind.WORKSPACE, workspace, path)
    if "@" in text:
        # user@mail.com@host names one of the user's computers: the last @ is then the host's.
        user, _, host = text.rpartition("@")
        return Spec(PartyKind.USER, user if "@" in user else f"{user}@{host}", path)
    raise Refusal(f"{text!r} is neither this workspace nor an e-mail address")


def _checked(spec: Spec, text: str) -> Spec:
    path = spec.path or ""
    head = re.split(r"[/\\]", path, maxsplit=1)[0]
    if "=" in head and not _SHARE.match(path):
        raise Refusal(f"{text!r}: {head!r} is none of share=, volume=, folder=, home=, collection=")
    return spec
