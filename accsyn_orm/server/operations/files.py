"""Files of the workspace: ``ls getsize exists mkdir rename move delete``, told apart by ``op``.

A path is a text, or a dictionary with the same in parts; in a list, each has an answer of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.filters import read_filters
from accsyn_orm.server.disk.inside import MAX_DEPTH
from accsyn_orm.server.disk.places import Places
from accsyn_orm.server.disk.reach import reach, reach_file, require_movable
from accsyn_orm.server.disk.refusal import DiskRefusal
from accsyn_orm.server.disk.spots import ShareSpot, Shelf
from accsyn_orm.server.disk.survey import Listing, Survey
from accsyn_orm.server.operations.file_paths import Step, change, each, pairs, texts_of
from accsyn_orm.server.operations.work import answers
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.rules.schema import Check, boolean, filled_text, whole_number
from accsyn_orm.server.storage.tables import V1, V3
from accsyn_orm.wire.events import Event

Options = Mapping[str, Any]


def _anything(_name: str, value: Any) -> Any:
    """Take what is looked at later."""
    return value


@dataclass(frozen=True, slots=True)
class FileOperation:
    """What one ``op`` does.

    Attributes:
        verb: the HTTP verb that it is sent with.
        run: what it does.
        options: its options besides the path.
    """

    verb: str
    run: Callable[[Call, Options], Any]
    options: Mapping[str, Check]


@behaviour(CLIENT_SOURCE, "files", "each operation has its verb, in both generations")
@answers("GET", "workspace/file", generations=V3)
@answers("GET", "organization/file", generations=V1)
def ask_about_files(call: Call, event: Event, _variables: Mapping[str, str]) -> Any:
    """List, measure, or look for files."""
    return _run(call, event, "GET")


@behaviour(INFERRED, "files", "unknown operations and options are refused")
@answers("POST", "workspace/file", generations=V3)
@answers("POST", "organization/file", generations=V1)
def make_or_delete_files(call: Call, event: Event, _variables: Mapping[str, str]) -> Any:
    """Make folders, or delete files and folders."""
    return _run(call, event, "POST")


@behaviour(INFERRED, "files", "what was changed before a refusal stays changed")
@answers("PUT", "workspace/file", generations=V3)
@answers("PUT", "organization/file", generations=V1)
def move_files(call: Call, event: Event, _variables: Mapping[str, str]) -> Any:
    """Rename or move files and folders."""
    return _run(call, event, "PUT")


def _run(call: Call, event: Event, verb: str) -> Any:
    data = dict(payload(event.data))
    op = filled_text("op", data.pop("op", ""))
    operation = OPERATIONS.get(op)
    if operation is None:
        raise Refusal(f"files have no operation {op!r}; there are {', '.join(OPERATIONS)}")
    if operation.verb != verb:
        raise Refusal(f"{op} is sent with {operation.verb}, not {verb}")
    return operation.run(call, _checked(op, operation, data))


# -- reading ---------------------------------------------------------------------------------------


@behaviour(DOCUMENTED, "files/ls", "a folder is listed, by name")
@behaviour(INFERRED, "files/ls", "what is not there is refused")
def _list(call: Call, options: Options) -> Any:
    if options.get("files_only") and options.get("directories_only"):
        raise Refusal("files_only and directories_only leave nothing to list")
    listing = Listing(
        is_recursive=options.get("recursive", False),
        depth=options.get("maxdepth"),
        measures=options.get("getsize", False),
        files=not options.get("directories_only"),
        directories=not options.get("files_only"),
        filters=read_filters(options.get("include"), options.get("exclude")),
    )
    places, survey = Places(call), Survey(listing)
    return each(options["path"], lambda text: survey.rows(reach(places, text, "read")))


@behaviour(DOCUMENTED, "files/getsize", "a size is a number of bytes")
def _get_size(call: Call, options: Options) -> Any:
    filters = read_filters(options.get("include"), options.get("exclude"))
    places, survey = Places(call), Survey(Listing(filters=filters))
    return each(options["path"], lambda text: survey.size(reach(places, text, "read")))


@behaviour(DOCUMENTED, "files/exists", "yes or no, for files and folders")
def _exists(call: Call, options: Options) -> Any:
    places = Places(call)
    return each(options["path"], lambda text: _is_there(places, text))


def _is_there(places: Places, text: str) -> bool:
    try:
        found = reach(places, text, "read")
    except DiskRefusal:  # a collection or a delivery has nothing of that name
        return False
    return isinstance(found, Shelf) or found.tree.find(found.inside) is not None


# -- changing --------------------------------------------------------------------------------------


@behaviour(DOCUMENTED, "files/mkdir", "a folder is made")
@behaviour(INFERRED, "files/mkdir", "the folders that lead there are made as well")
@behaviour(INFERRED, "files/mkdir", "what is there already is refused")
def _make_directory(call: Call, options: Options) -> Any:
    places = Places(call)

    def prepare(text: str) -> Step:
        spot = reach_file(places, text, "write")
        return lambda: spot.tree.make_directory(spot.inside, parents=True)

    return change(options["path"], texts_of("path", options["path"]), prepare)


@behaviour(DOCUMENTED, "files/delete", "a file or an empty folder is deleted")
@behaviour(DOCUMENTED, "files/delete", "a folder that is not empty needs force")
@behaviour(INFERRED, "files/delete", "the root of a share stays")
def _delete(call: Call, options: Options) -> Any:
    places, force = Places(call), options.get("force", False)

    def prepare(text: str) -> Step:
        spot = reach_file(places, text, "write")
        require_movable(call, spot)
        return lambda: spot.tree.remove(spot.inside, force=force)

    return change(options["path"], texts_of("path", options["path"]), prepare)


@behaviour(CLIENT_SOURCE, "files/rename", "a file or folder gets another name in the same folder")
@behaviour(INFERRED, "files/rename", "what has that name is not replaced")
def _rename(call: Call, options: Options) -> Any:
    places = Places(call)

    def prepare(paths: tuple[str, str]) -> Step:
        spot, to = _source(places, paths[0]), reach_file(places, paths[1], "write")
        here, there = spot.in_volume.parent, to.in_volume.parent
        if spot.volume != to.volume or here != there or to.inside.is_root:
            raise Refusal(f"{to.shown!r} is in another folder than {spot.shown!r}: move it there")
        return lambda: spot.tree.move(spot.inside, to.tree, to.inside)

    return change(options["path"], pairs(options["path"], options["path_to"]), prepare)


@behaviour(DOCUMENTED, "files/move", "a file or folder gets another place, also in another share")
@behaviour(INFERRED, "files/move", "to a share, or a path that ends in a slash, the name is kept")
@behaviour(INFERRED, "files/move", "what is in that place is not replaced")
def _move(call: Call, options: Options) -> Any:
    places = Places(call)

    def prepare(paths: tuple[str, str]) -> Step:
        spot, to = _source(places, paths[0]), reach_file(places, paths[1], "write")
        keeps_name = to.is_directory or to.inside.is_root
        place = to.inside / spot.inside.name if keeps_name else to.inside
        return lambda: spot.tree.move(spot.inside, to.tree, place)

    return change(options["path"], pairs(options["path"], options["path_to"]), prepare)


@behaviour(INFERRED, "files/move", "it takes reading and writing here, and writing there")
def _source(places: Places, text: str) -> ShareSpot:
    # Were writing enough, moving would be a way to read what one may only upload.
    spot = reach_file(places, text, "read", "write")
    require_movable(places.call, spot)
    return spot


# -- options ---------------------------------------------------------------------------------------

_TREE_OPTIONS: Mapping[str, Check] = {"include": _anything, "exclude": _anything}
_TO: Mapping[str, Check] = {"path_to": _anything}

OPERATIONS: Mapping[str, FileOperation] = {
    "ls": FileOperation(
        "GET",
        _list,
        {
            "download": boolean,
            "recursive": boolean,
            "getsize": boolean,
            "files_only": boolean,
            "directories_only": boolean,
            "maxdepth": whole_number(1, MAX_DEPTH),
            **_TREE_OPTIONS,
        },
    ),
    "getsize": FileOperation("GET", _get_size, _TREE_OPTIONS),
    "exists": FileOperation("GET", _exists, {}),
    "mkdir": FileOperation("POST", _make_directory, {}),
    "delete": FileOperation("POST", _delete, {"force": boolean}),
    "rename": FileOperation("PUT", _rename, _TO),
    "move": FileOperation("PUT", _move, _TO),
}
"""What can be done with files, by the name that ``op`` has."""


def _checked(op: str, operation: FileOperation, data: Options) -> Options:
    known = {"path": _anything, **operation.options}
    for name in data:
        if name not in known:
            raise Refusal(f"{op} has no option {name!r}; there are {', '.join(known)}")
    for name in ("path", "path_to"):
        if name in known and not data.get(name):
            raise Refusal(f"{op}: {name} is missing")
    return {name: known[name](f"{op}: {name}", value) for name, value in data.items()}
