"""Credentials, files and proxies, examined."""

from __future__ import annotations

import pytest

from accsyn_orm.profiles import ProfileStore

WHO = {
    "ACCSYN_WORKSPACE": "acmefilm",
    "ACCSYN_API_USER": "a@b.c",
    "ACCSYN_API_KEY": "s3cret-of-mine",
    "ACCSYN_URL": "http://127.0.0.1:1",
}
TLS = {"ACCSYN_URL": "https://localhost:1"}


@pytest.mark.parametrize(
    ("environ", "state", "said"),
    [
        (WHO, "ok", "a@b.c in acmefilm, with an api key, from environment"),
        (WHO | {"ACCSYN_API_KEY": "", "ACCSYN_SESSION_KEY": "s3cret"}, "ok", "a session key"),
        (WHO | {"ACCSYN_API_KEY": ""}, "fail", "api_key: is not set"),
        (WHO | {"ACCSYN_URL": "ftp://s3cret@x"}, "fail", "ACCSYN_URL: is not https://host:port"),
        (WHO | {"ACCSYN_PROXY": "what:s3cret"}, "fail", "ACCSYN_PROXY: "),
        (WHO | {"ACCSYN_CA_BUNDLE": "/none"}, "fail", "'/none' does not exist"),
        ({"ACCSYN_PROFILE": "none"}, "fail", "there is no profile 'none'"),
        ({"ACCSYN_CREDENTIALS_PATH": "/none"}, "fail", "cannot read '/none'"),
        ({}, "fail", "nothing says who signs in"),
    ],
)
def test_source_is_told_and_the_key_is_not(findings, environ, state, said):
    found = findings(environ=environ)
    assert (found["credentials"].state, said in found["credentials"].text) == (state, True), found
    assert not [line for line in found.values() if "s3cret" in str(line)]
    assert found["credentials"].state == "ok" or found["credentials"].advice


def test_profile_is_a_source(findings):
    ProfileStore().save("studio", WHO, use_keyring=False)
    found = findings(profile="studio")
    assert "from profile studio (" in found["credentials"].text


@pytest.mark.parametrize(("mode", "state"), [(0o600, "ok"), (0o640, "warn"), (0o604, "warn")])
def test_files_that_others_can_read_are_told(findings, plain, edited, tmp_path, mode, state):
    env_file, log = edited(plain), tmp_path / "accsyn.log"
    log.write_text("")
    log.chmod(0o600)
    env_file.chmod(mode)
    found = findings(env_file, log_files=(log,))
    assert found["files"].state == state
    if state == "warn":
        assert f"({mode:o})" in found["files"].text
        assert found["files"].advice == f"chmod 600 {env_file}"
    env_file.chmod(0o600)
    log.chmod(mode)
    assert findings(env_file, log_files=(log,))["files"].state == state


def test_every_profile_is_looked_at(findings):
    ProfileStore().save("forgotten", WHO, use_keyring=False).path.chmod(0o644)
    assert "forgotten.env" in findings(environ=WHO)["files"].text


def test_log_that_is_not_there_is_told(findings, tmp_path):
    found = findings(log_files=(tmp_path / "none.log",))
    assert (found["files"].state, "No such file" in found["files"].text) == ("fail", True)


@pytest.mark.parametrize(
    ("environ", "state", "said"),
    [
        ({}, "ok", "none: connections are made directly"),
        (TLS | {"ACCSYN_PROXY": "socks5://u:s3cret@px:1080"}, "ok", "px:1080, TLS stays inside"),
        (TLS | {"ACCSYN_PROXY": "http://u:s3cret@px:80"}, "ok", "http proxy px:80, TLS stays"),
        ({"ACCSYN_PROXY": "accsyn:127.0.0.1:8080"}, "ok", "127.0.0.1:8080, reads along"),
        ({"HTTPS_PROXY": "http://u:s3cret@px"}, "ok", "none"),  # the host is this machine
        ({"https_proxy": "http://px", "ACCSYN_URL": "https://x:1"}, "warn", "HTTPS_PROXY is set"),
        (TLS | {"ALL_PROXY": "x", "ACCSYN_PROXY": "socks:127.0.0.1:1"}, "ok", "socks proxy"),
    ],
)  # fmt: skip
def test_proxy_is_told_and_what_has_no_effect(findings, monkeypatch, environ, state, said):
    monkeypatch.setattr("accsyn_orm.doctor.network.examine_network", lambda *_: iter(()))
    found = findings(environ=WHO | environ)
    assert (found["proxy"].state, said in found["proxy"].text) == (state, True), found["proxy"]
    assert "s3cret" not in str(found["proxy"])


def test_bundles_of_others_have_no_effect(findings):
    assert "tls" not in findings(environ=WHO)
    found = findings(environ=WHO | {"REQUESTS_CA_BUNDLE": "/x.pem"})
    assert "REQUESTS_CA_BUNDLE is set, and has no effect here" in found["tls"].text
