"""The way to the host, examined on real ones."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import pytest
import trustme

from accsyn_orm import Session
from accsyn_orm.doctor import Patient, State, examine
from accsyn_orm.doctor import network as examined
from accsyn_orm.entities.backend import RateLimit
from accsyn_orm.session.connection import Connection
from accsyn_orm.testing import EmbeddedWorkspace, Faults


def test_healthy_way_is_all_green(plain, findings):
    found = findings(plain)
    states = {name: finding.state for name, finding in found.items() if name != "accsyn_orm"}
    assert set(states.values()) == {State.OK}, found
    assert found["sign-in"].text.startswith("admin@acmefilm.com in acmefilm at http://127.0.0.1:")
    assert found["tls"].text == "none: this host is called by plain http"
    assert "no rate limit" in found["limits"].text
    assert all(finding.advice is None for finding in found.values() if finding.state == "ok")


def test_certificate_is_read_and_trusted_by_the_file_that_was_named(secure, findings):
    found = findings(secure)
    assert found["tls"].state == "ok", found["tls"]
    assert "certificate from accsyn_orm embedded workspace" in found["tls"].text
    assert found["tls"].text.endswith("ca.pem")
    assert found["sign-in"].state == "ok"


def test_unknown_authority_is_refused_and_the_key_stays_here(secure, findings, edited, tmp_path):
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    for bundle in (str(other), ""):
        found = findings(edited(secure, ACCSYN_CA_BUNDLE=bundle))
        assert found["tls"].state == "fail"
        assert "certificate" in found["tls"].text
        assert "ACCSYN_CA_BUNDLE" in str(found["tls"].advice)
        assert "sign-in" not in found


def test_directory_of_authorities_is_looked_at(secure, findings, edited, tmp_path):
    (tmp_path / "none").mkdir()
    found = findings(edited(secure, ACCSYN_CA_BUNDLE=str(tmp_path / "none")))
    assert found["tls"].state == "fail"


def test_certificate_that_ends_soon_is_told(secure, findings):
    far = datetime.now(timezone.utc) + timedelta(days=365 * 970)
    found = findings(secure, now=lambda: far + timedelta(days=365 * 100))
    assert found["tls"].state == "warn"
    assert "has to renew it" in str(found["tls"].advice)


@pytest.mark.parametrize(
    ("skew", "said"),
    [
        (0, "is right to within a minute"),
        (300, "s ahead of the host's"),
        (-300, "s behind the host's"),
    ],
)
def test_clock_is_compared_with_the_hosts(plain, findings, skew, said):
    found = findings(plain, now=lambda: datetime.now(timezone.utc) + timedelta(seconds=skew))
    assert said in found["clock"].text
    assert found["clock"].state == ("warn" if skew else "ok")


def test_wrong_key_is_told_without_being_shown(plain, findings, edited):
    found = findings(edited(plain, ACCSYN_API_KEY="wrong-key-of-mine"))
    assert found["sign-in"].state == "fail"
    assert "check workspace, user and key" in str(found["sign-in"].advice)
    assert not [line for line in found.values() if "wrong-key-of-mine" in str(line)]


def test_host_that_is_not_there_is_told(plain, findings, edited):
    found = findings(edited(plain, ACCSYN_URL="http://127.0.0.1:1"))
    assert found["host"].state == "fail"
    assert "refused" in found["host"].text
    assert "sign-in" not in found


def test_name_that_is_none_is_told(plain, findings, edited):
    found = findings(edited(plain, ACCSYN_URL="https://no-such-host.invalid"))
    assert (found["host"].state, found["host"].advice) == ("fail", "check host name and DNS")


@contextmanager
def speaking(answer: bytes) -> Iterator[str]:
    """Serve the same bytes to whoever connects; none means silence."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        ending = threading.Event()

        def serve() -> None:
            while not ending.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    if answer:
                        connection.recv(4096)
                        connection.sendall(answer)
                    else:
                        ending.wait(5)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        ending.set()
        thread.join(5)


@pytest.mark.parametrize(
    ("answer", "check", "state", "said"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "host", "fail", "does not speak HTTP"),
        (b"", "host", "fail", "nothing within 0.3 s"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "clock", "warn", "does not say"),
        (b"HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 0\r\n\r\n", "clock", "warn", "not say"),
    ],
)
def test_something_else_that_answers_is_told(plain, findings, edited, answer, check, state, said):
    with speaking(answer) as url:
        found = findings(edited(plain, ACCSYN_URL=url), timeout=0.3)
    assert found[check].state == state
    assert said in found[check].text
    assert "sign-in" not in found or found["sign-in"].state == "fail"


def test_way_through_a_proxy_of_accsyn_is_the_one_that_is_looked_at(plain, findings, edited):
    found = findings(edited(plain, ACCSYN_URL="", ACCSYN_PROXY="accsyn:127.0.0.1:1"))
    assert (found["host"].state, found["host"].text[:13]) == ("fail", "127.0.0.1:1: ")
    url = dict(line.split("=", 1) for line in plain.read_text("utf-8").splitlines())["ACCSYN_URL"]
    found = findings(edited(plain, ACCSYN_PROXY=f"accsyn:{url.partition('://')[2]}"))
    assert found["sign-in"].state == "ok", found


def test_host_that_was_looked_up_is_looked_at_too(plain, findings, monkeypatch):
    # Discovery asks a host of accsyn's, which no test does: it answers with this one.
    found = dict(line.split("=", 1) for line in plain.read_text("utf-8").splitlines())
    monkeypatch.setattr(Connection, "host", property(lambda _: "http://127.0.0.1:1"))
    seen = findings(environ=found)
    assert (seen["host"].state, seen["sign-in"].state) == ("fail", "ok")


def test_rate_limit_is_told(plain, findings, monkeypatch):
    limit = RateLimit("acmefilm", 30.0, 50)
    monkeypatch.setattr(Session, "rate_limit", property(lambda _: limit))
    lines = [str(line) for line in examine(Patient(plain, environ={}))]
    assert any("30 requests/s, 50 at once, for all sessions here" in line for line in lines)


@pytest.mark.parametrize(("limit", "state"), [(64, "warn"), (1024, "ok"), (None, "ok")])
def test_open_files_are_told(monkeypatch, limit, state):
    monkeypatch.setattr(examined, "open_files_limit", lambda: limit)
    assert examined._files().state == state


def test_slow_calls_are_told(plain, findings, monkeypatch):
    monkeypatch.setattr(examined, "_SLOW", 0.0)
    assert findings(plain)["round trip"].state == "warn"


def test_calls_that_fail_are_a_finding_and_the_doctor_goes_on(tmp_path, findings):
    with EmbeddedWorkspace(seed="empty") as workspace:
        workspace.write_environment(tmp_path)
        workspace.faults = Faults(1, ["reset"])
        found = findings(tmp_path / ".env.admin", timeout=0.5)
    assert (found["sign-in"].state, found["network"].state) == ("ok", "fail")
    assert "could not be examined" in found["network"].text


def test_nobody_to_sign_in_leaves_the_network_alone(findings):
    assert findings()["network"].state == "warn"


def test_few_open_files_are_told(plain):
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64));"
        "from accsyn_orm.doctor.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "--env-file", str(plain)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "may open 64 files and connections – raise it: ulimit -n 1024" in done.stdout


def test_waiting_is_bounded(plain, findings, edited):
    began = time.monotonic()
    with speaking(b"") as url:
        findings(edited(plain, ACCSYN_URL=url), timeout=0.2)
    assert time.monotonic() - began < 5
