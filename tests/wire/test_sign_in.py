"""Discovery and sign-in, written and read; header values; the generations."""

from __future__ import annotations

import base64
import json
import os
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm.errors import PayloadError
from accsyn_orm.wire.credentials import (
    Device,
    KeyCredentials,
    PasswordCredentials,
    SessionCredentials,
    device_header,
    parse_authorization,
    parse_device,
    v1_credentials,
    v1_session,
    v3_basic,
)
from accsyn_orm.wire.sign_in import (
    Endpoint,
    Login,
    decode_discovery,
    decode_login,
    discovery_payload,
    encode_discovery,
    encode_login,
    login_payload,
)
from accsyn_orm.wire.versions import GENERATIONS, V1, V3, base_uri, split_uri

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def unpacked(header: str) -> str:
    return base64.b64decode(header.partition(" ")[2]).decode()


# -- header values --------------------------------------------------------------------------------


def test_v3_header_is_the_recorded_one():
    assert v3_basic("Joe@Example.com", "key-1") == "basic Sm9lQEV4YW1wbGUuY29t:a2V5LTE="


def test_v1_headers_hold_compact_json_in_the_official_order():
    key = v1_credentials("acme", "å@b.c", api_key="k")
    assert unpacked(key) == '{"domain":"acme","username":"å@b.c","api_key":"k"}'
    password = v1_credentials("acme", "u", password="påss")
    encoded = base64.b64encode("påss".encode()).decode()
    assert unpacked(password) == f'{{"domain":"acme","username":"u","pwd":"{encoded}"}}'
    session = v1_session("acme", "u", "s")
    assert unpacked(session) == '{"domain":"acme","username":"u","session_key":"s"}'
    assert [header.split()[0] for header in (key, session)] == ["ASCredentials", "ASSession"]


@given(TEXT, TEXT, TEXT)
@settings(max_examples=150)
def test_credentials_read_back_whatever_they_hold(tenant, username, secret):
    assert parse_authorization(v3_basic(username, secret)) == KeyCredentials(username, secret)
    key = v1_credentials(tenant, username, api_key=secret)
    assert parse_authorization(key) == KeyCredentials(username, secret, tenant)
    password = v1_credentials(tenant, username, password=secret)
    assert parse_authorization(password) == PasswordCredentials(username, secret, tenant)
    session = v1_session(tenant, username, secret)
    assert parse_authorization(session) == SessionCredentials(username, secret, tenant)


def test_value_cannot_smuggle_in_a_second_tenant():
    header = v1_credentials("acme", 'x","domain":"evil', api_key="k")
    assert json.loads(unpacked(header))["domain"] == "acme"


def v1_header(text: str) -> str:
    return f"ASSession {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer x",
        "Basic dXNlcjpwYXNz!",
        "basic /w==:a2V5",
        "ASSession !",
        "ASSession /w==",
        v1_header("no json"),
        v1_header("[" * 100_000),
        v1_header("[]"),
        v1_header('{"username": "u", "api_key": "k"}'),
        v1_header('{"domain": "d", "api_key": "k"}'),
        v1_header('{"domain": "d", "username": "u"}'),
        v1_header('{"domain": "d", "username": "u", "api_key": 5}'),
        v1_header('{"domain": "d", "username": "u", "pwd": "!"}'),
        v1_credentials("d", "u"),
    ],
)
def test_malformed_authorization_is_refused(value):
    with pytest.raises(PayloadError, match="Authorization"):
        parse_authorization(value)


def test_secrets_are_not_in_the_repr():
    for credentials in (
        KeyCredentials("u", "canary"),
        PasswordCredentials("u", "canary", "t"),
        SessionCredentials("u", "canary", "t"),
        Login("canary", "id", "role"),
    ):
        assert "canary" not in repr(credentials)


def test_device_header_names_platform_and_host():
    assert device_header(V3, "box") == f"PythonAPI v3.4.0 @ {sys.platform} box({os.name})"
    assert device_header(V1, "bøx\r\n").endswith(f" b?x??({os.name})")


@pytest.mark.parametrize("generation", [V1, V3], ids=lambda generation: generation.name)
@pytest.mark.parametrize("hostname", ["box", "Lisa's Mac (old)", "b?x"])
def test_a_device_header_can_be_read(generation, hostname):
    read = parse_device(device_header(generation, hostname))
    assert read == Device(generation.client_version, sys.platform, hostname)


@pytest.mark.parametrize(
    "text", ["", "curl/8.0", "PythonAPI v3.4.0 @ linux (posix)", "PythonAPI v3.4.0 @ linux box"]
)
def test_what_describes_no_device_is_not_read(text):
    assert parse_device(text) is None


# -- discovery ------------------------------------------------------------------------------------


def test_discovery_asks_by_the_name_of_the_generation():
    assert discovery_payload(V1, "acme") == {"organization": "acme"}
    assert discovery_payload(V3, "acme") == {"ident": "acme"}


@pytest.mark.parametrize(
    ("generation", "endpoint"),
    [
        (V1, Endpoint("acme.accsyn.com", None)),
        (V3, Endpoint("acme.accsyn.com", 443)),
        (V3, Endpoint("10.0.0.1", None)),
        (V3, Endpoint("Acme-1.example.com", 65535)),
    ],
)
def test_discovery_reads_back(generation, endpoint):
    assert decode_discovery(generation, encode_discovery(generation, endpoint)) == endpoint


@pytest.mark.parametrize(
    "hostname",
    [
        "",
        None,
        5,
        "a b",
        "evil.com/path",
        "user@evil.com",
        "evil:80",
        "a..b",
        "-a",
        "a." * 130 + "a",
    ],
)
def test_discovered_host_must_be_a_host_name(hostname):
    with pytest.raises(PayloadError):
        decode_discovery(V3, {"result": {"hostname": hostname}})
    with pytest.raises(PayloadError):
        decode_discovery(V1, {"domain": hostname})


@pytest.mark.parametrize("port", [0, -1, 65536, True, "443", 44.3])
def test_discovered_port_must_be_a_port(port):
    with pytest.raises(PayloadError, match="port"):
        decode_discovery(V3, {"result": {"hostname": "a.b", "port": port}})


# -- login ----------------------------------------------------------------------------------------


def test_login_body_of_each_generation():
    assert login_payload(V3, "s", reuse="old") == {}
    assert login_payload(V1, "s") == {"session": "s"}
    assert list(login_payload(V1, "s", reuse="old").items()) == [
        ("session", "s"),
        ("session_key_reuse", "old"),
    ]


@pytest.mark.parametrize("generation", [V1, V3])
def test_login_reads_back(generation):
    login = Login("s", "u", "admin")
    assert decode_login(generation, encode_login(generation, login)) == login


def test_login_without_role_has_none():
    assert decode_login(V1, {"session_key": "s", "clearance": None, "id": "u"}).role == "none"


@pytest.mark.parametrize("reply", [{}, {"result": None}, {"result": {"session_id": ""}}])
def test_login_answer_that_lacks_something_is_refused(reply):
    for generation in (V1, V3):
        with pytest.raises(PayloadError):
            decode_login(generation, reply)


# -- generations ----------------------------------------------------------------------------------


def test_generations_are_found_by_name():
    assert {name: generation.name for name, generation in GENERATIONS.items()} == {
        "v1": "v1",
        "v3": "v3",
    }
    assert (V1.event_path, V3.event_path) == ("/api/v1.0/event", "/api/v3/event")


@pytest.mark.parametrize(
    ("generation", "entitytype", "base"),
    [
        (V1, "Queue", "job"),
        (V1, "job", "job"),
        (V1, "task", "job/task"),
        (V1, "site", "organization/site"),
        (V1, "user", "user"),
        (V3, "Queue", "queue"),
        (V3, "task", "task"),
        (V3, "site", "site"),
    ],
)
def test_base_uri_of_each_generation(generation, entitytype, base):
    assert base_uri(generation, entitytype) == base
    expected = "job" if base == "job" else entitytype.lower()
    assert split_uri(generation, f"{base}/Find") == (expected, "find")


def test_uri_without_operation():
    assert split_uri(V3, "entitytypes") == ("entitytypes", "")
