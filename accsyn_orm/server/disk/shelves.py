"""What is in a collection or a delivery, as places on disks.

Whoever may read one of them may read what is in it, wherever that is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.policy import access
from accsyn_orm.server.disk.entries import Entry
from accsyn_orm.server.disk.inside import ROOT, Inside
from accsyn_orm.server.disk.places import ENABLED, Place, Places
from accsyn_orm.server.disk.spots import Member, Shelf, Spot, spot_at
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.store import LIVING, in_scopes, rows_where
from accsyn_orm.server.storage.tables import DELIVERIES, FILES, SHARES, Scope
from accsyn_orm.server.transfers.packages import files_of
from accsyn_orm.server.transfers.specs import parse_accsyn_path


@behaviour(INFERRED, "files/paths", "a collection is a folder with its members, wherever they are")
@behaviour(INFERRED, "files/paths", "members whose share cannot be reached are left out")
def collection(places: Places, share: RowMapping, shown: str) -> Shelf:
    """Find what is in a collection."""
    files = FILES.table.c
    is_member = (files.parent == share["id"]) & (files.scope == Scope.ACTIVE.value)
    found: list[Member] = []
    for row in rows_where(places.call, FILES, is_member):
        path = parse_accsyn_path(row["path"])
        spot = _reachable(places, _place(places, row["share"], path.rest if path else ""))
        if spot is not None:
            found.append(Member(_on_shelf(spot, shown)))
    return Shelf(shown, tuple(found))


@behaviour(DOCUMENTED, "files/paths", "a delivery lists its files")
@behaviour(INFERRED, "files/paths", "files of a delivery are listed though they are not there")
def delivery(places: Places, ident: str, shown: str) -> Shelf:
    """Find what is in a delivery.

    Raises:
        Refusal: there is none that the caller may see.
    """
    call = places.call
    may_read = access(DELIVERIES.name, call.caller).read(call.caller)
    is_kept = in_scopes(call, DELIVERIES, LIVING)
    rows = rows_where(call, DELIVERIES, DELIVERIES.table.c.id == ident, is_kept, may_read)
    if not rows:
        raise Refusal(f"there is no delivery {ident!r} that you may read")
    found: list[Member] = []
    for task in files_of(call, rows[0]):
        spots, promised = _sources(places, task["source"]), _promised(task)
        found.extend(Member(_on_shelf(spot, shown), promised) for spot in spots)
    return Shelf(shown, tuple(found))


def _sources(places: Places, document: Mapping[str, Any]) -> list[Spot]:
    """Find where a file of a delivery is: in a share, or among what was uploaded.

    Only a collection is in several places; a share that cannot be reached is in none.
    """
    path = str(document["path"])
    if "job" in document:
        package = places.call.roots.packages / Inside((document["job"],)).name
        return [Spot(Tree(package), Inside.parse(path))]
    place = _place(places, document.get("s") or document["v"], path.strip("/"))
    if place is not None and place.volume is None:
        shelf = collection(places, place.share, place.share["code"])
        return shelf.find(Inside.parse(place.path))
    spot = _reachable(places, place)
    return [spot] if spot else []


def _promised(task: RowMapping) -> Entry:
    created = datetime.fromisoformat(task["created"]).replace(tzinfo=timezone.utc)
    return Entry(ROOT, is_directory=False, size=task["size"] or 0, modified=created)


def _place(places: Places, share: str, path: str) -> Place | None:
    shares = SHARES.table.c
    is_active = shares.scope == Scope.ACTIVE.value
    rows = rows_where(places.call, SHARES, shares.id == share, is_active)
    return places.inside(rows[0], path) if rows else None


def _reachable(places: Places, place: Place | None) -> Spot | None:
    """Find the tree that a place is in, unless its share is gone, disabled or offline."""
    if place is None or places.status(place) != ENABLED:
        return None
    return spot_at(places, place, place.share["code"])


def _on_shelf(spot: Spot, shown: str) -> Spot:
    """Show a place under the name that it has on a shelf."""
    return Spot(spot.tree.beneath(spot.inside, f"{shown}/{spot.name}"), ROOT)
