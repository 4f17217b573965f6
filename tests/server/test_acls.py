"""ACLs: granting, finding and revoking. What they allow is in test_acls__rights."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id

PROJECTS = stable_id("share", "projects")
STANDARD = "standard@acmefilm.com"


@pytest.fixture
def folder(admin):
    return admin.create("folder", {"name": "Plates", "path": "plates"})["id"]


@pytest.fixture
def grant():
    """Give access, as the official client does; return its raw answer."""

    def give(client, user, share, **data):
        name = "ident" if client.protocol == "v1" else "entity"
        acl = {name: f"user:{user}", "target": f"share:{share}", **data}
        return client.call("POST", "acl/create", acl)

    return give


def paths(acls):
    return [acl["path"] for acl in acls]


@pytest.mark.behaviour("acl/create: the first grant answers the ACL, a repeated one true")
@pytest.mark.behaviour("acl/create: there is one ACL for a user and a share, changed in place")
@pytest.mark.behaviour(
    "acl/create: it is not acknowledged until its user sees it in an application"
)
def test_the_first_grant_answers_the_acl_and_the_next_change_it(admin, standard, folder, grant):
    (acl,) = grant(admin, standard.user_id, folder, read=True)
    assert acl == {
        "id": acl["id"],
        "entity": f"user:{standard.user_id}",
        "entity_hr": f"user:{STANDARD}[standard]({standard.user_id})",
        "target": f"share:{folder}",
        "target_hr": f"share:Plates[folder]({folder})",
        "path": "/",
        "read": True,
        "write": False,
        "acknowledged": False,
        "role": "standard",
        "status": "enabled",
        "token": "",
        "description": "",
        "created": "2026-03-01T12:00:00",
        "creator": "admin@acmefilm.com",
    }
    assert grant(admin, STANDARD.upper(), folder, write=True, path="/a/b/") == [True]
    assert admin.find("acl") == [{**acl, "path": "a/b", "read": False, "write": True}]
    assert grant(admin, "employee@acmefilm.com", folder, read=True, write=True)[0]["write"] is True
    assert len(admin.find("acl")) == 2


def test_v1_calls_the_user_ident(studio, admin_v1, standard, folder, grant):
    (acl,) = grant(admin_v1, standard.user_id, folder, read=True, path="FROM_VENDORS/acmevfx")
    assert (acl["ident"], acl["ident_hr"]) == (
        f"user:{standard.user_id}",
        f"user:{STANDARD}(user)",
    )
    assert "entity" not in acl
    assert acl["role"] == "user"
    query = (
        f"(ident=user:{standard.user_id} and target=share:{folder} and path=from_vendors/acmevfx)"
    )
    assert admin_v1.find("acl", query) == [acl]
    assert grant(admin_v1, standard.user_id, folder, read=True, path="x") == [True]
    assert admin_v1.delete("acl", acl["id"]) is True
    with pytest.raises(Refusal, match=r"there is no user 'new@x.y'"):
        grant(admin_v1, "new@x.y", folder, read=True)
    with pytest.raises(Refusal, match="acl has no attribute 'invite'"):
        grant(admin_v1, STANDARD, folder, read=True, invite=True)
    with pytest.raises(Refusal, match="acl: ident is required"):
        admin_v1.call("POST", "acl/create", {"target": f"share:{folder}", "read": True})


@pytest.mark.behaviour("acl/create: an ACL reads, writes, or does both")
@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"read": False, "write": False}, "an acl reads, writes, or does both"),
        ({}, "an acl reads, writes, or does both"),
        ({"read": "yes"}, r"acl\.read is true or false"),
        ({"read": True, "path": "../x"}, "leads elsewhere"),
        ({"read": True, "path": "a/..\\b"}, "leads elsewhere"),
        ({"read": True, "path": None}, r"acl\.path is text"),
        ({"read": True, "entity": "x"}, r"acl\.entity is user:<id> or user:<e-mail>, not 'x'"),
        ({"read": True, "entity": "user:"}, r"acl\.entity is user:<id>"),
        ({"read": True, "entity": f"share:{PROJECTS}"}, r"acl\.entity is user:<id>"),
        ({"read": True, "entity": "user:" + "0" * 24}, "there is no user '0000"),
        ({"read": True, "target": "x"}, r"acl\.target is share:<id>, not 'x'"),
        ({"read": True, "target": "share:"}, r"acl\.target is share:<id>"),
        ({"read": True, "target": "share:" + "0" * 24}, "there is no share '0000"),
        ({"read": True, "acknowledged": True}, "cannot be given at creation"),
        ({"read": True, "colour": "red"}, "no attribute 'colour'"),
    ],
)
def test_what_an_acl_cannot_be_made_of(admin, standard, folder, changes, problem):
    data = {"entity": f"user:{standard.user_id}", "target": f"share:{folder}", **changes}
    with pytest.raises(Refusal, match=problem):
        admin.call("POST", "acl/create", data)
    assert admin.find("acl") == []


def test_an_acl_stands_for_itself(admin, standard, folder, grant):
    data = {"entity": f"user:{standard.user_id}", "target": f"share:{folder}", "read": True}
    with pytest.raises(Refusal, match="not created beneath another entity"):
        admin.call("POST", "acl/create", data, ident=folder)
    admin.call("DELETE", "folder/deactivate", {}, ident=folder)
    with pytest.raises(Refusal, match="there is no share"):
        grant(admin, standard.user_id, folder, read=True)


@pytest.mark.behaviour("acl/create: an unknown e-mail is invited, unless invite is false")
def test_unknown_users_are_invited(admin, folder, grant):
    options = {"notify": True, "message": "Hello", "read": True}
    with pytest.raises(Refusal, match=r"there is no user 'lisa@example.com'"):
        grant(admin, "lisa@example.com", folder, invite=False, **options)
    with pytest.raises(Refusal, match="there is no user 'lisa'"):
        grant(admin, "lisa", folder, invite=True, **options)
    assert admin.find("user", "code=lisa@example.com") == []
    (acl,) = grant(admin, "Lisa@example.com", folder, invite=True, **options)
    (lisa,) = admin.find("user", "code=lisa@example.com")
    assert (lisa["role"], acl["entity"]) == ("standard", f"user:{lisa['id']}")
    admin.call("DELETE", "user/deactivate", {}, ident=lisa["id"])
    assert admin.find("acl") == []
    # Invited again, the user comes back with the ACL, which the grant then changes.
    assert grant(admin, "lisa@example.com", folder, write=True) == [True]
    assert admin.find("acl") == [{**acl, "read": False, "write": True}]


@pytest.mark.behaviour("acl/edit: an ACL is changed by granting again only")
def test_an_acl_is_not_edited(admin, admin_v1, standard, folder, grant):
    (acl,) = grant(admin, standard.user_id, folder, read=True)
    for client in (admin, admin_v1):
        with pytest.raises(Refusal, match="cannot be changed: grant again"):
            client.edit("acl", acl["id"], write=True)


# -- finding --------------------------------------------------------------------------------------


@pytest.mark.behaviour("acl/find: the query may be a whole statement: acl WHERE …")
@pytest.mark.behaviour("acl/find: a user may be named by e-mail, a share by code")
@pytest.mark.parametrize("start", ["acl WHERE ", "ACL where ", ""])
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("target=share:{folder} AND entity=user:{user}", ["one"]),
        ("entity=user:{user} AND target=share:{folder}", ["one"]),
        ("target=share:{folder}", ["one", "two"]),
        ("target=share:{folder} AND entity=user:*", ["one", "two"]),
        ("target=share:PLATES AND entity=user:Standard@AcmeFilm.com", ["one"]),
        ("entity!=user:standard@acmefilm.com", ["two"]),
        ("entity=user:nobody@x.y OR target=share:nope", []),
        ("entity=standard@acmefilm.com AND (write=true OR read=true)", ["one"]),
        ("entity IN user:{user} OR path=two", ["one", "two"]),
    ],
)
def test_acls_are_found(admin, standard, employee, folder, grant, start, condition, expected):
    grant(admin, standard.user_id, folder, read=True, path="one")
    grant(admin, employee.user_id, folder, read=True, path="two")
    query = start + condition.format(user=standard.user_id, folder=folder)
    assert paths(admin.find("acl", query, recursive=False)) == expected


def test_a_statement_may_have_no_condition(admin, standard, folder, grant):
    grant(admin, standard.user_id, folder, read=True)
    assert len(admin.find("acl", "acl")) == 1
    with pytest.raises(Exception, match="line 1"):
        admin.find("acl", "acl WHERE")


@pytest.mark.behaviour("acl/find: recursive adds the ACLs of shares beneath")
def test_recursive_looks_beneath(admin, standard, folder, grant):
    inner = admin.create("folder", {"name": "Inner", "path": "plates/inner"})["id"]
    beside = admin.create("folder", {"name": "Beside", "path": "plates2"})["id"]
    for share, path in ((PROJECTS, "v"), (folder, "f"), (inner, "i"), (beside, "b")):
        grant(admin, standard.user_id, share, read=True, path=path)

    def look(share, **options):
        return paths(admin.find("acl", f"acl WHERE target=share:{share}", **options))

    assert look(PROJECTS) == look(PROJECTS, recursive=False) == ["v"]
    assert look(PROJECTS, recursive=True) == look("projects", recursive=True)
    assert look(PROJECTS, recursive=True) == ["v", "f", "i", "b"]
    assert look(folder, recursive=True) == ["f", "i"]
    assert look(inner, recursive=True) == ["i"]
    assert look("nope", recursive=True) == []
    (one,) = admin.find("acl", f"path=i AND target=share:{folder}", recursive=True)
    assert one["target"] == f"share:{inner}"
    assert len(admin.find("acl", recursive=True)) == 4
    with pytest.raises(Refusal, match="find: recursive is true or false"):
        look(folder, recursive="yes")
    with pytest.raises(Refusal, match="find has no attribute 'recursive'"):
        admin.find("folder", recursive=True)


def test_acls_belong_to_living_users_and_shares(admin, standard, folder, grant):
    (acl,) = grant(admin, standard.user_id, folder, read=True)
    admin.call("DELETE", "folder/deactivate", {}, ident=folder)
    assert admin.find("acl") == []
    assert admin.find("acl", inactive=True) == [acl]
    admin.call("POST", "folder/activate", {}, ident=folder)
    assert admin.find("acl") == [acl]
    admin.delete("folder", folder)
    assert admin.find("acl", archived=True) == [acl]
    with pytest.raises(Refusal, match="there is no acl"):
        admin.delete("acl", acl["id"])


# -- revoking -------------------------------------------------------------------------------------


@pytest.mark.behaviour("acl/delete: takes the access away")
def test_revoking_deletes_the_acl(admin, standard, folder, grant):
    (acl,) = grant(admin, standard.user_id, folder, read=True)
    with pytest.raises(Refusal, match="takes no options"):
        admin.delete("acl", acl["id"], {"force": True})
    assert admin.delete("acl", acl["id"], {}) is True
    assert standard.find("folder") == []
    (again,) = grant(admin, standard.user_id, folder, read=True)
    assert again["id"] != acl["id"]


@pytest.mark.behaviour("acl/delete: admins keep theirs for volumes")
def test_admins_keep_volumes(admin, folder, grant):
    (volume,) = grant(admin, admin.user_id, PROJECTS, read=True)
    (other,) = grant(admin, admin.user_id, folder, read=True)
    with pytest.raises(Refusal, match="access of an admin to a volume cannot be revoked"):
        admin.delete("acl", volume["id"])
    assert admin.delete("acl", other["id"]) is True


# -- roles ----------------------------------------------------------------------------------------


@pytest.mark.behaviour("acl/create: only admins give access to volumes")
@pytest.mark.behaviour("acl/create: access is given by those who may change the share")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_employees_give_access_to_what_they_may_change(
    studio, admin, standard, folder, grant, protocol
):
    client = studio.client("employee", protocol)
    home = admin.create("home", {"user": admin.user_id})["id"]
    assert grant(client, standard.user_id, folder, read=True, write=True)[0]["write"] is True
    with pytest.raises(Refusal, match=f"there is no share '{PROJECTS}'"):
        grant(client, standard.user_id, PROJECTS, read=True)
    (given,) = grant(admin, client.user_id, PROJECTS, read=True, write=True)
    with pytest.raises(Refusal, match=r"permission denied.*give access to this volume"):
        grant(client, standard.user_id, PROJECTS, read=True)
    with pytest.raises(Refusal, match=r"permission denied.*give access to this home"):
        grant(client, standard.user_id, home, read=True)
    # They read all ACLs, and change those of shares that they may change.
    (foreign,) = grant(admin, standard.user_id, home, read=True)
    assert len(client.find("acl")) == 3
    for acl in (foreign, given):
        with pytest.raises(Refusal, match="may not delete this acl"):
            client.delete("acl", acl["id"])
    (own,) = client.find("acl", f"target=share:{folder}")
    assert client.delete("acl", own["id"]) is True


@pytest.mark.behaviour("acl/create: nobody gives more than he has")
@pytest.mark.behaviour("acl/create: standard users give access to standard users only")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_standard_users_give_each_other_access_to_what_is_theirs(
    studio, admin, folder, grant, protocol
):
    client = studio.client("standard", protocol)
    peer = admin.create("user", {"code": "peer@x.y"})["id"]
    home = admin.create("home", {"user": client.user_id})["id"]
    assert grant(client, peer, home, read=True, write=True)[0]["read"] is True
    assert grant(client, "peer@x.y", home, read=True) == [True]
    for named in ("employee@acmefilm.com", admin.user_id, "nobody@x.y"):
        with pytest.raises(Refusal, match=f"^there is no user '{named}'$"):
            grant(client, named, home, read=True)
    with pytest.raises(Refusal, match=f"^there is no share '{folder}'$"):
        grant(client, peer, folder, read=True)
    grant(admin, client.user_id, folder, read=True, write=True, path="a")
    with pytest.raises(Refusal, match=r"permission denied.*give access to this folder"):
        grant(client, peer, folder, read=True, path="a")
    grant(admin, client.user_id, folder, write=True)
    with pytest.raises(Refusal, match=r"permission denied.*let others read where they may not"):
        grant(client, peer, folder, read=True, write=True)
    with pytest.raises(Refusal, match=r"permission denied.*let others read"):
        grant(client, client.user_id, folder, read=True, write=True)
    assert grant(client, peer, folder, write=True)[0]["write"] is True


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_standard_users_see_and_revoke_their_own_acls_and_those_of_peers(
    studio, admin, folder, grant, protocol
):
    client = studio.client("standard", protocol)
    peer = admin.create("user", {"code": "peer@x.y"})["id"]
    employee = studio.client("employee").user_id
    home = admin.create("home", {"user": client.user_id})["id"]
    hidden = admin.create("folder", {"name": "H", "path": "h"})["id"]
    own, of_peer, at_home, of_staff, unseen = (
        grant(admin, user, share, read=True)[0]["id"]
        for user, share in (
            (client.user_id, folder),
            (peer, folder),
            (peer, home),
            (employee, folder),
            (peer, hidden),
        )
    )
    assert [acl["id"] for acl in client.find("acl")] == [own, of_peer, at_home]
    for ident in (of_staff, unseen, "0" * 24):
        with pytest.raises(Refusal, match=f"^there is no acl '{ident}'$"):
            client.delete("acl", ident)
    with pytest.raises(Refusal, match="may not delete this acl"):
        client.delete("acl", of_peer)
    assert client.delete("acl", at_home) is True
    assert client.delete("acl", own) is True
    assert [acl["id"] for acl in client.find("acl")] == []


def test_a_write_acl_of_a_part_does_not_let_grant_the_whole(admin, standard, folder, grant):
    peer = admin.create("user", {"code": "peer@x.y"})["id"]
    grant(admin, standard.user_id, folder, read=True, write=True)
    grant(admin, standard.user_id, folder, write=True)
    with pytest.raises(Refusal, match="let others read"):
        grant(standard, peer, folder, read=True)


def test_employees_do_not_let_others_write_where_they_read_only(studio, admin, standard, grant):
    # In v1, employees change no home but their own; in v3 those of standard users.
    home = admin.create("home", {"user": standard.user_id})["id"]
    peer = admin.create("user", {"code": "peer@x.y"})["id"]
    employee, employee_v1 = studio.client("employee"), studio.client("employee", "v1")
    with pytest.raises(Refusal, match="give access to this home"):
        grant(employee_v1, peer, home, read=True)
    assert grant(employee, peer, home, read=True, write=True)[0]["write"] is True
