"""Switching entities off and on, and taking them out of use and back."""

from __future__ import annotations

import pytest

from accsyn_orm import (
    App,
    ConfigurationError,
    Engine,
    EntityStateError,
    EntityValidationError,
    Folder,
    Home,
    Server,
    Share,
    ShareStatus,
    Site,
)

ID = f"{9:024x}"


@pytest.mark.parametrize(
    ("cls", "on"), [(Folder, "enabled"), (Site, "enabled"), (Engine, "enabled"), (Server, "online")]
)
def test_switching_sends_the_status_alone(v3, cls, on: str) -> None:
    kind = cls.__entity_type__
    v3.add(kind, 9, status=on, description="before", metadata={"a": 1})
    entity = cls.get(ID)
    entity.description = "mine"
    entity.metadata["b"] = 2
    entity.disable()
    entity.enable()
    assert v3.calls[1:] == [
        ("update", kind, ID, {"status": "disabled"}),
        ("update", kind, ID, {"status": on}),
    ]
    assert entity.status == on
    assert {name: change.after for name, change in entity.changes.items()} == {
        "description": "mine", "metadata": {"a": 1, "b": 2},
    }  # fmt: skip
    entity.save()
    assert v3.records[kind][ID]["metadata"] == {"a": 1, "b": 2}
    assert not entity.changes


def test_switching_that_is_refused_changes_nothing(v3) -> None:
    v3.add("folder", 9, status="enabled")
    folder = Folder.get(ID)
    v3.refusal = "no"
    with pytest.raises(Exception, match="no"):
        folder.disable()
    assert (folder.status, dict(folder.changes)) == (ShareStatus.ENABLED, {})


@pytest.mark.parametrize(
    ("status", "act"),
    [
        ("online", Server.enable),
        ("offline", Server.enable),
        ("disabled", Server.disable),
        ("disabled-offline", Server.disable),
    ],
)
def test_client_is_not_switched_to_what_it_is(v3, status: str, act) -> None:
    server = Server.load_record({"id": ID, "code": "hq", "status": status}, v3)
    with pytest.raises(EntityStateError, match=f"is {status} already"):
        act(server)
    assert v3.calls == []


@pytest.mark.parametrize("record", [{}, {"status": "asleep"}])
def test_client_of_unknown_status_is_switched_if_the_backend_does(v3, record) -> None:
    v3.add("server", 9, **record)
    Server.get(ID).enable()
    assert v3.calls[-1] == ("update", "server", ID, {"status": "online"})


def test_what_is_new_cannot_be_switched(v3) -> None:
    with pytest.raises(EntityStateError, match="save"):
        Folder(code="a", path="a").disable()
    with pytest.raises(EntityValidationError, match="only enabled, disabled"):
        Folder.load_record({"id": ID}, v3)._change(status="offline")
    assert v3.calls == []


@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_client_is_switched_in_a_workspace(workspace, protocol) -> None:
    with workspace.session("admin", protocol):
        app = App.where(App.code == "john-laptop").one()
        app.disable()
        assert App.get(app.id).status == "disabled"
        app.enable()
        assert App.get(app.id).status == app.status == "online"


def test_share_is_deactivated_with_its_acls_and_comes_back(session) -> None:
    folder = Folder(name="Closing", path="closing").save()
    folder.grant("lisa@example.com")
    folder.deactivate()
    assert folder.inactive
    assert folder not in Folder.where().all()
    assert folder in Folder.where().inactive().all()
    folder.activate()
    assert not folder.inactive
    assert [row.read for row in folder.access()] == [True]
    with pytest.raises(EntityStateError):
        Folder(name="New", path="new").deactivate()


def test_v1_takes_shares_offline_and_cannot_bring_them_back(workspace) -> None:
    with workspace.session("admin", "v1"):
        folder = Folder(code="closing-1", path="closing-1").save()
        folder.deactivate()
        assert Folder.where(Folder.code == "closing-1").inactive().one() == folder
        with pytest.raises(ConfigurationError, match="v3 only"):
            folder.activate()


def test_homes_come_and_go_with_their_users(v3) -> None:
    home = Home.load_record({"id": ID}, v3)
    for act in (home.deactivate, home.activate):
        with pytest.raises(EntityStateError, match="with its user"):
            act()
    assert v3.calls == []


def test_what_the_backend_does_not_do_is_an_error(session, monkeypatch) -> None:
    folder = Folder.where(Folder.code == "luts").one()
    for what in ("activate", "deactivate"):
        monkeypatch.setattr(session, f"{what}_one", lambda *_: False)
        with pytest.raises(EntityStateError, match=f"did not {what}"):
            getattr(folder, what)()
    assert not folder.inactive


def test_backend_without_such_calls_says_so(v3) -> None:
    share: Share = Folder.load_record({"id": ID}, v3)
    with pytest.raises(EntityStateError, match="no calls about deactivating: use a Session"):
        share.deactivate()
