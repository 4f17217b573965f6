"""Wire values into columns, and rows into the objects of each generation."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from accsyn_orm.errors import AccsynError, EntityValidationError, QueryFieldError
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.records import select_records, to_columns
from accsyn_orm.server.storage.tables import (
    JOBS,
    QUEUES,
    TASKS,
    USERS,
    WORKSPACES,
    EntityTable,
    Generation,
)

WORKSPACE = "6645fbca9f8c4d3e7a3b678d"
LISA = "6676f3e9c7ef4e27da254e57"
QUEUE = "5a4f72111da7ee15c5d43af4"
DELIVERY = "69732302fd379c8fff1089d0"
JOB = "6971e16fceadd67b955b1995"
TASK = "26468234-c9ee-48d6-8d28-e900b5957129"
NEVER = "1970-01-01T01:00:00"
CREATED = "2026-02-08T11:20:05"

ROWS: list[tuple[EntityTable, str, dict[str, Any]]] = [
    (WORKSPACES, WORKSPACE, {"code": "seagull", "name": "Seagull", "metadata": {}}),
    (
        USERS,
        LISA,
        {
            "code": "lisa@example.com",
            "name": "Lisa",
            "role": "standard",
            "status": "enabled",
            "description": "",
            "queue": None,
            "metadata": {},
            "logged_in": None,
            "created": CREATED,
            "modified": CREATED,
            "creator": "",
            "modifier": "",
            "phase": "joined",
        },
    ),
    (
        QUEUES,
        QUEUE,
        {
            "code": "medium",
            "name": "Medium",
            "priority": 500,
            "description": "",
            "status": "paused",
            "default": True,
            "compute_default": False,
            "uri": "acmevfx/medium",
            "metadata": {},
            "created": CREATED,
            "modified": CREATED,
            "creator": "accsyn",
            "modifier": "accsyn",
            "user": LISA,
        },
    ),
    (JOBS, DELIVERY, {"type": 7, "name": "README.txt", "queue": QUEUE}),
    (
        JOBS,
        JOB,
        {
            "type": 1,
            "name": "Daily backup",
            "status": "waiting",
            "source": f"workspace:{WORKSPACE}",
            "destination": f"user:{LISA}",
            "progress": 0,
            "size": None,
            "speed": -1,
            "etr": "",
            "parent": QUEUE,
            "queue": QUEUE,
            "user": LISA,
            "created": CREATED,
            "finished": None,
            "modified": CREATED,
            "modifier": "lisa@example.com",
            "metadata": {"Shot": "SH010"},
            "description": "every night",
            "settings": {"transfer_mode": "onewaysync"},
        },
    ),
    (
        TASKS,
        TASK,
        {
            "job": DELIVERY,
            "uri": "0",
            "status": "queued",
            "priority": 500,
            "metadata": {},
            "source": {"client": "1", "path": "/a"},
            "destination": {"v": "2", "path": "b"},
            "size": 128868496,
            "time": 110239,
            "created": CREATED,
            "finished": None,
        },
    ),
]

USER_V3 = {
    "id": LISA,
    "code": "lisa@example.com",
    "name": "Lisa",
    "role": "standard",
    "status": "enabled",
    "description": "",
    "queue": None,
    "metadata": {},
    "logged_in": None,
    "created": CREATED,
    "modified": CREATED,
    "creator": "",
    "modifier": "",
    "inactive": False,
}
USER_V1 = {**USER_V3, "role": "user", "logged_in": NEVER, "phase": "joined"}
del USER_V1["inactive"]
QUEUE_V3 = {
    "id": QUEUE,
    "code": "medium",
    "name": "Medium",
    "priority": 500,
    "description": "",
    "status": "paused",
    "default": True,
    "compute_default": False,
    "uri": "acmevfx/medium",
    "metadata": {},
    "created": CREATED,
    "modified": CREATED,
    "creator": "accsyn",
    "modifier": "accsyn",
}
QUEUE_V1 = {
    **{k: v for k, v in QUEUE_V3.items() if k not in {"name", "compute_default", "creator"}},
    "status": "disabled",
    "user": LISA,
    "user_hr": "user:lisa@example.com(user)",
}
JOB_V3 = {
    "id": JOB,
    "name": "Daily backup",
    "code": "Daily backup",
    "status": "waiting",
    "source": f"workspace:{WORKSPACE}",
    "source_hr": f"workspace:seagull({WORKSPACE})",
    "destination": f"user:{LISA}",
    "destination_hr": f"user:lisa@example.com[standard]({LISA})",
    "progress": 0,
    "size": None,
    "speed": -1.0,
    "etr": "",
    "uri": "acmevfx/medium",
    "parent": QUEUE,
    "parent_hr": f"job:acmevfx/medium({QUEUE})",
    "queue": QUEUE,
    "user": LISA,
    "user_hr": f"user:lisa@example.com[standard]({LISA})",
    "created": CREATED,
    "finished": None,
    "modified": CREATED,
    "modifier": "lisa@example.com",
    "metadata": {"Shot": "SH010"},
    "description": "every night",
    "engine": None,
    "engine_hr": None,
    "public": None,
}
ONLY_V3 = {"name", "description", "engine", "engine_hr", "public"}
JOB_V1 = {
    **{k: v for k, v in JOB_V3.items() if k not in ONLY_V3},
    "type": 1,
    "source": f"organization:{WORKSPACE}",
    "source_hr": "organization:seagull",
    "destination_hr": "user:lisa@example.com(user)",
    "user_hr": "user:lisa@example.com(user)",
    "size": -1,
    "finished": NEVER,
}
TASK_V3 = {
    "id": TASK,
    "uri": "0",
    "status": "queued",
    "priority": 500,
    "metadata": {},
    "source": {"client": "1", "path": "/a"},
    "destination": {"v": "2", "path": "b"},
    "size": 128868496,
    "time": 110239,
    "created": CREATED,
    "finished": None,
    "job": DELIVERY,
    "job_hr": f"README.txt[7]({DELIVERY})",
}
TASK_V1 = {k: v for k, v in TASK_V3.items() if k not in {"job", "job_hr"}} | {"finished": NEVER}
EXPECTED: list[tuple[EntityTable, Generation, dict[str, Any]]] = [
    (USERS, "v3", USER_V3),
    (USERS, "v1", USER_V1),
    (QUEUES, "v3", QUEUE_V3),
    (QUEUES, "v1", QUEUE_V1),
    (JOBS, "v3", JOB_V3),
    (JOBS, "v1", JOB_V1),
    (TASKS, "v3", TASK_V3),
    (TASKS, "v1", TASK_V1),
]


@pytest.fixture(scope="module")
def connection(database: Database):
    with database.engine.connect() as connection:
        for entity, ident, values in ROWS:
            row = {"id": ident, "workspace": WORKSPACE, **to_columns(entity, values)}
            connection.execute(insert(entity.table).values(**row))
        yield connection


def read(
    connection: Connection,
    entity: EntityTable,
    generation: Generation,
    ident: str,
    attributes: list[str] | None = None,
) -> dict[str, Any]:
    statement = select_records(entity, generation, attributes).where(entity.table.c.id == ident)
    return dict(connection.execute(statement).mappings().one())


@pytest.mark.parametrize(
    ("entity", "generation", "expected"), EXPECTED, ids=[f"{e.name}-{g}" for e, g, _ in EXPECTED]
)
def test_each_generation_is_sent_its_own_form(
    connection: Connection, entity: EntityTable, generation: Generation, expected: dict[str, Any]
):
    record = read(connection, entity, generation, expected["id"])
    assert record == expected
    assert {name: type(value) for name, value in record.items()} == {
        name: type(value) for name, value in expected.items()
    }


@pytest.mark.parametrize(
    ("generation", "expected"), [("v3", f"README.txt[7]({DELIVERY})"), ("v1", None)]
)
def test_a_task_names_its_job_in_v3_only(
    connection: Connection, generation: Generation, expected: str | None
):
    assert read(connection, TASKS, generation, TASK).get("job_hr") == expected


def test_missing_references_have_no_readable_form(connection: Connection):
    record = read(connection, JOBS, "v3", DELIVERY)
    assert [record[f"{name}_hr"] for name in ("source", "destination", "parent", "user")] == [
        None
    ] * 4


@pytest.mark.parametrize(
    "attributes", [[], ["status"], ["source_hr", "status"], ["id", "status", "status"]]
)
def test_selected_attributes_come_with_the_id(connection: Connection, attributes: list[str]):
    record = read(connection, JOBS, "v3", JOB, attributes)
    assert record == {name: JOB_V3[name] for name in ("id", *attributes)}


def test_selecting_one_attribute_joins_nothing():
    assert "JOIN" not in str(select_records(JOBS, "v3", ["status"]))


@pytest.mark.parametrize("name", ["colour", "settings", "name__folded"])
def test_selecting_an_unknown_attribute_is_refused(name: str):
    with pytest.raises(QueryFieldError):
        select_records(JOBS, "v3", [name])


def test_shadow_columns_are_written_with_their_attribute():
    columns = to_columns(
        JOBS, {"name": "Straße", "speed": 1, "source": f"user:{LISA}", "metadata": {"A": 1}}
    )
    assert columns == {
        "name": "Straße",
        "name__folded": "strasse",
        "speed": 1.0,
        "speed__text": "1.0",
        "source": f"user:{LISA}",
        "source__type": "user",
        "source__ident": LISA,
        "metadata": {"A": 1},
        "metadata__leaves": '{".": ["c"], "a": ["n25000001", "d1", "r1"]}',
    }


@pytest.mark.parametrize(
    "name", ["name", "speed", "source", "metadata", "size", "created", "parent"]
)
def test_nothing_clears_the_shadow_columns_too(name: str):
    columns = to_columns(JOBS, {name: None})
    assert set(columns.values()) == {None}
    assert len(columns) == len(JOBS.attributes[name].suffixes)


@pytest.mark.parametrize("values", [{"code": "old", "name": "new"}, {"name": "new", "code": "old"}])
def test_the_name_of_a_job_beats_its_code(values: dict[str, str]):
    assert to_columns(JOBS, values)["name"] == "new"


def test_the_code_of_a_job_is_its_name():
    assert to_columns(JOBS, {"code": "x"}) == to_columns(JOBS, {"name": "x"})


@pytest.mark.parametrize("zone", [timezone.utc, timezone(timedelta(hours=2))])
def test_datetimes_are_stored_in_utc(zone: timezone):
    moment = datetime(2026, 7, 1, 12, tzinfo=zone)
    hour = 12 - int(zone.utcoffset(None) / timedelta(hours=1))
    assert to_columns(JOBS, {"created": moment}) == {"created": f"2026-07-01T{hour:02}:00:00"}


def deep(levels: int) -> Any:
    document: Any = "x"
    for _ in range(levels):
        document = [document]
    return document


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "a\x00b"),
        ("name", "\ud800"),
        ("name", 5),
        ("size", 2**63),
        ("size", -(2**63) - 1),
        ("size", 1.5),
        ("size", True),
        ("size", "1"),
        ("speed", math.nan),
        ("speed", math.inf),
        ("speed", False),
        ("mirror_paths", 1),
        ("created", datetime(2026, 7, 1)),  # the point
        ("created", "yesterday"),
        ("created", "2026-07-01T12:00:00Z"),
        ("parent", "ABC"),
        ("source", "planet:5a4f72111da7ee15c5d43af4"),
        ("source", "lisa@example.com"),
        ("metadata", {"a": "\ud800"}),
        ("metadata", {"\x00": 1}),
        ("metadata", {1: 1}),
        ("metadata", {"a": [math.nan]}),
        ("metadata", {"a": {1, 2}}),
        ("metadata", {"a": 10**5000}),
        ("metadata", deep(10_000)),
        ("source_hr", "x"),
        ("uri", "acmevfx/medium"),
        ("colour", "red"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_name(name: str, value: Any):
    with pytest.raises(EntityValidationError) as caught:
        to_columns(JOBS, {name: value})
    assert [problem[0] for problem in caught.value.problems] == [name]


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(documents)
def test_documents_come_back_as_they_were_or_are_refused(connection: Connection, document: Any):
    try:
        columns = to_columns(USERS, {"metadata": document})
    except AccsynError:
        return
    with connection.begin_nested() as savepoint:
        connection.execute(insert(USERS.table).values(id="a", workspace="w", **columns))
        assert read(connection, USERS, "v1", "a", ["metadata"]) == {"id": "a", "metadata": document}
        savepoint.rollback()
