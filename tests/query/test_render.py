"""The canonical text."""

from __future__ import annotations

from pathlib import Path

import pytest

from accsyn_orm.query import (
    And,
    Comparison,
    Operator,
    Or,
    Statement,
    parse,
    parse_expression,
    render,
    render_statement,
)

QUERIES = Path(__file__).parent.parent / "data" / "queries.txt"
A = Comparison("a", Operator.EQUAL, "1")
B = Comparison("b", Operator.LESS_EQUAL, "2")


@pytest.mark.parametrize("query", QUERIES.read_text(encoding="utf-8").splitlines())
def test_canonical_queries_read_and_render_unchanged(query: str):
    assert str(parse(query)) == query


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("done", "code=done"),
        ("Daily backup", 'code="Daily backup"'),
        ("", 'code=""'),
        ("a\u00a0b", 'code="a\u00a0b"'),
        ("a(b", 'code="a(b"'),
        ("it's", 'code="it\'s"'),
        ('say "hi"', "code='say \"hi\"'"),
        ("a,b", 'code="a,b"'),
        ("a=b", 'code="a=b"'),
        ("a!", 'code="a!"'),
        ("a<b", 'code="a<b"'),
        ("And", 'code="And"'),
        ("matches", 'code="matches"'),
        ("android", "code=android"),
        ("* backup", 'code="* backup"'),
        ("*.zip", "code=*.zip"),
        (r"\S+", r"code=\S+"),
        ("user:5bfe", "code=user:5bfe"),
        ("ÅÄÖ", "code=ÅÄÖ"),
    ],
)
def test_render_quotes_values_only_when_they_must_be(value: str, expected: str):
    node = Comparison("code", Operator.EQUAL, value)
    assert render(node) == expected
    assert parse_expression(expected) == node


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (("0", "2"), "type IN 0,2"),
        (("0",), "type IN 0"),
        (("first item", "second"), 'type IN "first item,second"'),
        (("and",), 'type IN "and"'),
        (("a", "or"), 'type IN "a,or"'),
        (("it's",), 'type IN "it\'s"'),
        (("a=1", "b"), 'type IN "a=1,b"'),
        (('"x"', "y"), "type IN '\"x\",y'"),
    ],
)
def test_render_writes_a_list_as_one_value(items: tuple[str, ...], expected: str):
    node = Comparison("type", Operator.IN, items)
    assert render(node) == expected
    assert parse_expression(expected) == node


@pytest.mark.parametrize("operator", Operator)
def test_render_sets_off_word_operators_only(operator: Operator):
    node = Comparison("a", operator, ("1",) if operator.takes_list else "1")
    expected = f"a {operator} 1" if str(operator)[0].isalpha() else f"a{operator}1"
    assert render(node) == str(node) == expected


def test_render_puts_parentheses_where_and_meets_or():
    assert render(Or((And((A, B)), A))) == "(a=1 AND b<=2) OR a=1"
    assert render(And((Or((A, B)), A))) == "(a=1 OR b<=2) AND a=1"
    assert str(And((A, B, A))) == "a=1 AND b<=2 AND a=1"


@pytest.mark.parametrize(
    ("entity", "expected"),
    [("job", "Job"), ("entitytypes", "entitytypes"), ("attributes", "attributes")],
)
def test_statements_begin_with_the_entity_as_people_write_it(entity: str, expected: str):
    assert render_statement(Statement(entity)) == expected
    assert str(Statement(entity, A)) == f"{expected} WHERE a=1"


def test_example_of_the_documentation_renders_canonically():
    text = (
        "job where ((user='5bfeb0381da7ee4095fa217e' and source<>hq) or status <> failed)"
        ' and CODE = "Daily backup"'
    )
    assert str(parse(text)) == (
        "Job WHERE ((user=5bfeb0381da7ee4095fa217e AND source!=hq) OR status!=failed)"
        ' AND code="Daily backup"'
    )
