"""Parties: who sends and who receives, as the backend names them.

A job's parties are read as ``user:<id>`` or ``workspace:<id>``, those of an ACL likewise; this is a
``Party``. A task's are dictionaries of ids; this is a ``TaskParty``. Both are given as paths, which
``accsyn_orm.paths`` is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeAlias, cast

from pydantic import Field
from pydantic_core import core_schema
from typing_extensions import Self

from accsyn_orm.entities.registry import CLASS_NAMES
from accsyn_orm.entities.siblings import Link
from accsyn_orm.entities.values.path import path_text
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.entities.values.shortcuts import TEXT, unless
from accsyn_orm.entities.views import View
from accsyn_orm.errors import EntityStateError

if TYPE_CHECKING:
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.model import EntityModel
    from accsyn_orm.entities.types.client import Client
    from accsyn_orm.entities.types.share import Share
    from accsyn_orm.entities.types.site import Site
    from accsyn_orm.entities.types.user import User
    from accsyn_orm.entities.types.volume import Volume

_CLASSES: Mapping[str, str] = {wire: name for name, wire in CLASS_NAMES.items()} | {
    "organization": "Workspace",  # so in v1.0
}
"""Kind of a party → name of its class."""
_SHARES = ("Share", "Folder", "Volume", "Home", "Collection")  # the first in v1.0, the others in v3
_PARTIES = ("User", "Workspace", "Site", "Share")


class Party(str):
    """A text such as ``user:<id>`` that knows who that is.

    Texts of any other form, such as the path that a new job is given, name nobody: their kind and
    id are empty.

    Example:
        >>> job.source  # doctest: +SKIP
        Party('user:69887165f643db8cd731b31a')
        >>> job.source.entity_type, job.source.fetch().code  # doctest: +SKIP
        ('user', 'lisa@example.com')
    """

    __slots__ = ("_attribute", "_holder")
    __view__: ClassVar[View]
    _holder: EntityModel
    _attribute: str

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> core_schema.CoreSchema:
        text = core_schema.str_schema()
        return unless(TEXT, core_schema.no_info_before_validator_function(path_text, text))

    @classmethod
    def viewed(cls, text: str, holder: EntityModel, attribute: str) -> Self:
        """Return the party that an attribute of an entity is."""
        party = cls(text)
        party._holder = holder  # of this class
        party._attribute = attribute  # the same
        return party

    @property
    def entity_type(self) -> str:
        """Of which type it is: ``user``, ``workspace``, ``share``, ``site`` …; or empty."""
        kind, _, ident = self.partition(":")
        return kind if ident and kind in _CLASSES else ""

    @property
    def id(self) -> str:
        """Its id, or empty. An ACL that is new may have an e-mail address in its place."""
        return self.partition(":")[2] if self.entity_type else ""

    @property
    def is_loaded(self) -> bool:
        """Whether ``fetch()`` has the answer already, for this entity or one loaded with it."""
        return self._ref().is_loaded

    def fetch(self, *, refresh: bool = False) -> Entity:
        """Return who it is, in whatever state; one fetch serves all that were loaded together.

        Args:
            refresh: ask again, for all of them.

        Raises:
            EntityNotFoundError: it is gone, or may not be seen.
            EntityStateError: the text names nobody.
            HiddenRequestError: it would take a request, inside ``strict()``.
        """
        return self._ref().fetch(refresh=refresh)

    def _ref(self) -> Ref[Entity]:
        if (holder := getattr(self, "_holder", None)) is None:
            return Ref(self.id)  # made from text alone: it says so
        if not self.entity_type:
            reason = f"{str(self)!r} is no party such as user:<id>: nobody to fetch"
            raise EntityStateError(f"{type(holder).__name__}.{self._attribute}", reason)
        link = _link(self._attribute, self.entity_type)
        return Ref.along(link, self.id, holder)

    def __repr__(self) -> str:
        return f"Party({super().__repr__()})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy as the plain text: the session stays behind."""
        return str, (str(self),)


def party_links(attribute: str, entities: Iterable[EntityModel]) -> list[Link]:
    """Return where the ids of parties stand in an attribute: one place for each kind there is."""
    texts = (vars(entity).get(attribute) for entity in entities)
    kinds = {Party(text).entity_type: None for text in texts if isinstance(text, str)}
    return [_link(attribute, kind) for kind in kinds if kind]


def _link(attribute: str, kind: str) -> Link:
    targets = _SHARES if kind == "share" else (_CLASSES[kind],)
    return Link(attribute, targets, part=kind)


@dataclass(frozen=True)
class Part:
    """One id in the dictionary that a task's party is.

    Attributes:
        name: what it is called here.
        targets: names of the classes that it may lead to.
        keys: its keys, of which a generation has one.
    """

    name: str
    targets: tuple[str, ...]
    keys: tuple[str, ...]

    def links(self, attribute: str) -> list[Link]:
        """Return where it stands in an attribute."""
        name = f"{attribute}.{self.name}"
        return [Link(attribute, self.targets, part=key, relation=name) for key in self.keys]


class TaskParty(Mapping[str, Any]):
    """Where the files of a task are: the dictionary that the backend returns, and its meaning.

    With neither user nor site it is a server of the main site. As a mapping it gives what the
    backend sent, key by key.
    """

    __slots__ = ("_attribute", "_holder", "_values", "text")
    __view__: ClassVar[View]
    parts: ClassVar[Mapping[str, Part]] = {
        part.name: part
        for part in (
            Part("client", ("Client",), ("client",)),
            Part("user", ("User",), ("user",)),
            Part("site", ("Site",), ("site",)),
            Part("volume", ("Volume",), ("v", "r_s")),
            Part("share", _SHARES, ("s",)),
        )
    }
    """What it refers to, by the name here."""

    def __init__(
        self,
        value: str | Mapping[str, Any],
        holder: EntityModel | None = None,
        attribute: str = "source",
    ) -> None:
        self._values: Mapping[str, Any] = {} if isinstance(value, str) else value
        self._holder = holder
        self._attribute = attribute
        self.text = value if isinstance(value, str) else ""
        """What a new task was given, a path; empty once it is read from the backend."""

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> core_schema.CoreSchema:
        choices = core_schema.union_schema([core_schema.str_schema(), core_schema.dict_schema()])
        return unless(choices, core_schema.no_info_before_validator_function(path_text, choices))

    @property
    def path(self) -> str | None:
        """The path: absolute, or relative when a share is involved."""
        return self._text("path")

    @property
    def final_path(self) -> str | None:
        """The absolute path that it turned out to be when it was executed."""
        return self._text("path_abs_final")

    @property
    def client(self) -> Ref[Client] | None:
        """The machine."""
        return cast("Ref[Client] | None", self._ref("client"))

    @property
    def user(self) -> Ref[User] | None:
        """Whose machine it is."""
        return cast("Ref[User] | None", self._ref("user"))

    @property
    def site(self) -> Ref[Site] | None:
        """The site whose server it is."""
        return cast("Ref[Site] | None", self._ref("site"))

    @property
    def volume(self) -> Ref[Volume] | None:
        """The volume; called ``v`` in v3 and ``r_s`` in v1."""
        return cast("Ref[Volume] | None", self._ref("volume"))

    @property
    def share(self) -> Ref[Share] | None:
        """The share; called ``s``."""
        return cast("Ref[Share] | None", self._ref("share"))

    def _text(self, key: str) -> str | None:
        value = self._values.get(key)
        return value if isinstance(value, str) else None

    def _ref(self, part: str) -> Ref[Any] | None:
        for link in self.parts[part].links(self._attribute):
            if ident := self._text(link.part):
                holder = self._holder
                return Ref(ident) if holder is None else Ref.along(link, ident, holder)
        return None

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __bool__(self) -> bool:
        return bool(self.text or self._values)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            return self.text == other
        if isinstance(other, TaskParty):
            return (self.text, self._values) == (other.text, other._values)
        if self.text or not isinstance(other, Mapping):
            return False
        return dict(self._values) == dict(cast("Mapping[str, Any]", other))

    __hash__ = None  # type: ignore[assignment]  # it can be equal to a dictionary

    def __str__(self) -> str:
        return self.text or self.path or ""

    def __repr__(self) -> str:
        return f"TaskParty({self.text or dict(self._values)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy as what the backend sent: the session stays behind."""
        return (str, (self.text,)) if self.text else (dict, (dict(self._values),))


FilledParty: TypeAlias = Annotated[Party, Field(min_length=1)]
"""A party that is never empty."""

Party.__view__ = View(str, Party.viewed, parties=_PARTIES)
TaskParty.__view__ = View((str, dict), TaskParty)
