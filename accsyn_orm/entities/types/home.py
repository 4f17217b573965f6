"""Homes: one directory for each user who has one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, NoReturn

from accsyn_orm.entities.attributes import AttrFrom, ReadOnlyAttr, attr
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.types.share import DirectoryShare, v1_share
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.errors import EntityStateError

if TYPE_CHECKING:
    from accsyn_orm.entities.types.user import User

_WITH_ITS_USER = "a home is deactivated and activated with its user"


class Home(DirectoryShare):
    """The directory of one user, by default ``accsyn/<e-mail>`` of the default volume.

    The v1 generation calls it a user share. Homes live and are deactivated with their users.

    Example:
        >>> Home(user="lisa@example.com").save()  # doctest: +SKIP
        Home(id='664b7d1ca1c9b4d0f5b3c0e7', code='lisa@example.com', status='enabled')
    """

    __entity_type__ = "home"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": v1_share("home")}

    user: AttrFrom[Ref["User"], str | Entity] = attr(on="create", returned="v3")
    """Id of the owner, given as id or e-mail; only v3 returns it."""
    user_hr: ReadOnlyAttr[str] = attr(init=False, only="v3")
    """The owner, readable (v3 only)."""

    def deactivate(self) -> NoReturn:
        """Refuse: a home is deactivated with its user.

        Raises:
            EntityStateError: always.
        """
        raise EntityStateError(type(self).__name__, f"{self!r}: {_WITH_ITS_USER}")

    def activate(self) -> NoReturn:
        """Refuse: a home comes back with its user.

        Raises:
            EntityStateError: always.
        """
        raise EntityStateError(type(self).__name__, f"{self!r}: {_WITH_ITS_USER}")

    def _missing(self) -> list[Problem]:
        return []  # a home is named after its user
