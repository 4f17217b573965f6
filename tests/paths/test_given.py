"""Plain text given where a path belongs: what is hardly meant is refused, the rest is taken."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import example, given, settings

from accsyn_orm import AccsynPath, PathSyntaxError
from accsyn_orm.paths.given import why_refused, why_refused_within
from accsyn_orm.paths.kinds import KIND_WORDS
from accsyn_orm.paths.slips import kind_meant
from tests.paths.test_laws import paths, texts

CALM = settings(deadline=None, max_examples=100)

with (Path(__file__).parent.parent / "data" / "paths.tsv").open(encoding="utf-8") as file:
    DOCUMENTED = [
        row["notation"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    ]


@pytest.mark.parametrize("text", DOCUMENTED)
def test_every_documented_notation_is_taken(text):
    assert why_refused(text) is None


@pytest.mark.parametrize(
    "text",
    [
        # disks of this computer
        "C:\\x",
        "C:/x",
        "C:",
        "D:work",
        "D:\\a\\..\\b?",
        "\\\\server\\share\\a",
        "\\\\?\\C:\\a",
        "/mnt/x",
        "/mnt/../x//y",
        "/mnt/volume=a/../b",
        "/mnt/a b .mov",
        "/mnt/take\n2.mov",
        "~/x",
        "~/../x",
        "~",
        # relative
        "a.mov",
        "./x",
        "../x",
        "a\\b",
        "null/a",
        "hq/x",
        "a/share=b/../c",
        # names with = that are no kind
        "frame=1.exr",
        "size=4k/a.exr",
        "side=left.png",
        "shape=round.obj",
        "use=1.mov",
        "year=2026/month=11/a.csv",
        "x=1:2.mov",
        "lisa@example.com:frame=1.exr",
        "site=london:frame=1.exr",
        # names with : or @ that are no party
        "12:30:15.mov",
        "Meeting 12:30.mov",
        "cuts @ 12:30.mov",
        "@eaDir",
        "@eaDir/a:b",
        "logo@2x.png",
        "lisa@work/12:30.mov",
        # older notation, and what the grammar has besides
        "lisa@example.com:share=proj/in:d1/a.mov",
        "share=proj:in/a.mov",
        "share=proj:/in/a.mov",
        "share=proj:",
        "lisa@example.com:",
        "site=london:",
        "acmefilm:",
    ],
)
def test_what_may_be_meant_is_taken(text):
    assert why_refused(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "shaer=projects/x",
            "unknown kind 'shaer' at column 1 of 'shaer=projects/x': did you mean share=?",
        ),
        ("hq:volmue=a", "at column 4 of 'hq:volmue=a': did you mean volume=?"),
        ("Folders=a", "did you mean folder=?"),
        ("sites=london:share=a", "did you mean site=?"),
        ("root=projects/a", "did you mean volume=?"),
        ("volume =a", "did you mean volume=?"),
        ("volume=projects/../../etc", "'..' is no name at column 17"),
        ("lisa@example.com:../x", "'..' is no name"),
        ("site=london:frame=1/../x", "'..' is no name at column 21 of 'site=london:frame=1/../x'"),
        ("share=proj:../x", "'..' is no name"),
        ("share=proj:a/../x", "'..' is no name"),
        ("volume=", "write volume=code"),
        ("volume=/a", "write volume=code"),
        ("share=:a", "write share=code"),
        ("site=:x", "write site=code"),
        ("site=", "write site=code"),
        ("site=:", "write site=code"),
        ("site=london/x", "write site=london:path"),
        ("site=a:site=b:x", "a second party"),
        ("site=a@b:x", "an @ in a code"),
        ("share=folder=a", "a second kind"),
        ("folder=(default)/a", "no default folder"),
        ("share:a/b", "write share="),
        ("share:", "write share="),
        ("user:5bfeb0381da7ee4095fa217e", "write user="),
        ("x:share=a", "a single letter before a colon is a drive"),
        ("lisa@example.com:D:work", "is a drive"),
        ("lisa@", "no e-mail address"),
        ("share=a//b", "two slashes"),
        ("share=a\\b", "a backslash"),
        (" share=a", "white space before"),
        (" lisa@example.com:/x", "white space before"),
        ("share=a/b ", "white space after"),
        ("share=a/b.####.exr[9-1]", "no range of frames"),
        ("share=a/\ud800", "U+D800"),
        ("share=a/b\n", "ends in a line feed"),
        ("/mnt/a.mov\r\n", "ends in a line feed"),
        ("a\0b", "a NUL character"),
        ("C:\\a\0b", "a NUL character"),
        (" \t", "is blank"),
    ],
)
def test_what_is_hardly_meant_is_refused(text, reason):
    assert reason in str(why_refused(text))


def test_a_url_is_refused_without_the_password_that_it_may_hold():
    reason = why_refused("smb://john:secret@nas/x")
    assert "a URL is no path" in str(reason)
    assert "secret" not in str(reason)


@pytest.mark.parametrize(
    "text", ["/", "a", "/a/b/", "a b", "frame=1/x", "12:30", "~", ".", "a\\b", "...a"]
)
def test_a_part_of_a_share_is_taken(text):
    assert why_refused_within(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("../x", "'..' in '../x' is no name"),
        ("/a/../b", "without steps up"),
        ("a\\..\\b", "without steps up"),
        (".. /x", "without steps up"),
        ("volume=projects/x", "begins at a share"),
        ("site=london:share=a", "begins at a share"),
        ("lisa@example.com:shaer=a", "begins at a share"),
        ("C:\\x", "is on a disk"),
        ("C:", "is on a disk"),
        ("\\\\server\\share", "is on a disk"),
        ("a\0", "a NUL character"),
        ("  ", "is blank"),
        ("a\n", "ends in a line feed"),
    ],
)
def test_what_is_no_part_of_a_share_is_refused(text, reason):
    assert reason in str(why_refused_within(text))


@pytest.mark.parametrize("kind", KIND_WORDS)
def test_a_slip_of_the_finger_is_seen_in_every_kind(kind):
    swapped = kind[0] + kind[2] + kind[1] + kind[3:]
    assert kind_meant(kind.upper()) == kind_meant(f"{kind}s") == kind_meant(swapped) == kind


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("shre", "share"),
        ("sharre", "share"),
        ("volime", "volume"),
        ("collecton", "collection"),
        ("shape", None),  # names of files, though they are near
        ("size", None),
        ("use", None),
        ("holder", None),
        ("value", None),
        ("", None),
    ],
)
def test_a_word_that_only_resembles_a_kind_is_none(word, kind):
    assert kind_meant(word) == kind


@CALM
@given(texts)
@example("share=a/b\n")
def test_what_strict_reading_takes_is_taken(text):
    try:
        AccsynPath(text)
    except PathSyntaxError:
        return
    assert why_refused(text) is None


@CALM
@given(paths)
def test_what_a_path_is_written_as_is_taken(path):
    assert why_refused(str(path)) is None
