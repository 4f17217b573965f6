"""Files that are one's own: readable by nobody else, and written by one process at a time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from accsyn_orm.bulk.errors import JournalError


def open_private(path: Path, *, is_new: bool) -> int:
    """Open a file to append to it; a new one is made for its owner's eyes only.

    Raises:
        JournalError: a new one exists, an old one does not, or it cannot be opened.
    """
    flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        if not is_new:
            return os.open(path, flags)
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        reason = "exists: resume it, or name a file that does not"
        raise JournalError(str(path), reason) from error
    except OSError as error:
        raise JournalError(str(path), f"cannot be opened: {error.strerror}") from error
    _sync_directory(path.parent)
    return descriptor


if sys.platform == "win32":
    import msvcrt

    def lock(path: Path, descriptor: int) -> None:
        """Keep other processes off a file until it is closed, or this process ends."""
        # A byte far behind the end: what is locked here can be read by nobody.
        os.lseek(descriptor, 2**31 - 2, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise JournalError(str(path), _IN_USE) from error

    def _sync_directory(path: Path) -> None:
        """Directories cannot be synced here."""

else:
    import fcntl

    def lock(path: Path, descriptor: int) -> None:
        """Keep other processes off a file until it is closed, or this process ends.

        Raises:
            JournalError: another process is at work on it.
        """
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise JournalError(str(path), _IN_USE) from error

    def _sync_directory(path: Path) -> None:
        """Make sure that a new file is found again after the power has failed."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_IN_USE = "another process is at work on it: wait for its end"
