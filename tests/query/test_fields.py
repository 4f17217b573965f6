"""Comparisons written in Python build the tree the parser builds."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

import pytest

from accsyn_orm.errors import QueryFieldError, QueryValueError
from accsyn_orm.query import (
    Comparison,
    Expression,
    FieldRef,
    Operator,
    UnboundField,
    parse_expression,
    raw,
)

code = FieldRef[str]("code")
priority = FieldRef[int]("priority")
created = FieldRef[datetime]("created")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (code == "Daily backup", 'code="Daily backup"'),
        (code != "x", "code!=x"),
        (code == None, "code=null"),
        (priority < 5, "priority<5"),
        (priority <= 5, "priority<=5"),
        (priority > 5, "priority>5"),
        (priority >= 5, "priority>=5"),
        (5 > priority, "priority<5"),  # noqa: SIM300  # the reflected operator
        (priority == raw("high"), "priority=high"),
        (priority < raw("high"), "priority<high"),
        (created > datetime(2026, 11, 1, tzinfo=timezone.utc), "created>2026-11-01T00:00:00"),
        (code.in_(["a", "b"]), "code IN a,b"),
        (code.in_(name for name in "ab"), "code IN a,b"),
        (code.in_(["a"]), "code IN a"),
        (code.in_(["a", None]), "code IN a,null"),
        (priority.not_in({7}), "priority NOT IN 7"),
        (code.contains("a*b"), "code CONTAINS a*b"),
        (code.not_contains("a b"), 'code NOT CONTAINS "a b"'),
        (code.matches(r"\d+ (a|b)"), r'code MATCHES "\d+ (a|b)"'),
        (code.not_matches("^x"), "code NOT MATCHES ^x"),
        (code.startswith("Daily"), "code=Daily*"),
        (code.endswith("backup"), "code=*backup"),
        (code.exact("Daily"), "code=Daily"),
        (code.raw("wibble"), "code=wibble"),
        (code.raw("wibble", operator=Operator.CONTAINS), "code CONTAINS wibble"),
        (
            (code == "a") & ((priority > 1) | ~(priority == 5)),
            "code=a AND (priority>1 OR priority!=5)",
        ),
    ],
    ids=str,
)
def test_builder_and_text_give_the_same_tree(expression: Expression, text: str):
    assert str(expression) == text
    assert parse_expression(text) == expression


@pytest.mark.parametrize(
    ("items", "text"),
    [
        (["a", "b,c"], 'code IN a OR code="b,c"'),
        (["b,c"], 'code="b,c"'),
        ([" a"], 'code=" a"'),
        (["", "a", "b"], 'code IN a,b OR code=""'),
        (["it's", 'say "x"'], "code IN it's OR code='say \"x\"'".replace("it's", '"it\'s"')),
    ],
)
def test_in_rewrites_items_that_a_list_cannot_hold(items: list[str], text: str):
    assert str(code.in_(items)) == text
    assert parse_expression(text) == code.in_(items)
    assert code.not_in(items) == ~code.in_(items)


@pytest.mark.parametrize("items", [[], (), iter([])])
def test_in_needs_an_item(items: Any):
    with pytest.raises(QueryValueError, match="at least one item"):
        code.in_(items)


@pytest.mark.parametrize("items", ["failed", b"failed"])
def test_in_refuses_a_single_text_instead_of_its_letters(items: Any):
    with pytest.raises(QueryValueError, match=r"write in_\(\[…\]\)"):
        code.in_(items)


@pytest.mark.parametrize(
    ("expression", "pattern", "hit", "miss"),
    [
        (code.exact("a*b"), r"^a\*b$", "A*B", "axb"),
        (code.startswith("5* "), r"^5\*\ ", "5* hotel", "55 hotel"),
        (code.endswith("*.zip"), r"\*\.zip$", "all*.zip", "all.zip"),
        (code.exact("a\"b'"), r"^a\x22b\x27$", "A\"B'", "ab"),
    ],
)
def test_text_is_taken_literally_by_a_pattern_where_a_wildcard_would_lie(
    expression: Comparison, pattern: str, hit: str, miss: str
):
    assert expression.operator is Operator.MATCHES
    assert expression.value == pattern
    assert expression.evaluate({"code": hit})
    assert not expression.evaluate({"code": miss})


def test_a_value_with_both_kinds_of_quotes_is_refused_by_name():
    with pytest.raises(QueryValueError, match=re.escape(repr("a\"b'"))):
        code == "a\"b'"  # noqa: B015  # raises


@pytest.mark.parametrize("compare", ["__lt__", "__le__", "__gt__", "__ge__"])
def test_nothing_is_less_or_greater_than_null(compare: str):
    with pytest.raises(QueryValueError, match="null"):
        getattr(priority, compare)(None)


def test_fields_without_a_type_leave_comparisons_unchecked():
    field = UnboundField("status")
    assert not (field == "wibble").is_checked
    assert not field.in_(["a", "b"]).is_checked
    assert (field == raw("wibble")).is_checked
    assert field.raw("wibble").is_checked
    assert isinstance(field, FieldRef)
    assert repr(field) == "Field('status')"


def test_fields_with_a_type_check_what_they_are_compared_with():
    seen: list[object] = []

    def literal(value: object) -> str:
        seen.append(value)
        if value == "wibble":
            raise QueryValueError(value, "is no status")
        return str(value)

    field = FieldRef[str]("status", label="Job.status", literal=literal)
    assert (field == "failed").is_checked
    assert field.in_(["failed", "done"]).is_checked
    assert field.contains("wib").is_checked
    assert seen == ["failed", "failed", "done"]
    for build in (field.__eq__, field.__ne__, field.__lt__, field.exact):
        with pytest.raises(QueryValueError, match="is no status"):
            build("wibble")
    with pytest.raises(QueryValueError, match="is no status"):
        field.in_(["failed", "wibble"])
    assert (field == raw("wibble")).value == "wibble"


def test_fields_have_a_name_a_label_and_a_hash():
    field = FieldRef[str]("status", label="Job.status")
    assert (field.name, field.label, repr(field)) == (
        "status",
        "Job.status",
        "Job.status",
    )
    assert code.label == "code"
    assert {field: 1, code: 2, FieldRef[str]("status", label="Job.status"): 3}[field] == 1


@pytest.mark.parametrize("name", ["", "no such", "where"])
def test_fields_of_impossible_names_build_nothing(name: str):
    with pytest.raises(QueryValueError, match="not an attribute name"):
        FieldRef[str](name).contains("x")


@pytest.mark.parametrize("name", ["contains", "not_contains", "matches", "startswith", "exact"])
@pytest.mark.parametrize("value", [5, None, True])
def test_comparisons_of_text_take_nothing_else(name: str, value: Any):
    with pytest.raises(QueryValueError, match=f"takes a text, not {type(value).__name__}"):
        getattr(code, name)(value)


def test_keys_of_dictionaries_are_fields():
    metadata = FieldRef[dict[str, Any]]("metadata", is_mapping=True)
    expression = metadata["Shot"]["Code"] == "sh010"
    assert expression == parse_expression("metadata.shot.code=sh010")
    assert expression.evaluate({"metadata": {"Shot": {"code": "SH010"}}})
    assert UnboundField("metadata")["shot"].name == "metadata.shot"


def test_other_fields_have_no_keys():
    text: Any = code
    with pytest.raises(QueryFieldError, match="holds no dictionaries"):
        text["shot"]
    with pytest.raises(TypeError):
        iter(text)
