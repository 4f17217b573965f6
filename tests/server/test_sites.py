"""Sites."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.clients import insert_client
from accsyn_orm.server.rules.jobs import insert_job
from accsyn_orm.server.rules.sites import find_site
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.storage.store import update_row
from accsyn_orm.server.storage.tables import CLIENTS, JOBS, Scope

BUILT_IN = ["hq", "roaming", "accsyn"]
DATES = ("created", "creator", "modified", "modifier")


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_every_workspace_has_three_sites(studio, protocol):
    found = studio.client("admin", protocol).find("site")
    assert [site["code"] for site in found] == BUILT_IN
    main = found[0]
    assert {name: value for name, value in main.items() if name not in DATES} == {
        "id": stable_id("site", "hq"),
        "code": "hq",
        "name": "HQ",
        "description": "Main site",
        "main": True,
        "accsyn": False,
        "status": "enabled",
        **({"metadata": {}} if protocol == "v3" else {}),
    }
    assert [site["accsyn"] for site in found] == [False, False, True]


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_a_site_is_created_changed_and_deleted(studio, protocol):
    admin = studio.client("admin", protocol)
    site = admin.create("site", {"code": "oslo", "name": "Oslo", "description": "Attic"})
    assert (site["code"], site["name"], site["main"]) == ("oslo", "Oslo", False)
    changed = admin.edit("site", site["id"], status="disabled", description="Cellar")
    assert (changed["status"], changed["description"]) == ("disabled", "Cellar")
    assert admin.delete("site", site["id"]) is True
    assert [found["code"] for found in admin.find("site")] == BUILT_IN
    assert [found["code"] for found in admin.find("site", archived=True)] == ["oslo"]


@pytest.mark.behaviour("site/create: a code is made from the name when none is given")
@pytest.mark.behaviour("site/create: codes are unique, whatever their case")
@pytest.mark.behaviour("site/create: codes have 32 characters at most")
def test_codes_are_made_from_names(admin):
    assert admin.create("site", {"name": "Attic: Oslo!"})["code"] == "attic_oslo"
    assert admin.create("site", {"name": "Attic Oslo"})["code"] == "attic_oslo_2"
    assert admin.create("site", {"name": "o" * 40})["code"] == "o" * 32
    assert admin.create("site", {"name": "o" * 40})["code"] == "o" * 30 + "_2"
    named = admin.create("site", {"code": "Bergen"})
    assert (named["code"], named["name"]) == ("Bergen", "Bergen")


@pytest.mark.behaviour("site/create: local is reserved: settings mean no site in particular by it")
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "needs a name, or a code"),
        ({"code": "a b"}, "letters, digits"),
        ({"code": "x" * 33}, "at most 32 characters, not 33"),
        ({"code": "HQ"}, "there already is a site with code 'HQ'"),
        ({"code": "Roaming"}, "there already is a site"),
        ({"code": "local"}, "'local' is reserved"),
        ({"name": "Local"}, "'local' is reserved"),
        ({"code": "x", "status": "disabled"}, "cannot be given at creation"),
        ({"code": "x", "main": True}, "cannot be given at creation"),
        ({"code": "x", "town": "y"}, "site has no attribute 'town'"),
    ],
)
def test_what_is_no_site_is_refused(admin, data, problem):
    with pytest.raises(Refusal, match=problem):
        admin.create("site", data)


@pytest.mark.behaviour("site/edit: the built-in sites cannot be disabled")
@pytest.mark.behaviour("site/delete: the main site stays")
@pytest.mark.behaviour("site/delete: the other built-in sites stay")
@pytest.mark.parametrize("code", BUILT_IN)
def test_built_in_sites_stay(admin, code):
    ident = stable_id("site", code)
    assert admin.edit("site", ident, description="Ours")["description"] == "Ours"
    with pytest.raises(Refusal, match="is built in and cannot be disabled"):
        admin.edit("site", ident, status="disabled")
    with pytest.raises(Refusal, match="is built in and cannot be deleted"):
        admin.delete("site", ident)


@pytest.fixture
def oslo(admin):
    return admin.create("site", {"code": "oslo"})["id"]


def place(studio, site, code, kind):
    with studio.acting("admin") as call:
        values = {"code": code, "type_hr": kind, "user": call.caller.user_id, "site": site}
        return insert_client(call, values)


@pytest.mark.behaviour("site/delete: a site with servers stays")
def test_a_site_with_servers_stays(studio, admin, oslo):
    server = place(studio, oslo, "oslo-server", "server")
    with pytest.raises(Refusal, match=r"'oslo' has servers \(oslo-server\)"):
        admin.delete("site", oslo)
    with studio.acting("admin") as call:
        update_row(call, CLIENTS, server, {}, scope=Scope.ARCHIVED)
    assert admin.delete("site", oslo) is True


@pytest.mark.behaviour("site/delete: other clients there move to the main site")
def test_other_clients_of_a_deleted_site_move_to_the_main_one(studio, admin, oslo):
    app = place(studio, oslo, "laptop", "app")
    assert admin.delete("site", oslo) is True
    assert admin.get("app", app)["site"] == stable_id("site", "hq")


@pytest.mark.behaviour("site/delete: a site that active jobs send from or to stays")
@pytest.mark.parametrize("end", ["source", "destination"])
def test_a_site_with_active_jobs_stays(studio, admin, oslo, end):
    with studio.acting("admin") as call:
        user, site = f"user:{call.caller.user_id}", f"site:{oslo}"
        parties = {"source": user, "destination": user, end: site}
        job = insert_job(call, {"name": "sync", **parties})
    with pytest.raises(Refusal, match="'oslo' has active jobs"):
        admin.delete("site", oslo)
    with studio.acting("admin") as call:
        update_row(call, JOBS, job, {}, scope=Scope.FINISHED)
    assert admin.delete("site", oslo) is True


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_employees_read_sites_and_standard_users_do_not(studio, protocol):
    employee, standard = (studio.client(user, protocol) for user in ("employee", "standard"))
    assert [site["code"] for site in employee.find("site")] == BUILT_IN
    assert standard.find("site") == []
    hq = stable_id("site", "hq")
    with pytest.raises(Refusal, match="permission denied: employee users may not change"):
        employee.edit("site", hq, description="x")
    with pytest.raises(Refusal, match="permission denied: employee users may not delete"):
        employee.delete("site", hq)
    with pytest.raises(Refusal, match="permission denied: employee users may not create"):
        employee.create("site", {"code": "x"})
    with pytest.raises(Refusal, match=f"there is no site '{hq}'"):
        standard.edit("site", hq, description="x")


def test_find_site_takes_an_id_or_a_code(studio):
    with studio.acting("admin") as call:
        assert find_site(call, "HQ")["id"] == stable_id("site", "hq")
        assert find_site(call, stable_id("site", "roaming"))["code"] == "roaming"
        with pytest.raises(Refusal, match="there is no site 'oslo'"):
            find_site(call, "oslo")
