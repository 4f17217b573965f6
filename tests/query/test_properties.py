"""What holds for every expression and every text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm.errors import QuerySyntaxError
from accsyn_orm.query import (
    And,
    Comparison,
    Expression,
    FieldRef,
    Operator,
    Or,
    Statement,
    lowercase,
    parse,
    parse_expression,
    raw,
    render,
    wire_expression,
)
from accsyn_orm.query.nodes import KEYWORDS, all_of, any_of

QUERIES = (Path(__file__).parent.parent / "data" / "queries.txt").read_text("utf-8").splitlines()

CALM = settings(deadline=None, max_examples=100)  # the first example also builds the parser

words = st.text("abcdinort_", min_size=1, max_size=6).filter(lambda word: word not in KEYWORDS)
names = st.builds(".".join, st.lists(words, min_size=1, max_size=3)) | st.sampled_from(
    ["job.id", "metadata.my-key", "a.0", "x1"]
)
texts = st.one_of(
    st.sampled_from(
        ["", "AND", "in", "null", "* backup", "o'brien", 'say "hi"', "a,b", "İ", "\ud800"]
    ),
    st.text(st.characters(blacklist_characters='"')),
    st.text(st.characters(blacklist_characters="'")),
    st.text(st.sampled_from("ab=<>!() ,*'\t\n\\.")),
)
items = st.lists(
    texts.filter(
        lambda text: text and "," not in text and '"' not in text and text == text.strip()
    ),
    min_size=1,
    max_size=4,
).map(tuple)
singles = st.builds(
    Comparison, names, st.sampled_from([o for o in Operator if not o.takes_list]), texts
)
lists = st.builds(Comparison, names, st.sampled_from([Operator.IN, Operator.NOT_IN]), items)
expressions: st.SearchStrategy[Expression] = st.recursive(
    singles | lists,
    lambda inner: st.builds(
        lambda kind, operands: kind(tuple(operands)),
        st.sampled_from([And, Or]),
        st.lists(inner, min_size=2, max_size=4),
    ),
    max_leaves=8,
)
entities = words.filter(lambda word: word[0] != "_")
statements = st.builds(Statement, entities, st.none() | expressions)


@CALM
@given(expressions)
def test_parse_is_the_inverse_of_render(expression: Expression):
    found = parse_expression(render(expression))
    assert found == expression
    assert hash(found) == hash(expression)


@CALM
@given(expressions)
def test_canonical_text_is_a_fixed_point(expression: Expression):
    text = render(expression)
    assert render(parse_expression(text)) == text


@CALM
@given(statements)
def test_statements_read_back_as_themselves(statement: Statement):
    assert parse(str(statement)) == statement


@CALM
@given(statements)
def test_wire_text_of_a_canonical_statement_is_its_condition(statement: Statement):
    entity, expression = wire_expression(str(statement))
    assert entity == statement.entity
    assert expression == (None if statement.where is None else render(statement.where))


@CALM
@given(expressions)
def test_lowercase_twice_is_lowercase_once(expression: Expression):
    once = lowercase(render(expression))
    assert lowercase(once) == once


@CALM
@given(expressions)
def test_negating_twice_gives_the_same_expression(expression: Expression):
    assert ~~expression == expression


def rebuilt(expression: Expression) -> Expression:
    """Build an expression anew as a user would, with fields and operators of Python."""
    if isinstance(expression, (And, Or)):
        join = all_of if isinstance(expression, And) else any_of
        return join([rebuilt(operand) for operand in expression.operands])
    field = FieldRef[str](expression.attribute)
    builders = {
        Operator.EQUAL: field.__eq__,
        Operator.NOT_EQUAL: field.__ne__,
        Operator.LESS: field.__lt__,
        Operator.LESS_EQUAL: field.__le__,
        Operator.GREATER: field.__gt__,
        Operator.GREATER_EQUAL: field.__ge__,
        Operator.IN: field.in_,
        Operator.NOT_IN: field.not_in,
        Operator.CONTAINS: field.contains,
        Operator.NOT_CONTAINS: field.not_contains,
        Operator.MATCHES: field.matches,
        Operator.NOT_MATCHES: field.not_matches,
    }
    return builders[expression.operator](expression.value)


@CALM
@given(expressions)
def test_text_and_builder_give_equal_trees(expression: Expression):
    assert rebuilt(expression) == parse_expression(render(expression)) == expression


@CALM
@given(texts)
def test_in_with_one_item_means_equal(text: str):
    found = FieldRef[str]("code").in_([raw(text)])
    equal = Comparison("code", Operator.EQUAL, text)
    for value in (text, text.upper(), "other", None):
        assert found.evaluate({"code": value}) is equal.evaluate({"code": value})


# -- texts that may be anything -------------------------------------------------------------------


def read(text: str) -> None:
    for reader in (parse, parse_expression, wire_expression):
        error = failure(reader, text)
        if error is not None:
            assert 0 <= error.position <= len(text)
            assert error.reason
            assert str(error)
    lowercase(text)


def failure(reader: Callable[[str], object], text: str) -> QuerySyntaxError | None:
    try:
        reader(text)
    except QuerySyntaxError as error:
        return error
    return None


@CALM
@given(st.text(st.characters()))
def test_no_text_raises_anything_but_a_syntax_error(text: str):
    read(text)
    read(f"Job WHERE {text}")
    read(f"Job WHERE code={text}")


pieces = st.sampled_from(
    [
        "Job",
        "WHERE",
        "where",
        "AND",
        "or",
        "NOT",
        "in",
        "contains",
        "matches",
        "code",
        "name.x",
        "=",
        "!=",
        "<>",
        "<",
        ">",
        "!",
        "(",
        ")",
        ",",
        "'",
        '"',
        "0",
        "0,2",
        "x",
        "*",
        ";",
        "&",
        "|",
        "\n",
        "\t",
        "\x00",
        "�",
        "İ",
        "\u017f",
        "K",
        "LIMIT",
        "==",
        "~",
    ]
)


@CALM
@given(st.lists(st.tuples(pieces, st.sampled_from(["", " "]))))
def test_no_sequence_of_tokens_raises_anything_but_a_syntax_error(parts: list[tuple[str, str]]):
    text = "".join(piece + space for piece, space in parts)
    read(text)
    read(f"Job WHERE {text}")


@CALM
@given(st.sampled_from(QUERIES), st.data())
def test_no_damaged_query_raises_anything_but_a_syntax_error(query: str, data: st.DataObject):
    start = data.draw(st.integers(0, len(query)))
    end = data.draw(st.integers(start, min(len(query), start + 5)))
    inserted = data.draw(st.text(max_size=3) | pieces)
    read(query[:start] + inserted + query[end:])


@CALM
@given(st.integers(0, 100), st.sampled_from(["(", "(a=1 OR ", "(a=1 AND (b=2 OR ", "a=1 AND ("]))
def test_no_depth_raises_anything_but_a_syntax_error(depth: int, opening: str):
    text = opening * depth + "a=1" + ")" * (depth * opening.count("("))
    read(text)
    read(text[:-1])
