"""What is in a collection, as places on disks.

Whoever may read a collection may read what is in it, wherever that is.
"""

from __future__ import annotations

from sqlalchemy import RowMapping

from accsyn_orm.server.disk.inside import ROOT
from accsyn_orm.server.disk.places import Place, Places
from accsyn_orm.server.disk.spots import Shelf, Spot, is_disabled, spot_at
from accsyn_orm.server.provenance import INFERRED, behaviour
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import FILES, SHARES, Scope
from accsyn_orm.server.transfers.specs import parse_accsyn_path


@behaviour(INFERRED, "files/paths", "a collection is a folder with its members, wherever they are")
@behaviour(INFERRED, "files/paths", "members whose share is gone or disabled are left out")
def collection(places: Places, share: RowMapping, shown: str) -> Shelf:
    """Find what is in a collection."""
    call, files = places.call, FILES.table.c
    is_member = (files.parent == share["id"]) & (files.scope == Scope.ACTIVE.value)
    found: list[Spot] = []
    for row in rows_where(call, FILES, is_member):
        path = parse_accsyn_path(row["path"])
        place = _place(places, row["share"], path.rest if path else "")
        if place is not None and not is_disabled(place):
            found.append(_on_shelf(spot_at(call, place, place.share["code"]), shown))
    return Shelf(shown, tuple(found))


def _place(places: Places, share: str, path: str) -> Place | None:
    shares = SHARES.table.c
    is_active = shares.scope == Scope.ACTIVE.value
    rows = rows_where(places.call, SHARES, shares.id == share, is_active)
    return places.inside(rows[0], path) if rows else None


def _on_shelf(spot: Spot, shown: str) -> Spot:
    """Show a place under the name that it has on a shelf."""
    return Spot(spot.tree.beneath(spot.inside, f"{shown}/{spot.name}"), ROOT)
