"""The shares of a new workspace, with their directories beneath the data root.

Every seed has the default volume; the demo has a second one, folders, homes, ACLs and a few files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.rules.grants import Permission, store_acl
from accsyn_orm.server.rules.homes import HOMES_DIRECTORY
from accsyn_orm.server.rules.shares import insert_share
from accsyn_orm.server.seeds.data import Seed
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.seeds.machines import MAIN_SERVER
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import SHARES, USERS, EntityTable

DEFAULT_VOLUME = "projects"


_FOLDERS = (
    (DEFAULT_VOLUME, "theproject", "TheProject", "TheProject"),
    (DEFAULT_VOLUME, "from_vendors", "From vendors", "FROM_VENDORS"),
    ("library", "luts", "LUTs", "luts"),
)
"""Volume, code, name and path of each folder."""

_HOMES = ("anna@acmefilm.com", "lisa@example.com", "pete@vendor.com")

_ACLS = (
    ("anna@acmefilm.com", "projects", Permission(read=True, write=True)),
    ("anna@acmefilm.com", "library", Permission(read=True, write=True)),
    ("lars@acmefilm.com", "projects", Permission(read=True, write=False)),
    ("lisa@example.com", "theproject", Permission(read=True, write=True)),
    ("lisa@example.com", "luts", Permission(read=True, write=False)),
    # He hands things in, and does not see what others have.
    ("pete@vendor.com", "from_vendors", Permission(read=False, write=True, path="pete")),
)

_FILES = (
    (DEFAULT_VOLUME, "TheProject/README.txt", b"Plates come in, comps go out.\n"),
    (DEFAULT_VOLUME, "TheProject/plates/sh010_0001.exr", bytes(range(256)) * 64),
    (DEFAULT_VOLUME, "TheProject/plates/sh010_0002.exr", bytes(range(255, -1, -1)) * 64),
    (DEFAULT_VOLUME, "FROM_VENDORS/pete/notes.txt", b"First version.\n"),
    (DEFAULT_VOLUME, f"{HOMES_DIRECTORY}/lisa@example.com/showreel.mov", b"moov" * 2_048),
    ("library", "luts/film.cube", b'TITLE "Film"\nLUT_3D_SIZE 2\n'),
    ("library", "sounds/rain.wav", b"RIFF" * 1_024),
)
"""Volume, path and content of each file."""


def plant_shares(call: Call, seed: Seed, users: Mapping[str, str]) -> None:
    """Put shares into a workspace that has none.

    Args:
        call: on behalf of the first admin.
        seed: what is planted.
        users: id of each user, by e-mail.
    """
    _plant_volume(call, DEFAULT_VOLUME, drive="P:\\", is_default=True)
    if seed.jobs:
        _plant_demo(call, users)


def _plant_demo(call: Call, users: Mapping[str, str]) -> None:
    _plant_volume(call, "library", drive="L:\\", is_default=False)
    for volume, code, name, path in _FOLDERS:
        values = {"type": "folder", "code": code, "name": name, "path": path}
        _plant_beneath(call, volume, values)
    for owner in _HOMES:
        path = f"{HOMES_DIRECTORY}/{owner}"
        values = {"type": "home", "code": owner, "name": owner, "path": path, "user": users[owner]}
        _plant_beneath(call, DEFAULT_VOLUME, values)
    for user, share, permission in _ACLS:
        grantee, target = (
            _row(call, USERS, users[user]),
            _row(call, SHARES, stable_id("share", share)),
        )
        store_acl(call, grantee, target, permission, ident=stable_id("acl", f"{user}/{share}"))
    for volume, path, content in _FILES:
        with Tree(call.roots.volumes / volume).open_write(Inside.parse(path), parents=True) as file:
            file.write(content)


def _plant_volume(call: Call, code: str, *, drive: str, is_default: bool) -> None:
    call.roots.make_volume(code)
    values: dict[str, Any] = {
        "type": "volume",
        "code": code,
        "name": code.capitalize(),
        "default": is_default,
        "paths": {"linux": f"/mnt/{code}", "mac": f"/Volumes/{code}", "windows": drive},
        "path": f"/mnt/{code}",
        "server": stable_id("client", MAIN_SERVER),
        "siteservers": [],
        "licensed": True,
        "directory": code,
    }
    insert_share(call, values, ident=stable_id("share", code))


def _plant_beneath(call: Call, volume: str, values: Mapping[str, Any]) -> None:
    tree = Tree(call.roots.volumes / volume)
    tree.make_directory(Inside.parse(values["path"]), parents=True, exist_ok=True)
    parent = {"parent": stable_id("share", volume)}
    insert_share(call, {**values, **parent}, ident=stable_id("share", values["code"]))


def _row(call: Call, entity: EntityTable, ident: str) -> RowMapping:
    (found,) = rows_where(call, entity, entity.table.c.id == ident)
    return found
