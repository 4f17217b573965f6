"""The command line in this process, signed in to a workspace of its own."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from accsyn_orm import Session
from accsyn_orm.cli import app
from accsyn_orm.testing import EmbeddedWorkspace

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where profiles are kept, away from those of whoever runs the tests."""
    directory = tmp_path / "config"
    monkeypatch.setenv("ACCSYN_CONFIG_DIR", str(directory))
    return directory


def _enter(running: EmbeddedWorkspace, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go to a folder with the files that sign in, and sign in as admin from the environment."""
    running.write_environment(folder)
    monkeypatch.chdir(folder)
    for line in (folder / ".env.admin").read_text("utf-8").splitlines():
        monkeypatch.setenv(*line.split("=", 1))


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace() as running:
        _enter(running, tmp_path, monkeypatch)
        yield running


@pytest.fixture(scope="module")
def served() -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace() as running:
        yield running


@pytest.fixture
def shared(
    served: EmbeddedWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[EmbeddedWorkspace]:
    """One workspace for all tests of a module, for tests that change little: saves seconds."""
    _enter(served, tmp_path, monkeypatch)
    yield served
    served.faults = None


@pytest.fixture
def session(workspace: EmbeddedWorkspace) -> Iterator[Session]:
    with Session() as session:
        yield session


@pytest.fixture
def run_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; return exit code, output and talk."""

    def run(*arguments: object, text: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["accsyn-orm", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        with pytest.raises(SystemExit) as left:
            app.main()
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, captured.err

    return run


@pytest.fixture
def run(session: Session, run_alone: Run) -> Run:
    """Run a command in this process, with a workspace in the environment."""
    return run_alone
