from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal


def test_a_new_user_is_enabled_and_standard(admin):
    user = admin.create("user", {"code": " Lisa@Example.com "})
    assert user["code"] == "Lisa@Example.com"
    assert user["name"] == "Lisa@Example.com"
    assert (user["role"], user["status"], user["inactive"]) == ("standard", "enabled", False)
    assert user["created"] == user["modified"] == "2026-03-01T12:00:00"
    assert user["creator"] == "admin@acmefilm.com"


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


def test_options_that_cannot_be_honoured_are_refused(admin):
    with pytest.raises(Refusal, match="has no volumes and homes"):
        admin.create("user", {"code": "a@b.c", "create_home_share": True})
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
    with pytest.raises(Refusal, match=r"user\.code cannot be changed by you"):
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


def test_somebody_stays_in_charge(admin):
    other = admin.create("user", {"code": "b@b.c", "role": "admin"})
    with pytest.raises(Refusal, match="cannot delete yourself"):
        admin.delete("user", admin.user_id)
    assert admin.delete("user", other["id"]) is True
    for change in ({"role": "standard"}, {"status": "disabled"}):
        with pytest.raises(Refusal, match="at least one enabled admin"):
            admin.edit("user", admin.user_id, **change)
    assert admin.edit("user", admin.user_id, role="admin")["role"] == "admin"


def test_creating_an_inactive_user_restores_it(demo):
    admin = demo.client("john@user.com")
    olga = admin.find("user", inactive=True)[0]
    assert (olga["code"], olga["inactive"]) == ("olga@example.com", True)
    back = admin.create("user", {"code": "Olga@Example.com", "description": "again"})
    assert back["id"] == olga["id"]
    assert (back["inactive"], back["description"]) == (False, "again")
    assert back["code"] == "olga@example.com"


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
