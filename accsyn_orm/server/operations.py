"""From the uri of an event to what happens: which type, which operation, sent how.

What is not here is refused by name. Nothing that the workspace does not do is ever answered with
success.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accsyn_orm.server.access.policy import access, nothing
from accsyn_orm.server.context import Call
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules import RULES, EntityRules
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.rules.schema import boolean
from accsyn_orm.server.search.searches import find, read_search
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import Generation
from accsyn_orm.wire.events import Event
from accsyn_orm.wire.versions import GENERATIONS, split_uri

_QUEUE = 2
"""Job type of a queue: in v1, queues are filed under ``job``."""

_JOB_ONLY = ("type", "allow_duplicates", "replace_duplicates")
_BY_NAME: Mapping[str, EntityRules] = {rules.name: rules for rules in RULES}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation that entity types have.

    Attributes:
        verb: the HTTP verb that it is sent with. A GET never changes anything.
        run: what it does.
    """

    verb: str
    run: Callable[[Call, EntityRules, Event], Any]

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
    return rules.edit(call, _ident(event), event.data)


def _delete(call: Call, rules: EntityRules, event: Event) -> Any:
    return rules.delete(call, _ident(event), event.data)


OPERATIONS: Mapping[str, Operation] = {
    "find": Operation("GET", _find),
    "create": Operation("POST", _create),
    "edit": Operation("PUT", _edit),
    "delete": Operation("DELETE", _delete),
}


def _entitytypes(call: Call, _event: Event) -> list[str]:
    return entity_names(call.caller.generation)


def _attributes(call: Call, event: Event) -> list[str]:
    options = dict(payload(event.data))
    named = str(options.pop("entitytype", "")).casefold()
    wants_create = boolean("create", options.pop("create", False))
    wants_update = boolean("update", options.pop("update", False))
    if options:
        raise Refusal(f"attributes takes entitytype, create and update; not {', '.join(options)}")
    caller = call.caller
    rules = _rules_named(caller.generation, named)
    allowed = access(rules.name, caller)
    if wants_create:
        creatable = rules.schema.creatable(caller.generation, caller.role)
        return list(dict.fromkeys(creatable)) if allowed.create else []
    if wants_update:
        updatable = rules.schema.updatable(caller.generation, caller.role)
        return [] if allowed.write is nothing else list(dict.fromkeys(updatable))
    return [] if allowed.read is nothing else rules.schema.readable(caller.generation)


SPECIAL: Mapping[str, Callable[[Call, Event], Any]] = {
    "entitytypes": _entitytypes,
    "attributes": _attributes,
}
"""Questions about the workspace itself; all are asked with GET."""


def entity_names(generation: Generation) -> list[str]:
    """List the entity types of a generation."""
    return sorted(rules.names.shown(generation) for rules in RULES)


@dataclass(frozen=True, slots=True)
class Work:
    """What an event asks for.

    Attributes:
        writes: whether it needs a transaction that writes.
        run: what to do in the transaction.
        is_whole_answer: what it returns is the answer itself, not its ``result``.
    """

    writes: bool
    run: Callable[[Call], Any]
    is_whole_answer: bool = False


def plan(generation: Generation, event: Event, verb: str) -> Work:
    """Find out what an event asks for.

    Raises:
        Refusal: there is no such type or operation, or it is sent with another verb.
    """
    named, operation_name = split_uri(GENERATIONS[generation], event.uri)
    if not operation_name and named in SPECIAL:
        require_verb(event, verb, "GET")
        return Work(writes=False, run=lambda call: SPECIAL[named](call, event))
    rules = _rules_named(generation, named)
    operation = OPERATIONS.get(operation_name)
    if operation is None:
        supported = ", ".join(OPERATIONS)
        raise Refusal(f"{event.uri}: this workspace has no such operation; there are {supported}")
    require_verb(event, verb, operation.verb)
    return Work(operation.writes, lambda call: _run(call, operation, rules, event))


def _run(call: Call, operation: Operation, rules: EntityRules, event: Event) -> Any:
    if rules.name == "job" and _means_queue(call, event):
        rules, event = _BY_NAME["queue"], _without_job_keys(event)
    return operation.run(call, rules, event)


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
    queues = _BY_NAME["queue"].entity
    # A queue that the caller may not see is to him as a job that never was.
    may_see = access(queues.name, caller).read(caller)
    return bool(rows_where(call, queues, queues.table.c.id == event.entityid, may_see))


def _is_older_creation(event: Event) -> bool:
    return event.uri.casefold().strip("/") == "job/create"


def _without_job_keys(event: Event) -> Event:
    data = payload(event.data or {})
    kept = {key: value for key, value in data.items() if key not in _JOB_ONLY}
    return dataclasses.replace(event, data=kept)


def _rules_named(generation: Generation, name: str) -> EntityRules:
    for rules in RULES:
        if rules.names.include(name, generation):
            return rules
    known = ", ".join(entity_names(generation))
    raise Refusal(f"this workspace has no entity type {name!r}; there are {known}")


def require_verb(event: Event, verb: str, wanted: str) -> None:
    """Refuse an operation that is sent with another HTTP verb than it should be.

    Raises:
        Refusal: the verb is another one.
    """
    if verb != wanted:
        raise Refusal(f"{event.uri} is sent with {wanted}, not {verb}")


def _ident(event: Event) -> str:
    if not event.entityid:
        raise Refusal(f"{event.uri}: the event needs the id of the entity")
    return event.entityid
