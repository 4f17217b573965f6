"""What people in a studio do, one after the other, with real files moving between their disks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from accsyn_orm import BackendError, Session
from accsyn_orm.testing import EmbeddedWorkspace

STANDARD = "standard@acmefilm.com"
EMPLOYEE = "employee@acmefilm.com"


@dataclass(frozen=True)
class Studio:
    """A workspace whose transfers run, and a session of each role."""

    workspace: EmbeddedWorkspace
    admin: Session
    employee: Session
    standard: Session

    def finished(self, session: Session, job: str) -> dict[str, Any]:
        """Wait until a job has ended."""
        for _ in range(200):
            found = session.get_entity("transfer", job)
            assert found is not None
            if found["status"] in {"done", "failed", "aborted"}:
                return found
            time.sleep(0.05)
        raise AssertionError(f"the job does not end: {found}")

    def place(self, role: Any, path: str, content: bytes) -> str:
        """Put a file on the disk of a role's computer; return the path that its user knows."""
        place = self.workspace.computer(role) / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        return path


@pytest.fixture
def studio() -> Iterator[Studio]:
    with ExitStack() as stack:
        workspace = stack.enter_context(EmbeddedWorkspace(seed="empty", transfers=True))
        sessions = [workspace.session(role) for role in ("admin", "employee", "standard")]
        for session in sessions:
            stack.callback(session.close)
        yield Studio(workspace, *sessions)


def files_beneath(directory: Path) -> set[str]:
    return {str(path.relative_to(directory)) for path in directory.rglob("*") if not path.is_dir()}


def refused(call: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(BackendError) as caught:
        call(*arguments, **options)
    return caught.value.message


def test_a_folder_is_shared_used_within_its_limits_and_taken_back(studio: Studio):
    admin, standard = studio.admin, studio.standard
    projects = studio.workspace.volume("projects")
    volume = admin.find_one("Volume WHERE code=projects")
    assert volume is not None
    folder = admin.create("folder", {"name": "Vendors", "parent": volume["id"], "path": "vendors"})
    (projects / "vendors" / "internal").mkdir(parents=True)
    (projects / "vendors" / "internal" / "budget.xls").write_bytes(b"secret")
    (projects / "vendors" / "acme").mkdir()

    # Before: the folder does not exist for him.
    assert standard.find("folder") == []
    never = refused(standard.ls, "folder=nothing")
    assert refused(standard.ls, "folder=vendors") == never.replace("nothing", "vendors")

    # A sub-folder is granted: he is at home there and nowhere else.
    acl = admin.grant(
        "user", STANDARD, "folder", "vendors", {"read": True, "write": True, "path": "acme"}
    )
    assert isinstance(acl, dict)
    assert (acl["read"], acl["write"], acl["path"]) == (True, True, "acme")
    assert [one["code"] for one in standard.find("folder")] == ["vendors"]
    assert standard.ls("folder=vendors/acme") == []
    refused(standard.ls, "folder=vendors/internal")
    refused(standard.getsize, "folder=vendors/internal/budget.xls")

    # He uploads.
    local = studio.place("standard", "/renders/shot010.exr", b"pixels" * 1000)
    upload = standard.create("transfer", {"source": local, "destination": "folder=vendors/acme/"})
    assert isinstance(upload, dict)
    done = studio.finished(standard, upload["id"])
    assert (done["status"], done["progress"], done["size"]) == ("done", 100, 6000)
    assert (projects / "vendors" / "acme" / "shot010.exr").read_bytes() == b"pixels" * 1000

    # He is refused where nothing was granted, and nothing is written there.
    refused(
        standard.create,
        "transfer",
        {"source": local, "destination": "folder=vendors/internal/"},
    )
    refused(standard.mkdir, "folder=vendors/mine")
    assert files_beneath(projects / "vendors") == {"internal/budget.xls", "acme/shot010.exr"}

    # An employee downloads what came in.
    download = studio.employee.create(
        "transfer", {"source": "folder=vendors/acme/shot010.exr", "destination": "/in/"}
    )
    assert isinstance(download, dict)
    assert studio.finished(studio.employee, download["id"])["status"] == "done"
    arrived = studio.workspace.computer("employee") / "in" / "shot010.exr"
    assert arrived.read_bytes() == b"pixels" * 1000

    # It is renamed, by who may; then the access is taken back.
    assert standard.rename("folder=vendors/acme/shot010.exr", "folder=vendors/acme/sh010.exr")
    assert standard.exists("folder=vendors/acme/sh010.exr") is True
    assert admin.revoke("user", STANDARD, "folder", "vendors") == 1
    assert standard.find("folder") == []
    assert refused(standard.ls, "folder=vendors/acme") == never.replace("nothing", "vendors")
    assert admin.access("folder", folder["id"]) == []


def test_a_delivery_is_composed_submitted_fetched_aborted_and_deleted(studio: Studio):
    employee, standard = studio.employee, studio.standard
    # Who may use no volume makes no deliveries.
    refused(employee.create, "delivery", {"name": "Project references"})
    studio.admin.grant("user", EMPLOYEE, "volume", "projects")
    delivery = employee.create("delivery", {"name": "Project references"})
    assert isinstance(delivery, dict)
    assert delivery["status"] == "init"
    ident = delivery["id"]

    # Composing: nothing to submit yet, then a file and a recipient.
    refused(employee.update, "delivery", ident, {"status": "pending"})
    local = studio.place("employee", "/refs/logo.png", b"logo")
    upload = employee.create("transfer", {"source": local, "parent": ident})
    assert isinstance(upload, dict)
    assert studio.finished(employee, upload["id"])["status"] == "done"
    assert [row["filename"] for row in employee.ls(f"delivery={ident}")] == ["logo.png"]
    assert standard.find("delivery") == []
    employee.grant("user", STANDARD, "delivery", ident)
    assert [one["user_hr"] for one in employee.access("delivery", ident)] == [STANDARD]

    # Submitting makes it live for its recipient.
    submitted = employee.update("delivery", ident, {"status": "pending"})
    assert submitted["status"] in {"pending", "waiting"}
    for _ in range(100):
        seen = standard.find_one(f"delivery WHERE id={ident}")
        if seen and seen["status"] == "waiting":
            break
        time.sleep(0.05)
    assert seen is not None
    assert seen["status"] == "waiting"
    fetch = standard.create("transfer", {"parent": ident, "destination": "/from_acme/"})
    assert isinstance(fetch, dict)
    assert studio.finished(standard, fetch["id"])["status"] == "done"
    arrived = studio.workspace.computer("standard") / "from_acme"
    assert {path.name: path.read_bytes() for path in arrived.rglob("*.png")} == {
        "logo.png": b"logo"
    }

    # The recipient can neither change nor delete it; its maker ends it.
    refused(standard.update, "delivery", ident, {"name": "mine"})
    refused(standard.delete_one, "delivery", ident)
    assert employee.update("delivery", ident, {"status": "aborted"})["status"] == "aborted"
    assert employee.find("delivery") == []
    assert employee.delete_one("delivery", ident, {"force": True}) is True
    assert employee.find("delivery", finished=True) == []


def test_a_user_is_invited_deactivated_and_brought_back_and_the_acls_follow(studio: Studio):
    admin = studio.admin
    volume = admin.find_one("Volume WHERE code=projects")
    assert volume is not None
    folder = admin.create("folder", {"name": "Edit", "parent": volume["id"], "path": "edit"})
    assert isinstance(folder, dict)

    # Granting access to somebody unknown invites him.
    admin.grant("user", "nora@example.com", "folder", "edit", {"read": True, "write": False})
    nora = admin.find_one("user WHERE code=nora@example.com")
    assert nora is not None
    assert nora["role"] == "standard"
    assert [row["user"] for row in admin.access("folder", "edit")] == [nora["id"]]

    # Not while a job of his is active.
    job = admin.create(
        "transfer",
        {
            "source": "folder=edit/cut.mov",
            "destination": "nora@example.com",
            "status": "paused",
        },
    )
    assert isinstance(job, dict)
    refused(admin.deactivate_one, "user", nora["id"])
    admin.delete_one("transfer", job["id"])

    # His access goes with him, and comes back with him.
    assert admin.deactivate_one("user", nora["id"]) is True
    assert admin.find("user WHERE code=nora@example.com") == []
    assert [one["id"] for one in admin.find("user", inactive=True)] == [nora["id"]]
    assert admin.access("folder", "edit") == []
    assert admin.activate_one("user", "nora@example.com") is True
    assert [row["user"] for row in admin.access("folder", "edit")] == [nora["id"]]

    # Deleted is for good.
    assert admin.delete_one("user", nora["id"]) is True
    assert admin.access("folder", "edit") == []
    assert admin.find("user", inactive=True) == []
    assert [one["id"] for one in admin.find("user", archived=True)] == [nora["id"]]
