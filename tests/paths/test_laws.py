"""What holds for every path, and for every text."""

from __future__ import annotations

import pickle
from pathlib import PurePosixPath, PureWindowsPath

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accsyn_orm import AccsynPath, PathError, PathSyntaxError

CALM = settings(deadline=None, max_examples=100)

# Letters that mean something in the notation are frequent.
doubtful = st.text(st.sampled_from("ab.:/\\=@~# %d[]1-()\0\u00e9") | st.characters(), max_size=12)
PARTIES = ["hq:", "acmefilm:", "site=x:", "a@b:", "a@b@c:", "user=", "client=1:", "http:", "x="]
ROOTS = ["share=", "volume=", "home=a@b", "folder=(default)", "~", "null", "/", "D:\\", "\\\\s\\t"]
heads = st.sampled_from(["", *PARTIES, *ROOTS])
texts = st.builds("".join, st.lists(heads | doubtful, max_size=3))

names = st.text(st.sampled_from("abz09._-:= @#()[]\u00e9"), min_size=1, max_size=6).filter(
    lambda name: name.strip() == name and name.strip(". ") and name[1:2] != ":"
)
windows_names = names.filter(lambda name: ":" not in name)
parties = st.sampled_from(
    [None, "hq", "acmefilm", "site=london", "client=5bfe", "lisa@x.com", "lisa@x.com@ws01"]
)
workspace_roots = st.sampled_from(["share=a", "volume=(default)", "home=a@b", "~", "collection=c"])
posix_paths = st.lists(names, max_size=4).map(lambda parts: "/" + "/".join(parts))
windows_paths = st.builds(
    lambda root, parts: root + root[-1].join(parts),
    st.sampled_from(["D:\\", "d:/"]),
    st.lists(windows_names, max_size=4),
)
shared_paths = st.builds(
    lambda root, parts: "/".join([root, *parts]), workspace_roots, st.lists(names, max_size=4)
)


def read(text: str) -> AccsynPath:
    try:
        return AccsynPath(text)
    except PathSyntaxError:  # "#" and brackets may make a broken range
        assume(False)
        raise


paths = st.builds(
    lambda party, path: read(f"{party}:{path}" if party else path),
    parties,
    posix_paths | windows_paths | shared_paths,
)


@CALM
@given(texts)
def test_every_text_comes_back_as_it_was(text):
    path = AccsynPath.parse(text, strict=False)
    assert str(path) == text
    assert pickle.loads(pickle.dumps(path)) == path
    assert eval(repr(path)) == path


@CALM
@given(texts)
def test_a_text_is_its_party_its_root_and_its_elements(text):
    path = AccsynPath.parse(text, strict=False)
    rest = text[path._anatomy.path_start :]
    for part in (path.root, *path.parts):
        # Only a separator, or the colon of v1, is between two of them.
        before, found, rest = rest.partition(part) if part else ("", part, rest)
        assert (found, before.strip("/\\:")) == (part, "")
    assert rest.strip("/\\:") == ""
    assert path.is_folder is (not path.is_mirrored and text[-1:] in {"/", "\\"})
    assert (path.party is None) is (path._anatomy.path_start == 0)


@CALM
@given(texts, texts)
def test_what_is_joined_never_leaves_the_path(text, added):
    base = AccsynPath.parse(text, strict=False)
    try:
        joined = base / added
    except PathError:
        return
    assert joined.parts[: len(base.parts)] == base.parts
    assert len(joined.parts) > len(base.parts)
    assert (joined.party, joined.kind, joined.root) == (base.party, base.kind, base.root)
    assert ".." not in joined.parts[len(base.parts) :]
    assert base.problem is not None or joined.problem is None


@CALM
@given(texts, texts)
def test_a_new_name_stays_beside_the_old_one(text, name):
    path = AccsynPath.parse(text, strict=False)
    try:
        renamed = path.with_name(name)
    except PathError:
        return
    assert (renamed.party, renamed.root) == (path.party, path.root)
    assert renamed.parts == (*path.parts[:-1], name)
    assert path.problem is not None or renamed.problem is None


@CALM
@given(paths, windows_names)
def test_parent_and_join_undo_each_other(path, name):
    try:
        joined = path / name
    except PathError:  # "~", or a range that is none
        assume(False)
    assert (joined.parent.root, joined.parent.parts) == (path.root, path.parts)
    assert joined.parent == (path.as_file() if path.parts else joined.parents[-1])
    assert joined.name == name
    assert joined.is_relative_to(path)
    assert path / joined.relative_to(path) == joined
    assert joined.parents[-1].parts == ()
    assert joined > path


@CALM
@given(paths)
def test_a_path_is_the_same_at_every_party(path):
    for party in ("site=berlin", "a@b@c", "client=1", "hq"):
        moved = path.with_party(party)
        assert str(moved.party) == party
        assert (moved.kind, moved.ident, moved.parts) == (path.kind, path.ident, path.parts)
        assert moved.with_party(None) == path.with_party(None)
    again = path if path.party is None else path.with_party(path.party)
    assert again == path


@CALM
@given(posix_paths, windows_names)
def test_posix_paths_are_those_of_pathlib(text, name):
    _agrees_with_pathlib(read(text), PurePosixPath(text), name)


@CALM
@given(windows_paths, windows_names)
def test_windows_paths_are_those_of_pathlib(text, name):
    _agrees_with_pathlib(read(text), PureWindowsPath(text), name)


def _agrees_with_pathlib(path, expected, name):
    assert path.to_local() == expected
    assert path.parts == expected.parts[1:]
    assert path.parent.to_local() == expected.parent
    assert [parent.to_local() for parent in path.parents] == list(expected.parents)
    # Python 3.14 has other rules for dots at either end of a name.
    if path.sequence is None and path.name.strip(".") == path.name:
        assert (path.stem, path.suffix) == (expected.stem, expected.suffix)
    try:
        joined = path / name
    except PathSyntaxError:
        return
    assert joined.to_local() == expected / name
    assert AccsynPath.local(joined.to_local()) == AccsynPath.local(str(expected / name))
