"""The official clients, unmodified, with sites, clients, engines, settings, logs, integrations."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accsyn_orm.testing import EmbeddedWorkspace, ManualClock

V1 = ["1.4.1.post1", "2.2.1"]
EVERY = [*V1, "3.4.0"]
WITH_SETTINGS = ["2.2.1", "3.4.0"]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def workspace(clock: ManualClock) -> Iterator[EmbeddedWorkspace]:
    def ftrack(operation: str, data: object) -> dict[str, object]:
        return {"operation": operation, "data": data}

    integrations = {"ftrack": ftrack}
    with EmbeddedWorkspace(
        seed="empty", tls=True, clock=clock, integrations=integrations
    ) as running:
        yield running


def on(machine: str) -> str:
    """Make the client believe that it runs on another machine."""
    return f"import socket; socket.gethostname = lambda: {machine!r}\n"


# -- sites ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", EVERY)
def test_sites(witness, version):
    found, created, same, changed, taken, stays, deleted, gone = witness(version).run(
        """
        emit([site["code"] for site in session.find("Site")])
        site = session.create("Site", {"code": "Oslo", "description": "Attic"})
        emit(site)
        emit(session.find_one("site WHERE code=oslo"))
        emit(session.update_one("Site", site["id"], {"status": "disabled"})["status"])
        problem(session.create, "Site", {"code": "OSLO"})
        problem(session.delete_one, "Site", session.find_one("Site WHERE main=true")["id"])
        emit(session.delete_one("Site", site["id"]))
        emit(session.find_one("Site WHERE code=oslo"))
        """
    )
    assert found == ["hq", "roaming", "accsyn"]
    assert same == created
    assert (created["code"], created["name"], created["main"]) == ("Oslo", "Oslo", False)
    assert changed == "disabled"
    assert "there already is a site with code 'OSLO'" in taken
    assert "the site 'hq' is built in and cannot be deleted" in stays
    assert (deleted, gone) == (True, None)


def test_a_code_is_made_from_the_name(witness):
    (code,) = witness("3.4.0").run(
        'emit(session.create("Site", {"name": "Attic in Oslo"})["code"])'
    )
    assert code == "attic_in_oslo"


# -- clients --------------------------------------------------------------------------------------


def test_clients_of_v3(witness, workspace, clock):
    run = witness("3.4.0").run
    kinds, server, disabled, enabled, again, refused, none = run(
        """
        emit({kind: [c["code"] for c in session.find(kind)]
              for kind in ("App", "Server", "UserServer", "Browser", "Lane", "Client")})
        server = session.find_one("Server WHERE code=hq-server")
        emit(server)
        emit(session.update("Server", server["id"], {"status": "disabled"})["status"])
        emit(session.update("Server", server["id"], {"status": "enabled"})["status"])
        problem(session.update, "Server", server["id"], {"status": "online"})
        problem(session.delete_one, "Client", server["id"])
        problem(session.create, "Server", {"code": "mine"})
        """
    )
    apps = ["admin-laptop", "employee-laptop", "standard-laptop"]
    assert kinds == {
        "App": apps,
        "Server": ["hq-server"],
        "UserServer": [],
        "Browser": [],
        "Lane": [],
        "Client": ["hq-server", *apps],
    }
    assert (server["type"], server["type_hr"], server["status"]) == (1, "server", "online")
    assert server["site_hr"] == f"hq({server['site']})"
    assert (disabled, enabled) == ("disabled", "online")
    assert "is online and cannot be enabled" in again
    assert "is online: only offline ones go" in refused
    assert "a server cannot be created" in none
    workspace.disconnect("employee-laptop")
    clock.advance(hours=1)
    status, deleted, left = run(
        """
        app = session.find_one("App WHERE code=employee-laptop")
        emit(app["status"])
        emit(session.delete_one("App", app["id"]))
        emit([c["code"] for c in session.find("App")])
        """
    )
    assert (status, deleted, left) == ("offline", True, ["admin-laptop", "standard-laptop"])


@pytest.mark.parametrize("version", V1)
def test_clients_of_v1(witness, workspace, clock, version):
    run = witness(version).run
    found, server, disabled, enabled = run(
        """
        emit([c["code"] for c in session.find("client WHERE type=0")])
        server = session.find_one("client WHERE (code=hq-server AND type_hr=server)")
        emit(server)
        emit(session.update_one("client", server["id"], {"status": "disabled"})["status"])
        emit(session.update_one("client", server["id"], {"status": "online"})["status"])
        """
    )
    assert found == ["admin-laptop", "employee-laptop", "standard-laptop"]
    assert (server["type"], server["site_hr"], server["host_id"]) == (1, "hq", "")
    assert (disabled, enabled) == ("disabled", "online")
    workspace.disconnect("employee-laptop")
    clock.advance(hours=1)
    deleted, refused = run(
        """
        app = session.find_one("client WHERE code=employee-laptop")
        emit(session.delete_one("client", app["id"]))
        problem(session.delete_one, "client", session.find_one("client WHERE type=1")["id"])
        """
    )
    assert deleted is True
    assert "only offline ones go" in refused


@pytest.mark.parametrize("version", EVERY)
def test_whether_the_app_runs(witness, workspace, clock, version):
    check = "emit(session.app_is_running())" if version == "3.4.0" else ""
    ask = f"{check}\nemit(session.gui_is_running())"

    def answers(machine, role="admin"):
        # Sessions open in the script, so that all of it happens on that machine.
        script = f"{on(machine)}session = accsyn_api.Session(**OPTIONS)\n{ask}"
        return set(witness(version).run(script, role=role))

    assert answers("admin-laptop") == {True}
    assert answers("employee-laptop") == {None}
    assert answers("employee-laptop", "employee") == {True}
    workspace.disconnect("admin-laptop")
    assert answers("admin-laptop") == {True}
    clock.advance(seconds=15 * 60)
    assert answers("admin-laptop") == {False}
    workspace.connect("admin-laptop")
    assert answers("admin-laptop") == {True}


@pytest.mark.parametrize("version", EVERY)
def test_whether_the_server_runs(witness, workspace, clock, version):
    check = "emit(session.daemon_is_running())" if version == "3.4.0" else ""
    ask = f"{check}\nemit(session.server_is_running())"

    def answers(machine):
        script = f"{on(machine)}session = accsyn_api.Session(**OPTIONS)\n{ask}"
        return set(witness(version).run(script))

    assert answers("hq-server") == {True}
    assert answers("admin-laptop") == {None}
    with workspace.session() as session:
        server = session.find_one("Server WHERE code=hq-server")
        session.update("Server", server["id"], {"status": "disabled"})
    assert answers("hq-server") == {True}
    workspace.disconnect("hq-server")
    clock.advance(hours=1)
    assert answers("hq-server") == {False}


@pytest.mark.parametrize("version", EVERY)
def test_the_machine_of_a_user_without_app_is_known_after_sign_in(
    witness, workspace, clock, version
):
    workspace.disconnect("standard-laptop")
    clock.advance(hours=1)
    with workspace.session() as session:
        session.delete_one("App", session.find_one("App WHERE code=standard-laptop")["id"])
    (name, running) = witness(version).run(
        """
        emit([c["code"] for c in session.find("Client")])
        emit(session.gui_is_running())
        """,
        role="standard",
    )
    with workspace.session("standard") as session:
        assert name == [session.get_hostname()]
    assert running is True


# -- engines --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "kind"), [("2.2.1", "App"), ("3.4.0", "Engine")])
def test_engines(witness, version, kind):
    found, created, refused, deleted = witness(version).run(
        f"""
        emit([engine["code"] for engine in session.find("{kind}")])
        engine = session.create("{kind}", {{"code": "nuke-13"}})
        emit(engine["type"])
        problem(session.delete_one, "{kind}", session.find_one("{kind} WHERE code=builtin*")["id"])
        emit(session.delete_one("{kind}", engine["id"]))
        """
    )
    assert found == ["builtin-accsyn-transfer", "builtin-accsyn-utility"]
    assert (created, deleted) == ("compute", True)
    assert "is built in and cannot be deleted" in refused


# -- settings -------------------------------------------------------------------------------------


def test_settings_of_v3(witness):
    own, value, inherited, everything, unset, deleted, again, unknown = witness("3.4.0").run(
        """
        queue = session.find_one("Queue WHERE default=true")["id"]
        session.set_setting("workspace", "transfer_speedlimit", "5")
        session.set_setting("Queue", "task_bucketsize", "10", queue)
        emit(session.get_settings("Queue", queue))
        emit(session.get_setting("transfer_speedlimit", "queue", queue))
        emit(session.get_settings("queue", queue, upstream=True))
        emit(session.get_settings(omit_defaults=False)["transfer_mode"])
        emit(session.get_setting("transfer_resume"))
        emit(session.delete_setting("queue", "task_bucketsize", queue))
        emit(session.delete_setting("queue", "task_bucketsize", queue))
        problem(session.set_setting, "workspace", "transfer_speed", "5")
        """
    )
    assert own == {"task_bucketsize": "10"}
    assert value == "5"
    assert inherited == {"task_bucketsize": "10", "transfer_speedlimit": "5"}
    assert (everything, unset) == ("copy", None)
    assert (deleted, again) == (True, False)
    assert "there is no setting 'transfer_speed': did you mean" in unknown


def test_settings_of_v2(witness):
    value, default, inherited, extra = witness("2.2.1").run(
        """
        queue = session.find_one("Queue WHERE default=true")["id"]
        session.set_setting("transfer_speedlimit", "5")
        emit(session.get_setting("transfer_speedlimit"))
        emit(session.get_setting("transfer_mode"))
        emit(session.get_setting("transfer_speedlimit", scope="queue", entity_id=queue))
        session.set_setting("url", {"a": [1]}, integration="ftrack")
        emit(session.get_setting("url", integration="ftrack"))
        """
    )
    assert (value, default, inherited, extra) == ("5", "copy", "5", '{"a": [1]}')


@pytest.mark.parametrize("version", WITH_SETTINGS)
def test_who_sets_settings(witness, version):
    setting = (
        '"workspace", "transfer_speedlimit", "5"'
        if version == "3.4.0"
        else '"transfer_speedlimit", "5"'
    )
    run, script = witness(version).run, f"problem(session.set_setting, {setting})"
    assert "permission denied" in run(script, role="employee")[0]
    assert "there is no " in run(script, role="standard")[0]
    assert run(script) == ["no error"]


# -- logs and integrations ------------------------------------------------------------------------


def test_logs(witness):
    rows, page, found, own, refused = witness("3.4.0").run(
        """
        queue = session.create("Queue", {"name": "Panic"})
        session.update("Queue", queue["id"], {"description": "hush"})
        session.set_setting("workspace", "proxy_server", "hush")
        emit(session.logs())
        emit(session.logs(sort_reverse=True, pagination_page=2, pagination_limit=1))
        emit(session.logs(search="PANIC"))
        emit(session.logs("Queue", queue["id"]))
        problem(session.logs, "queue", "0" * 24)
        """
    )
    told = ["created panic", "changed description", "setting proxy_server set"]
    assert [row["message"] for row in rows["result"]] == told
    assert rows["total"] == 3
    assert rows["result"][0]["user"] == "admin@acmefilm.com"
    assert [row["message"] for row in page["result"]] == told[1:2]
    assert [row["message"] for row in found["result"]] == told[:1]
    assert [row["message"] for row in own["result"]] == told[:2]
    assert "there is no queue" in refused


@pytest.mark.parametrize("version", WITH_SETTINGS)
def test_integrations(witness, version):
    answer, unknown = witness(version).run(
        """
        emit(session.integration("ftrack", "list", {"project": "show"}))
        problem(session.integration, "shotgrid", "list", {})
        """
    )
    assert answer == {"operation": "list", "data": {"project": "show"}}
    assert "this workspace has no integration 'shotgrid': ftrack" in unknown


@pytest.mark.parametrize("version", EVERY)
def test_api_keys_are_not_read(witness, version):
    (problem,) = witness(version).run("problem(session.get_api_key)")
    assert "API keys cannot be read" in problem
