"""Questions about the workspace itself: which entity types there are, and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping

from accsyn_orm.server.access.policy import access
from accsyn_orm.server.access.rights import nothing
from accsyn_orm.server.context import Call
from accsyn_orm.server.operations.work import answers, require_no_options
from accsyn_orm.server.provenance import DOCUMENTED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules import entity_names, rules_named
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.rules.schema import boolean
from accsyn_orm.wire.events import Event


@behaviour(DOCUMENTED, "entitytypes", "lists the entity types in the generation's words")
@answers("GET", "entitytypes")
def entity_types(call: Call, event: Event, _variables: Mapping[str, str]) -> list[str]:
    """List the entity types."""
    require_no_options(event)
    return entity_names(call.caller.generation)


@behaviour(DOCUMENTED, "attributes", "lists what the caller may read, create or update")
@answers("GET", "attributes")
def attributes(call: Call, event: Event, _variables: Mapping[str, str]) -> list[str]:
    """List the attributes of an entity type: all, or those for creation, or for changes."""
    options = dict(payload(event.data))
    named = str(options.pop("entitytype", "")).casefold()
    wants_create = boolean("create", options.pop("create", False))
    wants_update = boolean("update", options.pop("update", False))
    if options:
        raise Refusal(f"attributes takes entitytype, create and update; not {', '.join(options)}")
    caller = call.caller
    rules = rules_named(caller.generation, named)
    allowed = access(rules.name, caller)
    if wants_create:
        creatable = rules.schema.creatable(caller.generation, caller.role)
        return list(dict.fromkeys(creatable)) if allowed.create else []
    if wants_update:
        updatable = rules.schema.updatable(caller.generation, caller.role)
        return [] if allowed.write is nothing else list(dict.fromkeys(updatable))
    return [] if allowed.read is nothing else rules.schema.readable(caller.generation)
