"""Folders, which v1 calls standard shares."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id

PROJECTS = stable_id("share", "projects")
NEW = {"parent": PROJECTS, "name": "TheProject", "path": "TheProject"}


@pytest.fixture
def grant(admin):
    """Give a client access to a share."""

    def give(client, share, *rights, path="/"):
        entity, target = f"user:{client.user_id}", f"share:{share}"
        data = {"entity": entity, "target": target, "path": path}
        return admin.create("acl", {**data, **dict.fromkeys(rights, True)})

    return give


@pytest.mark.behaviour("folder/create: its directory is made where it is missing")
def test_a_folder_is_a_directory_of_its_volume(studio, admin):
    folder = admin.create("folder", {**NEW, "queue": "high", "email": "a@b.c"})
    assert folder == {
        "id": folder["id"],
        "code": "theproject",
        "name": "TheProject",
        "type": "folder",
        "status": "enabled",
        "status_hr": "Enabled",
        "parent": PROJECTS,
        "parent_hr": f"share:Projects[volume]({PROJECTS})",
        "path": "TheProject",
        "description": "",
        "email": "a@b.c",
        "queue": admin.find("queue", "code=high")[0]["id"],
        "metadata": {},
        "created": "2026-03-01T12:00:00",
        "creator": "admin@acmefilm.com",
        "modified": "2026-03-01T12:00:00",
        "modifier": "admin@acmefilm.com",
        "inactive": False,
    }
    assert (studio.roots.volumes / "projects" / "TheProject").is_dir()
    # One that is there already is shared as it is.
    assert admin.create("folder", {**NEW, "code": "again"})["path"] == "TheProject"


@pytest.mark.behaviour("folder/create: without a parent it is in the default volume")
@pytest.mark.parametrize("parent", [{}, {"parent": "PROJECTS"}, {"parent": PROJECTS}])
def test_the_volume_is_named_by_id_or_code_or_not_at_all(admin_v1, parent):
    data = {"type": "standard", "code": "plates", "path": "/show/plates/", **parent}
    share = admin_v1.create("share", data)
    assert (share["parent"], share["path"], share["type"]) == (PROJECTS, "show/plates", "standard")
    assert admin_v1.find("share", "type=standard") == [share]
    assert admin_v1.create("share", {"code": "untyped", "path": "x"})["type"] == "standard"


def test_v3_still_takes_the_older_name(admin):
    folder = admin.create("share", NEW)
    assert folder["type"] == "folder"
    assert admin.find("share", "code=theproject") == admin.find("folder")
    assert admin.edit("share", folder["id"], description="x")["description"] == "x"
    assert admin.call("DELETE", "share/deactivate", {}, ident=folder["id"]) is True
    assert admin.call("POST", "share/activate", {}, ident=folder["id"]) is True
    with pytest.raises(Refusal, match="there is no folder"):
        admin.edit("share", PROJECTS, description="x")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"path": "/"}, "not the volume itself"),
        ({"path": " "}, r"folder\.path is empty"),
        ({"path": "../x"}, "leads elsewhere"),
        ({"path": "a/../../x"}, "leads elsewhere"),
        ({"path": "a\\..\\x"}, "leads elsewhere"),
        ({"path": "C:\\x"}, "is a drive"),
        ({"path": "a//b"}, "empty name"),
        ({"path": 5}, r"folder\.path is text"),
        ({"path": "file.txt"}, "is not a folder"),
        ({"path": "link/x"}, "is a link"),
        ({"parent": "nope"}, "there is no volume 'nope' that you may write to"),
        ({"parent": "0" * 24}, "there is no volume"),
        ({"code": "Projects"}, "there already is a share"),
        ({"code": "a@b.c"}, "letters, digits"),
        ({"queue": "nope"}, "no queue 'nope'"),
        ({"status": "disabled"}, "cannot be given at creation"),
        ({"metadata": {}}, "cannot be given at creation"),
        ({"paths": {}}, "folder has no attribute 'paths'"),
        ({"user": "x"}, "folder has no attribute 'user'"),
    ],
)
def test_what_a_folder_cannot_be_created_with(studio, admin, changes, problem):
    volume = studio.roots.volumes / "projects"
    (volume / "file.txt").write_text("x")
    (volume / "link").symlink_to(studio.roots.base)
    with pytest.raises(Refusal, match=problem):
        admin.create("folder", {**NEW, **changes})
    assert admin.find("folder") == []
    assert {path.name for path in studio.roots.base.iterdir()} == {"volumes"}


def test_what_a_folder_needs(admin, admin_v1):
    with pytest.raises(Refusal, match="folder: path is required"):
        admin.create("folder", {"name": "x"})
    with pytest.raises(Refusal, match="a folder needs a name, or a code"):
        admin.create("folder", {"path": "x"})
    with pytest.raises(Refusal, match="share: code is required"):
        admin_v1.create("share", {"path": "x"})
    with pytest.raises(Refusal, match=r"share\.type is one of standard"):
        admin_v1.create("share", {"code": "x", "type": "folder", "path": "x"})
    with pytest.raises(Refusal, match="not created beneath"):
        admin.create("folder", NEW, parent=PROJECTS)


@pytest.mark.behaviour("folder/edit: a new path moves no files")
def test_another_path_is_another_directory(studio, admin):
    folder = admin.create("folder", NEW)
    volume = studio.roots.volumes / "projects"
    (volume / "TheProject" / "a.mov").write_bytes(b"x")
    changed = admin.edit("folder", folder["id"], path="show\\new", metadata={"a": 1}, queue=None)
    assert (changed["path"], changed["metadata"]) == ("show/new", {"a": 1})
    assert list((volume / "show" / "new").iterdir()) == []
    assert (volume / "TheProject" / "a.mov").exists()
    for fixed in ("parent", "type", "inactive", "created"):
        with pytest.raises(Refusal, match=f"{fixed} cannot be changed"):
            admin.edit("folder", folder["id"], **{fixed: "x"})


def test_a_folder_with_active_jobs_stays_and_deleting_it_aborts_them(admin, job_using):
    folder = admin.create("folder", NEW)["id"]
    job, other = job_using(PROJECTS, folder), job_using(PROJECTS)
    with pytest.raises(Refusal, match="active jobs use 'theproject'"):
        admin.call("DELETE", "folder/deactivate", {}, ident=folder)
    assert admin.delete("folder", folder) is True
    assert [admin.get("transfer", one)["status"] for one in (job, other)] == ["aborted", "waiting"]
    assert [share["code"] for share in admin.find("folder", archived=True)] == ["theproject"]


@pytest.mark.behaviour("share/delete: active jobs that use it are aborted")
def test_a_deactivated_folder_can_be_deleted(admin, job_using):
    folder = admin.create("folder", NEW)["id"]
    admin.call("DELETE", "folder/deactivate", {}, ident=folder)
    job = job_using(folder)
    assert admin.delete("folder", folder) is True
    assert admin.get("transfer", job)["status"] == "aborted"
    with pytest.raises(Refusal, match="there is no folder"):
        admin.call("POST", "folder/activate", {}, query="theproject")


# -- roles ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("folder/create: employees share only where they may write")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_employees_share_where_they_may_write(studio, admin, grant, protocol):
    client = studio.client("employee", protocol)
    kind, extra = ("folder", {"name": "A"}) if protocol == "v3" else ("share", {"code": "A"})
    with pytest.raises(Refusal, match=r"there is no volume '\(default\)' that you may write to"):
        client.create(kind, {"path": "a", **extra})
    grant(client, PROJECTS, "read", "write", path="show")
    with pytest.raises(Refusal, match="there is no volume 'projects' that you may write to"):
        client.create(kind, {"parent": "projects", "path": "a", **extra})
    folder = client.create(kind, {"path": "show/a", **extra})
    assert folder["creator"] == "employee@acmefilm.com"
    assert client.edit(kind, folder["id"], path="show/b")["path"] == "show/b"
    with pytest.raises(Refusal, match="that you may write to"):
        client.edit(kind, folder["id"], path="secret")
    foreign = admin.create("folder", {"name": "Other", "path": "other"})["id"]
    assert client.edit(kind, foreign, status="disabled")["status"] == "disabled"
    assert client.call("DELETE", f"{kind}/{_deactivation(protocol)}", {}, ident=foreign) is True
    assert client.delete(kind, foreign) is True


def _deactivation(protocol):
    return "deactivate" if protocol == "v3" else "offline"


@pytest.mark.behaviour("share/delete: standard users delete no shares")
@pytest.mark.behaviour("share/deactivate: standard users deactivate no shares")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_standard_users_have_what_acls_give(studio, admin, grant, protocol):
    client = studio.client("standard", protocol)
    kind = "folder" if protocol == "v3" else "share"
    seen, part, whole = (
        admin.create("folder", {"name": name, "path": name})["id"]
        for name in ("seen", "part", "whole")
    )
    hidden = admin.create("folder", {"name": "hidden", "path": "hidden"})["id"]
    grant(client, seen, "read")
    grant(client, part, "write", path="a")
    grant(client, whole, "read", "write")
    assert [share["code"] for share in client.find(kind)] == ["seen", "part", "whole"]
    assert client.get(kind, hidden) is None
    for ident in (hidden, "0" * 24):
        with pytest.raises(Refusal, match=f"^there is no {kind} '{ident}'$"):
            client.edit(kind, ident, description="x")
    for ident in (seen, part):
        with pytest.raises(Refusal, match=f"users may not change this {kind}"):
            client.edit(kind, ident, description="x")
    assert client.edit(kind, whole, description="x")["description"] == "x"
    for name, value in (("code", "y"), ("path", "y"), ("status", "disabled"), ("queue", "low")):
        with pytest.raises(Refusal, match=rf"{kind}\.{name} cannot be changed by you"):
            client.edit(kind, whole, **{name: value})
    with pytest.raises(Refusal, match=f"may not delete this {kind}"):
        client.delete(kind, whole)
    with pytest.raises(Refusal, match=f"may not deactivate this {kind}"):
        client.call("DELETE", f"{kind}/{_deactivation(protocol)}", {}, ident=whole)
    with pytest.raises(Refusal, match="may not create a folder"):
        client.create(kind, {"code": "z", "path": "z"})
