from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.transfers.specs import (
    AccsynPath,
    PartyKind,
    Spec,
    parse_accsyn_path,
    parse_spec,
)

W, U, S, C, O = (  # noqa: E741  # short names keep the table readable
    PartyKind.WORKSPACE,
    PartyKind.USER,
    PartyKind.SITE,
    PartyKind.CLIENT,
    PartyKind.OMITTED,
)


@pytest.mark.behaviour("transfers/parties: a party ends at the first colon that is not a drive's")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("share=proj/a.mov", Spec(O, "", "share=proj/a.mov")),
        ("volume=(default)", Spec(O, "", "volume=(default)")),
        ("home=lisa@example.com/in", Spec(O, "", "home=lisa@example.com/in")),
        ("/data/in/", Spec(O, "", "/data/in/")),
        ("D:\\work\\a=b.txt", Spec(O, "", "D:\\work\\a=b.txt")),
        ("c:/shots/x", Spec(O, "", "c:/shots/x")),
        ("\\\\server\\x", Spec(O, "", "\\\\server\\x")),
        ("~/x", Spec(O, "", "~/x")),
        ("relative/a:b.txt", Spec(O, "", "relative/a:b.txt")),
        ("john@x.com:D:/work", Spec(U, "john@x.com", "D:/work")),
        ("lisa@example.com:share=a/b", Spec(U, "lisa@example.com", "share=a/b")),
        ("lisa@example.com@ws01:/in", Spec(U, "lisa@example.com", "/in", host="ws01")),
        ("user=lisa@example.com@ws01", Spec(U, "lisa@example.com", None, host="ws01")),
        ("lisa@example.com", Spec(U, "lisa@example.com", None)),
        ("user=lisa@example.com:/in", Spec(U, "lisa@example.com", "/in")),
        ("USER=lisa@example.com", Spec(U, "lisa@example.com", None)),
        ("site=berlin", Spec(S, "berlin", None)),
        ("site=a:share=s/p", Spec(S, "a", "share=s/p")),
        ("site=HQ:share=s/p", Spec(W, "acmefilm", "share=s/p")),
        ("client=5bfeb0381da7ee4095fa217e:/x", Spec(C, "5bfeb0381da7ee4095fa217e", "/x")),
        ("hq", Spec(W, "acmefilm", None)),
        ("hq:share=s", Spec(W, "acmefilm", "share=s")),
        ("AcmeFilm:x/y", Spec(W, "acmefilm", "x/y")),
        ("acmefilm", Spec(W, "acmefilm", None)),
        ("site=hq:null", Spec(W, "acmefilm", "null")),
    ],
)
def test_documented_notations_are_read(text, expected):
    assert parse_spec(text, workspace="acmefilm") == expected


@pytest.mark.behaviour("transfers/parties: v1 joins party:share=code/path:path with a slash")
@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("john@x.com:share=a/b:c/d.mov", "share=a/b/c/d.mov"),
        ("acmefilm:share=a:c.mov", "share=a/c.mov"),
        ("john@x.com:D:/work", "D:/work"),
        ("john@x.com:in/a:b", "in/a:b"),
    ],
)
def test_v1_joins_a_path_behind_a_second_colon(text, path):
    assert parse_spec(text, workspace="acmefilm", is_v1=True).path == path
    assert parse_spec(text, workspace="acmefilm").path == text.partition(":")[2]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("  ", "is empty"),
        ("other:share=x", "neither this workspace nor an e-mail"),
        ("shear=x/y", "is none of share="),
        ("hq:shear=x/y", "is none of share="),
        ("share=/x", "is none of share="),
    ],
)
def test_wrong_notations_are_refused(text, problem):
    with pytest.raises(Refusal, match=problem):
        parse_spec(text, workspace="acmefilm")


@pytest.mark.parametrize(
    ("text", "name"),
    [("share=a/b.mov", "b.mov"), ("C:\\x\\y.exr", "y.exr"), ("/a/b/", "b"), ("hq", "")],
)
def test_a_file_name_is_the_last_element_of_the_path(text, name):
    assert parse_spec(text, workspace="acmefilm").file_name == name


@pytest.mark.behaviour("files/paths: a path names its share as kind=ident, whatever the case")
@pytest.mark.behaviour("files/paths: a path without a share is beneath the default volume")
@pytest.mark.behaviour("files/paths: ~ is the home of whoever asks")
@pytest.mark.behaviour("files/paths: a colon right after the share's code counts as a slash")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("share=proj/a.mov", AccsynPath("share", "proj", "a.mov")),
        ("VOLUME=Proj", AccsynPath("volume", "Proj", "")),
        ("volume=(default)/a b/", AccsynPath("volume", "(default)", "a b", is_directory=True)),
        ("home=lisa@example.com/in//x", AccsynPath("home", "lisa@example.com", "in/x")),
        ("share=proj\\a\\b\\", AccsynPath("share", "proj", "a/b", is_directory=True)),
        ("collection=refs/", AccsynPath("collection", "refs", "", is_directory=True)),
        (
            "delivery=5bfeb0381da7ee4095fa217e",
            AccsynPath("delivery", "5bfeb0381da7ee4095fa217e", ""),
        ),
        ("share=proj/../x", AccsynPath("share", "proj", "../x")),
        ("share=proj:a/b:c.mov", AccsynPath("share", "proj", "a/b:c.mov")),
        ("share=proj/a:b=c.mov", AccsynPath("share", "proj", "a:b=c.mov")),
        ("~", AccsynPath("home", "~", "")),
        ("~/x/", AccsynPath("home", "~", "x", is_directory=True)),
        ("a/b=c.mov", AccsynPath("volume", "(default)", "a/b=c.mov", is_relative=True)),
        ("/mnt/x", None),
        ("D:\\x", None),
        ("\\\\server\\x", None),
    ],
)
def test_paths_in_the_workspace_begin_at_a_share(text, expected):
    assert parse_accsyn_path(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (" ", "is empty"),
        ("\\", "is empty"),
        ("\\/", "is empty"),
        ("\\/\\", "is empty"),
        ("shear=x", "is none of"),
        ("share=", "is none of"),
    ],
)
def test_paths_that_begin_nowhere_are_refused(text, problem):
    with pytest.raises(Refusal, match=problem):
        parse_accsyn_path(text)
