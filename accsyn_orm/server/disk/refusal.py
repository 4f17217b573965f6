"""How a disk says no: one exception with a reason, in words that show no path of this machine."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Generator, Mapping
from enum import Enum

from accsyn_orm.server.refusals import Refusal


class Reason(Enum):
    """Why something on a disk cannot be done; the value says it, after the path."""

    MISSING = "is not there"
    EXISTS = "is there already"
    NOT_A_DIRECTORY = "is not a folder"
    IS_A_DIRECTORY = "is a folder"
    NOT_EMPTY = "is not empty: delete it with force"
    PARTLY_REMOVED = "is removed in part: the disk does not let go of the rest"
    LINK = "is a link, and links are not followed"
    SPECIAL = "is neither a file nor a folder"
    INTO_ITSELF = "cannot be moved into itself"
    IS_ROOT = "is the root of a share: it is neither renamed, moved, deleted nor written to"
    OTHER_DISK = "is on another disk: things are moved within one only, use a transfer"
    DENIED = "cannot be accessed: the disk does not permit it"
    NO_SPACE = "cannot be written: the disk is full"
    TOO_LONG = "is longer than a path can be on this disk"
    FAILED = "cannot be accessed: the disk has a problem"


_BY_NUMBER: Mapping[int, Reason] = {
    errno.ENOENT: Reason.MISSING,
    errno.EEXIST: Reason.EXISTS,
    errno.ENOTDIR: Reason.NOT_A_DIRECTORY,
    errno.EISDIR: Reason.IS_A_DIRECTORY,
    errno.ENOTEMPTY: Reason.NOT_EMPTY,
    errno.ELOOP: Reason.LINK,
    errno.ENXIO: Reason.SPECIAL,
    errno.EINVAL: Reason.INTO_ITSELF,  # of all calls made here, only renaming can answer this
    errno.EXDEV: Reason.OTHER_DISK,
    errno.EACCES: Reason.DENIED,
    errno.EPERM: Reason.DENIED,
    errno.EROFS: Reason.DENIED,
    errno.ENOSPC: Reason.NO_SPACE,
    errno.EDQUOT: Reason.NO_SPACE,
    errno.ENAMETOOLONG: Reason.TOO_LONG,
}


class DiskRefusal(Refusal):
    """Something on a disk is not there, is of another kind, or cannot be done.

    Attributes:
        path: the place, as users write it.
        reason: why.
    """

    def __init__(self, path: str, reason: Reason) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path!r} {reason.value}")


class IsLinkError(OSError):
    """A name is a link where a file or directory was expected."""

    def __init__(self) -> None:
        super().__init__(errno.ELOOP, os.strerror(errno.ELOOP))


def reason_of(error: OSError) -> Reason:
    """Say in our words why a call to the operating system failed."""
    return _BY_NUMBER.get(error.errno or 0, Reason.FAILED)


@contextlib.contextmanager
def refused(path: str) -> Generator[None, None, None]:
    """Turn what the operating system reports into refusals about a path, as users write it.

    Raises:
        DiskRefusal: it reported something.
    """
    try:
        yield
    except OSError as error:
        raise DiskRefusal(path, reason_of(error)) from error
