"""Files on shares, through the share: listed, walked, measured and changed."""

from __future__ import annotations

from datetime import timezone
from pathlib import PurePosixPath

import pytest

from accsyn_orm import (
    AccsynPath,
    EntityStateError,
    EntityValidationError,
    FileInfo,
    Folder,
    Home,
    PathError,
    PathSyntaxError,
    Share,
    Size,
    Volume,
)


@pytest.fixture
def folder(session) -> Folder:
    return session.query(Folder).where(Folder.code == "theproject").one()


@pytest.mark.parametrize(("protocol", "kind"), [("v3", "folder"), ("v1", "share")])
def test_share_names_its_files_as_the_generation_does(workspace, protocol: str, kind: str) -> None:
    with workspace.session("admin", protocol):
        folder = Folder.where(Folder.code == "theproject").one()
        assert folder.root == AccsynPath(f"{kind}=theproject")
        assert folder / "plates" / "a.exr" == AccsynPath(f"{kind}=theproject/plates/a.exr")
        assert [info.name for info in folder.ls("plates")] == ["sh010_0001.exr", "sh010_0002.exr"]
        assert folder.exists("README.txt")
        home = Home.where(Home.code == "lisa@example.com").one()
        assert [info.path for info in home.ls()] == [home / "showreel.mov"]


def test_share_is_named_by_code_or_by_id_and_not_at_all_before_it_has_either(v3) -> None:
    assert str(Folder(code="a", path="a") / "b") == "folder=a/b"
    assert str(Folder.load_record({"id": "c" * 24}, v3).root) == f"folder={'c' * 24}"
    with pytest.raises(EntityStateError, match="no path can name it"):
        _ = Folder(name="A", path="a") / "b"


def test_rows_are_typed(folder: Folder) -> None:
    readme, plates = sorted(folder.ls(), key=lambda info: info.name)
    assert (readme.is_directory, readme.size, readme.path) == (False, 30, folder / "README.txt")
    assert isinstance(readme.size, Size)
    assert readme.modified
    assert readme.modified.tzinfo is timezone.utc
    assert (plates.is_directory, plates.size, plates.files) == (True, None, ())
    assert {info.name: info.size for info in folder.ls(getsize=True)}["plates"] == 32768


def test_options_of_listing_reach_the_backend(folder: Folder) -> None:
    def names(*_: object, **options: object) -> list[str]:
        return [info.name for info in folder.ls(**options)]

    assert names(files_only=True) == ["README.txt"]
    assert names(directories_only=True) == ["plates"]
    assert names(include="read*") == ["README.txt"]
    assert names(exclude=("*.txt",)) == ["plates"]
    (plates,) = folder.ls(recursive=True, directories_only=True)
    assert plates.files == ()
    (plates,) = [info for info in folder.ls(recursive=True) if info.is_directory]
    assert [str(info.path) for info in plates.files] == [
        "folder=theproject/plates/sh010_0001.exr",
        "folder=theproject/plates/sh010_0002.exr",
    ]
    with pytest.raises(EntityValidationError, match="contradicts"):
        folder.ls(files_only=True, directories_only=True)


def test_walk_asks_once_for_each_folder_as_it_is_reached(session, folder: Folder) -> None:
    before = session.stats.requests
    walk = folder.walk()
    first = next(walk)
    assert session.stats.requests - before == 1
    found = [first, *walk]
    assert [str(info.path.relative_to(folder.root)) for info in found] == [
        "README.txt", "plates", "plates/sh010_0001.exr", "plates/sh010_0002.exr",
    ]  # fmt: skip
    assert session.stats.requests - before == 2


def test_sizes_are_of_everything_beneath(folder: Folder) -> None:
    assert folder.size() == 32798
    assert folder.size("plates", include="*0001.exr") == 16384
    assert folder.size("README.txt").human == "30 B"


def test_files_are_made_renamed_moved_and_deleted(session, folder: Folder) -> None:
    made = folder.mkdir("new")
    assert (made, folder.exists("new")) == (folder / "new", True)
    renamed = folder.rename("new", "newer")
    assert renamed == folder / "newer"
    moved = folder.move(renamed, "plates/new")
    assert folder.exists(PurePosixPath("plates", "new"))
    library = session.query(Volume).where(Volume.code == "library").one()
    there = folder.move(moved, library / "arrived")
    assert [info.path for info in library.ls() if info.name == "arrived"] == [there]
    library.mkdir("arrived/deep")
    library.delete_path("arrived", force=True)
    assert not library.exists(there)


@pytest.mark.parametrize(
    ("act", "error", "reason"),
    [
        (lambda share: share.ls("volume=projects/a"), PathSyntaxError, "column"),
        (lambda share: share.ls(AccsynPath("volume=projects/a")), PathError, "is not on"),
        (lambda share: share.ls("../other"), PathSyntaxError, "column"),
        (lambda share: share.ls("/etc"), PathSyntaxError, "column"),
        (lambda share: share.delete_path(""), PathError, "is the whole share"),
        (lambda share: share.delete_path("/", force=True), PathError, "is the whole share"),
        (lambda share: share.delete_path(share.root), PathError, "is the whole share"),
        (lambda share: share.mkdir(""), PathError, "is the whole share"),
        (lambda share: share.rename("a", "b/c"), PathSyntaxError, "column"),
        (lambda share: share.rename("a", "volume=b"), PathError, "is no name"),
        (lambda share: share.mkdir("shaer=a"), PathSyntaxError, "begins at a share"),
        (lambda share: share.move("a", "shaer=a/b"), PathSyntaxError, "begins at a share"),
        (lambda share: share.size("site=london:a"), PathSyntaxError, "begins at a share"),
    ],
)
def test_paths_that_cannot_be_meant_are_refused_before_anything_is_sent(
    session, folder: Folder, act, error: type[Exception], reason: str
) -> None:
    before = session.stats.requests
    with pytest.raises(error, match=reason):
        act(folder)
    assert session.stats.requests == before


def test_what_the_backend_does_not_do_is_an_error(folder: Folder, monkeypatch) -> None:
    for name in ("mkdir", "rename", "mv", "delete"):
        monkeypatch.setattr(folder.session, name, lambda *_, **__: False)
    for what, act in {
        "create": lambda: folder.mkdir("a"),
        "rename": lambda: folder.rename("a", "b"),
        "move": lambda: folder.move("a", "b"),
        "delete": lambda: folder.delete_path("a"),
    }.items():
        with pytest.raises(EntityStateError, match=f"did not {what} folder=theproject/"):
            act()


def test_share_that_is_new_or_deleted_has_no_files(v3) -> None:
    new = Folder(code="a", path="a")
    deleted = Folder.load_record(v3.add("folder", 1, code="b"), v3)
    deleted.delete()
    for share in (new, deleted):
        with pytest.raises(EntityStateError):
            share.ls()


def test_backend_without_calls_about_files_says_so(v3) -> None:
    share: Share = Folder.load_record({"id": "a" * 24, "code": "a"}, v3)
    with pytest.raises(EntityStateError, match="no calls about files: use a Session"):
        share.ls()
    assert v3.calls == []


@pytest.mark.parametrize("name", ["a:b", "~", "..", "re('x')", "null", " "])
def test_any_name_that_the_backend_lists_has_a_path(folder: Folder, monkeypatch, name: str) -> None:
    monkeypatch.setattr(folder.session, "ls", lambda *_, **__: [{"type": 1, "filename": name}])
    (info,) = folder.ls("plates/")
    assert str(info.path) == f"folder=theproject/plates/{name}"
    assert (info.size, info.modified) == (None, None)
    assert isinstance(info, FileInfo)
