"""The shares of a new workspace: the default volume, which is a directory beneath the data root."""

from __future__ import annotations

from accsyn_orm.server.context import Call
from accsyn_orm.server.rules.base import creation
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.storage.private import private_directory
from accsyn_orm.server.storage.store import insert_row
from accsyn_orm.server.storage.tables import VOLUMES

DEFAULT_VOLUME = "projects"


def plant_shares(call: Call) -> None:
    """Put the default volume into a workspace that has no share, on behalf of its first admin."""
    private_directory(call.roots.volumes / DEFAULT_VOLUME)
    values = {
        "code": DEFAULT_VOLUME,
        "name": "Projects",
        "type": "volume",
        "status": "enabled",
        "default": True,
        "paths": {"linux": "/mnt/projects", "mac": "/Volumes/projects", "windows": "P:\\"},
        "path": "/mnt/projects",
        "server": stable_id("client", "hq-server"),
        "siteservers": [],
        "description": "",
        "metadata": {},
        "directory": DEFAULT_VOLUME,
        **creation(call),
    }
    insert_row(call, VOLUMES, values, ident=stable_id("share", DEFAULT_VOLUME))
