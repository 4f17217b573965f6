"""Homes, which v1 calls user shares."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id

PROJECTS = stable_id("share", "projects")
STANDARD = "standard@acmefilm.com"


@pytest.mark.behaviour("home/create: the user is named by id or e-mail")
@pytest.mark.behaviour("home/create: by default it is at accsyn/<e-mail> of the default volume")
def test_a_home_is_at_the_usual_place(studio, admin, standard):
    home = admin.create("home", {"user": STANDARD.upper()})
    assert {name: home[name] for name in ("code", "name", "type", "parent", "path", "user")} == {
        "code": STANDARD,
        "name": STANDARD,
        "type": "home",
        "parent": PROJECTS,
        "path": f"accsyn/{STANDARD}",
        "user": standard.user_id,
    }
    assert home["user_hr"] == f"user:{STANDARD}[standard]({standard.user_id})"
    assert home["status"] == "enabled"
    assert (studio.roots.volumes / "projects" / "accsyn" / STANDARD).is_dir()
    # No ACL comes with it.
    assert admin.find("acl") == []
    assert standard.find("home") == [home]


def test_a_home_can_be_put_elsewhere(admin, employee):
    data = {"user": employee.user_id, "parent": "projects", "path": "staff/e", "code": "e"}
    home = admin.create("home", {**data, "name": "E", "queue": "low"})
    assert (home["code"], home["name"], home["path"]) == ("e", "E", "staff/e")
    changed = admin.edit("home", home["id"], path="staff/f", code="f@g.h", status="disabled")
    assert (changed["path"], changed["code"], changed["status"]) == ("staff/f", "f@g.h", "disabled")
    with pytest.raises(Refusal, match="letters, digits"):
        admin.edit("home", home["id"], code="a/b@c")


@pytest.mark.behaviour("home/edit: a new path moves no files")
def test_another_path_moves_no_files(studio, admin, standard):
    home = admin.create("home", {"user": standard.user_id})
    old = studio.roots.volumes / "projects" / home["path"] / "a.mov"
    old.write_bytes(b"x")
    admin.edit("home", home["id"], path="homes/s")
    assert old.read_bytes() == b"x"
    assert list((studio.roots.volumes / "projects" / "homes" / "s").iterdir()) == []


@pytest.mark.behaviour("home/create: a user has one home")
def test_a_user_has_one_home(admin, standard):
    home = admin.create("home", {"user": standard.user_id})
    with pytest.raises(Refusal, match=f"the user '{STANDARD}' has a home already"):
        admin.create("home", {"user": STANDARD, "path": "b", "code": "b"})
    assert admin.delete("home", home["id"]) is True
    assert standard.find("home") == []
    assert admin.create("home", {"user": STANDARD})["path"] == home["path"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "home: user is required"),
        ({"user": "nobody@x.y"}, "there is no user 'nobody@x.y'"),
        ({"user": STANDARD, "path": "../x"}, "leads elsewhere"),
        ({"user": STANDARD, "parent": "nope"}, "there is no volume 'nope'"),
        ({"user": STANDARD, "code": "projects"}, "there already is a share"),
    ],
)
def test_what_a_home_cannot_be_created_with(admin, data, problem):
    with pytest.raises(Refusal, match=problem):
        admin.create("home", data)


def test_an_address_that_names_no_directory_gives_way_to_the_id(admin):
    user = admin.create("user", {"code": "a/b@x.y", "create_home_share": True})
    (home,) = admin.find("home")
    assert home["path"] == f"accsyn/{user['id']}"
    assert home["code"] == "a/b@x.y"


@pytest.mark.behaviour("home/deactivate: homes cannot be: the user is deactivated instead")
@pytest.mark.behaviour("home/activate: homes cannot be: the user is activated instead")
def test_homes_follow_their_users(studio, admin, standard):
    home = admin.create("home", {"user": standard.user_id})
    with pytest.raises(Refusal, match="cannot be deactivated: deactivate its user"):
        admin.call("DELETE", "home/deactivate", {}, ident=home["id"])
    with pytest.raises(Refusal, match="cannot be deactivated: deactivate its user"):
        studio.client("admin", "v1").call("DELETE", "share/offline", {}, ident=home["id"])
    assert admin.call("DELETE", "user/deactivate", {}, ident=standard.user_id) is True
    assert admin.find("home") == []
    assert admin.find("home", inactive=True)[0]["id"] == home["id"]
    for named in (home["id"], STANDARD.upper()):
        with pytest.raises(Refusal, match="cannot be activated: activate its user"):
            admin.call("POST", "home/activate", {}, query=named)
    with pytest.raises(Refusal, match="there is no home 'nope'"):
        admin.call("POST", "home/activate", {}, query="nope")
    assert admin.call("POST", "user/activate", {}, query=STANDARD.upper()) is True
    assert admin.find("home")[0]["id"] == home["id"]


def test_a_home_is_there_only_with_both_its_user_and_its_volume(admin, standard):
    other = admin.create(
        "volume",
        {"name": "Other", "paths": {"linux": "/o"}, "server": stable_id("client", "hq-server")},
    )["id"]
    home = admin.create("home", {"user": standard.user_id, "parent": other, "path": "h"})
    acl = {"entity": f"user:{standard.user_id}", "target": f"share:{home['id']}", "read": True}
    admin.create("acl", acl)

    def is_there():
        return [bool(admin.find("home")), bool(admin.find("acl"))]

    assert is_there() == [True, True]
    admin.call("DELETE", "user/deactivate", {}, ident=standard.user_id)
    admin.call("DELETE", "volume/deactivate", {}, ident=other)
    assert is_there() == [False, False]
    admin.call("POST", "user/activate", {}, ident=standard.user_id)
    assert is_there() == [False, False]
    admin.call("POST", "volume/activate", {}, ident=other)
    assert is_there() == [True, True]
    admin.call("DELETE", "volume/deactivate", {}, ident=other)
    admin.call("DELETE", "user/deactivate", {}, ident=standard.user_id)
    admin.call("POST", "volume/activate", {}, ident=other)
    assert is_there() == [False, False]
    admin.call("POST", "user/activate", {}, ident=standard.user_id)
    assert is_there() == [True, True]


# -- roles ----------------------------------------------------------------------------------------


@pytest.fixture
def homes(admin, employee, standard):
    """Give everybody a home, a second employee as well."""
    other = admin.create("user", {"code": "other@acmefilm.com", "role": "employee"})["id"]
    owners = {
        "admin": admin.user_id,
        "employee": employee.user_id,
        "standard": standard.user_id,
        "other": other,
    }
    return {name: admin.create("home", {"user": ident})["id"] for name, ident in owners.items()}


@pytest.mark.parametrize(
    ("user", "protocol", "sees", "changes"),
    [
        ("admin", "v1", "admin employee standard other", "admin employee standard other"),
        ("admin", "v3", "admin employee standard other", "admin employee standard other"),
        # v1 says: except foreign homes; v3: except those of admins and other employees.
        ("employee", "v1", "admin employee standard other", "employee"),
        ("employee", "v3", "admin employee standard other", "employee standard"),
        ("standard", "v1", "standard", "standard"),
        ("standard", "v3", "standard", "standard"),
    ],
)
def test_who_sees_and_changes_which_homes(studio, homes, user, protocol, sees, changes):
    client = studio.client(user, protocol)
    kind = "home" if protocol == "v3" else "share"
    query = None if protocol == "v3" else "type=user"
    names = {ident: name for name, ident in homes.items()}
    assert [names[home["id"]] for home in client.find(kind, query)] == sees.split()
    for name, ident in homes.items():
        if name in changes.split():
            assert client.edit(kind, ident, description="x")["description"] == "x"
        else:
            is_seen = name in sees.split()
            problem = f"may not change this {kind}" if is_seen else f"there is no {kind} '{ident}'"
            with pytest.raises(Refusal, match=problem):
                client.edit(kind, ident, description="x")


@pytest.mark.behaviour("home/create: employees make homes for those whose homes they change")
def test_employees_make_homes_for_themselves_and_standard_users(studio, admin, employee):
    for named in ("admin@acmefilm.com", admin.user_id):
        with pytest.raises(Refusal, match=f"there is no user '{named}'"):
            employee.create("home", {"user": named})
    assert employee.create("home", {"user": STANDARD})["user_hr"].startswith(f"user:{STANDARD}")
    # Elsewhere than at the usual place, a volume has to be writable.
    with pytest.raises(Refusal, match="that you may write to"):
        employee.create("home", {"user": employee.user_id, "path": "TheProject"})
    v1 = studio.client("employee", "v1")
    newcomer = admin.create("user", {"code": "new@x.y"})["code"]
    for named in ("admin@acmefilm.com", newcomer):
        with pytest.raises(Refusal, match=r"permission denied.*make homes for others"):
            v1.create("share", {"type": "user", "user": named})
    own = v1.create("share", {"type": "user", "user": employee.user_id})
    assert (own["type"], own["path"]) == ("user", "accsyn/employee@acmefilm.com")


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_standard_users_make_no_homes_and_keep_theirs(studio, homes, protocol):
    client = studio.client("standard", protocol)
    kind = "home" if protocol == "v3" else "share"
    own = {"user": client.user_id, **({"type": "user"} if protocol == "v1" else {})}
    with pytest.raises(Refusal, match="may not create a home"):
        client.create(kind, own)
    with pytest.raises(Refusal, match=f"may not delete this {kind}"):
        client.delete(kind, homes["standard"])
