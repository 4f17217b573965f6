"""Three-way comparison: what was read, what shall be saved, and what the backend has by now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities.attributes import UNSET
from accsyn_orm.entities.changes import is_same
from accsyn_orm.entities.merging import Differences, differing, merged
from accsyn_orm.errors import ConflictError

if TYPE_CHECKING:
    from accsyn_orm.entities.model import EntityModel


def drifted(
    before: Mapping[str, Any], after: Mapping[str, Any], now: Mapping[str, Any]
) -> Differences:
    """Return what of the attributes to be changed is not what it was, with all three values.

    Of dictionaries, the keys are named.

    Args:
        before: what was read.
        after: what shall be saved.
        now: what there is.
    """
    return {
        path: (was, mine, theirs)
        for name, wanted in after.items()
        for path, was, mine, theirs in differing(name, before.get(name), wanted, now.get(name))
    }


def reconciled(mine: EntityModel, theirs: EntityModel) -> dict[str, Any]:
    """Return the changed attributes as they are to be saved: with what others changed in them.

    What both sides changed is refused, unless they changed it to the same. In dictionaries that is
    decided for each key.

    Of an attribute that was not loaded nobody knows what it was: then the time of the last change
    decides, and where that was not loaded either, any difference counts.

    Args:
        mine: the entity with changes.
        theirs: the entity as it is now.

    Raises:
        ConflictError: both sides changed the same.
    """
    values, now = vars(mine), vars(theirs)
    is_untouched = "modified" in values and is_same(values["modified"], now.get("modified"))
    conflicts, found = Differences(), dict[str, Any]()
    for name, change in mine.changes.items():
        if name not in now:
            continue
        is_guessed = change.before is UNSET and is_untouched
        before = now[name] if is_guessed else change.before
        found[name] = merged(name, before, change.after, now[name], conflicts)
    if conflicts:
        raise ConflictError(type(mine).__name__, str(values.get("id")), conflicts)
    return found
