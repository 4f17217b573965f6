from __future__ import annotations

import gc
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from accsyn_orm import Session
from accsyn_orm.errors import AccsynError, ConfigurationError
from accsyn_orm.server import runner
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.http.listener import Listener
from accsyn_orm.server.runner import serve
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.seeds.plant import SEEDS
from accsyn_orm.server.sign_in import Signature
from accsyn_orm.server.workspace import Workspace
from accsyn_orm.testing import EmbeddedWorkspace
from accsyn_orm.wire.credentials import KeyCredentials
from accsyn_orm.wire.versions import V3

QUESTION = "/api/v3/J3PKTtDvolDMBtTy6AFGA?%7B%22ident%22%3A%20%22acmefilm%22%7D"


def ask(url, context=None):
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    with opener.open(url + QUESTION, timeout=10) as answer:
        return answer.read().decode()


@pytest.fixture
def client(client_of):
    def make(workspace, credentials):
        given = KeyCredentials(credentials.username, credentials.api_key)
        return client_of(workspace.service, Signature(given, credentials.workspace))

    return make


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_survives_a_restart(tmp_path, client):
    data = tmp_path / "new" / "data"
    first = Workspace(data=data, tls=True).start()
    credentials = first.new_credentials(Role.ADMIN)
    made = client(first, credentials).create(
        "transfer", {"source": "/a", "destination": "share=projects/x/"}
    )
    authority = first.ca_bundle.read_bytes()
    first.stop()
    second = Workspace(data=data, tls=True, seed="empty").start()
    again = client(second, credentials)
    assert again.get("transfer", made["id"]) == made
    assert len(again.find("queue")) == 5
    assert second.ca_bundle.read_bytes() == authority
    assert "127.0.0.1" in ask(second.url, ssl.create_default_context(cafile=second.ca_bundle))
    second.stop()
    assert mode(data) == 0o700
    assert {mode(path) for path in data.iterdir() if path.is_file()} == {0o600}
    assert {mode(path) for path in data.iterdir() if path.is_dir()} == {0o700}


def test_a_tls_workspace_in_memory_takes_its_authority_with_it():
    with EmbeddedWorkspace(seed="empty", tls=True) as workspace:
        path = workspace.ca_bundle
        assert workspace.url.startswith("https://127.0.0.1:")
        assert ask(workspace.url, ssl.create_default_context(cafile=path))
    assert not path.parent.exists()


def test_an_address_others_can_reach_needs_tls():
    for host in ("0.0.0.0", "example.com", "192.168.1.5", ""):
        with pytest.raises(ConfigurationError, match="clear text"):
            Workspace(host=host)
    workspace = Workspace(host="0.0.0.0", insecure_public_http=True, seed="empty")
    workspace.stop()
    Workspace(host="0.0.0.0", tls=True, seed="empty").stop()
    Workspace(host="localhost", seed="empty").stop()


def test_ipv6_loopback_is_served():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    workspace = Workspace(host="::1", seed="empty").start()
    assert workspace.url.startswith("http://[::1]:")
    assert ask(workspace.url)
    workspace.stop()


def test_wrong_options_are_refused():
    with pytest.raises(ConfigurationError, match="seed: 'nope' is none of demo, empty"):
        Workspace(seed="nope")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigurationError, match=r"cannot listen on 127\.0\.0\.1"):
            Workspace(port=taken.getsockname()[1])


def test_a_listener_that_does_not_start_says_so(monkeypatch):
    listener = Listener(lambda: None, "127.0.0.1", 0)
    monkeypatch.setattr(listener, "_run", lambda: None)
    monkeypatch.setattr(listener, "_thread", threading.Thread(target=lambda: None))
    with pytest.raises(ConfigurationError, match="does not start to listen"):
        listener.start()
    listener.stop()


def test_environment_files_hold_fresh_keys(tmp_path):
    with EmbeddedWorkspace(seed="empty", tls=True) as embedded:
        running = embedded._workspace
        running.write_environment(tmp_path / "env")
        for role in Role:
            path = tmp_path / "env" / f".env.{role.value}"
            assert mode(path) == 0o600
            values = dict(line.split("=", 1) for line in path.read_text().splitlines())
            assert values["ACCSYN_WORKSPACE"] == "acmefilm"
            assert values["ACCSYN_API_USER"] == f"{role.value}@acmefilm.com"
            assert values["ACCSYN_URL"] == running.url
            assert Path(values["ACCSYN_CA_BUNDLE"]) == running.ca_bundle.resolve()
            given = KeyCredentials(values["ACCSYN_API_USER"], values["ACCSYN_API_KEY"])
            answer = running.service.sign_in(V3, Signature(given, "acmefilm"), {})
            assert answer["result"]["role"] == role.value


def wait_for(path):
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return path.read_text().strip()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_runs_until_a_signal(tmp_path, number):
    ready = tmp_path / "ready"
    code = (
        "from pathlib import Path; from accsyn_orm.server.runner import serve; "
        f"serve(port=0, data=Path({str(tmp_path / 'data')!r}), ready_file=Path({str(ready)!r}))"
    )
    root = str(Path(runner.__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    ) as process:
        url = wait_for(ready)
        assert '"hostname": "127.0.0.1"' in ask(url)
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors.decode() == f"workspace acmefilm at {url} (Ctrl-C stops it)\n"


def test_serve_in_this_process_cleans_up(tmp_path, capsys):
    before = signal.getsignal(signal.SIGTERM)

    def interrupt():
        wait_for(tmp_path / "ready")
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=interrupt)
    thread.start()
    serve(port=0, seed="empty", write_env=tmp_path, ready_file=tmp_path / "ready")
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before
    assert "workspace acmefilm at http://127.0.0.1:" in capsys.readouterr().err
    assert (tmp_path / ".env.admin").exists()


def test_a_workspace_can_be_on_any_database(shared_url, client):
    Workspace(database=shared_url, seed="empty").stop()
    workspace = Workspace(database=shared_url).start()
    assert workspace.is_alive
    assert len(client(workspace, workspace.new_credentials(Role.ADMIN)).find("user")) == 3
    workspace.stop()
    assert not workspace.is_alive


def test_keys_are_good_for_every_server_until_one_makes_others(shared_url, client):
    first, second = (Workspace(database=shared_url, seed="empty") for _ in range(2))
    before = first.new_credentials(Role.ADMIN)
    assert len(client(second, before).find("user")) == 3
    after = second.new_credentials(Role.ADMIN)
    for workspace in (first, second):
        assert len(client(workspace, after).find("user")) == 3
        with pytest.raises(AccsynError, match="sign-in refused"):
            client(workspace, before).find("user")
    first.stop()
    second.stop()


def test_without_tls_nothing_is_loaded_that_makes_certificates():
    script = "import sys, accsyn_orm.server.workspace as _; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0


def test_an_embedded_workspace_starts_quickly_and_leaves_nothing():
    threads = threading.active_count()
    began = time.perf_counter()
    with EmbeddedWorkspace() as workspace:
        assert time.perf_counter() - began < 2  # 0.1 s on an idle machine
        assert workspace.code == "acmefilm"
        assert workspace.ca_bundle is None
        assert workspace.credentials("standard") is workspace.credentials("standard")
        assert workspace.credentials("standard").username == "lisa@example.com"
    gc.collect()
    assert threading.active_count() <= threads
    with pytest.raises(ConfigurationError, match="is not running"):
        _ = workspace.url


def test_directories_may_be_named_by_text(tmp_path):
    data, local = str(tmp_path / "data"), str(tmp_path)
    with EmbeddedWorkspace(data=data, local_root=local) as workspace:
        workspace.write_environment(str(tmp_path / "env"))
        assert (tmp_path / "data").is_dir()
        assert workspace.computer() == tmp_path
        with Session(path_envfile=str(tmp_path / "env" / ".env.admin")) as session:
            assert session.me().code == "john@user.com"


def test_sessions_and_environment_files_of_one_workspace_share_their_keys(tmp_path):
    with EmbeddedWorkspace(seed="empty") as workspace, workspace.session() as before:
        workspace.write_environment(tmp_path)
        with workspace.session("employee") as after:
            for session, role in ((before, "admin"), (after, "employee")):
                assert session.me().role == role
                with Session(path_envfile=tmp_path / f".env.{role}") as elsewhere:
                    assert elsewhere.me() == session.me()


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_an_embedded_workspace_makes_sessions(protocol):
    with (
        EmbeddedWorkspace(seed="empty", tls=True) as workspace,
        workspace.session("employee", protocol) as session,
    ):
        assert session.find_one("Queue WHERE default=true")["code"] == "medium"


def test_an_embedded_workspace_shows_its_volumes():
    with EmbeddedWorkspace(seed="empty") as workspace, workspace.session() as session:
        (workspace.volume("Projects") / "hello.txt").write_text("hello")
        assert session.getsize("volume=projects/hello.txt") == 5
        with pytest.raises(AccsynError, match="there is no volume 'nope'"):
            workspace.volume("nope")


def test_the_demo_is_the_same_everywhere():
    assert stable_id("queue", "medium") == "2a15c3a59ceeb543e55df0d7"
    assert {user.role for user in SEEDS["demo"].users} == set(Role)
    statuses = {job.status for job in SEEDS["demo"].jobs}
    assert statuses == {
        "init", "pending", "waiting", "running", "paused", "failed", "aborted", "done",
    }  # fmt: skip
