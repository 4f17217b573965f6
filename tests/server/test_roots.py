"""Directories of the workspace: made when they are needed, named without where they are."""

from __future__ import annotations

import pytest

from accsyn_orm.server.disk.refusal import DiskRefusal
from accsyn_orm.server.disk.roots import Roots


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("volumes", lambda roots: roots.volumes),
        ("volumes", lambda roots: roots.volume("projects")),
        ("volumes/projects", lambda roots: roots.make_volume("projects")),
        ("packages", lambda roots: roots.packages),
        ("computers/a1", lambda roots: roots.computer("a1")),
        ("sites/b2", lambda roots: roots.site("b2")),
    ],
)
def test_a_directory_that_cannot_be_made_is_named_beneath_the_data_root(tmp_path, name, use):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(DiskRefusal) as caught:
        use(Roots(tmp_path))
    assert caught.value.message == f"'{name}' is not a folder"


def test_only_the_owner_enters_the_directories(tmp_path):
    directory = Roots(tmp_path).computer("a1")
    assert directory == tmp_path / "computers" / "a1"
    assert [path.stat().st_mode & 0o077 for path in (directory, directory.parent)] == [0, 0]
