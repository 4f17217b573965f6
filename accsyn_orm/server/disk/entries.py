"""Files and directories as they are listed: what everything else is, is not there."""

from __future__ import annotations

import contextlib
import os
import stat
from dataclasses import dataclass
from datetime import datetime, timezone

from accsyn_orm.server.disk.directory import Directory, is_link
from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.refusals import Refusal

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


def entry_of(inside: Inside, found: os.stat_result) -> Entry | None:
    """Describe a file or directory; everything else is not there."""
    is_directory = stat.S_ISDIR(found.st_mode)
    if is_link(found) or not (is_directory or stat.S_ISREG(found.st_mode)):
        return None
    moment = min(max(found.st_mtime, 0), _LATEST)
    modified = datetime.fromtimestamp(moment, tz=timezone.utc)
    return Entry(inside, is_directory, 0 if is_directory else found.st_size, modified)


def look_up(directory: Directory, inside: Inside, name: str) -> Entry | None:
    """Describe what has a name in an open directory, unless it is gone or cannot be named."""
    with contextlib.suppress(FileNotFoundError, Refusal):  # just removed; deeper than paths go
        return entry_of(inside / name, directory.look(name))
    return None
