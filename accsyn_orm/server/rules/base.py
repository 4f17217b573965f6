"""What every entity type brings: its attributes, and what create, edit and delete mean for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from sqlalchemy import RowMapping

from accsyn_orm.query import Expression, parse_expression
from accsyn_orm.server.access.policy import require_create, with_internal
from accsyn_orm.server.context import Call
from accsyn_orm.server.refusals import Refusal, one
from accsyn_orm.server.rules.schema import Check, Schema, boolean
from accsyn_orm.server.storage.store import (
    Record,
    records_by_id,
    update_row,
    visible_row,
    writable_row,
)
from accsyn_orm.server.storage.tables import EntityTable, Generation, Scope

DELETE_OPTIONS = frozenset({"force"})


@dataclass(frozen=True, slots=True)
class Names:
    """What the generations call an entity type.

    Attributes:
        v1: its name in v1; empty when it has none of its own there.
        v3: its name in v3; empty when it has none.
        v3_alias: an older name that v3 still takes.
        v1_alias: the newer name, where v1 takes it as well.
    """

    v1: str
    v3: str
    v3_alias: str | None = None
    v1_alias: str | None = None

    def shown(self, generation: Generation) -> str:
        """Return the name that ``entitytypes`` lists."""
        return self.v1 if generation == "v1" else self.v3

    def include(self, name: str, generation: Generation) -> bool:
        """Tell whether a name in a uri means this type."""
        known = {self.v1, self.v1_alias} if generation == "v1" else {self.v3, self.v3_alias}
        return bool(name) and name in known


class EntityRules(ABC):
    """The rules of one entity type.

    Attributes:
        schema: which attributes can be read and written.
        names: what the generations call the type.
        subject: what its behaviours are declared under, when that is not its name.
        search_options: what a search for this type takes besides the usual options.
        has_scopes: whether searches leave out what is not active; tasks are found wherever their
            job is.
    """

    schema: ClassVar[Schema]
    names: ClassVar[Names]
    subject: ClassVar[str] = ""
    search_options: ClassVar[Mapping[str, Check]] = {}
    has_scopes: ClassVar[bool] = True

    @property
    def entity(self) -> EntityTable:
        """The table and its attributes."""
        return self.schema.entity

    @property
    def name(self) -> str:
        """How messages call an entity of this type."""
        return self.entity.name

    def read_query(self, query: str) -> Expression | None:
        """Read the query of a search, which is a bare condition.

        Raises:
            QuerySyntaxError: it is none.
        """
        return parse_expression(query)

    def search(
        self,
        call: Call,  # noqa: ARG002  # for those that override this
        where: Expression | None,
        options: Mapping[str, Any],  # noqa: ARG002  # the same
    ) -> Expression | None:
        """Say what a condition means for this type, with its own options."""
        return where

    @abstractmethod
    def create(self, call: Call, data: Any, parent: str | None) -> list[Record]:
        """Create what a payload describes; return the new records."""

    @abstractmethod
    def edit(self, call: Call, ident: str, data: Any) -> list[Record]:
        """Change what an id names; return the changed records."""

    @abstractmethod
    def delete(self, call: Call, ident: str, options: Any) -> bool:
        """Delete what an id names, which archives it."""

    def deactivate(self, call: Call, ident: str) -> bool:
        """Put what an id names out of use, so that it can come back; most types have no such state.

        Raises:
            Refusal: this type has none.
        """
        visible_row(call, self.entity, ident)
        raise Refusal(f"{one(self.entity.called(call.caller.generation))} cannot be deactivated")

    def activate(self, call: Call, named: str) -> bool:
        """Bring back what was deactivated, by its id or its code.

        Raises:
            Refusal: this type knows no such state.
        """
        kind = self.entity.called(call.caller.generation)
        raise Refusal(f"{one(kind)} cannot be activated: {named!r}")


class ChangeableRules(EntityRules):
    """The rules of an entity type whose entities are changed one by one."""

    def edit(self, call: Call, ident: str, data: Any) -> list[Record]:
        """Change one entity; return its record."""
        row = writable_row(call, self.entity, ident, "change")
        caller = call.caller
        values = self.schema.check_update(payload(data), caller.generation, caller.role)
        self.update(call, row, values)
        return records_by_id(call, self.entity, [row["id"]])

    def delete(self, call: Call, ident: str, options: Any) -> bool:
        """Delete one entity, which archives it."""
        row = writable_row(call, self.entity, ident, "delete")
        for name, value in payload(options or {}).items():
            if name not in DELETE_OPTIONS:
                raise Refusal(f"{name!r} is no option of delete; there is only force")
            boolean(name, value)
        self.remove(call, row)
        return True

    @abstractmethod
    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change a row to checked values."""

    @abstractmethod
    def remove(self, call: Call, row: RowMapping) -> None:
        """Archive a row, with all that follows from it."""

    def modify(self, call: Call, row: RowMapping, values: Mapping[str, Any]) -> None:
        """Store changed attributes, and who changed them when."""
        kept = with_internal(call.caller, row["metadata"], values)
        update_row(call, self.entity, row["id"], {**kept, **modification(call)})

    def archive(self, call: Call, row: RowMapping) -> None:
        """Put a row where only searches in the archive find it."""
        update_row(call, self.entity, row["id"], modification(call), scope=Scope.ARCHIVED)


class StandaloneRules(ChangeableRules):
    """The rules of an entity type that is not part of another one."""

    def create(self, call: Call, data: Any, parent: str | None) -> list[Record]:
        """Create what a payload describes; return the new records."""
        require_create(self.name, call.caller)
        caller = call.caller
        if parent is not None:
            raise Refusal(f"{one(self.name)} is not created beneath another entity")
        values = self.schema.check_create(payload(data), caller.generation, caller.role)
        return records_by_id(call, self.entity, [self.insert(call, values)])

    @abstractmethod
    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Store a new entity from checked values; return its id."""


def payload(data: Any) -> Mapping[str, Any]:
    """Take a payload that must be a dictionary.

    Raises:
        Refusal: it is none.
    """
    if not isinstance(data, Mapping):
        raise Refusal("data is a dictionary")
    return cast("Mapping[str, Any]", data)


def creation(call: Call) -> dict[str, Any]:
    """Say who created something when."""
    return {"created": call.timestamp, "creator": call.caller.user_code, **modification(call)}


def modification(call: Call) -> dict[str, Any]:
    """Say who changed something when."""
    return {"modified": call.timestamp, "modifier": call.caller.user_code}
