"""Where on the disks of this machine a tree begins, and the way down from there.

Nothing here looks at files: directories are opened, name by name (see `directory`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from accsyn_orm.server.disk.directory import DIRECTORY, Directory
from accsyn_orm.server.disk.inside import ROOT, Inside
from accsyn_orm.server.disk.refusal import DiskRefusal, Reason, refused


class Branch:
    """A place that everything else is beneath.

    Errors show places as users write them, never as they are on this machine.

    Args:
        root: the directory. It may be a link, and need not be there before something is made in it.
        base: where in it the tree begins; the way there is walked like any other.
        shown_as: how users write the place where the tree begins, such as ``share=projects``.
        opens: how directories are opened.
    """

    def __init__(
        self,
        root: Path,
        *,
        base: Inside = ROOT,
        shown_as: str = "",
        opens: type[Directory] = DIRECTORY,
    ) -> None:
        self._root = root
        self._base = base
        self._shown_as = shown_as
        self._opens = opens

    def shown(self, inside: Inside = ROOT) -> str:
        """Write a place as users do: ``share=projects/plates/a.exr``."""
        return self._shown(inside.names)

    def _from_root(self, inside: Inside) -> tuple[str, ...]:
        return (*self._base.names, *inside.names)

    def _name(self, inside: Inside) -> str:
        """Return the last name of a place; the root of a whole disk has none."""
        return inside.name or self._base.name

    def _shown(self, names: Sequence[str]) -> str:
        return "/".join(filter(None, (self._shown_as, *names))) or "/"

    def _parent(self, inside: Inside) -> Directory:
        return self._open(self._from_root(inside)[:-1])

    def _open(self, names: Sequence[str], *, makes: bool = False) -> Directory:
        """Open a directory, given all names from the root on; make those that are missing."""
        with refused(self.shown()):
            directory = self._opens.at(self._root)
        for count, name in enumerate(names, start=1):
            shown = self._shown(names[len(self._base.names) : count])
            with directory, refused(shown):
                if makes:
                    _make_if_missing(directory, name)
                directory = directory.enter(name)
        return directory

    def _require_not_root(self, inside: Inside) -> str:
        """Return the place as users write it."""
        shown = self.shown(inside)
        if inside.is_root:
            raise DiskRefusal(shown, Reason.IS_ROOT)
        return shown


def _make_if_missing(directory: Directory, name: str) -> None:
    with contextlib.suppress(FileExistsError):
        directory.make(name)
