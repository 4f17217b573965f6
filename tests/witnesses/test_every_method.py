"""Every public method of every official client, against one workspace: nothing is left out.

Each script runs in the client's own process. What it calls goes through a recorder, so that the
last test can compare the methods called with those that the client has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accsyn_orm.testing import EmbeddedWorkspace

RECORDER = """
import inspect
import webbrowser
webbrowser.open = lambda *_args, **_options: True

class Recorder:
    def __init__(self, session):
        self._session, self._called = session, set()
    def __getattr__(self, name):
        self._called.add(name)
        return getattr(self._session, name)

session = Recorder(accsyn_api.Session(**OPTIONS))
PUBLIC = sorted(name for name, _ in inspect.getmembers(accsyn_api.Session)
                if not name.startswith("_") and not name.isupper())
"""
REPORT = """
emit(["public", PUBLIC])
emit(["called", sorted(session._called)])
"""

V3 = """
emit(["me", session.find_one("User")["code"] == session.username])
emit(["timeouts", [session.timeout, session.connect_timeout]])

user = session.create("User", {"code": "vera@example.com", "mail": False})
emit(["update", session.update("User", user["id"], {"description": "a"})["description"]])
emit(["update_one", session.update_one("User", user["id"], {"description": "b"})["description"]])
emit(["get_entity", session.get_entity("User", user["id"])["code"]])

projects = session.find_one("Volume WHERE code=projects")
folder = session.create("Folder", {"name": "Vendors", "parent": projects["id"], "path": "vendors"})
server = session.find_one("Server WHERE code=hq-server")
session.create("Volume", {"name": "Library", "code": "library", "server": server["id"],
                          "paths": {"linux": "/library"}})
library = session.find_one("Volume WHERE code=library")
emit(["deassign", session.deassign("volume", "server",
                                   {"volume": library["id"], "server": server["id"]})])
emit(["assign", session.assign("volume", "server",
                               {"volume": library["id"], "server": server["id"]})])
emit(["assignments", [one["id"] == server["id"]
                      for one in session.assignments("Volume", library["id"])]])
acl = session.grant("user", "vera@example.com", "folder", folder["id"], {"read": True})
emit(["grant", [acl["read"], acl["write"], acl["path"]]])
emit(["access", [[row["user"] == user["id"], row["read"], row["write"]]
                 for row in session.access("folder", folder["id"])]])
emit(["revoke", session.revoke("user", "vera@example.com", "folder", folder["id"])])

emit(["mkdir", session.mkdir("folder=vendors/in")])
emit(["rename", session.rename("folder=vendors/in", "folder=vendors/from_vera")])
emit(["mv", session.mv("folder=vendors/from_vera", "volume=projects/vera")])
emit(["exists", [session.exists("volume=projects/vera"), session.exists("folder=vendors/in")]])
emit(["ls", [[row["filename"], row["type"]] for row in session.ls("volume=projects")
             if row["filename"] == "vera"]])
emit(["getsize", session.getsize("volume=projects/vera")])
emit(["delete", session.delete("volume=projects/vera")])

emit(["set_setting", session.set_setting("workspace", "transfer_speedlimit", "25")])
emit(["get_setting", session.get_setting("transfer_speedlimit")])
emit(["get_settings", session.get_settings("workspace")])
emit(["delete_setting", session.delete_setting("workspace", "transfer_speedlimit")])
emit(["logs", any(session.logs()["result"])])

job = session.create("Transfer", {"tasks": [
    {"source": "volume=projects/a.mov", "destination": "vera@example.com"},
    {"source": "volume=projects/b.mov", "destination": "vera@example.com"}]})
emit(["update_many", [task["status"] for task in session.update_many(
    "task", job["id"], [{"uri": "0", "status": "excluded"}])]])
emit(["report", job["id"] in session.report("Transfer WHERE id=" + job["id"])])
emit(["metrics", type(session.metrics("Transfer WHERE id=" + job["id"])).__name__])
emit(["delete_one", session.delete_one("Transfer", job["id"], {"force": True})])

collection = session.create("Collection", {"name": "Dailies", "files": ["volume=projects/a.mov"]})
files = session.find("File", entityid=collection["id"])
emit(["delete_many", session.delete_many("Collection", collection["id"],
                                         {"files": [files[0]["id"]]})])

emit(["deactivate_one", session.deactivate_one("Folder", folder["id"])])
emit(["activate_one", session.activate_one("Folder", folder["id"])])
emit(["offline_one", session.offline_one("Folder", folder["id"])])

answer = session.prepublish([{"id": "b7a1c7a0-56f1-4c1a-8f0c-2f9f0c1d2e3f", "filename": "a.mov",
                              "size": 5}])
emit(["prepublish", [one["filename"] for one in answer["files"]]])
try:
    emit(["integration", session.integration("ftrack", "ping", {})])
except Exception as error:
    emit(["integration", type(error).__name__])
try:
    emit(["get_api_key", session.get_api_key()])
except Exception as error:
    emit(["get_api_key", "disabled" in str(error)])

emit(["running", [session.app_is_running(), session.gui_is_running(),
                  session.daemon_is_running(), session.server_is_running()]])
emit(["texts", [session.dump({"a": 1}), session.str({"a": 1}), bool(session.get_hostname())]])
session.help()
emit(["get_last_message", session.get_last_message()])
emit(["find", [one["code"] for one in session.find("Volume")]])
"""
V3_RESULTS: dict[str, Any] = {
    "me": True,
    "timeouts": [120, 10],
    "update": "a",
    "update_one": "b",
    "get_entity": "vera@example.com",
    "deassign": True,
    "assign": True,
    "assignments": [True],
    "grant": [True, False, "/"],
    "access": [[True, True, False]],
    "revoke": True,
    "mkdir": True,
    "rename": True,
    "mv": True,
    "exists": [True, False],
    "ls": [["vera", 0]],
    "getsize": 0,
    "delete": True,
    "set_setting": True,
    "get_setting": "25",
    "get_settings": {"transfer_speedlimit": "25"},
    "delete_setting": True,
    "logs": True,
    "update_many": ["excluded"],
    "report": True,
    "metrics": "dict",
    "delete_one": True,
    "delete_many": True,
    "deactivate_one": True,
    "activate_one": True,
    "offline_one": True,
    "prepublish": ["a.mov"],
    "integration": "AccsynException",
    "get_api_key": True,
    "get_last_message": None,
    "find": ["projects", "library"],
}

V1 = """
import datetime
emit(["me", session.find_one("User WHERE code=" + OPTIONS["username"])["code"]])
user = session.create("user", {"code": "vera@example.com"})
emit(["update_one", session.update_one("user", user["id"], {"description": "b"})["description"]])
emit(["find", [queue["code"] for queue in session.find("queue WHERE default=true")]])

emit(["exists", session.exists("share=projects/shot")])
emit(["ls", session.ls("share=projects/shot")])
emit(["getsize", session.getsize("share=projects/shot")])

job = session.create("job", {"tasks": [
    {"source": "share=projects/a.mov", "destination": "vera@example.com"},
    {"source": "share=projects/b.mov", "destination": "vera@example.com"}]})
emit(["update_many", [task["status"] for task in session.update_many(
    "task", [{"uri": "0", "status": "excluded"}], entityid=job["id"])]])
emit(["report", job["id"] in session.report("job WHERE id=" + job["id"])])
emit(["delete_one", session.delete_one("job", job["id"])])

answer = session.prepublish([{"id": "b7a1c7a0-56f1-4c1a-8f0c-2f9f0c1d2e3f", "filename": "a.mov",
                              "size": 5}])
emit(["prepublish", [one["filename"] for one in answer["files"]]])
try:
    emit(["get_api_key", session.get_api_key()])
except Exception as error:
    emit(["get_api_key", "disabled" in str(error)])
emit(["session keys", [bool(session.get_session_key()),
                       bool(session.generate_session_key(lifetime=60))]])
emit(["running", [session.gui_is_running(), session.server_is_running()]])
emit(["texts", [session.str({"a": 1}), bool(session.get_hostname()),
                session.decode_query("User WHERE code=x")["entitytype"]]])
session.help()
try:
    session.login()
except AssertionError:
    emit(["login", "already"])
"""
V1_RESULTS: dict[str, Any] = {
    "me": "admin@acmefilm.com",
    "update_one": "b",
    "find": ["medium"],
    "exists": True,
    "ls": [],
    "getsize": 0,
    "update_many": ["excluded"],
    "report": True,
    "delete_one": True,
    "prepublish": ["a.mov"],
    "get_api_key": True,
    "session keys": [True, True],
    "login": "already",
}

V1_4 = """
emit(["base uri", session.get_base_uri("task")])
found = session.event("GET", "user/find", {}, query="code=vera@example.com")["result"]
emit(["event", [one["id"] for one in found] == [user["id"]]])
base = [session.base64_encode("a"), session.safe_dumps({"a": 1}), session.safely_printable("a"),
        session.obscure_dict_string("{'pwd': 'x'}"), session.json_serial(datetime.date(2026, 7, 1))]
emit(["small ones", len(base)])
session.info("x"); session.verbose("x"); session.warning("x")
emit(["rest", callable(session.rest)])
emit(["get_last_message", session.get_last_message() is None])
"""
V1_4_RESULTS = {"base uri": "job/task", "event": True, "small ones": 5, "rest": True}

V2 = """
emit(["update", session.update("user", user["id"], {"description": "c"})["description"]])
emit(["mkdir", session.mkdir("share=projects/shot/in")])
emit(["rename", session.rename("share=projects/shot/in", "share=projects/shot/vera")])
emit(["mv", session.mv("share=projects/shot/vera", "share=projects/vera")])
emit(["rm", session.rm("share=projects/vera2")])
emit(["made by rm", session.exists("share=projects/vera2")])

share = session.find_one("share WHERE code=projects")
server = session.find_one("client WHERE code=hq-server")
emit(["deassign", session.deassign("share", "server",
                                   {"share": share["id"], "client": server["id"], "main": True})])
emit(["assign", session.assign("share", "server",
                               {"share": share["id"], "client": server["id"], "main": True})])
emit(["assignments", [one["id"] == server["id"]
                      for one in session.assignments("share", share["id"])]])
emit(["set_setting", bool(session.set_setting("transfer_speedlimit", "25"))])
emit(["get_setting", session.get_setting("transfer_speedlimit")])
emit(["metrics", type(session.metrics("job WHERE status=waiting")).__name__])
emit(["offline_one", session.offline_one("user", user["id"])])
try:
    emit(["integration", session.integration("ftrack", "ping", {})])
except Exception as error:
    emit(["integration", type(error).__name__])
emit(["properties", [session.username, session.timeout, session.connect_timeout]])
emit(["get_last_message", bool(session.get_last_message())])
"""
V2_RESULTS = {
    "update": "c",
    "mkdir": True,
    "rename": True,
    "mv": True,
    "rm": True,
    "made by rm": True,  # 2.2.1 sends mkdir: the workspace does what it is told
    "deassign": True,
    "assign": True,
    "assignments": [True],
    "set_setting": True,
    "get_setting": "25",
    "metrics": "dict",
    "offline_one": True,
    "integration": "accsynException",
    "properties": ["admin@acmefilm.com", 120, 10],
    "get_last_message": True,
}

TOURS = {
    "3.4.0": (V3, V3_RESULTS),
    "2.2.1": (V1 + V2, {**V1_RESULTS, **V2_RESULTS}),
    "1.4.1.post1": (V1 + V1_4, {**V1_RESULTS, **V1_4_RESULTS}),
}


@pytest.fixture
def workspace() -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace(seed="empty", tls=True) as running:
        (running.volume("projects") / "shot").mkdir()
        yield running


@pytest.mark.parametrize("version", TOURS)
def test_every_public_method_works_against_the_workspace(
    witness: Callable[..., Any], workspace: EmbeddedWorkspace, version: str
):
    script, expected = TOURS[version]
    emitted = dict(witness(version, workspace).run(RECORDER + script + REPORT))
    assert emitted["public"] == emitted["called"]
    assert {name: emitted[name] for name in expected} == expected
