"""Where the processes of one user share a bucket: a small file for each host, nobody else's.

The file holds one record of fixed size with a checksum, replaced in one write under a lock that
ends with the process. A record that is none counts as a full bucket. When there is no place for
such a file, each process has a bucket of its own.
"""

from __future__ import annotations

import hashlib
import math
import os
import stat
import struct
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from accsyn_orm.pacing.bucket import Level, MemoryStore, Store, TokenBucket
from accsyn_orm.pacing.deadline import seconds_left
from accsyn_orm.pacing.forking import renew_after_fork

_LONGEST_LOCKED = 1.0
_TRIES_AGAIN = 60.0
_STOPPED = "the file is locked for too long"
_MAGIC = b"ASB1"
_NUMBERS = struct.Struct("<4d")
_CHECK = struct.Struct("<I")
_SIZE = len(_MAGIC) + _NUMBERS.size + _CHECK.size


class FileStore:
    """Keeps the level in a file.

    Args:
        path: the file, made when it is not there.

    Raises:
        OSError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._descriptor = -1
        self._identity = (0, 0)
        self._reopen()
        renew_after_fork(self)

    def change(self, how: Callable[[Level | None], Level]) -> None:
        """Replace the level by what a function makes of it."""
        with _held(self._lock), self._locked() as descriptor:
            os.lseek(descriptor, 0, os.SEEK_SET)
            level = how(_decode(os.read(descriptor, _SIZE)))
            os.lseek(descriptor, 0, os.SEEK_SET)
            os.write(descriptor, _encode(level))

    def after_fork(self) -> None:
        """Have the file opened anew: with the parent's descriptor, the lock would be the same."""
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        # Never the number of a closed file: another one may have it by then.
        is_ours, descriptor, self._descriptor = self._is_ours(), self._descriptor, -1
        if is_ours:
            os.close(descriptor)

    def _reopen(self) -> None:
        self._forget()
        self._descriptor = _open(self._path)
        self._identity = _identity(self._descriptor)

    def _is_ours(self) -> bool:
        """Tell whether the file is open: programs that detach themselves close all there are."""
        try:
            return self._descriptor >= 0 and _identity(self._descriptor) == self._identity
        except OSError:
            return False

    @contextmanager
    def _locked(self) -> Generator[int, None, None]:
        while True:
            if not self._is_ours():
                self._reopen()
            _lock(self._descriptor)
            if os.fstat(self._descriptor).st_nlink or sys.platform == "win32":
                break
            # Somebody has removed it: who comes now would share with nobody.
            self._reopen()
        try:
            yield self._descriptor
        finally:
            _unlock(self._descriptor)

    def __del__(self) -> None:
        """Close the file."""
        self._forget()


class _CarefulStore:
    """A file as long as that works, and else memory for a while.

    Neither a full disk nor a process that holds the lock and sleeps may stop calls.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._memory = MemoryStore()
        self._works_again = -math.inf

    def change(self, how: Callable[[Level | None], Level]) -> None:
        if time.monotonic() >= self._works_again:
            try:
                self._store.change(how)
            except OSError:
                self._works_again = time.monotonic() + _TRIES_AGAIN
            else:
                return
        self._memory.change(how)


_buckets: dict[tuple[str, float, int], TokenBucket] = {}
_buckets_lock = threading.Lock()


class _Registry:
    def after_fork(self) -> None:
        global _buckets_lock  # noqa: PLW0603  # the lock itself is what has to be replaced
        _buckets_lock = threading.Lock()


_registry = _Registry()
renew_after_fork(_registry)


def bucket_of(host: str, per_second: float, burst: int) -> TokenBucket:
    """Return the bucket of a host: one for all of this machine who call it under the same limit.

    Args:
        host: ``host:port``.
        per_second: requests per second.
        burst: requests at once.
    """
    key = (host.lower(), per_second, burst)
    with _buckets_lock:
        if key not in _buckets:
            store = _store_of(f"{key[0]} {per_second:g} {burst}")
            _buckets[key] = TokenBucket(per_second, burst, store=store)
        return _buckets[key]


def _store_of(name: str) -> Store:
    digest = hashlib.sha256(name.encode()).hexdigest()[:24]
    try:
        return _CarefulStore(FileStore(runtime_directory() / f"rate-{digest}"))
    except OSError:
        return MemoryStore()


def runtime_directory() -> Path:
    """Return the directory for what processes of this user share until the machine restarts.

    Raises:
        OSError: there is none, or it belongs to somebody else.
    """
    path = _runtime_path()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform != "win32":
        found = path.lstat()
        is_own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
        if not is_own or found.st_mode & 0o022:
            raise PermissionError(f"{path} can be changed by others")
    return path


def _runtime_path() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or tempfile.gettempdir()) / "accsyn_orm"
    given = os.environ.get("XDG_RUNTIME_DIR", "")
    if given.startswith("/") and Path(given).is_dir():
        return Path(given) / "accsyn_orm"
    return Path(tempfile.gettempdir()) / f"accsyn_orm-{os.getuid()}"


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    return os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)


def _identity(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino


def _patience() -> float:
    """Return how many seconds to wait for those who change the level, which takes them none."""
    left = seconds_left()
    return _LONGEST_LOCKED if left is None else min(_LONGEST_LOCKED, left / 2)


@contextmanager
def _held(lock: threading.Lock) -> Generator[None, None, None]:
    if not lock.acquire(timeout=_patience()):
        raise TimeoutError(_STOPPED)
    try:
        yield
    finally:
        lock.release()


def _lock(descriptor: int) -> None:
    """Lock a file; a process that was stopped while it had it locked is not waited for."""
    end = time.monotonic() + _patience()
    while not _locks(descriptor):
        if time.monotonic() > end:
            raise TimeoutError(_STOPPED)
        time.sleep(0.001)


def _encode(level: Level) -> bytes:
    record = _MAGIC + _NUMBERS.pack(level.tokens, level.filled, level.pace, level.slowed)
    return record + _CHECK.pack(zlib.crc32(record))


def _decode(record: bytes) -> Level | None:
    body, check = record[: -_CHECK.size], record[-_CHECK.size :]
    is_whole = len(record) == _SIZE and body.startswith(_MAGIC)
    if not is_whole or _CHECK.unpack(check) != (zlib.crc32(body),):
        return None
    return Level(*_NUMBERS.unpack(body[len(_MAGIC) :]))


if sys.platform == "win32":
    import msvcrt

    # Far behind the end: what is locked here can be read by nobody else.
    _LOCKED_BYTE = 2**31 - 2

    def _locks(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _locks(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
