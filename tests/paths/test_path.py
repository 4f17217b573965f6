"""What can be made of a path, and what it is as a value."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
import typing_extensions

import accsyn_orm
from accsyn_orm import AccsynPath, PartyKind, PathError, PathParty, PathSyntaxError

P = AccsynPath


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (P.share("proj"), "share=proj"),
        (P.volume("projects", "sh010", "plate.exr"), "volume=projects/sh010/plate.exr"),
        (P.volume() / "a.mov", "volume=(default)/a.mov"),
        (P.folder("in", "a/b/"), "folder=in/a/b/"),
        (P.home(), "~"),
        (P.home() / "x", "~/x"),
        (P.home("lisa@x.com", "in"), "home=lisa@x.com/in"),
        (P.collection("refs", "a.jpg"), "collection=refs/a.jpg"),
        (P.delivery("614d660de50d45bb027c9bdd"), "delivery=614d660de50d45bb027c9bdd"),
        (P.site("london"), "site=london"),
        (P.site("london", "share=proj/a"), "site=london:share=proj/a"),
        (P.user("lisa@x.com", P.local("/in/")), "lisa@x.com:/in/"),
        (P.user("lisa@x.com", "D:\\in", host="ws01"), "lisa@x.com@ws01:D:\\in"),
        (P.user("5bfe"), "user=5bfe"),
        (P.client("5bfe", "~/x"), "client=5bfe:~/x"),
        (P.local("/data/in/"), "/data/in/"),
        (P.local(PureWindowsPath("D:/show/a")), "D:\\show\\a"),
        (P.local(PurePosixPath("/data/a@b:c")), "/data/a@b:c"),
        (P(P("share=a")), "share=a"),
    ],
)
def test_paths_are_built_from_their_parts(made, text):
    assert str(made) == text
    assert made == AccsynPath(text)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: P.volume("projects/x"), "code of a share alone"),
        (lambda: P.volume("projects/"), "code of a share alone"),
        (lambda: P.volume(""), "names nothing"),
        (lambda: P.volume("projects", ".."), "no name"),
        (lambda: P.home("lisa@x.com:x"), "colon after the code"),
        (lambda: P.site("london:x"), "more than a party"),
        (lambda: P.site("london", "site=paris:x"), "names a party already"),
        (lambda: P.user("lisa"), None),
        (lambda: P.client("a/b"), "a slash after the party"),
        (lambda: P.local("share=a"), "no absolute path"),
        (lambda: P.local("lisa@x.com:/a"), "no absolute path"),
        (lambda: P.local(Path("a")), "no absolute path"),
        (lambda: P.local("/a/../b"), "is no name"),
    ],
)
def test_parts_never_say_more_than_they_are_for(make, problem):
    if problem is None:
        assert make().party == PathParty(PartyKind.USER, "lisa")  # an id of a user
        return
    with pytest.raises(PathError, match=problem):
        make()


@pytest.mark.parametrize(
    ("base", "added", "text"),
    [
        ("share=a", "b", "share=a/b"),
        ("share=a/", "b/c/", "share=a/b/c/"),
        ("share=a", "take:2.mov", "share=a/take:2.mov"),
        ("share=a", "b=c", "share=a/b=c"),
        ("share=a/b.mov", P("c/d"), "share=a/b.mov/c/d"),
        ("share=a", PurePosixPath("b/c"), "share=a/b/c"),
        ("share=a", PureWindowsPath("b\\c"), "share=a/b/c"),
        ("D:\\", "a/b/", "D:\\a\\b\\"),
        ("D:\\a", "b\\c", "D:\\a\\b\\c"),
        ("D:/a", "b/c", "D:/a/b/c"),
        ("\\\\server\\plates", "a/b", "\\\\server\\plates\\a\\b"),
        ("/", "a", "/a"),
        ("lisa@x.com:a\\b", "c/d", "lisa@x.com:a\\b\\c\\d"),
        ("~", "x", "~/x"),
        ("site=london:share=a", "b.####.exr[1-2]", "site=london:share=a/b.####.exr[1-2]"),
    ],
)
def test_joining_uses_the_separator_of_the_path(base, added, text):
    assert str(AccsynPath(base) / added) == text
    assert AccsynPath(base).joinpath(added) == AccsynPath(text)


@pytest.mark.parametrize(
    ("base", "added", "problem"),
    [
        ("share=a", "", "nothing is joined"),
        ("share=a", "/b", "an absolute path"),
        ("share=a", "\\b", "an absolute path"),
        ("share=a", "D:\\b", "an absolute path"),
        ("share=a", "D:b", "an absolute path"),
        ("share=a", "share=b", "begins at a share"),
        ("share=a", P("site=b:share=c"), "begins at a share"),
        ("share=a", "~", "begins at a share"),
        ("share=a", "~/b", "own home"),
        ("share=a", "..", "is no name"),
        ("share=a", "b/../../c", "is no name"),
        ("share=a", "b//c", "two slashes"),
        ("share=a", "b\\c", "a backslash"),
        ("share=a", "b\0", "U\\+0000"),
        ("share=a", "b ", "white space after"),
        ("share=a", PurePosixPath(), "is no name"),
        ("D:\\a", "b:c", "an absolute path|holds no :"),
        ("D:\\a", "bb:c", "holds no :"),
        ("D:\\a", "..\\b", "is no name"),
        ("site=london", "a", "something could be beneath"),
        ("null", "a", "something could be beneath"),
    ],
)
def test_joining_never_leaves_the_path(base, added, problem):
    with pytest.raises(PathError, match=problem):
        AccsynPath(base) / added


def test_joining_to_a_doubtful_path_checks_what_is_joined():
    doubtful = AccsynPath.parse("share=a/../b", strict=False)
    assert repr(doubtful / "c") == "AccsynPath.parse('share=a/../b/c', strict=False)"
    with pytest.raises(PathSyntaxError, match="column 14") as caught:
        doubtful / ".."
    assert caught.value.text == "share=a/../b/.."


def test_joining_takes_no_numbers():
    with pytest.raises(TypeError, match="not int"):
        AccsynPath("share=a") / 5


@pytest.mark.parametrize(
    ("text", "parents"),
    [
        ("share=a/b/c", ["share=a/b", "share=a"]),
        ("hq:share=a/b/", ["hq:share=a"]),
        ("share=a", []),
        ("D:\\a\\b", ["D:\\a", "D:\\"]),
        ("/a/b/", ["/a", "/"]),
        ("\\\\server\\plates\\a", ["\\\\server\\plates"]),
        ("~/a", ["~"]),
        ("a/b/c", ["a/b", "a"]),
        ("site=london", []),
    ],
)
def test_parents_are_everything_above_that_can_be_named(text, parents):
    path = AccsynPath(text)
    assert [str(parent) for parent in path.parents] == parents
    assert str(path.parent) == (parents[0] if parents else text)


@pytest.mark.parametrize(("text", "problem"), [("a", "no parent"), ("hq:a", "no parent")])
def test_above_a_relative_path_nothing_can_be_named(text, problem):
    assert AccsynPath(text).parents == ()
    with pytest.raises(PathError, match=problem):
        _ = AccsynPath(text).parent


@pytest.mark.parametrize("text", ["hq/x", "null/x", "hq:null/x"])
def test_a_parent_that_means_something_else_is_refused(text):
    with pytest.raises(PathError, match="something else"):
        _ = AccsynPath.parse(text, strict=False).parent


@pytest.mark.parametrize(
    ("text", "name", "stem", "suffix"),
    [
        ("share=a/b.tar.gz", "b.tar.gz", "b.tar", ".gz"),
        ("share=a/.env", ".env", ".env", ""),
        ("share=a/b.", "b.", "b.", ""),
        ("share=a/b.exr/", "b.exr", "b", ".exr"),
        ("share=a/b.%04d.exr[1-5]", "b.%04d.exr[1-5]", "b.%04d", ".exr"),
        ("share=a/b.####", "b.####", "b.####", ""),
        ("share=a/b[1-5].exr", "b[1-5].exr", "b[1-5]", ".exr"),
        ("share=a", "", "", ""),
        ("D:\\", "", "", ""),
    ],
)
def test_a_name_has_stem_and_suffix(text, name, stem, suffix):
    path = AccsynPath(text)
    assert (path.name, path.stem, path.suffix) == (name, stem, suffix)


@pytest.mark.parametrize(
    ("text", "change", "result"),
    [
        ("share=a/b.exr", lambda path: path.with_name("c.mov"), "share=a/c.mov"),
        ("share=a/b/", lambda path: path.with_name("c"), "share=a/c/"),
        ("a.mov", lambda path: path.with_name("b.mov"), "b.mov"),
        ("D:\\a\\b", lambda path: path.with_name("c"), "D:\\a\\c"),
        ("share=a/b.exr", lambda path: path.with_suffix(".jpg"), "share=a/b.jpg"),
        ("share=a/b.exr", lambda path: path.with_suffix(""), "share=a/b"),
        ("share=a/b", lambda path: path.with_suffix(".jpg"), "share=a/b.jpg"),
        ("share=a/b", lambda path: path.with_suffix(""), "share=a/b"),
        ("share=a/b.##.exr[1-5]", lambda p: p.with_suffix(".jpg"), "share=a/b.##.jpg[1-5]"),
        ("share=a/b.##.exr", lambda path: path.with_frames(1, 5), "share=a/b.##.exr[1-5]"),
        ("share=a/b.##.exr[1-5]", lambda path: path.with_frames(7, 7), "share=a/b.##.exr[7-7]"),
        ("share=a/b.%04d.exr[1-5]", lambda path: path.at_frame(3), "share=a/b.0003.exr"),
        ("share=a/b", AccsynPath.as_folder, "share=a/b/"),
        ("share=a/b/", AccsynPath.as_folder, "share=a/b/"),
        ("D:\\a", AccsynPath.as_folder, "D:\\a\\"),
        ("share=a", AccsynPath.as_folder, "share=a/"),
        ("share=a/b/", AccsynPath.as_file, "share=a/b"),
        ("share=a/", AccsynPath.as_file, "share=a"),
        ("hq:share=a", lambda path: path.with_party(None), "share=a"),
        ("hq:share=a", lambda path: path.with_party("site=london"), "site=london:share=a"),
        ("a/b", lambda path: path.with_party("lisa@x.com"), "lisa@x.com:a/b"),
        ("null", lambda path: path.with_party("site=cloud"), "site=cloud:null"),
        ("hq", lambda path: path.with_party("site=london"), "site=london"),
        ("lisa@x.com:share=a/b:c/d", AccsynPath.as_current_notation, "lisa@x.com:share=a/b/c/d"),
        ("lisa@x.com:share=a/b", AccsynPath.as_current_notation, "lisa@x.com:share=a/b"),
        ("lisa@x.com:D:/a", AccsynPath.as_current_notation, "lisa@x.com:D:/a"),
        ("lisa@x.com:~/a:b", AccsynPath.as_current_notation, "lisa@x.com:~/a:b"),
    ],
)
def test_a_changed_path_is_a_new_one(text, change, result):
    path = AccsynPath(text)
    changed = change(path)
    assert str(changed) == result
    assert changed.problem is None
    assert str(path) == text


@pytest.mark.parametrize(
    ("text", "result"),
    [("hq:share=a:b/c", "hq:share=a/b/c"), ("share=a/b/:c", "share=a/b/c")],
)
def test_the_colon_of_v1_becomes_a_slash(text, result):
    assert str(AccsynPath.parse(text, strict=False).as_current_notation()) == result


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda: P("share=a").with_name("b"), "has no name"),
        (lambda: P("share=a/b").with_name(""), "a name is empty"),
        (lambda: P("share=a/b").with_name("c/d"), "holds a slash"),
        (lambda: P("share=a/b").with_name(".."), "is no name"),
        (lambda: P("a").with_name("hq"), "another place: hq"),
        (lambda: P("a").with_name("lisa@x.com"), "another place: lisa@x.com"),
        (lambda: P("hq:a").with_name("null"), "another place: hq:null"),
        (lambda: P("a").with_name("share=b"), "another place: share=b"),
        (lambda: P("a").with_name("b=c"), "unknown kind"),
        (lambda: P.parse("\\\\server", strict=False) / "plates", "another place"),
        (lambda: P("a").with_name("bb:c"), "another place: bb:"),
        (lambda: P("hq:a").with_name("bb:c"), "no party"),
        (lambda: P("share=a").with_suffix(""), "has no name|a name is empty"),
        (lambda: P("share=a/b").with_suffix("exr"), "write it with its dot"),
        (lambda: P("share=a/b").with_suffix("."), "write it with its dot"),
        (lambda: P("share=a/b").with_suffix("./x"), "holds a slash"),
        (lambda: P("share=a/b").with_frames(1, 2), "no file sequence"),
        (lambda: P("share=a/b.#").with_frames(2, 1), "no range"),
        (lambda: P("share=a/b.#").with_frames(-2, 1), "no range"),
        (lambda: P("share=a/b").at_frame(1), "no file sequence"),
        (lambda: P("hq").as_folder(), "could be a folder"),
        (lambda: P(r"lisa@D:\a").with_name("null"), "nothing to move"),
        (lambda: P(r"lisa@D:\a").with_name("hq:"), "no party"),
        (lambda: P("/").as_file(), "root of a disk"),
        (lambda: P("D:\\").as_file(), "root of a disk"),
        (lambda: P.parse("hq/", strict=False).as_file(), "something else"),
        (lambda: P("hq").with_party(None), "is empty"),
        (lambda: P.parse("hq:xx:yy", strict=False).with_party(None), "at another party"),
        (lambda: P("hq:lisa@x.com").with_party(None), "at another party"),
        (lambda: P("a").with_party("site=x:share=b"), "at another party"),
        (lambda: P("a").with_party("b"), "at another party"),
        (lambda: P("share=a").with_party("nobody/x"), "at another party"),
        (lambda: P.parse("share=a/..", strict=False).with_party("a@"), "no e-mail"),
    ],
)
def test_changes_that_would_name_another_place_are_refused(change, problem):
    with pytest.raises(PathError, match=problem):
        change()


@pytest.mark.parametrize(
    ("text", "other", "between"),
    [
        ("share=a/b/c", "share=a", "b/c"),
        ("share=a/b/c", "share=a/b/", "c"),
        ("share=a/b", "share=a/b", "."),
        ("SHARE=a/b", "share=a", "b"),
        ("user=lisa@x.com:/a/b", "lisa@x.com:/a", "b"),
        ("D:\\Work\\a", "d:/work", "a"),
        ("\\\\Server\\plates\\a", "\\\\server\\Plates", "a"),
        ("a/b", "a", "b"),
        ("share=a/b", "share=a/bc", None),
        ("share=a/b", "share=a/B", None),
        ("share=a/b", "volume=a", None),
        ("share=a/b", "share=ab", None),
        ("hq:share=a/b", "share=a", None),
        ("lisa@x.com@ws01:/a", "lisa@x.com:/", None),
        ("\\\\server\\plates\\a", "\\\\server\\other", None),
        ("E:\\a", "D:\\", None),
        ("share=a", "share=a/b", None),
    ],
)
def test_a_path_is_beneath_another_one_or_not(text, other, between):
    path = AccsynPath(text)
    assert path.is_relative_to(other) is (between is not None)
    if between is None:
        with pytest.raises(PathError, match="is not beneath"):
            path.relative_to(AccsynPath(other))
    else:
        assert path.relative_to(other) == PurePosixPath(between)


def test_a_path_that_goes_up_is_beneath_nothing():
    path = AccsynPath.parse("share=a/../b", strict=False)
    assert not path.is_relative_to("share=a")


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("/data/in/", PurePosixPath("/data/in")),
        ("D:\\a/b", PureWindowsPath("D:\\a\\b")),
        ("\\\\server\\plates\\a", PureWindowsPath("//server/plates/a")),
    ],
)
def test_a_local_path_is_one_of_pathlib(text, local):
    assert AccsynPath(text).to_local() == local


@pytest.mark.parametrize(
    ("text", "hint"),
    [("share=a", None), ("a/b", None), ("lisa@x.com:/a", "with_party(None)"), ("hq", None)],
)
def test_a_remote_path_is_never_taken_for_a_local_one(text, hint):
    with pytest.raises(PathError, match="no path of this computer") as caught:
        AccsynPath(text).to_local()
    assert hint in caught.value.hint if hint else caught.value.hint is None
    with pytest.raises(TypeError):
        os.fspath(AccsynPath(text))


@pytest.mark.parametrize(
    ("name", "padding", "frames", "names"),
    [
        ("a.%04d.exr[100-101]", 4, range(100, 102), ["a.0100.exr", "a.0101.exr"]),
        ("a.####.exr[9-10]", 4, range(9, 11), ["a.0009.exr", "a.0010.exr"]),
        ("a_%d[9-10]", 1, range(9, 11), ["a_9", "a_10"]),
        ("####", 4, None, []),
    ],
)
def test_a_sequence_names_its_files(name, padding, frames, names):
    sequence = AccsynPath.share("proj", name).sequence
    assert sequence is not None
    assert (sequence.pattern, sequence.padding) == (name.partition("[")[0], padding)
    assert sequence.frames == frames
    assert [sequence.file_name(frame) for frame in sequence.frames or ()] == names
    with pytest.raises(ValueError, match="no negative number"):
        sequence.file_name(-1)


@pytest.mark.parametrize("name", ["a.0100.exr", "a[1-5].exr", "50%.mov", "a#b#.exr", "x.#[2-1]"])
def test_other_names_are_no_sequences(name):
    assert AccsynPath.parse(f"share=a/{name}", strict=False).sequence is None


def test_a_path_is_a_value():
    path, same = AccsynPath("share=a/b"), AccsynPath.share("a") / "b"
    assert path == same
    assert {path: 1}[same] == 1
    assert path != "share=a/b"
    assert path != AccsynPath("share=a/b/")
    doubtful = AccsynPath.parse("share=a//..", strict=False)
    for kept in (path, doubtful):
        assert pickle.loads(pickle.dumps(kept)) == copy.deepcopy(kept) == kept
    for change in (lambda: setattr(path, "kind", "x"), lambda: delattr(path, "_text")):
        with pytest.raises(AttributeError, match="cannot be changed"):
            change()


def test_paths_sort_by_what_is_beneath_what():
    texts = ["share=a", "share=a/", "share=a/b", "share=a/b/c", "share=a/b-c", "share=a-b"]
    assert sorted(AccsynPath(text) for text in reversed(texts)) == [P(text) for text in texts]
    assert P("share=a") <= P("share=a/b") < P("share=b")
    with pytest.raises(TypeError):
        _ = P("share=a") < "share=b"


def test_paths_load_nothing_heavy():
    code = "import sys, accsyn_orm; accsyn_orm.AccsynPath('share=a/b'); print(*sys.modules)"
    places = (Path(next(iter(accsyn_orm.__path__))).parent, Path(typing_extensions.__file__).parent)
    # -S: what is installed here may load modules at the start.
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))},
    )
    assert not {"pydantic", "pathlib", "difflib", "lark", "requests"} & set(done.stdout.split())
