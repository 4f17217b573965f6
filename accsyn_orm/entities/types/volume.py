"""Volumes: the disks of a workspace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from accsyn_orm.entities.actions.assignment import Assignable
from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, attr
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.relations import Many
from accsyn_orm.entities.types.share import Share, v1_share
from accsyn_orm.entities.validation import refusal
from accsyn_orm.entities.values.limits import SystemPaths
from accsyn_orm.entities.values.reference_lists import Refs
from accsyn_orm.entities.values.references import Ref

if TYPE_CHECKING:
    from accsyn_orm.entities.types.folder import Folder
    from accsyn_orm.entities.types.home import Home
    from accsyn_orm.entities.types.queue import Queue
    from accsyn_orm.entities.types.server import Server


class Volume(Share, Assignable):
    """A disk of the workspace, held by a server; the v1 generation calls it a root share.

    Only admins create volumes. The first one becomes the default volume, which can neither be
    deleted nor deactivated. Deleting a volume deletes the folders, homes and ACLs beneath, but no
    files.

    Example:
        >>> paths = {"linux": "/mnt/projects", "windows": "P:"}
        >>> Volume(name="Projects", paths=paths, server=server).save()  # doctest: +SKIP
        Volume(id='664b5db8ed9dc749a06f9bd7', code='projects', name='Projects', status='enabled')
    """

    __entity_type__ = "volume"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": v1_share("volume")}

    queue: AttrFrom[Ref["Queue"] | None, str | Entity | None] = attr(
        init=False, on="update", only="v3"
    )
    """Id of the default queue of jobs that use the volume, given as id or code; or ``None`` (v3
    only)."""
    default: Attr[bool] = attr(init=False, on="update")
    """The default volume; setting it takes that from the one that was."""
    path: ReadOnlyAttr[str | None] = attr(init=False)
    """Absolute path on the main server; ``None`` without one."""
    paths: Attr[SystemPaths] = attr()
    """Path by operating system: ``linux``, ``mac``, ``windows``; with ``_vpn`` for remote access.
    The one for the system of the main server is required."""
    server: AttrFrom[Ref["Server"] | None, str | Entity] = attr(
        default=UNSET, on="create", only="v3"
    )
    """Id of the main server; required in v3, where only it is shown. See ``assign()``."""
    siteservers: AttrFrom[Refs["Server"], Sequence[str | Entity]] = attr(
        default=UNSET, on="create", only="v3"
    )
    """Ids of servers at other sites that hold the files too (v3 only)."""
    licensed: ReadOnlyAttr[bool] = attr(init=False, only="v3")
    """Internal to accsyn (v3 only)."""

    folders: ClassVar[Many[Folder]] = Many("Folder", "parent")
    """The folders on the volume."""
    homes: ClassVar[Many[Home]] = Many("Home", "parent")
    """The homes on the volume."""

    def creation_for(self, backend: Backend) -> tuple[Record, str | None]:
        """Return what ``save()`` would send to create it; v3 needs the server as well."""
        if backend.protocol == "v3" and not vars(self).get("server"):
            problems = [*self._missing(), ("server", "is required")]
            raise refusal(type(self), problems)
        return super().creation_for(backend)

    def why_kept(self) -> str | None:
        """Say that the default volume is kept."""
        is_default = vars(self).get("default") is True
        return "is the default volume: make another one the default first" if is_default else None
