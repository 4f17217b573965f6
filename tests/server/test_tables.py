"""The storage schema."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

from accsyn_orm.errors import QueryFieldError
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.records import to_columns
from accsyn_orm.server.storage.tables import (
    ENTITIES,
    JOBS,
    QUEUES,
    TASKS,
    USERS,
    WORKSPACES,
    EntityTable,
    Kind,
    Scope,
    api_keys,
    passwords,
    sessions,
)

WORKSPACE = "5a4f72111da7ee15c5d43af4"
DOCUMENTED = {
    "user": """id code name role status description queue metadata logged_in created modified
        creator modifier phase inactive""",
    "workspace": "id code name metadata",
    "queue": """id code name priority description status default compute_default uri metadata
        created modified creator modifier user user_hr""",
    "job": """id code name status source source_hr destination destination_hr progress size speed
        etr uri parent parent_hr queue user user_hr created finished modified modifier metadata
        description type engine engine_hr public""",
    "task": """id uri status priority metadata source destination size time created finished job
        job_hr""",
    "recipient": "id user user_hr actioned",
    "share": """id code name type status status_hr default parent parent_hr path paths server
        siteservers description email queue licensed metadata created creator modified modifier
        inactive user user_hr""",
    "acl": """id entity entity_hr ident ident_hr target target_hr path read write
        acknowledged role status token description created creator""",
    "file": "id parent path share created creator",
    "site": """id code name description main accsyn status metadata created creator modified
        modifier""",
    "client": """id code name type type_hr status user user_hr site site_hr description host_ident
        host_id last_checkin os username version wan_ip parent roles benchmark metrics metadata
        created modified modifier""",
    "engine": """id code name type status version description vendor metadata created creator
        modified modifier""",
    "setting": "id entitytype entityid name value integration modified modifier",
    "log": "id date entitytype entityid severity message user",
}


@pytest.fixture
def engine(empty_database: Database) -> Engine:
    return empty_database.engine


def store(engine: Engine, entity: EntityTable, ident: str, scope: Scope, **values: object) -> None:
    columns = to_columns(entity, values)
    row = {"id": ident, "workspace": WORKSPACE, "scope": scope.value, **columns}
    with engine.begin() as connection:
        connection.execute(insert(entity.table).values(**row))


@pytest.mark.parametrize("name", sorted(ENTITIES))
def test_every_documented_attribute_can_be_queried(name: str):
    queryable = {known.name for known in ENTITIES[name].attributes.values() if known.is_queryable}
    assert queryable == set(DOCUMENTED[name].split())


@pytest.mark.parametrize("name", sorted(ENTITIES))
def test_every_stored_attribute_has_its_columns(name: str):
    entity = ENTITIES[name]
    for attribute in entity.attributes.values():
        if attribute.is_stored:
            for suffix in attribute.suffixes:
                assert entity.column(attribute.name, suffix.removeprefix("__")) is not None


def test_each_generation_has_its_own_attributes():
    shown = {
        name: {a.name for a in JOBS.attributes.values() if name in a.shown_in}
        for name in ("v1", "v3")
    }
    assert shown["v1"] - shown["v3"] == {"type"}
    assert shown["v3"] - shown["v1"] == {"name", "description", "engine", "engine_hr", "public"}


def test_references_point_to_entities_that_are_stored():
    for entity in ENTITIES.values():
        for attribute in entity.attributes.values():
            assert set(attribute.targets) <= set(ENTITIES)
            assert attribute.kind is not Kind.READABLE or attribute.of in entity.attributes


@pytest.mark.parametrize(
    ("entity", "alias", "attribute"),
    [
        (JOBS, "dest", "destination"),
        (USERS, "clearance", "role"),
        (TASKS, "parent", "job"),
    ],
)
def test_legacy_names_stand_for_the_present_ones(entity: EntityTable, alias: str, attribute: str):
    assert entity.queryable(alias).name == attribute


@pytest.mark.parametrize(
    ("entity", "name", "suggestion"),
    [
        (JOBS, "statu", "status"),
        (USERS, "rolle", "role"),
        (JOBS, "xyzzy", None),
        (JOBS, "settings", None),
        (JOBS, "metadata__leaves", "metadata"),
        (USERS, "workspace", None),
    ],
)
def test_other_names_are_refused_with_the_nearest_spelling(
    entity: EntityTable, name: str, suggestion: str | None
):
    with pytest.raises(QueryFieldError) as caught:
        entity.queryable(name)
    assert (caught.value.name, caught.value.suggestion) == (name, suggestion)


@pytest.mark.parametrize("entity", [USERS, QUEUES], ids=["user", "queue"])
def test_codes_are_unique_whatever_their_case(engine: Engine, entity: EntityTable):
    store(engine, entity, "1" * 24, Scope.ACTIVE, code="Straße")
    with pytest.raises(IntegrityError):
        store(engine, entity, "2" * 24, Scope.INACTIVE, code="STRASSE")


@pytest.mark.parametrize("entity", [USERS, QUEUES], ids=["user", "queue"])
def test_archived_entities_give_their_code_up(engine: Engine, entity: EntityTable):
    for ident in ("1" * 24, "2" * 24):
        store(engine, entity, ident, Scope.ARCHIVED, code="low")
    store(engine, entity, "3" * 24, Scope.ACTIVE, code="low")


def test_jobs_may_share_a_name(engine: Engine):
    for ident in ("1" * 24, "2" * 24):
        store(engine, JOBS, ident, Scope.ACTIVE, name="Daily backup")


def test_task_uris_are_unique_in_their_job(engine: Engine):
    store(engine, TASKS, "a", Scope.ACTIVE, job="1" * 24, uri="0")
    store(engine, TASKS, "b", Scope.ACTIVE, job="2" * 24, uri="0")
    with pytest.raises(IntegrityError):
        store(engine, TASKS, "c", Scope.ACTIVE, job="1" * 24, uri="0")


def test_sequence_numbers_follow_the_order_of_creation(engine: Engine):
    for ident in ("b", "c", "a"):
        store(engine, WORKSPACES, ident, Scope.ACTIVE, code=f"code-{ident}")
    with engine.connect() as connection:
        rows = connection.execute(WORKSPACES.table.select().order_by("sequence")).all()
    assert [row.id for row in rows] == ["b", "c", "a"]


def test_text_orders_by_code_point_on_postgresql():
    ddl = str(CreateTable(JOBS.table).compile(dialect=postgresql.dialect()))
    assert 'name__folded TEXT COLLATE "C"' in ddl
    assert "size BIGINT" in ddl


def test_credentials_have_no_column_for_the_secret_itself():
    for table in (api_keys, sessions, passwords):
        assert {"digest", "workspace", "user", "created", "expires"} <= set(table.c.keys())
        assert not {"key", "password", "secret", "session"} & set(table.c.keys())
