"""One task at work: its files, one after the other, a piece whenever there is time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.disk.refusal import DiskRefusal, Reason
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.engine.ends import End
from accsyn_orm.server.engine.files import FileCopy, is_present
from accsyn_orm.server.engine.manifest import Item, Manifest, inventory, superfluous
from accsyn_orm.server.engine.needs import NOTHING, Needs
from accsyn_orm.server.engine.options import Options
from accsyn_orm.server.engine.trouble import Code, TransferError, writing
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour

FILES_PER_STEP = 500
"""How many files are looked at before somebody else has a turn."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a task goes by.

    Attributes:
        owner: the job and the task, for the names of drafts.
        sources: where its files are.
        destination: where they go.
        options: how.
        needs: what has to be within reach all the time.
        is_mirrored: the destination is the same place elsewhere.
        syncs: what arrives is forced onto the disk.
        replaces: whether files that are at the destination may be replaced.
    """

    owner: str
    sources: Sequence[End]
    destination: End
    options: Options
    needs: Needs = NOTHING
    is_mirrored: bool = False
    syncs: bool = True
    replaces: bool = True

    def inventory(self) -> Manifest:
        """List what the task moves.

        Raises:
            TransferError: a source is not there, or cannot be read.
        """
        return inventory(self.sources, self.destination, self.options, is_mirrored=self.is_mirrored)


class TaskWork:
    """A task that is being carried out.

    Args:
        route: what it goes by.

    Raises:
        TransferError: a source is not there, or cannot be read.
    """

    def __init__(self, route: Route) -> None:
        self._route = route
        self._manifest = route.inventory()
        self._next = 0
        self._copy: FileCopy | None = None
        self._settled = 0
        self._size = self._manifest.size
        self._is_cleaned = False

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return self._size

    @property
    def moved(self) -> int:
        """Bytes that are at the destination."""
        return self._settled + (self._copy.moved if self._copy else 0)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self._is_cleaned

    def advance(self, limit: int) -> int:
        """Move up to so many bytes; return how many it were.

        Raises:
            TransferError: the task failed. What it has moved stays where it is.
        """
        try:
            return self._advanced(limit)
        except TransferError:
            self.close()
            raise

    def _advanced(self, limit: int) -> int:
        spent = 0
        for _ in range(FILES_PER_STEP):
            if self._next >= len(self._manifest.items):
                self._clean_up()
                return spent
            item = self._manifest.items[self._next]
            if item.size and spent and spent >= limit:
                return spent
            spent += self._advance(item, limit - spent)
            if self._copy is not None:
                return spent
        return spent

    def close(self) -> None:
        """Leave what was begun for the next time."""
        if self._copy is not None:
            self._settled += self._copy.moved
            copy, self._copy = self._copy, None
            copy.close()

    def _advance(self, item: Item, limit: int) -> int:
        """Go on with one item; without a copy in hand afterwards, it is settled."""
        if self._copy is None:
            if self._is_settled(item):
                self._settle(item.size)
                return 0
            self._copy = self._begun(item)
            self._size += self._copy.size - item.size
        moved = self._copy.advance(limit)
        if self._copy.is_complete:
            copy, self._copy = self._copy, None
            copy.finish()
            self._settle(copy.size)
        return moved

    def _begun(self, item: Item) -> FileCopy:
        route = self._route
        target, owner = route.destination.tree, route.owner
        return FileCopy(item, target, owner, syncs=route.syncs, replaces=route.replaces)

    def _settle(self, size: int) -> None:
        self._settled += size
        self._next += 1

    @behaviour(
        INFERRED,
        "transfers/copying",
        "a file that is there, of the same size and age, is not copied again",
    )
    @behaviour(
        DOCUMENTED, "transfers/settings", "transfer_ignore_existing leaves alone what exists"
    )
    def _is_settled(self, item: Item) -> bool:
        """Tell whether an item needs no copying; makes it, if it is a directory."""
        route, target = self._route, self._route.destination.tree
        if item.is_directory:
            if route.options.keeps_directories and item in self._manifest.wholes:
                self._skip_existing(item)
            with writing(target.shown(item.target), Code.MAKE_DIRECTORY):
                target.make_directory(item.target, parents=True, exist_ok=True)
            return True
        with writing(target.shown(item.target)):
            is_there = target.find(item.target) is not None
        return is_there and (route.options.keeps_files or is_present(item, target))

    def _skip_existing(self, whole: Item) -> None:
        """Pass over all of a directory that the destination has already."""
        if self._route.destination.tree.find(whole.target) is None:
            return
        items = self._manifest.items
        while self._next + 1 < len(items) and items[self._next + 1].target.is_within(whole.target):
            self._next += 1
            self._settled += items[self._next].size

    @behaviour(
        DOCUMENTED,
        "transfers/settings",
        "transfer_mode onewaysync removes what the source no longer has",
    )
    @behaviour(
        INFERRED,
        "transfers/settings",
        "delete_excluded removes at the destination what filters leave out",
    )
    def _clean_up(self) -> None:
        options, tree = self._route.options, self._route.destination.tree
        if options.is_sync:
            self._remove(tree, excluded_only=False)
        if options.deletes_excluded:
            self._remove(tree, excluded_only=True)
        self._is_cleaned = True

    def _remove(self, tree: Tree, *, excluded_only: bool) -> None:
        options = self._route.options
        for entry in superfluous(self._manifest, tree, options, excluded_only=excluded_only):
            _remove_if_empty(tree, entry.inside)


def _remove_if_empty(tree: Tree, inside: Inside) -> None:
    try:
        tree.remove(inside)
    except DiskRefusal as refusal:
        # What the filters leave out keeps its directory; somebody else was faster.
        if refusal.reason not in {Reason.NOT_EMPTY, Reason.MISSING}:
            raise TransferError(Code.WRITE, refusal.message) from refusal
