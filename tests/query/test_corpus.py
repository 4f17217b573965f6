# ruff: noqa: E501  # queries as they were found
"""85 queries from documentation, tests and scripts: their meaning, and what goes to the backend."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from accsyn_orm.query import (
    And,
    Comparison,
    Expression,
    Operator,
    Or,
    Statement,
    lowercase,
    parse,
    parse_expression,
    wire_expression,
)


def is_(attribute: str, operator: str, value: str | tuple[str, ...]) -> Comparison:
    return Comparison(attribute, Operator(operator), value)


class Entry(NamedTuple):
    """One query; ``decoded`` is what the official client 3.4.0 sends for it, all lower case."""

    number: int
    query: str
    entity: str
    decoded: str | None
    where: Expression | None


CORPUS = [
    Entry(1, "User", "user", None, None),
    Entry(2, "Transfer", "transfer", None, None),
    Entry(3, "Delivery", "delivery", None, None),
    Entry(4, "Volume", "volume", None, None),
    Entry(5, "Folder", "folder", None, None),
    Entry(6, "Home", "home", None, None),
    Entry(7, "Queue", "queue", None, None),
    Entry(8, "Site", "site", None, None),
    Entry(9, "App", "app", None, None),
    Entry(10, "Server", "server", None, None),
    Entry(11, "File", "file", None, None),
    Entry(12, "Task", "task", None, None),
    Entry(13, "entitytypes", "entitytypes", None, None),
    Entry(
        14,
        "attributes WHERE entitytype=delivery",
        "attributes",
        "entitytype=delivery",
        is_("entitytype", "=", "delivery"),
    ),
    Entry(
        15,
        "attributes WHERE entitytype=folder",
        "attributes",
        "entitytype=folder",
        is_("entitytype", "=", "folder"),
    ),
    Entry(
        16,
        "Transfer WHERE source=myworkspace",
        "transfer",
        "source=myworkspace",
        is_("source", "=", "myworkspace"),
    ),
    Entry(
        17,
        'Transfer WHERE name="x and y.png"',
        "transfer",
        'name="x and y.png"',
        is_("name", "=", "x and y.png"),
    ),
    Entry(
        18,
        "Transfer WHERE user=user@mail.com",
        "transfer",
        "user=user@mail.com",
        is_("user", "=", "user@mail.com"),
    ),
    Entry(
        19,
        "Transfer WHERE destination=stockholm",
        "transfer",
        "destination=stockholm",
        is_("destination", "=", "stockholm"),
    ),
    Entry(20, "Transfer WHERE source=hq", "transfer", "source=hq", is_("source", "=", "hq")),
    Entry(
        21,
        "Transfer WHERE status=aborted",
        "transfer",
        "status=aborted",
        is_("status", "=", "aborted"),
    ),
    Entry(22, "Transfer WHERE status=done", "transfer", "status=done", is_("status", "=", "done")),
    Entry(23, "Task WHERE status=onhold", "task", "status=onhold", is_("status", "=", "onhold")),
    Entry(
        24,
        "Transfer where id=5a7325f8b7ef72f5f9d74bf4",
        "transfer",
        "id=5a7325f8b7ef72f5f9d74bf4",
        is_("id", "=", "5a7325f8b7ef72f5f9d74bf4"),
    ),
    Entry(
        25,
        "Transfer where id=614d660de50d45bb027c9bdd",
        "transfer",
        "id=614d660de50d45bb027c9bdd",
        is_("id", "=", "614d660de50d45bb027c9bdd"),
    ),
    Entry(26, "User WHERE role=employee", "user", "role=employee", is_("role", "=", "employee")),
    Entry(
        27,
        'transfer WHERE ((user=lisa@example.com AND destination=hq) OR status<>failed) AND code="* backup"',
        "transfer",
        '((user=lisa@example.com and destination=hq) or status<>failed) and code="* backup"',
        And(
            (
                Or(
                    (
                        And((is_("user", "=", "lisa@example.com"), is_("destination", "=", "hq"))),
                        is_("status", "!=", "failed"),
                    )
                ),
                is_("code", "=", "* backup"),
            )
        ),
    ),
    Entry(
        28,
        'Transfer WHERE name CONTAINS "backup"',
        "transfer",
        'name contains "backup"',
        is_("name", "CONTAINS", "backup"),
    ),
    Entry(
        29,
        'Transfer WHERE name matches "backup.*\\.zip"',
        "transfer",
        'name matches "backup.*\\.zip"',
        is_("name", "MATCHES", "backup.*\\.zip"),
    ),
    Entry(
        30,
        'Transfer WHERE name="my_transfer"',
        "transfer",
        'name="my_transfer"',
        is_("name", "=", "my_transfer"),
    ),
    Entry(
        31,
        "Delivery WHERE name='Project references'",
        "delivery",
        "name='project references'",
        is_("name", "=", "Project references"),
    ),
    Entry(
        32,
        "task WHERE job.id=69732302fd379c8fff1089d0",
        "task",
        "job.id=69732302fd379c8fff1089d0",
        is_("job.id", "=", "69732302fd379c8fff1089d0"),
    ),
    Entry(
        33,
        "Transfer WHERE parent=69732302fd379c8fff1089d0 AND user=6676f3e9c7ef4e27da254e57",
        "transfer",
        "parent=69732302fd379c8fff1089d0 and user=6676f3e9c7ef4e27da254e57",
        And(
            (
                is_("parent", "=", "69732302fd379c8fff1089d0"),
                is_("user", "=", "6676f3e9c7ef4e27da254e57"),
            )
        ),
    ),
    Entry(
        34,
        "Transfer WHERE parent=6989982945131d8f16277b71",
        "transfer",
        "parent=6989982945131d8f16277b71",
        is_("parent", "=", "6989982945131d8f16277b71"),
    ),
    Entry(
        35,
        "User WHERE code='admin@example.com'",
        "user",
        "code='admin@example.com'",
        is_("code", "=", "admin@example.com"),
    ),
    Entry(
        36,
        "User WHERE code='employee@example.com'",
        "user",
        "code='employee@example.com'",
        is_("code", "=", "employee@example.com"),
    ),
    Entry(
        37,
        "User where code='standard@example.com'",
        "user",
        "code='standard@example.com'",
        is_("code", "=", "standard@example.com"),
    ),
    Entry(
        38,
        "Server WHERE roles CONTAINS storage",
        "server",
        "roles contains storage",
        is_("roles", "CONTAINS", "storage"),
    ),
    Entry(
        39,
        "Client WHERE user=661014984428048969323147 AND type in 0,2",
        "client",
        "user=661014984428048969323147 and type in 0,2",
        And((is_("user", "=", "661014984428048969323147"), is_("type", "IN", ("0", "2")))),
    ),
    Entry(
        40,
        "Folder WHERE name='Shared Folder'",
        "folder",
        "name='shared folder'",
        is_("name", "=", "Shared Folder"),
    ),
    Entry(
        41,
        "Folder WHERE name='Shared Folder 2'",
        "folder",
        "name='shared folder 2'",
        is_("name", "=", "Shared Folder 2"),
    ),
    Entry(
        42,
        "Folder WHERE id=673cb38dea344d0d17969018",
        "folder",
        "id=673cb38dea344d0d17969018",
        is_("id", "=", "673cb38dea344d0d17969018"),
    ),
    Entry(43, "Volume WHERE default=True", "volume", "default=true", is_("default", "=", "True")),
    Entry(44, "User WHERE role=standard", "user", "role=standard", is_("role", "=", "standard")),
    Entry(45, "Queue WHERE name='medium'", "queue", "name='medium'", is_("name", "=", "medium")),
    Entry(
        46,
        "Transfer WHERE id=6971e16fceadd67b955b1995",
        "transfer",
        "id=6971e16fceadd67b955b1995",
        is_("id", "=", "6971e16fceadd67b955b1995"),
    ),
    Entry(47, "engine where type=compute", "engine", "type=compute", is_("type", "=", "compute")),
    Entry(
        48,
        'Transfer where name="Outsource - download - scd - CompersInc - 260703"',
        "transfer",
        'name="outsource - download - scd - compersinc - 260703"',
        is_("name", "=", "Outsource - download - scd - CompersInc - 260703"),
    ),
    Entry(
        49,
        "user WHERE code=jennifer@gda.com",
        "user",
        "code=jennifer@gda.com",
        is_("code", "=", "jennifer@gda.com"),
    ),
    Entry(
        50,
        "share WHERE code=proj002-outsourcing",
        "share",
        "code=proj002-outsourcing",
        is_("code", "=", "proj002-outsourcing"),
    ),
    Entry(
        51,
        "acl WHERE (ident=user:5bfeb0381da7ee4095fa217e AND target=share:5a7325f8b7ef72f5f9d74bf4 AND path=DATASET_001_1203)",
        "acl",
        "(ident=user:5bfeb0381da7ee4095fa217e and target=share:5a7325f8b7ef72f5f9d74bf4 and path=dataset_001_1203)",
        And(
            (
                is_("ident", "=", "user:5bfeb0381da7ee4095fa217e"),
                is_("target", "=", "share:5a7325f8b7ef72f5f9d74bf4"),
                is_("path", "=", "DATASET_001_1203"),
            )
        ),
    ),
    Entry(
        52,
        "acl WHERE (ident=user:5bfeb0381da7ee4095fa217e AND target=share:5a7325f8b7ef72f5f9d74bf4 AND path=TO_VENDORS)",
        "acl",
        "(ident=user:5bfeb0381da7ee4095fa217e and target=share:5a7325f8b7ef72f5f9d74bf4 and path=to_vendors)",
        And(
            (
                is_("ident", "=", "user:5bfeb0381da7ee4095fa217e"),
                is_("target", "=", "share:5a7325f8b7ef72f5f9d74bf4"),
                is_("path", "=", "TO_VENDORS"),
            )
        ),
    ),
    Entry(
        53,
        "acl WHERE (ident=user:5bfeb0381da7ee4095fa217e AND target=share:5a7325f8b7ef72f5f9d74bf4 AND path=FROM_VENDORS/jennifer@gda.com)",
        "acl",
        "(ident=user:5bfeb0381da7ee4095fa217e and target=share:5a7325f8b7ef72f5f9d74bf4 and path=from_vendors/jennifer@gda.com)",
        And(
            (
                is_("ident", "=", "user:5bfeb0381da7ee4095fa217e"),
                is_("target", "=", "share:5a7325f8b7ef72f5f9d74bf4"),
                is_("path", "=", "FROM_VENDORS/jennifer@gda.com"),
            )
        ),
    ),
    Entry(
        54,
        "User where code=pipeline@acmevfx.co.uk",
        "user",
        "code=pipeline@acmevfx.co.uk",
        is_("code", "=", "pipeline@acmevfx.co.uk"),
    ),
    Entry(
        55,
        "Client where (type=0 or type=2) and user=5bfeb0381da7ee4095fa217e",
        "client",
        "(type=0 or type=2) and user=5bfeb0381da7ee4095fa217e",
        And(
            (
                Or((is_("type", "=", "0"), is_("type", "=", "2"))),
                is_("user", "=", "5bfeb0381da7ee4095fa217e"),
            )
        ),
    ),
    Entry(56, "Share where default=true", "share", "default=true", is_("default", "=", "true")),
    Entry(57, "share where default=true", "share", "default=true", is_("default", "=", "true")),
    Entry(
        58,
        'Job where code="Location A > Location B ftrack sync 22.12.08"',
        "job",
        'code="location a > location b ftrack sync 22.12.08"',
        is_("code", "=", "Location A > Location B ftrack sync 22.12.08"),
    ),
    Entry(
        59,
        "Job WHERE id=614d660de50d45bb027c9bdd",
        "job",
        "id=614d660de50d45bb027c9bdd",
        is_("id", "=", "614d660de50d45bb027c9bdd"),
    ),
    Entry(
        60,
        'Job WHERE code="Backup 26.07"',
        "job",
        'code="backup 26.07"',
        is_("code", "=", "Backup 26.07"),
    ),
    Entry(
        61,
        'Job WHERE code="Backup Projects 26.07"',
        "job",
        'code="backup projects 26.07"',
        is_("code", "=", "Backup Projects 26.07"),
    ),
    Entry(
        62,
        "task WHERE job.id=614d660de50d45bb027c9bdd",
        "task",
        "job.id=614d660de50d45bb027c9bdd",
        is_("job.id", "=", "614d660de50d45bb027c9bdd"),
    ),
    Entry(63, "Client", "client", None, None),
    Entry(64, "Client where type=1", "client", "type=1", is_("type", "=", "1")),
    Entry(
        65,
        "attributes WHERE entitytype=job",
        "attributes",
        "entitytype=job",
        is_("entitytype", "=", "job"),
    ),
    Entry(66, "Job", "job", None, None),
    Entry(
        67,
        'Job where code="x and y.png"',
        "job",
        'code="x and y.png"',
        is_("code", "=", "x and y.png"),
    ),
    Entry(
        68,
        "Job where user=user@mail.com",
        "job",
        "user=user@mail.com",
        is_("user", "=", "user@mail.com"),
    ),
    Entry(
        69,
        'Job where destination="stockholm"',
        "job",
        'destination="stockholm"',
        is_("destination", "=", "stockholm"),
    ),
    Entry(70, "Job where source=hq", "job", "source=hq", is_("source", "=", "hq")),
    Entry(71, "Job where status=aborted", "job", "status=aborted", is_("status", "=", "aborted")),
    Entry(72, "Job where status=done", "job", "status=done", is_("status", "=", "done")),
    Entry(
        73,
        "task WHERE job.id=5a7325f8b7ef72f5f9d74bf4",
        "task",
        "job.id=5a7325f8b7ef72f5f9d74bf4",
        is_("job.id", "=", "5a7325f8b7ef72f5f9d74bf4"),
    ),
    Entry(
        74,
        "task WHERE job.id=5a7325f8b7ef72f5f9d74bf4 AND status<>executing",
        "task",
        "job.id=5a7325f8b7ef72f5f9d74bf4 and status<>executing",
        And((is_("job.id", "=", "5a7325f8b7ef72f5f9d74bf4"), is_("status", "!=", "executing"))),
    ),
    Entry(
        75,
        'job WHERE code="my_transfer"',
        "job",
        'code="my_transfer"',
        is_("code", "=", "my_transfer"),
    ),
    Entry(
        76,
        'Job WHERE code="my_transfer"',
        "job",
        'code="my_transfer"',
        is_("code", "=", "my_transfer"),
    ),
    Entry(
        77,
        "Job where id=614d660de50d45bb027c9bdd",
        "job",
        "id=614d660de50d45bb027c9bdd",
        is_("id", "=", "614d660de50d45bb027c9bdd"),
    ),
    Entry(78, "Share where type=root", "share", "type=root", is_("type", "=", "root")),
    Entry(79, "Share where type=standard", "share", "type=standard", is_("type", "=", "standard")),
    Entry(80, "Share where type=user", "share", "type=user", is_("type", "=", "user")),
    Entry(81, "User where role=employee", "user", "role=employee", is_("role", "=", "employee")),
    Entry(
        82,
        'job WHERE ((user=5bfeb0381da7ee4095fa217e AND source!=hq) OR status<>failed) AND code="Daily backup"',
        "job",
        '((user=5bfeb0381da7ee4095fa217e and source!=hq) or status<>failed) and code="daily backup"',
        And(
            (
                Or(
                    (
                        And(
                            (
                                is_("user", "=", "5bfeb0381da7ee4095fa217e"),
                                is_("source", "!=", "hq"),
                            )
                        ),
                        is_("status", "!=", "failed"),
                    )
                ),
                is_("code", "=", "Daily backup"),
            )
        ),
    ),
    Entry(
        83,
        "attributes WHERE entitytype='job'",
        "attributes",
        "entitytype='job'",
        is_("entitytype", "=", "job"),
    ),
    Entry(
        84,
        "Job WHERE code='my_transfer'",
        "job",
        "code='my_transfer'",
        is_("code", "=", "my_transfer"),
    ),
    Entry(
        85,
        "Job WHERE (dest='lars@edit.com' OR id=614d660de50d45bb027c9bdd)",
        "job",
        "(dest='lars@edit.com' or id=614d660de50d45bb027c9bdd)",
        Or((is_("dest", "=", "lars@edit.com"), is_("id", "=", "614d660de50d45bb027c9bdd"))),
    ),
]

each_query = pytest.mark.parametrize(
    "entry", CORPUS, ids=lambda entry: f"{entry.number}-{entry.entity}"
)


def test_corpus_is_complete():
    assert [entry.number for entry in CORPUS] == list(range(1, 86))


@each_query
def test_parse_understands_every_query_of_the_reference(entry: Entry):
    assert parse(entry.query) == Statement(entry.entity, entry.where)


@each_query
def test_wire_expression_differs_from_the_official_one_in_letter_case_only(entry: Entry):
    entity, expression = wire_expression(entry.query)
    assert entity == entry.entity
    assert (expression and expression.lower()) == entry.decoded
    assert expression is None or expression.lower() in entry.query.lower()


@each_query
def test_lowercase_gives_exactly_what_the_official_client_sends(entry: Entry):
    _, expression = wire_expression(entry.query)
    assert (expression and lowercase(expression)) == entry.decoded


@each_query
def test_wire_expression_means_the_same_as_the_statement(entry: Entry):
    _, expression = wire_expression(entry.query)
    assert (expression and parse_expression(expression)) == entry.where


@each_query
def test_canonical_text_of_every_query_reads_back_as_itself(entry: Entry):
    statement = parse(entry.query)
    assert parse(str(statement)) == statement
    assert str(parse(str(statement))) == str(statement)
