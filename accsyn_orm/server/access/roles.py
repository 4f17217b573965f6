"""The roles of users, and the part of metadata that is for some of them only."""

from __future__ import annotations

from enum import Enum

from accsyn_orm.server.storage.tables import Generation


class Role(str, Enum):
    """What a user may do; the v3 spelling."""

    ADMIN = "admin"
    EMPLOYEE = "employee"
    STANDARD = "standard"

    def wire(self, generation: Generation) -> str:
        """Spell the role as a generation does: v1 calls standard users ``user``."""
        return "user" if self is Role.STANDARD and generation == "v1" else self.value


INTERNAL = "internal"
"""The part of metadata that is for staff only; standard users have ``external`` and all else."""


def is_internal(key: str) -> bool:
    """Tell whether a key of metadata means the internal part; as in queries, case is nothing."""
    return key.casefold() == INTERNAL


EVERYBODY: frozenset[Role] = frozenset(Role)
ADMINS: frozenset[Role] = frozenset({Role.ADMIN})
STAFF: frozenset[Role] = frozenset({Role.ADMIN, Role.EMPLOYEE})
