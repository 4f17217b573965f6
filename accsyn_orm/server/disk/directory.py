"""Open directories, in which names are looked up one by one and links are never followed.

Where the system has it (Linux, macOS), a directory is a descriptor, and every call names it: what
others rename or replace meanwhile cannot lead a call elsewhere. On Windows, which has nothing of
the kind in Python, each name is looked at just before it is used: links and junctions are refused
there too, but somebody who can make them on the server's own disk could win the race.

Names must have been checked, see `inside`. Errors are the operating system's.
"""

from __future__ import annotations

import errno
import os
import stat
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import cast

from typing_extensions import Self, override

from accsyn_orm.server.disk.refusal import IsLinkError, Reason

_JUNCTION = 0xA0000003
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_COMMON = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | _NO_FOLLOW
_ENTERING = os.O_RDONLY | _COMMON | getattr(os, "O_DIRECTORY", 0)
# A FIFO would let open() wait for its other end.
READING = os.O_RDONLY | _COMMON | getattr(os, "O_NONBLOCK", 0)
"""Flags to open a file for reading."""
CREATING = os.O_RDWR | os.O_CREAT | os.O_EXCL | _COMMON
"""Flags to open a file for writing that does not exist yet."""
REOPENING = os.O_RDWR | _COMMON | getattr(os, "O_NONBLOCK", 0)
"""Flags to open a file that is there, to go on writing to it."""


class Directory(ABC):
    """A directory that is open. Use it in ``with``, or close it."""

    @classmethod
    @abstractmethod
    def at(cls, path: Path) -> Self:
        """Open the directory at a path of this machine, which is followed wherever it leads."""

    @abstractmethod
    def enter(self, name: str) -> Self:
        """Open a directory in this one.

        Raises:
            IsLinkError: it is a link.
            OSError: it is not there, or not a directory.
        """

    @abstractmethod
    def names(self) -> list[str]:
        """List all names in it, in no order."""

    @abstractmethod
    def look(self, name: str) -> os.stat_result:
        """Tell what a name stands for; of a link, the link itself."""

    @abstractmethod
    def open(self, name: str, flags: int) -> int:
        """Open a file, with `READING`, `CREATING` or `REOPENING`; return its descriptor."""

    @abstractmethod
    def make(self, name: str) -> None:
        """Make a directory in this one."""

    @abstractmethod
    def unlink(self, name: str) -> None:
        """Remove a name that is not a directory's."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove an empty directory."""

    @abstractmethod
    def rename(self, name: str, to: Directory, to_name: str) -> None:
        """Give something another place; a file that is there is replaced, in one step."""

    @abstractmethod
    def stamp(self, name: str, modified: int) -> None:
        """Set when a file was last changed, in nanoseconds since 1970."""

    def sync(self) -> None:  # noqa: B027  # not every system can
        """Force the names in it onto the disk."""

    def close(self) -> None:  # noqa: B027  # not everyone has something to close
        """Close it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class DescriptorDirectory(Directory):
    """A directory as a descriptor, which stays the same whatever becomes of its path."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    @override
    def at(cls, path: Path) -> Self:
        return cls(os.open(path, _ENTERING & ~_NO_FOLLOW))

    @override
    def enter(self, name: str) -> Self:
        try:
            return type(self)(os.open(name, _ENTERING, dir_fd=self.descriptor))
        except NotADirectoryError as error:
            # Linux reports a link so; others say that it is one.
            if is_link(self.look(name)):
                raise IsLinkError from error
            raise

    @override
    def names(self) -> list[str]:
        return os.listdir(self.descriptor)  # noqa: PTH208  # of a descriptor, not a path

    @override
    def look(self, name: str) -> os.stat_result:
        return os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)

    @override
    def open(self, name: str, flags: int) -> int:
        return os.open(name, flags, 0o666, dir_fd=self.descriptor)

    @override
    def make(self, name: str) -> None:
        os.mkdir(name, dir_fd=self.descriptor)

    @override
    def unlink(self, name: str) -> None:
        os.unlink(name, dir_fd=self.descriptor)

    @override
    def remove(self, name: str) -> None:
        os.rmdir(name, dir_fd=self.descriptor)

    @override
    def rename(self, name: str, to: Directory, to_name: str) -> None:
        # A program has one kind of directory only.
        there = cast("Self", to).descriptor
        os.replace(name, to_name, src_dir_fd=self.descriptor, dst_dir_fd=there)

    @override
    def stamp(self, name: str, modified: int) -> None:
        times = (modified, modified)
        os.utime(name, ns=times, dir_fd=self.descriptor, follow_symlinks=False)

    @override
    def sync(self) -> None:
        os.fsync(self.descriptor)

    @override
    def close(self) -> None:
        os.close(self.descriptor)


class PathDirectory(Directory):
    """A directory as a path, for systems without descriptors of directories."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    @override
    def at(cls, path: Path) -> Self:
        if not path.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return cls(path.resolve())

    @override
    def enter(self, name: str) -> Self:
        found = self.look(name)
        if is_link(found):
            raise IsLinkError
        if not stat.S_ISDIR(found.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return type(self)(self.path / name)

    @override
    def names(self) -> list[str]:
        return [entry.name for entry in self.path.iterdir()]

    @override
    def look(self, name: str) -> os.stat_result:
        return (self.path / name).lstat()

    @override
    def open(self, name: str, flags: int) -> int:
        if not flags & os.O_CREAT and is_link(self.look(name)):
            raise IsLinkError
        return os.open(self.path / name, flags, 0o666)

    @override
    def make(self, name: str) -> None:
        (self.path / name).mkdir()

    @override
    def unlink(self, name: str) -> None:
        (self.path / name).unlink()

    @override
    def remove(self, name: str) -> None:
        (self.path / name).rmdir()

    @override
    def rename(self, name: str, to: Directory, to_name: str) -> None:
        (self.path / name).replace(cast("Self", to).path / to_name)

    @override
    def stamp(self, name: str, modified: int) -> None:
        os.utime(self.path / name, ns=(modified, modified))


def is_link(found: os.stat_result) -> bool:
    """Tell whether something leads elsewhere: a symbolic link, or a junction of Windows."""
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION


DIRECTORY: type[Directory] = DescriptorDirectory if os.open in os.supports_dir_fd else PathDirectory
"""The better of the two that this system has."""


def reason_instead(found: os.stat_result) -> Reason:
    """Say why something that is no file cannot be taken for one."""
    if is_link(found):
        return Reason.LINK
    return Reason.IS_A_DIRECTORY if stat.S_ISDIR(found.st_mode) else Reason.SPECIAL
