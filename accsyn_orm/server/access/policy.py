"""The one place that says who may see and change what: the role matrix.

A role's *read* condition is added to whatever is selected, so an object that the caller may not see
is just not there; its *write* condition is looked at only for objects that are. The rows of the
matrix stand with their subjects: `people`, `jobs`, `shares`, `machines`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accsyn_orm.server.access import jobs, machines, people, shares
from accsyn_orm.server.access.rights import Access, Caller, Rights
from accsyn_orm.server.access.roles import Role, is_internal
from accsyn_orm.server.refusals import Refusal

MATRIX: Mapping[str, Rights] = {
    **people.RIGHTS,
    **jobs.RIGHTS,
    **shares.RIGHTS,
    **machines.RIGHTS,
}
"""What each role may do with each entity type, by the type's name."""


def access(kind: str, caller: Caller) -> Access:
    """Look up what the caller's role may do with an entity type."""
    return MATRIX[kind][caller.role]


def sees_internal(caller: Caller) -> bool:
    """Tell whether the caller sees and sets the ``internal`` part of metadata."""
    return caller.role is not Role.STANDARD


def external(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """Leave the internal part of metadata out."""
    return {key: value for key, value in (metadata or {}).items() if not is_internal(key)}


def with_internal(
    caller: Caller, stored: Mapping[str, Any] | None, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Keep the stored internal part of metadata when a caller who does not see it changes the rest.

    Args:
        caller: who changes.
        stored: the metadata until now.
        values: the attributes to change, of which ``metadata`` may be one.
    """
    if "metadata" not in values or sees_internal(caller):
        return dict(values)
    kept = {key: value for key, value in (stored or {}).items() if is_internal(key)}
    return {**values, "metadata": {**values["metadata"], **kept}}


def not_permitted(caller: Caller, what: str) -> Refusal:
    """Refuse something that the caller can see but may not do."""
    return Refusal(f"permission denied: {caller.role.wire(caller.generation)} users may not {what}")


def require_create(kind: str, caller: Caller) -> None:
    """Refuse a creation that the caller's role does not allow.

    Raises:
        Refusal: the role may not create objects of this type.
    """
    if not access(kind, caller).create:
        raise not_permitted(caller, f"create a {kind}")
