from __future__ import annotations

import pytest

from accsyn_orm.server.disk.inside import (
    DRAFT_PREFIX,
    MAX_DEPTH,
    ROOT,
    Inside,
    problem_of_name,
)
from accsyn_orm.server.refusals import Refusal


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        ("/", ()),
        ("a", ("a",)),
        ("a/b.exr", ("a", "b.exr")),
        ("a\\b/c/", ("a", "b", "c")),
        ("a//", ("a",)),
        ("Götter/日本.mov", ("Götter", "日本.mov")),
        (".hidden/..x/x..y", (".hidden", "..x", "x..y")),
        ("console/nullable.txt/com10", ("console", "nullable.txt", "com10")),
        ("shot 010/take:2", ("shot 010", "take:2")),
        ("👩‍👩‍👧.png", ("👩‍👩‍👧.png",)),
    ],
)
def test_relative_paths_are_read(text, names):
    assert Inside.parse(text).names == names


HOSTILE = [
    "..",
    ".",
    "../x",
    "a/../b",
    "a/./b",
    "a\\..\\b",
    "a/..\\b",
    "/etc/passwd",
    "\\etc\\passwd",
    "//server/share",
    "\\\\server\\share\\x",
    "\\\\?\\C:\\x",
    "C:",
    "C:/x",
    "c:\\x",
    "a/C:x",
    "a//b",
    "a\0b",
    "a\nb",
    "a\x7fb",
    "a/\ud800",
    "a.",
    "a /b",
    " ",
    ". .",
    "...",
    "CON",
    "aux.txt",
    "a/NUL",
    "com1.tar.gz",
    "LPT\u00b9",
    "prn .x",
    "CONIN$",
    "\uff0e\uff0e",  # fullwidth dots
    "\u2024\u2024/x",  # one dot leaders
    "\u2025",  # two dot leader
    "..\u200b",  # dots and a zero width space
    "\u200b",
    "a\uff0fb",  # fullwidth solidus
    "a\uff3cb",  # fullwidth reverse solidus
    "x" * 256,
    "é" * 128,
    "a/" * (MAX_DEPTH + 1),
    "/".join(["x" * 250] * 20),
    DRAFT_PREFIX + "x",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_paths_that_lead_elsewhere_are_refused(text):
    with pytest.raises(Refusal):
        Inside.parse(text)


def test_a_name_is_checked_however_a_place_is_made():
    with pytest.raises(Refusal, match="leads elsewhere"):
        Inside(("a", "../b"))
    with pytest.raises(Refusal, match="goes down only"):
        ROOT / ".."


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("/in/a.mov", ("in", "a.mov")),
        ("D:\\work\\a.mov", ("D", "work", "a.mov")),
        ("d:/show//x/", ("D", "show", "x")),
        ("\\\\server\\share\\x", ("server", "share", "x")),
        ("/", ()),
    ],
)
def test_absolute_paths_on_a_computer_lie_beneath_its_tree(text, names):
    assert Inside.on_computer(text).names == names


def test_a_path_on_a_computer_cannot_leave_its_tree():
    with pytest.raises(Refusal):
        Inside.on_computer("/in/../../x")


def test_places_know_where_they_are():
    place = Inside.parse("a/b")
    assert (str(place), place.name, place.parent) == ("a/b", "b", Inside(("a",)))
    assert (ROOT.name, ROOT.parent, ROOT.is_root, place.is_root) == ("", ROOT, True, False)
    assert place / "c" == Inside.parse("a/b/c") == Inside(("a",)) / Inside(("b", "c"))
    assert place.is_within(place)
    assert place.is_within(Inside(("a",)))
    assert not place.is_within(Inside(("b",)))
    assert not Inside(("ab",)).is_within(Inside(("a",)))


@pytest.mark.parametrize("name", ["take:2", "a?", "a*", 'a"', "<a", "a|b"])
def test_some_names_are_wrong_on_windows_only(name):
    assert problem_of_name(name, on_windows=False) is None
    assert "on this system" in str(problem_of_name(name, on_windows=True))
