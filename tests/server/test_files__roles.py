"""Who may do what with files."""

from __future__ import annotations

import pytest
from file_operations import VERBS

from accsyn_orm.errors import AccsynError
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.store import insert_row, rows_where
from accsyn_orm.server.storage.tables import ACLS, SHARES


@pytest.fixture
def root(studio):
    """Give a volume with a folder, a home of the standard user, and files in all of them."""
    root = studio.roots.volumes / "projects"
    for path in ("film/in/a.mov", "film/out/b.mov", "homes/s/c.mov", "d.mov"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"x")
    with studio.acting("standard") as call:
        (volume,) = rows_where(call, SHARES, SHARES.table.c.code == "projects")
        beneath = {"parent": volume["id"], "status": "enabled"}
        folder = {"type": "folder", "code": "film", "path": "film", **beneath}
        insert_row(call, SHARES, folder, ident="f" * 24)
        home = {"type": "home", "code": "h", "path": "homes/s", "user": call.caller.user_id}
        insert_row(call, SHARES, {**home, **beneath}, ident="a" * 24)
    return root


@pytest.fixture
def grant(studio, root):
    """Store an ACL of a user for a share."""

    def store(user, code, *rights, path="/"):
        with studio.acting(user) as call:
            (share,) = rows_where(call, SHARES, SHARES.table.c.code == code)
            acl = {
                "entity": f"user:{call.caller.user_id}",
                "target": f"share:{share['id']}",
                "path": path,
                "read": "read" in rights,
                "write": "write" in rights,
            }
            insert_row(call, ACLS, acl)

    return store


@pytest.fixture
def may(studio, root):
    """Say whether a user gets an answer."""

    def ask(user, op, path, protocol="v3", **options):
        uri = "workspace/file" if protocol == "v3" else "organization/file"
        try:
            studio.client(user, protocol).call(VERBS[op], uri, {"op": op, "path": path, **options})
        except Refusal as refusal:
            if "that you may" not in refusal.message:
                raise
            return False
        return True

    return ask


READING = ("ls", "getsize", "exists")


@pytest.mark.parametrize("protocol", ["v1", "v3"])
@pytest.mark.parametrize(
    ("user", "path", "reads", "writes"),
    [
        ("admin", "volume=projects", True, True),
        ("admin", "folder=film", True, True),
        ("admin", "home=standard@acmefilm.com", True, True),
        ("employee", "volume=projects", False, False),
        ("employee", "folder=film", True, True),
        ("standard", "volume=projects", False, False),
        ("standard", "folder=film", False, False),
        ("standard", "home=standard@acmefilm.com", True, True),
        ("standard", "~", True, True),
    ],
)
def test_roles_give_what_the_matrix_says(may, protocol, user, path, reads, writes):
    assert [may(user, op, path, protocol) for op in READING] == [reads] * 3
    assert may(user, "mkdir", f"{path}/new", protocol) is writes
    assert may(user, "delete", f"{path}/new", protocol) is writes


@pytest.mark.parametrize("op", sorted(VERBS))
def test_shares_of_others_answer_as_those_that_are_not_there(studio, root, op):
    standard = studio.client("standard")
    answers = []
    for code in ("film", "nope"):
        data = {"op": op, "path": f"share={code}/in"}
        if VERBS[op] == "PUT":
            data["path_to"] = f"share={code}/x"
        with pytest.raises(AccsynError) as refused:
            standard.call(VERBS[op], "workspace/file", data)
        answers.append(str(refused.value).replace(code, "…"))
    assert answers[0] == answers[1]


def test_an_acl_to_read_lets_read_only(may, grant):
    grant("standard", "film", "read")
    assert all(may("standard", op, "folder=film/in/a.mov") for op in READING)
    assert not may("standard", "mkdir", "folder=film/new")
    assert not may("standard", "delete", "folder=film/in/a.mov")
    for op in ("rename", "move"):
        assert not may("standard", op, "folder=film/in/a.mov", path_to="folder=film/in/x")
    assert not may("standard", "move", "~/c.mov", path_to="folder=film/")


def test_an_acl_to_write_lets_upload_but_neither_list_nor_read(may, grant):
    grant("standard", "film", "write")
    assert not any(may("standard", op, "folder=film/in/a.mov") for op in READING)
    assert may("standard", "mkdir", "folder=film/new")
    assert may("standard", "delete", "folder=film/new")
    assert may("standard", "move", "~/c.mov", path_to="folder=film/")


@pytest.mark.behaviour("files/move: it takes reading and writing here, and writing there")
def test_what_may_only_be_uploaded_is_not_read_by_moving_it(may, grant, root):
    grant("standard", "film", "write")
    assert not may("standard", "move", "folder=film/in/a.mov", path_to="~/")
    grant("standard", "film", "read", "write", path="out")
    assert not may("standard", "move", "folder=film/in/a.mov", path_to="folder=film/out/")
    assert not may("standard", "rename", "folder=film/in", path_to="folder=film/out2")
    assert may("standard", "move", "folder=film/out/b.mov", path_to="~/")
    assert (root / "homes" / "s" / "b.mov").exists()


@pytest.mark.parametrize("path", ["film/in", "/film/in/"])
def test_an_acl_of_a_sub_folder_opens_what_is_in_it(may, grant, path):
    grant("employee", "projects", "read", "write", path=path)
    assert may("employee", "ls", "volume=projects/film/in")
    assert may("employee", "ls", "/mnt/projects/film/in")
    assert may("employee", "mkdir", "volume=projects/film/in/deep/er")
    for closed in ("volume=projects", "volume=projects/film", "volume=projects/film/out"):
        assert not may("employee", "ls", closed)
        assert not may("employee", "mkdir", f"{closed}/x")
    with pytest.raises(Refusal, match="leads elsewhere"):
        may("employee", "ls", "volume=projects/film/in/../out")


def test_the_home_of_nobody_is_refused(may):
    assert not may("employee", "ls", "~")
    assert not may("employee", "ls", "home=admin@acmefilm.com")
