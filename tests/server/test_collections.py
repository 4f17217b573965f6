"""Collections, and the files in them."""

from __future__ import annotations

import re

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id

PROJECTS = stable_id("share", "projects")
ABSENT = "26468234-c9ee-48d6-8d28-e900b5957129"


@pytest.fixture
def folder(admin):
    return admin.create("folder", {"name": "Plates", "path": "plates"})


@pytest.fixture
def collection(admin, folder):
    files = ["volume=Projects/x.mov", "folder=plates/sub/y.mov"]
    return admin.create("collection", {"name": "Best Of", "files": files})


@pytest.fixture
def members(admin, collection):
    """List the paths of the members."""

    def ask(client=admin):
        return [file["path"] for file in client.find("file", parent=collection["id"])]

    return ask


def add(client, collection, *paths, uri="file/add"):
    return client.call("POST", uri, {"files": list(paths)}, ident=collection["id"])


def remove(client, collection, *idents):
    data = {"files": list(idents)}
    return client.call("DELETE", "collection/file/remove", data, ident=collection["id"])


@pytest.mark.behaviour("collection/create: its files are named by accsyn paths")
def test_a_collection_has_members(admin, collection, folder):
    assert {name: value for name, value in collection.items() if name not in DATES} == {
        "id": collection["id"],
        "code": "best_of",
        "name": "Best Of",
        "type": "collection",
        "status": "enabled",
        "status_hr": "Enabled",
        "description": "",
        "email": "",
        "queue": None,
        "metadata": {},
        "inactive": False,
    }
    first, second = admin.find("file", parent=collection["id"])
    assert first == {
        "id": first["id"],
        "parent": collection["id"],
        "path": "volume=Projects/x.mov",
        "share": PROJECTS,
        "created": "2026-03-01T12:00:00",
        "creator": "admin@acmefilm.com",
    }
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first["id"])
    assert (second["path"], second["share"]) == ("folder=plates/sub/y.mov", folder["id"])
    assert admin.find("file", "path=*y.mov AND parent=best_of") == [second]


DATES = ("created", "creator", "modified", "modifier")


def test_a_collection_may_begin_empty(admin):
    empty = admin.create("collection", {"name": "Later"})
    assert admin.find("file", parent=empty["id"]) == []
    assert admin.edit("collection", empty["id"], description="x", queue="low")["description"] == "x"
    with pytest.raises(Refusal, match="a collection needs a name, or a code"):
        admin.create("collection", {"files": []})
    for name in ("path", "parent", "user", "server"):
        with pytest.raises(Refusal, match=f"collection has no attribute '{name}'"):
            admin.create("collection", {"name": "x", name: "x"})


@pytest.mark.behaviour("file/create: accsyn paths become members of the collection")
@pytest.mark.behaviour("file/create: it is asked for as file/add")
@pytest.mark.behaviour("file/create: a path that is a member already is not added again")
@pytest.mark.parametrize("uri", ["file/add", "file/create"])
def test_files_are_added_once(admin, collection, folder, members, uri):
    paths = (
        "home=~/z",
        f"share={folder['id']}/sub/y.mov",
        "folder=PLATES/new",
        "folder=plates/new",
    )
    admin.create("home", {"user": admin.user_id})
    added = add(admin, collection, *paths, uri=uri)
    # The first by another name of its share, the last two as one.
    assert [file["path"] for file in added] == [
        "home=~/z",
        "folder=plates/sub/y.mov",
        "folder=PLATES/new",
        "folder=PLATES/new",
    ]
    assert len(members()) == 4


@pytest.mark.behaviour("file/create: collections do not hold absolute paths")
@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/mnt/projects/x", "is no path of the workspace"),
        ("P:\\x", "is no path of the workspace"),
        ("x.mov", "is no path of the workspace"),
        ("volume=projects/../x", "leads elsewhere"),
        ("volume=projects", "names a whole volume"),
        ("volume=nope/x", "there is no volume 'nope' that you may read"),
        ("collection=best_of/x", "holds files of volumes, folders and homes"),
        ("disk=x/y", "none of share="),
        (" ", "is empty"),
        (5, "is text"),
    ],
)
def test_what_cannot_be_a_member(admin, collection, members, path, problem):
    with pytest.raises(Refusal, match=problem):
        add(admin, collection, "volume=projects/good", path)
    with pytest.raises(Refusal, match=problem):
        admin.create("collection", {"name": "Other", "files": [path]})
    assert len(members()) == 2
    assert len(admin.find("collection")) == 1


def test_files_need_a_collection(admin, collection):
    with pytest.raises(Refusal, match="needs the id"):
        admin.call("POST", "file/add", {"files": ["volume=projects/x"]})
    with pytest.raises(Refusal, match="name it by its id"):
        admin.create("file", {"files": ["volume=projects/x"]})
    with pytest.raises(Refusal, match="there is no collection"):
        admin.create("file", {"files": ["volume=projects/x"]}, parent=PROJECTS)
    with pytest.raises(Refusal, match="file: files is required"):
        admin.create("file", {}, parent=collection["id"])


@pytest.mark.behaviour("file/delete: it is asked for as collection/file/remove, with ids")
@pytest.mark.behaviour("file/delete: false is the answer when one is not there")
@pytest.mark.behaviour("file/delete: all are removed, or none")
@pytest.mark.behaviour("file/delete: a member can be removed by its own id as well")
def test_files_are_removed_from_a_collection(admin, collection, members):
    first, second = (file["id"] for file in admin.find("file", parent=collection["id"]))
    assert remove(admin, collection, first, ABSENT) is False
    assert len(members()) == 2
    assert remove(admin, collection, first, first) is True
    assert members() == ["folder=plates/sub/y.mov"]
    assert remove(admin, collection, first) is False
    with pytest.raises(Refusal, match="delete takes no options"):
        admin.delete("file", second, {"force": True})
    assert admin.delete("file", second) is True
    assert members() == []
    assert len(admin.find("file", archived=True)) == 2
    assert add(admin, collection, "volume=projects/x.mov")[0]["id"] != first


@pytest.mark.parametrize("data", [{}, {"file": []}, {"files": [], "force": True}])
def test_removing_takes_ids_only(admin, collection, data):
    with pytest.raises(Refusal, match="takes files, a list of their ids"):
        admin.call("DELETE", "collection/file/remove", data, ident=collection["id"])


@pytest.mark.behaviour("file/edit: members do not change: remove one and add another")
def test_members_do_not_change(admin, collection):
    (first, _) = admin.find("file", parent=collection["id"])
    with pytest.raises(Refusal, match="cannot be changed: remove it"):
        admin.edit("file", first["id"], path="volume=projects/b")


def test_members_follow_their_collection_and_their_share(admin, collection, folder, members):
    admin.call("DELETE", "folder/deactivate", {}, ident=folder["id"])
    assert members() == ["volume=Projects/x.mov"]
    admin.call("POST", "folder/activate", {}, ident=folder["id"])
    assert len(members()) == 2
    assert admin.call("DELETE", "collection/deactivate", {}, ident=collection["id"]) is True
    assert members() == []
    assert admin.call("POST", "collection/activate", {}, query="best_of") is True
    assert len(members()) == 2
    assert admin.delete("folder", folder["id"]) is True
    assert members() == ["volume=Projects/x.mov"]
    assert admin.delete("collection", collection["id"]) is True
    assert members() == []


def test_v1_makes_no_collections_and_sees_them_as_shares(admin_v1, collection):
    found = admin_v1.find("share", "type=collection")
    assert [share["code"] for share in found] == ["best_of"]
    with pytest.raises(Refusal, match="no entity type 'collection'"):
        admin_v1.find("collection")
    with pytest.raises(Refusal, match="no entity type 'file'"):
        add(admin_v1, collection, "volume=projects/x")
    assert admin_v1.edit("share", collection["id"], description="x")["description"] == "x"


# -- roles ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("file/create: whoever adds a file may read it")
def test_employees_collect_what_they_may_read(admin, employee, members, collection):
    with pytest.raises(Refusal, match="there is no volume 'projects' that you may read"):
        employee.create("collection", {"name": "Mine", "files": ["volume=projects/x"]})
    assert employee.find("collection")[0]["code"] == "best_of"
    assert add(employee, collection, "folder=plates/b")[0]["path"] == "folder=plates/b"
    with pytest.raises(Refusal, match="that you may read"):
        add(employee, collection, "volume=projects/b")
    own = employee.create("collection", {"name": "Mine", "files": ["folder=plates/b"]})
    assert admin.edit("collection", own["id"], name="Ours")["name"] == "Ours"
    assert employee.delete("collection", own["id"]) is True
    ident = employee.find("file", parent=collection["id"])[0]["id"]
    assert remove(employee, collection, ident) is True
    assert len(members()) == 2


def test_standard_users_have_collections_by_acl(admin, standard, collection, members):
    (ident, _) = (file["id"] for file in admin.find("file", parent=collection["id"]))
    assert standard.find("collection") == []
    assert members(standard) == []
    assert standard.get("file", ident) is None
    for client_ident in (collection["id"], "0" * 24):
        with pytest.raises(Refusal, match=f"^there is no collection '{client_ident}'$"):
            add(standard, {"id": client_ident}, "folder=plates/b")
        with pytest.raises(Refusal, match=f"^there is no collection '{client_ident}'$"):
            remove(standard, {"id": client_ident}, ident)
    with pytest.raises(Refusal, match=f"^there is no file '{ident}'$"):
        standard.delete("file", ident)
    acl = {"entity": f"user:{standard.user_id}", "target": f"share:{collection['id']}"}
    admin.create("acl", {**acl, "read": True})
    assert [share["code"] for share in standard.find("collection")] == ["best_of"]
    assert len(members(standard)) == 2
    with pytest.raises(Refusal, match="may not change this collection"):
        remove(standard, collection, ident)
    admin.create("acl", {**acl, "read": True, "write": True})
    assert remove(standard, collection, ident) is True
    with pytest.raises(Refusal, match="there is no folder 'plates' that you may read"):
        add(standard, collection, "folder=plates/b")
    with pytest.raises(Refusal, match="may not create a collection"):
        standard.create("collection", {"name": "x"})
