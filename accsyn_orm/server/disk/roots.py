"""Where on this machine the disks of a workspace are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.storage.private import private_directory


@dataclass(frozen=True, slots=True)
class Roots:
    """The directories beneath which everything is that the workspace reads and writes.

    Attributes:
        base: directory of the workspace, which only its owner can enter.
        local: directory that stands for ``/`` on the computers of users; ``None`` gives each
            computer a directory of its own.
        is_temporary: nothing of it is needed after the process has ended, so that what is written
            need not be forced onto the disk.
    """

    base: Path
    local: Path | None = None
    is_temporary: bool = False

    @property
    def volumes(self) -> Path:
        """Directory that holds one directory for each volume."""
        return private_directory(self.base / "volumes")

    def volume(self, name: str) -> Path:
        """Return the directory of a volume, given its name there.

        Raises:
            Refusal: no directory can have that name.
        """
        return self.volumes / Inside((name,)).name

    @property
    def packages(self) -> Path:
        """Directory that holds what was uploaded to deliveries, requests and streams."""
        return private_directory(self.base / "packages")

    def computer(self, client: str) -> Path:
        """Return the directory that stands for ``/`` on a computer, given its client's id."""
        return self.local or private_directory(self.base / "computers" / client)
