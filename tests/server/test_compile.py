"""Queries as SQL: what they find, what is refused, and that large ones work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, true
from sqlalchemy.dialects.postgresql import psycopg

from accsyn_orm.errors import QueryFieldError, QueryValueError
from accsyn_orm.query.nodes import (
    MAX_NESTING,
    And,
    Comparison,
    Expression,
    Operator,
    Or,
    all_of,
    any_of,
)
from accsyn_orm.server.search.compile import compile_filter
from accsyn_orm.server.search.fragments import MAX_HEIGHT, MAX_STACK, Budget, Fragment, check_depth
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
    Scope,
)

WORKSPACE = "6645fbca9f8c4d3e7a3b678d"
LISA, JOHN = "6676f3e9c7ef4e27da254e57", "5bfeb0381da7ee4095fa217e"
LOW, HIGH = "5a4f72111da7ee15c5d43af4", "5a4f72111da7ee15c5d43af5"
BACKUP, RENDER, DELIVERY = (
    "6971e16fceadd67b955b1995",
    "6971e16fceadd67b955b1996",
    "6971e16fceadd67b955b1997",
)
CHILD = "6971e16fceadd67b955b1998"
ROWS: list[tuple[EntityTable, str, dict[str, Any]]] = [
    (WORKSPACES, WORKSPACE, {"code": "AcmeFilm", "name": "Acme"}),
    (USERS, LISA, {"code": "Lisa@example.com", "role": "standard", "logged_in": None}),
    (USERS, JOHN, {"code": "john@user.com", "role": "admin", "logged_in": "2026-11-23T21:34:00"}),
    (QUEUES, LOW, {"code": "low", "name": "Low", "status": "paused", "uri": "acmefilm/low"}),
    (QUEUES, HIGH, {"code": "high", "status": "waiting", "uri": "acmefilm/high", "default": True}),
    (
        JOBS,
        BACKUP,
        {
            "type": 1,
            "name": "Daily backup",
            "status": "failed",
            "source": f"workspace:{WORKSPACE}",
            "destination": f"user:{LISA}",
            "user": JOHN,
            "parent": LOW,
            "queue": LOW,
            "size": 2**53 + 1,
            "speed": 0.1,
            "created": "2026-11-01T10:00:00",
            "metadata": {
                "Shot": "SH010",
                "frames": [1, 2.5],
                "external": {"ok": True},
                "none": None,
            },
        },
    ),
    (
        JOBS,
        RENDER,
        {
            "type": 3,
            "name": "100%_done\\*",
            "status": "waiting",
            "source": f"user:{JOHN}",
            "destination": f"workspace:{WORKSPACE}",
            "queue": HIGH,
            "parent": HIGH,
            "size": None,
            "speed": -1.0,
            "created": "2026-12-01T10:00:00",
            "metadata": {"shot": 10, "empty": {}},
        },
    ),
    (
        JOBS,
        DELIVERY,
        {"type": 7, "name": "Straße", "status": "init", "created": "2026-12-02T10:00:00"},
    ),
    (JOBS, CHILD, {"type": 1, "name": "İ", "parent": DELIVERY, "created": "2026-12-03T10:00:00"}),
    (TASKS, "t0", {"job": BACKUP, "uri": "0", "status": "executing", "source": {"path": "/a/B"}}),
    (TASKS, "t1", {"job": BACKUP, "uri": "1", "status": "queued", "source": {"path": "/c"}}),
    (TASKS, "t2", {"job": RENDER, "uri": "0", "status": "queued"}),
]
NAMES = {
    BACKUP: "backup",
    RENDER: "render",
    DELIVERY: "delivery",
    CHILD: "child",
    LISA: "lisa",
    JOHN: "john",
}


@pytest.fixture(scope="module")
def filled(database: Database) -> Database:
    with database.writing() as connection:
        for entity, ident, values in ROWS:
            row = {"id": ident, "workspace": WORKSPACE, **to_columns(entity, values)}
            connection.execute(insert(entity.table).values(**row))
    return database


@pytest.fixture
def connection(filled: Database) -> Iterator[Connection]:
    with filled.reading() as connection:
        yield connection


def found(
    connection: Connection,
    expression: Expression,
    entity: EntityTable = JOBS,
    generation: Generation = "v3",
) -> str:
    """Return the names of the rows found, in order of creation."""
    condition = compile_filter(expression, entity, generation=generation)
    statement = select(entity.table.c.id).where(condition).order_by(entity.table.c.sequence)
    return " ".join(NAMES.get(ident, ident) for ident in connection.scalars(statement))


def is_(attribute: str, value: str, operator: str = "=") -> Comparison:
    return Comparison(attribute, Operator(operator), value)


@pytest.mark.parametrize(
    ("attribute", "operator", "value", "expected"),
    [
        ("name", "=", "DAILY BACKUP", "backup"),
        ("code", "=", "daily backup", "backup"),
        ("name", "=", "* backup", "backup"),
        ("name", "=", "daily*", "backup"),
        ("name", "=", "d*l*k*p", "backup"),
        ("name", "=", "STRASSE", "delivery"),
        ("name", "=", "i\u0307", "child"),
        ("name", "CONTAINS", "%_", "render"),
        ("name", "CONTAINS", "\\*", "render"),
        ("name", "CONTAINS", "a_", ""),
        ("name", "=", "100%*\\*", "render"),
        ("name", "<", "e", "backup render"),
        ("name", ">=", "straße", "delivery"),
        ("name", "MATCHES", r"^daily\s\w+$", "backup"),
        ("name", "MATCHES", r"\S+\.ZIP", ""),
        ("status", "!=", "failed", "render delivery child"),
        ("status", "=", "null", "child"),
        ("status", "!=", "null", "backup render delivery"),
        ("status", "NOT CONTAINS", "ai", "delivery child"),
        ("status", "NOT MATCHES", "ai", "delivery child"),
        ("status", "<", "z", "backup render delivery"),
        ("size", "=", "9007199254740993", "backup"),
        ("size", "=", "9007199254740992", ""),
        ("size", ">", "9007199254740992", "backup"),
        ("size", "<", "1e400", "backup"),
        ("size", ">", "-1e400", "backup"),
        ("size", ">=", "9223372036854775808", ""),
        ("size", "<", "-9223372036854775808", ""),
        ("size", "<", "-9223372036854775809.5", ""),
        ("size", ">", "-99999999999999999999", "backup"),
        ("size", "<=", "99999999999999999999", "backup"),
        ("size", "=", "null", "render delivery child"),
        ("size", "=", "x", ""),
        ("size", "<", "x", ""),
        ("size", "CONTAINS", "0993", "backup"),
        ("size", "MATCHES", "^9.*3$", "backup"),
        ("speed", "=", "0.1", "backup"),
        ("speed", "=", "-1", "render"),
        ("speed", "<", "x", ""),
        ("speed", "<", "0", "render"),
        ("speed", ">", "-1", "backup"),
        ("speed", "CONTAINS", ".1", "backup"),
        ("created", ">", "2026-11-15", "render delivery child"),
        ("created", "=", "2026-11-*", "backup"),
        ("finished", "=", "null", "backup render delivery child"),
        ("user", "=", JOHN, "backup"),
        ("user", "=", "JOHN@user.com", "backup"),
        ("user", "=", "*@user.com", "backup"),
        ("user", "!=", "john@user.com", "render delivery child"),
        ("user.id", "=", "john@user.com", ""),
        ("user.id", "=", JOHN, "backup"),
        ("user_hr", "=", f"user:john@user.com[admin]({JOHN})", "backup"),
        ("user_hr", "=", "null", "render delivery child"),
        ("queue", "=", "low", "backup"),
        ("queue", "=", HIGH, "render"),
        ("uri", "=", "acmefilm/low", "backup"),
        ("uri", "=", "null", "delivery child"),
        ("parent", "=", "high", "render"),
        ("parent", "=", DELIVERY, "child"),
        ("parent", "=", "strasse", "child"),
        ("parent_hr", "CONTAINS", "[7]", "child"),
        ("source", "=", "hq", "backup"),
        ("source", "=", "acmefilm", "backup"),
        ("source", "=", WORKSPACE, "backup"),
        ("source", "=", f"workspace:{WORKSPACE}", "backup"),
        ("source", "=", "john@user.com", "render"),
        ("source", "!=", "hq", "render delivery child"),
        ("source_hr", "CONTAINS", "acmefilm(", "backup"),
        ("dest", "=", "lisa@example.com", "backup"),
        ("destination.id", "=", f"user:{LISA}", "backup"),
        ("metadata.shot", "=", "sh010", "backup"),
        ("metadata.shot", "=", "sh*", "backup"),
        ("metadata.shot", "=", "10.0", "render"),
        ("metadata.shot", ">", "9", "backup render"),
        ("metadata.shot", "CONTAINS", "0", "backup render"),
        ("metadata.shot", "MATCHES", "^(SH)?0?10$", "backup render"),
        ("metadata.shot", "=", "null", "delivery child"),
        ("metadata.shot.id", "=", "SH010", "backup"),
        ("metadata.shot.id", "=", "null", "render delivery child"),
        ("metadata.frames", "=", "2.5", "backup"),
        ("metadata.frames", "<", "-1e400", ""),
        ("metadata.frames", "<", "0", ""),
        ("metadata.external.ok", "=", "TRUE", "backup"),
        ("metadata.external.ok", "=", "0", ""),
        ("metadata.none", "=", "null", "backup render delivery child"),
        ("metadata.none", "!=", "null", ""),
        ("metadata.empty", "=", "null", "backup delivery child"),
        ("metadata", "=", "null", "delivery child"),
        ("type", "=", "7", "delivery"),
    ],
)
def test_a_comparison_finds_jobs(
    connection: Connection, attribute: str, operator: str, value: str, expected: str
):
    assert found(connection, is_(attribute, value, operator)) == expected


@pytest.mark.parametrize(
    ("generation", "attribute", "value", "expected"),
    [
        ("v1", "role", "user", "lisa"),
        ("v1", "role", "standard", ""),
        ("v3", "role", "standard", "lisa"),
        ("v1", "clearance", "user", "lisa"),
        ("v1", "logged_in", "1970-*", "lisa"),
        ("v1", "logged_in", "null", ""),
        ("v3", "logged_in", "null", "lisa"),
        ("v3", "inactive", "false", "lisa john"),
        ("v3", "inactive", "1", ""),
        ("v3", "inactive", "maybe", ""),
    ],
)
def test_users_are_searched_as_their_generation_shows_them(
    connection: Connection, generation: Generation, attribute: str, value: str, expected: str
):
    assert found(connection, is_(attribute, value), USERS, generation) == expected


@pytest.mark.parametrize(
    ("generation", "attribute", "value", "expected"),
    [
        ("v1", "source", f"organization:{WORKSPACE}", "backup"),
        ("v1", "source", f"workspace:{WORKSPACE}", ""),
        ("v1", "source_hr", "organization:acmefilm", "backup"),
        ("v1", "destination_hr", "user:lisa@example.com(user)", "backup"),
        ("v1", "size", "-1", "render delivery child"),
        ("v1", "name", "daily backup", "backup"),
        ("v3", "code", "daily backup", "backup"),
    ],
)
def test_jobs_are_searched_as_their_generation_shows_them(
    connection: Connection, generation: Generation, attribute: str, value: str, expected: str
):
    assert found(connection, is_(attribute, value), JOBS, generation) == expected


@pytest.mark.parametrize(("generation", "value"), [("v1", "disabled"), ("v3", "paused")])
def test_a_queue_that_is_off_has_a_status_in_each_generation(
    connection: Connection, generation: Generation, value: str
):
    assert found(connection, is_("status", value), QUEUES, generation) == LOW


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("job.id", BACKUP, "t0 t1"),
        ("job.id", "daily backup", ""),
        ("job", "daily backup", "t0 t1"),
        ("parent", RENDER, "t2"),
        ("job_hr", f"daily backup[1]({BACKUP})", "t0 t1"),
        ("source.path", "/A/b", "t0"),
    ],
)
@pytest.mark.parametrize("generation", ["v1", "v3"])
def test_tasks_are_found_by_job_and_path(
    connection: Connection, generation: Generation, attribute: str, value: str, expected: str
):
    assert found(connection, is_(attribute, value), TASKS, generation) == expected


def test_booleans_have_no_order_and_no_text(connection: Connection):
    for operator in ("<", ">=", "CONTAINS", "MATCHES"):
        assert found(connection, is_("default", "1", operator), QUEUES) == ""
    assert found(connection, Comparison("default", Operator.IN, ("x", "true")), QUEUES) == HIGH
    assert found(connection, is_("default", "null"), QUEUES) == LOW


def test_the_documented_example_works(connection: Connection):
    mission = And(
        (
            Or(
                (And((is_("user", JOHN), is_("source", "hq", "!="))), is_("status", "failed", "!="))
            ),
            is_("code", "Daily backup"),
        )
    )
    assert found(connection, mission) == ""
    assert found(connection, mission.operands[0]) == "render delivery child"


def test_conditions_can_be_added_to_a_selection_of_records(connection: Connection):
    expression = And((is_("parent", "strasse"), is_("user", "null"), is_("metadata.x", "null")))
    statement = select_records(JOBS, "v3").where(compile_filter(expression, JOBS))
    assert [row.name for row in connection.execute(statement)] == ["İ"]


# -- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("statu", "status"),
        ("colour", None),
        ("status.id", "status"),
        ("user.code", None),
        ("user.id.code", "user.id"),
        ("settings.transfer_mode", None),
        ("name__folded", None),
    ],
)
def test_unknown_attributes_are_refused(name: str, suggestion: str | None):
    with pytest.raises(QueryFieldError) as caught:
        compile_filter(is_(name, "x"), JOBS)
    assert caught.value.name == name
    if suggestion in JOBS.attributes:
        assert caught.value.suggestion == suggestion


@pytest.mark.parametrize(
    "pattern", ["(", "[z-a]", r"(a)\1", "(?=x)", "((a{100}){100}){100}", "a\x00", "\ud800"]
)
@pytest.mark.parametrize("attribute", ["name", "user", "size", "metadata.shot"])
def test_bad_patterns_are_refused_before_any_row_is_read(attribute: str, pattern: str):
    with pytest.raises(QueryValueError):
        compile_filter(is_(attribute, pattern, "MATCHES"), JOBS)


@pytest.mark.parametrize("operator", ["=", "<", "CONTAINS", "!="])
@pytest.mark.parametrize("value", ["a\x00", "\ud800x", "*\udfff"])
@pytest.mark.parametrize("attribute", ["name", "user", "metadata.shot"])
def test_texts_that_no_database_can_hold_are_refused(attribute: str, value: str, operator: str):
    with pytest.raises(QueryValueError):
        compile_filter(is_(attribute, value, operator), JOBS)


def test_long_texts_can_be_compared_but_not_searched_for(connection: Connection):
    long = "x" * 60_000
    assert found(connection, is_("name", long)) == ""
    assert found(connection, is_("name", long[:40_000] + "*")) == ""
    for comparison in (is_("name", f"{long}*"), is_("name", long, "CONTAINS")):
        with pytest.raises(QueryValueError, match="longer"):
            compile_filter(comparison, JOBS)


def test_integers_of_any_length_compare(connection: Connection):
    assert found(connection, is_("size", "9" * 100_000, "<")) == "backup"
    assert found(connection, is_("size", "9" * 3_000)) == ""
    assert found(connection, is_("metadata.shot", "9" * 3_000, "<")) == "render"
    assert found(connection, is_("size", "0" * 3_000 + "9007199254740993")) == "backup"
    assert found(connection, is_("metadata.shot", "0" * 100_000 + "10")) == "render"


@pytest.mark.parametrize(
    ("attribute", "compared"),
    [("source", 'COLLATE "C" END <'), ("metadata.shot", 'value COLLATE "C") <')],
)
def test_what_is_no_column_orders_by_code_point_too(attribute: str, compared: str):
    sql = str(compile_filter(is_(attribute, "hé", "<"), JOBS).compile(dialect=psycopg.dialect()))
    assert compared in sql


@given(st.text() | st.sampled_from(["x' OR '1'='1", "'; DROP TABLE jobs; --", "%", "!_"]))
def test_values_are_bound_never_written_into_the_statement(value: str):
    shape = str(compile_filter(is_("name", "x", "<"), JOBS))
    try:
        comparison = is_("name", value, "<")
        assert str(compile_filter(comparison, JOBS)) == shape
    except QueryValueError:
        pass


# -- large queries --------------------------------------------------------------------------------

VARIED = [
    lambda n: is_("name", f"n{n}"),
    lambda n: is_("size", str(n), "<"),
    lambda n: is_("name", f"*{n}"),
    lambda n: And((is_("status", f"s{n}"), is_("progress", str(n)))),
]


@pytest.mark.parametrize("combine", [any_of, all_of])
@pytest.mark.parametrize(
    "kinds", [VARIED[:1], VARIED[1:2], VARIED], ids=["alike", "orders", "mixed"]
)
def test_five_thousand_terms_work(connection: Connection, combine: Any, kinds: list[Any]):
    terms = [kinds[n % len(kinds)](n) for n in range(5_000)]
    expression = combine([*terms, is_("name", "daily backup")])
    assert ("backup" in found(connection, expression)) == (combine is any_of)


@pytest.mark.parametrize(
    "attribute", ["name", "size", "speed", "user", "source", "parent", "metadata.shot"]
)
@pytest.mark.parametrize("operator", [Operator.IN, Operator.NOT_IN])
def test_lists_of_five_thousand_items_work(
    connection: Connection, attribute: str, operator: Operator
):
    items = tuple(f"{n}" for n in range(100_000, 105_000))
    expected = "" if operator is Operator.IN else "backup render delivery child"
    assert found(connection, Comparison(attribute, operator, items)) == expected


def nested(leaf: Expression, levels: int, width: int = 1) -> Expression:
    expression = leaf
    for level in range(levels):
        kind = Or if level % 2 else And
        expression = kind((*(is_("name", f"n{level}x{n}", "<") for n in range(width)), expression))
    return expression


@pytest.mark.parametrize("width", [1, 60])
@pytest.mark.parametrize("attribute", ["name", "user", "source", "parent_hr", "metadata.shot.id"])
@pytest.mark.parametrize("operator", ["=", "!=", "CONTAINS"])
def test_the_deepest_nesting_works(
    connection: Connection, attribute: str, operator: str, width: int
):
    expression = nested(is_(attribute, "x", operator), MAX_NESTING, width)
    statement = select_records(JOBS, "v3").where(
        JOBS.table.c.workspace == WORKSPACE,
        JOBS.table.c.scope.in_([Scope.ACTIVE.value]),
        (JOBS.table.c.user == "x") | compile_filter(expression, JOBS),
    )
    connection.execute(statement.order_by(JOBS.table.c.sequence).limit(5)).all()


def test_more_values_than_a_database_binds_are_refused():
    with pytest.raises(QueryValueError, match="several queries"):
        compile_filter(any_of(is_("name", f"x{n}") for n in range(40_000)), JOBS)


def test_more_comparisons_than_a_database_prepares_in_time_are_refused(monkeypatch):
    monkeypatch.setattr("accsyn_orm.server.search.compile.Budget", lambda: Budget(comparisons=20))
    terms = [is_("name", f"x{n}", "<") for n in range(21)]
    assert compile_filter(any_of(terms[:20]), JOBS) is not None
    with pytest.raises(QueryValueError, match="several queries"):
        compile_filter(any_of(terms), JOBS)


@pytest.mark.parametrize("cost", [{"stack": MAX_STACK + 1}, {"height": MAX_HEIGHT + 1}])
def test_what_nests_too_deep_for_a_database_is_refused(cost: dict[str, Any]):
    with pytest.raises(QueryValueError, match="too deep"):
        check_depth(Fragment(true(), **cost))


leaves = st.sampled_from(
    [is_("name", "a"), is_("user", "b", "!="), is_("metadata.a.id", "1"), is_("source", "*", "<")]
)
shapes = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda kind, parts, copies: kind((*parts, *parts[:1] * copies)),
        st.sampled_from([And, Or]),
        st.lists(inner, min_size=2, max_size=3),
        st.sampled_from([0, 0, 0, 45]),
    ),
    max_leaves=6,
)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(shapes, st.integers(0, MAX_NESTING))
def test_what_is_compiled_the_database_takes_in(
    connection: Connection, shape: Expression, levels: int
):
    try:
        condition = compile_filter(nested(shape, levels), JOBS)
    except QueryValueError:
        return
    connection.execute(select(JOBS.table.c.id).where(condition)).all()
