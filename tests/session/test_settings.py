"""Arguments, environment and env file, and which of them wins."""

from __future__ import annotations

import os

import pytest

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.session import Session
from accsyn_orm.session.arguments import Arguments
from accsyn_orm.session.envfile import read_env_file
from accsyn_orm.session.settings import Settings, resolve_settings
from accsyn_orm.wire.credentials import (
    Credentials,
    KeyCredentials,
    PasswordCredentials,
    SessionCredentials,
)

BASE = {"ACCSYN_WORKSPACE": "acmefilm", "ACCSYN_API_USER": "john", "ACCSYN_API_KEY": "env-key"}


def resolve(environ: dict | None = None, **arguments) -> tuple[Settings, Credentials]:
    return resolve_settings(Arguments(**arguments), BASE if environ is None else environ)


def refused(setting: str, environ: dict | None = None, **arguments) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        resolve(environ, **arguments)
    assert caught.value.setting == setting
    return caught.value


# -- who ------------------------------------------------------------------------------------------


def test_environment_alone_is_enough():
    settings, credentials = resolve()
    assert (settings.tenant, settings.generation.name) == ("acmefilm", "v3")
    assert credentials == KeyCredentials("john", "env-key")


def test_arguments_beat_environment_beats_file(tmp_path):
    file = tmp_path / "studio.env"
    file.write_text("ACCSYN_WORKSPACE=f-w\nACCSYN_API_USER=f-u\nACCSYN_API_KEY=f-k\n")
    environ = {"ACCSYN_API_USER": "e-u", "ACCSYN_API_KEY": "e-k"}
    settings, credentials = resolve(environ, path_envfile=file, api_key="a-k")
    assert settings.tenant == "f-w"
    assert credentials == KeyCredentials("e-u", "a-k")


def test_variable_names_the_file_unless_an_argument_does(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).write_text(f"ACCSYN_WORKSPACE={name}\n")
    environ = {**BASE, "ACCSYN_WORKSPACE": "", "ACCSYN_CREDENTIALS_PATH": str(tmp_path / "one")}
    assert resolve(environ)[0].tenant == "one"
    assert resolve(environ, path_envfile=tmp_path / "two")[0].tenant == "two"
    missing = {**BASE, "ACCSYN_CREDENTIALS_PATH": str(tmp_path / "none")}
    assert "No such file" in str(refused("ACCSYN_CREDENTIALS_PATH", missing))


@pytest.mark.parametrize("empty", ["", " "])
def test_empty_is_unset(empty):
    environ = {**BASE, "ACCSYN_WORKSPACE": empty, "ACCSYN_DOMAIN": "dom", "ACCSYN_PROXY": empty}
    settings, credentials = resolve(environ, username=empty, api_key=empty, url=empty, pwd=empty)
    assert (settings.tenant, settings.username, settings.proxy) == ("dom", "john", None)
    assert isinstance(credentials, KeyCredentials)


def test_tenant_variable_of_the_generation_comes_first():
    environ = {**BASE, "ACCSYN_DOMAIN": "dom"}
    assert resolve(environ, protocol="v3")[0].tenant == "acmefilm"
    assert resolve(environ, protocol="v1")[0].tenant == "dom"
    assert resolve(environ, domain="arg")[0].tenant == "arg"


@pytest.mark.parametrize("missing", BASE)
def test_missing_setting_is_named_with_its_variable(missing):
    environ = {name: value for name, value in BASE.items() if name != missing}
    with pytest.raises(ConfigurationError, match=missing):
        resolve(environ)


@pytest.mark.parametrize(
    ("environ", "arguments", "generation", "kind"),
    [
        ({}, {"pwd": "x"}, "v1", PasswordCredentials),
        ({}, {"session_key": "x"}, "v1", SessionCredentials),
        ({}, {"api_key": "x"}, "v3", KeyCredentials),
        ({}, {"api_key": "x", "pwd": "y"}, "v1", KeyCredentials),
        ({}, {"session_key": "x", "pwd": "y"}, "v1", SessionCredentials),
        ({}, {"protocol": "v1"}, "v1", KeyCredentials),
        ({"ACCSYN_SESSION_KEY": "s"}, {}, "v3", KeyCredentials),
        ({"ACCSYN_SESSION_KEY": "s"}, {"protocol": "v1"}, "v1", KeyCredentials),
        ({"ACCSYN_SESSION_KEY": "s", "ACCSYN_API_KEY": ""}, {}, "v1", SessionCredentials),
        (
            {"ACCSYN_SESSION_KEY": "s", "ACCSYN_API_KEY": ""},
            {"pwd": "x"},
            "v1",
            PasswordCredentials,
        ),
        ({"ACCSYN_SESSION_KEY": "s"}, {"api_key": "x"}, "v3", KeyCredentials),
    ],
)
def test_way_to_sign_in(environ, arguments, generation, kind):
    settings, credentials = resolve({**BASE, **environ}, **arguments)
    assert settings.generation.name == generation
    assert type(credentials) is kind


def test_explicit_password_is_not_overridden_by_a_key_that_lies_around():
    assert resolve(pwd="given")[1] == PasswordCredentials("john", "given", "acmefilm")


def test_v3_signs_in_with_a_key_only():
    environ = {**BASE, "ACCSYN_API_KEY": "", "ACCSYN_SESSION_KEY": "s"}
    refused("api_key", environ, protocol="v3")
    refused("api_key", {**environ, "ACCSYN_SESSION_KEY": ""}, protocol="v1")


@pytest.mark.parametrize("secret", ["pwd", "session_key"])
def test_secrets_of_v1_are_refused_in_v3(secret):
    error = refused(secret, protocol="v3", api_key="key", **{secret: "CANARY"})
    assert "v1.0 only" in str(error)
    assert "CANARY" not in str(error)
    assert resolve(protocol="v3", **{secret: " "})[0].generation.name == "v3"


def test_workspace_is_given_once():
    refused("domain", workspace="a", domain="b")
    assert resolve(workspace="a", domain="a")[0].tenant == "a"
    assert resolve({**BASE, "ACCSYN_DOMAIN": "b"}, workspace="a")[0].tenant == "a"


@pytest.mark.parametrize("protocol", ["v2", "V3", "", 3])
def test_unknown_protocol_is_refused(protocol):
    refused("protocol", protocol=protocol)


@pytest.mark.parametrize("name", ["workspace", "username", "api_key", "url", "proxy", "hostname"])
def test_arguments_are_text(name):
    refused(name, **{name: 5})


@pytest.mark.parametrize("tenant", ["acme film", "acme\r\nEvil: x", "åcme"])
def test_workspace_must_fit_in_a_header(tenant):
    refused("workspace", workspace=tenant)


def test_other_variables_have_no_effect():
    environ = {**BASE, "FILMHUB_DOMAIN": "x", "AS_DEV": "1", "ACCSYN_DEV": "1"}
    assert resolve(environ) == resolve()


# -- where ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "base_url"),
    [
        ({}, None),
        ({"hostname": "box"}, "https://box:443"),
        ({"hostname": "box", "port": 8443}, "https://box:8443"),
        ({"hostname": "::1", "port": 8443}, "https://[::1]:8443"),
        ({"hostname": "[::1]"}, "https://[::1]:443"),
        ({"url": "https://box"}, "https://box:443"),
        ({"url": "https://box:8443/"}, "https://box:8443"),
        ({"url": "http://localhost:8181"}, "http://localhost:8181"),
        ({"url": "http://127.0.0.1"}, "http://127.0.0.1:80"),
        ({"url": "http://[::1]:81"}, "http://[::1]:81"),
        ({"url": "http://box:81", "allow_insecure_http": True}, "http://box:81"),
    ],
)
def test_address_is_read(arguments, base_url):
    assert resolve(**arguments)[0].base_url == base_url


def test_address_from_the_environment_gives_way_to_a_host_name():
    environ = {**BASE, "ACCSYN_URL": "https://env:1"}
    assert resolve(environ)[0].base_url == "https://env:1"
    assert resolve(environ, hostname="arg")[0].base_url == "https://arg:443"
    refused("port", environ, port=5)


@pytest.mark.parametrize(
    "url",
    [
        "box:443",
        "ftp://box",
        "https://",
        "https://box/api",
        "https://box?x",
        "https://box#x",
        "https://u:p@box",
        "https://box:0",
        "https://box:99999",
        "https://box:x",
        "https://[::1",
        "https://b%6fx",
    ],
)
def test_malformed_address_is_refused(url):
    refused("url", url=url)
    refused("ACCSYN_URL", {**BASE, "ACCSYN_URL": url})


@pytest.mark.parametrize("hostname", ["https://box", "box/x", "box:443", "u@box", "b ox", "b\nx"])
def test_malformed_host_name_is_refused(hostname):
    refused("hostname", hostname=hostname)


@pytest.mark.parametrize("port", [0, 65536, "443", True, 4.5])
def test_malformed_port_is_refused(port):
    refused("port", hostname="box", port=port)


def test_address_is_given_once():
    refused("url", url="https://box", hostname="box")
    refused("url", url="https://box", port=5)


@pytest.mark.parametrize(
    ("setting", "arguments"),
    [
        ("url", {"url": "http://box:80"}),
        ("url", {"url": "http://127.0.0.1.example.com:80"}),
        ("proxy", {"proxy": "accsyn:box:80"}),
        ("proxy", {"proxy": "box"}),
    ],
)
def test_plain_http_leaves_this_machine_only_when_asked(setting, arguments):
    error = refused(setting, **arguments)
    assert "allow_insecure_http" in str(error)
    assert resolve(**arguments, allow_insecure_http=True)


def test_proxy_from_the_environment():
    settings, _ = resolve({**BASE, "ACCSYN_PROXY": "socks5:box:1080"})
    assert settings.proxy.url == "socks5h://box:1080"
    assert resolve({**BASE, "ACCSYN_PROXY": "socks:x"}, proxy="127.0.0.1:1")[0].proxy.port == 1
    refused("ACCSYN_PROXY", {**BASE, "ACCSYN_PROXY": "https://box:80"})


@pytest.mark.parametrize("proxy", ["socks:box:1080", "socks4a:127.0.0.1:1080"])
def test_plain_http_goes_through_a_proxy_only_when_asked(proxy):
    """Behind a proxy, ``localhost`` is another machine."""
    url = "http://localhost:8181"
    assert "allow_insecure_http" in str(refused("url", url=url, proxy=proxy))
    assert resolve(url=url, proxy=proxy, allow_insecure_http=True)[0].proxy.kind == "socks"
    assert resolve(url="https://localhost:8181", proxy=proxy)[0].proxy.kind == "socks"


def test_plain_http_never_goes_through_an_http_proxy():
    given = {"url": "http://localhost:8181", "proxy": "http://box:80"}
    assert "https only" in str(refused("url", **given, allow_insecure_http=True))


# -- how ------------------------------------------------------------------------------------------


def test_certificates_to_trust(tmp_path):
    bundle = tmp_path / "ca.pem"
    bundle.write_text("")
    environ = {**BASE, "ACCSYN_CA_BUNDLE": str(bundle)}
    assert resolve()[0].verify is True
    assert resolve(environ)[0].verify == str(bundle)
    assert resolve(environ, verify=True)[0].verify is True
    assert resolve(environ, verify=False)[0].verify is False
    assert resolve(verify=bundle)[0].verify == str(bundle)
    refused("verify", verify=tmp_path / "none")
    refused("verify", verify=1)
    refused("verify", verify=["bundle.pem"])
    refused("ACCSYN_CA_BUNDLE", {**BASE, "ACCSYN_CA_BUNDLE": "/none"})


def test_timeouts_have_defaults():
    settings, _ = resolve(timeout=None, connect_timeout=None)
    assert (settings.timeout, settings.connect_timeout) == (120, 10)
    assert resolve(timeout=1.5)[0].timeout == 1.5


@pytest.mark.parametrize("value", [0, 0.0, -1, float("nan"), float("inf"), "", "5", True, False])
def test_malformed_timeout_is_refused(value):
    refused("timeout", timeout=value)
    refused("connect_timeout", connect_timeout=value)


def test_secrets_are_not_in_the_repr_of_arguments():
    arguments = Arguments(api_key="CANARY", pwd="CANARY", session_key="CANARY", proxy="CANARY")
    assert "CANARY" not in repr(arguments)


# -- env file -------------------------------------------------------------------------------------

FILE = """\ufeff# studio settings
ACCSYN_WORKSPACE=acmefilm
export ACCSYN_API_USER = "john@user.com"  # the pipeline

  ACCSYN_API_KEY='a#b "c" '
ACCSYN_PROXY=
ACCSYN_URL=https://box:443   # inside
ACCSYN_DOMAIN=a#b
PATH=/evil
"""


def test_env_file_is_read(tmp_path):
    file = tmp_path / "x.env"
    file.write_text(FILE, encoding="utf-8")
    assert read_env_file(file, setting="path_envfile") == {
        "ACCSYN_WORKSPACE": "acmefilm",
        "ACCSYN_API_USER": "john@user.com",
        "ACCSYN_API_KEY": 'a#b "c" ',
        "ACCSYN_PROXY": "",
        "ACCSYN_URL": "https://box:443",
        "ACCSYN_DOMAIN": "a#b",
    }


@pytest.mark.parametrize(
    "line",
    ["ACCSYN_API_KEY", "=x", "1A=x", "A B=x", 'K="CANARY', "K='CANARY", 'K="a"CANARY', "K=a\0b"],
)
def test_malformed_line_is_refused_by_its_number_without_its_value(tmp_path, line):
    file = tmp_path / "x.env"
    file.write_text(f"# one\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="line 2") as caught:
        read_env_file(file, setting="path_envfile")
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_unreadable_file_is_refused(tmp_path, content):
    file = tmp_path / "x.env"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"cannot read .*x\.env"):
        read_env_file(file, setting="path_envfile")


def test_env_file_of_the_working_directory_is_not_read(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("ACCSYN_WORKSPACE=x\nACCSYN_API_USER=x\nACCSYN_API_KEY=x\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match="workspace"):
        Session()
    before = dict(os.environ)
    with Session(path_envfile=".env") as session:
        assert session.workspace == "x"
    assert dict(os.environ) == before


def test_session_takes_the_official_positional_order():
    with Session("acmefilm", "john@user.com", "key") as session:
        assert (session.workspace, session.username) == ("acmefilm", "john@user.com")
