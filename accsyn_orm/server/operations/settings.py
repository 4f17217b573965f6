"""``setting``: reading and changing settings. v1 names the owner in the data, v3 beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accsyn_orm.server.access.policy import access, not_permitted
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.logbook import log
from accsyn_orm.server.operations.work import answers
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import unknown_attribute
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.rules.schema import absent, boolean, filled_text, setting_text, text
from accsyn_orm.server.settings import lanes
from accsyn_orm.server.settings.catalogue import DEFAULTS, require_known
from accsyn_orm.server.settings.owners import Owner, find_owner, find_share
from accsyn_orm.server.settings.values import (
    Values,
    beneath,
    delete_value,
    inherited_values,
    own_values,
    set_value,
)
from accsyn_orm.server.storage.documents import is_array, is_object
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import V3, Generation
from accsyn_orm.wire.events import Event

_SCOPE_KEYS: Mapping[Generation, str] = {"v1": "scope", "v3": "entitytype"}
_EXTRA = absent("this workspace has nothing to do with it")


@dataclass(frozen=True, slots=True)
class _Question:
    """What a call about settings is about.

    Attributes:
        owner: what they belong to.
        integration: whose they are; empty for accsyn's own.
        rest: the rest of the payload.
    """

    owner: Owner
    integration: str
    rest: Mapping[str, Any]

    def name(self) -> str:
        """Return the name of the one setting that is meant.

        Raises:
            Refusal: there is none.
        """
        name = filled_text("setting.name", self.rest.get("name") or "")
        return name if self.integration else require_known(name)


def _read(call: Call, event: Event, *known: str, to_change: bool) -> _Question:
    """Take a payload apart.

    Raises:
        Refusal: it has a key that is not known, or its owner cannot be found.
    """
    generation = call.caller.generation
    rest = dict(payload(event.data or {}))
    scope_key = _SCOPE_KEYS[generation]
    scope = text("setting", rest.pop(scope_key, None) or "workspace").casefold().strip()
    ident = event.entityid or (rest.pop("ident", None) if generation == "v1" else None)
    integration = text("setting.integration", rest.pop("integration", None) or "").strip()
    for name in rest:
        if name not in known:
            raise unknown_attribute("setting", name, [scope_key, "ident", "integration", *known])
    _EXTRA("setting.data", rest.get("data"))
    owner = find_owner(call, scope, ident, to_change=to_change)
    if integration and call.caller.role is not Role.ADMIN:
        # They hold the keys that integrations sign in with.
        raise not_permitted(call.caller, "see settings of integrations")
    return _Question(owner, integration, rest)


@behaviour(CLIENT_SOURCE, "setting", "with a name the answer is one value, without one it is all")
@answers("GET", "setting")
def get_settings(call: Call, event: Event, _variables: Mapping[str, str]) -> Any:
    """Read one setting of an entity, or all of them."""
    flags = ("recursive", "upstream", "omit_defaults", "share")
    question = _read(call, event, "name", "data", *flags, to_change=False)
    if question.integration:
        return _of_integration(call, question)
    if "name" in question.rest:
        return _one(call, question)
    return _all(call, question)


@behaviour(INFERRED, "setting", "what an integration keeps is for admins")
def _of_integration(call: Call, question: _Question) -> Any:
    values = own_values(call, question.owner, question.integration)
    return values.get(question.name()) if question.rest.get("name") else values


@behaviour(INFERRED, "setting", "one setting has its own, else the inherited or default value")
def _one(call: Call, question: _Question) -> str | None:
    return inherited_values(call, question.owner).get(question.name())


@behaviour(CLIENT_SOURCE, "setting", "inherited settings are there only with upstream")
@behaviour(CLIENT_SOURCE, "setting", "defaults are there only without omit_defaults")
@behaviour(INFERRED, "setting", "the settings of a share count when it is named, with upstream")
def _all(call: Call, question: _Question) -> dict[str, Any]:
    rest = question.rest
    upstream, recursive, omits = (
        boolean(f"setting.{name}", rest.get(name, default))
        for name, default in (("upstream", False), ("recursive", False), ("omit_defaults", True))
    )
    named = text("setting.share", rest.get("share") or "")
    share = find_share(call, named) if named else None
    if upstream:
        values = inherited_values(call, question.owner, share=share, with_defaults=False)
    else:
        values = own_values(call, question.owner)
    if not omits:
        values = {**DEFAULTS, **values}
    return {**values, **(_beneath(call, question.owner) if recursive else {})}


@behaviour(INFERRED, "setting", "recursive adds what is set beneath, by type and id")
def _beneath(call: Call, owner: Owner) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for one in beneath(call, owner):
        may_read = access(one.family.name, call.caller).read(call.caller)
        is_visible = rows_where(call, one.family, one.family.table.c.id == one.ident, may_read)
        values = own_values(call, one) if is_visible else {}
        if values:
            kind = one.row["type"] if one.family.name == "share" else one.family.name
            found[f"{kind}:{one.ident}"] = values
    return found


@behaviour(DOCUMENTED, "setting", "values are text, and v3 takes nothing else")
@behaviour(CLIENT_SOURCE, "setting", "v1 takes numbers, lists and dictionaries, and keeps text")
@answers("PUT", "setting", logs_itself=True)
def set_setting(call: Call, event: Event, _variables: Mapping[str, str]) -> bool:
    """Set one setting of an entity."""
    question = _read(call, event, "name", "value", "data", to_change=True)
    value = _text(call, question.rest.get("value"))
    name, integration = question.name(), question.integration
    counts_lanes = name == lanes.SETTING and not integration
    if counts_lanes:
        lanes.require_count(value)
    set_value(call, question.owner, name, value, integration)
    if counts_lanes:
        lanes.follow_setting(call)
    _log(call, question, "set")
    return True


def _text(call: Call, value: Any) -> str:
    if call.caller.generation == "v1":
        if is_object(value) or is_array(value):
            return json.dumps(value, ensure_ascii=False)
        return setting_text("setting.value", value)
    return text("setting.value", value)


@behaviour(CLIENT_SOURCE, "setting", "the answer to taking away says whether there was one")
@answers("DELETE", "setting", generations=V3, logs_itself=True)
def delete_setting(call: Call, event: Event, _variables: Mapping[str, str]) -> bool:
    """Take one setting of an entity away."""
    question = _read(call, event, "name", "data", to_change=True)
    was_there = delete_value(call, question.owner, question.name(), question.integration)
    if was_there:
        _log(call, question, "taken away")
    return was_there


def _log(call: Call, question: _Question, what: str) -> None:
    message = f"setting {question.name()} {what}"
    log(call, question.owner.family.name, question.owner.ident, "info", message)
