"""One file, copied piece by piece: it arrives whole or not at all, whatever its source does."""

from __future__ import annotations

import os
import stat
from typing import BinaryIO

from accsyn_orm.server.disk.drafts import CHUNK, Draft
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.engine.manifest import Item
from accsyn_orm.server.engine.trouble import Code, TransferError, reading, writing
from accsyn_orm.server.provenance import INFERRED, behaviour


class FileCopy:
    """A file on its way.

    Args:
        item: what is copied.
        target: the tree of the destination.
        owner: the job and task that copy it, for the draft.
        syncs: force what arrives onto the disk.
        replaces: whether a file that is there may be replaced.

    Raises:
        TransferError: the source cannot be read, or the destination not be written.
    """

    @behaviour(INFERRED, "transfers/copying", "a file appears under its name when it is whole")
    @behaviour(INFERRED, "transfers/copying", "copying goes on where it was interrupted")
    @behaviour(INFERRED, "transfers/copying", "a file for which a disk has no room leaves nothing")
    def __init__(
        self, item: Item, target: Tree, owner: str, *, syncs: bool = True, replaces: bool = True
    ) -> None:
        self._from, self._to = item.tree.shown(item.source), target.shown(item.target)
        with reading(self._from):
            self._source = item.tree.open_read(item.source)
        try:
            self._before = _version(self._source)
            with writing(self._to):
                self._draft = Draft(
                    target, item.target, owner, self._source, syncs=syncs, replaces=replaces
                )
        except BaseException:
            self._source.close()
            raise

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self._before[0]

    @property
    def moved(self) -> int:
        """Bytes that have arrived."""
        return self._draft.size

    @property
    def is_complete(self) -> bool:
        """Whether all bytes have arrived."""
        return self.moved >= self.size

    def advance(self, limit: int) -> int:
        """Copy up to so many bytes; return how many it were.

        Raises:
            TransferError: the source cannot be read, or the destination not be written.
        """
        started = self.moved
        while limit > self.moved - started and not self.is_complete:
            wanted = min(CHUNK, limit - (self.moved - started), self.size - self.moved)
            with reading(self._from):
                content = self._source.read(wanted)
            if not content:
                raise self._changed()
            with writing(self._to):
                self._draft.write(content)
        with writing(self._to):
            self._draft.mark()
        return self.moved - started

    @behaviour(
        INFERRED, "transfers/copying", "a file that changes while it is copied fails the task"
    )
    @behaviour(INFERRED, "transfers/copying", "a copy is as old as its source")
    def finish(self) -> None:
        """Let the file appear.

        Raises:
            TransferError: the source is another one by now, or the destination not be written.
        """
        with self._source:
            is_same = _version(self._source) == self._before
        if not is_same:
            with writing(self._to):
                self._draft.discard()
            raise self._changed()
        with writing(self._to):
            self._draft.publish()

    def close(self) -> None:
        """Leave the draft for the next time."""
        self._source.close()
        self._draft.close()

    def _changed(self) -> TransferError:
        what = f"{self._from!r} was changed while it was copied: retry the task"
        return TransferError(Code.SIZE_MISMATCH, what)


def is_present(item: Item, target: Tree) -> bool:
    """Tell whether what is at the destination is a file of the same size and age as the source.

    Raises:
        TransferError: the source is not there.
    """
    with reading(item.tree.shown(item.source)), item.tree.open_read(item.source) as source:
        wanted = _version(source)
    with (
        writing(target.shown(item.target)),
        target.open_directory(item.target.parent) as directory,
    ):
        found = directory.look(item.target.name)
    is_file = stat.S_ISREG(found.st_mode)
    return is_file and (found.st_size, found.st_mtime_ns) == wanted


def _version(source: BinaryIO) -> tuple[int, int]:
    found = os.fstat(source.fileno())
    return found.st_size, found.st_mtime_ns
