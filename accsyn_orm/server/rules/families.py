"""Entity types that a generation addresses by one name: v1's jobs, shares and clients."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from accsyn_orm.server.context import Call
from accsyn_orm.server.rules.base import EntityRules, payload
from accsyn_orm.server.rules.schema import Schema
from accsyn_orm.server.storage.store import Record, visible_row
from accsyn_orm.server.storage.tables import EntityTable


class FamilyRules(EntityRules):
    """Finds among all its members; everything else is done by the member that is meant.

    Args:
        members: the rules of each type, the usual one first; they share one table, whose column
            ``type`` tells them apart.
        types: what that column holds for each of them, by the name of the type.
    """

    family: EntityTable

    def __init__(self, members: Sequence[EntityRules], types: Mapping[str, object]) -> None:
        self._by_type = {types[member.name]: member for member in members}
        self._usual = members[0]
        self._schema = self.all_of(members)

    def all_of(self, members: Sequence[EntityRules]) -> Schema:
        """Put together what can be written of several types; what one needs, another may not."""
        fields = (replace(one, required=False) for rules in members for one in rules.schema.fields)
        return Schema(self.family, tuple(dict.fromkeys(fields)))

    @property
    def schema(self) -> Schema:  # type: ignore[override]  # of this family, not of a class
        """What all members' attributes are."""
        return self._schema

    @property
    def entity(self) -> EntityTable:
        """The table of all members."""
        return self.family

    @abstractmethod
    def type_of_new(self, call: Call, data: Mapping[str, Any]) -> object:
        """Say of which type the entity is that a payload describes; ``None`` for the usual one."""

    def create(self, call: Call, data: Any, parent: str | None) -> list[Record]:
        """Create an entity of the type that the payload describes."""
        described = payload(data)
        member = self._by_type.get(self.type_of_new(call, described), self._usual)
        return member.create(call, described, parent)

    def edit(self, call: Call, ident: str, data: Any) -> list[Record]:
        """Change an entity by the rules of its type."""
        return self._member(call, ident).edit(call, ident, data)

    def delete(self, call: Call, ident: str, options: Any) -> bool:
        """Delete an entity by the rules of its type."""
        return self._member(call, ident).delete(call, ident, options)

    def deactivate(self, call: Call, ident: str) -> bool:
        """Deactivate an entity by the rules of its type."""
        return self._member(call, ident).deactivate(call, ident)

    def _member(self, call: Call, ident: str) -> EntityRules:
        row = visible_row(call, self.family, ident)
        return self._by_type[row["type"]]
