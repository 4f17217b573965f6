"""The workspace itself, which the v1 generation calls an organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from typing_extensions import override

from accsyn_orm.entities.actions.configuration import Configured
from accsyn_orm.entities.attributes import Attr, ReadOnlyAttr, attr
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.limits import NonEmpty
from accsyn_orm.errors import EntityStateError


class Workspace(Configured):
    """The workspace that one is signed in to: there is one, which is neither created nor deleted.

    Standard users cannot see it, only admins can change it. Its configuration is in settings.

    Example:
        >>> Workspace.where().one()  # doctest: +SKIP
        Workspace(id='6645fbca9f8c4d3e7a3b678d', code='acmefilm', name='Acme Film')
    """

    __entity_type__ = "workspace"
    __unique__ = ("code",)
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": Dialect(entitytype="organization")}

    id: ReadOnlyAttr[str] = attr(init=False)
    """Internal id, 24 hexadecimal digits."""
    code: ReadOnlyAttr[str] = attr(init=False)
    """Unique identifier, and the sub-domain; only accsyn's support changes it."""
    name: Attr[NonEmpty] = attr(init=False, on="update", roles=("admin",))
    """Display name; admins change it."""
    metadata: Attr[dict[str, Any]] = attr(init=False, on="update", roles=("admin",))
    """Data of the whole workspace; admins change it."""

    @override
    def delete(self, *, force: bool = False) -> NoReturn:
        """Refuse: a workspace is not deleted by its users.

        Raises:
            EntityStateError: always.
        """
        raise EntityStateError(type(self).__name__, self.why_kept())

    def why_kept(self) -> str:
        """Say that workspaces are kept."""
        return "a workspace is not deleted by its users: ask accsyn's support"

    def _missing(self) -> list[Problem]:
        return [("code", "a workspace is not created by its users: sign in to one that there is")]
