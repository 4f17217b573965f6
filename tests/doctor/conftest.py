"""Workspaces to be examined, and a short way to what the doctor says about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from accsyn_orm.doctor import Finding, Patient, examine
from accsyn_orm.testing import EmbeddedWorkspace

Examine = Callable[..., dict[str, Finding]]


def _served(directory: Path, *, tls: bool) -> Iterator[Path]:
    with EmbeddedWorkspace(seed="empty", tls=tls) as workspace:
        workspace.write_environment(directory)
        yield directory / ".env.admin"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Env file of a workspace without TLS."""
    yield from _served(tmp_path_factory.mktemp("plain"), tls=False)


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Env file of a workspace with TLS, and of its certificate authority."""
    yield from _served(tmp_path_factory.mktemp("secure"), tls=True)


@pytest.fixture(autouse=True)
def _no_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCSYN_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture
def findings() -> Examine:
    """Examine; return the most serious finding of each check."""

    def findings(env_file: Path | None = None, **given: Any) -> dict[str, Finding]:
        given.setdefault("environ", {})
        found: dict[str, Finding] = {}
        for finding in examine(Patient(env_file, **given)):
            order = ["ok", "warn", "fail"]
            known = found.get(finding.check)
            if known is None or order.index(finding.state) > order.index(known.state):
                found[finding.check] = finding
        return found

    return findings


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., Path]:
    """Copy an env file with other values; an empty one leaves its line out."""

    def edited(env_file: Path, **values: str) -> Path:
        lines = [line.split("=", 1) for line in env_file.read_text("utf-8").splitlines()]
        merged = {**dict(lines), **values}
        target = tmp_path / ".env.edited"
        target.write_text("".join(f"{n}={v}\n" for n, v in merged.items() if v), "utf-8")
        target.chmod(0o600)
        return target

    return edited
