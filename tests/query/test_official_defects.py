"""What the official query decoding gets wrong (Q1 to Q29 of the reference) is right here."""

from __future__ import annotations

import re

import pytest

from accsyn_orm.errors import QueryError, QuerySyntaxError, QueryValueError
from accsyn_orm.query import (
    And,
    Comparison,
    FieldRef,
    Operator,
    Statement,
    lowercase,
    parse,
    parse_expression,
    wire_expression,
)


def value_of(text: str) -> object:
    where = parse(text).where
    assert isinstance(where, Comparison)
    return where.value


def refused(text: str) -> QuerySyntaxError:
    with pytest.raises(QuerySyntaxError) as caught:
        parse(text)
    return caught.value


def test_q1_character_classes_of_a_regular_expression_are_not_inverted():
    text = r'Job WHERE name matches "\S+\.ZIP"'
    assert value_of(text) == r"\S+\.ZIP"
    assert wire_expression(text)[1] == r'name matches "\S+\.ZIP"'
    assert lowercase(r'Name MATCHES "\S+\.ZIP"') == r'name matches "\S+\.ZIP"'


def test_q2_anchors_of_a_regular_expression_are_not_changed():
    text = r'Job WHERE name matches "\W\B\A"'
    assert value_of(text) == r"\W\B\A"
    assert lowercase(wire_expression(text)[1]) == r'name matches "\W\B\A"'


def test_q3_character_ranges_of_a_regular_expression_are_not_changed():
    text = 'Job WHERE name matches "[A-Z]+"'
    assert value_of(text) == "[A-Z]+"
    assert lowercase(wire_expression(text)[1]) == 'name matches "[A-Z]+"'


def test_q4_named_groups_of_a_regular_expression_stay_valid():
    text = r'Job WHERE name matches "(?P<Year>\d+)"'
    kept = lowercase(wire_expression(text)[1])
    assert kept == r'name matches "(?P<Year>\d+)"'
    assert re.compile(parse_expression(kept).value).groupindex == {"Year": 1}


def test_q5_case_significant_values_keep_their_case():
    text = 'Folder WHERE path="Projects/TheProject"'
    assert value_of(text) == "Projects/TheProject"
    assert wire_expression(text)[1] == 'path="Projects/TheProject"'


def test_q6_letters_that_change_length_in_lower_case_are_not_changed():
    assert value_of('Job WHERE name="İ"') == "\u0130"
    assert wire_expression('Job WHERE name="İ"')[1] == 'name="\u0130"'


def test_q7_a_line_break_separates_words():
    assert parse("Job WHERE code=x\nAND status=done") == parse("Job WHERE code=x AND status=done")
    assert wire_expression("Job WHERE code=x\nAND status=done")[1] == "code=x AND status=done"


def test_q8_a_statement_may_have_several_lines():
    assert parse("Job\nWHERE code=x") == parse("Job WHERE code=x")


def test_q9_a_line_break_within_quotes_is_kept():
    assert value_of('Job WHERE code="a\nb"') == "a\nb"
    assert wire_expression('Job WHERE code="a\nb"')[1] == 'code="a\nb"'


def test_q10_a_tab_within_quotes_is_kept():
    assert value_of('Job WHERE code="a\tb"') == "a\tb"
    assert wire_expression('Job WHERE code="a\tb"')[1] == 'code="a\tb"'


def test_q11_a_carriage_return_is_white_space():
    assert value_of("Job WHERE code=x\r\n") == "x"
    assert wire_expression("Job WHERE code=x\r\nAND a=1")[1] == "code=x AND a=1"


def test_q12_an_unbalanced_quote_is_refused():
    assert refused('Job WHERE code="x').position == len("Job WHERE code=")


def test_q13_unbalanced_parentheses_are_refused():
    assert refused("Job WHERE (code=x").position == len("Job WHERE ")
    assert refused("Job WHERE code=x)").position == len("Job WHERE code=x")


@pytest.mark.parametrize(
    "text",
    ["(Job WHERE code=x", "Job) WHERE code=x", '"Job WHERE code=x', "'Job WHERE code=x'"],
    ids=["q14", "q15", "q16", "q17"],
)
def test_q14_to_q17_a_malformed_entity_type_does_not_swallow_the_condition(text: str):
    refused(text)


def test_q18_where_may_be_followed_by_a_parenthesis():
    assert parse("Job WHERE(code=x)") == parse("Job WHERE code=x")


def test_q19_a_backslash_is_no_escape_and_the_text_behind_it_is_refused():
    assert "AND or OR" in refused(r'Job WHERE code="a \" b" AND status=done').reason
    assert value_of("Job WHERE code='a \" b'") == 'a " b'


@pytest.mark.parametrize("text", ["Job WHERE", "Job code=x", "Job foo code=x"])
def test_q20_an_incomplete_statement_is_a_typed_error(text: str):
    assert isinstance(refused(text), (QueryError, ValueError))


@pytest.mark.parametrize("text", ["Job WHERE and and and", "Job WHERE = x", "Job WHERE code"])
def test_q21_a_malformed_condition_is_refused(text: str):
    assert refused(text).hint


def test_q22_a_second_where_is_refused():
    assert refused("Job WHERE code=x where status=done").reason == "a second WHERE"


@pytest.mark.parametrize("entity", ["Job/../user", "Job,User", "*"])
def test_q23_nothing_can_be_injected_by_the_entity_type(entity: str):
    refused(f"{entity} WHERE code=x")
    with pytest.raises(QueryValueError):
        Statement(entity.lower())


def test_q24_an_attributes_query_may_have_any_condition():
    both = And(
        (
            Comparison("entitytype", Operator.EQUAL, "job"),
            Comparison("create", Operator.EQUAL, "true"),
        )
    )
    assert parse("attributes WHERE entitytype=job AND create=true") == Statement("attributes", both)
    assert parse("attributes WHERE (entitytype=job)").where == both.operands[0]
    assert parse("attributes WHERE entitytype!=job").where == ~both.operands[0]


def test_q25_a_non_breaking_space_separates():
    assert parse("Job\u00a0WHERE code=x") == parse("Job WHERE code=x")


def test_q26_a_value_with_an_apostrophe_is_quoted_by_the_builder():
    expression = FieldRef[str]("code") == "o'brien@x.com"
    assert str(expression) == 'code="o\'brien@x.com"'
    assert parse_expression(str(expression)) == expression


def test_q27_a_value_with_a_blank_is_quoted_by_the_builder():
    user, code, kind = FieldRef[str]("user"), FieldRef[str]("code"), FieldRef[int]("type")
    expression = (user == "5bfe") & (code == "my host") & (kind == 0)
    assert str(expression) == 'user=5bfe AND code="my host" AND type=0'
    assert parse_expression(str(expression)) == expression


@pytest.mark.parametrize("name", ["John Doe", 'the "boss"', "o'brien", "AND", "a)b"])
def test_q28_user_names_of_any_kind_are_quoted_by_the_builder(name: str):
    expression = FieldRef[str]("code") == name
    assert parse_expression(str(expression)) == expression
    assert parse_expression(str(expression)).value == name


@pytest.mark.parametrize("query", [b"Job", 5])
def test_q29_what_is_no_text_is_the_same_error_class(query: object):
    with pytest.raises(QuerySyntaxError):
        parse(query)
