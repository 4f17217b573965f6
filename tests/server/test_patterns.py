from __future__ import annotations

import contextlib
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm.errors import QueryValueError
from accsyn_orm.query import Comparison, Operator, any_of
from accsyn_orm.server.search.compile import compile_filter
from accsyn_orm.server.search.fragments import MAX_PATTERNS
from accsyn_orm.server.search.patterns import MAX_LENGTH, to_re2
from accsyn_orm.server.search.regex import _compiled, check_pattern, compile_pattern, is_match
from accsyn_orm.server.storage.tables import JOBS

PIECES = [
    *(
        "a",
        "i",
        "I",
        "İ",
        "ß",
        "s",
        ".",
        "^",
        "$",
        "|",
        "x{,2}",
        "(?P<i>i)",
        r"\.",
        r"\u0130",
        r"\x69",
    ),
    *(r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\A", r"\Z", "(a|b)", "(?:i)+", "1*?"),
    *("[a-c]", "[^ab]", r"[\w]", r"[^\d_]", r"[\s.]", r"[\D]", "[]x]", "[^]]", "[i]", r"[\u00e9]"),
]
TEXTS = st.text("aAiI\u0130\u0131ßsSéÅx1٣_. ]-\n\t\x85\xa0\u2028", max_size=6)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), TEXTS)
def test_translated_patterns_find_what_python_finds(pieces: list[str], text: str):
    # A group's name may stand once; what follows an end is never reached in either.
    pattern = "".join(dict.fromkeys(pieces))
    if "$" in pattern[:-1].replace("$|", ""):
        pattern = pattern.replace("$", "")
    found = re.search(pattern, text, re.IGNORECASE) is not None
    assert (_compiled(pattern).search(text) is not None) == found


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), TEXTS)
def test_the_case_of_letters_counts_when_it_is_to(pieces: list[str], text: str):
    pattern = "".join(dict.fromkeys(pieces))
    if "$" in pattern[:-1].replace("$|", ""):
        pattern = pattern.replace("$", "")
    found = re.search(pattern, text) is not None
    assert (compile_pattern(pattern, case_sensitive=True).search(text) is not None) == found


@pytest.mark.parametrize("pattern", ["[[:alpha:]]", "[a--b]", r"\pL", r"\Qa\E", r"\z", "(", "a**"])
def test_what_is_no_regular_expression_of_python_is_refused(pattern: str):
    with pytest.raises(QueryValueError, match="is not a regular expression"):
        to_re2(pattern)


def test_complements_within_brackets_are_refused_with_a_way_out():
    with pytest.raises(QueryValueError, match="outside of the brackets"):
        to_re2(r"[\W_]")


def test_long_patterns_are_refused():
    with pytest.raises(QueryValueError, match="at most"):
        to_re2("a" * (MAX_LENGTH + 1))


def test_deep_patterns_end_in_an_answer_or_a_refusal():
    deep = "(" * (MAX_LENGTH // 2) + ")" * (MAX_LENGTH // 2)
    with contextlib.suppress(QueryValueError):
        assert to_re2(deep) == deep


def test_more_patterns_than_stay_compiled_are_refused():
    patterns = [Comparison("name", Operator.MATCHES, f"a{n}") for n in range(MAX_PATTERNS + 1)]
    assert compile_filter(any_of(patterns[1:]), JOBS) is not None
    with pytest.raises(QueryValueError, match="regular expressions"):
        compile_filter(any_of(patterns), JOBS)


def test_dollar_keeps_its_meaning_for_lines():
    assert to_re2("(?m)a$") == "(?m)a$"


EVIL = [
    *("(a+)+$", "(a|a)*b", "(a*)*b", "(.*a){20}b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a?){50}a{50}b"),
    *(
        "(x+x+)+y",
        r"(\w+\s?)*!",
        "(a|aa)+$b",
        "([a-zA-Z]+)*[^a]$b",
        "(.+)+(.+)+(.+)+b",
        "(a{1,9}){9}b",
    ),
]


@pytest.mark.timeout(20)  # Python's own engine would still be at the first one
@pytest.mark.parametrize("pattern", EVIL)
def test_no_pattern_takes_long(pattern: str):
    try:
        compiled = check_pattern(pattern)
    except QueryValueError:
        return
    subject = "a" * 10_000
    began = time.process_time()
    is_match(compiled, subject)
    assert time.process_time() - began < 0.5  # some milliseconds on an idle machine
