"""Shares that the seeds planted, and what v1 says that a share is made of."""

from __future__ import annotations

import pytest

from accsyn_orm.server.seeds.identity import stable_id


def codes(found):
    return [share["code"] for share in found]


def test_the_empty_seed_has_the_default_volume(studio, admin):
    (volume,) = admin.find("volume")
    assert volume["id"] == stable_id("share", "projects")
    assert (volume["code"], volume["default"], volume["status"]) == ("projects", True, "enabled")
    assert volume["server"] == stable_id("client", "hq-server")
    assert (studio.roots.volumes / "projects").is_dir()
    assert (admin.find("folder"), admin.find("home"), admin.find("acl")) == ([], [], [])


def test_the_demo_has_shares_of_all_kinds(demo):
    admin = demo.client("john@user.com")
    assert codes(admin.find("volume")) == ["projects", "library"]
    assert codes(admin.find("volume", "default=true")) == ["projects"]
    folder = admin.find("folder", "code=theproject")[0]
    assert (folder["name"], folder["path"], folder["status"]) == (
        "TheProject",
        "TheProject",
        "enabled",
    )
    homes = ["anna@acmefilm.com", "lisa@example.com", "pete@vendor.com"]
    assert codes(admin.find("home")) == homes
    for share in (*admin.find("folder"), *admin.find("home")):
        volume = admin.get("volume", share["parent"])
        assert (demo.roots.volumes / volume["code"] / share["path"]).is_dir()
    plate = demo.roots.volumes / "projects" / "TheProject" / "plates" / "sh010_0001.exr"
    assert plate.stat().st_size == 16_384


@pytest.mark.parametrize(
    ("user", "volumes", "folders", "homes"),
    [
        ("anna@acmefilm.com", ["projects", "library"], 3, 3),
        ("lars@acmefilm.com", ["projects"], 3, 3),
        ("lisa@example.com", [], 2, 1),
        ("pete@vendor.com", [], 1, 1),
    ],
)
def test_the_demos_people_see_what_their_acls_give(demo, user, volumes, folders, homes):
    client = demo.client(user)
    assert codes(client.find("volume")) == volumes
    assert len(client.find("folder")) == folders
    assert len(client.find("home")) == homes


def test_what_the_demos_people_do_with_files(demo):
    def ls(user, path):
        data = {"op": "ls", "path": path}
        found = demo.client(user).call("GET", "workspace/file", data)
        return [file["filename"] for file in found]

    assert ls("lisa@example.com", "folder=theproject") == ["README.txt", "plates"]
    assert ls("lisa@example.com", "~") == ["showreel.mov"]
    assert ls("lars@acmefilm.com", "volume=projects/FROM_VENDORS/pete") == ["notes.txt"]
    with pytest.raises(Exception, match="that you may"):
        ls("pete@vendor.com", "folder=from_vendors/pete")


def test_v1_knows_what_all_kinds_of_share_are_made_of(studio):
    def ask(role, **options):
        data = {"entitytype": "share", **options}
        return set(studio.client(role, "v1").call("GET", "attributes", data))

    read = ask("admin")
    assert {"paths", "default", "parent", "path", "type"} <= read
    assert not {"name", "server", "status_hr", "user", "directory", "metadata"} & read
    assert {"type", "code", "paths", "parent", "path", "user"} <= ask("admin", create=True)
    assert ask("standard", create=True) == set()
    assert {"server", "siteserver_clear", "status"} <= ask("admin", update=True)
    assert ask("standard", update=True) == {"description", "email"}
