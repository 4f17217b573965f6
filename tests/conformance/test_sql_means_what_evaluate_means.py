"""The SQL compiler and the reference evaluator select the same rows, from whatever data.

Every example stores random entities, compiles random expressions over their attributes, and
compares the ids that SQL selects with those whose record, as sent to that generation, `evaluate`
accepts. Hypothesis draws the values; a seeded generator, much faster, deals them out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, case, insert, select

from accsyn_orm.errors import QueryValueError
from accsyn_orm.query.evaluate import evaluate
from accsyn_orm.query.nodes import And, Comparison, Expression, Operator, Or, negate
from accsyn_orm.server.search.compile import compile_filter
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.records import select_records, to_columns
from accsyn_orm.server.storage.tables import (
    CLIENTS,
    ENTITIES,
    QUEUES,
    SHARES,
    Attribute,
    EntityTable,
    Generation,
    Kind,
    Scope,
)

WORKSPACE = "6645fbca9f8c4d3e7a3b678d"
IDS = {
    "user": [f"{n:024x}" for n in range(1, 5)],
    "queue": [f"{n:024x}" for n in range(11, 15)],
    "job": [f"{n:024x}" for n in range(21, 27)],
    "engine": [f"{n:024x}" for n in range(31, 33)],
    "site": [f"{n:024x}" for n in range(41, 43)],
    "client": [f"{n:024x}" for n in range(51, 55)],
    "share": [f"{n:024x}" for n in range(61, 65)],
    "acl": [f"{n:024x}" for n in range(71, 75)],
    "task": [f"26468234-c9ee-48d6-8d28-e900b595712{n}" for n in range(6)],
}
PARTIES = {
    "workspace": [f"workspace:{WORKSPACE}"],
    **{kind: [f"{kind}:{ident}" for ident in IDS[kind]] for kind in ("user", "site", "share")},
}

# -- data -----------------------------------------------------------------------------------------

TRICKY = "aAbBsSiIkKtT İıßẞΣςσ\u212aéÉ😀%_\\*'\".,()[]:/!@-0179"
WORDS = ["null", "NULL", "true", "0", "1e3", "hq", "user", "standard", "paused", "İ", "STRASSE"]
KEYS = ["shot", "Shot", "SHOT", "shot", "id", "n-1", "external", "a b", "\u212a"]
FRACTIONS = [-1.0, 0.0, 0.1, 0.30000000000000004, 1e16, 2.0**53, 1e300, 5e-324, -2.5, -2.51]

texts = st.text(TRICKY, max_size=6) | st.sampled_from(WORDS)
codes = st.text("aAbBiİßΣς%_*'.-01", min_size=1, max_size=5)
integers = st.integers(-3, 3) | st.sampled_from([2**53, 2**53 + 1, 2**63 - 1, -(2**63)])
leaves = (
    st.none()
    | st.booleans()
    | integers
    | texts
    | st.sampled_from([10**30, -(10**30), 2, "2.5", *FRACTIONS])
)
documents = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=5,
)


@dataclass(frozen=True)
class Pool:
    """The values of one example."""

    texts: list[str]
    codes: list[str]
    integers: list[int]
    documents: list[Any]
    random: Random

    def value(self, attribute: Attribute) -> Any:
        """Pick a value for an attribute; now and then there is none."""
        choose = self.random.choice
        if self.random.random() < 0.15:
            return None
        idents = [ident for target in attribute.targets for ident in IDS.get(target, ())]
        values: dict[Kind, list[Any]] = {
            Kind.NUMBER: FRACTIONS if attribute.is_fraction else self.integers,
            Kind.BOOLEAN: [True, False],
            Kind.DATETIME: ["2026-11-01T00:00:00", "2026-11-23T21:34:00", "1970-01-01T01:00:00"],
            Kind.PARTY: [party for kind in attribute.targets for party in PARTIES.get(kind, ())],
            Kind.REFERENCE: idents,
            Kind.JSON: [
                {choose(KEYS): choose(self.documents), choose(KEYS): choose(self.documents)}
            ],
            Kind.TEXT: self.texts,
        }
        return choose(values[attribute.kind])

    def row(self, entity: EntityTable, number: int, *, is_searched: bool) -> dict[str, Any]:
        """Make the columns of one row; one that is not searched need not have all values."""
        stored = [a for a in entity.attributes.values() if a.shown_in and a.is_stored]
        values = {a.name: self.value(a) for a in stored if is_searched and a.name != "id"}
        values.update(self.fixed(entity, number))
        scope = self.random.choice([Scope.ACTIVE, Scope.INACTIVE]).value
        own = {"id": IDS[entity.name][number], "workspace": WORKSPACE, "scope": scope}
        return {**own, **to_columns(entity, values)}

    def fixed(self, entity: EntityTable, number: int) -> dict[str, Any]:
        """Give what the workspace would never leave to chance."""
        code = f"{self.random.choice(self.codes)}{number}"
        choose = self.random.choice
        named = {"code": code, "name": code}
        fixed: dict[str, dict[str, Any]] = {
            "user": {"code": code, "role": choose(["admin", "employee", "standard"])},
            "queue": {
                "code": code,
                "status": choose(["waiting", "paused"]),
                "uri": f"acmefilm/{code}",
            },
            "job": {"name": choose(self.texts) or "x", "type": choose([1, 3, 7])},
            "task": {"uri": str(number), "job": choose(IDS["job"])},
            "engine": {"code": code},
            "site": {"code": code},
            "client": {
                **named,
                "type": choose(range(5)),
                "status": choose(["online", "online", "offline", "disabled"]),
            },
            # Readable forms hold the name, and SQL compares the code: here they are the same.
            "share": {
                **named,
                "type": choose(["volume", "folder", "home", "collection"]),
                "status": choose(["enabled", "disabled"]),
                "server": choose(IDS["client"]),
            },
            "acl": {},
        }
        return fixed[entity.name]


pools = st.builds(
    Pool,
    st.lists(texts, min_size=3, max_size=6),
    st.lists(codes, min_size=2, max_size=3),
    st.lists(integers, min_size=2, max_size=4),
    st.lists(documents, min_size=2, max_size=4),
    st.integers(0, 2**32).map(Random),
)


@pytest.fixture(scope="module")
def studio(database: Database) -> Database:
    with database.writing() as connection:
        home = {"id": WORKSPACE, "workspace": WORKSPACE}
        workspaces = ENTITIES["workspace"]
        columns = to_columns(workspaces, {"code": "AcmeFilm"})
        connection.execute(insert(workspaces.table).values(**home, **columns))
    return database


def store(connection: Connection, searched: EntityTable, pool: Pool) -> None:
    for name, idents in IDS.items():
        entity = ENTITIES[name]
        numbers = range(len(idents))
        rows = [pool.row(entity, number, is_searched=entity is searched) for number in numbers]
        connection.execute(insert(entity.table), rows)


def records(
    connection: Connection, entity: EntityTable, generation: Generation
) -> dict[str, dict[str, Any]]:
    """Read every record; complete the readable companions that are not sent."""
    codes_of = {
        row.id: row.code
        for target in (QUEUES, CLIENTS, SHARES)
        for row in connection.execute(select(target.table))
    }
    found = {}
    for row in connection.execute(select_records(entity, generation)).mappings():
        record = dict(row)
        for name in ("queue", "parent", "server"):
            ident = record.get(name)
            if ident in codes_of and f"{name}_hr" not in record:
                record[f"{name}_hr"] = f"{codes_of[ident]}({ident})"
        found[record["id"]] = record
    return found


# -- expressions ----------------------------------------------------------------------------------

OPERATORS = [*Operator, Operator.EQUAL, Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN]
NUMBERS = [
    *("0", "1", "-1", "+2", "2.50", "1.5", "00", "1e0", "-2.5", "0.1", "5e-324", "1e400", "-1e400"),
    *("1e30", "1000000000000000000000000000000", "-1000000000000000000000000000000", "-3", "null"),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775808", "9.3e18", "-9.3e18"),
    *("-9223372036854775809", "9007199254740993", "9007199254740992.0", "9007199254740991"),
]
TEXTS = [
    *("", "*", "null", "Null", "x", "_", "%", "*%*", "*_*", "user", "standard", "paused"),
    *("Disabled-offline", "offline", "*OFF*", "enabled"),
]
PEOPLE = [
    *("hq", "HQ", "h*", "acmefilm", "null"),
    *("organization:*", "workspace:*", "user:*", "job:*", "site:*", "share:*"),
]
DATES = ["2026-11-*", "2026-11-02", "2026-11-01t00:00:00", "2026-11-23S", "1970-*", "null"]
LITERALS: dict[Kind, list[str]] = {
    Kind.TEXT: TEXTS,
    Kind.NUMBER: [*NUMBERS, "\u0661", "nan", "inf", "x", "-2.51"],
    Kind.BOOLEAN: ["true", "FALSE", "1", "0", "null", "t*", "yes"],
    Kind.DATETIME: DATES,
    Kind.REFERENCE: PEOPLE,
    Kind.PARTY: PEOPLE,
    Kind.READABLE: PEOPLE,
    Kind.JSON: [*NUMBERS[:13], "true", "0", "*", "null", "-2.51", "-2.505"],
}
PATHS = ["", ".shot", ".shot", ".shot.id", ".id", ".id.id", ".n-1", ".external", ".external.shot"]
PIECES = [
    *("a", "[ab]", "[^a]", ".", "b*", "(a|s)", "0?", "u", "1+", "-", "s{1,2}", "i", "x{,2}"),
    *(r"\w", r"\W", r"\d", r"\D+", r"\s", r"\S", r"[\w-]", r"[^\d]", r"\Z"),
]
"""Pieces of regular expressions; `accsyn_orm.server.search.patterns` gives them one meaning."""


def scalar_texts(value: Any) -> Iterator[str]:
    """Yield the texts of everything in a record."""
    if isinstance(value, dict):
        for member in value.values():
            yield from scalar_texts(member)
    elif isinstance(value, list):
        for element in value:
            yield from scalar_texts(element)
    elif value is not None:
        yield value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True)
class Questions:
    """Makes expressions about entities of one type, with literals mostly from their data."""

    entity: EntityTable
    generation: Generation
    records: list[dict[str, Any]]
    random: Random

    def attribute(self) -> Attribute:
        shown = [a for a in self.entity.attributes.values() if self.generation in a.shown_in]
        kind = self.random.choice(sorted({a.kind for a in shown}, key=str))
        return self.random.choice([a for a in shown if a.kind is kind])

    def name(self, attribute: Attribute) -> str:
        if attribute.kind is Kind.JSON:
            return f"{attribute.name}{self.random.choice(PATHS)}"
        refers = attribute.kind in {Kind.REFERENCE, Kind.PARTY}
        return f"{attribute.name}.id" if refers and self.random.random() < 0.2 else attribute.name

    def literal(self, attribute: Attribute) -> str:
        """Make a literal that is likely to be equal, or nearly, to the attribute somewhere."""
        choose = self.random.choice
        record = choose(self.records)
        seen = [*scalar_texts(record.get(attribute.name)), *scalar_texts(record)]
        likely = [*scalar_texts(record.get(f"{attribute.name}_hr")), *seen[:3]]
        if self.random.random() < 0.3 or not seen:
            return choose(LITERALS[attribute.kind])
        text = choose(likely or seen) if self.random.random() < 0.8 else choose(seen)
        cut = self.random.randint(0, len(text))
        code = re.split(r"[\[(]", text.rpartition(":")[2].rpartition("/")[2])[0]
        parts = [text[:cut], text[cut:], code, text.rpartition(":")[2]]
        part = choose([text, text, text, *parts])
        return choose([part, part, part.swapcase(), f"{part}*", f"*{part}", f"{text[:cut]}**"])

    def pattern(self) -> str:
        pieces = self.random.choices(PIECES, k=self.random.randint(1, 3))
        return self.random.choice(["", "^"]) + "".join(pieces) + self.random.choice(["", "$"])

    def comparison(self) -> Comparison:
        attribute = self.attribute()
        operator = self.random.choice(OPERATORS)
        value: str | tuple[str, ...] = self.literal(attribute)
        if operator in {Operator.MATCHES, Operator.NOT_MATCHES}:
            value = self.pattern()
        elif operator.takes_list:
            items = (self.literal(attribute).replace(",", "").strip() for _ in range(3))
            value = tuple(filter(None, items))
        try:
            return Comparison(self.name(attribute), operator, value)
        except QueryValueError:  # both kinds of quotes, or nothing left of a list
            return Comparison("id", operator, ("null",) if operator.takes_list else "null")

    def expression(self, depth: int = 2) -> Expression:
        if depth == 0 or self.random.random() < 0.3:
            return self.comparison()
        parts = tuple(self.expression(depth - 1) for _ in range(self.random.randint(2, 3)))
        whole: Expression = And(parts) if self.random.random() < 0.5 else Or(parts)
        return whole if self.random.random() < 0.5 else negate(whole)


SEARCHED = ["user", "queue", "job", "task", "site", "client", "engine", "share", "acl"]


@pytest.mark.parametrize("name", SEARCHED)
@settings(
    max_examples=50,  # on each of the databases
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(pool=pools, generation=st.sampled_from(["v1", "v3"]))
def test_sql_selects_what_evaluate_accepts(
    studio: Database, name: str, pool: Pool, generation: Generation
) -> None:
    entity = ENTITIES[name]
    with studio.engine.connect() as connection:
        store(connection, entity, pool)
        sent = records(connection, entity, generation)
        questions = Questions(entity, generation, list(sent.values()), pool.random)
        asked = [*(questions.comparison() for _ in range(16)), questions.expression()]
        # One statement answers all questions: a statement each would take most of the time.
        holds = [
            case((compile_filter(expression, entity, generation=generation), 1), else_=0)
            for expression in asked
        ]
        for ident, *answers in connection.execute(select(entity.table.c.id, *holds)):
            record = sent[ident]
            for expression, answer in zip(asked, answers, strict=True):
                expected = evaluate(expression, record)
                assert answer == expected, f"{generation}: {expression!r}\n{record}"
        connection.rollback()
