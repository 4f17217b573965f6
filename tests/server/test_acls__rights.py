"""Who reads and writes which files, looked at with shares and ACLs that are just there."""

from __future__ import annotations

import pytest
from sqlalchemy import true

from accsyn_orm.server.access.acls import is_allowed, segments
from accsyn_orm.server.access.policy import access
from accsyn_orm.server.storage.store import insert_row, rows_where, update_row
from accsyn_orm.server.storage.tables import ACLS, SHARES, USERS, Scope

BOTH = ("read", "write")
SHARE_OF = ("volume", "folder", "collection", "home_admin", "home_employee", "home_standard")


@pytest.fixture
def shares(studio):
    """Store one share of each kind, and a home for each user; return their ids by name."""
    with studio.acting("admin") as call:
        users = {row["role"]: row["id"] for row in rows_where(call, USERS, true())}
        for kind in ("volume", "folder", "collection"):
            insert_row(call, SHARES, {"code": kind, "type": kind}, ident=_ident(kind))
        for role, owner in users.items():
            values = {"code": f"home_{role}", "type": "home", "user": owner}
            insert_row(call, SHARES, values, ident=_ident(f"home_{role}"))
    return {name: _ident(name) for name in SHARE_OF}


@pytest.fixture
def grant(studio, shares):
    """Store an ACL of one of the users for one of the shares."""

    def store(user, share, *rights, path="/", scope=Scope.ACTIVE):
        with studio.acting(user) as call:
            values = {
                "entity": f"user:{call.caller.user_id}",
                "target": f"share:{shares[share]}",
                "path": path,
                "read": "read" in rights,
                "write": "write" in rights,
            }
            ident = insert_row(call, ACLS, values)
            if scope is not Scope.ACTIVE:
                update_row(call, ACLS, ident, {}, scope=scope)

    return store


@pytest.fixture
def rights(studio, shares):
    """Say what a user may do at a path inside a share."""

    def ask(user, share, path="/", protocol="v3"):
        with studio.acting(user, protocol) as call:
            (row,) = rows_where(call, SHARES, SHARES.table.c.id == shares[share])
            return tuple(right for right in BOTH if is_allowed(call, row, path, right))

    return ask


def _ident(name):
    return f"{SHARE_OF.index(name):024x}"


@pytest.mark.behaviour("acl/access: admins read and write everywhere")
@pytest.mark.parametrize("share", SHARE_OF)
def test_admins_do_everything_everywhere(rights, share):
    assert rights("admin", share, "a/b") == BOTH


@pytest.mark.behaviour("acl/access: employees do not write to homes of other staff")
@pytest.mark.parametrize(
    ("share", "v1", "v3"),
    [
        ("volume", (), ()),
        ("folder", BOTH, BOTH),
        ("collection", BOTH, BOTH),
        ("home_employee", BOTH, BOTH),
        ("home_admin", ("read",), ("read",)),
        # v1 says: all but foreign homes; v3: all but those of admins and other employees.
        ("home_standard", ("read",), BOTH),
    ],
)
def test_employees_have_what_their_role_gives(rights, share, v1, v3):
    assert rights("employee", share, protocol="v1") == v1
    assert rights("employee", share, protocol="v3") == v3


def test_homes_of_other_employees_are_read_only_for_employees(studio, shares, rights):
    with studio.acting("standard") as call:
        update_row(call, USERS, call.caller.user_id, {"role": "employee"})
    assert rights("employee", "home_standard") == ("read",)


@pytest.mark.behaviour("acl/access: employees use a volume by ACL only")
def test_employees_use_volumes_by_acl_only(rights, grant):
    assert rights("employee", "volume", "reels") == ()
    grant("employee", "volume", "read")
    assert rights("employee", "volume", "reels") == ("read",)


@pytest.mark.behaviour("acl/access: standard users have their own home and what ACLs give")
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_standard_users_have_their_home_and_what_acls_give(rights, grant, protocol):
    def all_rights():
        return {share: rights("standard", share, protocol=protocol) for share in SHARE_OF}

    nothing = dict.fromkeys(SHARE_OF, ())
    assert all_rights() == {**nothing, "home_standard": BOTH}
    grant("standard", "folder", "read")
    grant("standard", "home_admin", "read", "write")
    given = {"folder": ("read",), "home_admin": BOTH, "home_standard": BOTH}
    assert all_rights() == {**nothing, **given}


@pytest.mark.behaviour("acl/access: a write-only ACL lets upload, but neither list nor read")
def test_an_acl_may_let_upload_only(rights, grant):
    grant("standard", "folder", "write")
    assert rights("standard", "folder", "in/a.mov") == ("write",)


@pytest.mark.behaviour("acl/access: an ACL for a sub-folder holds beneath it and only there")
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("FROM_VENDORS/acmevfx", ("read",)),
        ("/FROM_VENDORS//acmevfx/", ("read",)),
        ("FROM_VENDORS/./acmevfx/day1/a.mov", ("read",)),
        ("FROM_VENDORS\\acmevfx\\a.mov", ("read",)),
        ("FROM_VENDORS/acmevfx\\..\\other", ()),
        ("FROM_VENDORS", ()),
        ("/", ()),
        ("", ()),
        ("FROM_VENDORS/acmevfx2", ()),
        ("from_vendors/acmevfx", ()),
        ("FROM_VENDORS/acmevfx/..", ()),
        ("FROM_VENDORS/acmevfx/../other", ()),
        ("../FROM_VENDORS/acmevfx", ()),
    ],
)
def test_an_acl_for_a_sub_folder_holds_beneath_it_only(rights, grant, path, expected):
    grant("standard", "folder", "read", path="FROM_VENDORS/acmevfx")
    assert rights("standard", "folder", path) == expected


def test_acls_of_others_for_others_and_inactive_ones_do_not_count(rights, grant):
    grant("employee", "folder", "read")
    grant("standard", "collection", "read")
    grant("standard", "volume", *BOTH, scope=Scope.INACTIVE)
    grant("standard", "home_admin", *BOTH, scope=Scope.ARCHIVED)
    for share in ("folder", "volume", "home_admin"):
        assert rights("standard", share) == ()


def test_a_path_that_leaves_its_share_is_no_path_inside_it(rights):
    assert segments("a/../b") is None
    assert rights("employee", "folder", "a/../b") == ()


@pytest.mark.parametrize("protocol", ["v1", "v3"])
@pytest.mark.parametrize(
    ("user", "sees", "changes", "changes_in_v1"),
    [
        ("admin", set(SHARE_OF), set(SHARE_OF), set(SHARE_OF)),
        (
            "employee",
            {"volume", "folder", "collection", "home_admin", "home_employee", "home_standard"},
            {"folder", "collection", "home_employee", "home_standard"},
            {"folder", "collection", "home_employee"},
        ),
        (
            "standard",
            {"volume", "folder", "collection", "home_admin", "home_standard"},
            {"folder", "home_standard"},
            {"folder", "home_standard"},
        ),
    ],
)
def test_who_sees_and_changes_shares(
    studio, shares, grant, user, sees, changes, changes_in_v1, protocol
):
    for writer in ("employee", "standard"):
        grant(writer, "volume", *BOTH)
        grant(writer, "folder", *BOTH)
        # Neither lets anybody change the share: this one covers a part, that one cannot write.
        grant(writer, "collection", *BOTH, path="a")
        grant(writer, "home_admin", "read")
    names = {ident: name for name, ident in shares.items()}
    with studio.acting(user, protocol) as call:
        allowed = access("share", call.caller)

        def selected(condition):
            return {
                names[row["id"]]
                for row in rows_where(call, SHARES, condition)
                if row["id"] in names
            }

        assert selected(allowed.read(call.caller)) == sees
        expected = changes if protocol == "v3" else changes_in_v1
        assert selected(allowed.write(call.caller)) == expected
        assert allowed.create is (user != "standard")
