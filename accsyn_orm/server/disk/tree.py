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
from collections.abc import Generator, Iterator
from typing import BinaryIO

from accsyn_orm.server.disk.branch import Branch
from accsyn_orm.server.disk.directory import CREATING, READING, Directory, reason_instead
from accsyn_orm.server.disk.entries import Entry, entry_of, look_up
from accsyn_orm.server.disk.inside import DRAFT_PREFIX, ROOT, Inside, problem_of_name
from accsyn_orm.server.disk.refusal import DiskRefusal, Reason, refused
from accsyn_orm.server.disk.removal import remove_all

_NOTHING_THERE = frozenset({Reason.MISSING, Reason.NOT_A_DIRECTORY, Reason.LINK})


class Tree(Branch):
    """The files beneath a directory; `Branch` says what it takes."""

    def beneath(self, inside: Inside, shown_as: str) -> Tree:
        """Return the tree that begins at a place in this one, whether that is there or not."""
        return Tree(self._root, base=self._base / inside, shown_as=shown_as, opens=self._opens)

    # -- looking ---------------------------------------------------------------------------------

    def find(self, inside: Inside = ROOT) -> Entry | None:
        """Tell what is at a place, or ``None``: no file or directory.

        Raises:
            DiskRefusal: the disk does not let us see.
        """
        try:
            with self._parent(inside) as parent, refused(self.shown(inside)):
                name = self._name(inside)
                return entry_of(inside, parent.look(name) if name else self._root.stat())
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
            found = [look_up(directory, inside, name) for name in names]
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
                    remove_all(parent, inside.name)
                except OSError as error:
                    raise DiskRefusal(shown, Reason.PARTLY_REMOVED) from error
            else:
                parent.remove(inside.name)

    # -- inside ----------------------------------------------------------------------------------

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


def _is_respelling(here: Directory, name: str, there: Directory, to_name: str) -> bool:
    """Tell whether two names mean the same on a disk to which letter case does not count."""
    if name == to_name or name.casefold() != to_name.casefold():
        return False
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(here.look(name), there.look(to_name))
    return False
