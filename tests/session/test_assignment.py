"""Assigning servers to shares."""

from __future__ import annotations

import copy

import pytest

from accsyn_orm.errors import EntityNotFoundError, EntityValidationError

SHARE = "614d660de50d45bb027c9bdd"
SERVER = "66d6ba46c67fe76fd5d81c02"
OWN = "5bfeb0381da7ee4095fa217e"


def sent(recorder) -> dict:
    return recorder.events[-1].json


@pytest.mark.parametrize("call", ["assign", "deassign"])
@pytest.mark.parametrize("child", ["server", "Client "])
@pytest.mark.parametrize("keys", [("volume", "server"), ("share", "client")])
def test_assigning_takes_either_name_of_share_and_server(recorder, session, call, child, keys):
    data = dict(zip(keys, (SHARE, SERVER), strict=True))
    before = copy.deepcopy(data)
    assert getattr(session, call)("Volume", child, data) is True
    assert data == before
    event = sent(recorder)
    uri = "share/server" if call == "assign" else "volume/server"
    assert (event["uri"], event["id"], event["data"]) == (uri, SHARE, {"client": SERVER})


@pytest.mark.parametrize("call", ["assign", "deassign"])
@pytest.mark.parametrize(
    ("parent", "child", "data"),
    [
        ("folder", "server", {"volume": SHARE, "server": SERVER}),
        ("", "server", {"volume": SHARE, "server": SERVER}),
        ("volume", "user", {"volume": SHARE, "server": SERVER}),
        ("volume", "server", {}),
        ("volume", "server", None),
        ("volume", "server", {"volume": SHARE}),
        ("volume", "server", {"server": SERVER}),
        ("volume", "server", {"volume": SHARE, "share": SHARE, "server": SERVER}),
        ("volume", "server", {"volume": "", "server": SERVER}),
        ("volume", "server", {"volume": "*", "server": SERVER}),
        ("volume", "server", {"volume": SHARE, "server": ""}),
        ("volume", "server", {"volume": SHARE, "server": "MacServer.local"}),
        ("volume", "server", {"volume": SHARE, "server": SERVER, "site": True}),
    ],
)
def test_assigning_refuses_what_is_incomplete(recorder, session, call, parent, child, data):
    with pytest.raises(EntityValidationError):
        getattr(session, call)(parent, child, data)
    assert not recorder.requests


def test_shares_are_found_by_code(recorder, session):
    session.assign("volume", "server", {"volume": "Projects", "server": SERVER})
    session.assignments("volume", "Projects")
    codes = [e.json["query"] for e in recorder.events if e.json["uri"] == "volume/find"]
    assert codes == ["code='projects'"] * 2
    assert sent(recorder)["id"] == OWN
    with pytest.raises(EntityNotFoundError, match="nobody"):
        session.assignments("volume", "nobody")


@pytest.mark.parametrize(
    ("call", "role", "attribute"),
    [
        ("assign", "main", "server"),
        ("assign", "site", "siteserver"),
        ("deassign", "main", "server_clear"),
        ("deassign", "site", "siteserver_clear"),
    ],
)
def test_assigning_in_v1_names_the_role_of_the_server(recorder, v1_session, call, role, attribute):
    data = {"share": SHARE, "client": SERVER, role: True}
    assert getattr(v1_session, call)("share", "server", data) is True
    event = sent(recorder)
    assert (event["uri"], event["id"], event["data"]) == ("share/edit", SHARE, {attribute: SERVER})


@pytest.mark.parametrize("roles", [{}, {"main": False}, {"main": True, "site": True}, {"site": 1}])
def test_assigning_in_v1_needs_one_role(recorder, v1_session, roles):
    with pytest.raises(EntityValidationError, match=r"main|site"):
        v1_session.assign("share", "server", {"share": SHARE, "client": SERVER, **roles})
    assert not recorder.requests


@pytest.mark.parametrize(("result", "expected"), [(True, True), (False, False), ([], False)])
def test_assigning_returns_what_the_backend_says(recorder, make_session, result, expected):
    recorder.will_answer({"result": result}, {"result": result})
    v3, v1 = make_session(), make_session(protocol="v1")
    given = {"share": SHARE, "client": SERVER}
    assert v3.assign("share", "server", given) is expected
    assert v1.deassign("share", "server", {**given, "main": True}) is expected


@pytest.mark.parametrize(
    ("protocol", "parent", "uri"),
    [
        ("v3", "Volume", "volume/servers"),
        ("v3", "share", "share/servers"),
        ("v1", "share", "share/servers"),
    ],
)
def test_assignments_are_the_servers(recorder, make_session, protocol, parent, uri):
    recorder.will_answer({"result": [{"id": SERVER, "created": "2026-01-01T00:00:00"}]})
    found = make_session(protocol=protocol).assignments(parent, SHARE)
    assert (found[0]["id"], found[0]["created"].year) == (SERVER, 2026)
    assert (sent(recorder)["uri"], sent(recorder)["id"]) == (uri, SHARE)


def test_assignments_exist_to_volumes_and_shares_only(recorder, session):
    for entitytype, entityid in (("folder", SHARE), ("volume", ""), ("volume", None)):
        with pytest.raises(EntityValidationError):
            session.assignments(entitytype, entityid)
    assert not recorder.requests
