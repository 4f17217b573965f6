"""What an event asks for: an operation with a uri of its own, or one that entity types share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accsyn_orm.server.access.policy import access
from accsyn_orm.server.context import Call
from accsyn_orm.server.operations import (
    assignments,
    collections,
    files,
    integrations,
    logs,
    publishing,
    questions,
    recipients,
    reports,
    settings,
)
from accsyn_orm.server.operations.journal import note_operation
from accsyn_orm.server.operations.work import (
    Work,
    entity_id,
    require_no_options,
    require_verb,
    routed,
)
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules import QUEUE_RULES, EntityRules, rules_named
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.search.searches import find, read_search
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import BOTH, V1, V3, Generation
from accsyn_orm.wire.events import Event
from accsyn_orm.wire.versions import GENERATIONS, split_uri

WITH_ROUTES = (
    assignments, collections, files, questions, settings, logs, integrations, recipients, reports,
    publishing,
)  # fmt: skip
"""Modules whose operations have uris of their own; importing them declares these."""

_QUEUE = 2
"""Job type of a queue: in v1, queues are filed under ``job``."""

_JOB_ONLY = ("type", "allow_duplicates", "replace_duplicates")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation that entity types have.

    Attributes:
        verb: the HTTP verb that it is sent with. A GET never changes anything.
        run: what it does.
        generations: the wire generations that have it.
    """

    verb: str
    run: Callable[[Call, EntityRules, Event], Any]
    generations: frozenset[Generation] = BOTH

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.verb != "GET"


def _find(call: Call, rules: EntityRules, event: Event) -> Any:
    generation = call.caller.generation
    return find(call, read_search(rules, generation, event.query, event.entityid, event.data))


def _create(call: Call, rules: EntityRules, event: Event) -> Any:
    # v3 names the parent in the event's id, v1 in its query: as a bare id, not an expression.
    return rules.create(call, event.data, event.entityid or event.query)


def _edit(call: Call, rules: EntityRules, event: Event) -> Any:
    return rules.edit(call, entity_id(event), event.data)


def _delete(call: Call, rules: EntityRules, event: Event) -> Any:
    return rules.delete(call, entity_id(event), event.data)


def _deactivate(call: Call, rules: EntityRules, event: Event) -> Any:
    require_no_options(event)
    return rules.deactivate(call, entity_id(event))


def _activate(call: Call, rules: EntityRules, event: Event) -> Any:
    require_no_options(event)
    named = event.entityid or event.query
    if not named:
        raise Refusal(f"{event.uri}: say which one, by its id or its code")
    return rules.activate(call, named)


OPERATIONS: Mapping[str, Operation] = {
    "find": Operation("GET", _find),
    "create": Operation("POST", _create),
    "edit": Operation("PUT", _edit),
    "delete": Operation("DELETE", _delete),
    "deactivate": Operation("DELETE", _deactivate, V3),
    "offline": Operation("DELETE", _deactivate, V1),
    "activate": Operation("POST", _activate, V3),
}


def plan(generation: Generation, event: Event, verb: str) -> Work:
    """Find out what an event asks for.

    Raises:
        Refusal: there is no such type or operation, or it is sent with another verb.
    """
    special = routed(generation, event, verb)
    if special is not None:
        return special
    named, operation_name = split_uri(GENERATIONS[generation], event.uri)
    rules_named(generation, named)
    operation = OPERATIONS.get(operation_name)
    if operation is None or generation not in operation.generations:
        known = [name for name, one in OPERATIONS.items() if generation in one.generations]
        raise Refusal(
            f"{event.uri}: this workspace has no such operation; there are {', '.join(known)}"
        )
    require_verb(event, verb, operation.verb)
    return Work(operation.writes, lambda call: _run(call, operation_name, named, event))


def _run(call: Call, operation_name: str, named: str, event: Event) -> Any:
    operation, rules = OPERATIONS[operation_name], rules_named(call.caller.generation, named)
    if named == "job" and _means_queue(call, event):
        rules, event = QUEUE_RULES, _without_job_keys(event)
    result = operation.run(call, rules, event)
    if operation.writes:
        note_operation(call, rules.entity, operation_name, event, result)
    return result


def _means_queue(call: Call, event: Event) -> bool:
    """Tell whether an event about a job is about a queue: by its type, or by what its id names.

    v3 has queues of their own; only creating one as a job of type 2, under the older name of
    transfers, is documented there too.
    """
    caller = call.caller
    names_type = caller.generation == "v1" or _is_older_creation(event)
    if names_type and payload(event.data or {}).get("type") == _QUEUE:
        return True
    if event.entityid is None or caller.generation != "v1":
        return False
    queues = QUEUE_RULES.entity
    # A queue that the caller may not see is to him as a job that never was.
    may_see = access(queues.name, caller).read(caller)
    return bool(rows_where(call, queues, queues.table.c.id == event.entityid, may_see))


def _is_older_creation(event: Event) -> bool:
    return event.uri.casefold().strip("/") == "job/create"


def _without_job_keys(event: Event) -> Event:
    data = payload(event.data or {})
    kept = {key: value for key, value in data.items() if key not in _JOB_ONLY}
    return dataclasses.replace(event, data=kept)
