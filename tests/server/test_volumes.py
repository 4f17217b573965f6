"""Volumes, and the servers that hold them."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.storage.store import rows_where, update_row
from accsyn_orm.server.storage.tables import CLIENTS, JOBS, SHARES, USERS

SERVER = stable_id("client", "hq-server")
PROJECTS = stable_id("share", "projects")
PATHS = {"linux": "/archive", "mac": "/Volumes/archive", "windows": "A:"}
NEW = {"name": "The Archive", "paths": PATHS, "server": SERVER}


def codes(found):
    return [share["code"] for share in found]


@pytest.fixture
def volume(admin):
    return admin.create("volume", NEW)


@pytest.fixture
def no_volume(studio):
    """Take the volume of the seed away."""
    with studio.acting("admin") as call:
        update_row(call, SHARES, PROJECTS, {"default": False})
    studio.client("admin").delete("volume", PROJECTS)


@pytest.mark.behaviour("share/create: a code is made from the name when none is given")
@pytest.mark.behaviour("volume/create: its directory is made beneath the data root")
def test_a_volume_is_a_directory(studio, volume):
    assert volume == {
        "id": volume["id"],
        "code": "the_archive",
        "name": "The Archive",
        "type": "volume",
        "status": "enabled",
        "status_hr": "Enabled",
        "default": False,
        "path": "/archive",
        "paths": PATHS,
        "server": SERVER,
        "siteservers": [],
        "description": "",
        "email": "",
        "queue": None,
        "licensed": True,
        "metadata": {},
        "created": "2026-03-01T12:00:00",
        "creator": "admin@acmefilm.com",
        "modified": "2026-03-01T12:00:00",
        "modifier": "admin@acmefilm.com",
        "inactive": False,
    }
    assert (studio.roots.volumes / "the_archive").is_dir()


def test_v1_calls_it_a_root_share_and_knows_no_names(admin_v1):
    share = admin_v1.create("share", {"type": "root", "code": "archive", "paths": PATHS})
    assert share == {
        "id": share["id"],
        "code": "archive",
        "type": "root",
        # No server holds it yet.
        "status": "offline",
        "default": False,
        "parent": None,
        "path": None,
        "paths": PATHS,
        "description": "",
        "email": "",
        "queue": None,
        "created": "2026-03-01T12:00:00",
        "creator": "admin@acmefilm.com",
        "modified": "2026-03-01T12:00:00",
        "modifier": "admin@acmefilm.com",
    }
    assert codes(admin_v1.find("share", "type=root")) == ["projects", "archive"]
    assert codes(admin_v1.find("share", "status=offline")) == ["archive"]


@pytest.mark.behaviour("volume/create: the path for the system of its server is required")
@pytest.mark.behaviour("volume/assign: a server is of an admin account")
@pytest.mark.behaviour("volume/assign: a site server stands at a site already")
@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": None}, r"volume\.name is text"),
        ({"paths": None}, r"volume\.paths is a dictionary"),
        ({"paths": {"linux": " "}}, r"volume\.paths\.linux is empty"),
        ({"paths": {"linux": 5}}, r"volume\.paths\.linux is text"),
        ({"paths": {"amiga": "DH0:"}}, r"volume\.paths has linux, mac.*; not amiga"),
        ({"paths": {"mac": "/V", "linux_vpn": "/v"}}, r"volume\.paths needs a path for linux"),
        ({"server": "0" * 24}, "there is no server '0000"),
        ({"server": stable_id("client", "admin-laptop")}, "there is no server"),
        ({"siteservers": [SERVER]}, "stands at no site of its own"),
        ({"siteservers": "x"}, "is a list, not str"),
        ({"code": "PROJECTS"}, "there already is a share with code 'PROJECTS'"),
        ({"code": "a/b"}, "letters, digits"),
        ({"code": ".."}, "needs a letter or a digit"),
        ({"name": "..."}, "needs a letter or a digit"),
        ({"default": True}, "cannot be given at creation"),
        ({"directory": "x"}, "no attribute 'directory'"),
    ],
)
def test_what_a_volume_cannot_be_created_with(admin, changes, problem):
    with pytest.raises(Refusal, match=problem):
        admin.create("volume", {**NEW, **changes})


@pytest.mark.parametrize("missing", ["paths", "server"])
def test_what_a_volume_needs(admin, missing):
    with pytest.raises(Refusal, match=f"volume: {missing} is required"):
        admin.create("volume", {name: value for name, value in NEW.items() if name != missing})
    with pytest.raises(Refusal, match="a volume needs a name, or a code"):
        admin.create("volume", {"paths": PATHS, "server": SERVER})


def test_servers_of_others_than_admins_hold_no_volumes(admin, new_server):
    foreign = new_server("nas", owner="employee")
    with pytest.raises(Refusal, match="'nas' is not of an admin account"):
        admin.create("volume", {**NEW, "server": foreign})


@pytest.mark.behaviour("share/create: codes are unique among all shares, whatever their case")
@pytest.mark.behaviour("share/edit: codes stay unique among all shares")
def test_codes_are_unique_among_all_shares(admin, volume):
    folder = admin.create("folder", {"name": "Plates", "path": "plates"})
    with pytest.raises(Refusal, match="there already is a share with code 'Plates'"):
        admin.edit("volume", volume["id"], code="Plates")
    assert admin.edit("volume", volume["id"], code="THE_ARCHIVE")["code"] == "THE_ARCHIVE"
    assert admin.edit("folder", folder["id"], code="scans", name="Scans")["code"] == "scans"
    assert admin.edit("volume", volume["id"], code="Plates")["name"] == "The Archive"


@pytest.mark.behaviour("share/edit: in v1.0 the code is the name as well")
def test_in_v1_the_code_is_the_name(admin, admin_v1):
    share = admin_v1.create("share", {"type": "root", "code": "archive", "paths": PATHS})
    assert admin.get("volume", share["id"])["name"] == "archive"
    admin_v1.edit("share", share["id"], code="old")
    assert admin.get("volume", share["id"])["name"] == "old"
    with pytest.raises(Refusal, match="share has no attribute 'name'"):
        admin_v1.edit("share", share["id"], name="x")


def test_another_code_moves_no_directory(studio, admin, volume):
    admin.edit("volume", volume["id"], code="cold")
    again = admin.create("volume", {**NEW, "code": "the_archive"})
    with studio.acting("admin") as call:
        rows = rows_where(call, SHARES, SHARES.table.c.id.in_([volume["id"], again["id"]]))
    assert [row["directory"] for row in rows] == ["the_archive", "the_archive_2"]


def test_a_new_volume_takes_up_the_directory_of_a_deleted_one(studio, admin, volume):
    (studio.roots.volumes / "the_archive" / "a.mov").write_bytes(b"x")
    admin.delete("volume", volume["id"])
    admin.create("volume", NEW)
    assert (studio.roots.volumes / "the_archive" / "a.mov").read_bytes() == b"x"


@pytest.mark.behaviour("volume/create: the first volume becomes the default one")
@pytest.mark.behaviour("volume/edit: exactly one volume is the default")
@pytest.mark.behaviour("volume/delete: the default volume stays")
@pytest.mark.behaviour("volume/deactivate: the default volume stays")
def test_exactly_one_volume_is_the_default(admin, no_volume, volume):
    def defaults():
        return codes(admin.find("volume", "default=true"))

    assert defaults() == ["the_archive"]
    other = admin.create("volume", {**NEW, "name": "Other"})
    assert defaults() == ["the_archive"]
    for operation, problem in (("delete", "deleted"), ("deactivate", "deactivated")):
        with pytest.raises(Refusal, match=f"default volume cannot be {problem}"):
            admin.call("DELETE", f"volume/{operation}", {}, ident=volume["id"])
    with pytest.raises(Refusal, match="one volume has to be the default"):
        admin.edit("volume", volume["id"], default=False)
    assert admin.edit("volume", other["id"], default=False)["default"] is False
    assert admin.edit("volume", other["id"], default=True)["default"] is True
    assert admin.edit("volume", other["id"], default=True)["default"] is True
    assert defaults() == ["other"]
    assert admin.call("DELETE", "volume/deactivate", {}, ident=volume["id"]) is True
    with pytest.raises(Refusal, match="deactivated: activate it first"):
        admin.edit("volume", volume["id"], default=True)


@pytest.mark.behaviour("volume/edit: its path follows from the paths and its server")
def test_the_path_is_that_of_the_system_of_its_server(studio, admin, volume):
    def run_on(system):
        with studio.acting("admin") as call:
            update_row(call, CLIENTS, SERVER, {"os": system})

    for system, path in (("windows", "B:"), ("mac", "/Volumes/b"), ("raspbian", "/b")):
        run_on(system)
        paths = {"windows": "B:", "mac": "/Volumes/b", "linux": "/b", "mac_vpn": "/Volumes/far"}
        assert admin.edit("volume", volume["id"], paths=paths)["path"] == path
    run_on("windows")
    with pytest.raises(Refusal, match="needs a path for windows"):
        admin.edit("volume", volume["id"], paths={"linux": "/b"})
    for fixed in ("path", "server", "siteservers", "type", "licensed", "status_hr"):
        with pytest.raises(Refusal, match=rf"volume\.{fixed} cannot be changed"):
            admin.edit("volume", volume["id"], **{fixed: "x"})


@pytest.mark.parametrize(
    ("server", "enabled", "disabled", "words"),
    [
        ("online", "enabled", "disabled", ("Enabled", "Disabled")),
        ("offline", "offline", "disabled-offline", ("Offline", "Disabled-offline")),
        ("disabled", "offline", "disabled-offline", ("Offline", "Disabled-offline")),
    ],
)
def test_a_share_without_its_server_is_offline(studio, admin, server, enabled, disabled, words):
    folder = admin.create("folder", {"name": "A", "path": "a"})
    collection = admin.create("collection", {"name": "C"})
    with studio.acting("admin") as call:
        update_row(call, CLIENTS, SERVER, {"status": server, "connected": False})

    def look(kind, ident):
        share = admin.get(kind, ident)
        query = f'status={share["status"]} AND status_hr="{share["status_hr"]}"'
        assert codes(admin.find(kind, query)) == [share["code"]]
        return share["status"], share["status_hr"]

    for kind, ident in (("volume", PROJECTS), ("folder", folder["id"])):
        assert look(kind, ident) == (enabled, words[0])
        changed = admin.edit(kind, ident, status="disabled")
        assert changed["status"] == disabled
        assert look(kind, ident) == (disabled, words[1])
        assert admin.edit(kind, ident, status="enabled")["status"] == enabled
        with pytest.raises(Refusal, match="is one of enabled, disabled"):
            admin.edit(kind, ident, status="offline")
    assert look("collection", collection["id"]) == ("enabled", "Enabled")


@pytest.mark.behaviour("share/edit: disabling puts the jobs that use it on hold")
def test_disabling_a_volume_puts_its_jobs_on_hold(admin, volume, job_using):
    inside, outside = job_using(volume["id"]), job_using(PROJECTS, "0" * 24)
    admin.edit("volume", volume["id"], status="disabled")
    statuses = [admin.get("transfer", job)["status"] for job in (inside, outside)]
    assert statuses == ["paused", "waiting"]


def test_a_queue_is_named_by_id_code_or_name(admin, volume):
    high = admin.find("queue", "code=high")[0]["id"]
    assert admin.edit("volume", volume["id"], queue="High")["queue"] == high
    assert admin.edit("volume", volume["id"], queue=None)["queue"] is None


# -- life cycle -----------------------------------------------------------------------------------


@pytest.fixture
def family(admin, volume):
    """Put a folder, a home, a collection and ACLs on a volume."""
    user = admin.create("user", {"code": "lisa@example.com"})
    parent = {"parent": volume["id"]}
    folder = admin.create("folder", {**parent, "name": "Plates", "path": "plates"})
    other = admin.create("folder", {**parent, "name": "Other", "path": "other"})
    home = admin.create("home", {**parent, "user": user["id"], "path": "homes/lisa"})
    files = ["volume=the_archive/x.mov", "folder=plates/y.mov", "volume=projects/z.mov"]
    collection = admin.create("collection", {"name": "Best", "files": files})
    for share in (volume, folder, home, collection):
        admin.create(
            "acl", {"entity": f"user:{user['id']}", "target": f"share:{share['id']}", "read": True}
        )
    return {"folder": folder, "other": other, "home": home, "collection": collection, "user": user}


def shares(admin, **scope):
    kinds = ("volume", "folder", "home", "collection")
    return sorted(code for kind in kinds for code in codes(admin.find(kind, **scope)))


def targets(admin, **scope):
    return sorted(acl["target_hr"].split("[")[0] for acl in admin.find("acl", **scope))


@pytest.mark.behaviour("volume/deactivate: shares beneath go with it")
@pytest.mark.behaviour("share/deactivate: its ACLs become inactive as well")
@pytest.mark.behaviour("volume/activate: shares that became inactive with it come back")
@pytest.mark.behaviour("share/activate: its ACLs come back")
@pytest.mark.behaviour("share/activate: by code or by id")
@pytest.mark.behaviour("folder/activate: not before its volume")
def test_a_volume_takes_along_what_is_beneath_and_brings_it_back(studio, admin, volume, family):
    admin.call("DELETE", "folder/deactivate", {}, ident=family["other"]["id"])
    assert admin.call("DELETE", "volume/deactivate", {}, ident=volume["id"]) is True
    assert shares(admin) == ["best", "projects"]
    assert shares(admin, inactive=True) == ["lisa@example.com", "other", "plates", "the_archive"]
    assert admin.get("volume", volume["id"])["inactive"] is True
    assert targets(admin) == ["share:Best"]
    away = ["share:Plates", "share:The Archive", "share:lisa@example.com"]
    assert targets(admin, inactive=True) == away
    with pytest.raises(Refusal, match="the volume 'the_archive' is deactivated already"):
        admin.call("DELETE", "volume/deactivate", {}, ident=volume["id"])
    with pytest.raises(Refusal, match="there is no volume"):
        admin.call("POST", "folder/activate", {}, ident=family["folder"]["id"])
    studio.clock.advance(hours=1)
    assert admin.call("POST", "volume/activate", {}, query="the_ARCHIVE") is True
    # What had been put away before stays so.
    assert shares(admin, inactive=True) == ["other"]
    assert targets(admin, inactive=True) == []
    assert targets(admin) == ["share:Best", *away]
    assert admin.get("volume", volume["id"])["modified"] == "2026-03-01T13:00:00"
    with pytest.raises(Refusal, match="the volume 'the_archive' is active already"):
        admin.call("POST", "volume/activate", {}, query="the_archive")
    assert admin.call("POST", "folder/activate", {}, ident=family["other"]["id"]) is True
    with pytest.raises(Refusal, match="there is no volume 'nope'"):
        admin.call("POST", "volume/activate", {}, query="nope")


def test_v1_puts_shares_offline(admin, admin_v1, family):
    folder = family["folder"]["id"]
    assert admin_v1.call("DELETE", "share/offline", {}, ident=folder) is True
    assert codes(admin_v1.find("share", offline=True)) == ["plates"]
    assert admin.call("POST", "share/activate", {}, query="plates") is True


@pytest.mark.behaviour("share/deactivate: not while an active job uses it")
def test_a_volume_with_active_jobs_stays(admin, volume, job_using):
    job = job_using(volume["id"])
    with pytest.raises(Refusal, match="active jobs use 'the_archive'"):
        admin.call("DELETE", "volume/deactivate", {}, ident=volume["id"])
    admin.edit("transfer", job, status="aborted")
    assert admin.call("DELETE", "volume/deactivate", {}, ident=volume["id"]) is True


@pytest.mark.behaviour("volume/delete: jobs that use it are aborted")
@pytest.mark.behaviour("volume/delete: folders, homes and ACLs beneath go with it")
@pytest.mark.behaviour("volume/delete: collections lose what was in it")
@pytest.mark.behaviour("share/delete: its ACLs go to the archive with it")
@pytest.mark.behaviour("share/delete: files stay where they are")
def test_deleting_a_volume_takes_everything_but_files(studio, admin, volume, family, job_using):
    (studio.roots.volumes / "the_archive" / "x.mov").write_bytes(b"x")
    inside, outside = job_using(volume["id"]), job_using(PROJECTS)
    assert admin.delete("volume", volume["id"], {"force": True}) is True
    assert shares(admin) == ["best", "projects"]
    assert shares(admin, archived=True) == ["lisa@example.com", "other", "plates", "the_archive"]
    assert targets(admin) == ["share:Best"]
    assert len(targets(admin, archived=True)) == 3
    members = admin.find("file", parent=family["collection"]["id"])
    assert [member["path"] for member in members] == ["volume=projects/z.mov"]
    statuses = [admin.get("transfer", job)["status"] for job in (inside, outside)]
    assert statuses == ["aborted", "waiting"]
    assert (studio.roots.volumes / "the_archive" / "x.mov").read_bytes() == b"x"
    with pytest.raises(Refusal, match="there is no volume"):
        admin.edit("volume", volume["id"], status="disabled")
    assert admin.create("folder", {"name": "Plates", "path": "p"})["code"] == "plates"


# -- servers --------------------------------------------------------------------------------------


def servers_of(admin, ident, uri="Volume/servers"):
    return codes(admin.call("GET", uri, {}, ident=ident))


@pytest.mark.behaviour("volume/assign: a server at the main site becomes the main one")
@pytest.mark.behaviour("volume/assign: a server elsewhere becomes a site server")
@pytest.mark.behaviour("volume/assign: the answer is true")
@pytest.mark.behaviour(
    "volume/assignments: lists servers as a search for them would, main one first"
)
@pytest.mark.behaviour("volume/deassign: the answer is true")
@pytest.mark.behaviour("volume/deassign: the server no longer holds the volume")
@pytest.mark.behaviour("volume/deassign: a server that is not assigned is refused")
def test_servers_are_assigned_and_taken_away(admin, volume, new_server):
    admin.create("site", {"name": "Oslo"})
    main, far = new_server("hq-2", os="mac"), new_server("oslo-1", site="oslo")
    ident = volume["id"]
    assert servers_of(admin, ident) == ["hq-server"]
    for server in (far, main, far):
        assert admin.call("PUT", "share/server", {"client": server}, ident=ident) is True
    assert servers_of(admin, ident) == servers_of(admin, ident, "share/servers")
    assert servers_of(admin, ident) == ["hq-2", "oslo-1"]
    changed = admin.get("volume", ident)
    assert (changed["server"], changed["siteservers"]) == (main, [far])
    assert changed["path"] == "/Volumes/archive"
    assert admin.call("DELETE", "volume/server", {"client": main}, ident=ident) is True
    assert admin.call("DELETE", "share/server", {"client": far}, ident=ident) is True
    changed = admin.get("volume", ident)
    assert (changed["server"], changed["siteservers"], changed["path"]) == (None, [], None)
    assert (changed["status"], servers_of(admin, ident)) == ("offline", [])
    for server in (main, far, "0" * 24):
        with pytest.raises(Refusal, match="is not assigned to 'the_archive'"):
            admin.call("DELETE", "volume/server", {"client": server}, ident=ident)


def test_site_servers_can_be_given_at_creation(admin, new_server):
    admin.create("site", {"name": "Oslo"})
    far = new_server("oslo-1", site="oslo")
    created = admin.create("volume", {**NEW, "siteservers": [far]})
    assert created["siteservers"] == [far]
    assert servers_of(admin, created["id"]) == ["hq-server", "oslo-1"]
    homeless = new_server("nowhere", site=None)
    with pytest.raises(Refusal, match="'nowhere' stands at no site of its own"):
        admin.create("volume", {**NEW, "code": "x", "siteservers": [homeless]})


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "takes client, the id of a server"),
        ({"client": SERVER, "main": True}, "takes client"),
        ({"client": " "}, "client is empty"),
        ({"client": "0" * 24}, "there is no server"),
        ([SERVER], "data is a dictionary"),
    ],
)
def test_what_an_assignment_needs(admin, volume, data, problem):
    with pytest.raises(Refusal, match=problem):
        admin.call("PUT", "share/server", data, ident=volume["id"])


def test_only_volumes_have_servers(admin, volume):
    folder = admin.create("folder", {"name": "A", "path": "a"})["id"]
    with pytest.raises(Refusal, match="servers hold volumes; 'a' is a folder"):
        admin.call("PUT", "share/server", {"client": SERVER}, ident=folder)
    with pytest.raises(Refusal, match="there is no volume"):
        admin.call("GET", "share/servers", {}, ident=folder)
    with pytest.raises(Refusal, match="needs the id"):
        admin.call("GET", "share/servers", {})


@pytest.mark.behaviour("volume/edit: v1.0 assigns and takes away servers so")
def test_v1_assigns_servers_as_attributes(admin_v1, new_server, admin):
    admin.create("site", {"name": "Oslo"})
    far = new_server("oslo-1", site="oslo")
    share = admin_v1.create("share", {"type": "root", "code": "archive", "paths": PATHS})["id"]
    assert admin_v1.edit("share", share, server=SERVER)["status"] == "enabled"
    assert admin_v1.edit("share", share, siteserver=far, description="x")["description"] == "x"
    assert servers_of(admin_v1, share, "Share/servers") == ["hq-server", "oslo-1"]
    with pytest.raises(Refusal, match="is not assigned"):
        admin_v1.edit("share", share, server_clear=far)
    admin_v1.edit("share", share, siteserver_clear=far)
    assert admin_v1.edit("share", share, server_clear=SERVER)["status"] == "offline"
    assert servers_of(admin_v1, share, "share/servers") == []
    with pytest.raises(Refusal, match="volume has no attribute 'siteserver'"):
        admin.edit("volume", share, siteserver=far)


# -- roles ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["v1", "v3"])
@pytest.mark.parametrize("user", ["employee", "standard"])
def test_volumes_are_for_admins_to_change(studio, admin, volume, user, protocol):
    client = studio.client(user, protocol)
    kind = "volume" if protocol == "v3" else "share"
    new = {"code": "x", "paths": PATHS, **({"server": SERVER} if protocol == "v3" else {})}
    made = new if protocol == "v3" else {"type": "root", **new}
    for ident in (volume["id"], "0" * 24):
        for operation in ("edit", "delete"):
            verb = "PUT" if operation == "edit" else "DELETE"
            data = {"description": "x"} if operation == "edit" else {}
            with pytest.raises(Refusal, match=f"^there is no {kind} '{ident}'$"):
                client.call(verb, f"{kind}/{operation}", data, ident=ident)
    assert codes(client.find(kind)) == []
    with pytest.raises(Refusal, match=r"permission denied.*create a volume"):
        client.create(kind, made)
    entity = f"user:{client.user_id}"
    admin.create("acl", {"entity": entity, "target": f"share:{volume['id']}", "read": True})
    assert codes(client.find(kind)) == ["the_archive"]
    with pytest.raises(Refusal, match=f"permission denied.*may not change this {kind}"):
        client.edit(kind, volume["id"], description="x")
    with pytest.raises(Refusal, match=f"permission denied.*may not delete this {kind}"):
        client.delete(kind, volume["id"])
    seen = ["hq-server"] if user == "employee" else []
    assert servers_of(client, volume["id"], "share/servers") == seen
    if protocol == "v3":
        with pytest.raises(Refusal, match="permission denied"):
            client.call("PUT", "share/server", {"client": SERVER}, ident=volume["id"])
        with pytest.raises(Refusal, match="permission denied"):
            client.call("DELETE", "volume/deactivate", {}, ident=volume["id"])


def test_the_seeds_server_is_the_admins(studio):
    with studio.acting("admin") as call:
        (server,) = rows_where(call, CLIENTS, CLIENTS.table.c.id == SERVER)
        (owner,) = rows_where(call, USERS, USERS.table.c.id == server["user"])
        assert owner["role"] == "admin"
        assert rows_where(call, JOBS) == []
