"""Clients: the machines that accsyn's software runs on; what all kinds have in common."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, cast

from typing_extensions import Self, override

from accsyn_orm.entities.actions.configuration import Configured
from accsyn_orm.entities.actions.lifecycle import Switchable
from accsyn_orm.entities.attributes import Attr, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.backend import Backend
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.registry import ENTITY_CLASSES
from accsyn_orm.entities.values.dates import UtcDatetime, UtcDatetimeOrNever
from accsyn_orm.entities.values.machines import ClientStatus, ClientType
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.errors import EntityStateError
from accsyn_orm.query.nodes import Comparison, Operator

if TYPE_CHECKING:
    from accsyn_orm.entities.types.server import Server
    from accsyn_orm.entities.types.site import Site
    from accsyn_orm.entities.types.user import User

NUMBERS: Mapping[str, tuple[int, ...]] = {
    "app": (0,),
    "server": (1,),
    "userserver": (2,),
    "browser": (3,),
    # The documentation says 5, the constants of the official client 4 (and 5 is none of these).
    "lane": (4, 5),
}
"""Kind of client → the numbers that mean it."""

_KINDS = {number: kind for kind, numbers in NUMBERS.items() for number in numbers}
_V1_NAMES = {"name": "code", "host_ident": "host_id"}
_V1_TYPES = {kind.value: kind.value for kind in ClientType} | {
    "userserver": "user server",
    "lane": "compute lane",
}
_V1_VALUES = {"type_hr": _V1_TYPES}


def v1_client(kind: str) -> Dialect:
    """Return how the v1 generation, which calls all kinds clients, spells one of them."""
    first, *others = (str(number) for number in NUMBERS[kind])
    if others:
        condition = Comparison("type", Operator.IN, (first, *others))
    else:
        condition = Comparison("type", Operator.EQUAL, first)
    return Dialect("client", names=_V1_NAMES, values=_V1_VALUES, condition=condition)


class Client(Configured, Switchable):
    """A machine that accsyn's software runs on: an app, a server, a browser, a compute lane.

    Each that is found becomes an object of the class of its kind. Clients come by themselves, when
    the software first runs on a machine; only those that are offline can be deleted.
    """

    __entity_type__ = "client"
    __always__ = ("id", "type")
    __enabled__ = "online"
    __family__ = "client"
    __ids_of__ = "client"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {
        "v1": Dialect(names=_V1_NAMES, values=_V1_VALUES)
    }

    id: ReadOnlyAttr[str] = attr(init=False)
    """Internal id, 24 hexadecimal digits."""
    code: ReadOnlyAttr[str] = attr(init=False)
    """Host name; not unique."""
    name: ReadOnlyAttr[str] = attr(init=False)
    """The same as the code."""
    type: ReadOnlyAttr[int] = attr(init=False)
    """Number of the kind: 0 app, 1 server, 2 user server, 3 browser, 4 or 5 lane."""
    type_hr: ReadOnlyAttr[ClientType] = attr(init=False)
    """Of which kind the client is."""
    status: AttrFrom[ClientStatus, ClientStatus | str] = attr(
        init=False, on="update", settable=Settable(update=("online", "disabled"))
    )
    """``online`` (or ``enabled``) enables a client that is disabled, ``disabled`` one that is not;
    whether it is offline follows from when it last checked in."""
    user: ReadOnlyAttr[Ref["User"]] = attr(init=False)
    """Id of the owner."""
    user_hr: ReadOnlyAttr[str] = attr(init=False)
    """The owner, readable."""
    site: ReadOnlyAttr[Ref["Site"] | None] = attr(init=False)
    """Id of the site where the machine stands."""
    site_hr: ReadOnlyAttr[str] = attr(init=False)
    """The site, readable."""
    description: Attr[str] = attr(init=False, on="update")
    """Free text."""
    host_ident: ReadOnlyAttr[str] = attr(init=False, aliases=("host_id",))
    """MAC addresses of the machine, separated by commas; ``host_id`` in the v1 generation, and in
    parts of the documentation."""
    last_checkin: ReadOnlyAttr[UtcDatetimeOrNever] = attr(init=False)
    """When the client was last heard of, UTC, or ``None``."""
    os: ReadOnlyAttr[str] = attr(init=False)
    """Operating system: ``windows``, ``linux``, ``mac``, ``raspbian`` or ``solaris``."""
    username: ReadOnlyAttr[str] = attr(init=False)
    """User of the operating system that the software runs as."""
    version: ReadOnlyAttr[str] = attr(init=False)
    """Version of the software, such as ``3.5-2_3``."""
    wan_ip: ReadOnlyAttr[str] = attr(init=False)
    """Address that the client is seen at."""
    parent: ReadOnlyAttr[Ref["Server"] | None] = attr(init=False)
    """Id of the server that a lane belongs to; ``None`` for other kinds."""
    roles: ReadOnlyAttr[str] = attr(init=False, only="v3")
    """What it does, separated by commas: ``storage``, ``compute``, ``site``, ``accsyn`` (v3
    only)."""
    benchmark: ReadOnlyAttr[float | None] = attr(init=False)
    """How fast it computes; -1 or ``None`` before it was measured."""
    metrics: ReadOnlyAttr[dict[str, Any]] = attr(init=False)
    """What is measured now; the meaning of the keys is not documented."""
    metadata: Attr[dict[str, Any]] = attr(init=False, on="update")
    """Workflow data, with a part for each side under ``external`` and ``internal``."""
    created: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the client first came, UTC."""
    modified: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the client was last changed, UTC."""
    modifier: ReadOnlyAttr[str] = attr(init=False)
    """Who changed the client last."""

    @classmethod
    def class_of(cls, record: Mapping[str, Any]) -> builtins.type[Self]:
        """Return the class of the kind of client that a record describes."""
        kind = _kind(record) if cls is Client else None
        return cls if kind is None else cast("type[Self]", ENTITY_CLASSES[kind])

    @override
    def creation_for(self, backend: Backend) -> NoReturn:
        """Refuse to create a client.

        Raises:
            EntityStateError: always.
        """
        reason = "cannot be created: it appears when accsyn's software first runs on a machine"
        raise EntityStateError(type(self).__name__, reason)

    def why_kept(self) -> str | None:
        """Say that a client that is not offline is kept."""
        status = vars(self).get("status")
        if not isinstance(status, ClientStatus) or status.is_offline:
            return None
        return f"is {status}: only clients that are offline can be deleted"


def _kind(record: Mapping[str, Any]) -> str | None:
    number = record.get("type")
    return _KINDS.get(number) if isinstance(number, int) else None
