"""Granting access to shares, seeing who has it, taking it away."""

from __future__ import annotations

import pytest

from accsyn_orm import (
    Access,
    Acl,
    BackendError,
    ConfigurationError,
    EntityNotFoundError,
    EntityStateError,
    EntityValidationError,
    Folder,
    Share,
    User,
    Volume,
)

LISA = "lisa@example.com"


@pytest.fixture(params=["v3", "v1"])
def spoken(request, workspace):
    """Give the session of an admin in each generation, as the active one."""
    with workspace.session("admin", request.param) as session:
        yield session


@pytest.fixture
def folder(spoken) -> Folder:
    found = Folder.where(Folder.code == "luts").one()
    for row in found.access():
        found.revoke(row.user)
    return found


def rights(folder: Folder) -> list[tuple[str, bool, bool]]:
    return sorted((row.path, row.read, row.write) for row in folder.access())


def test_access_is_granted_changed_seen_and_taken_away(folder: Folder) -> None:
    lisa = User.where(User.code == LISA).one()
    acl = folder.grant(lisa, read=True)
    assert isinstance(acl, Acl)
    assert (acl.entity, acl.target) == (f"user:{lisa.id}", f"share:{folder.id}")
    assert folder.grant(LISA, read=True, write=True) is None
    assert rights(folder) == [("/", True, True)]
    folder.grant(LISA, path="show", write=True)
    assert rights(folder) == [("show", False, True)]
    (row,) = folder.access(lisa)
    assert isinstance(row, Access)
    assert (row.user, row.share, row.acknowledged) == (lisa.id, folder.id, False)
    assert LISA in row.user_hr
    assert folder.revoke(lisa, path="other") == 0
    assert folder.revoke(lisa, path="/show/") == 1
    folder.grant(LISA)
    assert (folder.revoke(lisa), folder.revoke(lisa), folder.access()) == (1, 0, [])


@pytest.mark.parametrize(
    ("options", "read", "write"),
    [
        ({}, True, True),
        ({"path": "/"}, True, False),
        ({"read": True}, True, False),
        ({"write": True}, False, True),
        ({"read": False, "write": True}, False, True),
    ],
)
def test_what_is_not_said_follows_from_what_is(folder: Folder, options, read, write) -> None:
    folder.grant(LISA, **options)
    assert rights(folder) == [("/", read, write)]


def test_acl_is_taken_away_unless_it_became_another(folder: Folder, spoken) -> None:
    acl = folder.grant(LISA, path="show")
    assert acl
    if spoken.protocol == "v3":  # v1 deletes by id
        folder.grant(LISA, path="other")
        with pytest.raises(EntityStateError, match="did not delete"):
            acl.delete()
        acl.refresh()
    acl.delete()
    assert (folder.access(), acl.is_deleted) == ([], True)


def test_impossible_grants_are_refused_before_anything_is_sent(folder: Folder, spoken) -> None:
    before = spoken.stats.requests
    with pytest.raises(EntityValidationError, match="revoke"):
        folder.grant(LISA, read=False)
    for act in (folder.grant, folder.revoke):
        with pytest.raises(EntityValidationError, match="without steps up"):
            act(LISA, path="../x")
        with pytest.raises(EntityValidationError, match="begins at a share"):
            act(LISA, path="volume=projects/x")
    with pytest.raises(EntityStateError, match="save"):
        folder.grant(User(code="new@example.com"), read=True)
    if spoken.protocol == "v1":
        with pytest.raises(ConfigurationError, match="'notify'"):
            folder.grant(LISA, notify=True)
    assert spoken.stats.requests == before


def test_users_that_are_not_there_are_told(folder: Folder) -> None:
    with pytest.raises(EntityNotFoundError):
        folder.grant("nobody@example.com", invite=False)
    with pytest.raises(EntityNotFoundError):
        folder.revoke("nobody@example.com")
    with pytest.raises(EntityNotFoundError):
        folder.access("nobody@example.com")


def test_access_of_shares_beneath_is_asked_for(session) -> None:
    library = Volume.where(Volume.code == "library").one()
    luts = Folder.where(Folder.code == "luts").one()
    luts.grant(LISA)
    assert luts.id in {row.share for row in library.access(recursive=True)}
    assert luts.id not in {row.share for row in library.access()}


def test_only_admins_give_access_to_volumes(workspace) -> None:
    with workspace.session("employee") as session:
        volume = Volume.load_record({"id": "8a9b4ae44c9af31e9bfb9e63"}, session)
        with pytest.raises(BackendError):
            volume.grant(LISA)


@pytest.mark.parametrize("answer", [False, None])
def test_what_the_backend_does_not_do_is_an_error(session, monkeypatch, answer) -> None:
    folder = Folder.where(Folder.code == "luts").one()
    acl = Acl.load_record(
        {"id": "a" * 24, "entity": "user:b", "target": "share:c", "path": "/"}, session
    )
    monkeypatch.setattr(session, "grant", lambda *_: answer)
    monkeypatch.setattr(session, "revoke", lambda *_, **__: 0)
    with pytest.raises(EntityStateError, match="did not grant"):
        folder.grant(LISA)
    with pytest.raises(EntityStateError, match="did not delete"):
        acl.delete()


def test_backend_without_calls_about_access_says_so(v3) -> None:
    share: Share = Folder.load_record({"id": "a" * 24}, v3)
    acl = Acl.load_record({"id": "a" * 24, "path": "/"}, v3)
    for act in (share.access, acl.delete):
        with pytest.raises(EntityStateError, match="no calls about access: use a Session"):
            act()
    assert v3.calls == []
