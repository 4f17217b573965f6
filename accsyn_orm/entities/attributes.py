"""How an entity class declares its attributes: one line each, with type, rules and spelling.

``status: Attr[JobStatus] = attr(...)`` makes ``Job.status`` a ``FieldRef[JobStatus]`` and
``job.status`` a ``JobStatus`` for type checkers. At run time the annotation erases itself to the
bare type, so Pydantic sees plain fields and reading an attribute costs nothing extra.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Generic,
    Literal,
    TypeAlias,
    TypeVar,
    overload,
)

from pydantic import AliasChoices, Field
from typing_extensions import Never

if TYPE_CHECKING:
    from accsyn_orm.query.fields import FieldRef

T = TypeVar("T")
S = TypeVar("S")


class Unset(Enum):
    """Type of ``UNSET``."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Default of an attribute that is absent until it is given: the backend decides."""

Moment: TypeAlias = Literal["create", "update", "save", "parent"]
"""When an attribute is sent: to create, to update, for both, or as the parent to create under."""


@dataclass(frozen=True, slots=True)
class QueryField:
    """Marks a Pydantic field as an attribute of the entity in the backend; compared by value."""


QUERY_FIELD: Final = QueryField()


@dataclass(frozen=True, slots=True)
class Settable:
    """The values of an enumeration that the backend accepts; the others only it sets.

    Attributes:
        update: accepted in an update.
        create: accepted when the entity is created.
        v1: accepted in an update of the v1 generation as well.
    """

    update: tuple[str, ...]
    create: tuple[str, ...] = ()
    v1: tuple[str, ...] = ()

    @property
    def anytime(self) -> tuple[str, ...]:
        """All values that may ever be set."""
        return tuple(dict.fromkeys(self.create + self.update + self.v1))

    def values(self, *, is_new: bool, generation: str | None) -> tuple[str, ...]:
        """Return what may be set now; an unknown generation allows what either of them does."""
        if is_new:
            return self.create
        return self.update if generation == "v3" else self.update + self.v1


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """What ``attr()`` declared; the entity class keeps it under the attribute's name.

    Attributes:
        default: value a new object starts with.
        default_factory: makes the value a new object starts with.
        wire: name in the backend when it differs.
        aliases: older names, understood when reading records and in queries.
        moment: when it is sent; ``None`` for attributes that only the backend sets.
        settable: values that may be sent, for enumerations.
        only: the one generation that knows it.
        is_required: a new object cannot do without it.
        readable: the backend returns it; otherwise it can be neither queried nor selected.
        roles: who may change it; empty for everybody who may change the entity.
        returned: the one generation that returns it, of what both take.
    """

    default: Any = UNSET
    default_factory: Callable[[], Any] | None = None
    wire: str | None = None
    aliases: tuple[str, ...] = ()
    moment: Moment | None = None
    settable: Settable | None = None
    only: Literal["v1", "v3"] | None = None
    is_required: bool = False
    readable: bool = True
    roles: tuple[str, ...] = ()
    returned: Literal["v1", "v3"] | None = None

    @property
    def shown_by(self) -> Literal["v1", "v3"] | None:
        """The one generation that returns it; ``None`` for both."""
        return self.only or self.returned

    def spellings(self, name: str) -> tuple[str, ...]:
        """Return what it may be called in a record, the likeliest first."""
        return tuple(dict.fromkeys((self.wire or name, *self.aliases)))

    def to_field(self, name: str) -> Any:
        """Return the Pydantic field: never required, because a record may hold any selection."""
        spellings = self.spellings(name)
        if spellings == (name,):
            return Field(default=UNSET)
        return Field(default=UNSET, validation_alias=AliasChoices(*spellings))


if TYPE_CHECKING:

    class ReadOnlyAttr(Generic[T]):
        """An attribute that only the backend sets."""

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> FieldRef[T]: ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> T: ...
        def __get__(self, instance: object | None, owner: type[Any]) -> FieldRef[T] | T: ...
        def __set__(self, instance: object, value: Never) -> None: ...

    class Attr(ReadOnlyAttr[T]):
        """An attribute that can be given or changed."""

        def __set__(self, instance: object, value: T) -> None: ...

    class AttrFrom(ReadOnlyAttr[T], Generic[T, S]):
        """An attribute that reads as ``T`` and is given as ``S``, such as the text of an enum."""

        # Inherited, pyright would not see that they differ, and narrow to what was assigned.
        @overload
        def __get__(self, instance: None, owner: type[Any]) -> FieldRef[T]: ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> T: ...
        def __get__(self, instance: object | None, owner: type[Any]) -> FieldRef[T] | T: ...
        def __set__(self, instance: object, value: S) -> None: ...

else:

    class Attr:
        """Erases itself to the type, marked as a query field."""

        def __class_getitem__(cls, item: Any) -> Any:
            return Annotated[item, QUERY_FIELD]

    class ReadOnlyAttr:
        """Erases itself to the type, marked as a frozen query field."""

        def __class_getitem__(cls, item: Any) -> Any:
            return Annotated[item, QUERY_FIELD, Field(frozen=True)]

    class AttrFrom:
        """Erases itself to the first type, marked as a query field."""

        def __class_getitem__(cls, items: tuple[Any, Any]) -> Any:
            return Annotated[items[0], QUERY_FIELD]


@overload
def attr(
    *,
    default: Literal[Unset.UNSET],
    wire: str | None = ...,
    aliases: tuple[str, ...] = ...,
    on: Moment = ...,
    settable: Settable | None = ...,
    only: Literal["v1", "v3"] | None = ...,
    readable: bool = ...,
    roles: tuple[str, ...] = ...,
) -> Any: ...
@overload
def attr(
    *,
    default: T,
    wire: str | None = ...,
    aliases: tuple[str, ...] = ...,
    on: Moment = ...,
    settable: Settable | None = ...,
    only: Literal["v1", "v3"] | None = ...,
    readable: bool = ...,
    roles: tuple[str, ...] = ...,
) -> Attr[T]: ...
@overload
def attr(  # what is only sent may be given as another type than it is kept as
    *,
    default_factory: Callable[[], Any],
    readable: Literal[False],
    wire: str | None = ...,
    aliases: tuple[str, ...] = ...,
    on: Moment = ...,
    only: Literal["v1", "v3"] | None = ...,
    roles: tuple[str, ...] = ...,
) -> Any: ...
@overload
def attr(
    *,
    default_factory: Callable[[], T],
    wire: str | None = ...,
    aliases: tuple[str, ...] = ...,
    on: Moment = ...,
    only: Literal["v1", "v3"] | None = ...,
    readable: bool = ...,
    roles: tuple[str, ...] = ...,
) -> Attr[T]: ...
@overload
def attr(
    *,
    init: Literal[False],
    wire: str | None = ...,
    aliases: tuple[str, ...] = ...,
    on: Literal["update"] | None = ...,
    settable: Settable | None = ...,
    only: Literal["v1", "v3"] | None = ...,
    readable: bool = ...,
    roles: tuple[str, ...] = ...,
) -> Any: ...
@overload
def attr(
    *,
    wire: str | None = ...,
    aliases: tuple[str, ...] = ...,
    on: Moment = ...,
    settable: Settable | None = ...,
    only: Literal["v1", "v3"] | None = ...,
    readable: bool = ...,
    roles: tuple[str, ...] = ...,
    returned: Literal["v1", "v3"] | None = ...,
) -> Any: ...
def attr(
    *,
    default: object = ...,
    default_factory: Callable[[], object] | None = None,
    init: bool = True,
    wire: str | None = None,
    aliases: tuple[str, ...] = (),
    on: Moment | None = None,
    settable: Settable | None = None,
    only: Literal["v1", "v3"] | None = None,
    readable: bool = True,
    roles: tuple[str, ...] = (),
    returned: Literal["v1", "v3"] | None = None,
) -> Any:
    """Declare an attribute of an entity.

    Without ``default``, ``default_factory`` and ``init=False`` a new object must be given the
    attribute.

    Args:
        default: value a new object starts with; ``UNSET`` leaves it to the backend.
        default_factory: makes the value a new object starts with.
        init: ``False`` keeps it out of the constructor; with ``on="update"`` it can be changed once
            the object is saved, without it only the backend sets it.
        wire: name in the backend, when it differs from the name in Python.
        aliases: older names, understood when reading records and in queries, never written.
        on: when it is sent; in both creates and updates unless given.
        settable: for enumerations, the values that may be sent.
        only: the one generation that knows it; the other refuses to save it.
        readable: ``False`` for what is sent, but never returned.
        roles: who may change it, where that is narrower than who may change the entity; told by
            the schema, and left to the backend to see to.
        returned: the one generation that returns it, of what both take: the other one can neither
            be asked for it nor by it.
    """
    moment: Moment | None = on or ("save" if init else None)
    is_required = init and default is ... and default_factory is None
    value = UNSET if default is ... else default
    return AttributeSpec(
        value,
        default_factory,
        wire,
        aliases,
        moment,
        settable,
        only,
        is_required,
        readable,
        roles,
        returned,
    )
