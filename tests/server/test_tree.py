from __future__ import annotations

import errno
import os
import shutil
import socket
from datetime import datetime, timezone
from pathlib import Path

import pytest

from accsyn_orm.server.disk.directory import (
    DIRECTORY,
    DescriptorDirectory,
    Directory,
    PathDirectory,
)
from accsyn_orm.server.disk.inside import DRAFT_PREFIX, ROOT, Inside
from accsyn_orm.server.disk.refusal import DiskRefusal, Reason, reason_of
from accsyn_orm.server.disk.tree import Tree

KINDS = [PathDirectory, DescriptorDirectory][: 1 + (DIRECTORY is DescriptorDirectory)]
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def at(text: str) -> Inside:
    return Inside.parse(text)


def refusal(reason: Reason, path: str = "") -> pytest.RaisesExc[DiskRefusal]:
    return pytest.raises(DiskRefusal, match=f"{path}.* {reason.value}")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a directory with a few files, beside one that nobody may get to."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    root = tmp_path / "root"
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "deep.exr").write_bytes(b"deep")
    (root / "a" / "one.exr").write_bytes(b"one")
    (root / "empty").mkdir()
    (root / "top.mov").write_bytes(b"top mov")
    os.utime(root / "top.mov", (0, 0))
    return root


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def tree(root: Path, request: pytest.FixtureRequest) -> Tree:
    return Tree(root, shown_as="share=s", opens=request.param)


def names(tree: Tree, inside: str = "", depth: int | None = None) -> list[str]:
    return [str(entry.inside) for entry in tree.walk(at(inside), depth=depth)]


@pytest.mark.parametrize(
    ("inside", "depth", "expected"),
    [
        ("", None, ["a", "a/b", "a/b/deep.exr", "a/one.exr", "empty", "top.mov"]),
        ("", 1, ["a", "empty", "top.mov"]),
        ("", 2, ["a", "a/b", "a/one.exr", "empty", "top.mov"]),
        ("a", 1, ["a/b", "a/one.exr"]),
        ("empty", None, []),
    ],
)
def test_walking_goes_down_in_order_as_deep_as_asked(tree, inside, depth, expected):
    assert names(tree, inside, depth) == expected


def test_an_entry_says_what_is_there(tree):
    file, directory = tree.stat(at("top.mov")), tree.stat(at("a"))
    assert (file.is_directory, file.size, file.modified) == (False, 7, EPOCH)
    assert (directory.is_directory, directory.size) == (True, 0)
    assert tree.stat().is_directory


@pytest.mark.parametrize("inside", ["x", "a/x", "x/y", "top.mov/x"])
def test_what_is_not_there_is_said_so(tree, inside):
    assert tree.find(at(inside)) is None
    with refusal(Reason.MISSING, f"share=s/{inside}"):
        tree.stat(at(inside))


@pytest.mark.parametrize("opens", KINDS)
def test_a_tree_whose_root_is_missing_is_empty_handed(tmp_path, opens):
    tree = Tree(tmp_path / "x", shown_as="share=s", opens=opens)
    assert tree.find() is None
    with refusal(Reason.MISSING, "share=s"):
        tree.entries()
    tree.make_directory(at("a/b"), parents=True)
    assert names(tree) == ["a", "a/b"]


def test_a_whole_file_is_read_and_written(tree, root):
    with tree.open_read(at("a/one.exr")) as file:
        assert file.read() == b"one"
    with tree.open_write(at("new/dir/two.exr"), parents=True) as file:
        file.write(b"two")
        assert not (root / "new" / "dir" / "two.exr").exists()
    assert (root / "new" / "dir" / "two.exr").read_bytes() == b"two"
    with tree.open_write(at("top.mov")) as file:
        file.write(b"again")
    assert (root / "top.mov").read_bytes() == b"again"
    assert [path.name for path in root.rglob(f"{DRAFT_PREFIX}*")] == []


def test_a_draft_cannot_be_seen(tree, root):
    with tree.open_write(at("empty/x")) as file:
        file.write(b"x")
        assert len(list((root / "empty").iterdir())) == 1
        assert names(tree, "empty") == []


def test_what_was_there_stays_when_writing_fails(tree, root):
    chunks = (chunk for chunk in (b"half", "text"))
    with pytest.raises(TypeError), tree.open_write(at("top.mov")) as file:
        file.writelines(chunks)
    assert (root / "top.mov").read_bytes() == b"top mov"
    assert sorted(path.name for path in root.iterdir()) == ["a", "empty", "top.mov"]


def test_a_file_is_replaced_only_when_it_may_be(tree, root):
    with refusal(Reason.EXISTS), tree.open_write(at("top.mov"), replace=False) as file:
        file.write(b"new")
    with refusal(Reason.EXISTS), tree.open_write(at("late"), replace=False) as file:
        (root / "late").write_bytes(b"first")
        file.write(b"second")
    assert (root / "late").read_bytes() == b"first"
    assert (root / "top.mov").read_bytes() == b"top mov"


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("a", Reason.IS_A_DIRECTORY),
        ("x/y", Reason.MISSING),
        ("top.mov/x", Reason.NOT_A_DIRECTORY),
        ("", Reason.IS_ROOT),
    ],
)
def test_a_file_is_not_written_where_none_can_be(tree, inside, reason):
    with refusal(reason), tree.open_write(at(inside)):
        pass


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("a", Reason.IS_A_DIRECTORY),
        ("", Reason.IS_A_DIRECTORY),
        ("x", Reason.MISSING),
        ("top.mov/x", Reason.NOT_A_DIRECTORY),
    ],
)
def test_only_files_are_read(tree, inside, reason):
    with refusal(reason):
        tree.open_read(at(inside))


def test_directories_are_made(tree, root):
    tree.make_directory(at("a/new"))
    assert (root / "a" / "new").is_dir()
    tree.make_directory(at("a/new"), exist_ok=True)
    tree.make_directory(ROOT, exist_ok=True)
    tree.make_directory(at("p/q/r"), parents=True)
    assert (root / "p" / "q" / "r").is_dir()


@pytest.mark.parametrize(
    ("inside", "options", "reason"),
    [
        ("a", {}, Reason.EXISTS),
        ("", {}, Reason.EXISTS),
        ("x/y", {}, Reason.MISSING),
        ("top.mov", {"exist_ok": True}, Reason.NOT_A_DIRECTORY),
        ("top.mov/x", {"parents": True}, Reason.NOT_A_DIRECTORY),
    ],
)
def test_a_directory_is_not_made_where_none_can_be(tree, inside, options, reason):
    with refusal(reason):
        tree.make_directory(at(inside), **options)


def test_files_and_directories_are_moved(tree, root):
    tree.move(at("top.mov"), tree, at("a/b/moved.mov"))
    tree.move(at("a/b"), tree, at("empty/c"))
    assert names(tree) == ["a", "a/one.exr", "empty", "empty/c", "empty/c/deep.exr",
                           "empty/c/moved.mov"]  # fmt: skip
    other = tree.beneath(at("empty"), "folder=f")
    other.move(at("c/deep.exr"), tree, at("deep.exr"))
    assert (root / "deep.exr").read_bytes() == b"deep"


@pytest.mark.parametrize(
    ("inside", "to", "reason"),
    [
        ("x", "y", Reason.MISSING),
        ("top.mov", "a/one.exr", Reason.EXISTS),
        ("top.mov", "top.mov", Reason.EXISTS),
        ("a", "empty", Reason.EXISTS),
        ("top.mov", "x/y", Reason.MISSING),
        ("top.mov", "a/one.exr/y", Reason.NOT_A_DIRECTORY),
        ("a", "a/b/c", Reason.INTO_ITSELF),
        ("", "x", Reason.IS_ROOT),
        ("a", "", Reason.IS_ROOT),
    ],
)
def test_nothing_is_moved_where_it_cannot_be(tree, root, inside, to, reason):
    before = names(tree)
    with refusal(reason):
        tree.move(at(inside), tree, at(to))
    assert names(tree) == before


def test_a_file_is_moved_to_the_same_name_in_other_letters(tree, root):
    tree.move(at("top.mov"), tree, at("TOP.mov"))
    assert (root / "TOP.mov").exists()


class CaseBlind(DIRECTORY):
    """A directory on a disk where the names of one file differ in case only."""

    def look(self, name: str) -> os.stat_result:
        known = {one.casefold(): one for one in self.names()}
        return super().look(known.get(name.casefold(), name))


def test_a_name_can_be_spelt_otherwise_where_case_does_not_count(root):
    tree = Tree(root, opens=CaseBlind)
    tree.move(at("top.mov"), tree, at("TOP.mov"))
    assert (root / "TOP.mov").exists()
    with refusal(Reason.EXISTS):
        tree.move(at("a/one.exr"), tree, at("top.MOV"))


class Elsewhere(DIRECTORY):
    """A directory from which everything else is on another disk."""

    def rename(self, name, to, to_name):
        raise OSError(errno.EXDEV, "Invalid cross-device link")


def test_nothing_is_moved_to_another_disk(root):
    tree = Tree(root, opens=Elsewhere)
    with refusal(Reason.OTHER_DISK):
        tree.move(at("top.mov"), tree, at("a/top.mov"))
    assert (root / "top.mov").exists()


def test_files_and_directories_are_removed(tree, root):
    tree.remove(at("top.mov"))
    tree.remove(at("empty"))
    with refusal(Reason.NOT_EMPTY):
        tree.remove(at("a"))
    assert names(tree) == ["a", "a/b", "a/b/deep.exr", "a/one.exr"]
    (root / "a" / f"{DRAFT_PREFIX}left").write_bytes(b"x")
    (root / "a" / "aux.txt").write_bytes(b"x")
    tree.remove(at("a"), force=True)
    assert list(root.iterdir()) == []


@pytest.mark.parametrize(("inside", "reason"), [("x", Reason.MISSING), ("", Reason.IS_ROOT)])
def test_what_cannot_be_removed_is_said(tree, inside, reason):
    with refusal(reason):
        tree.remove(at(inside), force=True)
    assert tree.find() is not None


def test_removing_can_cope_with_trees_deeper_than_paths_go(tree, root):
    depth = 230
    top = os.open(root / "empty", os.O_RDONLY)
    here = top
    for _ in range(depth):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    listed = names(tree, "empty")
    assert 100 < len(listed) < depth
    tree.remove(at("empty"), force=True)
    assert tree.find(at("empty")) is None


def test_names_that_no_path_can_say_are_not_listed(tree, root):
    for name in ("aux.txt", "ends.", "\udcff.bin"):
        (root / "empty" / name).write_bytes(b"x")
    assert names(tree, "empty") == []


# -- links ---------------------------------------------------------------------------------------


@pytest.fixture
def linked(root: Path) -> Path:
    (root / "link").symlink_to(root.parent / "outside")
    (root / "to_file").symlink_to(root.parent / "outside" / "secret")
    (root / "to_self").symlink_to("a")
    return root


@pytest.mark.parametrize("inside", ["link", "link/secret", "to_file", "to_self", "to_self/one.exr"])
def test_links_count_as_not_there(tree, linked, inside):
    assert tree.find(at(inside)) is None
    assert inside not in names(tree)


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree.entries(at("link")),
        lambda tree: tree.open_read(at("to_file")),
        lambda tree: tree.open_read(at("link/secret")),
        lambda tree: tree.open_write(at("to_file")).__enter__(),
        lambda tree: tree.open_write(at("link/new")).__enter__(),
        lambda tree: tree.open_write(at("link/new"), parents=True).__enter__(),
        lambda tree: tree.make_directory(at("link/new")),
        lambda tree: tree.make_directory(at("link"), exist_ok=True),
        lambda tree: tree.move(at("top.mov"), tree, at("link/top.mov")),
        lambda tree: tree.move(at("top.mov"), tree, at("to_file")),
        lambda tree: tree.move(at("link/secret"), tree, at("mine")),
        lambda tree: tree.remove(at("link"), force=True),
        lambda tree: tree.remove(at("link/secret")),
        lambda tree: tree.beneath(at("link"), "folder=f").entries(),
    ],
)
def test_nothing_goes_through_a_link(tree, linked, change):
    before = sorted(path.name for path in linked.iterdir())
    with pytest.raises(DiskRefusal):
        change(tree)
    assert [path.name for path in (linked.parent / "outside").iterdir()] == ["secret"]
    assert (linked.parent / "outside" / "secret").read_bytes() == b"secret"
    assert sorted(path.name for path in linked.iterdir()) == before


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_directory_that_is_removed_in_part_is_told_so(root, kind, monkeypatch):
    unlink = kind.unlink

    def refuse(self: Directory, name: str) -> None:
        if name == "deep.exr":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        unlink(self, name)

    monkeypatch.setattr(kind, "unlink", refuse)
    with pytest.raises(DiskRefusal, match="'share=s/a' is removed in part") as caught:
        Tree(root, shown_as="share=s", opens=kind).remove(at("a"), force=True)
    assert caught.value.reason is Reason.PARTLY_REMOVED
    assert [path.name for path in sorted((root / "a").rglob("*"))] == ["b", "deep.exr"]


def test_links_are_removed_with_their_directory_and_not_followed(tree, root):
    (root / "a" / "link").symlink_to(root.parent / "outside")
    tree.remove(at("a"), force=True)
    assert (root.parent / "outside" / "secret").exists()
    assert not (root / "a").exists()


def test_the_root_itself_may_be_a_link(root, tmp_path):
    (tmp_path / "projects").symlink_to(root)
    for opens in KINDS:
        tree = Tree(tmp_path / "projects", opens=opens)
        assert tree.find(at("top.mov")) is not None
        with tree.open_read(at("top.mov")) as file:
            assert file.read() == b"top mov"


def test_what_is_neither_file_nor_directory_is_not_touched(tree, root):
    os.mkfifo(root / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(root)  # names of sockets are short
        listener.bind("sock")
        os.chdir(here)
        for special in ("fifo", "sock"):
            assert tree.find(at(special)) is None
            with refusal(Reason.SPECIAL):
                tree.open_read(at(special))
            with refusal(Reason.SPECIAL), tree.open_write(at(special)):
                pass


def test_a_directory_that_vanishes_while_walking_is_left_out(tree, root):
    walk = tree.walk()
    assert next(walk).inside == at("a")
    shutil.rmtree(root / "a")
    assert [str(entry.inside) for entry in walk] == ["empty", "top.mov"]


def test_a_walk_holds_nothing_open(tree):
    lowest_free = os.dup(0)
    os.close(lowest_free)
    walk = tree.walk()
    next(walk)
    again = os.dup(0)
    os.close(again)
    assert again == lowest_free


def test_a_moment_that_no_date_can_say_is_cut(tree, root):
    os.utime(root / "top.mov", (2**40, 2**40))
    assert tree.stat(at("top.mov")).modified.year > 2200  # as late as the disk can say
    os.utime(root / "top.mov", (-1, -1))
    assert tree.stat(at("top.mov")).modified == EPOCH


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, Reason.NO_SPACE),
        (errno.EACCES, Reason.DENIED),
        (errno.ENAMETOOLONG, Reason.TOO_LONG),
        (errno.EIO, Reason.FAILED),
        (None, Reason.FAILED),
    ],
)
def test_errors_of_the_system_have_reasons(number, reason):
    error = OSError(number, "x")
    assert reason_of(error) is reason


class Broken(DIRECTORY):
    """A directory on a disk with a problem."""

    def look(self, name):
        raise OSError(errno.EIO, "Input/output error")


def test_a_broken_disk_is_not_taken_for_an_empty_one(root):
    tree = Tree(root, opens=Broken)
    for look in (tree.find, tree.stat, tree.remove):
        with refusal(Reason.FAILED, "top.mov"):
            look(at("top.mov"))


class Locked(DIRECTORY):
    """A directory that lets nobody in."""

    def enter(self, name):
        raise PermissionError(errno.EACCES, "Permission denied")


def test_a_locked_directory_is_not_taken_for_an_empty_one(root):
    with refusal(Reason.DENIED, "a"):
        list(Tree(root, opens=Locked).walk())
