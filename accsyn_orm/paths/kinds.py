"""The words of the notation: what a party can be, and where a path can begin."""

from __future__ import annotations

from enum import Enum

DEFAULT_SHARE = "(default)"
"""Stands for the default volume, as in ``volume=(default)/a.mov``."""

OWN_HOME = "~"
"""Stands for the home of whoever asks."""

PLACEHOLDER = "null"
"""Path of a placeholder task: there is nothing to move."""

MAIN_SITE = "hq"
"""Code of the site where the workspace has its main server."""


class _Word(str, Enum):
    """A word that is equal to its text, and is shown as it."""

    def __str__(self) -> str:
        return str(self.value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class PartyKind(_Word):
    """What stands before the colon: whose computer a path is on."""

    WORKSPACE = "workspace"
    """The main site, named by the workspace's code or as ``hq``."""
    SITE = "site"
    """A site server: ``site=london``."""
    USER = "user"
    """A user, at one computer if it is named: ``lisa@example.com@ws01``."""
    CLIENT = "client"
    """One computer: ``client=<id>``."""


class PathKind(_Word):
    """Where a path begins."""

    SHARE = "share"
    """Any of volume, folder, home and collection, by its code or id."""
    VOLUME = "volume"
    FOLDER = "folder"
    HOME = "home"
    """A user's home; ``~`` is the own one."""
    COLLECTION = "collection"
    DELIVERY = "delivery"
    """A delivery; its files can be listed."""
    WORKAREA = "workarea"
    """An older word, in old scripts only."""
    RELATIVE = "relative"
    """Beneath the default volume in the workspace, beneath the download area at a user's."""
    POSIX = "posix"
    """At the root of a Linux or macOS disk."""
    WINDOWS = "windows"
    """At a drive."""
    UNC = "unc"
    r"""At a Windows file server: ``\\server\share``."""
    PLACEHOLDER = "null"
    """Nothing is moved."""
    MIRRORED = "mirrored"
    """Only a party is named: the path is that of the other side."""
    UNKNOWN = "unknown"
    """A word before ``=`` that is none of these; only relaxed reading lets it pass."""


SHARE_KINDS = (
    PathKind.SHARE,
    PathKind.VOLUME,
    PathKind.FOLDER,
    PathKind.HOME,
    PathKind.COLLECTION,
    PathKind.DELIVERY,
    PathKind.WORKAREA,
)
"""What is written as ``kind=ident``."""

DISK_KINDS = frozenset({PathKind.POSIX, PathKind.WINDOWS, PathKind.UNC})
"""What is absolute on somebody's disk."""

WINDOWS_KINDS = frozenset({PathKind.WINDOWS, PathKind.UNC})
"""Where Windows' rules hold: a backslash separates, and letter case does not count."""

WITHOUT_ELEMENTS = frozenset({PathKind.PLACEHOLDER, PathKind.MIRRORED})
"""What nothing can be beneath."""

PARTY_WORDS = ("site", "user", "client")
"""What is written before the ``=`` of a party."""

KIND_WORDS = (*(str(kind) for kind in SHARE_KINDS), *PARTY_WORDS)
"""Every word that stands before ``=``."""
