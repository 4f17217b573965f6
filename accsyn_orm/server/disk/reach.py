"""From a path that a caller writes to files on a disk that the caller may touch.

A path leads to a `Spot`: a place in a tree. What is no directory on any disk, but lists files from
several places, is a `Shelf`: a collection, or a delivery.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import RowMapping

from accsyn_orm.server.access.acls import Right
from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.inside import ROOT, Inside
from accsyn_orm.server.disk.places import Place, Places
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.provenance import INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import SHARES, Scope
from accsyn_orm.server.transfers.specs import parse_accsyn_path


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a disk.

    Attributes:
        tree: the share, or whatever else the path is inside of.
        inside: where in it.
        place: the same place, in terms of shares; ``None`` if it is in none.
        is_directory: whether the path said that it is one, by a separator at its end.
    """

    tree: Tree
    inside: Inside
    place: Place | None = None
    is_directory: bool = False

    @property
    def shown(self) -> str:
        """The place, as users write it."""
        return self.tree.shown(self.inside)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Files of several places under one name.

    Attributes:
        shown: the path that leads here, as users write it.
        members: what is here, and under which name; a name may stand more than once.
    """

    shown: str
    members: tuple[tuple[str, Spot], ...]


Found: TypeAlias = "Spot | Shelf"


def reach(call: Call, text: str, right: Right, *more: Right) -> Found:
    """Find what a path means, where the caller has all of the rights.

    Args:
        call: the operation.
        text: the path.
        right: what the caller is going to do.
        more: what else.

    Raises:
        Refusal: the path is none, or leads out of its share; or there is no such share in which the
            caller may do that.
    """
    path, places = parse_accsyn_path(text), Places(call)
    if path is None:
        place, *_ = [places.find_absolute(text, needed) for needed in (right, *more)]
        shown, ends_in_slash = f"volume={place.share['code']}", text.strip()[-1] in "/\\"
        return spot_at(call, place, shown, is_directory=ends_in_slash)
    Inside.parse(path.rest)
    place, *_ = [places.find(path, needed) for needed in (right, *more)]
    return spot_at(call, place, f"{path.kind}={path.ident}", is_directory=path.is_directory)


def reach_file(call: Call, text: str, right: Right, *more: Right) -> Spot:
    """Find a place on a disk, to change what is there.

    Raises:
        Refusal: as `reach`; or the path leads to a collection or a delivery.
    """
    found = reach(call, text, right, *more)
    if isinstance(found, Spot):
        return found
    raise Refusal(f"{found.shown!r} only refers to files: change them where they are")


@behaviour(INFERRED, "files/paths", "files of a disabled share or volume are out of reach")
def spot_at(call: Call, place: Place, shown_as: str, *, is_directory: bool = False) -> Spot:
    """Find the tree that a place in a share is in.

    Args:
        call: the operation.
        place: the place; not one in a collection.
        shown_as: how users write the share.
        is_directory: whether the place was said to be a directory.

    Raises:
        Refusal: the share or its volume is disabled.
    """
    share, volume = place.share, place.volume
    if volume is None:
        raise Refusal(f"{shown_as!r} only refers to files: name them where they are")
    if "disabled" in {share["status"], volume["status"]}:
        raise Refusal(f"{shown_as!r} is disabled")
    return Spot(
        share_tree(call, share, volume, shown_as), Inside.parse(place.path), place, is_directory
    )


def share_tree(call: Call, share: RowMapping, volume: RowMapping, shown_as: str) -> Tree:
    """Return the tree of files that a volume, a folder or a home is."""
    root = call.roots.volume(volume["directory"])
    beneath = ROOT if share["type"] == "volume" else Inside.parse((share["path"] or "").strip("/"))
    return Tree(root, base=beneath, shown_as=shown_as)


@behaviour(INFERRED, "files/paths", "a folder that holds another share stays where it is")
def require_movable(call: Call, spot: Spot) -> None:
    """Refuse to move or delete what is, or holds, the directory of a folder or a home.

    Raises:
        Refusal: it is.
    """
    place = spot.place
    if place is None or place.volume is None:
        return
    own = _folded(place.inside)
    shares = SHARES.table.c
    beneath = rows_where(
        call,
        SHARES,
        shares.parent == place.volume["id"],
        shares.scope.in_((Scope.ACTIVE.value, Scope.INACTIVE.value)),
        shares.id != place.share["id"],
    )
    if any(_folded(share["path"] or "")[: len(own)] == own for share in beneath):
        raise Refusal(f"{spot.shown!r} is, or holds, the folder of another share")


def _folded(path: str) -> list[str]:
    return [name.casefold() for name in path.split("/") if name]
