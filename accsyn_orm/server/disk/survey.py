"""Listing and measuring what is at a place: the answers of ``ls`` and ``getsize``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from accsyn_orm.server.context import wire_time
from accsyn_orm.server.disk.entries import Entry
from accsyn_orm.server.disk.filters import EVERYTHING, Filters
from accsyn_orm.server.disk.reach import Found
from accsyn_orm.server.disk.spots import Spot
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal

DIRECTORY, FILE = 0, 1
"""Values of ``type``."""

MAX_ROWS = 50_000
"""Rows of one listing."""
MAX_LOOKS = 1_000_000
"""Files and folders that are looked at for one answer."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """What to list.

    Attributes:
        is_recursive: also what is in folders beneath.
        depth: how many levels then, from 1 on; all when ``None``.
        measures: whether folders get their sizes, which takes longer.
        files: whether files are listed.
        directories: whether folders are listed.
        filters: which names.
    """

    is_recursive: bool = False
    depth: int | None = None
    measures: bool = False
    files: bool = True
    directories: bool = True
    filters: Filters = EVERYTHING


@dataclass(frozen=True, slots=True)
class _Node:
    """A file or folder under the name by which it is listed; that need not be its own."""

    name: str
    entry: Entry
    tree: Tree

    def children(self) -> Iterator[_Node]:
        for entry in self.tree.entries_if_there(self.entry.inside):
            yield _Node(entry.inside.name, entry, self.tree)


@dataclass(slots=True)
class Survey:
    """Makes one answer; refuses when that takes too long.

    Attributes:
        listing: what to list.
    """

    listing: Listing = field(default_factory=Listing)
    _rows: int = 0
    _looks: int = 0

    @behaviour(
        DOCUMENTED, "files/ls", "a row has type, filename, size and modified; type 0 is a folder"
    )
    @behaviour(INFERRED, "files/ls", "of a file, the one row is its own")
    def rows(self, found: Found) -> list[Row]:
        """List what is at a place.

        Raises:
            DiskRefusal: there is nothing.
            Refusal: it is more than one answer holds.
        """
        node = _node(found)
        if isinstance(node, _Node) and not node.entry.is_directory:
            return self._list([node], 1, ())
        return self._list(_inside(node), 1, ())

    @behaviour(DOCUMENTED, "files/getsize", "the size of a folder is that of all files in it")
    @behaviour(INFERRED, "files/getsize", "filters count the files that a listing would list")
    def size(self, found: Found) -> int:
        """Add up the bytes of a file, or of all that is in a folder.

        Raises:
            DiskRefusal: there is nothing.
            Refusal: it is more than can be looked at for one answer.
        """
        node = _node(found)
        if isinstance(node, _Node) and not node.entry.is_directory:
            return node.entry.size
        return self._measure(_inside(node))

    @behaviour(DOCUMENTED, "files/ls", "recursive rows of folders hold files")
    @behaviour(DOCUMENTED, "files/ls", "maxdepth is how many levels are listed")
    @behaviour(DOCUMENTED, "files/ls", "directories_only leaves out files")
    @behaviour(INFERRED, "files/ls", "files_only lists files beneath by their relative paths")
    @behaviour(INFERRED, "files/ls", "a folder is listed for what is listed in it")
    def _list(self, nodes: Iterable[_Node], level: int, way: tuple[str, ...]) -> list[Row]:
        rows: list[Row] = []
        for node in nodes:
            self._look()
            if not node.entry.is_directory:
                if self.listing.files and self.listing.filters.takes(node.name):
                    rows.append(self._row(node, way))
            elif self.listing.directories:
                rows.extend(self._directory(node, level))
            elif self._goes_into(node, level):
                rows.extend(self._list(node.children(), level + 1, (*way, node.name)))
        return rows

    def _directory(self, node: _Node, level: int) -> Iterator[Row]:
        """Yield the row of a folder, if it is to be listed."""
        is_taken = self.listing.filters.takes(node.name)
        files = None
        if self._goes_into(node, level):
            files = self._list(node.children(), level + 1, ())
        if is_taken or files:
            row = self._row(node, ())
            yield row if files is None else {**row, "files": files}

    def _goes_into(self, node: _Node, level: int) -> bool:
        depth = self.listing.depth
        is_shallow = depth is None or level < depth
        return self.listing.is_recursive and is_shallow and self.listing.filters.enters(node.name)

    @behaviour(INFERRED, "files/ls", "the size of a folder is 0 unless getsize asks for it")
    @behaviour(INFERRED, "files/ls", "a listing has at most 50000 rows")
    def _row(self, node: _Node, way: tuple[str, ...]) -> Row:
        self._rows += 1
        if self._rows > MAX_ROWS:
            raise Refusal(
                f"there are more than {MAX_ROWS} entries: list folders one by one, or use "
                "maxdepth, include or exclude"
            )
        entry = node.entry
        is_measured = entry.is_directory and self.listing.measures
        return {
            "type": DIRECTORY if entry.is_directory else FILE,
            "filename": "/".join((*way, node.name)),
            "size": self._measure(node.children()) if is_measured else entry.size,
            "modified": wire_time(entry.modified),
        }

    def _measure(self, nodes: Iterable[_Node]) -> int:
        pending, size = list(nodes), 0
        filters = self.listing.filters
        while pending:
            node = pending.pop()
            self._look()
            if node.entry.is_directory:
                pending.extend(node.children() if filters.enters(node.name) else ())
            elif filters.takes(node.name):
                size += node.entry.size
        return size

    def _look(self) -> None:
        self._looks += 1
        if self._looks > MAX_LOOKS:
            raise Refusal(f"there are more than {MAX_LOOKS} files and folders: ask for parts of it")


def _node(found: Found) -> _Node | list[_Node]:
    if isinstance(found, Spot):
        return _Node(found.name, found.tree.stat(found.inside), found.tree)
    members: list[_Node] = []
    for member in found.members:
        spot = member.spot
        entry = spot.tree.find(spot.inside) or member.promised
        if entry is not None:
            members.append(_Node(spot.name, entry, spot.tree))
    return members


def _inside(node: _Node | list[_Node]) -> Iterable[_Node]:
    return node if isinstance(node, list) else node.children()
