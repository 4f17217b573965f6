"""Shares: what volumes, folders, homes and collections have in common."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from typing_extensions import Self

from accsyn_orm.entities.actions.access import Accessible
from accsyn_orm.entities.actions.configuration import Configured
from accsyn_orm.entities.actions.files import HoldsFiles
from accsyn_orm.entities.actions.lifecycle import Deactivatable, Switchable
from accsyn_orm.entities.active import required_backend
from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import Dialect, dialect_of
from accsyn_orm.entities.registry import ENTITY_CLASSES
from accsyn_orm.entities.relations import Many
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.dates import UtcDatetime
from accsyn_orm.entities.values.limits import NonEmpty
from accsyn_orm.entities.values.path import WITHIN_A_SHARE, PathJudge
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.entities.values.shares import ShareStatus, ShareType
from accsyn_orm.errors import EntityNotFoundError
from accsyn_orm.query.nodes import Comparison, Operator

if TYPE_CHECKING:
    from accsyn_orm.entities.types.acl import Acl
    from accsyn_orm.entities.types.queue import Queue
    from accsyn_orm.entities.types.volume import Volume

_V1_NAMES = {"name": "code"}
_V1_TYPES = {"volume": "root", "folder": "standard", "home": "user", "collection": "collection"}
_V1_VALUES = {"type": _V1_TYPES}


def v1_share(kind: str) -> Dialect:
    """Return how the v1 generation, which calls all kinds shares, spells one of them."""
    condition = Comparison("type", Operator.EQUAL, _V1_TYPES[kind])
    return Dialect("share", names=_V1_NAMES, values=_V1_VALUES, condition=condition)


class Share(Accessible, HoldsFiles, Configured, Switchable, Deactivatable):
    """A place with files: a volume, a folder, a home or a collection.

    The v1 generation finds all kinds under this name, and each becomes an object of its class. The
    v3 generation has no name for all of them: there ``get()`` asks for one kind after the other,
    and ``where()`` is for the classes of the kinds.
    """

    __entity_type__ = "share"
    __ids_of__ = "share"
    __unique__ = ("code",)
    __always__ = ("id", "type")
    __dialects__: ClassVar[Mapping[str, Dialect]] = {
        "v1": Dialect(names=_V1_NAMES, values=_V1_VALUES),
        "v3": Dialect(exists=False, instead="ask for Volume, Folder, Home or Collection"),
    }

    id: ReadOnlyAttr[str] = attr(init=False)
    """Internal id, 24 hexadecimal digits."""
    code: Attr[NonEmpty] = attr(default=UNSET)
    """Identifier, unique among all shares. Made from the name when it is not given."""
    name: Attr[NonEmpty] = attr(default=UNSET)
    """Display name; the v1 generation knows only the code."""
    type: ReadOnlyAttr[ShareType] = attr(init=False)
    """Of which kind the share is."""
    status: AttrFrom[ShareStatus, ShareStatus | str] = attr(
        init=False, on="update", settable=Settable(update=("enabled", "disabled"))
    )
    """``disabled`` puts the jobs that use the share on hold; whether it is offline follows from
    its server."""
    status_hr: ReadOnlyAttr[str] = attr(init=False, only="v3")
    """The status, readable (v3 only)."""
    description: Attr[str] = attr(default=UNSET)
    """Free text."""
    email: Attr[str] = attr(default=UNSET)
    """Addresses to notify besides."""
    queue: AttrFrom[Ref["Queue"] | None, str | Entity | None] = attr(default=UNSET)
    """Id of the default queue of jobs that use the share, given as id or code; or ``None``."""
    metadata: Attr[dict[str, Any]] = attr(init=False, on="update", only="v3")
    """Workflow data (v3 only)."""
    created: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the share was created, UTC."""
    creator: ReadOnlyAttr[str] = attr(init=False)
    """Who created the share: e-mail (v3), id or e-mail (v1), or empty."""
    modified: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the share was last changed, UTC."""
    modifier: ReadOnlyAttr[str] = attr(init=False)
    """Who changed the share last."""
    inactive: ReadOnlyAttr[bool] = attr(init=False, only="v3")
    """Whether the share is deactivated; see ``Query.inactive()`` (v3 only)."""

    acls: ClassVar[Many[Acl]] = Many("Acl", "target", party="share")
    """Who may use the share, or a part of it."""

    @classmethod
    def get(cls, id: str, *, session: Backend | None = None) -> Self:  # noqa: A002  # as on the wire
        """Return the share with this id, in whatever state it is.

        Through ``Share`` itself this takes up to four requests in the v3 generation, one for each
        kind; the other classes need one.

        Raises:
            EntityNotFoundError: there is none, or it may not be seen.
        """
        backend = required_backend(cls, session)
        if cls is not Share or backend.protocol == "v1":
            return super().get(id, session=backend)
        for kind in ("folder", "volume", "home", "collection"):  # the most frequent one first
            if (record := backend.get_entity(kind, id) if id else None) is not None:
                return cls.load_record({"type": kind, **record}, backend)
        raise EntityNotFoundError(cls.__name__, f"id {id!r}")

    @classmethod
    def class_of(cls, record: Mapping[str, Any]) -> builtins.type[Self]:
        """Return the class of the kind of share that a record describes."""
        kind = _kind(record) if cls is Share else None
        return cls if kind is None else cast("type[Self]", kind)

    def creation_for(self, backend: Backend) -> tuple[Record, str | None]:
        """Return what ``save()`` would send to create it; v1 is told of which kind it is."""
        data, parent = super().creation_for(backend)
        condition = dialect_of(type(self), backend).condition
        kind = {} if condition is None else {condition.attribute: condition.value}
        return {**kind, **data}, parent

    def _missing(self) -> list[Problem]:
        is_named = vars(self).keys() & {"name", "code"}
        return [] if is_named else [("name", "is required (or code)")]


class DirectoryShare(Share):
    """A share that is a directory of a volume: a folder or a home."""

    __paths__: ClassVar[Mapping[str, PathJudge]] = {"path": WITHIN_A_SHARE}

    parent: AttrFrom[Ref["Volume"], str | Entity] = attr(default=UNSET, on="create")
    """Id of the volume, given as id or code; the default volume unless given."""
    parent_hr: ReadOnlyAttr[str] = attr(init=False, only="v3")
    """The volume, readable (v3 only)."""
    path: Attr[NonEmpty] = attr(default=UNSET)
    """The directory, relative to the volume. A change moves no files."""


def _kind(record: Mapping[str, Any]) -> type[Share] | None:
    try:
        kind = ShareType(record.get("type"))
    except ValueError:
        return None
    return cast("type[Share]", ENTITY_CLASSES[kind.value])
