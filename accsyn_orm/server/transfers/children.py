"""Transfers beneath a delivery, a request or a stream: uploads to it, and downloads from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.jobs import PACKAGES
from accsyn_orm.server.access.policy import access, not_permitted
from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.places import Places
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, TESTS, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.store import rows_where, visible_row
from accsyn_orm.server.storage.tables import JOBS
from accsyn_orm.server.transfers.ends import End, end_at_user
from accsyn_orm.server.transfers.packages import REQUEST, files_of, require_composed
from accsyn_orm.server.transfers.parties import Parties
from accsyn_orm.server.transfers.routes import Route
from accsyn_orm.server.transfers.shapes import TaskDraft, read_tasks
from accsyn_orm.server.transfers.specs import Spec, file_name, parse_spec

_GOES_TO_PARENT = "files beneath a parent go to it: leave the destination out"


@dataclass(frozen=True, slots=True)
class Child:
    """What a job beneath a package moves.

    Attributes:
        package: row of the delivery, request or stream.
        routes: its tasks.
        is_upload: whether it brings files.
    """

    package: RowMapping
    routes: Sequence[Route]
    is_upload: bool


def child_routes(call: Call, values: Mapping[str, Any]) -> Child:
    """Find out what a job with a parent moves: uploads have a source, downloads a destination.

    Raises:
        Refusal: there is no such package, it does not take or give files now, or the caller may
            not do that.
    """
    package = visible_row(call, JOBS, values["parent"])
    if package["type"] not in PACKAGES:
        raise Refusal("the parent of a job is a delivery, a request or a stream")
    destination = values.get("destination", values.get("dest"))
    if values.keys() & {"tasks", "source"}:
        if destination is not None:
            raise Refusal(_GOES_TO_PARENT)
        return Child(package, _Uploads(call, package).routes(read_tasks(values)), is_upload=True)
    if destination is None:
        raise Refusal("name a source to upload to the parent, or a destination to download to")
    return Child(package, _Downloads(call, package).routes(destination), is_upload=False)


@dataclass(slots=True)
class _Children:
    """Makes routes between a user's computer and one package."""

    call: Call
    package: RowMapping
    parties: Parties = field(init=False)
    places: Places = field(init=False)

    def __post_init__(self) -> None:
        self.parties, self.places = Parties(self.call), Places(self.call)

    @property
    def may_write(self) -> bool:
        """Whether the caller may change the package."""
        may_write = access("job", self.call.caller).write(self.call.caller)
        own = JOBS.table.c.sequence == self.package["sequence"]
        return bool(rows_where(self.call, JOBS, own, may_write))

    def read(self, text: str) -> Spec:
        """Take the local end apart."""
        return parse_spec(text, workspace=self.call.caller.workspace_code)


class _Uploads(_Children):
    @behaviour(DOCUMENTED, "packages/files", "transfers with it as their parent upload files to it")
    @behaviour(DOCUMENTED, "packages/files", "a delivery takes files until it is submitted")
    @behaviour(DOCUMENTED, "packages/files", "a live request takes files from its recipients")
    @behaviour(TESTS, "packages/files", "standard users upload to no delivery")
    @behaviour(INFERRED, "packages/files", "two files of one upload do not take the same name")
    def routes(self, drafts: Sequence[TaskDraft]) -> list[Route]:
        """Find where uploads to the package go."""
        if self.package["type"] == REQUEST:
            if self.package["status"] != "waiting":
                raise Refusal(f"the request takes no files: it is {self.package['status']}")
        elif not self.may_write:
            raise not_permitted(self.call.caller, "upload to this delivery")
        else:
            require_composed(self.package, "files are uploaded to a delivery")
        routes = [self._route(draft) for draft in drafts]
        _require_room(routes)
        return routes

    def _route(self, draft: TaskDraft) -> Route:
        if draft.destination is not None:
            raise Refusal(_GOES_TO_PARENT)
        source = self.read(draft.source)
        sender = self.parties.find(source)
        if sender.kind != "user" or source.path is None:
            raise Refusal(
                f"{draft.source!r}: upload local files; those of a volume are tasks of the delivery"
            )
        return Route(
            draft,
            sender.reference,
            self.parties.of_workspace().reference,
            end_at_user(self.places, sender.end, source.path),
            self._target(source.file_name),
            source.file_name,
        )

    @behaviour(DOCUMENTED, "packages/files", "a request for a folder takes files there")
    @behaviour(INFERRED, "packages/files", "other requests keep a folder for each sender")
    def _target(self, name: str) -> End:
        described: Mapping[str, End] = self.package["package"] or {}
        folder = described.get("destination")
        if folder is not None:
            return {**folder, "path": f"{folder['path'].rstrip('/')}/{name}".lstrip("/")}
        is_shared = self.package["type"] == REQUEST
        path = f"{self.call.caller.user_code}/{name}" if is_shared else name
        return {"job": self.package["id"], "path": path}


def _require_room(routes: Sequence[Route]) -> None:
    """Refuse an upload of which one file would take the place of another one."""
    sources: dict[str, Mapping[str, Any]] = {}
    for route in routes:
        path = route.destination_end["path"]
        if sources.setdefault(path, route.source_end) != route.source_end:
            name = file_name(path)
            raise Refusal(f"two files would be {name!r} there: upload a folder that holds them")


class _Downloads(_Children):
    @behaviour(DOCUMENTED, "packages/files", "a job with a destination alone downloads all files")
    def routes(self, destination: str) -> list[Route]:
        """Find where all files of the package go."""
        self._require_open()
        target = self.read(destination)
        receiver = self.parties.find(target)
        if receiver.kind != "user" or target.path is None:
            raise Refusal(f"{destination!r}: files of a delivery are downloaded to a local folder")
        folder = end_at_user(self.places, receiver.end, target.path)
        files = files_of(self.call, self.package)
        if not files:
            raise Refusal("there is nothing to download yet")
        names = Counter(file_name(file["source"]["path"]) for file in files)
        return [
            Route(
                TaskDraft(file["uri"], "", None),
                self.parties.of_workspace().reference,
                receiver.reference,
                file["source"],
                {**folder, "path": _inside(folder["path"], _below(file["source"], names))},
                file_name(file["source"]["path"]) or self.package["name"],
            )
            for file in files
        ]

    @behaviour(
        INFERRED, "packages/files", "recipients download from live ones, staff until the end"
    )
    @behaviour(INFERRED, "packages/files", "recipients of a request do not download from it")
    def _require_open(self) -> None:
        status, may_write = self.package["status"], self.may_write
        if self.package["type"] == REQUEST and not may_write:
            raise not_permitted(self.call.caller, "download from this request")
        if status != "waiting" and not (may_write and status in {"init", "pending"}):
            raise Refusal(f"nothing can be downloaded: it is {status}")


@behaviour(INFERRED, "packages/files", "files of the same name are downloaded with their folders")
def _below(source: End, names: Mapping[str, int]) -> str:
    path = str(source["path"]).rstrip("/")
    folder, _, name = path.rpartition("/")
    # What was uploaded to a request has a folder of its sender.
    return folder if "job" in source or names[name] > 1 else ""


def _inside(folder: str, below: str) -> str:
    """Name a directory in a directory."""
    if folder and folder[-1] not in "/\\":
        folder = f"{folder}/"
    return f"{folder}{below}/" if below else folder
