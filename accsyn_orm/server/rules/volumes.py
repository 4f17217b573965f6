"""Volumes: disks of the workspace, each a directory beneath the root of volumes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.roles import ADMINS
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.assignment import (
    SYSTEMS,
    assign_main,
    assign_site,
    deassign_main,
    deassign_site,
    path_on,
    server_named,
    site_server_named,
)
from accsyn_orm.server.rules.base import Names, modification
from accsyn_orm.server.rules.schema import (
    Field,
    Schema,
    boolean,
    filled_text,
    json_object,
    nullable_text,
    one_of,
    texts,
)
from accsyn_orm.server.rules.shares import ShareRules, insert_share, share_fields, with_code
from accsyn_orm.server.storage.store import rows_where, update_rows
from accsyn_orm.server.storage.tables import SHARES, V1, V3, VOLUMES, Scope

_PATH_KEYS = (*SYSTEMS, *(f"{system}_vpn" for system in SYSTEMS))

_V1_ASSIGNMENTS = {
    "server": assign_main,
    "siteserver": assign_site,
    "server_clear": deassign_main,
    "siteserver_clear": deassign_site,
}
"""How v1 assigns servers: as changes of attributes."""


def _paths(name: str, value: Any) -> dict[str, str]:
    given = json_object(name, value)
    unknown = [key for key in given if key not in _PATH_KEYS]
    if unknown:
        raise Refusal(f"{name} has {', '.join(_PATH_KEYS)}; not {', '.join(unknown)}")
    return {key: filled_text(f"{name}.{key}", path) for key, path in given.items()}


def _assignment(name: str) -> Field:
    return Field(
        name, filled_text, update=True, generations=V1, writers=ADMINS, source=CLIENT_SOURCE
    )


class Volumes(ShareRules):
    """The rules of volumes, which v1 calls root shares."""

    schema = Schema(
        VOLUMES,
        (
            *share_fields(is_code_required=True),
            Field("type", one_of("root"), create=True, generations=V1),
            Field("paths", _paths, create=True, required=True),
            Field("paths", _paths, update=True, writers=ADMINS),
            Field("server", filled_text, create=True, required=True, generations=V3),
            Field("siteservers", texts, create=True, generations=V3),
            Field("default", boolean, update=True, writers=ADMINS, source=INFERRED),
            Field("queue", nullable_text, update=True, generations=V3, writers=ADMINS),
            *(_assignment(name) for name in _V1_ASSIGNMENTS),
        ),
    )
    names = Names(v1="", v3="volume")

    @behaviour(DOCUMENTED, "volume/create", "the first volume becomes the default one")
    @behaviour(INFERRED, "volume/create", "its directory is made beneath the data root")
    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Create a volume, and the directory that stands for it."""
        named = with_code(call, "volume", values)
        server = server_named(call, values["server"]) if "server" in values else None
        sites = [site_server_named(call, ident)["id"] for ident in values.get("siteservers", ())]
        directory = _free_directory(call, named["code"])
        call.roots.make_volume(directory)
        named |= {
            "type": "volume",
            "default": not _defaults(call),
            "path": path_on(values["paths"], server),
            "siteservers": sites,
            "licensed": True,
            "directory": directory,
        }
        return insert_share(call, named)

    @behaviour(DOCUMENTED, "volume/edit", "exactly one volume is the default")
    @behaviour(DOCUMENTED, "volume/edit", "its path follows from the paths and its server")
    @behaviour(CLIENT_SOURCE, "volume/edit", "v1.0 assigns and takes away servers so")
    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change a volume; making it the default takes that from the one that was."""
        assignments = {
            name: values.pop(name)
            for name in tuple(values)
            if call.caller.generation == "v1" and name in _V1_ASSIGNMENTS
        }
        if "default" in values:
            _change_default(call, row, is_default=values["default"])
        if "paths" in values and row["server"] is not None:
            values["path"] = path_on(values["paths"], server_named(call, row["server"]))
        super().update(call, row, values)
        for name, ident in assignments.items():
            (current,) = rows_where(call, VOLUMES, VOLUMES.table.c.id == row["id"])
            _V1_ASSIGNMENTS[name](call, current, ident)

    @behaviour(DOCUMENTED, "volume/delete", "the default volume stays")
    @behaviour(DOCUMENTED, "volume/delete", "jobs that use it are aborted")
    @behaviour(DOCUMENTED, "volume/delete", "folders, homes and ACLs beneath go with it")
    @behaviour(DOCUMENTED, "volume/delete", "collections lose what was in it")
    def remove(self, call: Call, row: RowMapping) -> None:
        """Delete a volume with all shares beneath; files are not touched."""
        _require_not_default(row, "deleted")
        beneath = SHARES.table.c.parent == row["id"]
        update_rows(call, SHARES, beneath, modification(call), scope=Scope.ARCHIVED)
        super().remove(call, row)

    @behaviour(INFERRED, "volume/deactivate", "the default volume stays")
    def deactivate(self, call: Call, ident: str) -> bool:
        """Put a volume out of use, with all shares beneath."""
        return super().deactivate(call, ident)

    @behaviour(DOCUMENTED, "volume/deactivate", "shares beneath go with it")
    def put_away(self, call: Call, row: RowMapping) -> None:
        """Make a volume inactive, and remember which folders became so with it."""
        _require_not_default(row, "deactivated")
        shares = SHARES.table.c
        is_active = (shares.parent == row["id"]) & (shares.scope == Scope.ACTIVE.value)
        marked = {"inactive_with": row["id"], **modification(call)}
        update_rows(call, SHARES, is_active, marked, scope=Scope.INACTIVE)
        super().put_away(call, row)

    @behaviour(INFERRED, "volume/activate", "shares that became inactive with it come back")
    def bring_back(self, call: Call, row: RowMapping) -> None:
        """Make a volume active, and the folders that were so when it was put away."""
        shares = SHARES.table.c
        went_along = (shares.inactive_with == row["id"]) & (shares.scope == Scope.INACTIVE.value)
        back = {"inactive_with": None, **modification(call)}
        # Homes come back by themselves, if their users are there.
        update_rows(call, SHARES, went_along & (shares.type != "home"), back, scope=Scope.ACTIVE)
        super().bring_back(call, row)


def default_volume(call: Call) -> RowMapping:
    """Select the volume that is meant when none is named.

    Raises:
        Refusal: the workspace has no volume.
    """
    found = _defaults(call)
    if not found:
        raise Refusal("the workspace has no default volume: create a volume first")
    return found[0]


def active_volumes(call: Call) -> Sequence[RowMapping]:
    """Select all active volumes."""
    return rows_where(call, VOLUMES, VOLUMES.table.c.scope == Scope.ACTIVE.value)


def active_volume(call: Call, named: str) -> RowMapping:
    """Select an active volume by its id or its code, whoever may use it.

    Raises:
        Refusal: there is none.
    """
    shares = VOLUMES.table.c
    is_named = (shares.id == named) | (shares.code__folded == named.casefold())
    found = rows_where(call, VOLUMES, shares.scope == Scope.ACTIVE.value, is_named)
    if not found:
        raise Refusal(f"there is no volume {named!r}")
    return found[0]


def _defaults(call: Call) -> list[RowMapping]:
    shares = VOLUMES.table.c
    is_kept = shares.scope != Scope.ARCHIVED.value
    return list(rows_where(call, VOLUMES, is_kept, shares.default.is_(True)))


def _require_not_default(row: RowMapping, what: str) -> None:
    if row["default"]:
        raise Refusal(f"the default volume cannot be {what}: make another one the default first")


def _change_default(call: Call, row: RowMapping, *, is_default: bool) -> None:
    if not is_default and row["default"]:
        raise Refusal("one volume has to be the default: make another one the default instead")
    if is_default and row["scope"] != Scope.ACTIVE.value:
        raise Refusal(f"the volume {row['code']!r} is deactivated: activate it first")
    if is_default:
        others = (VOLUMES.table.c.id != row["id"]) & VOLUMES.table.c.default.is_(True)
        update_rows(call, VOLUMES, others, {"default": False})


def _free_directory(call: Call, code: str) -> str:
    """Choose the directory of a new volume: named as its code, unless another volume uses that.

    One that a deleted volume had is taken up again with its files, as a path on a server would be.
    """
    kept = rows_where(call, VOLUMES, VOLUMES.table.c.scope != Scope.ARCHIVED.value)
    # Folded: not every disk tells upper from lower case.
    taken = {str(volume["directory"]).casefold() for volume in kept}
    endings = itertools.chain([""], (f"_{number}" for number in itertools.count(2)))
    candidates = (f"{code}{ending}" for ending in endings)
    return next(name for name in candidates if name.casefold() not in taken)
