"""Which share and volume a path in the workspace means."""

from __future__ import annotations

import pytest

from accsyn_orm.server.disk.places import Places
from accsyn_orm.server.disk.spots import spot_at
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.store import insert_row, rows_where, update_row
from accsyn_orm.server.storage.tables import ACLS, SHARES, Scope
from accsyn_orm.server.transfers.specs import parse_accsyn_path

FOLDER, HOME, COLLECTION = "f" * 24, "a" * 24, "c" * 24


@pytest.fixture
def shares(studio):
    """Store a share of each other kind beside the seeded volume."""
    with studio.acting("standard") as call:
        (volume,) = rows_where(call, SHARES, SHARES.table.c.code == "projects")
        beneath = {"parent": volume["id"]}
        folder = {"type": "folder", "code": "film", "path": "The/Film", **beneath}
        insert_row(call, SHARES, folder, ident=FOLDER)
        home = {"type": "home", "code": "h", "path": "/homes/s/", "user": call.caller.user_id}
        insert_row(call, SHARES, {**home, **beneath}, ident=HOME)
        insert_row(call, SHARES, {"type": "collection", "code": "refs"}, ident=COLLECTION)
    return volume["id"]


@pytest.fixture
def find(studio, shares):
    """Find a place as a user; return share, path, volume and the path inside the volume."""

    def ask(text, user="admin", right="read"):
        with studio.acting(user) as call:
            place = Places(call).find(parse_accsyn_path(text), right)
            return _shown(place)

    return ask


def _shown(place):
    volume = place.volume and place.volume["code"]
    return place.share["code"], place.path, volume, place.inside


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("share=PROJECTS/a/b", ("projects", "a/b", "projects", "a/b")),
        ("volume=(default)/a/", ("projects", "a", "projects", "a")),
        ("share=(Default)", ("projects", "", "projects", "")),
        ("a.mov", ("projects", "a.mov", "projects", "a.mov")),
        (f"share={FOLDER}/x", ("film", "x", "projects", "The/Film/x")),
        ("folder=film", ("film", "", "projects", "The/Film")),
        ("home=STANDARD@acmefilm.com/in", ("h", "in", "projects", "homes/s/in")),
        (f"home={HOME}/in", ("h", "in", "projects", "homes/s/in")),
        ("collection=refs/a", ("refs", "a", None, "a")),
    ],
)
def test_every_notation_finds_its_share(find, text, expected):
    assert find(text) == expected


def test_a_tilde_is_the_own_home(find):
    assert find("~/x", "standard", "write") == ("h", "x", "projects", "homes/s/x")
    with pytest.raises(Refusal, match="there is no home '~' that you may read"):
        find("~/x", "admin")


@pytest.mark.behaviour("files/paths: missing and forbidden shares answer alike")
@pytest.mark.parametrize(
    ("text", "user", "right", "problem"),
    [
        ("share=nope/x", "admin", "read", "no share 'nope' that you may read"),
        ("share=projects/x", "standard", "read", "no share 'projects' that you may read"),
        ("share=projects/x", "employee", "write", "no share 'projects' that you may write to"),
        ("folder=projects/x", "admin", "read", "no folder 'projects' that you may read"),
        ("share=projects/../x", "admin", "read", "no share 'projects' that you may read"),
        ("delivery=x", "admin", "read", "no delivery 'x' that you may read"),
        ("workarea=x", "admin", "read", "no workarea 'x' that you may read"),
        ("share=standard@acmefilm.com", "admin", "read", "no share 'standard@acmefilm.com'"),
    ],
)
def test_what_is_missing_and_what_is_forbidden_answer_alike(find, text, user, right, problem):
    with pytest.raises(Refusal, match=f"^there is {problem}"):
        find(text, user, right)


def test_an_acl_opens_its_path_only(studio, find, shares):
    with studio.acting("standard") as call:
        acl = {
            "entity": f"user:{call.caller.user_id}",
            "target": f"share:{shares}",
            "path": "in",
            "read": True,
            "write": False,
        }
        insert_row(call, ACLS, acl)
    assert find("share=projects/in/x", "standard")[1] == "in/x"
    for text, right in (("share=projects/out", "read"), ("share=projects/in/x", "write")):
        with pytest.raises(Refusal, match="there is no share 'projects' that you may"):
            find(text, "standard", right)


def test_inactive_shares_are_not_there(studio, find):
    with studio.acting("admin") as call:
        update_row(call, SHARES, FOLDER, {}, scope=Scope.INACTIVE)
    with pytest.raises(Refusal, match="there is no folder 'film'"):
        find("folder=film")


@pytest.mark.behaviour("files/paths: an absolute path on a server is found by its volume")
@pytest.mark.parametrize("path", ["/mnt/Projects/a/b", "P:\\a\\b", "/Volumes/projects/a/b/"])
def test_a_path_on_a_server_s_disk_is_found_by_its_volume(studio, shares, path):
    with studio.acting("admin") as call:
        assert _shown(Places(call).find_absolute(path, "read")) == (
            "projects",
            "a/b",
            "projects",
            "a/b",
        )
        with pytest.raises(Refusal, match="no volume that you may read is at '/mnt/other/x'"):
            Places(call).find_absolute("/mnt/other/x", "read")
    with (
        studio.acting("standard") as call,
        pytest.raises(Refusal, match="no volume that you may read is at"),
    ):
        Places(call).find_absolute(path, "read")


def test_a_path_in_a_volume_within_a_volume_is_in_the_inner_one(studio, shares):
    with studio.acting("admin") as call:
        inner = {"type": "volume", "code": "inner", "paths": {"linux": "/mnt/projects/In"}}
        insert_row(call, SHARES, inner, ident="e" * 24)
        for path, expected in (("/mnt/projects/in/a", "inner"), ("/mnt/projects/x", "projects")):
            assert Places(call).find_absolute(path, "read").share["code"] == expected


def test_a_place_can_be_made_from_a_row(studio, shares):
    with studio.acting("admin") as call:
        (row,) = rows_where(call, SHARES, SHARES.table.c.id == FOLDER)
        assert _shown(Places(call).inside(row, "")) == ("film", "", "projects", "The/Film")


def test_a_collection_is_on_no_disk(studio, shares):
    with studio.acting("admin") as call:
        (row,) = rows_where(call, SHARES, SHARES.table.c.id == COLLECTION)
        with pytest.raises(Refusal, match="'refs' only refers to files"):
            spot_at(Places(call), Places(call).inside(row, "a"), "refs")
