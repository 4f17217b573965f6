"""What include and exclude mean, against plain Python."""

from __future__ import annotations

import fnmatch
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm.errors import AccsynError
from accsyn_orm.server.disk.filters import (
    MAX_FILTERS,
    MAX_LENGTH,
    read_filters,
    read_setting,
)

NAMES = ["a.exr", "A.EXR", "b.exr", "plate_v001.exr", "plate_v002.dpx", "readme", "Straße.txt"]


def taken(include=None, exclude=None):
    filters = read_filters(include, exclude)
    return [name for name in NAMES if filters.takes(name)]


@pytest.mark.behaviour("files/filters: a star stands for any characters, at either end or within")
@pytest.mark.behaviour("files/filters: letter case does not count in words")
@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ("a.exr", ["a.exr", "A.EXR"]),
        ("README", ["readme"]),
        ("exr", []),
        ("*.exr", ["a.exr", "A.EXR", "b.exr", "plate_v001.exr"]),
        ("plate*", ["plate_v001.exr", "plate_v002.dpx"]),
        ("*V00*", ["plate_v001.exr", "plate_v002.dpx"]),
        ("p*x", ["plate_v002.dpx"]),
        ("p*v*1*r", ["plate_v001.exr"]),
        ("STRASSE*", ["Straße.txt"]),
        ("*", NAMES),
        ("**", NAMES),
        (["b.*", "read*"], ["b.exr", "readme"]),
        ([], NAMES),
    ],
)
def test_words_and_stars(include, expected):
    assert taken(include) == expected
    assert taken(exclude=include) == [n for n in NAMES if n not in expected or not include]


@pytest.mark.behaviour("files/filters: re('…') is a regular expression, found anywhere in a name")
@pytest.mark.behaviour("files/filters: letter case counts in re('…'), and not in re('…','I')")
@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ("re('v[0-9]+')", ["plate_v001.exr", "plate_v002.dpx"]),
        ('re("^a")', ["a.exr"]),
        ("re('^a','I')", ["a.exr", "A.EXR"]),
        ("re( '^A' , 'i' )", ["a.exr", "A.EXR"]),
        ("re('a','b')", []),
        ("re('STRASSE', 'I')", []),
        ("re('[M-t]LATE')", []),
        ("re('l[a-c]te')", ["plate_v001.exr", "plate_v002.dpx"]),
        ("re(x)", []),  # a word, if an odd one
    ],
)
def test_regular_expressions(include, expected):
    assert taken(include) == expected


@pytest.mark.behaviour("files/filters: include takes precedence over exclude")
def test_include_wins():
    assert taken("a.exr", "*.exr") == ["a.exr", "A.EXR"]
    assert taken(None, "*.exr") == ["plate_v002.dpx", "readme", "Straße.txt"]


@pytest.mark.behaviour("files/filters: an excluded folder is left out with all that is in it")
def test_excluded_folders_are_not_entered():
    assert not read_filters(exclude="cache").enters("Cache")
    assert not read_filters("*.exr", "cache").enters("cache")
    assert read_filters("*.exr", "cache").enters("plates")
    assert read_filters("cache", "cache").enters("cache")


@pytest.mark.parametrize(
    ("filters", "problem"),
    [
        (7, "is a text such as"),
        ({"a": 1}, "is a text such as"),
        ([7], "is a text such as"),
        ("  ", "is a text such as"),
        (["a", ""], "is a text such as"),
        ("re('a", "is not finished"),
        ("re('(')", "is not a regular expression"),
        ("re('(?=a)')", "is not a regular expression"),
        ("re('a{2000}')", "regular expression"),
        ("x" * (MAX_LENGTH + 1), "at most"),
        (["x"] * (MAX_FILTERS + 1), "at most"),
    ],
    ids=range(11),
)
def test_what_is_no_filter_is_refused(filters, problem):
    for option in ("include", "exclude"):
        with pytest.raises(AccsynError, match=problem):
            read_filters(**{option: filters})


@pytest.mark.parametrize(
    "bomb",
    ["re('(a+)+$')", "re('(a|a)*b')", "re('(.*a){20}')", "a" + "*a" * 400, "re('(a?){50}a{50}')"],
)
def test_no_filter_takes_long(bomb):
    filters = read_filters(bomb)
    began = time.perf_counter()
    for _ in range(20):
        filters.takes("a" * 254 + "!")
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("a.exr\\,read*", ["a.exr", "A.EXR", "readme"]),
        ("a.exr, read*,", ["a.exr", "A.EXR", "readme"]),
        ("re('^(a|b){1,2}')\\,readme", ["a.exr", "b.exr", "readme"]),
        ("re('^A,?','I'),x", ["a.exr", "A.EXR"]),
        ("", NAMES),
    ],
)
def test_settings_hold_several_filters(setting, expected):
    filters = read_setting(setting)
    assert [name for name in NAMES if filters.takes(name)] == expected


def test_long_settings_are_refused():
    with pytest.raises(AccsynError, match="at most 10000"):
        read_setting("re('" * 3_000)


@settings(max_examples=300, deadline=None)
@given(
    st.text("aAb.*", min_size=1, max_size=8).filter(str.strip),
    st.text("aAbB.", min_size=1, max_size=10),
)
def test_stars_mean_what_a_shell_means(text, name):
    assert read_filters(text).takes(name) == fnmatch.fnmatchcase(name.lower(), text.lower())
