"""Where the ends of tasks are on the disks of this machine, and what they depend on."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from accsyn_orm.server.disk.roots import Roots
from accsyn_orm.server.engine.computers import downloads
from accsyn_orm.server.engine.ends import Ends
from accsyn_orm.server.engine.trouble import Held, TransferError
from accsyn_orm.server.rules.clients import insert_client
from accsyn_orm.server.rules.sites import insert_site
from accsyn_orm.server.storage.store import insert_row
from accsyn_orm.server.storage.tables import CLIENTS, FILES, SHARES, SITES, USERS


@pytest.fixture
def shares(studio):
    """Give shares of all kinds in the default volume; return their ids by code."""
    with studio.acting("admin") as call:
        volumes = select(SHARES.table.c.id).where(SHARES.table.c.default)
        volume = call.connection.scalars(volumes).one()
        standard = select(USERS.table.c.id).where(USERS.table.c.role == "standard")
        owner = call.connection.scalars(standard).one()
        common = {"status": "enabled", "parent": volume}
        ids = {"projects": volume}
        for code, kind, more in (
            ("film", "folder", {"path": "the/Film"}),
            ("lisa", "home", {"path": "homes/lisa", "user": owner}),
            ("best", "collection", {"parent": None}),
        ):
            ids[code] = insert_row(call, SHARES, {**common, "code": code, "type": kind, **more})
        for share, path in (("film", "folder=film/a/one.exr"), ("projects", "volume=projects/b")):
            values = {"parent": ids["best"], "share": ids[share], "path": path}
            insert_row(call, FILES, values)
    return ids


@pytest.fixture
def found(studio, shares):
    """Find an end; say where it is, beneath the workspace's own directory."""

    def find(document, right="read", user="admin"):
        named = {key: shares.get(value, value) for key, value in document.items()}
        with studio.acting(user) as call:
            ends = Ends(call)
            every = ends.sources(named) if right == "read" else [ends.destination(named)]
        base = studio.roots.base
        return [
            (str(_root(end).relative_to(base)), end.shown, end.name, end.is_directory)
            for end in every
        ]

    return find


def _root(end) -> Path:
    return end.tree._root.joinpath(*end.tree._base.names, *end.inside.names)


@pytest.mark.parametrize(
    ("document", "place", "shown", "name", "is_directory"),
    [
        ({"v": "projects", "path": ""}, "volumes/projects", "share=projects", "projects", True),
        ({"v": "projects", "path": "a"}, "volumes/projects/a", "share=projects/a", "a", False),
        ({"v": "projects", "path": "a/"}, "volumes/projects/a", "share=projects/a", "a", True),
        (
            {"v": "projects", "s": "film", "path": "a"},
            "volumes/projects/the/Film/a", "share=film/a", "a", False,
        ),
        (
            {"v": "projects", "s": "film", "path": ""},
            "volumes/projects/the/Film", "share=film", "film", True,
        ),
        (
            {"v": "projects", "s": "lisa", "path": "x/"},
            "volumes/projects/homes/lisa/x", "share=lisa/x", "x", True,
        ),
        ({"job": "0123", "path": "a"}, "packages/0123/a", "delivery=0123/a", "a", False),
        ({"path": "share=film/a"}, "volumes/projects/the/Film/a", "share=film/a", "a", False),
        ({"path": "a/b/"}, "volumes/projects/a/b", "share=projects/a/b", "b", True),
    ],
)  # fmt: skip
@pytest.mark.behaviour("transfers/paths: files of a delivery have a directory of their own")
def test_ends_in_the_workspace(found, document, place, shown, name, is_directory):
    expected = [(place, shown, name, is_directory)]
    assert found(document) == expected
    assert found(document, "write") == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ["volumes/projects/the/Film/a/one.exr", "volumes/projects/b"]),
        ("one.exr", ["volumes/projects/the/Film/a/one.exr"]),
        ("b/c/d", ["volumes/projects/b/c/d"]),
        ("nothing", []),
    ],
)
@pytest.mark.behaviour("transfers/paths: a collection stands for the files that are in it")
def test_a_collection_is_where_its_files_are(found, path, expected):
    ends = found({"s": "best", "path": path})
    assert [place for place, *_ in ends] == expected
    assert [name for _, _, name, _ in ends] == [place.rpartition("/")[2] for place in expected]


@pytest.mark.behaviour(
    "transfers/sites: every site is on this machine, with a directory of its own for each volume"
)
def test_every_site_has_its_own_copy_of_a_volume(studio, found):
    with studio.acting("admin") as call:
        other = insert_site(call, {"code": "berlin", "name": "Berlin"})
        main = call.connection.scalars(_site("hq")).one()
    document = {"v": "projects", "path": "a"}
    assert found({**document, "site": other})[0][0] == f"sites/{other}/projects/a"
    assert found({**document, "site": main})[0][0] == "volumes/projects/a"


def _site(code):
    return select(SITES.table.c.id).where(SITES.table.c.code == code)


@pytest.mark.parametrize(
    ("path", "place", "is_directory"),
    [
        ("/", "", True),
        ("/in/a.mov", "in/a.mov", False),
        ("/in/", "in", True),
        ("C:\\in\\a.mov", "C/in/a.mov", False),
        ("\\\\server\\share\\a", "server/share/a", False),
        ("a/b", "Downloads/a/b", False),
        ("a/", "Downloads/a", True),
        ("", "Downloads", True),
        ("share=film/a", "Downloads/film/a", False),
    ],
)
@pytest.mark.behaviour("transfers/computers: a relative path is beneath the download area")
def test_ends_on_computers(depot, found, path, place, is_directory):
    client = depot.client_id("standard")
    user = depot.studio.client("standard").user_id
    ((at, _, _, directory),) = found({"user": user, "path": path}, "write")
    assert (at, directory) == (f"computers/{client}/{place}".rstrip("/"), is_directory)


@pytest.mark.behaviour(
    "transfers/computers: a user's copy of a share is in his download area, by its code"
)
def test_a_share_on_a_computer_is_a_folder_there(depot, found):
    user = depot.studio.client("standard").user_id
    document = {"user": user, "v": "projects", "s": "film", "path": "a/"}
    ((at, _, _, directory),) = found(document)
    assert (at, directory) == (
        f"computers/{depot.client_id('standard')}/Downloads/film/a", True,
    )  # fmt: skip


@pytest.mark.behaviour("transfers/computers: the download area is Downloads, in the home if known")
def test_the_download_area_of_this_machine_is_in_the_home(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home" / "me")
    assert downloads(tmp_path).names == ("home", "me", "Downloads")
    assert downloads(tmp_path / "elsewhere").names == ("Downloads",)
    assert Roots(tmp_path / "base", local=tmp_path).computer("x") == tmp_path


@pytest.mark.parametrize("named", [False, True])
def test_the_computer_that_was_online_last_is_used_unless_one_was_named(studio, depot, named):
    user = studio.client("standard").user_id
    with studio.acting("admin") as call:
        rows = {
            "later": {"type_hr": "userserver", "last_checkin": "2026-05-01T00:00:00"},
            "offline": {
                "type_hr": "app",
                "last_checkin": "2026-06-01T00:00:00",
                "status": "offline",
            },
            "browser": {"type_hr": "browser", "last_checkin": "2026-06-01T00:00:00"},
        }
        ids = {
            code: insert_client(call, {"code": code, "user": user, "status": "online", **values})
            for code, values in rows.items()
        }
        app = call.connection.scalars(
            select(CLIENTS.table.c.id).where(
                CLIENTS.table.c.user == user, CLIENTS.table.c.type == 0
            )
        ).first()
        client = {"client": app} if named else {}
        end = Ends(call).destination({"user": user, **client, "path": "/a"})
        assert end.needs.computers == {app if named else ids["later"]}
        with pytest.raises(Held, match=r"is not online \(W#J050\)"):
            Ends(call).destination({"user": user, "client": ids["offline"], "path": "/a"})


@pytest.mark.parametrize(
    ("user", "document", "right"),
    [
        ("standard", {"v": "projects", "path": "a"}, "read"),
        ("standard", {"v": "projects", "s": "film", "path": "a"}, "write"),
        ("standard", {"s": "best", "path": ""}, "read"),
        ("employee", {"v": "projects", "path": "a"}, "write"),
        ("admin", {"v": "0123", "path": "a"}, "read"),
        ("admin", {"path": "/a/b"}, "read"),
        ("admin", {"v": "projects", "path": "../x"}, "read"),
        ("admin", {"v": "projects", "path": "a//b"}, "write"),
        ("admin", {"job": "../x", "path": "a"}, "read"),
        ("admin", {"v": "projects", "path": "a", "site": "0123"}, "read"),
        ("admin", {"s": "best", "path": ""}, "write"),
        ("admin", {"user": "me", "path": "/a/../../b"}, "write"),
    ],
)
def test_an_end_that_is_not_there_or_not_for_the_submitter_is_an_error(
    depot, found, user, document, right
):
    if "user" in document:
        document = {**document, "user": depot.studio.client("admin").user_id}
    code = {"read": "E#J001", "write": "E#J057"}[right]
    with pytest.raises(TransferError, match=code):
        found(document, right, user)


def test_the_home_of_a_user_is_for_him(found):
    document = {"v": "projects", "s": "lisa", "path": "a"}
    assert found(document, "write", "standard")[0][0] == "volumes/projects/homes/lisa/a"


def test_an_end_says_what_it_depends_on(studio, depot, shares):
    user, client = studio.client("standard").user_id, depot.client_id("standard")
    with studio.acting("admin") as call:
        ends = Ends(call)
        volume, film = shares["projects"], shares["film"]
        assert ends.sources({"v": volume, "s": film, "path": "a"})[0].needs.shares == {volume, film}
        assert ends.sources({"v": volume, "path": "a"})[0].needs.shares == {volume}
        assert ends.destination({"user": user, "path": "/a"}).needs.computers == {client}
