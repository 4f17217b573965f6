"""What callers write never becomes SQL, wherever they write it.

Each payload holds a mark. No statement that reaches the database may hold it: texts are bound.
Besides, readers may do nothing but read, and whatever is said is a result or a refusal.
"""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event

from accsyn_orm.errors import AccsynError, QueryError
from accsyn_orm.query import Comparison, Operator, parse_expression, render
from accsyn_orm.query.evaluate import evaluate

MARK = "zq7x"
BREAKS = [
    *("'", '"', "`", "''", "\\'", '\\"', "%27", "\u2019", "\u02bc", "'--", "';", "')", '")', "]"),
    *("' OR '1'='1", "' OR 1=1--", "') OR ('a'='a", "1) OR (1=1", "'; DROP TABLE queues;--"),
    *("' UNION SELECT digest FROM api_keys--", "x' AND (SELECT 1)='1", "%' OR '%'='", "_", "%"),
    *(
        "$1",
        "%s",
        "%(a)s",
        ":a",
        "?",
        "?1",
        "{}",
        "{0}",
        "/**/",
        "--",
        "#",
        ";",
        "||",
        "\\",
        "!",
        "*",
    ),
    *("'||(SELECT code FROM users)||'", "';ATTACH 'x' AS y;--", "' AND load_extension('x')--"),
    *(
        "$$",
        "$a$x$a$",
        "E'\\x27",
        "U&'\\0027'",
        "pg_sleep(9)",
        "'; SELECT pg_sleep(9);--",
        "::text",
    ),
]
PREFIXES = [
    "",
    "low",
    "1",
    "-1",
    "1e9",
    "admin",
    "x,y",
    "a.b",
    "metadata.",
    "id",
    "NULL",
    "é",
    "\t",
]
READ_ONLY = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_RECURSIVE,
}


def payloads() -> list[str]:
    """Give texts that mean something to a database, all different, all with the mark."""
    shapes = ("{p}{b}{m}", "{p}{m}{b}", "{b}{m}{p}", "{p}{b}{m}{b}")
    made = [s.format(p=p, b=b, m=MARK) for s, b, p in itertools.product(shapes, BREAKS, PREFIXES)]
    mixed = [f"{a}{MARK}{b}" for a, b in itertools.product(BREAKS, BREAKS)]
    return list(dict.fromkeys(made + mixed))


def reads(client: Any, text: str) -> Iterator[Any]:
    """Give everything of a question in which a text can stand."""
    quote = '"' if "'" in text else "'"
    yield lambda: client.find("queue", f"name={quote}{text}{quote}")
    yield lambda: client.find("queue", f"name contains {quote}{text}{quote}")
    yield lambda: client.find("queue", f"name matches {quote}{text}{quote}")
    yield lambda: client.find("queue", f"priority<{quote}{text}{quote}")
    yield lambda: client.find("queue", f"name in ({quote}{text}{quote},x)")
    yield lambda: client.find("queue", f"{text}=1")
    yield lambda: client.find("queue", f"metadata.{text}=1")
    yield lambda: client.find("queue", text)
    yield lambda: client.find(text)
    yield lambda: client.call("GET", text)
    yield lambda: client.call("GET", f"job/{text}")
    yield lambda: client.call("GET", "queue/find", {}, ident=text)
    yield lambda: client.find("task", parent=text)
    yield lambda: client.find("queue", attributes=["name", text])
    yield lambda: client.find("queue", limit=text)
    yield lambda: client.find("queue", **{text: 1})
    yield lambda: client.find("user", f"code={quote}{text}{quote}")
    yield lambda: client.find("transfer", f"user={quote}{text}{quote}")
    yield lambda: client.call("GET", "setting", {"name": text})
    yield lambda: client.call("GET", "setting", {"name": "x", "entitytype": text})
    yield lambda: client.call("GET", "log/find", {"entitytype": text, "ident": text})
    yield lambda: client.call("GET", "attributes", {"entitytype": text})
    yield lambda: client.call("GET", "share/servers", {}, ident=text)
    yield lambda: client.call("GET", "workspace/file", {"op": "ls", "path": f"share={text}"})


def writes(client: Any, text: str) -> Iterator[Any]:
    """Give everything of a change in which a text can stand."""
    yield lambda: client.create("queue", {"name": text})
    yield lambda: client.create("queue", {"name": "x", text: 1})
    yield lambda: client.create("user", {"code": text})
    yield lambda: client.edit("queue", text, name="x")
    yield lambda: client.edit("queue", text, **{text: text})
    yield lambda: client.delete("queue", text)
    yield lambda: client.call("PUT", "setting", {"name": text, "value": text})
    yield lambda: client.call("POST", "queue/activate", None, ident=text)
    yield lambda: client.call("PUT", "share/server", {"server": text, "site": text}, ident=text)
    yield lambda: client.create("transfer", {"source": f"share={text}/a", "destination": text})


class Watch:
    """Sees every statement, and on SQLite what each does."""

    def __init__(self, engine: Any) -> None:
        self.marked: list[str] = []
        self.disallowed: list[tuple[Any, ...]] = []
        self.is_reading = False
        event.listen(engine, "before_cursor_execute", self._executes)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "checkout", self._checked_out)

    def _executes(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if MARK in statement:
            self.marked.append(statement)

    def _checked_out(self, connection: sqlite3.Connection, *_: Any) -> None:
        # The first use of a table function declares it, which looks like making a table.
        connection.execute("SELECT * FROM json_each('[]')").fetchall()
        connection.set_authorizer(self._authorize)

    def _authorize(self, action: int, *about: Any) -> int:
        # Statements are prepared once: what they may do is asked for then.
        if self.is_reading and action not in READ_ONLY:
            self.disallowed.append((action, *about))
        return sqlite3.SQLITE_OK


@pytest.mark.parametrize(
    ("empty_database", "count"),
    [
        ("sqlite", 600),
        ("postgresql", 100),
        pytest.param("sqlite", 10_000, marks=[pytest.mark.deep, pytest.mark.timeout(900)]),
        pytest.param("postgresql", 500, marks=[pytest.mark.deep, pytest.mark.timeout(600)]),
    ],
    indirect=["empty_database"],
)
def test_what_callers_write_never_becomes_sql(demo, figure, count):
    database = demo.database
    kind = database.engine.dialect.name
    admin = demo.client("john@user.com")
    every = admin.find("queue")
    watch, chance = Watch(database.engine), random.Random(count)
    chosen = chance.sample(payloads(), count // 10)
    done, failed, differing = 0, [], []
    before = {name: len(admin.find(name)) for name in ("queue", "user", "transfer")}
    for text in chosen:
        asked = [*reads(admin, text)]
        watch.is_reading = True
        for ask in chance.sample(asked, 8):
            done += 1
            _try(ask, failed)
        watch.is_reading = False
        differing += _differing(admin, every, text)
        for ask in chance.sample([*writes(admin, text)], 2):
            done += 1
            _try(ask, failed)
    after = {name: len(admin.find(name)) for name in before}
    assert after["transfer"] == before["transfer"]
    assert after["user"] == before["user"]
    assert failed[:3] == []
    assert watch.disallowed[:3] == []
    figure(f"payloads of SQL, {kind}", done, f">= {count}")
    figure(f"statements with a payload in them, {kind}", len(watch.marked), "= 0")
    figure(f"questions that did more than read, {kind}", len(watch.disallowed), "= 0")
    figure(f"answers other than the evaluator's, {kind}", len(differing), "= 0")
    figure(f"payloads that made the server fail, {kind}", len(failed), "= 0")


def _try(ask: Any, failed: list[str]) -> None:
    try:
        ask()
    except AccsynError:
        pass  # a refusal is an answer
    except Exception as error:  # noqa: BLE001  # this is what is looked for
        failed.append(repr(error))


def _differing(admin: Any, every: list[dict[str, Any]], text: str) -> list[str]:
    """Ask for a text as a value; compare with what the language means."""
    try:
        query = render(Comparison("name", Operator.EQUAL, text))
        expected = [q["id"] for q in every if evaluate(parse_expression(query), q)]
    except QueryError:
        return []  # the language cannot write it
    try:
        found = [q["id"] for q in admin.find("queue", query) if q["id"] in {q["id"] for q in every}]
    except AccsynError:
        return []
    return [] if found == expected else [text]


def test_what_was_written_comes_back_as_it_was(studio):
    admin = studio.client("admin")
    for text in random.Random(1).sample(payloads(), 25):
        made = admin.create("queue", {"name": f"x{text}"})
        metadata = {f"a{text}": [text, {text: text}]}
        admin.edit("queue", made["id"], metadata=metadata)
        found = admin.get("queue", made["id"])
        assert (found["name"], found["metadata"]) == (f"x{text}".strip(), metadata)
