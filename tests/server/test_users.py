from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.jobs import insert_job
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.storage.store import insert_row, update_row
from accsyn_orm.server.storage.tables import RECIPIENTS, SHARES, Scope


@pytest.mark.behaviour("user/create: the role is standard unless another is given")
def test_a_new_user_is_enabled_and_standard(admin):
    user = admin.create("user", {"code": " Lisa@Example.com "})
    assert user["code"] == "Lisa@Example.com"
    assert user["name"] == "Lisa@Example.com"
    assert (user["role"], user["status"], user["inactive"]) == ("standard", "enabled", False)
    assert user["created"] == user["modified"] == "2026-03-01T12:00:00"
    assert user["creator"] == "admin@acmefilm.com"


@pytest.mark.behaviour("user/create: codes are e-mail addresses, unique whatever their case")
def test_codes_are_unique_whatever_their_case(admin):
    admin.create("user", {"code": "lisa@example.com"})
    with pytest.raises(Refusal, match=r"there already is a user 'lisa@example\.com'"):
        admin.create("user", {"code": "LISA@example.COM"})


@pytest.mark.parametrize("code", ["", "  ", "lisa", "a b@c", None, 5])
def test_a_code_must_be_an_email(admin, code):
    with pytest.raises(Refusal, match=r"user\.code|code is required"):
        admin.create("user", {"code": code})


def test_a_code_is_required(admin):
    with pytest.raises(Refusal, match="user: code is required"):
        admin.create("user", {"description": "Lisa"})


@pytest.mark.behaviour("user/create: other roles than standard are given by admins")
@pytest.mark.behaviour("user/edit: admins only change roles")
def test_only_admins_give_roles(admin, employee):
    assert admin.create("user", {"code": "a@b.c", "role": "Admin"})["role"] == "admin"
    with pytest.raises(Refusal, match="permission denied"):
        employee.create("user", {"code": "c@b.c", "role": "employee"})
    own = employee.create("user", {"code": "d@b.c", "role": "standard"})
    with pytest.raises(Refusal, match=r"user\.role cannot be changed by you"):
        employee.edit("user", own["id"], role="employee")
    assert admin.edit("user", own["id"], role="employee")["role"] == "employee"


def test_v1_spells_standard_as_user(admin_v1):
    user = admin_v1.create("user", {"code": "v@b.c", "clearance": "user"})
    assert user["role"] == "user"
    assert user["phase"] == "activating"
    assert user["logged_in"] == "1970-01-01T01:00:00"
    assert [u["code"] for u in admin_v1.find("user", "role=user")] == [
        "standard@acmefilm.com",
        "v@b.c",
    ]
    with pytest.raises(Refusal, match="role and clearance are the same"):
        admin_v1.create("user", {"code": "w@b.c", "clearance": "user", "role": "admin"})
    with pytest.raises(Refusal, match="is one of admin, employee, user"):
        admin_v1.create("user", {"code": "w@b.c", "role": "standard"})


def test_no_mail_leaves_the_workspace_whether_wanted_or_not(admin):
    user = admin.create(
        "user",
        {"code": "a@b.c", "create_home_share": False, "volumes": [], "mail": False, "message": ""},
    )
    assert "mail" not in user


def test_unknown_and_fixed_attributes_are_refused(admin):
    with pytest.raises(Refusal, match="user has no attribute 'stauts': did you mean 'status'"):
        admin.edit("user", admin.user_id, stauts="disabled")
    with pytest.raises(Refusal, match=r"user\.created cannot be changed"):
        admin.edit("user", admin.user_id, created="2026-01-01T00:00:00")
    with pytest.raises(Refusal, match=r"user\.code cannot be changed$"):
        admin.edit("user", admin.user_id, code="other@b.c")
    with pytest.raises(Refusal, match="nothing to change"):
        admin.edit("user", admin.user_id)
    with pytest.raises(Refusal, match="data is a dictionary"):
        admin.call("PUT", "user/edit", ["x"], ident=admin.user_id)


def test_editing_stores_who_and_when(studio, admin):
    user = admin.create("user", {"code": "a@b.c"})
    studio.clock.advance(hours=1)
    changed = admin.edit("user", user["id"], description="x", metadata={"a": {"b": [1, None]}})
    assert changed["modified"] == "2026-03-01T13:00:00"
    assert changed["metadata"] == {"a": {"b": [1, None]}}
    assert admin.get("user", user["id"]) == changed


def test_a_queue_is_named_by_id_code_or_name(admin):
    high = admin.find("queue", "code=high")[0]["id"]
    for named in (high, "HIGH", "High"):
        assert admin.edit("user", admin.user_id, queue=named)["queue"] == high
    assert admin.edit("user", admin.user_id, queue=None)["queue"] is None
    with pytest.raises(Refusal, match="no queue 'huge': there are high, medium, low"):
        admin.edit("user", admin.user_id, queue="huge")


@pytest.mark.behaviour("user/edit: a disabled user is signed out and cannot sign in")
def test_a_disabled_user_is_signed_out_and_cannot_sign_in(studio, admin):
    victim = studio.client("standard", "v1")
    victim_v3 = studio.client("standard")
    studio_victim = studio.client("employee", "v1")
    assert victim.find("user")
    admin.edit("user", victim.user_id, status="disabled")
    with pytest.raises(Refusal, match="not signed in"):
        victim.find("user")
    with pytest.raises(Refusal, match="sign-in refused"):
        victim_v3.find("user")
    assert studio_victim.find("user")
    admin.edit("user", victim.user_id, status="enabled")
    with pytest.raises(Refusal, match="not signed in"):
        victim.find("user")
    assert victim_v3.find("user")


@pytest.mark.behaviour("user/edit: jobs of a disabled user are on hold")
def test_disabling_a_user_puts_his_jobs_on_hold(studio, admin, download, shared):
    leaver = studio.client("standard")
    waiting = leaver.create("transfer", download("a"))
    failed = leaver.create("transfer", download("b"))
    (task,) = leaver.find("task", parent=failed["id"])
    leaver.edit("task", task["id"], status="failed")
    done = leaver.create("transfer", download("c"))
    leaver.edit("transfer", done["id"], status="done")
    other = admin.create("transfer", download())
    admin.edit("user", leaver.user_id, status="disabled")

    def statuses():
        return [
            admin.get("transfer", job["id"])["status"] for job in (waiting, failed, done, other)
        ]

    assert statuses() == ["paused", "failed", "done", "waiting"]
    admin.edit("user", leaver.user_id, status="enabled")
    assert statuses() == ["paused", "failed", "done", "waiting"]
    assert leaver.edit("transfer", waiting["id"], status="waiting")["status"] == "waiting"


def test_running_jobs_of_a_disabled_user_pause(demo):
    admin = demo.client("john@user.com")
    pete = admin.find("user", "code=pete@vendor.com")[0]["id"]
    running = admin.find("transfer", f"user={pete} and status=running")
    assert running
    admin.edit("user", pete, status="disabled")
    assert {admin.get("transfer", job["id"])["status"] for job in running} == {"paused"}
    assert admin.find("transfer", f"user={pete} and status in running,waiting") == []


@pytest.mark.behaviour("user/delete: jobs are aborted")
def test_deleting_a_user_aborts_jobs_and_frees_the_code(studio, admin, download, shared):
    leaver = studio.client("standard")
    job = leaver.create("transfer", download())
    other = admin.create("transfer", download())
    assert admin.delete("user", leaver.user_id, {"force": True}) is True
    assert admin.get("transfer", job["id"])["status"] == "aborted"
    assert admin.get("transfer", other["id"])["status"] == "waiting"
    assert [u["code"] for u in admin.find("user", archived=True)] == ["standard@acmefilm.com"]
    with pytest.raises(Refusal, match="sign-in refused"):
        leaver.find("user")
    again = admin.create("user", {"code": "standard@acmefilm.com"})
    assert again["id"] != leaver.user_id


def test_delete_takes_force_only(admin, standard):
    with pytest.raises(Refusal, match="'farce' is no option"):
        admin.delete("user", standard.user_id, {"farce": True})
    with pytest.raises(Refusal, match="force is true or false"):
        admin.delete("user", standard.user_id, {"force": "yes"})


@pytest.mark.behaviour("user/edit: one enabled admin remains")
@pytest.mark.behaviour("user/delete: nobody deletes himself, or the last enabled admin")
def test_somebody_stays_in_charge(admin):
    other = admin.create("user", {"code": "b@b.c", "role": "admin"})
    with pytest.raises(Refusal, match="cannot delete yourself"):
        admin.delete("user", admin.user_id)
    assert admin.delete("user", other["id"]) is True
    for change in ({"role": "standard"}, {"status": "disabled"}):
        with pytest.raises(Refusal, match="at least one enabled admin"):
            admin.edit("user", admin.user_id, **change)
    assert admin.edit("user", admin.user_id, role="admin")["role"] == "admin"


@pytest.mark.behaviour("user/create: an inactive user of that e-mail comes back")
def test_creating_an_inactive_user_restores_it(demo):
    admin = demo.client("john@user.com")
    olga = admin.find("user", inactive=True)[0]
    assert (olga["code"], olga["inactive"]) == ("olga@example.com", True)
    back = admin.create("user", {"code": "Olga@Example.com", "description": "again"})
    assert back["id"] == olga["id"]
    assert (back["inactive"], back["description"]) == (False, "again")
    assert back["code"] == "olga@example.com"


@pytest.mark.behaviour("user/create: employees bring back standard users only")
def test_an_employee_brings_back_standard_users_only(demo):
    admin, employee = demo.client("john@user.com"), demo.client("anna@acmefilm.com")
    lars = admin.find("user", "code=lars@acmefilm.com")[0]["id"]
    _deactivate(demo, lars)
    with pytest.raises(Refusal, match="permission denied: employee users may not bring this"):
        employee.create("user", {"code": "lars@acmefilm.com"})
    assert employee.create("user", {"code": "olga@example.com"})["inactive"] is False


def _deactivate(demo, ident):
    from accsyn_orm.server.storage.tables import USERS

    with demo.database.writing() as connection:
        connection.execute(
            USERS.table.update().where(USERS.table.c.id == ident).values(scope="inactive")
        )


# -- shares and access ----------------------------------------------------------------------------

PROJECTS = stable_id("share", "projects")


@pytest.fixture
def library(admin):
    server = stable_id("client", "hq-server")
    return admin.create("volume", {"name": "Library", "paths": {"linux": "/l"}, "server": server})


@pytest.fixture
def leaver(admin):
    """Make a user with a home, access to a volume and access to a folder."""
    user = admin.create(
        "user",
        {"code": "lisa@example.com", "create_home_share": True, "give_default_volume_access": True},
    )
    folder = admin.create("folder", {"name": "Plates", "path": "plates"})["id"]
    admin.create("acl", {"entity": f"user:{user['id']}", "target": f"share:{folder}", "read": True})
    return user


def access_of(admin, user, **scope):
    return [acl["target_hr"].split("[")[0] for acl in admin.find("acl", f"entity={user}", **scope)]


@pytest.mark.behaviour("user/create: create_home_share gives a home")
@pytest.mark.behaviour(
    "user/create: access to all, to the default or to named volumes can be given"
)
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, []),
        ({"give_default_volume_access": False, "volumes": []}, []),
        ({"give_default_volume_access": True}, ["share:Projects"]),
        ({"give_all_volumes_access": True}, ["share:Projects", "share:Library"]),
        ({"volumes": ["library"]}, ["share:Library"]),
        (
            {"volumes": [PROJECTS], "give_all_volumes_access": True},
            ["share:Projects", "share:Library"],
        ),
    ],
)
def test_a_user_comes_with_what_is_asked_for(admin, library, options, expected):
    user = admin.create("user", {"code": "a@b.c", **options})
    assert access_of(admin, user["id"]) == expected
    for acl in admin.find("acl"):
        assert (acl["read"], acl["write"], acl["path"]) == (True, True, "/")
    assert admin.find("home") == []
    other = admin.create("user", {"code": "b@b.c", "create_home_share": True})
    assert [home["user"] for home in admin.find("home")] == [other["id"]]


@pytest.mark.behaviour("user/create: v1.0 gives a home by itself")
def test_v1_gives_every_new_user_a_home(admin, admin_v1):
    user = admin_v1.create("user", {"code": "v@b.c"})
    (home,) = admin.find("home")
    assert (home["user"], home["path"]) == (user["id"], "accsyn/v@b.c")
    admin.call("DELETE", "user/deactivate", {}, ident=user["id"])
    admin_v1.create("user", {"code": "v@b.c"})
    assert admin.find("home")[0]["id"] == home["id"]


def test_v1_gives_no_home_where_there_is_no_volume(studio, admin, admin_v1):
    with studio.acting("admin") as call:
        update_row(call, SHARES, PROJECTS, {}, scope=Scope.ARCHIVED)
    assert admin_v1.create("user", {"code": "v@b.c"})["code"] == "v@b.c"
    assert admin.find("home") == []
    for options in ({"create_home_share": True}, {"give_default_volume_access": True}):
        with pytest.raises(Refusal, match="the workspace has no default volume"):
            admin.create("user", {"code": "w@b.c", **options})


@pytest.mark.behaviour(
    "user/create: access to volumes is to read and to write, and given by admins"
)
def test_what_cannot_come_with_a_user(admin, employee, library):
    for options, problem in (
        ({"volumes": ["nope"]}, "there is no volume 'nope'"),
        ({"volumes": "library"}, "is a list, not str"),
        ({"create_home_share": "yes"}, "is true or false"),
    ):
        with pytest.raises(Refusal, match=problem):
            admin.create("user", {"code": "a@b.c", **options})
    for options in (
        {"volumes": ["library"]},
        {"volumes": ["nope"]},
        {"give_all_volumes_access": True},
    ):
        with pytest.raises(Refusal, match=r"permission denied.*give access to volumes"):
            employee.create("user", {"code": "a@b.c", **options})
    assert employee.create("user", {"code": "a@b.c", "create_home_share": True})["code"] == "a@b.c"
    assert len(admin.find("home")) == 1


@pytest.mark.behaviour("user/edit: another role takes all access away")
def test_another_role_takes_all_access_away(admin, leaver):
    admin.edit("user", leaver["id"], role="standard", description="x")
    assert len(access_of(admin, leaver["id"])) == 2
    admin.edit("user", leaver["id"], role="employee")
    assert access_of(admin, leaver["id"]) == []
    assert len(access_of(admin, leaver["id"], archived=True)) == 2
    assert len(admin.find("home")) == 1


@pytest.mark.behaviour("user/deactivate: the home and the ACLs become inactive as well")
@pytest.mark.behaviour("user/deactivate: the user is signed out and cannot sign in")
@pytest.mark.behaviour("user/activate: by id or by e-mail")
@pytest.mark.behaviour("user/activate: the home and the ACLs come back")
def test_a_user_goes_and_comes_back_with_home_and_acls(studio, admin, leaver):
    client, client_v1 = studio.client("lisa@example.com"), studio.client("lisa@example.com", "v1")
    assert len(client.find("share")) == 1
    assert admin.call("DELETE", "user/deactivate", {}, ident=leaver["id"]) is True
    assert admin.find("user", "code=lisa@example.com") == []
    assert admin.find("user", inactive=True)[0]["inactive"] is True
    assert (admin.find("home"), access_of(admin, leaver["id"])) == ([], [])
    assert len(access_of(admin, leaver["id"], inactive=True)) == 2
    with pytest.raises(Refusal, match="sign-in refused"):
        client.find("user")
    with pytest.raises(Refusal, match="not signed in"):
        client_v1.find("user")
    with pytest.raises(Refusal, match=r"the user 'lisa@example.com' is deactivated already"):
        admin.call("DELETE", "user/deactivate", {}, ident=leaver["id"])
    assert admin.call("POST", "user/activate", {}, query="LISA@example.com") is True
    assert len(admin.find("home")) == 1
    assert access_of(admin, leaver["id"]) == ["share:Projects", "share:Plates"]
    assert len(client.find("share")) == 1
    with pytest.raises(Refusal, match="is active already"):
        admin.call("POST", "user/activate", {}, ident=leaver["id"])
    with pytest.raises(Refusal, match=r"there is no user 'nobody@x.y'"):
        admin.call("POST", "user/activate", {}, query="nobody@x.y")


def test_v1_puts_users_offline_and_creating_brings_them_back(admin, admin_v1, leaver):
    assert admin_v1.call("DELETE", "user/offline", {}, ident=leaver["id"]) is True
    assert [user["code"] for user in admin_v1.find("user", offline=True)] == ["lisa@example.com"]
    admin_v1.create("user", {"code": "lisa@example.com"})
    assert access_of(admin, leaver["id"]) == ["share:Projects", "share:Plates"]
    assert len(admin.find("home")) == 1


def test_who_comes_back_keeps_the_role_unless_another_is_given(admin, leaver):
    admin.edit("user", leaver["id"], role="employee")
    for given, expected in (({}, "employee"), ({"role": "standard"}, "standard")):
        admin.create(
            "acl", {"entity": "user:lisa@example.com", "target": f"share:{PROJECTS}", "read": True}
        )
        admin.call("DELETE", "user/deactivate", {}, ident=leaver["id"])
        assert admin.create("user", {"code": "lisa@example.com", **given})["role"] == expected
        assert len(access_of(admin, leaver["id"])) == (expected == "employee")


@pytest.mark.behaviour("user/deactivate: not while a job that involves the user is active")
@pytest.mark.parametrize("role", ["owner", "source", "destination", "recipient"])
def test_a_user_with_active_jobs_stays(studio, admin, leaver, role):
    party, hq = f"user:{leaver['id']}", f"workspace:{stable_id('workspace', 'acmefilm')}"
    with studio.acting("admin") as call:
        job = insert_job(
            call,
            {
                "name": "x",
                "source": party if role == "source" else hq,
                "destination": party if role == "destination" else hq,
                **({"user": leaver["id"]} if role == "owner" else {}),
            },
        )
        if role == "recipient":
            insert_row(call, RECIPIENTS, {"job": job, "user": leaver["id"], "actioned": False})
    with pytest.raises(Refusal, match=r"active jobs involve 'lisa@example.com'"):
        admin.call("DELETE", "user/deactivate", {}, ident=leaver["id"])
    admin.edit("transfer", job, status="aborted")
    assert admin.call("DELETE", "user/deactivate", {}, ident=leaver["id"]) is True


@pytest.mark.behaviour("user/deactivate: nobody deactivates himself, or the last enabled admin")
def test_who_may_deactivate_whom(studio, admin, employee, standard, leaver):
    for client in (admin, employee, standard):
        with pytest.raises(Refusal, match="you cannot deactivate yourself"):
            client.call("DELETE", "user/deactivate", {}, ident=client.user_id)
    for ident in (admin.user_id, leaver["id"]):
        with pytest.raises(Refusal, match=f"there is no user '{ident}'"):
            standard.call("DELETE", "user/deactivate", {}, ident=ident)
    with pytest.raises(Refusal, match="there is no user"):
        employee.call("DELETE", "user/deactivate", {}, ident=admin.user_id)
    with pytest.raises(Refusal, match="may not deactivate this user"):
        studio.client("employee", "v1").call("DELETE", "user/offline", {}, ident=admin.user_id)
    assert employee.call("DELETE", "user/deactivate", {}, ident=leaver["id"]) is True
    assert employee.call("POST", "user/activate", {}, query=leaver["code"]) is True
    other = admin.create("user", {"code": "b@b.c", "role": "admin"})
    admin.edit("user", admin.user_id, description="x")
    assert admin.call("DELETE", "user/deactivate", {}, ident=other["id"]) is True


@pytest.mark.behaviour("user/delete: the home is deleted")
@pytest.mark.behaviour("user/delete: ACLs go to the archive, and the e-mail is free again")
def test_deleting_a_user_takes_home_and_acls(studio, admin, leaver):
    home = studio.roots.volumes / "projects" / "accsyn" / "lisa@example.com" / "a.mov"
    home.write_bytes(b"x")
    assert admin.delete("user", leaver["id"]) is True
    assert (admin.find("home"), access_of(admin, leaver["id"])) == ([], [])
    assert len(admin.find("home", archived=True)) == 1
    assert len(access_of(admin, leaver["id"], archived=True)) == 2
    assert home.read_bytes() == b"x"
    again = admin.create("user", {"code": "lisa@example.com", "create_home_share": True})
    assert admin.find("home")[0]["user"] == again["id"]
    with pytest.raises(Refusal, match="there is no user"):
        admin.call("POST", "user/activate", {}, ident=leaver["id"])


@pytest.mark.behaviour("user/delete: deliveries that others receive as well lose a recipient only")
def test_deliveries_go_on_without_a_deleted_recipient(admin, leaver):
    data = {"name": "Turnover", "recipients": ["lisa@example.com", "standard@acmefilm.com"]}
    delivery = admin.create("delivery", {**data, "tasks": ["volume=projects/a.mov"]})
    assert admin.delete("user", leaver["id"]) is True
    assert admin.get("delivery", delivery["id"])["status"] == delivery["status"] != "aborted"
    left = admin.call("GET", "job/recipients", {}, ident=delivery["id"])
    assert [entry["user_hr"] for entry in left] == ["standard@acmefilm.com"]
