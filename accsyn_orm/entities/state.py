"""What an entity remembers beside its attributes: where it is from, and what was said there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accsyn_orm.entities.backend import Backend
from accsyn_orm.entities.siblings import Siblings


@dataclass(frozen=True, slots=True)
class EntityState:
    """What an entity remembers beside its attributes; entities of one page can share one.

    Attributes:
        backend: where it was loaded from or saved to.
        before: what the backend last said, for the attributes that may differ from it by now;
            dictionaries and lists that are not among them were empty.
        is_new: it was never saved.
        is_deleted: it was deleted through this object.
        is_lost: it was created, but the backend did not say under which id.
        writes: how often this object was sent to be saved or deleted.
        siblings: what it was loaded together with; ``None`` until somebody asks, for one alone.
    """

    backend: Backend | None = None
    before: Mapping[str, Any] = field(default_factory=dict[str, Any])
    is_new: bool = True
    is_deleted: bool = False
    is_lost: bool = False
    writes: int = 0
    siblings: Siblings | None = None

    def settled(self, backend: Backend) -> EntityState:
        """Return the same for an entity that is loaded anew: nothing differs any more."""
        return EntityState(backend, is_new=False, writes=self.writes, siblings=self.siblings)


NEW = EntityState()
"""What all entities have in common that were just made."""
