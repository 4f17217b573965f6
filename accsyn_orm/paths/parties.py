"""Parties of a path: whose computer is meant, as it stands before the colon."""

from __future__ import annotations

import re
from dataclasses import dataclass

from accsyn_orm.paths.kinds import MAIN_SITE, PARTY_WORDS, PartyKind

_NAMED = re.compile(rf"({'|'.join(PARTY_WORDS)})=(.+)", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"[^/\\=~\s:]{2,}")
_SLASH = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True)
class PathParty:
    """Whose computer a path is on.

    Two parties are equal when they mean the same: ``user=lisa@example.com`` is
    ``lisa@example.com``. Nothing is checked here: the path that takes the party checks it.

    Attributes:
        kind: what it is.
        ident: code of the workspace or site, e-mail or id of the user, id of the client.
        host: name of the user's computer, if one is named.

    Example:
        >>> str(PathParty(PartyKind.USER, "lisa@example.com", host="ws01"))
        'lisa@example.com@ws01'
    """

    kind: PartyKind
    ident: str
    host: str | None = None

    def __str__(self) -> str:
        host = "" if self.host is None else f"@{self.host}"
        if self.kind is PartyKind.WORKSPACE or (self.kind is PartyKind.USER and "@" in self.ident):
            return f"{self.ident}{host}"
        return f"{self.kind}={self.ident}{host}"

    @property
    def is_main_site(self) -> bool:
        """Whether the main site is meant: the workspace's code, ``hq`` or ``site=hq``."""
        is_site = self.kind is PartyKind.SITE and self.ident.casefold() == MAIN_SITE
        return is_site or self.kind is PartyKind.WORKSPACE


def split_party(text: str) -> tuple[PathParty | None, int]:
    """Return the party that a text begins with, and where its path begins.

    The rule that satisfies every documented example: a party ends at the first colon if what is
    before it is ``site=…``, ``client=…`` or ``user=…``, holds an ``@``, or is one word of at least
    two characters. A single letter before a colon is a drive. Without a colon only what can be
    nothing else is a party: the code of a workspace may as well be the name of a file.
    """
    before, colon, _ = text.partition(":")
    if colon and _names_party(before):
        return _party(before), len(before) + 1
    if not colon and _stands_alone(text):
        return _party(text), len(text)
    return None, 0


def _names_party(text: str) -> bool:
    # An @ further back is in the name of a file.
    has_address = "@" in _SLASH.split(text, maxsplit=1)[0] and "=" not in text
    return has_address or bool(_NAMED.fullmatch(text) or _WORD.fullmatch(text))


def _stands_alone(text: str) -> bool:
    if _SLASH.search(text):
        return False
    return bool(_NAMED.fullmatch(text)) or text.casefold() == MAIN_SITE or _is_address(text)


def _is_address(text: str) -> bool:
    return "@" in text and "=" not in text


def _party(text: str) -> PathParty:
    named = _NAMED.fullmatch(text)
    kind, ident = (named[1].casefold(), named[2]) if named else ("", text)
    if kind == PartyKind.USER or (not named and "@" in text):
        # lisa@example.com@ws01 names one of the user's computers: the last @ is then the host's.
        user, _, host = ident.rpartition("@")
        return PathParty(PartyKind.USER, user, host) if "@" in user else _user(ident)
    return PathParty(PartyKind(kind or PartyKind.WORKSPACE), ident)


def _user(ident: str) -> PathParty:
    return PathParty(PartyKind.USER, ident)
