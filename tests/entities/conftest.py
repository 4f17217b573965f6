"""Workspaces for entities: one in a dictionary that counts requests, and one over HTTP.

The one over HTTP is shared by the tests of a module: each makes what it needs, and looks at nothing
else.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import pytest

from accsyn_orm import Session
from accsyn_orm.entities.active import activate, deactivate
from accsyn_orm.errors import BackendError
from accsyn_orm.query.nodes import Statement
from accsyn_orm.testing import EmbeddedWorkspace


class DictBackend:
    """Records by type and id; ``calls`` holds every request as ``(operation, arguments…)``."""

    def __init__(self, protocol: Literal["v1", "v3"] = "v3") -> None:
        self.protocol: Literal["v1", "v3"] = protocol
        self.records: dict[str, dict[str, dict[str, Any]]] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.refusal: str | None = None

    def add(self, entitytype: str, number: int, **values: Any) -> dict[str, Any]:
        record = {"id": f"{number:024x}", **values}
        self.records.setdefault(entitytype, {})[record["id"]] = record
        return record

    def _called(self, *call: Any) -> None:
        self.calls.append(copy.deepcopy(call))
        if self.refusal:
            raise BackendError(call[0], self.refusal)

    def find(  # the official parameters
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
    ) -> list[dict[str, Any]]:
        assert isinstance(query, Statement)
        scopes = {"finished": finished, "inactive": inactive, "archived": archived}
        asked = {name: value for name, value in scopes.items() if value is not None}
        options = {
            "attributes": attributes,
            "limit": limit,
            "skip": skip,
            "parent": entityid,
            **asked,
        }
        given = {name: value for name, value in options.items() if value is not None}
        self._called("find", str(query), given)
        records = [
            record
            for record in list(self.records.get(query.entity, {}).values())  # threads ask
            if not archived  # what is deleted here is gone
            and (entityid is None or record.get("job") == entityid)
            and (query.where is None or query.where.evaluate(record))
        ]
        start = skip or 0
        page = records[start : None if limit is None else start + limit]
        chosen = [
            {k: v for k, v in record.items() if attributes is None or k in attributes}
            for record in page
        ]
        return copy.deepcopy(chosen)

    def get_entity(self, entitytype: str, entityid: str) -> dict[str, Any] | None:
        self._called("get_entity", entitytype, entityid)
        return copy.deepcopy(self.records.get(entitytype, {}).get(entityid))

    def create(
        self,
        entitytype: str,
        data: Mapping[str, Any],
        entityid: str | None = None,
        *,
        allow_duplicates: bool | None = None,  # an official parameter
    ) -> dict[str, Any]:
        self._called("create", entitytype, dict(data), entityid)
        number = sum(map(len, self.records.values())) + 0xC0
        kept = {key: value for key, value in data.items() if key not in {"tasks", "settings"}}
        return copy.deepcopy(self.add(entitytype, number, **{"status": "waiting", **kept}))

    def update(
        self,
        entitytype: str,
        entityid: str,
        data: Mapping[str, Any],
        *,
        before: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        self._called("update", entitytype, entityid, dict(data))
        record = self.records[entitytype][entityid]
        record.update(copy.deepcopy(dict(data)))
        return copy.deepcopy(record)

    def update_many(
        self, entitytype: str, entityid: str, data: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        self._called("update_many", entitytype, entityid, [dict(item) for item in data])
        for item in data:
            self.records[entitytype][item["id"]].update(item)
        return [copy.deepcopy(self.records[entitytype][item["id"]]) for item in data]

    def delete_one(
        self, entitytype: str, entityid: str, data: Mapping[str, Any] | None = None
    ) -> bool:
        self._called("delete_one", entitytype, entityid, data and dict(data))
        return self.records.get(entitytype, {}).pop(entityid, None) is not None


@pytest.fixture
def v3() -> Iterator[DictBackend]:
    """Give an active workspace of the v3 generation."""
    backend = DictBackend()
    token = activate(backend)
    yield backend
    deactivate(token)


@pytest.fixture
def v1() -> Iterator[DictBackend]:
    """Give an active workspace of the v1 generation."""
    backend = DictBackend("v1")
    token = activate(backend)
    yield backend
    deactivate(token)


@pytest.fixture(scope="module")
def workspace() -> Iterator[EmbeddedWorkspace]:
    """Give the demo workspace."""
    with EmbeddedWorkspace() as running:
        yield running


@pytest.fixture
def session(workspace) -> Iterator[Session]:
    """Give the session of an admin, in the v3 generation, as the active one."""
    with workspace.session("admin") as opened:
        yield opened


@pytest.fixture(params=["v3", "v1"])
def each_session(workspace, request) -> Iterator[Session]:
    """Give the session of an admin, in either generation, as the active one."""
    with workspace.session("admin", request.param) as opened:
        yield opened


@pytest.fixture
def v1_session(workspace) -> Iterator[Session]:
    """Give the session of an admin, in the v1 generation, as the active one."""
    with workspace.session("admin", "v1") as opened:
        yield opened
