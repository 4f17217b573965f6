"""Who sends and who receives: the parties of a job, and which of them the caller may name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accsyn_orm.server.access.policy import not_permitted
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import USERS, Scope
from accsyn_orm.server.transfers.shapes import TaskDraft
from accsyn_orm.server.transfers.specs import PLACEHOLDER, PartyKind, Spec, parse_spec


@dataclass(frozen=True, slots=True)
class Route:
    """One task with its parties known.

    Attributes:
        draft: the task as submitted.
        source: party that sends, as ``user:<id>`` or ``workspace:<id>``.
        destination: party that receives.
        source_end: the task's ``source`` document.
        destination_end: the task's ``destination`` document.
        file_name: last element of the source path.
        awaits_path: the receiver was named without a path, and chooses one later (v1).
    """

    draft: TaskDraft
    source: str
    destination: str
    source_end: Mapping[str, Any]
    destination_end: Mapping[str, Any]
    file_name: str
    awaits_path: bool


@dataclass(slots=True)
class Router:
    """Finds the parties of tasks; looks every user up once.

    Attributes:
        call: the operation.
        mirrors: whether files keep their paths, so that nobody has to choose one.
        receiver: party of the job that tasks are added to, for those that name no destination.
    """

    call: Call
    mirrors: bool = False
    receiver: str | None = None
    _users: dict[str, str] = field(default_factory=dict[str, str])

    def routes(self, drafts: Sequence[TaskDraft]) -> list[Route]:
        """Find the parties of all tasks of a job.

        Raises:
            Refusal: a party does not exist, the caller may not name it, or the tasks do not share
                one pair.
        """
        routes = [self._route(draft) for draft in drafts]
        if len({(route.source, route.destination) for route in routes}) > 1:
            raise Refusal("all tasks of a job go from one party to one other; submit several jobs")
        return routes

    def _route(self, draft: TaskDraft) -> Route:
        workspace = self.call.caller.workspace_code
        source = parse_spec(draft.source, workspace=workspace)
        if source.path is None:
            raise Refusal(f"{draft.source!r} names no path to send")
        destination = self._destination(draft, source)
        sender, receiver = self._party(source), self._party(destination)
        if sender == receiver and PLACEHOLDER not in {source.path, destination.path}:
            raise Refusal(
                f"source and destination are the same party ({draft.source!r} to "
                f"{draft.destination or 'nowhere'!r}): name another one, such as user@mail.com:path"
            )
        # v3 mirrors the path of a party that was named alone; v1 lets the receiver choose one.
        awaits_path = (
            destination.path is None
            and destination.kind is PartyKind.USER
            and self.call.caller.generation == "v1"
            and not self.mirrors
        )
        return Route(
            draft,
            sender,
            receiver,
            _end(sender, source.path),
            _end(receiver, None if awaits_path else destination.path or source.path),
            source.file_name,
            awaits_path,
        )

    def _destination(self, draft: TaskDraft, source: Spec) -> Spec:
        workspace = self.call.caller.workspace_code
        if draft.destination is not None:
            return parse_spec(draft.destination, workspace=workspace)
        if self.receiver is not None:
            kind, _, ident = self.receiver.partition(":")
            is_user = kind == "user"
            return Spec(PartyKind(kind), ident if is_user else workspace, None)
        if source.kind is PartyKind.USER or source.is_local:
            # Nowhere in particular: the workspace, beneath its default volume, at the same path.
            return Spec(PartyKind.WORKSPACE, workspace, None)
        raise Refusal(f"{draft.source!r} needs a destination")

    def _party(self, spec: Spec) -> str:
        caller = self.call.caller
        match spec.kind:
            case PartyKind.SITE if spec.path == PLACEHOLDER:
                # Nothing will ever move there, so the site does not have to exist.
                return f"workspace:{caller.workspace}"
            case PartyKind.OMITTED:
                return (
                    f"user:{caller.user_id}" if spec.is_local else f"workspace:{caller.workspace}"
                )
            case PartyKind.WORKSPACE:
                return f"workspace:{caller.workspace}"
            case PartyKind.USER:
                return f"user:{self._user(spec)}"
            case PartyKind.SITE | PartyKind.CLIENT:
                raise Refusal(
                    f"there is no {spec.kind.value} {spec.ident!r}: this workspace has one site, hq"
                )

    def _user(self, spec: Spec) -> str:
        caller = self.call.caller
        code = spec.ident.casefold()
        ident = self._users.get(code) or self._look_up(spec)
        self._users[code] = ident
        if ident != caller.user_id:
            if caller.role is Role.STANDARD:
                raise not_permitted(caller, "send to or receive from other users")
            if spec.is_local:
                raise not_permitted(caller, "name a local path on somebody else's computer")
        return ident

    def _look_up(self, spec: Spec) -> str:
        users = USERS.table.c
        code, ident = users.code__folded == spec.ident.casefold(), users.id == spec.ident
        rows = rows_where(self.call, USERS, code | ident, users.scope == Scope.ACTIVE.value)
        if not rows:
            raise Refusal(f"there is no user {spec.ident!r}")
        return str(rows[0]["id"])


def _end(party: str, path: str | None) -> dict[str, Any]:
    """Describe one end of a task; an end that names no user is the main site."""
    kind, _, ident = party.partition(":")
    end: dict[str, Any] = {"path": path}
    return {"user": ident, **end} if kind == "user" else end


def is_placeholder(route: Route) -> bool:
    """Tell whether there is nothing to move."""
    return PLACEHOLDER in {route.source_end["path"], route.destination_end["path"]}
