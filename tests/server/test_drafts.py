"""Files that are written over a long time: seen when whole, continued only when that is right."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from accsyn_orm.server.disk import drafts
from accsyn_orm.server.disk.directory import DIRECTORY, DescriptorDirectory, PathDirectory
from accsyn_orm.server.disk.drafts import Draft, remove_drafts
from accsyn_orm.server.disk.inside import DRAFT_PREFIX, ROOT, Inside
from accsyn_orm.server.disk.refusal import DiskRefusal, Reason
from accsyn_orm.server.disk.tree import Tree

KINDS = [PathDirectory, DescriptorDirectory][: 1 + (DIRECTORY is DescriptorDirectory)]
CONTENT = bytes(range(256)) * 40
TARGET = Inside.parse("in/deep/a.mov")


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def tree(tmp_path: Path, request: pytest.FixtureRequest) -> Tree:
    return Tree(tmp_path / "root", shown_as="share=s", opens=request.param)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.mov"
    path.write_bytes(CONTENT)
    os.utime(path, ns=(5, 1_700_000_000_123_456_789))
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "root" / "in" / "deep" / "a.mov"


def left_in(tree: Tree) -> list[str]:
    with tree.open_directory(TARGET.parent) as directory:
        return [name for name in directory.names() if name.startswith(DRAFT_PREFIX)]


def written(tree: Tree, source: Path, size: int, owner: str = "job") -> int:
    """Begin, or go on with, a draft; return its size before."""
    with source.open("rb") as file:
        draft = Draft(tree, TARGET, owner, file)
        found = draft.size
        draft.write(file.read(size))
        draft.close()
    return found


def test_a_file_appears_when_it_is_published(tree, source, target):
    with source.open("rb") as file:
        draft = Draft(tree, TARGET, "job", file)
        draft.write(file.read(1000))
        assert tree.find(TARGET) is None
        assert tree.entries(TARGET.parent) == []
        draft.write(file.read())
        assert draft.size == len(CONTENT)
        draft.publish()
    assert target.read_bytes() == CONTENT
    assert target.stat().st_mtime_ns == source.stat().st_mtime_ns
    assert left_in(tree) == []


def test_a_draft_goes_on_where_it_was_left(tree, source):
    assert [written(tree, source, size) for size in (700, 300, 0)] == [0, 700, 1000]


@pytest.mark.parametrize("size", [1000, len(CONTENT)])
def test_a_draft_of_a_source_that_changed_starts_over(tree, source, size):
    written(tree, source, 1000)
    source.write_bytes(b"x" * size)
    assert written(tree, source, 10) == 0


def test_a_draft_whose_end_is_not_the_source_starts_over(tree, source, target):
    written(tree, source, 1000)
    (name,) = left_in(tree)
    path = target.parent / name
    path.write_bytes(CONTENT[:999] + b"!")
    os.utime(path, ns=(5, source.stat().st_mtime_ns))
    assert written(tree, source, 10) == 0


def test_a_draft_longer_than_its_source_starts_over(tree, source, target):
    written(tree, source, 1000)
    path = target.parent / left_in(tree)[0]
    path.write_bytes(CONTENT + b"!")
    os.utime(path, ns=(5, source.stat().st_mtime_ns))
    assert written(tree, source, 10) == 0


def test_what_was_written_before_a_crash_starts_over(tree, source):
    with source.open("rb") as file:
        draft = Draft(tree, TARGET, "job", file)
        draft.write(file.read(1000))
        # Neither closed nor marked: nobody knows what of it has reached the disk.
        draft._file.close()
        draft._directory.close()
    assert written(tree, source, 10) == 0


def test_drafts_of_others_are_their_own(tree, source):
    written(tree, source, 1000, owner="one")
    assert written(tree, source, 10, owner="two") == 0
    assert len(left_in(tree)) == 2


def test_a_link_in_place_of_a_draft_is_not_followed(tree, source, target, tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(CONTENT[:1000])
    written(tree, source, 1000)
    path = target.parent / left_in(tree)[0]
    path.unlink()
    path.symlink_to(secret)
    assert written(tree, source, 10) == 0
    assert secret.read_bytes() == CONTENT[:1000]


def test_a_file_that_is_there_is_replaced(tree, source, target):
    target.parent.mkdir(parents=True)
    target.write_bytes(b"old")
    with source.open("rb") as file:
        draft = Draft(tree, TARGET, "job", file)
        draft.write(file.read())
        assert target.read_bytes() == b"old"
        draft.publish()
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.mkdir(), Reason.IS_A_DIRECTORY),
        (lambda path: path.symlink_to("elsewhere"), Reason.LINK),
        (os.mkfifo, Reason.SPECIAL),
    ],
    ids=["directory", "link", "pipe"],
)
def test_what_is_no_file_is_not_replaced(tree, source, target, make, reason):
    target.parent.mkdir(parents=True)
    make(target)
    with (
        source.open("rb") as file,
        pytest.raises(DiskRefusal, match=f"share=s/in/deep/a.mov.*{reason.value}"),
    ):
        Draft(tree, TARGET, "job", file)
    target.rmdir() if target.is_dir() else target.unlink()
    with source.open("rb") as file:
        draft = Draft(tree, TARGET, "job", file)
        make(target)
        with pytest.raises(DiskRefusal, match=reason.value):
            draft.publish()


def test_a_draft_that_somebody_else_has_replaced_is_not_published(tree, source, target):
    with source.open("rb") as file:
        draft = Draft(tree, TARGET, "job", file)
        draft.write(file.read())
        path = target.parent / left_in(tree)[0]
        path.unlink()
        path.write_bytes(b"half")
        with pytest.raises(DiskRefusal, match=Reason.FAILED.value):
            draft.publish()
    assert not target.exists()


def test_a_discarded_draft_leaves_nothing(tree, source, target):
    with source.open("rb") as file:
        draft = Draft(tree, TARGET, "job", file)
        draft.write(b"x")
        draft.discard()
    assert list(target.parent.iterdir()) == []


def test_drafts_of_an_owner_are_removed_together(tree, source, target):
    written(tree, source, 10, owner="job-1")
    written(tree, source, 10, owner="job-11")
    (target.parent / "kept").touch()
    remove_drafts(tree, TARGET.parent, "job-1")
    assert len(left_in(tree)) == 1
    assert written(tree, source, 0, owner="job-11") == 10
    with pytest.raises(DiskRefusal, match=Reason.MISSING.value):
        remove_drafts(tree, ROOT / "nowhere", "job-1")


def test_content_is_forced_onto_the_disk_now_and_then(tree, source, monkeypatch):
    synced: list[int] = []
    sync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: (synced.append(descriptor), sync(descriptor))
    )
    monkeypatch.setattr(drafts, "SYNCED_EVERY", 1000)
    with source.open("rb") as file:
        draft = Draft(tree, TARGET, "job", file)
        for _ in range(5):
            draft.write(file.read(500))
        assert len(synced) == 2
        draft.close()
    assert len(synced) == 3


def test_content_that_nobody_needs_later_is_not_forced_onto_the_disk(tree, source, monkeypatch):
    def refuse(_descriptor: int) -> None:
        raise AssertionError("nobody asked for it")

    monkeypatch.setattr(os, "fsync", refuse)
    with source.open("rb") as file:
        draft = Draft(tree, TARGET, "job", file, syncs=False)
        draft.write(file.read())
        draft.publish()
    assert tree.stat(TARGET).size == len(CONTENT)


def test_a_draft_that_cannot_be_begun_leaves_no_directory_open(tree, source, tmp_path):
    (tmp_path / "root").write_bytes(b"a file")
    with source.open("rb") as file, pytest.raises(DiskRefusal):
        Draft(tree, TARGET, "job", file)
