"""Shares, access to them, servers, collections and life cycles, with the official clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accsyn_orm.testing import EmbeddedWorkspace

STANDARD = "standard@acmefilm.com"
EMPLOYEE = "employee@acmefilm.com"
OLD = ("1.4.1.post1", "2.2.1")


@pytest.fixture
def run(witness):
    return witness("3.4.0").run


# -- 3.4.0 ----------------------------------------------------------------------------------------


def test_volumes_and_their_servers(run):
    volume, default, listed, assigned, again, gone, offline, changed, refused, unsure = run(
        """
        server = session.find_one("Server WHERE code=hq-server")["id"]
        volume = session.create("Volume", {
            "name": "The Archive", "code": "archive", "server": server,
            "paths": {"linux": "/archive", "windows": "A:"},
        })
        emit(volume)
        emit(session.find_one("Volume WHERE default=True")["code"])
        ids = {"volume": volume["id"], "server": server}
        emit([found["code"] for found in session.assignments("Volume", volume["id"])])
        emit(session.assign("volume", "server", ids))
        emit(session.assign("share", "client", {"share": volume["id"], "client": server}))
        emit(session.deassign("volume", "server", ids))
        emit([session.find_one("Volume WHERE code=archive")["status"],
              session.assignments("volume", volume["id"])])
        emit(session.update("Volume", volume["id"], {"default": True})["default"])
        problem(session.delete_one, "Volume", volume["id"])
        problem(session.deassign, "volume", "server", ids)
        """
    )
    assert (volume["code"], volume["name"], volume["type"]) == ("archive", "The Archive", "volume")
    assert (volume["path"], volume["status"], volume["default"]) == ("/archive", "enabled", False)
    assert (default, listed) == ("projects", ["hq-server"])
    assert (assigned, again, gone) == (True, True, True)
    assert offline == ["offline", []]
    assert changed is True
    assert "the default volume cannot be deleted" in refused
    assert "is not assigned to 'archive'" in unsure


def test_folders_access_and_life_cycle(run):
    (
        folder, older, granted, repeated, row, everybody, found, away, without, back, with_acl,
        revoked, nothing, deleted, archived,
    ) = run(
        f"""
        volume = session.find_one("Volume WHERE code=projects")["id"]
        folder = session.create("Folder", {{
            "parent": volume, "name": "TheProject", "path": "TheProject",
        }})
        emit(folder)
        emit(session.find_one("Share WHERE code=theproject")["id"] == folder["id"])
        ident = folder["id"]
        emit(session.grant("user", "{STANDARD}", "folder", "theproject",
                           {{"read": True, "path": "FROM_VENDORS"}}))
        emit(session.grant("user", "{STANDARD}", "folder", ident,
                           {{"read": True, "write": True, "path": "FROM_VENDORS/acmevfx"}}))
        user = session.find_one("User WHERE code={STANDARD}")["id"]
        emit(session.access("folder", ident, "user", user))
        emit(len(session.access("folder", ident, recursive=True)))
        emit(session.find("ACL WHERE entity=user:" + user)[0]["path"])
        emit(session.deactivate_one("Folder", ident))
        emit([session.find_one("Folder WHERE code=theproject"), session.access("folder", ident),
              session.find_one("Folder WHERE code=theproject", inactive=True)["inactive"]])
        emit(session.activate_one("Folder", "TheProject"))
        emit(len(session.access("folder", ident)))
        emit(session.revoke("user", "{STANDARD}", "folder", ident))
        emit([session.access("folder", ident), session.revoke("user", user, "folder", ident)])
        emit(session.delete_one("Folder", ident, {{"force": True}}))
        emit(session.find_one("Folder WHERE code=theproject", archived=True)["id"] == ident)
        """
    )  # fmt: skip
    assert (folder["code"], folder["path"], folder["status_hr"]) == (
        "theproject",
        "TheProject",
        "Enabled",
    )
    assert folder["parent_hr"] == f"share:Projects[volume]({folder['parent']})"
    assert older is True
    assert (granted["path"], granted["read"], granted["write"]) == ("FROM_VENDORS", True, False)
    assert repeated is True
    user = granted["entity"].removeprefix("user:")
    assert row == [
        {
            "user": user,
            "user_hr": f"user:{STANDARD}[standard]({user})",
            "share": folder["id"],
            "share_hr": f"share:TheProject[folder]({folder['id']})",
            "read": True,
            "write": True,
            "acknowledged": False,
            "path": "FROM_VENDORS/acmevfx",
        }
    ]
    assert (everybody, found) == (1, "FROM_VENDORS/acmevfx")
    assert (away, without) == (True, [None, [], True])
    assert (back, with_acl) == (True, 1)
    assert (revoked, nothing) == (True, [[], False])
    assert (deleted, archived) == (True, True)


def test_grants_invite_and_refuse(run):
    invited, created, refused, missing = run(
        """
        session.create("Folder", {"name": "In", "path": "in"})
        emit(session.grant("user", "new@example.com", "folder", "in", {"write": True}))
        emit(session.find_one("User WHERE code=new@example.com")["role"])
        problem(session.grant, "user", "other@example.com", "folder", "in",
                {"read": True, "invite": False})
        problem(session.grant, "user", "new@example.com", "folder", "nope")
        """
    )
    assert (invited["read"], invited["write"], created) == (False, True, "standard")
    assert "AccsynException" in refused
    assert "AccsynException" in missing


def test_collections_and_their_files(run):
    collection, files, added, all_files, removed, absent, left, away, back = run(
        """
        collection = session.create("Collection", {
            "name": "Best Of", "files": ["volume=projects/a.mov", "share=projects/b.mov"],
        })
        ident = collection["id"]
        emit(collection["code"])
        files = session.find("File", entityid=ident)
        emit([file["path"] for file in files])
        emit(session.create("File", {"files": ["volume=projects/c.mov"]}, ident)["path"])
        emit(len(session.find("File", entityid=ident)))
        chosen = {"files": [files[0]["id"]]}
        emit(session.delete_many("Collection", ident, chosen))
        emit(session.delete_many("Collection", ident, chosen))
        emit([file["path"] for file in session.find("File", entityid=ident)])
        emit(session.deactivate_one("Collection", ident))
        emit(session.activate_one("Collection", ident))
        """
    )
    assert (collection, files) == ("best_of", ["volume=projects/a.mov", "share=projects/b.mov"])
    assert (added, all_files) == ("volume=projects/c.mov", 3)
    assert (removed, absent) == (True, False)
    assert left == ["share=projects/b.mov", "volume=projects/c.mov"]
    assert (away, back) == (True, True)


def test_a_user_comes_with_a_home_and_goes_with_everything(run):
    home, access, refused, away, without, back, again, deleted, gone = run(
        """
        user = session.create("User", {
            "code": "lisa@example.com", "create_home_share": True,
            "give_default_volume_access": True, "mail": False,
        })
        home = session.find_one("Home WHERE user=" + user["id"])
        emit(home)
        volume = session.find_one("Volume")["id"]
        emit([row["path"] for row in session.access("volume", volume)])
        problem(session.deactivate_one, "Home", home["id"])
        emit(session.deactivate_one("User", user["id"]))
        emit([session.find("Home"), session.access("volume", volume), session.find_one(
            "User WHERE code=lisa@example.com", inactive=True)["inactive"]])
        emit(session.activate_one("User", "LISA@example.com"))
        emit([len(session.find("Home")), len(session.access("volume", volume))])
        emit(session.delete_one("User", user["id"], {"force": True}))
        emit([session.find("Home"), session.access("volume", volume)])
        """
    )
    assert (home["code"], home["path"]) == ("lisa@example.com", "accsyn/lisa@example.com")
    assert access == ["/"]
    assert "deactivate its user" in refused
    assert (away, without) == (True, [[], [], True])
    assert (back, again) == (True, [1, 1])
    assert (deleted, gone) == (True, [[], []])


def test_what_the_roles_see(witness):
    official = witness("3.4.0")
    official.run(
        f"""
        for name in ("Seen", "Hidden"):
            session.create("Folder", {{"name": name, "path": name}})
        session.create("Home", {{"user": "{STANDARD}"}})
        session.grant("user", "{STANDARD}", "folder", "seen", {{"read": True}})
        session.grant("user", "{EMPLOYEE}", "volume", "projects")
        """
    )
    question = """
        emit([session.find_one("Workspace") is not None,
              *(sorted(share["code"] for share in session.find(kind))
                for kind in ("Volume", "Folder", "Home"))])
        problem(session.create, "Volume", {"name": "x", "server": "y", "paths": {"linux": "/x"}})
        problem(session.create, "Folder", {"name": "Mine", "path": "mine"})
        problem(session.grant, "user", "standard@acmefilm.com", "folder", "seen")
        """
    (seen, volume, folder, grant) = official.run(question, "employee")
    assert seen == [True, ["projects"], ["hidden", "seen"], [STANDARD]]
    assert "permission denied" in volume
    assert (folder, grant) == ("no error", "no error")
    (seen, volume, folder, grant) = official.run(question, "standard")
    assert seen == [False, [], ["seen"], [STANDARD]]
    assert "permission denied" in volume
    assert "permission denied" in folder
    assert "no error" in grant


# -- 1.4.1 and 2.2.1 ------------------------------------------------------------------------------


@pytest.mark.parametrize("version", OLD)
def test_shares_and_acls_of_v1(witness, version):
    root, share, by_code, changed, acl, found, repeated, kinds, deleted, gone = witness(
        version
    ).run(
        f"""
        PATH = "FROM_VENDORS/acmevfx"
        emit(session.create("share", {{
            "type": "root", "code": "production", "paths": {{"linux": "/production"}},
        }}))
        share = session.create("share", {{
            "type": "standard", "parent": "production", "code": "film", "path": "film",
        }})
        emit(share)
        emit(session.find_one("share WHERE code=FILM")["id"] == share["id"])
        emit(session.update_one("share", share["id"], {{"description": "x"}})["description"])
        user = session.find_one("user WHERE code={STANDARD}")["id"]
        acl = {{"ident": "user:" + user, "target": "share:" + share["id"], "path": PATH,
                "read": True, "write": False}}
        made = session.create("acl", acl)
        emit(made)
        emit(session.find("acl WHERE (ident=user:%s AND target=share:%s AND path=%s)"
                          % (user, share["id"], PATH)))
        emit(session.create("acl", {{**acl, "write": True}}))
        emit([found["type"] for found in session.find("share")])
        emit(session.delete_one("acl", made["id"]))
        emit(session.find("acl"))
        """
    )
    assert (root["type"], root["status"], root["default"]) == ("root", "offline", False)
    assert (share["type"], share["path"], share["parent"]) == ("standard", "film", root["id"])
    assert (by_code, changed) == (True, "x")
    assert (acl["path"], acl["read"], acl["write"]) == ("FROM_VENDORS/acmevfx", True, False)
    assert acl["ident_hr"] == f"user:{STANDARD}(user)"
    assert found == [acl]
    assert repeated is True
    assert kinds == ["root", "root", "standard"]
    assert (deleted, gone) == (True, [])


@pytest.mark.parametrize("version", OLD)
def test_v1_users_have_homes(witness, version):
    (homes, organization) = witness(version).run(
        """
        session.create("user", {"code": "lisa@example.com"})
        emit([share["path"] for share in session.find("share WHERE type=user")])
        emit(session.find_one("organization")["code"])
        """
    )
    assert homes == ["accsyn/lisa@example.com"]
    assert organization == "acmefilm"


def test_2_2_1_assigns_servers_and_puts_things_offline(witness):
    assigned, listed, status, removed, none, away, offline, user, users = witness("2.2.1").run(
        """
        share = session.create("share", {
            "type": "root", "code": "production", "paths": {"linux": "/production"},
        })["id"]
        server = session.find_one("client WHERE code=hq-server")["id"]
        ids = {"share": share, "client": server, "main": True}
        emit(session.assign("share", "server", ids))
        emit([found["code"] for found in session.assignments("Share", share)])
        emit(session.find_one("share WHERE code=production")["status"])
        emit(session.deassign("share", "server", ids))
        emit(session.assignments("share", share))
        emit(session.offline_one("share", share))
        emit([found["code"] for found in session.find("share", offline=True)])
        user = session.create("user", {"code": "lisa@example.com"})
        emit(session.offline_one("user", user["id"]))
        emit([found["code"] for found in session.find("user", offline=True)])
        """
    )
    assert (assigned, listed, status) == (True, ["hq-server"], "enabled")
    assert (removed, none) == (True, [])
    assert (away, offline) == (True, ["production"])
    assert (user, users) == (True, ["lisa@example.com"])


# -- a story --------------------------------------------------------------------------------------


@pytest.fixture
def moving() -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace("empty", tls=True, transfers=True) as running:
        yield running


WAIT = """
import time
def wait(job):
    for _ in range(600):
        found = session.get_entity("Transfer", job["id"])
        if found["status"] in ("done", "failed", "aborted"):
            return found["status"]
        time.sleep(0.02)
def send(source, destination):
    return wait(session.create("Transfer", {"source": source, "destination": destination}))
"""


def test_a_folder_is_shared_used_and_taken_away(witness, moving):
    """Share, grant a sub-folder, upload, be refused, download, rename, revoke."""
    official = witness("3.4.0", moving)
    volume, computer = moving.volume("projects"), moving.computer("standard")
    (volume / "TheProject" / "FROM_VENDORS").mkdir(parents=True)
    (volume / "TheProject" / "secret.txt").write_bytes(b"secret")
    (computer / "plate.exr").write_bytes(b"plate")
    official.run(
        f"""
        session.create("Folder", {{"name": "TheProject", "path": "TheProject"}})
        session.grant("user", "{STANDARD}", "folder", "theproject",
                      {{"read": True, "write": True, "path": "FROM_VENDORS"}})
        """
    )
    up, listed, renamed, down, *refused = official.run(
        WAIT
        + """
emit(send("/plate.exr", "folder=theproject/FROM_VENDORS/"))
emit([file["filename"] for file in session.ls("folder=theproject/FROM_VENDORS")])
emit(session.rename("folder=theproject/FROM_VENDORS/plate.exr",
                    "folder=theproject/FROM_VENDORS/renamed.exr"))
emit(send("folder=theproject/FROM_VENDORS/renamed.exr", "/back/"))
problem(session.ls, "folder=theproject")
problem(session.ls, "volume=projects/TheProject/FROM_VENDORS")
problem(send, "folder=theproject/secret.txt", "/back/")
problem(send, "/plate.exr", "folder=theproject/")
problem(session.mkdir, "folder=theproject/mine")
""",
        "standard",
    )
    assert (up, listed, renamed, down) == ("done", ["plate.exr"], True, "done")
    assert (volume / "TheProject" / "FROM_VENDORS" / "renamed.exr").read_bytes() == b"plate"
    assert (computer / "back" / "renamed.exr").read_bytes() == b"plate"
    assert all("that you may" in message for message in refused)
    assert official.run(
        f'emit(session.revoke("user", "{STANDARD}", "folder", '
        'session.find_one("Folder WHERE code=theproject")["id"]))'
    ) == [True]
    (again, folders) = official.run(
        """
        problem(session.ls, "folder=theproject/FROM_VENDORS")
        emit(session.find("Folder"))
        """,
        "standard",
    )
    assert "that you may" in again
    assert folders == []
