"""What the environment says to other programs: sessions do not listen, unless they are asked to."""

from __future__ import annotations

import os
import shutil

import pytest
import trustme

from accsyn_orm import Session
from accsyn_orm.errors import ConfigurationError, TlsError

BUNDLES = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"]
PROXIES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"]


@pytest.fixture
def find(recorder, loopback_tls):
    """Make a call to the recording server with a session of its own."""

    def find(**arguments):
        given = {"url": recorder.url, "verify": loopback_tls.ca_path, "retries": 0, **arguments}
        with Session("acmefilm", "john@user.com", "key-1", timeout=10, **given) as session:
            return session.find("Job")

    return find


def is_untouched(request) -> bool:
    """Tell whether a request is authorised by the session's own key."""
    return request.header("Authorization") == "basic am9obkB1c2VyLmNvbQ==:a2V5LTE="


@pytest.mark.parametrize("name", BUNDLES)
def test_bundle_of_others_neither_replaces_nor_widens_trust(
    find, recorder, monkeypatch, tmp_path, loopback_tls, name
):
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv(name, str(tmp_path if name == "SSL_CERT_DIR" else other))
    assert find()
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    shutil.copy(loopback_tls.ca_path, trusted / "ca.pem")
    monkeypatch.setenv(name, str(trusted if name == "SSL_CERT_DIR" else loopback_tls.ca_path))
    recorder.reset()
    for verify in (True, str(other)):
        with pytest.raises(TlsError):
            find(verify=verify)
    assert not recorder.requests


def test_bundle_of_ours_is_trusted_when_it_is_named(find, monkeypatch, loopback_tls):
    monkeypatch.setenv("ACCSYN_CA_BUNDLE", str(loopback_tls.ca_path))
    assert find(verify=None)
    with pytest.raises(TlsError):
        find(verify=True)


@pytest.mark.parametrize("name", PROXIES)
def test_proxy_of_others_is_not_used(find, recorder, http_proxy, monkeypatch, name):
    monkeypatch.setenv(name, f"http://127.0.0.1:{http_proxy.port}")
    assert find()
    assert not http_proxy.heads
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert find()


def test_exception_of_others_leads_around_no_proxy(find, http_proxy, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    assert find(proxy=f"http://127.0.0.1:{http_proxy.port}")
    assert len(http_proxy.heads) == 1


@pytest.mark.parametrize("name", ["NETRC", "HOME"])
def test_netrc_changes_no_credentials(find, recorder, monkeypatch, tmp_path, name):
    for file in (tmp_path / ".netrc", tmp_path / "_netrc"):
        file.write_text("machine 127.0.0.1 login evil password evil\ndefault login e password e\n")
        file.chmod(0o600)
    monkeypatch.setenv(name, str(tmp_path / ".netrc" if name == "NETRC" else tmp_path))
    assert find()
    assert all(is_untouched(request) for request in recorder.requests)


def test_keys_of_connections_are_written_nowhere(find, monkeypatch, tmp_path):
    keys = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    assert find()
    assert not keys.exists()


def test_env_file_of_the_working_directory_changes_nothing(
    find, recorder, http_proxy, monkeypatch, tmp_path
):
    hostile = f"""\
ACCSYN_URL=https://127.0.0.1:9
ACCSYN_API_KEY=evil
ACCSYN_PROXY=http://127.0.0.1:{http_proxy.port}
ACCSYN_CA_BUNDLE=/none
HTTPS_PROXY=http://127.0.0.1:{http_proxy.port}
PATH=/evil
"""
    (tmp_path / ".env").write_text(hostile)
    monkeypatch.chdir(tmp_path)
    before = dict(os.environ)
    assert find()
    assert dict(os.environ) == before
    assert not http_proxy.heads
    assert all(is_untouched(request) for request in recorder.requests)
    with pytest.raises(ConfigurationError, match="ACCSYN_CA_BUNDLE"):
        find(path_envfile=".env", verify=None)
    assert find(path_envfile=".env")
    assert len(http_proxy.heads) == 1
    assert dict(os.environ) == before
