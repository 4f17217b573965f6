from __future__ import annotations

import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import accsyn_orm
from accsyn_orm import Job, Session
from accsyn_orm.cli import app

Command = Callable[..., subprocess.CompletedProcess[str]]


def command_line(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "accsyn_orm", *arguments]


@pytest.fixture
def run(tmp_path: Path) -> Command:
    def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command_line(*arguments),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
        )

    return _run


def wait_for(path: Path, server: subprocess.Popen[str]) -> str:
    for _ in range(400):
        if path.exists():
            return path.read_text("utf-8").strip()
        assert server.poll() is None, server.communicate()
        time.sleep(0.05)
    raise AssertionError("the workspace did not get ready")


def test_version_is_the_package_version(run: Command):
    assert run("--version").stdout.strip() == accsyn_orm.__version__


def test_unknown_option_is_wrong_usage(run: Command):
    done = run("serve", "--prot", "1")
    assert done.returncode == 2
    assert "--port" in done.stderr


def test_public_address_without_tls_is_refused_with_a_reason(run: Command):
    done = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "TLS" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--database", "nonsense"], "database"),
        (["--database", "oracle://x@127.0.0.1/y"], "database"),
        (["--database", "postgresql://user:hunter2@127.0.0.1:1/x"], "port 1 failed"),
        (["--database", "sqlite:///missing/x.db"], "missing/x.db"),
        (["--data", "a-file"], "a-file"),
        (["--data", "broken"], "database"),
        (["--write-env", "a-file"], "a-file"),
        (["--ready-file", "missing/ready"], "missing/ready"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_serve_refuses_what_it_cannot_use_in_one_line(
    run: Command, tmp_path: Path, options: list[str], named: str
):
    (tmp_path / "a-file").write_text("x")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "workspace.db").write_bytes(b"no database" * 1000)
    done = run("serve", "--port", "0", *options)
    assert done.returncode == 1
    error = done.stderr.splitlines()[-1]
    assert error.startswith("error: ")
    assert named in error
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", ["typer", "sqlalchemy"])
def test_a_missing_extra_is_named(missing: str, tmp_path: Path):
    # In a process of its own: modules that are imported twice are not what others hold.
    script = f"import sys; sys.modules[{missing!r}] = None; sys.argv = ['accsyn-orm', 'serve']"
    done = subprocess.run(
        [sys.executable, "-c", f"{script}; from accsyn_orm.cli import main; main()"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    told = done.stderr
    assert f"{missing} is not installed" in told.replace(": is", " is")
    assert "pip install 'accsyn_orm[" in told


def test_demo_runs_to_its_end_as_plain_text(run: Command):
    done = run("demo")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert '>>> built = Job.where(status!="failed") & (Job.code=="Daily backup")' in done.stdout
    assert 'Job WHERE status!=failed AND code="Daily backup"' in done.stdout
    assert "False" not in done.stdout.partition("same query")[2].partition("(4 rows)")[0]
    assert "QueryValueError" in done.stdout
    assert "EntityValidationError" in done.stdout
    assert "QuerySyntaxError" in done.stdout
    assert "Try next" in done.stdout


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("tls", [[], ["--tls"]], ids=["http", "https"])
def test_serve_says_when_it_is_ready_and_stops_when_told(
    tmp_path: Path, tls: list[str], how: signal.Signals
):
    ready = tmp_path / "ready"
    options = ["--port", "0", "--seed", "demo", "--data", str(tmp_path / "data"), *tls]
    options += ["--write-env", str(tmp_path / "env"), "--ready-file", str(ready)]
    with subprocess.Popen(
        command_line("serve", *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        url = wait_for(ready, server)
        assert url.startswith("https://127.0.0.1:" if tls else "http://127.0.0.1:")
        for role in ("admin", "employee", "standard"):
            env_file = tmp_path / "env" / f".env.{role}"
            assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
            with Session(path_envfile=env_file) as session:
                assert session.me().role in {role, "admin"}
                if role == "admin":
                    assert Job.where(Job.code == "my_transfer").exists()
        assert ready.exists()
        server.send_signal(how)
        _, talk = server.communicate(timeout=20)
        assert server.returncode in {0, 130}, talk
        assert "Traceback" not in talk
    assert not ready.exists()


def test_errors_of_the_package_are_one_line_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fail(**_: object) -> None:
        raise accsyn_orm.ConfigurationError("workspace", "is missing", hint="set ACCSYN_WORKSPACE")

    monkeypatch.setattr(app, "app", fail)
    with pytest.raises(SystemExit) as left:
        app.main()
    assert left.value.code == 1
    assert capsys.readouterr().err == "error: workspace: is missing (set ACCSYN_WORKSPACE)\n"
