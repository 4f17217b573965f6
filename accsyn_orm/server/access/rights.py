"""What a right is: for a role, which objects of an entity type exist, and which it may change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import ColumnElement, false, true

from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.provenance import DOCUMENTED, Source
from accsyn_orm.server.storage.tables import Generation


@dataclass(frozen=True, slots=True)
class Caller:
    """The user on whose behalf an operation runs.

    Attributes:
        workspace: id of the workspace; every statement is confined to it.
        workspace_code: its code, as it stands in uris and party names.
        user_id: id of the user.
        user_code: e-mail of the user.
        role: what the user may do.
        generation: the protocol generation spoken.
    """

    workspace: str
    workspace_code: str
    user_id: str
    user_code: str
    role: Role
    generation: Generation


Condition = Callable[[Caller], ColumnElement[bool]]


def everything(_caller: Caller) -> ColumnElement[bool]:
    """All objects of the workspace."""
    return true()


def nothing(_caller: Caller) -> ColumnElement[bool]:
    """No object."""
    return false()


@dataclass(frozen=True, slots=True)
class Access:
    """What one role may do with one entity type.

    Attributes:
        read: which objects exist for it.
        write: which of them it may change or delete.
        create: whether it may make new ones.
        source: how it is known that accsyn allows just this.
    """

    read: Condition
    write: Condition
    create: bool
    source: Source = DOCUMENTED


FULL = Access(everything, everything, create=True)
READING = Access(everything, nothing, create=False)
NONE = Access(nothing, nothing, create=False)

Rights: TypeAlias = Mapping[Role, Access]
"""One row of the role matrix."""
