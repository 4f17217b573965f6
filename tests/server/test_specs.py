from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.transfers.specs import PartyKind, Spec, parse_spec

W, U, S, C, O = (  # noqa: E741  # short names keep the table readable
    PartyKind.WORKSPACE,
    PartyKind.USER,
    PartyKind.SITE,
    PartyKind.CLIENT,
    PartyKind.OMITTED,
)


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
        ("lisa@example.com@ws01:/in", Spec(U, "lisa@example.com", "/in")),
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
