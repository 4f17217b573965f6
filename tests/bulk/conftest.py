"""A workspace to change in bulk, an observer of what it really did, and a backend with a will."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from accsyn_orm.bulk import Plan, Report
from accsyn_orm.bulk.apply import Options, apply_plan
from accsyn_orm.entities.backend import RateLimit
from accsyn_orm.pacing.patience import Patience
from accsyn_orm.query.nodes import Statement
from accsyn_orm.session import Session
from accsyn_orm.testing import EmbeddedWorkspace


@pytest.fixture
def hasty() -> Patience:
    """Give the patience of real life, in milliseconds."""
    return Patience(pause=0.001, longest_pause=0.01, throttled=0.001)


@pytest.fixture
def apply(hasty: Patience) -> Callable[..., Report]:
    """Apply a plan hastily."""

    def apply(plan: Plan, path: Path | None = None, **options: Any) -> Report:
        return apply_plan(plan, Options(**{"patience": hasty, **options}), path)

    return apply


class Database:
    """Looks at the workspace's database from outside: the witness of what was really done."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "workspace.db"

    def _ask(self, statement: str) -> list[Any]:
        connection = sqlite3.connect(self._path, timeout=30)
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def watch(self, table: str) -> None:
        """Count from now on how often each row of a table is written."""
        self._ask("CREATE TABLE IF NOT EXISTS seen (id TEXT)")
        for event, row in (("UPDATE", "NEW"), ("INSERT", "NEW"), ("DELETE", "OLD")):
            self._ask(
                f"CREATE TRIGGER watch_{table}_{event} AFTER {event} ON {table} "
                f"BEGIN INSERT INTO seen VALUES ({row}.id); END"
            )

    def writes(self) -> Counter[str]:
        """Return how often each row was written since ``watch()``."""
        return Counter(ident for (ident,) in self._ask("SELECT id FROM seen"))

    def column(self, table: str, name: str) -> dict[str, Any]:
        """Return a column of all rows of a table, by id."""
        return dict(self._ask(f"SELECT id, {name} FROM {table}"))


@pytest.fixture
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedWorkspace]:
    # In a file only where somebody looks at it: memory is much faster.
    is_looked_at = {"database", "make_queues"} & set(request.fixturenames)
    with EmbeddedWorkspace(data=tmp_path / "data" if is_looked_at else None) as running:
        yield running


@pytest.fixture
def database(workspace: EmbeddedWorkspace, tmp_path: Path) -> Database:
    return Database(tmp_path / "data")


@pytest.fixture
def session(workspace: EmbeddedWorkspace) -> Iterator[Session]:
    """Give an active session of an admin."""
    with workspace.session() as session:
        yield session


@pytest.fixture
def make_queues(session: Session, tmp_path: Path) -> Callable[[int], None]:
    """Make queues called ``q0``, ``q1`` … with priorities 0, 1 … 899, 0, 1 …"""

    def make(count: int) -> None:
        first = session.create("queue", {"name": "q0", "code": "q0", "priority": 0})
        _repeat_queue(tmp_path / "data" / "workspace.db", str(first["id"]), count)

    return make


def _repeat_queue(path: Path, ident: str, count: int) -> None:
    """Repeat a row in the database: thousands of calls would take longer than the test."""
    connection = sqlite3.connect(path, timeout=30)
    connection.row_factory = sqlite3.Row
    with connection:
        row = dict(connection.execute("SELECT * FROM queues WHERE id = ?", (ident,)).fetchone())
        del row["sequence"]
        named = {key for key in row if key.partition("__")[0] in {"name", "code"}}
        columns = ", ".join(f'"{name}"' for name in row)
        statement = f"INSERT INTO queues ({columns}) VALUES ({', '.join('?' * len(row))})"
        for number in range(1, count):
            new = {**row, "id": f"{number:024x}", "priority": number % 900}
            new |= dict.fromkeys(named, f"q{number}")
            connection.execute(statement, list(new.values()))
    connection.close()


class ScriptedBackend:
    """A workspace in a dictionary whose calls can be made to fail, before or after they are done.

    ``plan`` holds what happens to the next calls of an operation: an exception to raise instead of
    doing it, or a pair of ``"done"`` and an exception to raise afterwards.
    """

    def __init__(self, protocol: str = "v3") -> None:
        self.protocol: Any = protocol
        self.workspace = "acmefilm"
        self.rate_limit: RateLimit | None = None
        self.records: dict[str, dict[str, dict[str, Any]]] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.attempts: list[str] = []
        self.eids: list[str] = []
        self._current = threading.local()
        self.script: dict[str, list[Any]] = {}
        self.ticks = 0

    def add(self, entitytype: str, number: int, **values: Any) -> dict[str, Any]:
        record = {"id": f"{number:024x}", "modified": "2026-01-01T00:00:00", **values}
        self.records.setdefault(entitytype, {})[record["id"]] = record
        return record

    def writes(self) -> list[tuple[Any, ...]]:
        return [call for call in self.calls if call[0] != "find"]

    @contextmanager
    def attempt(self, eid: str) -> Iterator[None]:
        self.attempts.append(eid)
        self._current.eid = eid
        try:
            yield
        finally:
            del self._current.eid

    def _do(self, operation: str, call: tuple[Any, ...], act: Callable[[], Any]) -> Any:
        self.calls.append((operation, *call))
        if operation != "find":
            self.eids.append(getattr(self._current, "eid", ""))
        script = self.script.get(operation, [])
        step = script.pop(0) if script else None
        if isinstance(step, BaseException):
            raise step
        result = act()
        if isinstance(step, tuple):
            raise step[1]
        return step if step is not None else result

    def find(
        self,
        query: Statement,
        *,
        entityid: str | None = None,
        attributes: Sequence[str] | None = None,
        finished: bool | None = None,
        inactive: bool | None = None,
        archived: bool | None = None,
        limit: int | None = None,
        skip: int | None = None,
    ) -> list[dict[str, Any]]:
        def act() -> list[dict[str, Any]]:
            found = [
                dict(record)
                for record in self.records.get(query.entity, {}).values()
                if (entityid is None or record.get("job") == entityid)
                and bool(record.get("_finished")) is bool(finished)
                and not inactive
                and (query.where is None or query.where.evaluate(record))
            ]
            start = skip or 0
            return found[start : None if limit is None else start + limit]

        return self._do("find", (str(query),), act)

    def get_entity(self, entitytype: str, entityid: str) -> dict[str, Any] | None:
        return self.records.get(entitytype, {}).get(entityid)

    def create(
        self,
        entitytype: str,
        data: Mapping[str, Any],
        entityid: str | None = None,
        *,
        allow_duplicates: bool | None = None,
    ) -> Any:
        def act() -> dict[str, Any]:
            number = sum(map(len, self.records.values())) + 0xC0
            created = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
            return dict(self.add(entitytype, number, created=created, **data))

        return self._do("create", (entitytype, dict(data), entityid), act)

    def update(
        self,
        entitytype: str,
        entityid: str,
        data: Mapping[str, Any],
        *,
        before: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        def act() -> dict[str, Any]:
            self.ticks += 1
            record = self.records[entitytype][entityid]
            record.update({**data, "modified": f"2026-02-01T00:{self.ticks:02}:00"})
            return dict(record)

        return self._do("update", (entitytype, entityid, dict(data)), act)

    def update_many(
        self, entitytype: str, entityid: str, data: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        def act() -> list[dict[str, Any]]:
            for item in data:
                self.records[entitytype][item["id"]].update(item)
            return [dict(self.records[entitytype][item["id"]]) for item in data]

        return self._do("update_many", (entitytype, entityid, [dict(i) for i in data]), act)

    def delete_one(
        self, entitytype: str, entityid: str, data: Mapping[str, Any] | None = None
    ) -> bool:
        def act() -> bool:
            return self.records.get(entitytype, {}).pop(entityid, None) is not None

        return self._do("delete_one", (entitytype, entityid, data), act)


@pytest.fixture
def backend() -> ScriptedBackend:
    return ScriptedBackend()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the path of a journal that is not there yet."""
    return tmp_path / "change.journal"
