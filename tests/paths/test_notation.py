"""Every documented notation is read for what it means, and comes back as it was."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from accsyn_orm import AccsynPath, PartyKind, PathKind, PathParty, PathSyntaxError

with (Path(__file__).parent.parent / "data" / "paths.tsv").open(encoding="utf-8") as file:
    DOCUMENTED = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def party_of(words: str) -> PathParty | None:
    kind, *rest = words.split() or [None]
    return None if kind is None else PathParty(PartyKind(kind), *rest)


@pytest.mark.parametrize("row", DOCUMENTED, ids=lambda row: row["notation"])
def test_documented_notation_is_read_and_comes_back(row):
    text, is_strict = row["notation"], "relaxed" not in row["marks"]
    path = AccsynPath.parse(text, strict=is_strict)
    assert str(path) == text
    assert path.party == party_of(row["party"])
    assert (path.kind, path.ident) == (PathKind(row["kind"]), row["ident"])
    assert path.parts == tuple(row["parts"].split())
    assert path.is_folder is ("folder" in row["marks"])
    assert (path.problem is None) is is_strict
    assert eval(repr(path)) == path


@pytest.mark.parametrize(
    ("text", "root", "separator"),
    [
        ("site=london:share=proj/a", "share=proj", "/"),
        ("/a/b", "/", "/"),
        ("D:\\a", "D:\\", "\\"),
        ("D:/a\\b", "D:/", "/"),
        ("\\\\server\\plates\\a", "\\\\server\\plates", "\\"),
        ("a/b", "", "/"),
        ("lisa@x.com:a\\b", "", "\\"),
        ("lisa@x.com:a/b\\c", "", "/"),
        ("~/a", "~", "/"),
    ],
)
def test_elements_are_beneath_a_root_and_separated_as_in_the_path(text, root, separator):
    path = AccsynPath(text)
    assert path.root == root
    assert str(path / "x/y") == f"{text}{separator}x{separator}y"


@pytest.mark.parametrize(
    ("text", "traits"),
    [
        ("/data/a", {"is_absolute", "is_local"}),
        ("D:\\a", {"is_absolute", "is_local"}),
        ("\\\\server\\plates", {"is_absolute", "is_local"}),
        ("lisa@x.com:/data", {"is_absolute", "is_remote"}),
        ("share=a", {"is_remote"}),
        ("a/b", {"is_remote"}),
        ("site=london", {"is_remote", "is_mirrored"}),
        ("site=london:null", {"is_remote", "is_placeholder"}),
    ],
)
def test_a_path_tells_whose_disk_it_is_on(text, traits):
    names = ("is_absolute", "is_local", "is_remote", "is_mirrored", "is_placeholder")
    assert {name for name in names if getattr(AccsynPath(text), name)} == traits


@pytest.mark.parametrize(
    ("text", "is_main"),
    [("hq", True), ("site=HQ", True), ("acmefilm:x", True), ("site=london", False)],
)
def test_the_main_site_has_three_notations(text, is_main):
    party = AccsynPath(text).party
    assert party is not None
    assert party.is_main_site is is_main


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("user=lisa@x.com", "lisa@x.com"),
        ("user=lisa@x.com@ws01", "lisa@x.com@ws01"),
        ("USER=5bfe", "user=5bfe"),
        ("Site=london", "site=london"),
        ("client=5bfe", "client=5bfe"),
        ("hq", "hq"),
    ],
)
def test_a_party_is_equal_by_what_it_means(written, canonical):
    party, same = AccsynPath(written).party, AccsynPath(canonical).party
    assert party == same
    assert str(party) == canonical


SHARE, SITE = "did you mean share=?", "did you mean site=?"
COLON = "a path is missing after the colon"
SLASH = "a slash after the party"
NO_NAME = "is no name"
NOTHING = "names nothing"


@pytest.mark.parametrize(
    ("text", "reason", "position", "hint"),
    [
        ("", "is empty", 0, "write share=code/path"),
        (" a", "white space before", 0, "leave it out"),
        ("share=a/b ", "white space after", 9, "leave it out"),
        ("site=x: a", "white space before", 7, "leave it out"),
        # parties
        ("john@user.com/X:/download", SLASH, 13, "john@user.com:path"),
        ("site=lon/x", SLASH, 8, "write site=lon:path"),
        ("site=lon/x:y", SLASH, 8, "site=lon:path"),
        ("hq/x", SLASH, 2, "write hq:path"),
        ("a@b/x", SLASH, 3, "write a@b:path"),
        ("site=a b:x", "white space in the party", 6, "party:path"),
        ("site=a=b:x", "'=' in the party", 6, "party:path"),
        ("site=", NOTHING, 5, "write site=code"),
        ("site=:share=x", NOTHING, 5, "write site=code"),
        ("site=a@b:x", "an @ in a code", 6, "user="),
        ("site=a:site=b:x", "a second party", 7, "one party"),
        ("lisa@", "no e-mail address", 0, "lisa@example.com"),
        ("a@b@c@d:x", "no e-mail address", 0, "lisa@example.com"),
        ("user=@b:x", "no e-mail address", 0, "lisa@example.com"),
        ("hq:", COLON, 3, "is hq"),
        ("acmefilm:", COLON, 9, "is hq"),
        ("site=london:", COLON, 12, "has no colon"),
        ("share:a/b", "'share' is no workspace", 5, "write share="),
        ("user:5bfe", "'user' is no workspace", 4, "write user="),
        ("workspace:5bfe", "'workspace' is no workspace", 9, "write hq:"),
        ("https://x.com/a", "a URL", 6, "party:path"),
        # roots
        ("shear=a", "unknown kind 'shear'", 0, SHARE),
        ("hq:shear=a", "unknown kind 'shear'", 3, SHARE),
        ("sites=a", "unknown kind 'sites'", 0, SITE),
        ("a=b.mov", "unknown kind 'a'", 0, "volume=(default)/"),
        ("share=", NOTHING, 6, "write share=code"),
        ("share=/a", NOTHING, 6, "write share=code"),
        ("share=..", NOTHING, 6, "write share=code"),
        ("share=../a", NOTHING, 6, "write share=code"),
        ("share= a/b", "white space around", 6, "leave it out"),
        ("share=folder=a", "a second kind", 6, "write folder=a"),
        ("folder=(default)/a", "no default folder", 7, "volume=(default)"),
        ("hq:share=a:b", "a colon after the code", 10, "as_current_notation()"),
        ("D:work", "is a drive", 1, "write D:\\…"),
        ("D:", "is a drive", 1, "write D:\\…"),
        ("lisa@x.com:D:work", "is a drive", 12, "write D:\\…"),
        ("x:share=a", "is a drive", 1, "write x:\\…"),
        ("\\\\server", "share is missing", 8, "\\\\server\\share"),
        ("\\\\server\\..\\a", "share is missing", 11, "\\\\server\\share"),
        ("\\\\?\\C:\\a", "share is missing", 6, "\\\\server\\share"),
        ("\\", "a path is missing", 0, None),
        ("a b:c", "no party", 3, "volume=(default)/"),
        ("hq:x:y", "is a drive", 4, "write x:\\…"),
        ("hq:xx:y", "no party", 5, "volume=(default)/"),
        ("~lisa/a", "is no home", 0, "home=lisa@example.com"),
        ("null/a", "nothing to move", 0, "volume=(default)/"),
        # elements
        ("share=a/\0", "U+0000", 8, None),
        ("share=a\n/b", "U+000A", 7, None),
        ("share=a/\x85b", "U+0085", 8, None),
        ("share=a/\ud800", "U+D800", 8, None),
        ("share=a\\b", "a backslash", 7, "write /"),
        ("/a\\b", "a backslash", 2, "write /"),
        ("a\\b", "a backslash", 1, "write /"),
        ("lisa@x.com:share=a\\b", "a backslash", 18, "write /"),
        ("hq:a\\b", "a backslash", 4, "write /"),
        ("share=a//b", "two slashes", 8, "empty"),
        ("share=a/b//", "two slashes", 10, "empty"),
        ("//a/b", "two slashes", 1, "empty"),
        ("D:\\\\a", "two slashes", 3, "empty"),
        ("\\\\server\\plates\\\\a", "two slashes", 16, "empty"),
        ("share=a/../b", NO_NAME, 8, "written out"),
        ("../b", NO_NAME, 0, "written out"),
        ("a/./b", NO_NAME, 2, "written out"),
        ("/..", NO_NAME, 1, "written out"),
        ("D:\\a\\.. \\b", NO_NAME, 5, "written out"),
        ("share=a/ /b", NO_NAME, 8, "written out"),
        ("D:\\a:b", "holds no :", 4, None),
        ("D:\\a\\b?", "holds no ?", 6, None),
        ("share=a/b.####.exr[9-1]", "no range", 18, "count up"),
        ("share=a/b.%04d.exr[x]", "no range", 18, "count up"),
        ("share=a/b.%04d.exr[1-5", "no range", 18, "count up"),
    ],
)
def test_strict_reading_refuses_what_is_hardly_meant(text, reason, position, hint):
    with pytest.raises(PathSyntaxError) as caught:
        AccsynPath(text)
    error = caught.value
    assert (error.text, error.position) == (text, position)
    assert reason in error.reason
    assert hint in error.hint if hint else error.hint is None
    relaxed = AccsynPath.parse(text, strict=False)
    assert str(relaxed) == text
    assert str(relaxed.problem) == str(error)


def test_a_refusal_points_at_the_character():
    with pytest.raises(ValueError, match="unknown kind") as caught:
        AccsynPath("site=london:shear=proj/a")
    assert str(caught.value).splitlines() == [
        "unknown kind 'shear' (column 13)",
        "  site=london:shear=proj/a",
        "              ^",
        "hint: did you mean share=?",
    ]


def test_what_takes_no_column_is_shown_as_one_character():
    with pytest.raises(PathSyntaxError) as caught:
        AccsynPath("share=a/\x00\x1b[31mb")
    assert str(caught.value).splitlines()[1:] == ["  share=a/��[31mb", "          ^"]


@pytest.mark.parametrize(
    "text",
    [
        "share=a/.env",
        "share=a/,",
        "share=a/b..c/-/…",
        "share=a/b c (1)/[x].mov",
        "share=a/take:2=3@4#.mov",
        "share=a/50%.mov",
        "share=Großer Ordner/日本",
        "share=a/hq/null/~",
        "D:\\a b\\c=d@e.mov",
        "hq:take 2/a@b.mov",
    ],
)
def test_strict_reading_takes_every_name_that_can_be_meant(text):
    assert AccsynPath(text).problem is None


def test_only_text_is_a_path():
    with pytest.raises(TypeError, match="not int"):
        AccsynPath(5)
    with pytest.raises(TypeError, match=r"AccsynPath.local\(\) takes"):
        AccsynPath(Path("/a"))


def test_text_of_another_class_is_read_as_the_text_it_holds():
    class Loud(str):
        __slots__ = ()

        def __str__(self) -> str:
            return self.upper()

    path = AccsynPath(Loud("share=a"))
    assert type(str(path)) is str
    assert str(path) == "share=a"
