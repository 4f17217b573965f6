"""What a task moves: every file and directory, with its size and its place at the destination."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from accsyn_orm.server.disk.entries import Entry
from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.engine.ends import End
from accsyn_orm.server.engine.options import Options
from accsyn_orm.server.engine.trouble import Code, TransferError, reading, writing
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.transfers.sequences import FileSequence, read_sequence


@dataclass(frozen=True, slots=True)
class Item:
    """One file or directory.

    Attributes:
        tree: where it is.
        source: where in it.
        target: where it goes, in the tree of the destination.
        size: bytes of a file, when it was measured.
        is_directory: what it is.
    """

    tree: Tree
    source: Inside
    target: Inside
    size: int = 0
    is_directory: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that a task moves.

    Attributes:
        items: in the order in which they are moved; a directory comes before what is in it.
        wholes: those of them that are sources themselves, and directories.
    """

    items: Sequence[Item]
    wholes: Sequence[Item] = ()

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(item.size for item in self.items)


def inventory(
    sources: Sequence[End], destination: End, options: Options, *, is_mirrored: bool = False
) -> Manifest:
    """List what a task moves.

    Args:
        sources: where it is.
        destination: where it goes.
        options: how.
        is_mirrored: the destination is the same place elsewhere, even if it is a directory.

    Raises:
        TransferError: a source is not there, or cannot be read.
    """
    into = len(sources) > 1 or (destination.is_directory and not is_mirrored)
    items: list[Item] = []
    wholes: list[Item] = []
    for source in sources:
        for item in _of_source(source, destination, into=into):
            items.append(item)
            if item.is_directory:
                wholes.append(item)
                items.extend(_beneath(item, options))
    return Manifest(items, wholes)


@behaviour(
    DOCUMENTED, "transfers/paths", "a destination that ends in a slash takes the source's name"
)
@behaviour(DOCUMENTED, "transfers/paths", "a destination without one is the new name")
def _of_source(source: End, destination: End, *, into: bool) -> Iterator[Item]:
    """Yield what a source itself is: a file, a directory, or the files of a sequence."""
    with reading(source.shown):
        found = source.tree.find(source.inside)
        frames = None if found else read_sequence(source.inside.name)
    if found is not None:
        target = destination.inside / source.name if into and source.name else destination.inside
        yield Item(source.tree, source.inside, target, found.size, found.is_directory)
    elif frames is not None:
        yield from _frames(source, frames, destination, into=into)
    else:
        raise TransferError(Code.FILE_NOT_FOUND, f"{source.shown!r} is not there")


@behaviour(DOCUMENTED, "transfers/sequences", "a sequence moves the frames of its range, or all")
@behaviour(INFERRED, "transfers/sequences", "a range with a frame that is missing fails")
def _frames(source: End, frames: FileSequence, destination: End, *, into: bool) -> Iterator[Item]:
    folder = source.inside.parent
    with reading(source.shown):
        entries = [entry for entry in source.tree.entries(folder) if not entry.is_directory]
    found = {
        frame: entry for entry in entries if (frame := frames.frame(entry.inside.name)) is not None
    }
    for frame in sorted(found) if frames.frames is None else frames.frames:
        if frame not in found:
            missing = source.tree.shown(folder / frames.name(frame))
            raise TransferError(Code.FILE_NOT_FOUND, f"{missing!r} is not there")
    if not found:
        raise TransferError(Code.FILE_NOT_FOUND, f"{source.shown!r} has no frames")
    for frame, entry in sorted(found.items()):
        target = _frame_target(destination, entry.inside.name, frame, into=into)
        yield Item(source.tree, entry.inside, target, entry.size)


@behaviour(DOCUMENTED, "transfers/sequences", "a sequence as a destination renames the frames")
def _frame_target(destination: End, name: str, frame: int, *, into: bool) -> Inside:
    if into:
        return destination.inside / name
    renamed = read_sequence(destination.inside.name)
    return destination.inside.parent / (renamed.name(frame) if renamed else name)


@behaviour(DOCUMENTED, "transfers/settings", "transfer_exclude and transfer_include choose files")
@behaviour(INFERRED, "transfers/settings", "a folder in which nothing is included is not made")
def _beneath(directory: Item, options: Options) -> Iterator[Item]:
    """Yield what is in a directory that is a source, less what the filters leave out."""
    left_out: Inside | None = None
    filters = options.filters
    with reading(directory.tree.shown(directory.source)):
        for entry in directory.tree.walk(directory.source):
            if left_out is not None and entry.inside.is_within(left_out):
                continue
            name = entry.inside.name
            if entry.is_directory and not filters.enters(name):
                left_out = entry.inside
            elif filters.takes(name):
                yield _item(directory, entry)


def _item(directory: Item, entry: Entry) -> Item:
    relative = Inside(entry.inside.names[len(directory.source.names) :])
    target = directory.target / relative
    return Item(directory.tree, entry.inside, target, entry.size, entry.is_directory)


def superfluous(
    manifest: Manifest, target: Tree, options: Options, *, excluded_only: bool
) -> Iterator[Entry]:
    """Yield what is at the destination of whole directories, but not among what was moved.

    What the filters leave out is not compared, unless it is just that which is looked for. What is
    in a directory comes before it.

    Args:
        manifest: what was moved.
        target: the destination.
        options: say what the filters leave out.
        excluded_only: look for what the filters leave out, and nothing else.
    """
    kept = {names for item in manifest.items for names in _prefixes(item.target)}
    for whole in manifest.wholes:
        with writing(target.shown(whole.target)):
            found = list(target.walk(whole.target))
        for entry in reversed(found):
            is_taken = _is_taken(entry, whole.target, options)
            if entry.inside.names not in kept and is_taken is not excluded_only:
                yield entry


def _prefixes(place: Inside) -> Iterator[tuple[str, ...]]:
    """Yield a place and all directories that it is in."""
    return (place.names[:count] for count in range(len(place.names) + 1))


def _is_taken(entry: Entry, start: Inside, options: Options) -> bool:
    """Tell whether the filters take an entry, and enter all directories that it is in."""
    filters = options.filters
    *parents, name = entry.inside.names[len(start.names) :]
    takes = filters.enters(name) if entry.is_directory else filters.takes(name)
    return takes and all(map(filters.enters, parents))
