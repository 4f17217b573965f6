"""What a workspace says about its types and their attributes, for the user who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import PayloadError
from accsyn_orm.session.core import public_call
from accsyn_orm.session.lookups import Lookups
from accsyn_orm.session.payloads import check_type

if TYPE_CHECKING:
    from accsyn_orm.wire.versions import GenerationName

FORMAT = "accsyn-schema-1"
"""What a file with a schema begins with."""


@dataclass(frozen=True, slots=True)
class AttributeSchema:
    """One attribute of a type, as far as the user who asked may see.

    Attributes:
        name: wire name.
        read: it is returned.
        create: it can be given when one is created.
        update: it can be changed.
    """

    name: str
    read: bool
    create: bool
    update: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """The types of a workspace and their attributes, as one user may use them.

    Attributes:
        workspace: code of the workspace.
        protocol: API generation in whose words it is.
        types: by wire type: its attributes, by wire name.
    """

    workspace: str
    protocol: GenerationName
    types: Mapping[str, Mapping[str, AttributeSchema]]

    def __repr__(self) -> str:
        return f"<Schema of {self.workspace} in {self.protocol}: {len(self.types)} types>"

    def to_dict(self) -> dict[str, Any]:
        """Return it as data that JSON can hold; ``from_dict()`` reads it."""
        types = {
            kind: {item.name: _flags(item) for item in attributes.values()}
            for kind, attributes in self.types.items()
        }
        return {
            "format": FORMAT,
            "workspace": self.workspace,
            "protocol": self.protocol,
            "types": types,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Schema:
        """Return the schema that ``to_dict()`` made the data of.

        Raises:
            PayloadError: the data is no schema.
        """
        try:
            return _schema(data)
        except (KeyError, TypeError, AttributeError, ValueError):
            raise PayloadError("schema", f"is not of the format {FORMAT!r}") from None


def _schema(data: Mapping[str, Any]) -> Schema:
    if data["format"] != FORMAT or data["protocol"] not in {"v1", "v3"}:
        raise ValueError(FORMAT)
    types = {
        str(kind): _frozen(_read(str(name), said) for name, said in attributes.items())
        for kind, attributes in data["types"].items()
    }
    return Schema(str(data["workspace"]), data["protocol"], MappingProxyType(types))


_LETTERS = (("read", "r"), ("create", "c"), ("update", "u"))


def _flags(item: AttributeSchema) -> str:
    return "".join(letter for key, letter in _LETTERS if getattr(item, key))


def _read(name: str, letters: str) -> AttributeSchema:
    return AttributeSchema(name, **{key: letter in letters for key, letter in _LETTERS})


def _frozen(items: Iterable[AttributeSchema]) -> Mapping[str, AttributeSchema]:
    return MappingProxyType({item.name: item for item in items})


class SchemaCalls(Lookups):
    """Asking about the types of a workspace."""

    @public_call
    def schema(
        self,
        types: str | Iterable[str] | None = None,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> Schema:
        """Return the types of the workspace and their attributes, as this user may use them.

        One request for the types, unless they are named, and three for each.

        Args:
            types: wire types to ask about, or one of them; all that there are unless given.
            progress: called with the number of types done, and of all.

        Raises:
            BackendError: the workspace has no such type.
        """
        kinds = [check_type(name) for name in self._named(types)]
        found: dict[str, Mapping[str, AttributeSchema]] = {}
        for number, kind in enumerate(kinds, start=1):
            found[kind] = self._attributes_of(kind)
            if progress is not None:
                progress(number, len(kinds))
        return Schema(self.workspace, self.protocol, MappingProxyType(found))

    def _named(self, types: str | Iterable[str] | None) -> Iterable[str]:
        if types is None:
            return [str(name) for name in self._list("entitytypes", {})]
        return [types] if isinstance(types, str) else types

    def _attributes_of(self, kind: str) -> Mapping[str, AttributeSchema]:
        read, create, update = (
            cast("list[str]", self._list("attributes", {"entitytype": kind, **flags}))
            for flags in (
                {"create": False, "update": False},
                {"create": True, "update": False},
                {"create": False, "update": True},
            )
        )
        return _frozen(
            AttributeSchema(name, name in read, name in create, name in update)
            for name in dict.fromkeys([*read, *create, *update])
        )
