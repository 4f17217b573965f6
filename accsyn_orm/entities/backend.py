"""What entities and queries need from a session: the calls, not the way they travel.

``Session`` satisfies this protocol; so does anything that keeps records in a dictionary. Records
are dictionaries by wire name, with the dates the backend documents decoded to aware datetimes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from accsyn_orm.query.nodes import Statement

Record: TypeAlias = dict[str, Any]
"""One entity as the backend sends it."""

Generation: TypeAlias = Literal["v1", "v3"]
"""Name of an API generation."""


class Speaker(Protocol):
    """Whatever spells records and queries as one generation does."""

    @property
    def protocol(self) -> Generation:
        """The API generation that records and queries are spelled in."""
        ...


class Backend(Speaker, Protocol):
    """A workspace that entities are read from and written to.

    Threads may use it at the same time; ``find()`` is called from one to read the next page ahead.
    """

    def find(
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

    def update(
        self,
        entitytype: str,
        entityid: str,
        data: Mapping[str, Any],
        *,
        before: Mapping[str, Any] | None = None,
    ) -> Record:
        """Change attributes of one entity; return it as it is afterwards.

        ``before`` tells what they and ``modified`` were, in the same spelling, as far as is known.
        """
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


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many requests a backend takes.

    Attributes:
        scope: what shares the limit; everything with the same scope counts together.
        per_second: requests per second, on the long run.
        burst: requests at once, after a pause.
    """

    scope: str
    per_second: float
    burst: int

    def seconds_for(self, requests: int) -> float:
        """Return how long so many requests take, at least."""
        return max(0.0, (requests - self.burst) / self.per_second)


def limit_of(backend: Backend) -> RateLimit | None:
    """Return the limit that a backend has; what is no `RemoteBackend` has none."""
    return backend.rate_limit if isinstance(backend, RemoteBackend) else None


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One request as it travels, without who asks and what proves it.

    Attributes:
        verb: HTTP verb.
        uri: operation, such as ``job/find``.
        query: the condition, or ``None``.
        data: its payload.
    """

    verb: str
    uri: str
    query: str | None
    data: Mapping[str, Any] = field(hash=False)

    def __str__(self) -> str:
        query = "" if self.query is None else f" query={self.query!r}"
        return f"{self.verb} {self.uri}{query} data={json.dumps(self.data, ensure_ascii=False)}"


@runtime_checkable
class ExplainingBackend(Backend, Protocol):
    """A backend that can say how it would ask, without asking."""

    def find_request(
        self,
        query: str | Statement,
        entityid: str | None = None,
        attributes: Sequence[str] | None = None,
        *,
        finished: bool | None = None,
        inactive: bool | None = None,
        archived: bool | None = None,
        limit: int | None = None,
        skip: int | None = None,
    ) -> WireRequest:
        """Return the request that ``find()`` with these arguments would send."""
        ...


@runtime_checkable
class RemoteBackend(Backend, Protocol):
    """A backend behind a network, where a request can get lost, and too many are too many."""

    @property
    def workspace(self) -> str:
        """Code of the workspace."""
        ...

    @property
    def rate_limit(self) -> RateLimit | None:
        """How many requests it takes, or ``None`` for as many as it can answer; it keeps to it."""
        ...

    def attempt(self, eid: str) -> AbstractContextManager[None]:
        """Make the one call inside a ``with`` block an attempt of the call that has this id.

        It is made once, and its error told as it is: who makes the attempts repeats them.
        """
        ...
