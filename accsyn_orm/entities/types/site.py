"""Sites: where servers stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from accsyn_orm.entities.actions.configuration import Logged
from accsyn_orm.entities.actions.lifecycle import Switchable
from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.relations import Many
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.dates import UtcDatetime
from accsyn_orm.entities.values.limits import NonEmpty, SiteCode
from accsyn_orm.entities.values.machines import SiteStatus

if TYPE_CHECKING:
    from accsyn_orm.entities.types.client import Client
    from accsyn_orm.entities.types.server import Server


class Site(Logged, Switchable):
    """A place where servers stand.

    Every workspace has the main site, one for all machines of standard users (``roaming``), and
    that in accsyn's cloud. A site with servers or active jobs cannot be deleted.

    Example:
        >>> Site(name="Stockholm", description="Stockholm office").save()  # doctest: +SKIP
        Site(id='66fc1c0ea1c9b4d0f5b3c0aa', code='stockholm', name='Stockholm', status='enabled')
    """

    __entity_type__ = "site"
    __unique__ = ("code",)

    id: ReadOnlyAttr[str] = attr(init=False)
    """Internal id: 24 hexadecimal digits (v3) or a UUID (v1)."""
    code: Attr[SiteCode] = attr(default=UNSET, on="create")
    """Unique identifier. Made from the name when it is not given."""
    name: Attr[NonEmpty] = attr(default=UNSET)
    """Display name."""
    description: Attr[str] = attr(default=UNSET)
    """Free text."""
    main: ReadOnlyAttr[bool] = attr(init=False)
    """Whether it is the main site, which cannot be deleted."""
    accsyn: ReadOnlyAttr[bool] = attr(init=False)
    """Whether it is that in accsyn's cloud."""
    status: AttrFrom[SiteStatus, SiteStatus | str] = attr(
        init=False, on="update", settable=Settable(update=("enabled", "disabled"))
    )
    """Whether the site is used."""
    metadata: Attr[dict[str, Any]] = attr(init=False, on="update", only="v3")
    """Workflow data (v3 only)."""
    created: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the site was created, UTC."""
    creator: ReadOnlyAttr[str] = attr(init=False)
    """Who created the site, or empty."""
    modified: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the site was last changed, UTC."""
    modifier: ReadOnlyAttr[str] = attr(init=False)
    """Who changed the site last."""

    servers: ClassVar[Many[Server]] = Many("Server", "site")
    """The servers at the site."""
    clients: ClassVar[Many[Client]] = Many("Client", "site")
    """All machines at the site."""

    def why_kept(self) -> str | None:
        """Say that the main site is kept."""
        return "is the main site, which stays" if vars(self).get("main") is True else None

    def _missing(self) -> list[Problem]:
        is_named = vars(self).keys() & {"name", "code"}
        return [] if is_named else [("name", "is required (or code)")]
