"""From where to where each task of a job goes: its parties and its ends, found and permitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.places import Places
from accsyn_orm.server.provenance import DOCUMENTED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.transfers.ends import End, end_at_user, end_in_workspace, mirrored_end
from accsyn_orm.server.transfers.parties import Parties, Party
from accsyn_orm.server.transfers.sequences import read_sequence
from accsyn_orm.server.transfers.shapes import TaskDraft
from accsyn_orm.server.transfers.specs import PLACEHOLDER, PartyKind, Spec, parse_spec


@dataclass(frozen=True, slots=True)
class Route:
    """One task with its parties and ends known.

    Attributes:
        draft: the task as submitted.
        source: party that sends, as ``user:<id>``, ``workspace:<id>`` or ``site:<id>``.
        destination: party that receives.
        source_end: the task's ``source`` document, see `ends`.
        destination_end: the task's ``destination`` document.
        file_name: last element of the source path.
    """

    draft: TaskDraft
    source: str
    destination: str
    source_end: Mapping[str, Any]
    destination_end: Mapping[str, Any]
    file_name: str

    @property
    def awaits_path(self) -> bool:
        """Whether the receiver was named without a path, and chooses one later (v1)."""
        return self.destination_end.get("path", "") is None

    @property
    def is_placeholder(self) -> bool:
        """Whether there is nothing to move."""
        return PLACEHOLDER in {self.source_end["path"], self.destination_end.get("path")}


@dataclass(slots=True)
class Router:
    """Finds the routes of tasks; looks everything up once.

    Attributes:
        call: the operation.
        mirrors: whether files keep their paths, so that nobody has to choose one.
        receiver: party of the job that tasks are added to, for those that name no destination.
    """

    call: Call
    mirrors: bool = False
    receiver: str | None = None
    _parties: Parties = field(init=False)
    _places: Places = field(init=False)

    def __post_init__(self) -> None:
        self._parties = Parties(self.call)
        self._places = Places(self.call)

    @behaviour(DOCUMENTED, "transfers/parties", "a job goes from one party to one other")
    def routes(self, drafts: Sequence[TaskDraft]) -> list[Route]:
        """Find the routes of all tasks of a job.

        Raises:
            Refusal: a party or a share does not exist, the caller may not name it, or the tasks do
                not share one pair of parties.
        """
        routes = [self._route(draft) for draft in drafts]
        if len({(route.source, route.destination) for route in routes}) > 1:
            raise Refusal("all tasks of a job go from one party to one other; submit several jobs")
        return routes

    def _route(self, draft: TaskDraft) -> Route:
        source = self._read(draft.source)
        if source.path is None:
            raise Refusal(f"{draft.source!r} names no path to send")
        sender = self._parties.find(source)
        receiver, path = self._receiver(draft, source)
        if sender == receiver and PLACEHOLDER not in {source.path, path}:
            raise Refusal(
                f"source and destination are the same party ({draft.source!r} to "
                f"{draft.destination or 'nowhere'!r}): name another one, such as user@mail.com:path"
            )
        _require_room(source.file_name, path)
        source_end = self._source_end(sender, source.path)
        return Route(
            draft,
            sender.reference,
            receiver.reference,
            source_end,
            self._destination_end(receiver, path, source_end),
            source.file_name,
        )

    def _read(self, text: str) -> Spec:
        caller = self.call.caller
        return parse_spec(text, workspace=caller.workspace_code, is_v1=caller.generation == "v1")

    @behaviour(DOCUMENTED, "transfers/parties", "what a user sends to nobody goes to the workspace")
    def _receiver(self, draft: TaskDraft, source: Spec) -> tuple[Party, str | None]:
        if draft.destination is not None:
            destination = self._read(draft.destination)
            return self._parties.find(destination), destination.path
        if self.receiver is not None:
            return self._parties.of_reference(self.receiver), None
        if source.kind is PartyKind.USER or source.is_local:
            return self._parties.of_workspace(), None
        raise Refusal(f"{draft.source!r} needs a destination")

    def _source_end(self, party: Party, path: str) -> End:
        if party.kind == "user":
            return end_at_user(self._places, party.end, path)
        return end_in_workspace(self._places, party.end, path, "read")

    @behaviour(DOCUMENTED, "transfers/paths", "v1 lets a user who is named alone choose the path")
    def _destination_end(self, party: Party, path: str | None, source: End) -> End:
        if path is None:
            is_asked = party.kind == "user" and self.call.caller.generation == "v1"
            if is_asked and not self.mirrors:
                return {**party.end, "path": None}
            return mirrored_end(self._places, party.end, source)
        if party.kind == "user":
            return end_at_user(self._places, party.end, path)
        return end_in_workspace(self._places, party.end, path, "write")


@behaviour(DOCUMENTED, "transfers/sequences", "a sequence goes into a directory, or to a sequence")
def _require_room(name: str, destination: str | None) -> None:
    if read_sequence(name) is None or not destination:
        return
    target = destination.replace("\\", "/").rpartition("/")[2]
    is_share = "=" in target or target == "~"
    if target and not is_share and target != PLACEHOLDER and read_sequence(target) is None:
        raise Refusal(f"{name!r} is many files: end their destination with a slash")
