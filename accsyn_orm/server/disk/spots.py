"""Places on disks that a caller may touch, and what lists files of several such places."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.entries import Entry
from accsyn_orm.server.disk.inside import ROOT, Inside
from accsyn_orm.server.disk.places import ENABLED, Place, Places
from accsyn_orm.server.disk.refusal import DiskRefusal, Reason
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.provenance import INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.transfers.specs import file_name


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a disk.

    Attributes:
        tree: the share, or whatever else the path is inside of.
        inside: where in it.
    """

    tree: Tree
    inside: Inside

    @property
    def name(self) -> str:
        """What is there is called so."""
        return self.inside.name or file_name(self.tree.shown())

    @property
    def shown(self) -> str:
        """The place, as users write it."""
        return self.tree.shown(self.inside)


@dataclass(frozen=True, slots=True)
class ShareSpot(Spot):
    """A place in a volume, a folder or a home.

    Attributes:
        share: id of the share.
        volume: id of the volume that holds it, or is it.
        in_volume: the same place, from the root of the volume.
        is_directory: whether the path said that it is one, by a separator at its end.
    """

    share: str
    volume: str
    in_volume: Inside
    is_directory: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """Something on a shelf.

    Attributes:
        spot: where it is.
        promised: what to tell of it while it is not there; ``None`` leaves it out then.
    """

    spot: Spot
    promised: Entry | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """Files of several places under one name: a collection, or a delivery.

    Attributes:
        shown: the path that leads here, as users write it.
        members: what is here; a name may stand more than once.
    """

    shown: str
    members: tuple[Member, ...]

    def find(self, inside: Inside) -> list[Spot]:
        """Find all that a path through here can mean, given the rest of it.

        Args:
            inside: first the name of a member; of the root, all members are meant.
        """
        if inside.is_root:
            return [member.spot for member in self.members]
        name, *rest = inside.names
        found = (member.spot for member in self.members if member.spot.name == name)
        return [Spot(spot.tree, spot.inside / Inside(tuple(rest))) for spot in found]

    def member(self, inside: Inside) -> Spot:
        """Find what a path through here means, given the rest of it.

        Raises:
            DiskRefusal: there is nothing of that name.
            Refusal: there is more than one.
        """
        found = self.find(inside)
        if not found:
            raise DiskRefusal(f"{self.shown}/{inside}", Reason.MISSING)
        if len(found) > 1:
            name = f"{self.shown}/{inside.names[0]}"
            raise Refusal(f"there is more than one {name}: name it where it is")
        return found[0]


@behaviour(INFERRED, "files/paths", "files of a disabled or offline share cannot be reached")
def spot_at(
    places: Places, place: Place, shown_as: str, *, is_directory: bool = False
) -> ShareSpot:
    """Find the tree that a place in a volume, a folder or a home is in.

    Args:
        places: finds shares for the operation.
        place: the place.
        shown_as: how users write the share.
        is_directory: whether the place was said to be a directory.

    Raises:
        Refusal: the share or its volume cannot be used now, or is only a collection.
    """
    share, volume, status = place.share, place.volume, places.status(place)
    if volume is None:
        raise Refusal(f"{shown_as!r} only refers to files: name them where they are")
    if status != ENABLED:
        raise Refusal(f"{shown_as!r} is {status}")
    tree = share_tree(places.call, share, volume, shown_as)
    inside, in_volume = Inside.parse(place.path), Inside.parse(place.inside)
    return ShareSpot(tree, inside, share["id"], volume["id"], in_volume, is_directory)


def share_tree(call: Call, share: RowMapping, volume: RowMapping, shown_as: str) -> Tree:
    """Return the tree of files that a volume, a folder or a home is."""
    root = call.roots.volume(volume["directory"] or "")
    beneath = ROOT if share["type"] == "volume" else Inside.parse((share["path"] or "").strip("/"))
    return Tree(root, base=beneath, shown_as=shown_as)
