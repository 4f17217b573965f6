"""One task: what of its source arrives where, under which settings, and what does not."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.disk.refusal import DiskRefusal, Reason
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.engine.ends import End
from accsyn_orm.server.engine.options import WITHOUT_EFFECT, read_options
from accsyn_orm.server.engine.trouble import TransferError
from accsyn_orm.server.engine.work import Route, TaskWork

Files = Mapping[str, bytes | None]


class Disks:
    """Two trees: what is sent, and what receives."""

    def __init__(self, base: Path) -> None:
        self.source, self.target = base / "source", base / "target"
        self.source.mkdir()
        self._works: list[TaskWork] = []

    def close(self) -> None:
        for work in self._works:
            work.close()

    def write(self, files: Files, *, at: Path | None = None, modified: int = 10**18) -> None:
        """Write files with their content; ``None`` makes a directory."""
        for name, content in files.items():
            path = (at or self.source) / name
            if content is None:
                path.mkdir(parents=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, ns=(modified, modified))

    def work(
        self, *sources: str, to: str = "", mirrored: bool = False, **settings: str
    ) -> TaskWork:
        ends = [_end(self.source, "share=s", path) for path in sources]
        destination = _end(self.target, "share=t", to)
        route = Route("job-1", ends, destination, read_options(settings), is_mirrored=mirrored)
        self._works.append(TaskWork(route))
        return self._works[-1]

    def move(
        self, *sources: str, to: str = "", mirrored: bool = False, **settings: str
    ) -> TaskWork:
        """Carry a task out to its end."""
        work = self.work(*sources, to=to, mirrored=mirrored, **settings)
        while not work.is_done:
            work.advance(1 << 40)
        assert work.moved == work.size
        return work

    def arrived(self) -> dict[str, bytes | None]:
        """Read all that is at the destination, hidden files included."""
        return {
            str(path.relative_to(self.target)): None if path.is_dir() else path.read_bytes()
            for path in sorted(self.target.rglob("*"))
            if not (path.is_dir() and any(path.iterdir()))
        }


def _end(root: Path, shown: str, path: str) -> End:
    inside = Inside.parse(path)
    return End(Tree(root, shown_as=shown), inside, inside.name or "s", path[-1:] in {"", "/"})


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[Disks]:
    disks = Disks(tmp_path)
    yield disks
    disks.close()


TREE: Files = {
    "shot/plate.0001.exr": b"1",
    "shot/plate.0002.exr": b"22",
    "shot/deep/er/notes ü 日本.txt": "grüße".encode(),
    "shot/empty.txt": b"",
    "shot/nothing": None,
}


@pytest.mark.parametrize(
    ("source", "to", "expected"),
    [
        ("a.mov", "", "a.mov"),
        ("a.mov", "in/", "in/a.mov"),
        ("a.mov", "in/b.mov", "in/b.mov"),
        ("sub/a.mov", "in/deep/", "in/deep/a.mov"),
        ("Å ñ/日本.mov", "ü/", "ü/日本.mov"),
    ],
)
@pytest.mark.behaviour(
    "transfers/paths: a destination that ends in a slash takes the source's name"
)
@pytest.mark.behaviour("transfers/paths: a destination without one is the new name")
def test_a_slash_at_the_end_keeps_the_name(disks, source, to, expected):
    disks.write({source: b"content"})
    disks.move(source, to=to)
    assert disks.arrived() == {expected: b"content"}


def test_a_directory_arrives_with_all_that_is_in_it(disks):
    disks.write(TREE)
    work = disks.move("shot", to="in/")
    assert disks.arrived() == {f"in/{name}": content for name, content in TREE.items()}
    assert work.size == sum(len(content or b"") for content in TREE.values())


@pytest.mark.parametrize(
    ("source", "to", "expected"),
    [
        ("shot/", "new", "new/"),
        ("shot/", "in/", "in/shot/"),
        ("", "all", "all/shot/"),
        ("", "", "s/shot/"),
    ],
)
def test_a_directory_follows_the_rule_of_the_slash_too(disks, source, to, expected):
    disks.write({"shot/a": b"a"})
    disks.move(source, to=to)
    assert disks.arrived() == {f"{expected}a": b"a"}


def test_a_mirrored_directory_does_not_go_into_itself(disks):
    disks.write({"shot/a": b"a"})
    disks.move("", mirrored=True)
    assert disks.arrived() == {"shot/a": b"a"}


def test_several_sources_go_into_one_directory(disks):
    disks.write({"x/a": b"a", "y/b": b"b"})
    disks.move("x/a", "y/b", to="in")
    assert disks.arrived() == {"in/a": b"a", "in/b": b"b"}


def test_links_and_pipes_are_left_out(disks, tmp_path):
    disks.write({"shot/a": b"a"})
    (tmp_path / "secret").write_bytes(b"secret")
    (disks.source / "shot" / "link").symlink_to(tmp_path / "secret")
    (disks.source / "shot" / "way").symlink_to(tmp_path)
    os.mkfifo(disks.source / "shot" / "pipe")
    disks.move("shot", to="in/")
    assert disks.arrived() == {"in/shot/a": b"a"}


def test_a_link_at_the_destination_is_not_followed(disks, tmp_path):
    disks.write({"a": b"a"})
    disks.target.mkdir()
    (disks.target / "way").symlink_to(tmp_path)
    with pytest.raises(TransferError, match=r"is a link.*E#J057"):
        disks.move("a", to="way/")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("source", ["nowhere", "nowhere/", "a/b", "link"])
def test_a_source_that_is_not_there_is_an_error(disks, source):
    disks.write({"a": b"a"})
    (disks.source / "link").symlink_to("a")
    with pytest.raises(TransferError, match=r"is not there \(E#J001\)"):
        disks.work(source, to="in/")


@pytest.mark.parametrize(
    ("present", "source", "to", "message"),
    [
        ({"in/a": None}, "a", "in/", "is a folder.*E#J055"),
        ({"in": b"file"}, "a", "in/", "is not a folder.*E#J058"),
        ({"in": b"file"}, "a", "in/deep/", "is not a folder.*E#J058"),
        ({"in": b"file"}, "shot", "in", "is not a folder.*E#J058"),
    ],
)
def test_what_is_in_the_way_is_an_error(disks, present, source, to, message):
    disks.write({"a": b"a", "shot/b": b"b"})
    disks.write(present, at=disks.target)
    with pytest.raises(TransferError, match=message):
        disks.move(source, to=to)


@pytest.mark.behaviour(
    "transfers/copying: a file that is there, of the same size and age, is not copied again"
)
@pytest.mark.behaviour("transfers/copying: a copy is as old as its source")
def test_what_is_there_already_is_not_copied_again(disks):
    disks.write(TREE)
    disks.move("shot", to="in/")
    inodes = {path: path.stat().st_ino for path in disks.target.rglob("*")}
    disks.write({"shot/plate.0001.exr": b"x"}, modified=2 * 10**18)
    work = disks.work("shot", to="in/")
    assert work.advance(1 << 40) == 1
    assert work.is_done
    changed = [path.name for path, inode in inodes.items() if path.stat().st_ino != inode]
    assert changed == ["plate.0001.exr"]


def test_a_task_moves_as_many_bytes_as_it_may(disks):
    disks.write({"shot/a": b"a" * 10, "shot/b": b"", "shot/c": b"c" * 5})
    work = disks.work("shot", to="in/")
    seen = [(work.advance(limit), work.moved, work.is_done) for limit in (4, 0, 4, 4, 4)]
    assert seen == [
        (4, 4, False), (0, 4, False), (4, 8, False), (4, 12, False), (3, 15, True),
    ]  # fmt: skip


@pytest.mark.behaviour("transfers/copying: a file appears under its name when it is whole")
@pytest.mark.behaviour("transfers/copying: copying goes on where it was interrupted")
def test_an_interrupted_task_goes_on_where_it_was(disks):
    disks.write({"shot/a": b"a" * 10, "shot/b": b"b" * 10})
    work = disks.work("shot", to="in/")
    work.advance(14)
    assert disks.arrived().keys() >= {"in/shot/a"}
    assert not (disks.target / "in/shot/b").exists()
    work.close()
    assert work.moved == 14
    again = disks.work("shot", to="in/")
    assert again.advance(0) == 0
    assert again.moved == 14
    assert again.advance(100) == 6
    assert disks.arrived() == {"in/shot/a": b"a" * 10, "in/shot/b": b"b" * 10}


@pytest.mark.parametrize("change", ["longer", "shorter", "other"])
@pytest.mark.behaviour("transfers/copying: a file that changes while it is copied fails the task")
def test_a_source_that_changes_meanwhile_is_an_error(disks, change):
    disks.write({"a": b"a" * 10})
    work = disks.work("a", to="in/")
    work.advance(5)
    content = {"longer": b"b" * 11, "shorter": b"b", "other": b"b" * 10}[change]
    disks.write({"a": content}, modified=2 * 10**18)
    with pytest.raises(TransferError, match=r"'share=s/a' was changed.*E#J054"):
        work.advance(100)
    assert not (disks.target / "in" / "a").exists()
    work.close()
    disks.move("a", to="in/")
    assert disks.arrived() == {"in/a": content}


def test_a_file_that_was_replaced_before_its_turn_counts_as_it_is(disks):
    disks.write({"shot/a": b"a" * 10, "shot/b": b"b" * 10})
    work = disks.work("shot", to="in/")
    disks.write({"shot/b": b"c" * 25})
    work.advance(100)
    assert (work.size, work.moved, work.is_done) == (35, 35, True)


# -- sequences ------------------------------------------------------------------------------------

FRAMES: Files = {f"s/p.{frame:04}.exr": str(frame).encode() for frame in (7, 8, 9, 10)}


@pytest.mark.parametrize(
    ("source", "to", "expected"),
    [
        ("s/p.%04d.exr[8-9]", "in/", ["in/p.0008.exr", "in/p.0009.exr"]),
        ("s/p.####.exr[10-10]", "in/", ["in/p.0010.exr"]),
        ("s/p.####.exr", "in/", [f"in/p.{frame:04}.exr" for frame in (7, 8, 9, 10)]),
        ("s/p.####.exr", "in/q.###.exr", [f"in/q.{frame:03}.exr" for frame in (7, 8, 9, 10)]),
        ("s/p.####.exr[7-8]", "in/p.####.exr[7-8]", ["in/p.0007.exr", "in/p.0008.exr"]),
    ],
)
@pytest.mark.behaviour("transfers/sequences: a sequence moves the frames of its range, or all")
@pytest.mark.behaviour("transfers/sequences: a sequence as a destination renames the frames")
def test_a_sequence_moves_its_frames(disks, source, to, expected):
    disks.write({**FRAMES, "s/p.0011.jpg": b"other", "s/p.12.exr": b"other"})
    disks.move(source, to=to)
    assert list(disks.arrived()) == expected
    assert set(disks.arrived().values()) <= set(FRAMES.values())


@pytest.mark.behaviour("transfers/sequences: a range with a frame that is missing fails")
def test_a_frame_that_is_missing_is_an_error(disks):
    disks.write(FRAMES)
    with pytest.raises(TransferError, match=r"p\.0011\.exr' is not there \(E#J001\)"):
        disks.work("s/p.####.exr[9-12]", to="in/")
    with pytest.raises(TransferError, match=r"q\.####\.exr' has no frames \(E#J001\)"):
        disks.work("s/q.####.exr", to="in/")
    with pytest.raises(TransferError, match=r"E#J001"):
        disks.work("nowhere/q.####.exr", to="in/")


def test_a_file_that_is_named_like_a_sequence_is_a_file(disks):
    disks.write({"a#.mov": b"a"})
    disks.move("a#.mov", to="in/")
    assert disks.arrived() == {"in/a#.mov": b"a"}


# -- settings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"transfer_exclude": "*.tmp"}, ["a.exr", "cache/c.exr", "cache/d.tmpx"]),
        ({"transfer_exclude": "cache"}, ["a.exr", "b.tmp"]),
        ({"transfer_exclude": r"cache\,*.tmp"}, ["a.exr"]),
        ({"transfer_include": "*.exr"}, ["a.exr", "cache/c.exr"]),
        ({"transfer_include": "*.exr", "transfer_exclude": "cache"}, ["a.exr"]),
        ({"transfer_exclude": "re('^[ab]\\.')"}, ["cache/c.exr", "cache/d.tmpx"]),
    ],
)
@pytest.mark.behaviour("transfers/settings: transfer_exclude and transfer_include choose files")
@pytest.mark.behaviour("transfers/settings: a folder in which nothing is included is not made")
def test_filters_choose_files(disks, settings, expected):
    disks.write({"x/a.exr": b"", "x/b.tmp": b"", "x/cache/c.exr": b"", "x/cache/d.tmpx": b""})
    disks.move("x", to="y", **settings)
    assert list(disks.arrived()) == [f"y/{name}" for name in expected]


def test_a_file_that_is_a_task_itself_passes_the_filters(disks):
    disks.write({"a.tmp": b"a"})
    disks.move("a.tmp", to="in/", transfer_exclude="*.tmp")
    assert disks.arrived() == {"in/a.tmp": b"a"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"in/a": b"new", "in/x/b": b"new"}),
        ({"transfer_ignore_existing": "file"}, {"in/a": b"old", "in/x/b": b"old"}),
        ({"transfer_ignore_existing": "directory"}, {"in/a": b"new", "in/x/b": b"old"}),
        ({"transfer_ignore_existing": "file, directory"}, {"in/a": b"old", "in/x/b": b"old"}),
    ],
)
@pytest.mark.behaviour("transfers/settings: transfer_ignore_existing leaves alone what exists")
def test_what_exists_is_left_alone_if_asked_for(disks, settings, expected):
    disks.write({"a": b"new", "x/b": b"new"})
    disks.write({"in/a": b"old", "in/x/b": b"old"}, at=disks.target, modified=10**17)
    disks.move("a", to="in/", **settings)
    disks.move("x", to="in/", **settings)
    assert disks.arrived() == expected


def test_ignoring_directories_makes_those_that_are_not_there(disks):
    disks.write({"x/b": b"new"})
    disks.move("x", to="in/", transfer_ignore_existing="directory")
    assert disks.arrived() == {"in/x/b": b"new"}


@pytest.mark.parametrize(
    ("settings", "removed"),
    [
        ({}, []),
        ({"transfer_mode": "onewaysync"}, ["gone/deep/g.exr", "old.exr"]),
        (
            {"transfer_mode": "onewaysync", "transfer_exclude": "*.tmp"},
            ["gone/deep/g.exr", "old.exr"],
        ),
        (
            {"job_done_actions": "delete_excluded", "transfer_exclude": "*.tmp"},
            ["cache/c.tmp", "old.tmp"],
        ),
        (
            {
                "transfer_mode": "onewaysync",
                "job_done_actions": "delete_excluded",
                "transfer_exclude": "*.tmp",
            },
            ["cache/c.tmp", "gone/deep/g.exr", "old.exr", "old.tmp"],
        ),
    ],
)
@pytest.mark.behaviour(
    "transfers/settings: transfer_mode onewaysync removes what the source no longer has"
)
@pytest.mark.behaviour(
    "transfers/settings: delete_excluded removes at the destination what filters leave out"
)
def test_what_is_too_much_at_the_destination_is_removed_if_asked_for(disks, settings, removed):
    there = {"old.exr": b"", "old.tmp": b"", "gone/deep/g.exr": b"", "cache/c.tmp": b""}
    disks.write({"x/a.exr": b"a", "x/cache/c.exr": b""})
    disks.write({f"y/{name}": content for name, content in there.items()}, at=disks.target)
    disks.write({"beside": b""}, at=disks.target)
    if "transfer_exclude" not in settings and settings:
        removed = [*removed, "cache/c.tmp", "old.tmp"]
    disks.move("x", to="y", **settings)
    kept = {f"y/{name}" for name in there.keys() - set(removed)}
    assert disks.arrived().keys() == {"beside", "y/a.exr", "y/cache/c.exr"} | kept


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"transfer_speedlimit": "fast"}, "transfer_speedlimit is a number"),
        ({"transfer_speedlimit": "nan"}, "transfer_speedlimit is a number"),
        ({"transfer_speedlimit": "-2"}, "transfer_speedlimit is a number between"),
        ({"transfer_mode": "twoway"}, "transfer_mode is copy or onewaysync"),
        ({"job_max_retries": "often"}, "job_max_retries is a number"),
        ({"transfer_exclude": "re('(')"}, ""),
    ],
)
@pytest.mark.behaviour("transfers/settings: a setting that makes no sense fails the task")
def test_settings_that_make_no_sense_are_errors(settings, problem):
    with pytest.raises(TransferError, match=rf"{problem}.*\(E#J010\)"):
        read_options(settings)


@pytest.mark.parametrize(
    ("limit", "expected"), [("-1", None), ("", None), ("0", 0), ("2.5", 2_500_000), (" 10 ", 10**7)]
)
def test_speed_limits_are_in_megabytes_per_second(limit, expected):
    assert read_options({"transfer_speedlimit": limit}).speed_limit == expected


@pytest.mark.behaviour("transfers/settings: settings that this engine has no use for are kept")
def test_settings_without_effect_change_nothing():
    assert WITHOUT_EFFECT
    assert read_options(dict.fromkeys(WITHOUT_EFFECT, "x")) == read_options({})


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "E#J066"), (errno.EIO, "E#J057"), (errno.EACCES, "E#J057")],
)
@pytest.mark.behaviour("transfers/problems: why a job waits or failed is told with accsyn's code")
def test_a_disk_that_does_not_take_it_is_an_error(disks, monkeypatch, number, code):
    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    disks.write({"a": b"a" * 10})
    work = disks.work("a", to="in/")
    work.advance(5)
    with monkeypatch.context() as patched:
        # Where the system buffers, a full disk shows when it is to be filled for good.
        patched.setattr(os, "fsync", refuse)
        with pytest.raises(TransferError, match=code):
            work.advance(5)
    assert not (disks.target / "in" / "a").exists()
    disks.move("a", to="in/")
    assert disks.arrived() == {"in/a": b"a" * 10}


class FullDisk(io.FileIO):
    """A file on a disk that has room for six bytes."""

    def write(self, content: Any) -> int:
        room = 6 - self.tell()
        if room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(content[:room])


@pytest.mark.behaviour("transfers/copying: a file for which a disk has no room leaves nothing")
def test_a_full_disk_gets_back_the_room_that_was_taken(disks, monkeypatch):
    disks.write({"a": b"0123456789"})
    work = disks.work("a", to="in/")
    with monkeypatch.context() as patched:
        patched.setattr(io, "FileIO", FullDisk)
        work.advance(5)
        assert work.moved == 5
        with pytest.raises(TransferError, match="E#J066"):
            work.advance(5)
    assert work.moved == 0
    (draft,) = (disks.target / "in").iterdir()
    assert draft.stat().st_size == 0
    disks.move("a", to="in/")
    assert disks.arrived() == {"in/a": b"0123456789"}


def test_a_source_that_cannot_be_read_is_an_error(disks, monkeypatch):
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    disks.write({"a": b"a" * 10})
    work = disks.work("a", to="in/")
    monkeypatch.setattr(Tree, "open_read", refuse)
    with pytest.raises(TransferError, match=r"'share=s/a'.*E#J005"):
        work.advance(5)


def test_a_source_that_ends_too_early_is_an_error(disks):
    disks.write({"a": b"a" * 10})
    work = disks.work("a", to="in/")
    work.advance(5)
    with (disks.source / "a").open("r+b") as file:
        file.truncate(3)
    with pytest.raises(TransferError, match=r"'share=s/a' was changed.*E#J054"):
        work.advance(100)


def test_many_small_files_let_others_have_a_turn(disks, monkeypatch):
    monkeypatch.setattr("accsyn_orm.server.engine.work.FILES_PER_STEP", 3)
    disks.write({f"shot/{number}": b"x" for number in range(6)})
    work = disks.work("shot", to="in/")
    seen = []
    while not work.is_done:
        seen.append(work.advance(1 << 40))
    assert seen == [2, 3, 1]


def test_what_cannot_be_removed_at_the_destination_is_an_error(disks, monkeypatch):
    def refuse(self: Tree, inside: Inside) -> None:
        raise DiskRefusal(self.shown(inside), Reason.DENIED)

    disks.write({"x/a": b"a"})
    disks.write({"y/b": b"b"}, at=disks.target)
    monkeypatch.setattr(Tree, "remove", refuse)
    with pytest.raises(TransferError, match=r"'share=t/y/b' cannot be accessed.*E#J057"):
        disks.move("x", to="y", transfer_mode="onewaysync")
