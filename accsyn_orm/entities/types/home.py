"""Homes: one directory for each user who has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from accsyn_orm.entities.attributes import AttrFrom, ReadOnlyAttr, attr
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.types.share import DirectoryShare, v1_share
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.references import Ref

if TYPE_CHECKING:
    from accsyn_orm.entities.types.user import User


class Home(DirectoryShare):
    """The directory of one user, by default ``accsyn/<e-mail>`` of the default volume.

    The v1 generation calls it a user share. Homes live and are deactivated with their users.

    Example:
        >>> Home(user="lisa@example.com").save()  # doctest: +SKIP
        Home(id='664b7d1ca1c9b4d0f5b3c0e7', code='lisa@example.com', status='enabled')
    """

    __entity_type__ = "home"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": v1_share("home")}

    user: AttrFrom[Ref["User"], str | Entity] = attr(on="create")
    """Id of the owner, given as id or e-mail; only v3 returns it."""
    user_hr: ReadOnlyAttr[str] = attr(init=False, only="v3")
    """The owner, readable (v3 only)."""

    def _missing(self) -> list[Problem]:
        return []  # a home is named after its user
