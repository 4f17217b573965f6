"""Files on their way: written piece by piece, over a long time, and seen only when they are whole.

A draft lies beside the file that it will become, under a name that no path can say. It survives
pauses and restarts: whoever opens it again goes on where it ends, if it still is the beginning of
the same content.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
from typing import BinaryIO

from accsyn_orm.server.disk.directory import CREATING, REOPENING, is_link, reason_instead
from accsyn_orm.server.disk.inside import DRAFT_PREFIX, Inside
from accsyn_orm.server.disk.refusal import DiskRefusal, Reason, reason_of, refused
from accsyn_orm.server.disk.tree import Tree

CHUNK = 1 << 20
"""Bytes that are read and written at once."""

SYNCED_EVERY = 64 << 20
"""Bytes after which what was written is forced onto the disk."""


class Draft:
    """One file on its way: close it, publish it or discard it.

    Args:
        tree: where it is to be.
        inside: where in it; directories that lead there are made.
        owner: who writes, such as a job's id; nobody else goes on with the draft.
        source: what is copied; it is left where copying is to go on.
        syncs: force what is written onto the disk, so that a power failure loses nothing of what
            was published.
        replaces: whether it may take the place of a file that is there.

    Raises:
        DiskRefusal: it cannot be written there.
    """

    def __init__(
        self,
        tree: Tree,
        inside: Inside,
        owner: str,
        source: BinaryIO,
        *,
        syncs: bool = True,
        replaces: bool = True,
    ) -> None:
        self._syncs = syncs
        self._replaces = replaces
        self._shown = tree.shown(inside)
        self._name = inside.name
        self._draft = _draft_name(owner, inside.name)
        # It tells whether a draft that is found is of the same file.
        self._modified = os.fstat(source.fileno()).st_mtime_ns
        self._directory = tree.open_directory(inside.parent, makes=True)
        try:
            with refused(self._shown):
                self._require_replaceable()
                self._file, self._size = self._opened(source)
        except BaseException:
            self._directory.close()
            raise
        self._synced = self._size

    @property
    def size(self) -> int:
        """Bytes that are in it."""
        return self._size

    def write(self, content: bytes) -> None:
        """Append content. Where the disk is full, all that is there makes room, and is lost.

        Raises:
            DiskRefusal: it cannot be written.
        """
        with refused(self._shown):
            try:
                self._append(memoryview(content))
            except OSError as error:
                if reason_of(error) is Reason.NO_SPACE:
                    # The workspace's own database may be on this disk: it has to note what failed.
                    self._make_room()
                raise

    def _append(self, view: memoryview) -> None:
        while view:
            written = self._file.write(view) or 0
            self._size += written
            view = view[written:]
        if self._size - self._synced >= SYNCED_EVERY:
            self._sync()

    def _make_room(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._size = self._synced = 0

    def mark(self) -> None:
        """Note that all that is there belongs to the source as it was when this was opened.

        Raises:
            DiskRefusal: the disk does not let us.
        """
        with refused(self._shown):
            self._directory.stamp(self._draft, self._modified)

    def close(self) -> None:
        """Leave it as it is for later."""
        with self._directory, self._file, contextlib.suppress(DiskRefusal, OSError):
            # Where that fails, copying starts over.
            self._sync()
            self.mark()

    def publish(self) -> None:
        """Let the file appear under its name, in one step, and as old as its source.

        Raises:
            DiskRefusal: something else than a file has taken the name, somebody else has taken the
                draft, or the disk does not do it.
        """
        with self._directory, refused(self._shown):
            with self._file:
                self._sync()
                self.mark()
                found = self._directory.look(self._draft)
                is_same = os.path.samestat(found, os.fstat(self._file.fileno()))
            if not is_same or found.st_size != self._size:
                raise DiskRefusal(self._shown, Reason.FAILED)
            self._require_replaceable()
            self._directory.rename(self._draft, self._directory, self._name)
            if self._syncs:
                self._directory.sync()

    def discard(self) -> None:
        """Remove it.

        Raises:
            DiskRefusal: the disk does not let us.
        """
        with self._directory, refused(self._shown):
            self._file.close()
            with contextlib.suppress(FileNotFoundError):
                self._directory.unlink(self._draft)

    def _sync(self) -> None:
        if self._syncs:
            os.fsync(self._file.fileno())
        self._synced = self._size

    def _require_replaceable(self) -> None:
        """Refuse a name that something else than a file has, or anything at all."""
        with contextlib.suppress(FileNotFoundError):
            found = self._directory.look(self._name)
            if is_link(found) or not stat.S_ISREG(found.st_mode):
                raise DiskRefusal(self._shown, reason_instead(found))
            if not self._replaces:
                raise DiskRefusal(self._shown, Reason.EXISTS)

    def _opened(self, source: BinaryIO) -> tuple[io.FileIO, int]:
        """Go on with the draft that is there, or begin a new one."""
        with contextlib.suppress(FileNotFoundError):
            found = self._directory.look(self._draft)
            if stat.S_ISREG(found.st_mode) and found.st_mtime_ns == self._modified:
                file = io.FileIO(self._directory.open(self._draft, REOPENING), "r+b")
                if _is_beginning(file, found.st_size, source):
                    return file, found.st_size
                file.close()
            self._directory.unlink(self._draft)
        source.seek(0)
        return io.FileIO(self._directory.open(self._draft, CREATING), "r+b"), 0


def remove_drafts(tree: Tree, directory: Inside, owner: str) -> None:
    """Remove the drafts that an owner has left in a directory.

    Raises:
        DiskRefusal: there is no such directory, or the disk does not let us.
    """
    with tree.open_directory(directory) as opened, refused(tree.shown(directory)):
        for name in opened.names():
            if name.startswith(_prefix(owner)):
                opened.unlink(name)


def _prefix(owner: str) -> str:
    return f"{DRAFT_PREFIX}{owner}-"


def _draft_name(owner: str, name: str) -> str:
    # The name itself would not fit beside the prefix.
    return _prefix(owner) + hashlib.blake2b(name.encode(), digest_size=12).hexdigest()


def _is_beginning(draft: io.FileIO, size: int, source: BinaryIO) -> bool:
    """Tell whether a draft's end, which a power failure may have torn, is the source's there.

    Both are left behind what was compared.
    """
    position = max(0, size - SYNCED_EVERY)
    source.seek(position)
    draft.seek(position)
    while position < size:
        content = draft.read(min(CHUNK, size - position))
        if not content or source.read(len(content)) != content:
            return False
        position += len(content)
    return True
