"""The two ends of a task, as the documents that records carry: whose disk, and where on it.

- ``user``, and ``client`` when he has one: his computer; ``site``: another site's server. An end
  without any of them is the server of the main site.
- ``v``: id of a volume; ``s``: id of a folder, home or collection. ``path`` is then inside the
  latter, else inside the volume. At a user's end they mean his own copy of that share.
- ``job``: id of a delivery, request or stream, inside whose own files ``path`` is.
- ``path``: absolute, or relative to what the other keys name; for a user and nothing else, to where
  his downloads go. Empty, or with a slash at its end, it is a directory. ``null`` moves nothing;
  none at all waits for the receiver to choose one.

Keys but ``job`` are documented. Rights are those of whoever submits the job; for the files that a
delivery, a request or a stream is about (the job's ``parent``), those of whoever made that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.acls import Right
from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.places import Place, Places
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, no_such
from accsyn_orm.server.transfers.specs import (
    DEFAULT_SHARE,
    OWN_HOME,
    PLACEHOLDER,
    AccsynPath,
    parse_accsyn_path,
)

End = dict[str, Any]
_PLACE = ("v", "s", "path")


def end_in_workspace(places: Places, party: Mapping[str, str], path: str, right: Right) -> End:
    """Describe an end on a server: a path in the workspace, where the caller has a right.

    Raises:
        Refusal: there is no such share, or the caller may not do that there.
    """
    if path == PLACEHOLDER:
        return {**party, "path": path}
    parsed = parse_accsyn_path(path)
    if parsed is None:
        place, is_directory = places.find_absolute(path, right), path[-1] in "/\\"
        return {**party, **_place(place, is_directory=is_directory)}
    if parsed.kind == "delivery":
        raise Refusal("files of a delivery are named by the parent of the job: its id")
    found = _with_drop_off(places.call, parsed) if right == "write" else parsed
    place = places.find(found, right)
    if right == "write" and place.volume is None:
        raise Refusal(f"nothing can be sent into a collection: {path!r}")
    return {**party, **_place(place, is_directory=found.is_directory)}


def end_at_user(places: Places, party: Mapping[str, str], path: str) -> End:
    """Describe an end on a user's computer: a path there, or one in his copy of a share.

    Raises:
        Refusal: the caller can use no such share.
    """
    parsed = parse_accsyn_path(path)
    if parsed is None or parsed.is_relative:
        return {**party, "path": path}
    if parsed.ident == OWN_HOME:
        raise Refusal(f"{path!r} is in the workspace, not on a user's computer")
    share = places.share(parsed)
    if share is None or not _may_use(places, share, parsed.rest):
        raise no_such("share", parsed.ident)
    place = places.inside(share, parsed.rest)
    return {**party, **_place(place, is_directory=parsed.is_directory)}


@behaviour(DOCUMENTED, "transfers/paths", "a destination without a path has that of the source")
@behaviour(INFERRED, "transfers/paths", "a local path is mirrored beneath the default volume")
def mirrored_end(places: Places, party: Mapping[str, str], source: End) -> End:
    """Describe a destination at which the file keeps the path that it has at its source.

    Raises:
        Refusal: the caller may not write there, or a path on one computer has no meaning on the
            other.
    """
    path = str(source["path"])
    if path == PLACEHOLDER:
        return {**party, "path": path}
    share = source.get("s", source.get("v"))
    if "user" in party:
        if share is None:
            raise Refusal(f"{path!r} means nothing on another computer: write party:path")
        kept = {key: source[key] for key in _PLACE if key in source}
        return {**party, **kept, "path": path.rstrip("/")}
    named = (
        AccsynPath("volume", DEFAULT_SHARE, _below_root(path))
        if share is None
        else AccsynPath("share", str(share), path.strip("/"))
    )
    # Without the slash of a source that is a directory: it would take the name twice.
    return {**party, **_place(places.find(named, "write"), is_directory=False)}


@behaviour(DOCUMENTED, "transfers/paths", "what is sent to ~ alone goes to a folder of the day")
def _with_drop_off(call: Call, path: AccsynPath) -> AccsynPath:
    if path.ident != OWN_HOME or path.rest:
        return path
    return AccsynPath(path.kind, path.ident, call.now.strftime("%Y%m%d"), is_directory=True)


def _place(place: Place, *, is_directory: bool) -> End:
    keys = {} if place.volume is None else {"v": place.volume["id"]}
    if place.share is not place.volume:
        keys["s"] = place.share["id"]
    return {**keys, "path": f"{place.path}/" if place.path and is_directory else place.path}


def _may_use(places: Places, share: RowMapping, path: str) -> bool:
    return places.allow(share, path, "read") or places.allow(share, path, "write")


def _below_root(path: str) -> str:
    r"""Take the root off: ``/a/b``, ``C:\a\b`` and ``\\a\b`` are all ``a/b``."""
    elements = [element for element in path.replace("\\", "/").split("/") if element]
    if elements and len(elements[0]) == 2 and elements[0].endswith(":"):  # noqa: PLR2004  # a drive
        del elements[0]
    return "/".join(elements)
