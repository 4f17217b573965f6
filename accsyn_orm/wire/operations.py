"""What operations do to a workspace, in four classes: the one table that repeating goes by.

Never by the HTTP verb: accsyn creates recipients and calls integrations with PUT. The verb counts
only where one uri has several operations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, cast


class OperationClass(str, Enum):
    """What comes of an operation that happens twice."""

    READ = "read"
    """It changes nothing."""
    SET = "set-state"
    """The second time it changes nothing, unless somebody else has changed it in between."""
    CREATE = "create"
    """The second time makes a second one, or sends a second mail."""
    FILES = "files"
    """What it did can be seen on the disk."""


_R, _S, _C, _F = OperationClass

_FILE_OPERATIONS: Mapping[str, OperationClass] = {
    "ls": _R,
    "getsize": _R,
    "exists": _R,
    "mkdir": _F,
    "rename": _F,
    "move": _F,
    "delete": _F,
}
"""Operations on files share one uri; their data says which it is."""

_OF_THEIR_OWN: Mapping[str, OperationClass] = {
    "discovery": _R,
    "login": _R,
    "entitytypes": _R,
    "attributes": _R,
    "get setting": _R,
    "put setting": _S,
    "delete setting": _S,
    "share/server": _S,
    "volume/server": _S,
    "share/servers": _R,
    "volume/servers": _R,
    "job/recipients": _R,
    "job/recipient": _S,  # removes one
    "job/recipient/add": _C,
    "file/add": _C,
    "collection/file/remove": _S,
    "workspace/publish/preprocess": _C,
    "organization/publish/preprocess": _C,
    "workspace/integration/*/utility": _C,
    "organization/integration/*/utility": _C,
    "user/api_key": _R,
    "user/generate_session_key": _C,
}

_OF_ENTITY_TYPES: Mapping[str, OperationClass] = {
    "find": _R,
    "report": _R,
    "metrics": _R,
    "create": _C,
    "edit": _S,
    "delete": _S,
    "deactivate": _S,
    "offline": _S,
    "activate": _S,
}
"""Operations that entity types have in common, by the last part of their uri."""

_FILES = frozenset({"workspace/file", "organization/file"})
_INTEGRATION = re.compile(r"(?<=/integration/)[^/]+(?=/utility$)")


def class_of(verb: str, uri: str, data: object = None) -> OperationClass:
    """Return what an operation does; of one that is not known, the worst.

    Args:
        verb: HTTP verb.
        uri: as in the event, or ``discovery`` or ``login``.
        data: as in the event.
    """
    return known_class_of(verb, uri, data) or OperationClass.CREATE


def known_class_of(verb: str, uri: str, data: object = None) -> OperationClass | None:
    """Return what an operation does, or ``None`` if it is not known."""
    name = _INTEGRATION.sub("*", uri.casefold().strip("/"))
    members: Mapping[str, Any] = {}
    if isinstance(data, Mapping):
        members = cast("Mapping[str, Any]", data)
    if name in _FILES:
        return _FILE_OPERATIONS.get(str(members.get("op")))
    if name == "acl/create":
        return _class_of_grant(members)
    found = _OF_THEIR_OWN.get(name) or _OF_THEIR_OWN.get(f"{verb.lower()} {name}")
    return found or _OF_ENTITY_TYPES.get(name.rpartition("/")[2])


def _class_of_grant(members: Mapping[str, Any]) -> OperationClass:
    """Tell whether granting access sends a mail: the second time it changes nothing else."""
    is_silent = members.get("notify") is False
    # Who has an id is a user already, and nobody to be invited.
    is_invitation = bool(members.get("invite")) and "@" in str(members.get("entity"))
    return _S if is_silent and not is_invitation else _C
