"""The reference meaning of the language, rule by rule."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm.errors import QueryValueError
from accsyn_orm.query import parse_expression
from accsyn_orm.query.nodes import Operator


class Status(str, Enum):
    FAILED = "failed"


def holds(condition: str, value: Any) -> bool:
    return parse_expression(condition).evaluate({"x": value})


def check(value: Any, true: str, false: str) -> None:
    """Both are lists of conditions on ``x``, separated by semicolons."""
    for condition in filter(None, true.split("; ")):
        assert holds(condition, value), f"{condition} should hold for {value!r}"
    for condition in filter(None, false.split("; ")):
        assert not holds(condition, value), f"{condition} should not hold for {value!r}"


def test_text_is_compared_without_regard_to_case():
    check(
        "Straße",
        "x=STRASSE; x!=strass; x IN a,straße; x NOT IN a,b; x CONTAINS TRASS; x NOT CONTAINS y; "
        "x MATCHES ^STR; x NOT MATCHES ^tr",
        "x!=strasse; x=strass; x CONTAINS y",
    )


def test_text_is_ordered_by_code_point_of_its_folded_form():
    check("Beta", "x>ALPHA; x>=beta; x<=beta; x<gamma; x<10a OR x>10a", "x<beta; x>beta; x<5")


@pytest.mark.parametrize(
    ("pattern", "texts", "others"),
    [
        ("*", ["", "a", "a\nb"], []),
        ("a*", ["a", "ab", "A\nb"], ["", "ba"]),
        ("*a", ["a", "ba"], ["", "ab"]),
        ("*a*", ["a", "bab"], ["", "b"]),
        ("a*a", ["aa", "aba", "aaa"], ["a", "ab"]),
        ("a*b*c", ["abc", "axbxc", "abbcc"], ["acb", "ac"]),
        ("a**b", ["ab", "axb"], ["a"]),
        ("*ab*ab*", ["abab", "xabxabx"], ["ab", "aba"]),
        (".*", [".x", "."], ["x"]),
    ],
)
def test_star_stands_for_any_run_of_characters(pattern: str, texts: list[str], others: list[str]):
    for text in texts:
        check(text, f"x={pattern}; x IN y,{pattern}", f"x!={pattern}; x NOT IN y,{pattern}")
    for text in others:
        check(text, f"x!={pattern}; x NOT IN y,{pattern}", f"x={pattern}; x IN y,{pattern}")


@pytest.mark.timeout(10)
def test_stars_do_not_backtrack():
    assert not holds(f"x={'a*' * 500}b", "a" * 20_000)


def test_star_is_an_ordinary_character_in_contains():
    check("a*b", "x CONTAINS a*; x CONTAINS *b", "x CONTAINS a*b*")


def test_missing_and_none_equal_null_only():
    negative = "x!=a; x NOT IN a,b; x NOT CONTAINS a; x NOT MATCHES a"
    positive = 'x=a; x=*; x=""; x IN a,b; x CONTAINS a; x MATCHES .; x<a; x<=a; x>a; x>=a; x!=null'
    check(None, f"x=null; x=NULL; x IN a,null; {negative}", f"{positive}; x NOT IN a,null")
    assert parse_expression("y=null").evaluate({})
    assert not parse_expression("y>=0").evaluate({})


def test_null_is_an_ordinary_text_where_there_is_text():
    check("null", "x=null; x=nu*", "x!=null")
    check("", 'x!=null; x=""; x=*', "x=null")
    check(0, "x!=null", "x=null")
    check(False, "x!=null", "x=null")


def test_booleans_equal_their_spellings_and_have_no_order():
    check(True, "x=true; x=TRUE; x=1; x!=0; x!=yes; x IN 0,1", "x=false; x=yes; x=t*; x=*; x!=1")
    check(False, "x=false; x=0; x!=true", "x=true; x=no; x=null")
    for value in (True, False):
        check(value, "", "x<2; x<=1; x>0; x>=0; x CONTAINS e; x MATCHES .")


def test_numbers_are_compared_as_numbers():
    check(
        5,
        "x=5; x=5.0; x=+5; x=5e0; x=05; x<10; x>4.5; x>=5; x<=5; x IN 4,5; x!=6",
        "x<5; x>5; x=55",
    )
    check(-0.5, "x=-0.5; x=-5e-1; x<0", "x=0.5")
    check(0.1, "x=0.1; x=0.10", "x=0.100001")


def test_integers_are_compared_exactly():
    large = 2**63 + 1
    check(large, f"x={large}; x>{large - 1}; x<{large + 1}", f"x={large - 1}; x!={large}")
    check(1, f"x<{'9' * 5_000}; x=0{'0' * 5_000}1", "")


@pytest.mark.parametrize(
    "literal", ["abc", "5a", "\u0665", "0x5", "nan", "inf", "1_0", "5.", ".5", "5*", "*"]
)
def test_numbers_never_compare_with_what_is_no_decimal_literal(literal: str):
    check(5, f"x!={literal}", f"x={literal}; x<{literal}; x<={literal}; x>{literal}; x>={literal}")


def test_numbers_show_their_decimal_text_to_contains_and_matches():
    check(1050, "x CONTAINS 05; x MATCHES ^1; x NOT CONTAINS 9", "x CONTAINS 9; x MATCHES ^0")
    check(0.5, "x CONTAINS .5", "x MATCHES ^5")


def test_moments_are_their_utc_text():
    moment = datetime(2026, 11, 23, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    check(
        moment,
        "x=2026-11-22*; x=2026-11-22T23:30:00; x>2026-11; x CONTAINS T23; x MATCHES 6",
        "x=2026-11-23*; x<2026-11-22",
    )
    check(date(2026, 11, 23), "x=2026-11-23; x<2026-12", "x=2026-11-22")


def test_enumerations_are_their_values():
    check(Status.FAILED, "x=failed; x CONTAINS fail", "x=Status.FAILED")


@pytest.mark.parametrize("kind", [list, tuple])
def test_lists_satisfy_what_an_element_satisfies(kind: type):
    check(
        kind(["Storage", 5, None, {"a": "b"}, True, ["deep"]]),
        "x=storage; x=5; x>4; x CONTAINS stor; x=null; x IN 6,5; x!=a; x NOT CONTAINS z; x=true",
        "x!=storage; x=a; x=deep; x NOT IN 5,6",
    )
    check(kind([]), "x!=a; x!=null", "x=a; x=null; x=*")


def test_dictionaries_satisfy_no_positive_operator():
    check(
        {"a": 1},
        "x!=a; x NOT CONTAINS a; x!=null",
        "x=a; x=*; x=null; x<z; x CONTAINS a; x MATCHES a",
    )


@pytest.mark.parametrize("value", [object(), b"a", {1}])
def test_what_the_wire_cannot_hold_satisfies_no_positive_operator(value: object):
    check(value, "x!=a", "x=a; x=*; x CONTAINS a; x MATCHES .")


# -- attributes -----------------------------------------------------------------------------------


def test_dotted_names_walk_into_dictionaries_in_any_case():
    record = {"metadata": {"Shot": "sh010", "external": {"take": 5}}, "Status": "done"}
    for text in (
        "metadata.shot=SH010",
        "metadata.external.take=5",
        "status=done",
        "metadata.x=null",
    ):
        assert parse_expression(text).evaluate(record), text
    assert parse_expression("status.x=null").evaluate(record)


def test_an_exact_key_is_preferred_to_one_in_another_case():
    assert parse_expression("a=1").evaluate({"A": 2, "a": 1})


def test_the_id_of_a_reference_is_its_text():
    record = {"job": "5a73", "parent": {"id": "66fc"}}
    assert parse_expression("job.id=5a73 AND parent.id=66fc").evaluate(record)
    assert not parse_expression("job.code=5a73").evaluate(record)


@pytest.mark.parametrize(
    ("value", "readable", "spellings"),
    [
        ("66fc", "hq(66fc)", ["66fc", "hq"]),
        ("6676", "user:lisa@example.com[standard](6676)", ["6676", "lisa@example.com"]),
        (
            "user:6676",
            "user:lisa@example.com[standard](6676)",
            ["user:6676", "6676", "LISA@example.com"],
        ),
        ("workspace:6645", "workspace:seagull(6645)", ["workspace:6645", "6645", "seagull", "hq"]),
        ("organization:5a4f", "organization:acmevfx", ["5a4f", "acmevfx", "hq"]),
        ("5a4f", "user:lars@edit.com(user)", ["5a4f", "lars@edit.com"]),
        ("664b", "share:Projects[volume](664b)", ["664b", "projects"]),
        ("6971", "README.txt[7](6971)", ["6971", "readme.txt"]),
        ("5a4f", "job:acmevfx/medium(5a4f)", ["5a4f", "medium"]),
        ("6971", "Backup (old)[1](6971)", ["backup (old)"]),
        ("6971", "Backup (old)", ["backup (old)"]),
        ("b8f3", "hq", ["b8f3", "hq"]),
    ],
)
def test_references_are_compared_with_id_or_code(value: str, readable: str, spellings: list[str]):
    record = {"x": value, "x_hr": readable}
    for spelling in spellings:
        assert parse_expression(f'x="{spelling}"').evaluate(record)
        assert parse_expression(f'x IN "{spelling}"').evaluate(record)
        assert not parse_expression(f'x!="{spelling}"').evaluate(record)
    assert not parse_expression('x=""').evaluate(record)
    assert parse_expression("x!=stockholm AND x!=user AND x!=standard").evaluate(record)


def test_text_without_a_readable_companion_is_only_text():
    assert not parse_expression("source=6676").evaluate({"source": "user:6676"})
    assert not parse_expression("source=hq").evaluate({"source": "workspace:1", "source_hr": None})
    assert not parse_expression("source=6676").evaluate({"source": "user:6676", "source_hr": 5})
    assert not parse_expression('source=""').evaluate({"source": "6676", "source_hr": ""})
    assert parse_expression("source=null").evaluate({"source": None, "source_hr": "hq(1)"})


# -- the whole ------------------------------------------------------------------------------------


def test_and_and_or_mean_all_and_any():
    record = {"a": 1, "b": 2}
    assert parse_expression("a=1 AND (b=3 OR b=2)").evaluate(record)
    assert not parse_expression("a=2 AND b=2 OR b=3").evaluate(record)


@pytest.mark.parametrize(
    "pattern", ["(", "[", "*", "a{99999999999999999999}", r"(?P<x>", "(" * 5_000]
)
def test_a_pattern_that_does_not_compile_is_an_error_whatever_the_data(pattern: str):
    for word in ("MATCHES", "NOT MATCHES"):
        with pytest.raises(QueryValueError, match="no regular expression"):
            parse_expression(f'x {word} "{pattern}"').evaluate({})


CALM = settings(deadline=None, max_examples=150)
literals = st.one_of(
    st.sampled_from(["null", "true", "0", "5", "-0.5", "*", "a*", "hq", "2026-11-*"]),
    st.text(st.characters(blacklist_characters="\"',"), min_size=1).filter(
        lambda text: text == text.strip()
    ),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.datetimes()),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
    max_leaves=5,
)
COMPLEMENTS = [
    Operator.EQUAL,
    Operator.IN,
    Operator.CONTAINS,
]


@CALM
@given(operator=st.sampled_from(COMPLEMENTS), literal=literals, value=values)
def test_negative_operators_are_exact_opposites(operator: Operator, literal: str, value: object):
    word = f" {operator} " if operator is not Operator.EQUAL else "="
    expression = parse_expression(f'x{word}"{literal}"')
    assert (~expression).evaluate({"x": value}) is not expression.evaluate({"x": value})


@CALM
@given(value=values, pattern=st.sampled_from(["a", "^", r"\d+", "a|5", "(?!)", "n$"]))
def test_not_matches_is_the_exact_opposite_of_matches(value: object, pattern: str):
    expression = parse_expression(f'x MATCHES "{pattern}"')
    assert (~expression).evaluate({"x": value}) is not expression.evaluate({"x": value})


@CALM
@given(st.text("ab"), st.text("ab*"))
def test_wildcards_agree_with_a_plain_definition(text: str, pattern: str):
    def like(text: str, pattern: str) -> bool:
        reachable = {0}  # positions of the text that the pattern read so far can end at
        for sign in pattern:
            if sign == "*":
                reachable = set(range(min(reachable, default=len(text) + 1), len(text) + 1))
            else:
                reachable = {at + 1 for at in reachable if text[at : at + 1] == sign}
        return len(text) in reachable

    assert holds(f'x="{pattern}"', text) is like(text, pattern)


@CALM
@given(st.integers(), st.integers())
def test_orderings_of_numbers_are_total(value: int, literal: int):
    for operator, opposite in (("<", ">="), (">", "<=")):
        assert holds(f"x{operator}{literal}", value) is not holds(f"x{opposite}{literal}", value)


@pytest.mark.parametrize("thing", [object(), None, [("status", "failed")], "status"])
def test_only_mappings_are_evaluated(thing: Any):
    with pytest.raises(
        TypeError, match=f"as a record of session.find.*, not a {type(thing).__name__}"
    ):
        parse_expression("status=failed").evaluate(thing)
