"""The files beneath one directory: reading, writing and changing them, and nothing outside.

A `Tree` is the only way to the files of volumes and of users' computers. It walks down from its
root name by name (see `directory`), and takes places as `Inside`, whose names were checked. Links,
devices and the like are not listed and count as not there; what would go through one, or replace
it, is refused. Whether letter case counts in names is up to the disk.

Whether the caller may do it is not asked here. Every method raises `DiskRefusal`, with a `Reason`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

from accsyn_orm.server.disk.directory import (
    CREATING,
    DIRECTORY,
    READING,
    Directory,
    is_link,
    reason_instead,
)
from accsyn_orm.server.disk.inside import DRAFT_PREFIX, ROOT, Inside, problem_of_name
from accsyn_orm.server.disk.refusal import DiskRefusal, Reason, refused
from accsyn_orm.server.refusals import Refusal

_NOTHING_THERE = frozenset({Reason.MISSING, Reason.NOT_A_DIRECTORY, Reason.LINK})
_LATEST = datetime(9999, 1, 1, tzinfo=timezone.utc).timestamp()


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or directory that is there.

    Attributes:
        inside: where, from the root of the tree that was asked.
        is_directory: what it is.
        size: bytes of a file; 0 for a directory.
        modified: when it was last changed, in UTC.
    """

    inside: Inside
    is_directory: bool
    size: int
    modified: datetime


class Tree:
    """The files beneath a directory.

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

    def beneath(self, inside: Inside, shown_as: str) -> Tree:
        """Return the tree that begins at a place in this one, whether that is there or not."""
        return Tree(self._root, base=self._base / inside, shown_as=shown_as, opens=self._opens)

    def shown(self, inside: Inside = ROOT) -> str:
        """Write a place as users do: ``share=projects/plates/a.exr``."""
        return self._shown(inside.names)

    # -- looking ---------------------------------------------------------------------------------

    def find(self, inside: Inside = ROOT) -> Entry | None:
        """Tell what is at a place, or ``None``: no file or directory.

        Raises:
            DiskRefusal: the disk does not let us see.
        """
        try:
            with self._parent(inside) as parent, refused(self.shown(inside)):
                name = self._name(inside)
                return _entry(inside, parent.look(name) if name else self._root.stat())
        except DiskRefusal as refusal:
            if refusal.reason in _NOTHING_THERE:
                return None
            raise

    def stat(self, inside: Inside = ROOT) -> Entry:
        """Tell what is at a place.

        Raises:
            DiskRefusal: there is no file or directory.
        """
        found = self.find(inside)
        if found is None:
            raise DiskRefusal(self.shown(inside), Reason.MISSING)
        return found

    def entries(self, inside: Inside = ROOT) -> list[Entry]:
        """List a directory, in order of names; names that no path can say are left out.

        Raises:
            DiskRefusal: there is no such directory.
        """
        with self._open(self._from_root(inside)) as directory, refused(self.shown(inside)):
            names = sorted(name for name in directory.names() if not problem_of_name(name))
            found = [_look_up(directory, inside, name) for name in names]
        return [entry for entry in found if entry is not None]

    def entries_if_there(self, inside: Inside) -> list[Entry]:
        """List a directory that was there a moment ago; nothing if it is gone.

        Raises:
            DiskRefusal: the disk does not let us see.
        """
        try:
            return self.entries(inside)
        except DiskRefusal as refusal:
            if refusal.reason in _NOTHING_THERE:
                return []
            raise

    def walk(self, inside: Inside = ROOT, *, depth: int | None = None) -> Iterator[Entry]:
        """Yield everything beneath a directory: each directory, then what is in it, by name.

        Nothing is held open between two entries. What vanishes meanwhile is left out.

        Args:
            inside: the directory.
            depth: how many levels, from 1 on; all when left out.

        Raises:
            DiskRefusal: there is no such directory.
        """
        pending = list(reversed(self.entries(inside)))
        while pending:
            entry = pending.pop()
            yield entry
            level = len(entry.inside.names) - len(inside.names)
            if entry.is_directory and (depth is None or level < depth):
                pending.extend(reversed(self.entries_if_there(entry.inside)))

    # -- files -----------------------------------------------------------------------------------

    def open_read(self, inside: Inside) -> BinaryIO:
        """Open a file for reading. Close it, or use it in ``with``.

        Raises:
            DiskRefusal: there is no such file.
        """
        with self._parent(inside) as parent, refused(self.shown(inside)):
            name = self._name(inside)
            if not name or stat.S_ISDIR(parent.look(name).st_mode):
                raise DiskRefusal(self.shown(inside), Reason.IS_A_DIRECTORY)
            descriptor = parent.open(name, READING)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise DiskRefusal(self.shown(inside), Reason.SPECIAL)
        return os.fdopen(descriptor, "rb")

    @contextlib.contextmanager
    def open_write(
        self, inside: Inside, *, parents: bool = False, replace: bool = True
    ) -> Generator[BinaryIO, None, None]:
        """Write a file that appears when it is whole, in one step.

        Until the block ends, the content is in a draft beside it that no path can name. When the
        block raises, the draft is removed and what was there stays as it was. A process that is
        killed meanwhile leaves the draft; it goes when its directory is removed with force. Nothing
        is forced onto the disk: a power failure may lose what was just written.

        Errors of writing to the file are the operating system's (see `reason_of`).

        Args:
            inside: the file.
            parents: make the directories that lead there.
            replace: whether a file that is there may be replaced.

        Raises:
            DiskRefusal: its directory is not there, something else is in the way, the disk is full.
        """
        shown = self._require_not_root(inside)
        if parents:
            self.make_directory(inside.parent, parents=True, exist_ok=True)
        draft = DRAFT_PREFIX + secrets.token_hex(12)
        with self._parent(inside) as directory:
            self._require_free(directory, inside, replace=replace)
            with refused(shown):
                file = os.fdopen(directory.open(draft, CREATING), "wb")
            try:
                with file:
                    yield file
                    with refused(shown):
                        file.flush()
                # Looked at again: it was a while.
                self._require_free(directory, inside, replace=replace)
                with refused(shown):
                    directory.rename(draft, directory, inside.name)
            except BaseException:
                with contextlib.suppress(OSError):
                    directory.unlink(draft)
                raise

    def open_directory(self, inside: Inside = ROOT, *, makes: bool = False) -> Directory:
        """Open a directory, for what needs more of it than a tree offers. Close it, or use `with`.

        Args:
            inside: where it is.
            makes: make it, and all directories that lead there.

        Raises:
            DiskRefusal: it is not there, or something else is in the way.
        """
        if makes:
            with refused(self.shown()):
                self._root.mkdir(parents=True, exist_ok=True)
        return self._open(self._from_root(inside), makes=makes)

    # -- changes ---------------------------------------------------------------------------------

    def make_directory(
        self, inside: Inside, *, parents: bool = False, exist_ok: bool = False
    ) -> None:
        """Make a directory.

        Args:
            inside: where.
            parents: make those that lead there as well, the root of the tree included.
            exist_ok: whether it may be there already.

        Raises:
            DiskRefusal: it is there already, or its parent is not.
        """
        if parents:
            with refused(self.shown()):
                self._root.mkdir(parents=True, exist_ok=True)
        names = self._from_root(inside)
        if not names:
            self._open(names).close()
            if not exist_ok:
                raise DiskRefusal(self.shown(inside), Reason.EXISTS)
            return
        with self._open(names[:-1], makes=parents) as parent, refused(self.shown(inside)):
            try:
                parent.make(names[-1])
            except FileExistsError:
                if not exist_ok:
                    raise
                # Something else than a directory does not do.
                parent.enter(names[-1]).close()

    def move(self, inside: Inside, to: Tree, to_inside: Inside) -> None:
        """Give a file or directory another place, in this tree or another one on the same disk.

        What is there is not replaced. Who puts a file there in the very same moment loses it: no
        system can look and rename in one step.

        Raises:
            DiskRefusal: it is not there, the new place is taken, or its directory is not there.
        """
        self.stat(inside)
        self._require_not_root(inside)
        shown = to._require_not_root(to_inside)
        with self._parent(inside) as here, to._parent(to_inside) as there, refused(shown):
            if not _is_respelling(here, inside.name, there, to_inside.name):
                to._require_free(there, to_inside, replace=False)
            here.rename(inside.name, there, to_inside.name)

    def remove(self, inside: Inside, *, force: bool = False) -> None:
        """Remove a file or directory.

        Args:
            inside: where it is.
            force: also a directory that is not empty, with all that is in it; links in it are
                removed, not followed.

        Raises:
            DiskRefusal: it is not there, or a directory that is not empty.
        """
        entry = self.stat(inside)
        shown = self._require_not_root(inside)
        with self._parent(inside) as parent, refused(shown):
            if not entry.is_directory:
                parent.unlink(inside.name)
            elif force:
                try:
                    _remove_all(parent, inside.name)
                except OSError as error:
                    raise DiskRefusal(shown, Reason.PARTLY_REMOVED) from error
            else:
                parent.remove(inside.name)

    # -- inside ----------------------------------------------------------------------------------

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

    def _require_free(self, directory: Directory, inside: Inside, *, replace: bool) -> None:
        """Refuse a place that is taken; a file may be replaced."""
        shown = self.shown(inside)
        with refused(shown):
            try:
                found = directory.look(inside.name)
            except FileNotFoundError:
                return
        if not replace:
            raise DiskRefusal(shown, Reason.EXISTS)
        if not stat.S_ISREG(found.st_mode):
            raise DiskRefusal(shown, reason_instead(found))


def _entry(inside: Inside, found: os.stat_result) -> Entry | None:
    """Describe a file or directory; everything else is not there."""
    is_directory = stat.S_ISDIR(found.st_mode)
    if is_link(found) or not (is_directory or stat.S_ISREG(found.st_mode)):
        return None
    moment = min(max(found.st_mtime, 0), _LATEST)
    modified = datetime.fromtimestamp(moment, tz=timezone.utc)
    return Entry(inside, is_directory, 0 if is_directory else found.st_size, modified)


def _look_up(directory: Directory, inside: Inside, name: str) -> Entry | None:
    with contextlib.suppress(FileNotFoundError, Refusal):  # just removed; deeper than paths go
        return _entry(inside / name, directory.look(name))
    return None


def _make_if_missing(directory: Directory, name: str) -> None:
    with contextlib.suppress(FileExistsError):
        directory.make(name)


def _is_respelling(here: Directory, name: str, there: Directory, to_name: str) -> bool:
    """Tell whether two names mean the same on a disk to which letter case does not count."""
    if name == to_name or name.casefold() != to_name.casefold():
        return False
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(here.look(name), there.look(to_name))
    return False


def _remove_all(parent: Directory, name: str) -> None:
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
