"""The journal: a file that knows, whatever happens to the process, what may have been sent.

See `records` for what is in it. What announces a request is on the disk before the request leaves.
Ends of rows are not waited for: a row whose end is lost is read back.

Only the owner may read the file: it holds what entities had before.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from accsyn_orm.bulk.errors import JournalError
from accsyn_orm.bulk.history import History, read_history
from accsyn_orm.bulk.locking import lock, open_private
from accsyn_orm.bulk.outcome import RowResult
from accsyn_orm.bulk.records import DIGEST, FORMAT, START, encode_record
from accsyn_orm.entities.base import Entity


class Journal:
    """A journal that is being written. Safe to use from several threads.

    Args:
        path: the file.
        descriptor: the file, opened to be appended to.
        last: checksum of its last record.
    """

    def __init__(self, path: Path, descriptor: int, last: str = START) -> None:
        self.path = path
        self._descriptor = descriptor
        self._last = last
        self._lock = threading.Lock()
        self._is_broken = False

    @classmethod
    def create(
        cls, path: Path, header: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]
    ) -> Journal:
        """Begin a journal with a plan, and put it on the disk.

        Args:
            path: a file that does not exist yet.
            header: what is to be known of the plan.
            rows: its rows.

        Raises:
            JournalError: the file exists, or cannot be written.
        """
        journal = cls(path, open_private(path, is_new=True))
        try:
            lock(path, journal._descriptor)
            journal.append({"plan": FORMAT, **header})
            for row in rows:
                journal.append({"row": row})
            journal.append({"ready": True})
            journal.sync()
        except JournalError:
            journal.close()
            path.unlink()  # nothing was sent, and half a plan is of no use
            raise
        return journal

    @classmethod
    def reopen(cls, path: Path, classes: Sequence[type[Entity]] = ()) -> tuple[Journal, History]:
        """Go on with a journal that exists; return it, and what it tells.

        Args:
            path: the file.
            classes: entity classes of your own that it is about.

        Raises:
            JournalError: it is none, another process is at work on it, or it cannot be written.
        """
        descriptor = open_private(path, is_new=False)
        try:
            # Locked before it is read: what is read stays true.
            lock(path, descriptor)
            history = read_history(path, classes)
            journal = cls(path, descriptor, history.last)
            if history.is_torn:
                journal._write(b"\n")
            journal.append({"resumed": history.suspects})
            journal.sync()
        except JournalError:
            os.close(descriptor)
            raise
        return journal, history

    def announce(self, rows: Iterable[int], *, again: bool = False) -> None:
        """Note that rows are about to be sent, and wait until that is on the disk.

        Raises:
            JournalError: it cannot be written; nothing must be sent.
        """
        record: dict[str, Any] = {"sending": list(rows)}
        if again:
            record["again"] = True
        self.append(record)
        self.sync()

    def note(self, result: RowResult) -> None:
        """Note how a row ended.

        Raises:
            JournalError: it cannot be written.
        """
        self.append({"end": result.to_document()})

    def append(self, record: Mapping[str, Any]) -> None:
        """Write a record to the end.

        Raises:
            JournalError: it cannot be written.
        """
        with self._lock:
            line = encode_record(record, self._last)
            self._write(line)
            self._last = line[:DIGEST].decode("ascii")

    def sync(self) -> None:
        """Wait until everything is on the disk.

        Raises:
            JournalError: it cannot be written.
        """
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise self._broken(error) from error

    def close(self) -> None:
        """Close the file; another process may go on with it then."""
        os.close(self._descriptor)

    def _write(self, line: bytes) -> None:
        if self._is_broken:
            # The end of the file is torn: what followed could not be read.
            raise JournalError(str(self.path), "a record could not be written before")
        try:
            written = os.write(self._descriptor, line)
        except OSError as error:
            raise self._broken(error) from error
        if written < len(line):
            self._is_broken = True
            raise JournalError(str(self.path), "there is no room for a whole record")

    def _broken(self, error: OSError) -> JournalError:
        self._is_broken = True
        return JournalError(str(self.path), f"cannot be written: {error.strerror}")
