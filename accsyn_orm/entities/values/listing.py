"""What is on a share: the rows of a listing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities.values.amounts import Size
from accsyn_orm.entities.values.dates import as_utc
from accsyn_orm.paths import AccsynPath

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Record


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file or folder on a share.

    Attributes:
        name: its name.
        folder: what it is in.
        is_directory: whether it is a folder.
        size: bytes; of a folder ``None``, unless sizes were asked for.
        modified: when it was last changed, UTC; ``None`` if the backend does not say.
        files: what is in a folder that was listed recursively.
    """

    name: str
    folder: AccsynPath
    is_directory: bool
    size: Size | None
    modified: datetime | None
    files: tuple[FileInfo, ...] = ()

    @property
    def path(self) -> AccsynPath:
        """Where it is, as jobs and file calls take it."""
        return beneath(self.folder, self.name)


def beneath(folder: AccsynPath, name: str) -> AccsynPath:
    """Return the path of what the backend lists in a folder, whatever its name."""
    slash = "" if folder.is_folder else "/"
    return AccsynPath.parse(f"{folder}{slash}{name}", strict=False)


def listed(rows: list[Record], folder: AccsynPath, *, is_measured: bool) -> list[FileInfo]:
    """Return the rows of a listing as values."""
    return [_info(row, folder, is_measured=is_measured) for row in rows]


def _info(row: Record, folder: AccsynPath, *, is_measured: bool) -> FileInfo:
    name, is_directory = str(row["filename"]), row.get("type") == 0
    size, modified = row.get("size"), row.get("modified")
    inside: Any = row.get("files") or []
    return FileInfo(
        name=name,
        folder=folder,
        is_directory=is_directory,
        size=Size(size) if size is not None and (is_measured or not is_directory) else None,
        modified=as_utc(modified) if isinstance(modified, datetime) else None,
        files=tuple(listed(inside, beneath(folder, name), is_measured=is_measured)),
    )
