"""How many compute lanes a server has follows a setting."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id

SERVER = stable_id("client", "hq-server")


def set_lanes(client, value, kind="server", ident=SERVER):
    data = {"entitytype": kind, "name": "client_compute_lanes", "value": value}
    return client.call("PUT", "setting", data, ident=ident)


def lanes(client):
    return [(lane["code"], lane["status"]) for lane in client.find("lane", f"parent={SERVER}")]


@pytest.mark.behaviour("lane: a setting says how many lanes a server has")
def test_a_server_has_as_many_lanes_as_its_setting_says(admin):
    assert lanes(admin) == []
    assert set_lanes(admin, "3") is True
    named = [(f"hq-server-lane-{number}", "online") for number in (1, 2, 3)]
    assert lanes(admin) == named
    set_lanes(admin, "1")
    assert lanes(admin) == named[:1]
    set_lanes(admin, "2")
    assert lanes(admin) == named[:2]
    (first, *_) = admin.find("lane")
    server = admin.get("server", SERVER)
    assert first == {
        **server,
        "id": first["id"],
        "code": "hq-server-lane-1",
        "name": "hq-server-lane-1",
        "type": 4,
        "type_hr": "lane",
        "parent": SERVER,
        "roles": "compute",
    }
    set_lanes(admin, "0")
    assert lanes(admin) == []


def test_lanes_of_a_server_that_is_off_are_off(studio, admin):
    studio.service.connect("acmefilm", "hq-server", connected=False)
    studio.clock.advance(hours=1)
    admin.find("client")
    set_lanes(admin, "1")
    assert lanes(admin) == [("hq-server-lane-1", "offline")]


@pytest.mark.behaviour("lane: servers that inherit the setting follow it as well")
def test_servers_follow_what_they_inherit(demo):
    admin = demo.client("john@user.com")
    # The demo's main server has a setting of its own; the second one and the user server have none.
    assert lanes(admin) == [("hq-server-lane-1", "online")]
    set_lanes(admin, "1")
    assert [lane["code"] for lane in admin.find("lane")] == ["hq-server-lane-1"]
    set_lanes(admin, "2", "workspace", None)
    found = {lane["code"] for lane in admin.find("lane")}
    assert found == {
        "hq-server-lane-1",
        "stockholm-server-lane-1", "stockholm-server-lane-2",
        "anna-nas-lane-1", "anna-nas-lane-2",
    }  # fmt: skip


@pytest.mark.parametrize("value", ["", "-1", "two", "1.5", "65", "²"])
def test_what_is_no_number_of_lanes_is_refused(admin, value):
    with pytest.raises(Refusal, match="a whole number of lanes, at most 64"):
        set_lanes(admin, value)
    assert lanes(admin) == []


def test_integrations_may_call_theirs_the_same(admin):
    data = {"entitytype": "server", "name": "client_compute_lanes", "value": "many"}
    assert admin.call("PUT", "setting", {**data, "integration": "farm"}, ident=SERVER) is True
    assert lanes(admin) == []
