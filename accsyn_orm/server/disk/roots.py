"""Where on this machine the disks of a workspace are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.disk.refusal import DiskRefusal, Reason, refused


@dataclass(frozen=True, slots=True)
class Roots:
    """The directories beneath which everything is that the workspace reads and writes.

    They are made when somebody asks for them. Where that cannot be done, a `DiskRefusal` names them
    beneath `base`, and not where that is.

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
        return self._made("volumes")

    def volume(self, name: str) -> Path:
        """Return the directory of a volume, given its name there.

        Raises:
            Refusal: no directory can have that name.
        """
        return self.volumes / Inside((name,)).name

    def make_volume(self, name: str) -> None:
        """Make the directory of a volume."""
        self._made("volumes", name)

    def site(self, ident: str) -> Path:
        """Return the directory that holds the volumes of a site, given its id."""
        return self._made("sites", ident)

    @property
    def packages(self) -> Path:
        """Directory that holds what was uploaded to deliveries, requests and streams."""
        return self._made("packages")

    def computer(self, client: str) -> Path:
        """Return the directory that stands for ``/`` on a computer, given its client's id."""
        return self.local or self._made("computers", client)

    def _made(self, *names: str) -> Path:
        """Make a directory that only its owner can enter."""
        shown, path = "/".join(names), self.base
        with refused(shown):
            try:
                for name in names:
                    # One by one: the mode is not that of parents.
                    path /= name
                    path.mkdir(mode=0o700, parents=True, exist_ok=True)
            except FileExistsError as error:
                raise DiskRefusal(shown, Reason.NOT_A_DIRECTORY) from error
        return path
