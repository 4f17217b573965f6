"""Machines check in by themselves, until somebody disconnects them."""

from __future__ import annotations

import pytest

from accsyn_orm.errors import AccsynError
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.testing import EmbeddedWorkspace

SERVER = stable_id("client", "hq-server")


def status(admin, code="hq-server"):
    (found,) = admin.find("client", f"code={code}")
    return found["status"], found["last_checkin"]


@pytest.mark.behaviour("client: clients check in until they are disconnected")
def test_connected_machines_check_in(studio, admin):
    assert status(admin) == ("online", "2026-03-01T12:00:00")
    studio.clock.advance(seconds=59)
    assert status(admin) == ("online", "2026-03-01T12:00:00")
    studio.clock.advance(seconds=1)
    assert status(admin) == ("online", "2026-03-01T12:01:00")
    studio.clock.advance(hours=3)
    assert status(admin) == ("online", "2026-03-01T15:01:00")


@pytest.mark.behaviour("client: a client that has not checked in for 15 minutes is offline")
def test_a_machine_that_stops_is_offline_after_15_minutes(studio, admin):
    studio.service.connect("acmefilm", "HQ-Server", connected=False)
    studio.clock.advance(seconds=14 * 60 + 59)
    assert status(admin) == ("online", "2026-03-01T12:00:00")
    studio.clock.advance(seconds=60)
    assert status(admin) == ("offline", "2026-03-01T12:00:00")
    assert status(admin, "admin-laptop")[0] == "online"
    studio.service.connect("acmefilm", "hq-server", connected=True)
    assert status(admin) == ("online", "2026-03-01T12:15:59")


def test_a_disabled_machine_goes_offline_and_comes_back_disabled(studio, admin):
    admin.edit("server", SERVER, status="disabled")
    studio.service.connect("acmefilm", "hq-server", connected=False)
    studio.clock.advance(seconds=1000)
    assert status(admin)[0] == "disabled-offline"
    assert admin.edit("server", SERVER, status="enabled")["status"] == "offline"
    admin.edit("server", SERVER, status="disabled")
    studio.service.connect("acmefilm", "hq-server", connected=True)
    assert status(admin)[0] == "disabled"


def test_lanes_go_with_their_server(demo):
    admin = demo.client("john@user.com")
    demo.service.connect("acmefilm", "hq-server", connected=False)
    demo.clock.advance(hours=1)
    assert status(admin, "hq-server-lane-1")[0] == "offline"
    assert status(admin, "stockholm-server")[0] == "online"
    demo.service.connect("acmefilm", "hq-server", connected=True)
    assert status(admin, "hq-server-lane-1")[0] == "online"


def test_a_workspace_in_a_test_connects_and_disconnects(studio):
    with EmbeddedWorkspace(seed="empty", clock=studio.clock) as workspace:
        with workspace.session() as session:
            workspace.disconnect("hq-server")
            studio.clock.advance(hours=1)
            assert session.find_one("Server WHERE code=hq-server")["status"] == "offline"
            workspace.connect("hq-server")
            assert session.find_one("Server WHERE code=hq-server")["status"] == "online"
        with pytest.raises(AccsynError, match="there is no client 'nobody'"):
            workspace.connect("nobody")
