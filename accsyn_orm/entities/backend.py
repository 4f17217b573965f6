"""What entities and queries need from a session: the calls, not the way they travel.

``Session`` satisfies this protocol; so does anything that keeps records in a dictionary. Records
are dictionaries by wire name, with the dates the backend documents decoded to aware datetimes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias

from accsyn_orm.query.nodes import Statement

Record: TypeAlias = dict[str, Any]
"""One entity as the backend sends it."""

Generation: TypeAlias = Literal["v1", "v3"]
"""Name of an API generation."""


class Backend(Protocol):
    """A workspace that entities are read from and written to."""

    @property
    def protocol(self) -> Generation:
        """The API generation that records and queries are spelled in."""
        ...

    def find(  # noqa: PLR0913  # the official parameters
        self,
        query: str | Statement,
        *,
        entityid: str | None = None,
        attributes: Sequence[str] | None = None,
        finished: bool | None = None,
        inactive: bool | None = None,
        archived: bool | None = None,
        limit: int | None = None,
        skip: int | None = None,
    ) -> list[Record]:
        """Return the records that a query selects; ``entityid`` is the parent of sub-entities."""
        ...

    def get_entity(self, entitytype: str, entityid: str) -> Record | None:
        """Return one record by id, in whatever state it is, or ``None``."""
        ...

    def create(
        self,
        entitytype: str,
        data: Mapping[str, Any],
        entityid: str | None = None,
        *,
        allow_duplicates: bool | None = None,
    ) -> Record | list[Record]:
        """Create an entity; ``entityid`` names the parent of a sub-entity."""
        ...

    def update(self, entitytype: str, entityid: str, data: Mapping[str, Any]) -> Record:
        """Change attributes of one entity; return it as it is afterwards."""
        ...

    def update_many(
        self, entitytype: str, entityid: str, data: Sequence[Mapping[str, Any]]
    ) -> list[Record]:
        """Change sub-entities of one parent; each item names its entity by ``id``."""
        ...

    def delete_one(
        self, entitytype: str, entityid: str, data: Mapping[str, Any] | None = None
    ) -> bool:
        """Delete one entity; ``data`` holds options such as ``{"force": True}``."""
        ...
