"""The client family: apps, servers, user servers, browsers and lanes."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.clients import insert_client
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.sign_in import Signature
from accsyn_orm.server.storage.store import insert_row, rows_where
from accsyn_orm.server.storage.tables import SHARES
from accsyn_orm.wire.credentials import KeyCredentials
from accsyn_orm.wire.versions import GENERATIONS

CODE = "acmefilm"
SERVER = stable_id("client", "hq-server")
KINDS = ["app", "server", "userserver", "browser", "lane"]


def add(studio, code, kind="app", owner="standard", **more):
    """Add a client; nobody can do so by a call."""
    with studio.acting(owner) as call:
        values = {
            "code": code,
            "type_hr": kind,
            "user": call.caller.user_id,
            "site": stable_id("site", "hq"),
            **more,
        }
        return insert_client(call, values)


def name_of(kind, protocol):
    return "client" if protocol == "v1" else kind


# -- attributes -----------------------------------------------------------------------------------


def test_v3_shows_what_is_documented(studio, admin):
    site = stable_id("site", "hq")
    assert admin.get("server", SERVER) == {
        "id": SERVER,
        "code": "hq-server",
        "name": "hq-server",
        "type": 1,
        "type_hr": "server",
        "status": "online",
        "user": admin.user_id,
        "user_hr": f"user:admin@acmefilm.com[admin]({admin.user_id})",
        "site": site,
        "site_hr": f"hq({site})",
        "description": "",
        "host_ident": "",
        "last_checkin": "2026-03-01T12:00:00",
        "os": "linux",
        "username": "",
        "version": "",
        "wan_ip": "127.0.0.1",
        "parent": None,
        "roles": "storage",
        "benchmark": -1.0,
        "metrics": {},
        "metadata": {},
        "created": "2026-03-01T12:00:00",
        "modified": "2026-03-01T12:00:00",
        "modifier": "admin@acmefilm.com",
    }


def test_v1_has_its_own_names(studio, admin_v1):
    record = admin_v1.get("client", SERVER)
    assert record["host_id"] == ""
    assert record["site_hr"] == "hq"
    assert not {"host_ident", "name", "roles"} & record.keys()
    add(studio, "nas", "userserver")
    add(studio, "lane-1", "lane", parent=SERVER)
    found = {row["code"]: (row["type"], row["type_hr"]) for row in admin_v1.find("client")}
    assert found["nas"] == (2, "user server")
    assert found["lane-1"] == (4, "compute lane")
    assert [row["code"] for row in admin_v1.find("client", 'type_hr="user server"')] == ["nas"]


def test_each_type_of_v3_finds_its_own(studio, admin):
    for kind in KINDS[2:]:
        add(studio, f"a-{kind}", kind)
    for kind in KINDS:
        found = admin.find(kind)
        assert {client["type_hr"] for client in found} == {kind}
    family = {client["type_hr"] for client in admin.find("client")}
    assert family == set(KINDS)
    assert [c["code"] for c in admin.find("client", "type=1 OR type=4")] == ["hq-server", "a-lane"]


def test_seeds_give_each_user_a_computer(studio, admin):
    apps = admin.find("app")
    assert [(app["code"], app["status"]) for app in apps] == [
        ("admin-laptop", "online"),
        ("employee-laptop", "online"),
        ("standard-laptop", "online"),
    ]
    assert [app["site_hr"].partition("(")[0] for app in apps] == ["hq", "hq", "roaming"]


def test_the_demo_has_machines_of_every_kind_but_browsers(demo):
    found = demo.client("john@user.com").find("client")
    statuses = {client["code"]: (client["type_hr"], client["status"]) for client in found}
    assert statuses["stockholm-server"] == ("server", "online")
    assert statuses["hq-server-lane-1"] == ("lane", "online")
    assert statuses["anna-nas"] == ("userserver", "offline")
    assert statuses["kim-laptop"] == ("app", "offline")
    assert statuses["lisa-laptop"] == ("app", "online")
    assert "olga-laptop" not in statuses


# -- creation -------------------------------------------------------------------------------------


@pytest.mark.behaviour("client/create: clients are not created by calls")
@pytest.mark.parametrize("kind", [*KINDS, "client"])
def test_clients_are_not_created(admin, kind):
    with pytest.raises(Refusal, match="cannot be created: it appears when"):
        admin.create(kind, {"code": "x"})


def test_clients_are_not_created_in_v1(admin_v1):
    with pytest.raises(Refusal, match="a server cannot be created"):
        admin_v1.create("client", {"code": "x", "type": 1})


# -- status ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("client/edit: disabling keeps in mind whether it is online")
@pytest.mark.behaviour("client/edit: enabling brings back online or offline")
@pytest.mark.behaviour("client/edit: enabled and online both enable")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
@pytest.mark.parametrize("word", ["enabled", "online", "Online"])
@pytest.mark.parametrize(
    ("before", "off"), [("online", "disabled"), ("offline", "disabled-offline")]
)
def test_a_client_is_disabled_and_enabled(studio, protocol, word, before, off):
    ident = add(studio, "mac", status=before, connected=before == "online")
    admin, kind = studio.client("admin", protocol), name_of("app", protocol)
    assert admin.edit(kind, ident, status="disabled")["status"] == off
    assert admin.edit(kind, ident, status=word)["status"] == before


@pytest.mark.behaviour("client/edit: only what is disabled is enabled, and the other way")
@pytest.mark.parametrize(
    ("before", "word", "problem"),
    [
        ("online", "online", "is online and cannot be enabled"),
        ("offline", "enabled", "is offline and cannot be enabled"),
        ("disabled", "disabled", "is disabled and cannot be disabled"),
        ("disabled-offline", "disabled", "is disabled-offline and cannot be disabled"),
        ("online", "offline", "status is one of disabled, enabled, online; not 'offline'"),
        ("online", "disabled-offline", "status is one of"),
        ("online", "init", "status is one of"),
    ],
)
def test_other_changes_of_status_are_refused(studio, admin, before, word, problem):
    ident = add(studio, "mac", status=before, connected=before in {"online", "disabled"})
    with pytest.raises(Refusal, match=problem):
        admin.edit("app", ident, status=word)
    assert admin.get("app", ident)["status"] == before


def test_some_more_can_be_changed(admin):
    changed = admin.edit("server", SERVER, description="Rack 3", metadata={"a": 1})
    assert (changed["description"], changed["metadata"]) == ("Rack 3", {"a": 1})
    for name in ("site", "user", "code", "os"):
        with pytest.raises(Refusal, match=f"server.{name} cannot be changed"):
            admin.edit("server", SERVER, **{name: "x"})


# -- deletion -------------------------------------------------------------------------------------


@pytest.mark.behaviour("client/delete: a client that is online stays")
@pytest.mark.parametrize("status", ["online", "disabled"])
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_a_client_that_is_online_stays(studio, status, protocol):
    ident = add(studio, "mac", status=status)
    with pytest.raises(Refusal, match=f"'mac' is {status}: only offline ones go"):
        studio.client("admin", protocol).delete(name_of("app", protocol), ident)


@pytest.mark.parametrize("status", ["offline", "disabled-offline"])
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_a_client_that_is_offline_goes(studio, status, protocol):
    ident = add(studio, "mac", status=status, connected=False)
    admin, kind = studio.client("admin", protocol), name_of("app", protocol)
    assert admin.delete(kind, ident) is True
    assert admin.find(kind, "code=mac") == []
    assert [row["id"] for row in admin.find(kind, "code=mac", archived=True)] == [ident]


@pytest.mark.behaviour("client/delete: lanes stay: a setting says how many there are")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_lanes_stay(studio, protocol):
    ident = add(studio, "lane-1", "lane", parent=SERVER, status="offline", connected=False)
    with pytest.raises(Refusal, match="change client_compute_lanes of its server"):
        studio.client("admin", protocol).delete(name_of("lane", protocol), ident)


@pytest.mark.behaviour("client/delete: the lanes of a server go with it")
def test_the_lanes_of_a_server_go_with_it(studio, admin):
    server = add(studio, "old", "server", "admin", status="offline", connected=False)
    lane = add(studio, "old-1", "lane", parent=server, status="offline", connected=False)
    assert admin.delete("server", server) is True
    assert admin.find("lane") == []
    assert [row["id"] for row in admin.find("lane", archived=True)] == [lane]


def volume(studio, code, **values):
    with studio.acting("admin") as call:
        own = {"code": code, "name": code, "type": "volume", "default": False, "metadata": {}}
        return insert_row(call, SHARES, {**own, **values})


def servers_of(studio, ident):
    with studio.acting("admin") as call:
        (row,) = rows_where(call, SHARES, SHARES.table.c.id == ident)
    return row["server"], row["siteservers"]


@pytest.mark.behaviour("client/delete: volumes lose the server")
def test_volumes_lose_a_deleted_server(studio, admin):
    old = add(studio, "old", "server", "admin", status="offline", connected=False)
    main = volume(studio, "main", server=old)
    site = volume(studio, "site", server=SERVER, siteservers=[old, SERVER])
    other = volume(studio, "other", server=SERVER)
    assert admin.delete("server", old) is True
    assert servers_of(studio, main) == (None, None)
    assert servers_of(studio, site) == (SERVER, [SERVER])
    assert servers_of(studio, other) == (SERVER, None)


@pytest.mark.behaviour("client/delete: the server of the default volume stays")
def test_the_server_of_the_default_volume_stays(studio, admin):
    old = add(studio, "old", "server", "admin", status="offline", connected=False)
    first = volume(studio, "first", server=old, siteservers=[old])
    volume(studio, "main", server=old, default=True)
    with pytest.raises(Refusal, match="'old' serves the default volume 'main'"):
        admin.delete("server", old)
    assert servers_of(studio, first) == (old, [old])


# -- who ------------------------------------------------------------------------------------------


@pytest.fixture
def everybody(studio):
    """Give a client of each kind to each role."""
    return {
        (kind, owner): add(studio, f"{kind}-of-{owner}", kind, owner)
        for kind in KINDS
        for owner in ("admin", "employee", "standard")
    }


OF_USERS = ("app", "userserver", "browser")


@pytest.mark.parametrize("protocol", ["v1", "v3"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("owner", ["admin", "employee", "standard"])
@pytest.mark.parametrize("user", ["admin", "employee", "standard"])
def test_who_sees_and_changes_which_clients(studio, everybody, protocol, kind, owner, user):
    client, ident = studio.client(user, protocol), everybody[kind, owner]
    sees = user != "standard" or (kind in OF_USERS and owner == "standard")
    changes = user == "admin" or (kind in OF_USERS and sees)
    named = name_of(kind, protocol)
    assert (client.get(named, ident) is not None) == sees
    if changes:
        assert client.edit(named, ident, description="x")["description"] == "x"
    elif sees:
        with pytest.raises(Refusal, match="permission denied"):
            client.edit(named, ident, description="x")
    else:
        with pytest.raises(Refusal, match=f"there is no {named} '{ident}'"):
            client.edit(named, ident, description="x")


def test_standard_users_see_their_own_and_those_of_standard_users(studio, everybody):
    found = {row["code"] for row in studio.client("standard").find("client")}
    assert found == {"standard-laptop", *(f"{kind}-of-standard" for kind in OF_USERS)}


# -- sign-in --------------------------------------------------------------------------------------


def sign_in(studio, code, protocol, device):
    generation, tenant = GENERATIONS[protocol], CODE if protocol == "v1" else None
    key = studio.keys[code]
    signature = Signature(KeyCredentials(code, key, tenant), CODE)
    studio.service.sign_in(generation, signature, {}, device=device)


@pytest.mark.behaviour("sign-in: a user without a desktop app gets one, named after his machine")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
@pytest.mark.parametrize(
    ("role", "site", "header", "expected"),
    [
        ("standard", "roaming", "PythonAPI v3.4.0 @ darwin Lisas-Mac.local(posix)",
         ("Lisas-Mac.local", "mac", "3.4.0")),
        ("employee", "hq", "PythonAPI v2.2.1 @ win32 ws-12(nt)", ("ws-12", "windows", "2.2.1")),
        ("admin", "hq", "PythonAPI v2.2.1 @ freebsd13 box(posix)", ("box", "freebsd13", "2.2.1")),
        ("standard", "roaming", "curl/8.0", ("unknown", "linux", "")),
    ],
)  # fmt: skip
def test_a_new_user_gets_an_app_at_sign_in(studio, admin, protocol, role, site, header, expected):
    user = admin.create("user", {"code": "new@example.com", "role": role})["id"]
    studio.client("new@example.com")
    assert admin.find("app", f"user={user}") == []
    for device in (header, "PythonAPI v3.4.0 @ linux another(posix)"):
        sign_in(studio, "new@example.com", protocol, device)
    (app,) = admin.find("app", f"user={user}")
    assert (app["code"], app["os"], app["version"]) == expected
    assert (app["status"], app["site"]) == ("online", stable_id("site", site))
    (row,) = admin.call("GET", "log/find", {"entitytype": "app"}, ident=app["id"])
    assert (row["user"], row["message"]) == ("new@example.com", f"created {app['code']}")


def test_a_user_who_has_an_app_gets_no_other(studio, admin, standard):
    sign_in(studio, standard.username, "v3", "PythonAPI v3.4.0 @ linux box(posix)")
    found = admin.find("app", f"user={standard.user_id}")
    assert [app["code"] for app in found] == ["standard-laptop"]


def test_the_family_goes_by_the_rules_of_each_kind(studio, admin, employee):
    lane = add(studio, "lane-1", "lane", parent=SERVER, status="offline", connected=False)
    app = add(studio, "mac", status="offline", connected=False)
    with pytest.raises(Refusal, match="lane-1' cannot be deleted"):
        admin.delete("client", lane)
    with pytest.raises(Refusal, match="permission denied: employee users may not change"):
        employee.edit("client", SERVER, status="disabled")
    assert employee.edit("client", app, status="disabled")["status"] == "disabled-offline"
    assert employee.delete("client", app) is True
