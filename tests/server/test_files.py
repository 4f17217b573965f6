"""What each operation on files does, on a real directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from file_operations import VERBS

from accsyn_orm.errors import AccsynError
from accsyn_orm.server.disk import survey
from accsyn_orm.server.operations.file_paths import MAX_PATHS
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.store import insert_row, rows_where, update_row
from accsyn_orm.server.storage.tables import ACLS, FILES, SHARES, Scope
from accsyn_orm.server.transfers.uploads import add_files

FOLDER, NESTED, LIBRARY, COLLECTION = "f" * 24, "e" * 24, "b" * 24, "c" * 24


@pytest.fixture
def root(studio) -> Path:
    """Give the directory of the volume ``projects``, with a small show on it."""
    root = studio.roots.volumes / "projects"
    plates = root / "show" / "plates"
    plates.mkdir(parents=True)
    (plates / "p_001.exr").write_bytes(b"x" * 10)
    (plates / "p_002.EXR").write_bytes(b"x" * 20)
    (plates / "p_001.tmp").write_bytes(b"x" * 3)
    (root / "show" / "cache").mkdir()
    (root / "show" / "cache" / "c.exr").write_bytes(b"x" * 100)
    (root / "show" / "notes.txt").write_bytes(b"hello")
    (root / "empty").mkdir()
    for path in [root, *root.rglob("*")]:
        os.utime(path, (0, 0))
    return root


@pytest.fixture
def shares(studio, root):
    """Store a folder at show/plates, and a second volume with a folder."""
    with studio.acting("admin") as call:
        (volume,) = rows_where(call, SHARES, SHARES.table.c.code == "projects")
        beneath = {"type": "folder", "status": "enabled", "parent": volume["id"]}
        insert_row(call, SHARES, {"code": "plates", "path": "show/plates", **beneath}, ident=FOLDER)
        library = {"type": "volume", "code": "library", "directory": "lib", "status": "enabled"}
        library["server"] = volume["server"]
        insert_row(call, SHARES, library, ident=LIBRARY)
    (studio.roots.volumes / "lib").mkdir()
    return studio


@pytest.fixture(params=["v3", "v1"])
def file(request, studio, root):
    """Call an operation on files as the admin."""
    return caller(studio, "admin", request.param)


def caller(studio, user, protocol="v3"):
    client = studio.client(user, protocol)
    uri = "workspace/file" if protocol == "v3" else "organization/file"

    def run(op, path, **options):
        return client.call(VERBS[op], uri, {"op": op, "path": path, **options})

    return run


def row(kind, name, size, **more):
    return {
        "type": kind,
        "filename": name,
        "size": size,
        "modified": "1970-01-01T00:00:00",
        **more,
    }


PLATES = [row(1, "p_001.exr", 10), row(1, "p_001.tmp", 3), row(1, "p_002.EXR", 20)]


# -- ls --------------------------------------------------------------------------------------------


@pytest.mark.behaviour("files/ls: a folder is listed, by name")
@pytest.mark.behaviour("files/ls: a row has type, filename, size and modified; type 0 is a folder")
@pytest.mark.behaviour("files/ls: the size of a folder is 0 unless getsize asks for it")
def test_a_folder_is_listed(file):
    assert file("ls", "share=projects", download=True) == [row(0, "empty", 0), row(0, "show", 0)]
    assert file("ls", "volume=projects/show/plates/") == PLATES
    assert file("ls", "share=projects/empty") == []
    measured = file("ls", "share=projects/show", getsize=True)
    assert measured == [row(0, "cache", 100), row(1, "notes.txt", 5), row(0, "plates", 33)]


@pytest.mark.behaviour("files/ls: of a file, the one row is its own")
def test_a_file_is_listed_by_itself(file):
    assert file("ls", "show/notes.txt", recursive=True) == [row(1, "notes.txt", 5)]


@pytest.mark.behaviour("files/ls: recursive rows of folders hold files")
def test_a_recursive_listing_nests(file):
    assert file("ls", "share=projects", recursive=True) == [
        row(0, "empty", 0, files=[]),
        row(
            0,
            "show",
            0,
            files=[
                row(0, "cache", 0, files=[row(1, "c.exr", 100)]),
                row(1, "notes.txt", 5),
                row(0, "plates", 0, files=PLATES),
            ],
        ),
    ]


@pytest.mark.behaviour("files/ls: maxdepth is how many levels are listed")
def test_a_recursive_listing_goes_as_deep_as_asked(file):
    assert file("ls", "share=projects", recursive=True, maxdepth=1) == [
        row(0, "empty", 0),
        row(0, "show", 0),
    ]
    assert file("ls", "share=projects", recursive=True, maxdepth=2) == [
        row(0, "empty", 0, files=[]),
        row(0, "show", 0, files=[row(0, "cache", 0), row(1, "notes.txt", 5), row(0, "plates", 0)]),
    ]


@pytest.mark.behaviour("files/ls: directories_only leaves out files")
def test_folders_alone_are_listed(file):
    assert file("ls", "share=projects", recursive=True, directories_only=True) == [
        row(0, "empty", 0, files=[]),
        row(0, "show", 0, files=[row(0, "cache", 0, files=[]), row(0, "plates", 0, files=[])]),
    ]


@pytest.mark.behaviour("files/ls: files_only lists files beneath by their relative paths")
def test_files_alone_are_listed(file):
    assert file("ls", "share=projects/show", files_only=True) == [row(1, "notes.txt", 5)]
    found = file("ls", "share=projects", recursive=True, files_only=True)
    assert [one["filename"] for one in found] == [
        "show/cache/c.exr",
        "show/notes.txt",
        "show/plates/p_001.exr",
        "show/plates/p_001.tmp",
        "show/plates/p_002.EXR",
    ]
    shallow = file("ls", "share=projects", recursive=True, files_only=True, maxdepth=2)
    assert [one["filename"] for one in shallow] == ["show/notes.txt"]


@pytest.mark.behaviour("files/ls: a folder is listed for what is listed in it")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"include": "*.exr"}, {"show/cache/c.exr", "show/plates/p_001.exr",
                                "show/plates/p_002.EXR"}),
        ({"include": "*.exr", "exclude": "cache"}, {"show/plates/p_001.exr",
                                                    "show/plates/p_002.EXR"}),
        ({"exclude": ["*.exr", "*.tmp"]}, {"show/notes.txt"}),
        ({"include": "re('p_[0-9]+[.]exr')"}, {"show/plates/p_001.exr"}),
        ({"include": "nothing"}, set()),
    ],
)  # fmt: skip
def test_filters_apply_at_every_level(file, filters, expected):
    flat = file("ls", "share=projects", recursive=True, files_only=True, **filters)
    assert {one["filename"] for one in flat} == expected
    nested = file("ls", "share=projects", recursive=True, **filters)
    assert set(paths_of(nested)) == expected


def paths_of(rows, way=""):
    for one in rows:
        if one["type"] == 1:
            yield way + one["filename"]
        yield from paths_of(one.get("files", ()), f"{way}{one['filename']}/")


def test_folders_that_match_are_listed_though_nothing_in_them_does(file):
    assert file("ls", "share=projects/show", include="cache") == [row(0, "cache", 0)]
    assert file("ls", "share=projects", recursive=True, include="cache") == [
        row(0, "show", 0, files=[row(0, "cache", 0, files=[])])
    ]


@pytest.mark.behaviour("files/ls: what is not there is refused")
@pytest.mark.parametrize("path", ["share=projects/nope", "share=projects/show/notes.txt/x"])
def test_what_is_not_there_cannot_be_listed(file, path):
    for op in ("ls", "getsize", "delete"):
        with pytest.raises(Refusal, match=f"'{path}' is not"):
            file(op, path)


@pytest.mark.behaviour("files/ls: a listing has at most 50000 rows")
def test_too_long_listings_are_refused(file, monkeypatch):
    monkeypatch.setattr(survey, "MAX_ROWS", 5)
    assert len(file("ls", "share=projects/show")) == 3
    with pytest.raises(Refusal, match="more than 5 entries: list folders one by one"):
        file("ls", "share=projects", recursive=True)
    monkeypatch.setattr(survey, "MAX_LOOKS", 5)
    with pytest.raises(Refusal, match="more than 5 files and folders"):
        file("getsize", "share=projects")


def test_the_deepest_folder_that_a_path_can_name_is_listed(studio, root, file):
    deepest = "/".join(["d"] * 199)
    file("mkdir", f"share=projects/empty/{deepest}")
    rows = file("ls", "share=projects/empty", recursive=True)
    depth = 0
    while rows:
        rows, depth = rows[0].get("files"), depth + 1
    assert depth == 199


# -- getsize and exists ----------------------------------------------------------------------------


@pytest.mark.behaviour("files/getsize: a size is a number of bytes")
@pytest.mark.behaviour("files/getsize: the size of a folder is that of all files in it")
@pytest.mark.behaviour("files/getsize: filters count the files that a listing would list")
def test_sizes_are_added_up(file):
    assert file("getsize", "share=projects/show/notes.txt") == 5
    assert file("getsize", "share=projects") == 138
    assert file("getsize", "share=projects", include="*.exr") == 130
    assert file("getsize", "share=projects", include="*.exr", exclude="cache") == 30
    assert file("getsize", "share=projects", exclude=["cache", "*.tmp"]) == 35
    assert file("getsize", "share=projects/empty") == 0


@pytest.mark.behaviour("files/exists: yes or no, for files and folders")
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("share=projects", True),
        ("share=projects/show", True),
        ("show/notes.txt", True),
        ("share=projects/show/Nope", False),
        ("share=projects/show/notes.txt/x", False),
    ],
)
def test_what_exists(file, path, expected):
    assert file("exists", path) is expected


# -- mkdir, delete ---------------------------------------------------------------------------------


@pytest.mark.behaviour("files/mkdir: a folder is made")
@pytest.mark.behaviour("files/mkdir: the folders that lead there are made as well")
@pytest.mark.behaviour("files/mkdir: what is there already is refused")
def test_folders_are_made(file, root):
    assert file("mkdir", "share=projects/new") is True
    assert file("mkdir", "share=projects/a/b/c") is True
    assert (root / "new").is_dir()
    assert (root / "a" / "b" / "c").is_dir()
    for taken in ("share=projects/new", "share=projects/show/notes.txt", "share=projects"):
        with pytest.raises(Refusal, match="is there already"):
            file("mkdir", taken)


@pytest.mark.behaviour("files/delete: a file or an empty folder is deleted")
@pytest.mark.behaviour("files/delete: a folder that is not empty needs force")
@pytest.mark.behaviour("files/delete: the root of a share stays")
def test_files_and_folders_are_deleted(file, root):
    assert file("delete", "share=projects/show/notes.txt", force=False) is True
    assert file("delete", "share=projects/empty") is True
    with pytest.raises(Refusal, match="'share=projects/show' is not empty: delete it with force"):
        file("delete", "share=projects/show")
    assert file("delete", "share=projects/show", force=True) is True
    with pytest.raises(Refusal, match="is the root of a share"):
        file("delete", "share=projects", force=True)
    assert list(root.iterdir()) == []


# -- rename, move ----------------------------------------------------------------------------------


@pytest.mark.behaviour("files/rename: a file or folder gets another name in the same folder")
@pytest.mark.behaviour("files/rename: what has that name is not replaced")
def test_files_and_folders_are_renamed(file, root):
    assert file("rename", "share=projects/show/notes.txt", path_to="show/read.me") is True
    assert file("rename", "share=projects/show", path_to="volume=projects/film/") is True
    assert (root / "film" / "read.me").read_bytes() == b"hello"
    with pytest.raises(Refusal, match="is in another folder than 'share=projects/film/read"):
        file("rename", "share=projects/film/read.me", path_to="share=projects/read.me")
    with pytest.raises(Refusal, match="'share=projects/film' is there already"):
        file("rename", "share=projects/empty", path_to="share=projects/film")
    for paths in (
        ("share=projects", "share=projects/x"),
        ("share=projects/film", "share=projects"),
    ):
        with pytest.raises(Refusal, match=r"root of a share|is in another folder"):
            file("rename", paths[0], path_to=paths[1])


@pytest.mark.behaviour("files/move: a file or folder gets another place, also in another share")
@pytest.mark.behaviour("files/move: to a share, or a path that ends in a slash, the name is kept")
@pytest.mark.behaviour("files/move: what is in that place is not replaced")
def test_files_and_folders_are_moved(shares, root):
    file = caller(shares, "admin")
    assert file("move", "share=projects/show/notes.txt", path_to="share=projects/empty/n") is True
    assert (root / "empty" / "n").read_bytes() == b"hello"
    assert file("move", "share=projects/empty/n", path_to="folder=plates/") is True
    assert (root / "show" / "plates" / "n").exists()
    assert file("move", "share=projects/empty", path_to="volume=library") is True
    assert (shares.roots.volumes / "lib" / "empty").is_dir()
    assert file("move", "volume=library/empty", path_to="share=projects/show/cache/") is True
    with pytest.raises(Refusal, match=r"'folder=plates/p_001.exr' is there already"):
        file("move", "share=projects/show/cache/c.exr", path_to="folder=plates/p_001.exr")
    with pytest.raises(Refusal, match="cannot be moved into itself"):
        file("move", "share=projects/show/cache", path_to="share=projects/show/cache/empty/")
    with pytest.raises(Refusal, match="'volume=library/no' is not there"):
        file("move", "share=projects/show/cache/c.exr", path_to="volume=library/no/x")
    with pytest.raises(Refusal, match="is the root of a share"):
        file("move", "folder=plates", path_to="volume=library/x")


@pytest.mark.behaviour("files/paths: a folder that holds another share stays where it is")
def test_the_folder_of_another_share_stays(shares, root):
    file = caller(shares, "admin")
    with shares.acting("admin") as call:
        (volume,) = rows_where(call, SHARES, SHARES.table.c.code == "projects")
        nested = {"type": "home", "code": "n", "path": "show\\Cache/in", "parent": volume["id"]}
        insert_row(call, SHARES, nested, ident=NESTED)
    for path in (
        "share=projects/show",
        "share=projects/show/plates",
        "show/cache",
        "show/cache/in",
    ):
        for op, options in (
            ("delete", {"force": True}),
            ("rename", {"path_to": "share=projects/show/x"}),
            ("move", {"path_to": "share=library"}),
        ):
            with pytest.raises(Refusal, match="is, or holds, the folder of another share"):
                file(op, path, **options)
    assert file("delete", "folder=plates/p_001.tmp") is True
    assert file("move", "share=projects/show/cache/c.exr", path_to="share=library/") is True


# -- paths -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("files: a list of paths is answered by a list of path and result")
def test_several_paths_have_an_answer_each(file, root):
    paths = ["share=projects/show", "show/notes.txt", "share=projects/nope"]
    assert file("exists", paths) == [
        {"path": paths[0], "result": True},
        {"path": paths[1], "result": True},
        {"path": paths[2], "result": False},
    ]
    sizes = file("getsize", paths[:2])
    assert [one["result"] for one in sizes] == [138, 5]
    listed = file("ls", [paths[1]])
    assert listed == [{"path": paths[1], "result": [row(1, "notes.txt", 5)]}]
    made = file("mkdir", ["share=projects/x", "share=projects/y"])
    assert made == [
        {"path": "share=projects/x", "result": True},
        {"path": "share=projects/y", "result": True},
    ]
    moved = file(
        "move",
        ["share=projects/x", "share=projects/y"],
        path_to=["share=projects/empty/", "share=projects/empty/z"],
    )
    assert [one["result"] for one in moved] == [True, True]
    assert sorted(path.name for path in (root / "empty").iterdir()) == ["x", "z"]
    deleted = file("delete", ["share=projects/empty/x", "share=projects/empty/z"])
    assert len(deleted) == 2


@pytest.mark.behaviour("files: all paths of a list are checked before the first change")
@pytest.mark.behaviour("files: what was changed before a refusal stays changed")
def test_a_list_of_changes_is_checked_first(file, root):
    with pytest.raises(Refusal, match="there is no share 'nope'"):
        file("mkdir", ["share=projects/x", "share=nope/x"])
    assert not (root / "x").exists()
    with pytest.raises(Refusal, match="is there already; done before it: 1"):
        file("mkdir", ["share=projects/x", "share=projects/show"])
    assert (root / "x").exists()


@pytest.mark.behaviour("files: a dictionary names the kind of share, and the path in it")
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ({"share": "projects", "path": "show/notes.txt"}, 5),
        ({"volume": "(default)", "path": "/show/notes.txt"}, 5),
        ({"share": "projects"}, 138),
        ({"path": "show"}, 138),
        ({"path": "share=projects/show"}, 138),
    ],
)
def test_a_path_can_be_given_in_parts(file, path, expected):
    assert file("getsize", path) == expected
    assert file("getsize", [path]) == [{"path": path, "result": expected}]


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ({"share": "projects", "folder": "x"}, "in parts"),
        ({"share": "projects", "name": "x"}, "in parts"),
        ({"share": "projects", "path": 7}, "path is text"),
        ({"share": ["projects"]}, "path is text"),
        ([["share=projects"]], "path is text"),
        (7, "path is text"),
        ("   ", "path is empty"),
        ("", "ls: path is missing"),
        ([], "ls: path is missing"),
        ({}, "ls: path is missing"),
        (None, "ls: path is missing"),
        (["share=projects"] * (MAX_PATHS + 1), "at most 10000 paths"),
        ("shear=projects", "is none of share="),
    ],
    ids=range(13),
)
def test_what_is_no_path_is_refused(file, path, problem):
    with pytest.raises(Refusal, match=problem):
        file("ls", path)


@pytest.mark.parametrize("path", ["/mnt/projects/show/notes.txt", "P:\\show\\notes.txt"])
def test_an_absolute_path_of_a_volume_is_a_path(file, root, path):
    assert file("getsize", path) == 5
    assert file("delete", path) is True
    assert not (root / "show" / "notes.txt").exists()
    with pytest.raises(Refusal, match="no volume that you may read is at '/etc/passwd'"):
        file("ls", "/etc/passwd")


def test_a_folder_is_a_share_of_its_own(shares, root):
    file = caller(shares, "admin")
    assert file("ls", "folder=plates") == PLATES
    assert file("ls", f"share={FOLDER}") == PLATES
    with pytest.raises(Refusal, match=r"'folder=plates/nope' is not there"):
        file("ls", "folder=plates/nope")
    with pytest.raises(Refusal, match="leads elsewhere"):
        file("ls", "folder=plates/../notes.txt")


@pytest.mark.behaviour("files/paths: files of a disabled or offline share cannot be reached")
def test_disabled_shares_are_out_of_reach(shares):
    file = caller(shares, "admin")
    with shares.acting("admin") as call:
        update_row(call, SHARES, FOLDER, {"status": "disabled"})
    with pytest.raises(Refusal, match="'folder=plates' is disabled"):
        file("ls", "folder=plates")
    assert file("ls", "share=projects/show/plates") == PLATES
    with shares.acting("admin") as call:
        update_row(call, SHARES, FOLDER, {"status": "enabled"})
        (volume,) = rows_where(call, SHARES, SHARES.table.c.code == "projects")
        update_row(call, SHARES, volume["id"], {"status": "disabled"})
    for path in ("folder=plates", "share=projects", "/mnt/projects/show"):
        with pytest.raises(Refusal, match="is disabled"):
            file("exists", path)


def test_shares_whose_server_is_gone_are_out_of_reach(shares):
    file = caller(shares, "admin")
    shares.service.connect("acmefilm", "hq-server", connected=False)
    assert file("ls", "folder=plates") == PLATES
    shares.clock.advance(seconds=960)
    for path in ("folder=plates", "share=projects", "volume=library"):
        with pytest.raises(Refusal, match=f"'{path}' is offline"):
            file("ls", path)
    shares.service.connect("acmefilm", "hq-server", connected=True)
    assert file("ls", "folder=plates") == PLATES


@pytest.fixture
def collection(shares):
    """Store a collection of files of several shares, of which two have the same name."""
    standard = shares.client("standard").user_id
    with shares.acting("admin") as call:
        (volume,) = rows_where(call, SHARES, SHARES.table.c.code == "projects")
        refs = {"type": "collection", "code": "refs", "status": "enabled"}
        insert_row(call, SHARES, refs, ident=COLLECTION)
        for ident, share, path in (
            ("1", volume["id"], "volume=projects/show/plates"),
            ("2", FOLDER, "folder=plates/p_001.exr"),
            ("3", volume["id"], "share=projects/show/notes.txt"),
            ("4", LIBRARY, "volume=library/notes.txt"),
            ("5", LIBRARY, "volume=library/gone.txt"),
        ):
            values = {"parent": COLLECTION, "share": share, "path": path}
            insert_row(call, FILES, values, ident=ident)
        acl = {
            "entity": f"user:{standard}",
            "target": f"share:{COLLECTION}",
            "path": "/",
            "read": True,
            "write": True,
        }
        insert_row(call, ACLS, acl)
    (shares.roots.volumes / "lib" / "notes.txt").write_bytes(b"other")
    os.utime(shares.roots.volumes / "lib" / "notes.txt", (0, 0))
    return shares


@pytest.mark.behaviour("files/paths: a collection is a folder with its members, wherever they are")
@pytest.mark.parametrize("user", ["admin", "standard"])
def test_a_collection_is_a_folder_with_its_members(collection, user):
    file = caller(collection, user)
    assert file("ls", "collection=refs") == [
        row(0, "plates", 0),
        row(1, "p_001.exr", 10),
        row(1, "notes.txt", 5),
        row(1, "notes.txt", 5),
    ]
    deep = file("ls", "share=refs/", recursive=True, include="p_001*")
    assert deep == [
        row(0, "plates", 0, files=[PLATES[0], PLATES[1]]),
        row(1, "p_001.exr", 10),
    ]
    assert file("ls", "collection=refs/plates") == PLATES
    assert file("ls", "collection=refs/p_001.exr") == [row(1, "p_001.exr", 10)]
    assert file("getsize", "collection=refs") == 53
    assert file("getsize", "collection=refs/plates/p_002.EXR") == 20
    exists = ["refs", "refs/plates/p_001.exr", "refs/nope", "refs/plates/nope", "refs/gone.txt"]
    answers = file("exists", [f"collection={path}" for path in exists])
    assert [one["result"] for one in answers] == [True, True, False, False, False]


def test_files_are_not_changed_through_a_collection(collection):
    file = caller(collection, "standard")
    changes = [
        ("mkdir", "collection=refs/new", {}),
        ("mkdir", "collection=refs/plates/new", {}),
        ("delete", "collection=refs/p_001.exr", {"force": True}),
        ("rename", "collection=refs/p_001.exr", {"path_to": "collection=refs/x"}),
        ("move", "collection=refs/plates/p_001.exr", {"path_to": "~/"}),
    ]
    for op, path, options in changes:
        with pytest.raises(Refusal, match=r"only refers to files|is not there"):
            file(op, path, **options)
    assert caller(collection, "admin")("ls", "folder=plates") == PLATES


def test_a_member_is_named_where_it_is_when_another_has_its_name(collection):
    file = caller(collection, "admin")
    with pytest.raises(Refusal, match="more than one collection=refs/notes"):
        file("getsize", "collection=refs/notes.txt")
    with pytest.raises(Refusal, match="'collection=refs/nope/x' is not there"):
        file("ls", "collection=refs/nope/x")
    with pytest.raises(Refusal, match="'collection=refs/plates/x' is not there"):
        file("ls", "collection=refs/plates/x")


@pytest.mark.behaviour("files/paths: members whose share cannot be reached are left out")
def test_members_out_of_reach_are_left_out(collection):
    file = caller(collection, "admin")
    with collection.acting("admin") as call:
        update_row(call, SHARES, FOLDER, {"status": "disabled"})
        update_row(call, SHARES, LIBRARY, {}, scope=Scope.INACTIVE)
    assert file("ls", "collection=refs") == [row(0, "plates", 0), row(1, "notes.txt", 5)]


@pytest.mark.behaviour("files/paths: a delivery lists its files")
@pytest.mark.behaviour("files/paths: files of a delivery are listed though they are not there")
def test_a_delivery_lists_its_files(shares):
    admin, standard = shares.client("admin"), shares.client("standard")
    tasks = ["share=projects/show/plates", "folder=plates/p_001.exr", "share=projects/later.mov"]
    payload = {"name": "Refs", "tasks": tasks, "recipients": ["standard@acmefilm.com"]}
    ident = admin.create("delivery", payload)["id"]
    for user in (admin, standard):
        file = caller(shares, user.username)
        listed = file("ls", f"delivery={ident}")
        assert listed[:2] == [row(0, "plates", 0), row(1, "p_001.exr", 10)]
        later = {**row(1, "later.mov", 0), "modified": "2026-03-01T12:00:00"}
        assert listed[2:] == [later]
        assert file("ls", f"delivery={ident}/plates") == PLATES
        assert file("getsize", f"delivery={ident}") == 43
        assert file("exists", f"delivery={ident}/later.mov") is False
        with pytest.raises(Refusal, match="only refers to files"):
            file("delete", f"delivery={ident}/p_001.exr")
    employee = caller(shares, "employee")
    answers = [refusal_of(employee, "ls", f"delivery={one}") for one in (ident, "0" * 24)]
    assert answers[0].replace(ident, "…") == answers[1].replace("0" * 24, "…")
    with shares.acting("admin") as call:
        update_row(call, SHARES, FOLDER, {"status": "disabled"})
    assert len(caller(shares, "admin")("ls", f"delivery={ident}")) == 2


def refusal_of(file, op, path):
    with pytest.raises(Refusal) as refused:
        file(op, path)
    return refused.value.message


def test_a_collection_that_is_delivered_is_listed_by_its_members(collection):
    admin, file = collection.client("admin"), caller(collection, "standard")
    for tasks, expected in (
        (["collection=refs"], ["plates", "p_001.exr", "notes.txt", "notes.txt", "gone.txt"]),
        (["collection=refs/plates/p_001.exr"], ["p_001.exr"]),
        (["collection=refs/left"], []),
    ):
        payload = {"name": "Refs", "tasks": tasks, "recipients": ["standard@acmefilm.com"]}
        ident = admin.create("delivery", payload)["id"]
        listed = file("ls", f"delivery={ident}")
        assert [one["filename"] for one in listed] == expected


def test_what_was_uploaded_to_a_delivery_is_listed(shares):
    admin = shares.client("admin")
    ident = admin.create("delivery", {"name": "Refs"})["id"]
    (shares.roots.packages / ident).mkdir()
    (shares.roots.packages / ident / "a.mov").write_bytes(b"abc")
    with shares.acting("admin") as call:
        add_files(call, ident, [{"job": ident, "path": "a.mov"}])
    file = caller(shares, "admin")
    assert [one["filename"] for one in file("ls", f"delivery={ident}")] == ["a.mov"]
    assert file("getsize", f"delivery={ident}/a.mov") == 3


# -- options ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("files: unknown operations and options are refused")
@pytest.mark.parametrize(
    ("op", "options", "problem"),
    [
        ("ls", {"force": True}, "ls has no option 'force'"),
        ("ls", {"recursive": "yes"}, "ls: recursive is true or false"),
        ("ls", {"maxdepth": 0}, "ls: maxdepth is between 1"),
        ("ls", {"maxdepth": True}, "ls: maxdepth is a whole number"),
        ("ls", {"files_only": True, "directories_only": True}, "leave nothing to list"),
        ("ls", {"include": 7}, "include is a text"),
        ("getsize", {"recursive": True}, "getsize has no option 'recursive'"),
        ("exists", {"include": "x"}, "exists has no option 'include'"),
        ("mkdir", {"path_to": "x"}, "mkdir has no option 'path_to'"),
        ("delete", {"force": 1}, "delete: force is true or false"),
        ("rename", {}, "rename: path_to is missing"),
        ("move", {"path_to": ["x"]}, "two lists of the same length"),
        ("move", {"path_to": "x", "force": True}, "move has no option 'force'"),
    ],
)
def test_what_an_operation_does_not_know_is_refused(file, op, options, problem):
    with pytest.raises(Refusal, match=problem):
        file(op, "share=projects/show", **options)


@pytest.mark.behaviour("files: each operation has its verb, in both generations")
def test_an_operation_is_sent_with_its_verb(studio, root):
    admin = studio.client("admin")
    for op, verb in VERBS.items():
        for other in {"GET", "POST", "PUT"} - {verb}:
            with pytest.raises(Refusal, match=f"{op} is sent with {verb}, not {other}"):
                admin.call(other, "workspace/file", {"op": op, "path": "share=projects/x"})
    with pytest.raises(Refusal, match="files have no operation 'chmod'; there are ls, getsize"):
        admin.call("POST", "workspace/file", {"op": "chmod", "path": "x"})
    with pytest.raises(Refusal, match="op is empty"):
        admin.call("GET", "workspace/file", {"path": "x"})
    for uri, protocol in (("workspace/file", "v1"), ("organization/file", "v3")):
        with pytest.raises(AccsynError, match="no entity type"):
            studio.client("admin", protocol).call("GET", uri, {"op": "ls", "path": "x"})
