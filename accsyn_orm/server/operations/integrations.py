"""``workspace/integration/<name>/utility``: whatever the host program gave the workspace for it.

accsyn's own integrations (ftrack and others) are programs at a studio. Whoever embeds a workspace
can stand in for one with a function.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accsyn_orm.server.access.policy import access, not_permitted
from accsyn_orm.server.access.rights import nothing
from accsyn_orm.server.context import Call
from accsyn_orm.server.operations.work import answers
from accsyn_orm.server.provenance import CLIENT_SOURCE, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, unknown_attribute
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.rules.schema import filled_text
from accsyn_orm.server.storage.tables import V1, V3
from accsyn_orm.wire.events import Event


@behaviour(CLIENT_SOURCE, "integration", "an operation and its data go to the integration named")
@behaviour(INFERRED, "integration", "an integration that the workspace does not have is refused")
@behaviour(INFERRED, "integration", "integrations are for who may read the workspace")
@answers("PUT", "workspace/integration/{name}/utility", generations=V3)
@answers("PUT", "organization/integration/{name}/utility", generations=V1)
def integration(call: Call, event: Event, variables: Mapping[str, str]) -> Any:
    """Hand an operation to an integration; return what it answers."""
    if access("workspace", call.caller).read is nothing:
        raise not_permitted(call.caller, "use integrations")
    name = variables["name"]
    answer = call.integrations.get(name)
    if answer is None:
        known = ", ".join(sorted(call.integrations)) or "none is configured"
        raise Refusal(f"this workspace has no integration {name!r}: {known}")
    options = payload(event.data or {})
    for key in options:
        if key not in {"operation", "data"}:
            raise unknown_attribute("integration", key, ["operation", "data"])
    return answer(filled_text("operation", options.get("operation")), options.get("data"))
