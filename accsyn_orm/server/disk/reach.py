"""From a path that a caller writes to files on a disk that the caller may touch.

A path leads to a `Spot`: a place in a tree. What is no directory on any disk, but lists files from
several places, is a `Shelf`: a collection, or a delivery.
"""

from __future__ import annotations

from typing import TypeAlias

from accsyn_orm.server.access.acls import Right
from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.disk.places import Places
from accsyn_orm.server.disk.refusal import DiskRefusal, Reason
from accsyn_orm.server.disk.shelves import collection, delivery
from accsyn_orm.server.disk.spots import ShareSpot, Shelf, Spot, spot_at
from accsyn_orm.server.provenance import INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import SHARES, Scope
from accsyn_orm.server.transfers.specs import parse_accsyn_path

Found: TypeAlias = "Spot | Shelf"


def reach(places: Places, text: str, right: Right, *more: Right) -> Found:
    """Find what a path means, where the caller has all of the rights.

    Args:
        places: finds shares for the operation.
        text: the path.
        right: what the caller is going to do.
        more: what else.

    Raises:
        Refusal: the path is none, or leads out of its share; or there is no such share in which the
            caller may do that.
    """
    path = parse_accsyn_path(text)
    if path is None:
        place, *_ = [places.find_absolute(text, needed) for needed in (right, *more)]
        shown, ends_in_slash = f"volume={place.share['code']}", text.strip()[-1] in "/\\"
        return spot_at(places, place, shown, is_directory=ends_in_slash)
    inside, shown = Inside.parse(path.rest), f"{path.kind}={path.ident}"
    if path.kind == "delivery":
        return _on(delivery(places, path.ident, shown), inside)
    place, *_ = [places.find(path, needed) for needed in (right, *more)]
    if place.share["type"] == "collection":
        return _on(collection(places, place.share, shown), inside)
    return spot_at(places, place, shown, is_directory=path.is_directory)


def _on(shelf: Shelf, inside: Inside) -> Found:
    return shelf if inside.is_root else shelf.member(inside)


def reach_file(places: Places, text: str, right: Right, *more: Right) -> ShareSpot:
    """Find a place on a disk, to change what is there.

    Raises:
        Refusal: as `reach`; or the path leads to a collection or a delivery.
    """
    found = reach(places, text, right, *more)
    if isinstance(found, ShareSpot):
        return found
    raise Refusal(f"{found.shown!r} only refers to files: change them where they are")


@behaviour(INFERRED, "files/paths", "a folder that holds another share stays where it is")
def require_movable(call: Call, spot: ShareSpot) -> None:
    """Refuse to move or delete the root of a share, and what holds that of a folder or a home.

    Raises:
        Refusal: it is, or does.
    """
    if spot.inside.is_root:
        raise DiskRefusal(spot.shown, Reason.IS_ROOT)
    own = _folded(str(spot.in_volume))
    shares = SHARES.table.c
    others = rows_where(
        call,
        SHARES,
        shares.parent == spot.volume,
        shares.scope.in_((Scope.ACTIVE.value, Scope.INACTIVE.value)),
        shares.id != spot.share,
    )
    if any(_folded(share["path"] or "")[: len(own)] == own for share in others):
        raise Refusal(f"{spot.shown!r} is, or holds, the folder of another share")


def _folded(path: str) -> list[str]:
    return [name.casefold() for name in path.replace("\\", "/").split("/") if name]
