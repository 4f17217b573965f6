"""Three-way comparison: what was read, what shall be saved, and what the backend has by now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from accsyn_orm.entities.attributes import UNSET
from accsyn_orm.entities.changes import is_same
from accsyn_orm.errors import ConflictError

if TYPE_CHECKING:
    from accsyn_orm.entities.model import EntityModel

Differences: TypeAlias = dict[str, tuple[Any, Any, Any]]
"""By attribute: what it was, what it is to become, and what it is."""


def drifted(
    before: Mapping[str, Any], after: Mapping[str, Any], now: Mapping[str, Any]
) -> Differences:
    """Return the attributes to be changed that are not what they were, with all three values.

    Args:
        before: what was read.
        after: what shall be saved.
        now: what there is.
    """
    return {
        name: (before.get(name), wanted, now.get(name))
        for name, wanted in after.items()
        if not is_same(before.get(name), now.get(name))
    }


def refuse_conflicts(mine: EntityModel, theirs: EntityModel) -> None:
    """Refuse to overwrite what both sides changed, unless they changed it to the same.

    Of an attribute that was not loaded nobody knows what it was: then the time of the last change
    decides, and where that was not loaded either, any difference counts.

    Args:
        mine: the entity with changes.
        theirs: the entity as it is now.

    Raises:
        ConflictError: there is such an attribute.
    """
    values, now = vars(mine), vars(theirs)
    changes = {name: change for name, change in mine.changes.items() if name in now}
    before = {name: change.before for name, change in changes.items()}
    if "modified" in values and is_same(values["modified"], now.get("modified")):
        before = {name: now[name] if was is UNSET else was for name, was in before.items()}
    found = drifted(before, {name: change.after for name, change in changes.items()}, now)
    conflicts = {name: three for name, three in found.items() if not is_same(three[1], three[2])}
    if conflicts:
        raise ConflictError(type(mine).__name__, str(values.get("id")), conflicts)
