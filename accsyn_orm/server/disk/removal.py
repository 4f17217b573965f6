"""Removing a directory with all that is in it; links are removed, and not followed."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Sequence

from accsyn_orm.server.disk.directory import Directory, is_link


def remove_all(parent: Directory, name: str) -> None:
    """Remove a directory with all that is in it; holds two directories open, however deep it is."""
    pending: list[tuple[str, ...]] = [(name,)]
    while pending:
        names = pending[-1]
        with contextlib.suppress(FileNotFoundError):
            deeper = _remove_files(parent, names)
            if deeper:
                pending.extend((*names, one) for one in deeper)
                continue
            _remove_empty(parent, names)
        pending.pop()


def _remove_files(parent: Directory, names: Sequence[str]) -> list[str]:
    """Remove all but the directories from a directory; return the names of these."""
    with _descend(parent, names) as directory:
        deeper: list[str] = []
        for name in directory.names():
            found = directory.look(name)
            if stat.S_ISDIR(found.st_mode) and not is_link(found):
                deeper.append(name)
            else:
                directory.unlink(name)
    return deeper


def _remove_empty(parent: Directory, names: Sequence[str]) -> None:
    if len(names) == 1:
        parent.remove(names[0])
        return
    with _descend(parent, names[:-1]) as directory:
        directory.remove(names[-1])


def _descend(directory: Directory, names: Sequence[str]) -> Directory:
    """Open a directory further down; the one where it begins stays open."""
    deeper = directory.enter(names[0])
    for name in names[1:]:
        with deeper:
            deeper = deeper.enter(name)
    return deeper
