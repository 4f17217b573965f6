"""Where in the workspace a path is: which share it names, and which volume holds that.

Nothing here looks at a disk; who may do what at a place is asked from `access.acls`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, or_, select, true

from accsyn_orm.server.access.acls import Right, ShareRights, rights_in
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.records import select_records
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import SHARES, USERS, Scope
from accsyn_orm.server.transfers.specs import DEFAULT_SHARE, OWN_HOME, AccsynPath

ENABLED = "enabled"
"""Status of a share that can be used."""

TYPES = frozenset({"volume", "folder", "home", "collection"})
_MAY: Mapping[Right, str] = {"read": "read", "write": "write to"}


@dataclass(frozen=True, slots=True)
class Place:
    """A path in the workspace, found.

    Attributes:
        share: row of the share that it names.
        path: what is meant inside it, without slashes at the ends; empty for all of it.
        volume: row of the volume that holds the share, or is it; a collection has none.
        inside: the same place, inside the volume.
    """

    share: RowMapping
    path: str
    volume: RowMapping | None
    inside: str


@dataclass(slots=True)
class Places:
    """Finds places for one operation; looks up every share, and the rights to it, once.

    Attributes:
        call: the operation.
    """

    call: Call
    _shares: dict[tuple[str, str], RowMapping | None] = field(
        default_factory=dict[tuple[str, str], "RowMapping | None"]
    )
    _volumes: dict[str, RowMapping] = field(default_factory=dict[str, RowMapping])
    _rights: dict[str, ShareRights] = field(default_factory=dict[str, ShareRights])
    _statuses: dict[str, str] = field(default_factory=dict[str, str])

    @behaviour(INFERRED, "files/paths", "missing and forbidden shares answer alike")
    def find(self, path: AccsynPath, right: Right) -> Place:
        """Find the place that a path means, where the caller has a right.

        Raises:
            Refusal: there is no such share, or the caller may not do that at this path.
        """
        share = self.share(path)
        if share is None or not self.allow(share, path.rest, right):
            raise Refusal(f"there is no {path.kind} {path.ident!r} that you may {_MAY[right]}")
        return self.inside(share, path.rest)

    @behaviour(DOCUMENTED, "files/paths", "an absolute path on a server is found by its volume")
    def find_absolute(self, path: str, right: Right) -> Place:
        """Find the place in the workspace that a path on a server's disk means.

        Raises:
            Refusal: no volume is at that path, or the caller may not do that there.
        """
        wanted = _elements(path)
        volumes = rows_where(self.call, SHARES, _active_volumes())
        roots = [(root, one) for one in volumes for root in map(_elements, _configured(one))]
        found = [(len(root), one) for root, one in roots if root and _begins(wanted, root)]
        # A volume may lie within another one.
        for length, volume in sorted(found, key=lambda one: one[0], reverse=True)[:1]:
            rest = "/".join(wanted[length:])
            if self.allow(volume, rest, right):
                return self.inside(volume, rest)
        # Where volumes are is not for those who may not use them.
        raise Refusal(f"no volume that you may {_MAY[right]} is at {path!r}: write share=code/path")

    def inside(self, share: RowMapping, path: str) -> Place:
        """Say where a path inside a share is."""
        match share["type"]:
            case "volume":
                return Place(share, path, share, path)
            case "collection":
                return Place(share, path, None, path)
            case _:
                beneath = (share["path"] or "").strip("/")
                inside = "/".join(filter(None, (beneath, path)))
                return Place(share, path, self._volume(share["parent"]), inside)

    def allow(self, share: RowMapping, path: str, right: Right) -> bool:
        """Tell whether the caller has a right at a path inside a share."""
        ident = share["id"]
        if ident not in self._rights:
            self._rights[ident] = rights_in(self.call, share)
        return self._rights[ident].allow(path or "/", right)

    def share(self, path: AccsynPath) -> RowMapping | None:
        """Select the active share that a path names, whoever may use it."""
        key = path.kind, path.ident
        if key not in self._shares:
            self._shares[key] = find_share(self.call, path)
        return self._shares[key]

    def status(self, place: Place) -> str:
        """Tell the status of the share that a place is in, or of its volume if that is worse.

        Where it is not ``enabled``, the share was disabled, or its server is not there.
        """
        both = [row["id"] for row in (place.volume, place.share) if row is not None]
        missing = [ident for ident in both if ident not in self._statuses]
        if missing:
            columns, workspace = SHARES.table.c, self.call.caller.workspace
            statement = select_records(SHARES, "v3", ("status",)).where(
                columns.workspace == workspace, columns.id.in_(missing)
            )
            for row in self.call.connection.execute(statement):
                self._statuses[row.id] = row.status
        statuses = [self._statuses[ident] for ident in both]
        return next((status for status in statuses if status != ENABLED), ENABLED)

    def _volume(self, ident: str) -> RowMapping:
        if ident not in self._volumes:
            (self._volumes[ident],) = rows_where(self.call, SHARES, SHARES.table.c.id == ident)
        return self._volumes[ident]


def find_share(call: Call, path: AccsynPath) -> RowMapping | None:
    """Select the active share that a path names, whoever may use it; ``None`` if there is none."""
    if path.kind != "share" and path.kind not in TYPES:
        return None
    shares = SHARES.table.c
    of_kind = true() if path.kind == "share" else shares.type == path.kind
    is_active = shares.scope == Scope.ACTIVE.value
    rows = rows_where(call, SHARES, is_active, of_kind, _named(call, path))
    return rows[0] if rows else None


def _named(call: Call, path: AccsynPath) -> ColumnElement[bool]:
    shares, folded = SHARES.table.c, path.ident.casefold()
    if folded == DEFAULT_SHARE:
        return and_(shares.type == "volume", shares.default.is_(True))
    if path.ident == OWN_HOME:
        return and_(shares.type == "home", shares.user == call.caller.user_id)
    by_name = or_(shares.code__folded == folded, shares.id == folded)
    if path.kind != "home":
        return by_name
    users = USERS.table.c
    owner = select(users.id).where(
        users.workspace == call.caller.workspace,
        users.scope == Scope.ACTIVE.value,
        or_(users.code__folded == folded, users.id == folded),
    )
    return or_(by_name, shares.user.in_(owner))


def _active_volumes() -> ColumnElement[bool]:
    shares = SHARES.table.c
    return and_(shares.type == "volume", shares.scope == Scope.ACTIVE.value)


def _configured(volume: RowMapping) -> list[str]:
    paths: Mapping[str, Any] = volume["paths"] or {}
    return [path for path in paths.values() if isinstance(path, str)]


def _elements(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").split("/") if part]


def _begins(elements: list[str], root: list[str]) -> bool:
    folded = [element.casefold() for element in elements[: len(root)]]
    return folded == [element.casefold() for element in root]
