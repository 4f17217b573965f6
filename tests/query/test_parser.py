"""Statements, values and operators as they may be written."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from accsyn_orm.errors import QuerySyntaxError
from accsyn_orm.query import (
    And,
    Comparison,
    Operator,
    Or,
    Statement,
    lalr,
    lowercase,
    parse,
    parse_expression,
    wire_expression,
)
from accsyn_orm.query.nodes import MAX_NESTING

A = Comparison("a", Operator.EQUAL, "1")
B = Comparison("b", Operator.EQUAL, "2")
C = Comparison("c", Operator.EQUAL, "3")


@pytest.mark.parametrize("text", ["Job", "job", "JOB", "  Job\n", "\u3000Job\t"])
def test_parse_reads_an_entity_type_in_any_case(text: str):
    assert parse(text) == Statement("job")


@pytest.mark.parametrize(
    ("text", "operator", "value"),
    [
        ("a=1", "=", "1"),
        ("a != 1", "!=", "1"),
        ("a<>1", "!=", "1"),
        ("a <1", "<", "1"),
        ("a<= 1", "<=", "1"),
        ("a>1", ">", "1"),
        ("a >= 1", ">=", "1"),
        ("a contains x", "CONTAINS", "x"),
        ("a Not   Contains x", "NOT CONTAINS", "x"),
        ("a MATCHES x", "MATCHES", "x"),
        ("a not\nmatches x", "NOT MATCHES", "x"),
        ("a not\u00a0in 1", "NOT IN", ("1",)),
        ("a in 1", "IN", ("1",)),
        ("a IN 0,2", "IN", ("0", "2")),
        ("a in 0 , 2,\t3", "IN", ("0", "2", "3")),
        ('a in "first one, second"', "IN", ("first one", "second")),
        ("a in 'x,y'", "IN", ("x", "y")),
        ('a contains"x"', "CONTAINS", "x"),
    ],
)
def test_parse_reads_every_operator(text: str, operator: str, value: str | tuple[str, ...]):
    assert parse_expression(text) == Comparison("a", Operator(operator), value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ('""', ""),
        ("''", ""),
        ('"a  b"', "a  b"),
        ("'Daily backup'", "Daily backup"),
        ('"it\'s"', "it's"),
        ("'say \"hi\"'", 'say "hi"'),
        ('"(x)"', "(x)"),
        ('"and"', "and"),
        ('"İ"', "İ"),
        (r'"\S+\.ZIP"', r"\S+\.ZIP"),
        ("lisa@example.com", "lisa@example.com"),
        ("share:5a73", "share:5a73"),
        ("user:*", "user:*"),
        ("*backup", "*backup"),
        ("a=b", "a=b"),
        ("a,b", "a,b"),
        ("a,", "a,"),
        ("android", "android"),
        ("or-else", "or-else"),
        ("日本", "日本"),
        ("\ud800", "\ud800"),
        ("x\0y", "x\0y"),
    ],
)
def test_parse_keeps_values_as_they_are_written(written: str, value: str):
    assert parse_expression(f"code={written}") == Comparison("code", Operator.EQUAL, value)


def test_quoted_and_bare_values_are_the_same_node():
    assert parse("Job WHERE code=x") == parse('job where CODE="x"') == parse("JOB WHERE code='x'")


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("Job.ID=1", "job.id"),
        ("metadata.my-key=1", "metadata.my-key"),
        ("_x=1", "_x"),
        ("order=1", "order"),
        ("inner=1", "inner"),
        ("a.and=1", "a.and"),
    ],
)
def test_attributes_are_lower_cased_and_may_be_dotted(text: str, attribute: str):
    assert parse_expression(text) == Comparison(attribute, Operator.EQUAL, "1")


@pytest.mark.parametrize(
    "space", [" ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u2028", "\u3000", "\x0b", " \n\t "]
)
def test_any_unicode_white_space_separates(space: str):
    text = f"Job{space}WHERE{space}a=1{space}AND{space}b{space}={space}2"
    assert parse(text) == Statement("job", And((A, B)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1 AND b=2 OR c=3", Or((And((A, B)), C))),
        ("a=1 OR b=2 AND c=3", Or((A, And((B, C))))),
        ("a=1 AND (b=2 OR c=3)", And((A, Or((B, C))))),
        ("a=1 or b=2 or c=3", Or((A, B, C))),
        ("(a=1 AND b=2) AND c=3", And((A, B, C))),
        ("a=1 AND (b=2 AND c=3)", And((A, B, C))),
        ("a=1 OR (b=2 OR c=3)", Or((A, B, C))),
        ("((((a=1))))", A),
        ("(a=1)AND(b=2)", And((A, B))),
        ("( a=1 ) AND b=2", And((A, B))),
    ],
)
def test_and_binds_tighter_than_or_and_groups_of_one_kind_merge(text: str, expected: object):
    assert parse_expression(text) == expected


def test_where_may_touch_its_parenthesis():
    assert parse("Job WHERE(a=1)") == Statement("job", A)


def test_parse_returns_the_same_statement_for_the_same_text():
    assert parse("Job WHERE a=1") is parse("Job WHERE a=1")


def test_parse_does_not_keep_long_texts():
    text = "Job WHERE a IN " + ",".join(map(str, range(1_000)))
    first, second = parse(text), parse(text)
    assert first == second
    assert first is not second


def test_parse_may_be_used_by_many_threads_from_the_start():
    script = (
        "from concurrent.futures import ThreadPoolExecutor as Pool\n"
        "from accsyn_orm.query import parse\n"
        "texts = [f'Job WHERE a={i % 7}' for i in range(64)]\n"
        "with Pool(16) as pool: found = list(pool.map(parse, texts))\n"
        "assert found == [parse(text) for text in texts]\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_parsers_shared_by_threads_do_not_mix_texts():
    texts = [f"Job WHERE a={i} OR (b={i} AND c={i})" for i in range(200)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(parse, texts))
    assert [str(statement) for statement in found] == texts


def test_importing_the_package_does_not_load_lark():
    script = "import sys, accsyn_orm.query; assert 'lark' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


# -- size -----------------------------------------------------------------------------------------


def test_an_or_of_5000_terms_is_one_node():
    terms = [Comparison("id", Operator.EQUAL, str(i)) for i in range(5_000)]
    text = " OR ".join(f"id={i}" for i in range(5_000))
    assert parse_expression(text) == Or(tuple(terms))
    assert str(parse_expression(text)) == text


def test_a_list_of_5000_items_is_one_node():
    items = tuple(map(str, range(5_000)))
    assert parse_expression(f"id IN {','.join(items)}") == Comparison("id", Operator.IN, items)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("(" * 20_000 + "a=1" + ")" * 20_000, 1),
        ("(a=1 OR " * 20_000 + "a=1" + ")" * 20_000, 20_001),
        ("(" * 20_000 + "a=1" + " AND a=1)" * 20_000, 20_001),
    ],
    ids=["redundant", "right", "left"],
)
def test_parentheses_that_make_no_difference_may_be_20000_deep(text: str, terms: int):
    expression = parse_expression(text)
    found = 1 if isinstance(expression, Comparison) else len(expression.operands)
    assert found == terms


def nested(depth: int) -> str:
    """Let AND and OR alternate so many levels deep."""
    words = ["AND" if level % 2 else "OR" for level in range(depth)]
    return "".join(f"(a=1 {word} " for word in words) + "a=1" + ")" * depth


def test_and_and_or_may_alternate_to_the_limit():
    assert parse_expression(nested(MAX_NESTING)).depth == MAX_NESTING


@pytest.mark.parametrize("depth", [MAX_NESTING + 1, 20_000])
def test_deeper_alternation_is_refused_at_the_deepest_parenthesis(depth: int):
    text = nested(depth)
    with pytest.raises(QuerySyntaxError, match="alternate more than 24 levels") as caught:
        parse_expression(text)
    assert caught.value.position == text.rindex("(")


@pytest.mark.parametrize(
    "text",
    [
        "Job" + " " * 50_000 + "x",
        "Job WHERE a" + " " * 50_000 + "b",
        "Job WHERE " + "a." * 50_000,
        "Job WHERE a in " + ", " * 50_000,
        "Job WHERE a in b" + " , b" * 20_000 + " ,",
        "Job WHERE a " + "not " * 20_000,
        "Job WHERE a=" + '"' * 20_001,
        "Job WHERE " + "(" * 20_000 + "a=1",
        "a" * 50_000 + "-",
    ],
)
@pytest.mark.timeout(20)
def test_hostile_texts_are_refused_in_linear_time(text: str):
    with pytest.raises(QuerySyntaxError):
        parse(text)


# -- what goes to the backend ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Job WHERE  a = 1", "a=1"),
        ("Job WHERE status <> 'x'", "status<>'x'"),
        ("Job WHERE a=1\nand\tb=2", "a=1 and b=2"),
        ("Job WHERE( a=1 )OR( b=2 )", "(a=1) OR (b=2)"),
        ("Job WHERE ( ( a=1 ) )", "((a=1))"),
        ("Job WHERE name Not   Contains 'A  b'", "name Not Contains 'A  b'"),
        ('Job WHERE name matches"x"', 'name matches "x"'),
        ("Client WHERE type in 0 , 2", "type in 0,2"),
        ('Client WHERE type in "a, b"', 'type in "a, b"'),
        ("Job WHERE Code=X", "Code=X"),
        ('Job WHERE code=" x\n"', 'code=" x\n"'),
    ],
)
def test_wire_expression_keeps_the_tokens_and_drops_the_layout(text: str, expected: str):
    assert wire_expression(text)[1] == expected
    assert parse_expression(expected) == parse(text).where


def test_wire_expression_of_a_bare_entity_has_no_condition():
    assert wire_expression(" Job ") == ("job", None)


def test_wire_expression_refuses_what_parse_refuses():
    with pytest.raises(QuerySyntaxError):
        wire_expression("Job WHERE code=")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("Code=X AND Path='A B'", "code=x and path='a b'"),
        (r'name MATCHES "\S+\.ZIP" AND Code=X', r'name matches "\S+\.ZIP" and code=x'),
        (r"Name Not Matches \D+ OR A=B", r"name not matches \D+ or a=b"),
        ("name CONTAINS 'MATCHES X'", "name contains 'matches x'"),
        ("name='MATCHES X'", "name='matches x'"),
        ("5BFEB0381DA7EE4095FA217E", "5bfeb0381da7ee4095fa217e"),
        ("", ""),
    ],
)
def test_lowercase_spares_regular_expressions_only(expression: str, expected: str):
    assert lowercase(expression) == expected


def test_an_installed_package_reads_its_own_copy_of_the_grammar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "grammar").mkdir()
    (tmp_path / "grammar" / "accsyn.lark").write_text("// the wheel's", encoding="utf-8")
    monkeypatch.setattr("importlib.resources.files", lambda _package: tmp_path)
    assert lalr._grammar_text() == "// the wheel's"


def test_the_grammar_in_use_is_the_one_at_the_top_of_the_repository():
    top = Path(__file__).parents[2] / "grammar" / "accsyn.lark"
    assert lalr._grammar_text() == top.read_text(encoding="utf-8")
