"""The HTTP side, over real sockets."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import socket
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from urllib.parse import quote

import pytest
import requests

from accsyn_orm.testing import EmbeddedWorkspace, ManualClock


@pytest.fixture(scope="module")
def workspace(module_database_url: str) -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace(seed="empty", database=module_database_url) as running:
        yield running


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def encoded(text):
    return base64.b64encode(text.encode()).decode()


@pytest.fixture
def headers(workspace):
    given = workspace.credentials()
    return {
        "Authorization": f"basic {encoded(given.username)}:{encoded(given.api_key)}",
        "X-Accsyn-Workspace": "acmefilm",
    }


def event(uri="queue/find", **more):
    members = {
        "audience": "api",
        "workspace": "acmefilm",
        "eid": str(uuid.uuid4()),
        "session": "s",
        "uri": uri,
        "ident": "admin@acmefilm.com",
        "created": "2026-01-01T00:00:00",
        "hostname": "h",
        "data": {},
        **more,
    }
    return json.dumps({key: value for key, value in members.items() if value is not ...})


def test_get_and_delete_carry_the_event_in_the_url(workspace, http, headers):
    url = f"{workspace.url}/api/v3/event?"
    found = http.get(url + quote(event(query="name='a+b'")), headers=headers)
    assert found.json() == {"result": []}
    assert found.headers["content-type"] == "application/json"
    refused = http.delete(url + quote(event("queue/delete", id="0" * 24)), headers=headers)
    assert (refused.status_code, refused.json()) == (
        200,
        {"message": f"there is no queue '{'0' * 24}'"},
    )


def test_post_and_put_carry_the_event_in_the_body(workspace, http, headers):
    url = f"{workspace.url}/api/v3/event"
    made = http.post(url, data=event("queue/create", data={"name": "Ä"}), headers=headers).json()
    ident = made["result"][0]["id"]
    body = event("queue/edit", id=ident, data={"priority": 5})
    assert http.put(url, data=body, headers=headers).json()["result"][0]["priority"] == 5


def test_compressed_data_is_unfolded_within_bounds(workspace, http, headers):
    def send(document):
        folded = base64.b64encode(gzip.compress(document)).decode()
        body = event("queue/create", data=..., gz_data=folded)
        return http.post(f"{workspace.url}/api/v3/event", data=body, headers=headers).json()

    assert send(b'{"name": "Folded"}')["result"][0]["name"] == "Folded"
    assert "unfolds to more than" in send(b'"' + b"x" * 17_000_000 + b'"')["message"]


@pytest.mark.parametrize(
    ("request_line", "status", "message"),
    [
        ("GET /", 404, "Not Found"),
        ("GET /api/v2/event", 404, "Not Found"),
        ("PATCH /api/v3/event", 405, "Method Not Allowed"),
        ("HEAD /api/v3/event", 405, None),
        ("GET /api/v3/api/login", 405, "Method Not Allowed"),
        ("GET /api/v3/event?%FF", 400, "query string: is not UTF-8"),
    ],
)
def test_other_requests_are_answered_in_json_too(workspace, http, request_line, status, message):
    verb, path = request_line.split()
    answer = http.request(verb, workspace.url + path)
    assert answer.status_code == status
    if message:
        assert answer.json() == {"message": message}


def test_requests_have_limits(workspace, http, headers):
    url = f"{workspace.url}/api/v3/event"
    assert http.get(f"{url}?{'x' * 600_000}", headers=headers).status_code == 414
    answer = http.post(url, data=b"x" * 17_000_000, headers=headers)
    assert (answer.status_code, list(answer.json())) == (413, ["message"])
    long = http.get(f"{url}?{quote(event(query='name=' + 'x' * 200_000))}", headers=headers)
    assert long.json() == {"result": []}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Authorization": ""}, "Authorization header"),
        ({"Authorization": "Bearer x"}, "Authorization header"),
        ({"Authorization": "basic !!:!!"}, "Authorization header"),
        ({"X-Accsyn-Workspace": None}, "the workspace is missing"),
        ({"X-Accsyn-Workspace": "other"}, "different workspaces"),
        ({"Authorization": f"basic {encoded('a@b')}:{encoded('k')}"}, "sign-in refused"),
        (
            {
                "Authorization": "ASCredentials "
                + encoded('{"domain":"acmefilm","username":"u","api_key":"k"}')
            },
            "no credentials of v3",
        ),
    ],
)
def test_wrong_headers_are_refused(workspace, http, headers, change, message):
    answer = http.get(
        f"{workspace.url}/api/v3/event?{quote(event())}", headers={**headers, **change}
    )
    assert answer.status_code == 200
    assert message in answer.json()["message"]


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '{"uri": 5}'])
def test_what_is_no_event_is_refused(workspace, http, headers, body):
    answer = http.put(f"{workspace.url}/api/v3/event", data=body, headers=headers)
    assert list(answer.json()) == ["message"]
    login = http.put(f"{workspace.url}/api/v3/api/login", data="[]", headers=headers)
    assert "is not a JSON object" in login.json()["message"]


def test_a_body_that_is_not_utf_8_is_refused(workspace, http, headers):
    body = event("queue/create", data={"name": "Ä"}).replace("\\u00c4", "Ä").encode("latin-1")
    answer = http.post(f"{workspace.url}/api/v3/event", data=body, headers=headers)
    assert answer.json() == {"message": "body: is not UTF-8"}
    login = http.put(f"{workspace.url}/api/v3/api/login", data=b"\xff", headers=headers)
    assert login.json() == {"message": "body: is not UTF-8"}


@pytest.mark.parametrize("bad", ["\x00", "\ud800"])
@pytest.mark.parametrize(
    "members",
    [
        {"uri": "us{}er/find"},
        {"workspace": "acme{}film"},
        {"eid": "{}"},
        {"session": "{}"},
        {"ident": "{}"},
        {"created": "{}"},
        {"hostname": "{}"},
        {"query": "name={}"},
        {"id": "{}"},
        {"data": {"parent": "{}"}},
        {"data": {"{}": 1}},
        {"data": {"attributes": ["id", "{}"]}},
        {"data": {"metadata": {"a": [{"{}": "b"}]}}},
    ],
)
def test_what_no_text_can_hold_is_refused_at_the_door(
    workspace, http, headers, caplog, members, bad
):
    document = json.loads(event())
    filled = json.loads(json.dumps(members).replace("{}", json.dumps(bad)[1:-1]))
    text = json.dumps({**document, **filled})
    for verb in ("GET", "PUT", "POST", "DELETE"):
        url = f"{workspace.url}/api/v3/event"
        if verb in {"GET", "DELETE"}:
            answer = http.request(verb, f"{url}?{quote(text)}", headers=headers)
        else:
            answer = http.request(verb, url, data=text, headers=headers)
        point = f"U+{ord(bad):04X}"
        assert answer.status_code == 200
        assert answer.json() == {"message": f"event: holds {point}, which no text here can hold"}
    assert [r for r in caplog.records if r.name == "accsyn_orm.server"] == []


@pytest.mark.parametrize("name", ["username", "domain", "pwd", "api_key", "session_key"])
def test_credentials_that_no_text_can_hold_are_refused(workspace, http, caplog, name):
    kind = "ASSession" if name == "session_key" else "ASCredentials"
    secret = {"domain": "acmefilm", "username": "u", "pwd": encoded("p")}
    if name in {"api_key", "session_key"}:
        del secret["pwd"]
    # A password comes encoded once more, as UTF-8.
    for bad in [encoded("x\x00")] if name == "pwd" else ["x\x00", "x\ud800"]:
        header = f"{kind} {encoded(json.dumps({**secret, name: bad}))}"
        given = {"Authorization": header}
        url = f"{workspace.url}/api/v1.0"
        login = http.put(f"{url}/user/login/auth", data="{}", headers=given)
        found = http.get(
            f"{url}/event?{quote(event(workspace=..., domain='acmefilm'))}", headers=given
        )
        for answer in (login, found):
            assert answer.status_code == 200
            assert answer.json()["message"].startswith("credentials: holds U+")
    assert [r for r in caplog.records if r.name == "accsyn_orm.server"] == []


def test_a_client_that_hangs_up_midway_is_no_failure(workspace, http, headers, caplog):
    host, port = workspace.url.removeprefix("http://").split(":")
    with caplog.at_level(logging.WARNING):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            head = f"PUT /api/v3/event HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n\r\n"
            connection.sendall(head.encode() + b'{"audience"')
        answer = http.get(f"{workspace.url}/api/v3/event?{quote(event())}", headers=headers)
    assert answer.status_code == 200
    assert caplog.records == []


def test_data_that_nests_deeply_is_no_crash(workspace, http, headers):
    for depth in (60, 400, 900, 100_000):
        body = event("queue/create", data="?").replace('"?"', '{"a":' * depth + "1" + "}" * depth)
        answer = http.post(f"{workspace.url}/api/v3/event", data=body, headers=headers)
        assert (answer.status_code, list(answer.json())) == (200, ["message"])
        assert depth == 60 or "nest" in answer.text


def test_numbers_that_are_none_are_refused(workspace, http, headers):
    for number in ("1e999", "-1e999", "NaN", "Infinity"):
        body = event("queue/create", data={"name": "x", "metadata": {"a": "?"}})
        answer = http.post(
            f"{workspace.url}/api/v3/event", data=body.replace('"?"', number), headers=headers
        )
        assert list(answer.json()) == ["message"]
        assert answer.json()["message"].startswith("event: ")


def test_before_anybody_is_signed_in_little_is_read(workspace, http, headers):
    body = json.dumps({"ident": "x" * 70_000})
    login = http.put(f"{workspace.url}/api/v3/api/login", data=body, headers=headers)
    found = http.get(f"{workspace.url}/api/v3/J3PKTtDvolDMBtTy6AFGA?{quote(body)}")
    refused = {"message": "payload: holds more than 65536 characters"}
    assert (login.json(), found.json()) == (refused, refused)


def test_sign_in_and_discovery_refuse_what_no_text_can_hold(workspace, http, headers):
    body = '{"session_key_reuse": "\\u0000"}'
    login = http.put(f"{workspace.url}/api/v3/api/login", data=body, headers=headers)
    assert login.json() == {"message": "payload: holds U+0000, which no text here can hold"}
    question = quote('{"ident": "\\ud800"}')
    found = http.get(f"{workspace.url}/api/v3/J3PKTtDvolDMBtTy6AFGA?{question}")
    assert found.json() == {"message": "payload: holds U+D800, which no text here can hold"}


@pytest.mark.behaviour("discovery: the answer names this server")
def test_discovery_names_this_server(workspace, http):
    port = int(workspace.url.rpartition(":")[2])
    question = quote('{"ident": "AcmeFilm"}')
    v3 = http.get(f"{workspace.url}/api/v3/J3PKTtDvolDMBtTy6AFGA?{question}")
    assert v3.json() == {"result": {"hostname": "127.0.0.1", "port": port}}
    url = f"{workspace.url}/api/v1.0/registry/organization/domain"
    assert http.put(url, data='{"organization": "acmefilm"}').json() == {"domain": "127.0.0.1"}
    unknown = http.put(url, data='{"organization": "other"}').json()
    assert unknown == {"message": "there is no workspace 'other' here"}


def test_v1_expiry_is_said_in_the_answer(http):
    with EmbeddedWorkspace(seed="empty", session_lifetime=0.001) as workspace:
        given = workspace.credentials()
        members = {"domain": "acmefilm", "username": given.username}
        secret = {**members, "pwd": encoded(given.password)}
        url = f"{workspace.url}/api/v1.0"
        header = {"Authorization": f"ASCredentials {encoded(json.dumps(secret))}"}
        key = http.put(f"{url}/user/login/auth", data="{}", headers=header).json()["session_key"]
        header = {
            "Authorization": f"ASSession {encoded(json.dumps({**members, 'session_key': key}))}"
        }
        text = event("user/find", workspace=..., domain="acmefilm")
        answer = http.get(f"{url}/event?{quote(text)}", headers=header).json()
        assert answer == {
            "message": "the session has expired: sign in again",
            "session_expired": True,
        }


def test_a_crash_leaves_a_reference_and_no_trace(workspace, http, headers, monkeypatch, caplog):
    def crash(*_args):
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setattr("accsyn_orm.server.operations.questions.entity_names", crash)
    with caplog.at_level(logging.ERROR, logger="accsyn_orm.server"):
        answer = http.get(
            f"{workspace.url}/api/v3/event?{quote(event('entitytypes'))}", headers=headers
        )
    text = answer.json()["exception"]
    assert answer.status_code == 500
    assert "secret" not in answer.text
    (record,) = [r for r in caplog.records if r.name == "accsyn_orm.server"]
    assert record.getMessage().rpartition(" ")[2] in text
    assert "a secret detail" in caplog.text


def test_no_secret_is_logged(workspace, http, headers, caplog):
    with caplog.at_level(logging.DEBUG):
        http.get(f"{workspace.url}/api/v3/event?{quote(event())}", headers=headers)
        http.get(f"{workspace.url}/api/v3/event?{quote(event(query='=='))}", headers=headers)
    assert workspace.credentials().api_key not in caplog.text
    assert headers["Authorization"] not in caplog.text


@pytest.mark.behaviour("calls: answers are dated by the clock of the workspace")
def test_answers_are_dated_by_the_clock_of_the_workspace(http):
    clock = ManualClock(datetime(2026, 3, 1, 12, tzinfo=timezone.utc))
    with EmbeddedWorkspace(seed="empty", clock=clock) as running:
        for path in ("/api/v3/event?{}", "/nowhere"):
            answer = http.get(f"{running.url}{path}")
            assert answer.headers["Date"] == "Sun, 01 Mar 2026 12:00:00 GMT"
