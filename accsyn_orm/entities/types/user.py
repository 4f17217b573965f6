"""Users of a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from accsyn_orm.entities.actions.configuration import Configured
from accsyn_orm.entities.actions.lifecycle import Deactivatable, Switchable
from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.relations import Many, One
from accsyn_orm.entities.values.dates import UtcDatetime, UtcDatetimeOrNever
from accsyn_orm.entities.values.limits import Email
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.entities.values.statuses import UserRole, UserStatus

if TYPE_CHECKING:
    from accsyn_orm.entities.types.acl import Acl
    from accsyn_orm.entities.types.client import Client
    from accsyn_orm.entities.types.home import Home
    from accsyn_orm.entities.types.job import Job
    from accsyn_orm.entities.types.queue import Queue


class User(Switchable, Deactivatable, Configured):
    """Someone with access to the workspace.

    Example:
        >>> User(code="lisa@example.com", role="employee").save()  # doctest: +SKIP
        User.loaded(id='69887165f643db8cd731b31a', code='lisa@example.com', status='enabled')
    """

    __entity_type__ = "user"
    __unique__ = ("code",)
    __dialects__: ClassVar[Mapping[str, Dialect]] = {
        "v1": Dialect(
            values={"role": {"admin": "admin", "employee": "employee", "standard": "user"}}
        )
    }

    id: ReadOnlyAttr[str] = attr(init=False)
    """Internal id, 24 hexadecimal digits."""
    code: Attr[Email] = attr(on="create")
    """E-mail address, unique in the workspace."""
    name: ReadOnlyAttr[str] = attr(init=False)
    """Name entered at registration."""
    role: AttrFrom[UserRole, UserRole | str] = attr(
        default=UNSET, aliases=("clearance",), roles=("admin",)
    )
    """Base role; only admins can change it, and doing so revokes all access the user has."""
    status: AttrFrom[UserStatus, UserStatus | str] = attr(
        init=False, on="update", settable=Settable(update=("enabled", "disabled"))
    )
    """Disabled users are logged off at once, and their jobs are on hold."""
    description: Attr[str] = attr(default=UNSET)
    """Free text."""
    queue: AttrFrom[Ref["Queue"] | None, str | Entity | None] = attr(init=False, on="update")
    """Default queue of the user's jobs, or ``None``."""
    metadata: Attr[dict[str, Any]] = attr(init=False, on="update")
    """Workflow data, with a part for each side under ``external`` and ``internal``."""
    logged_in: ReadOnlyAttr[UtcDatetimeOrNever] = attr(init=False)
    """Last login, UTC, or ``None``."""
    created: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the user was created, UTC."""
    modified: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the user was last changed, UTC."""
    creator: ReadOnlyAttr[str] = attr(init=False)
    """Who created the user: e-mail (v3), id or e-mail (v1), or empty."""
    modifier: ReadOnlyAttr[str] = attr(init=False)
    """Who changed the user last."""
    phase: ReadOnlyAttr[str] = attr(init=False, only="v1")
    """How far joining got: activating, joining or joined (v1 only)."""
    inactive: ReadOnlyAttr[bool] = attr(init=False, only="v3")
    """Whether the user is deactivated; sent when searching among inactive ones (v3 only)."""

    jobs: ClassVar[Many[Job]] = Many("Job", "user")
    """The jobs that the user created; those that ended are found with ``.finished()``."""

    home: ClassVar[One[Home]] = One("Home", "user", v1="code")
    """The directory of the user, or ``None``."""
    acls: ClassVar[Many[Acl]] = Many("Acl", "entity", party="user")
    """What the user was granted."""
    clients: ClassVar[Many[Client]] = Many("Client", "user")
    """The machines of the user."""

    create_home_share: Attr[bool] = attr(default=UNSET, on="create", only="v3", readable=False)
    """Create a home share for the user (v3 only)."""
    give_all_volumes_access: Attr[bool] = attr(
        default=UNSET, on="create", only="v3", readable=False
    )
    """Grant access to all volumes (v3 only)."""
    give_default_volume_access: Attr[bool] = attr(
        default=UNSET, on="create", only="v3", readable=False
    )
    """Grant access to the default volume (v3 only)."""
    volumes: Attr[list[str]] = attr(default=UNSET, on="create", only="v3", readable=False)
    """Ids of volumes to grant access to (v3 only)."""
    message: Attr[str] = attr(default=UNSET, on="create", only="v3", readable=False)
    """Text of the invitation (v3 only)."""
    mail: Attr[bool] = attr(default=UNSET, on="create", only="v3", readable=False)
    """``False`` sends no e-mail (v3 only)."""
