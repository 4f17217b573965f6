"""Libraries that are missing, or that somebody's own copies are in the way of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import accsyn_orm
from accsyn_orm.doctor import loading
from accsyn_orm.doctor.__main__ import main

ROOT = Path(accsyn_orm.__file__).parents[1]
BREAKS = "raise RuntimeError('made\\nfor another program')"


def doctor(path: Path, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Examine another Python, which finds modules of this directory first."""
    return subprocess.run(
        [sys.executable, "-m", "accsyn_orm.doctor", *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=path,
        env={
            "PYTHONPATH": os.pathsep.join([str(path), str(ROOT)]),
            "ACCSYN_CONFIG_DIR": str(path),
            "ACCSYN_URL": "https://127.0.0.1:1",
            "ACCSYN_WORKSPACE": "acmefilm",
            "ACCSYN_API_USER": "john@user.com",
            "ACCSYN_API_KEY": "canary-key",
            **environ,
        },
    )


@pytest.mark.parametrize(
    "module",
    [
        "typing_extensions",
        "pydantic_core",
        "certifi",
        *(pytest.param(name, marks=pytest.mark.deep) for name in ("urllib3", "requests", "socks")),
    ],
)
def test_broken_copy_is_named_with_its_file(tmp_path, module):
    (tmp_path / f"{module}.py").write_text(BREAKS)
    done = doctor(tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    lines = [line for line in done.stdout.splitlines() if line.startswith("fail imports")]
    assert f"(in {tmp_path / module}.py)" in lines[0]
    assert "RuntimeError: made\\nfor another program" in lines[0]
    assert "warn network      not examined" in done.stdout
    assert "please report" not in done.stdout


@pytest.mark.parametrize("module", ["typing_extensions", "idna"])
def test_what_is_missing_is_said_and_not_met_with_a_traceback(tmp_path, module):
    (tmp_path / f"{module}.py").write_text(f"raise ModuleNotFoundError('no', name={module!r})")
    done = doctor(tmp_path, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    (found,) = [row for row in json.loads(done.stdout) if row["check"] == "imports"]
    assert found["state"] == "fail"
    assert f"{module}" in found["text"]
    assert "cannot be found" in found["text"]
    assert f"pip install {module}" in found["advice"]


def test_console_without_the_letters_is_no_obstacle(tmp_path):
    done = doctor(tmp_path, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (1, "")
    assert "fail host" in done.stdout
    assert "\\u2013" in done.stdout


@pytest.mark.parametrize("seconds", ["nan", "0", "-1", "inf", "soon"])
def test_time_that_is_none_is_refused(capsys, seconds):
    with pytest.raises(SystemExit) as left:
        main(["--timeout", seconds])
    assert left.value.code == 2
    assert "--timeout" in capsys.readouterr().err


def test_all_there_is_one_line(monkeypatch):
    assert [str(line.state) for line in loading.examine_loading()] == ["ok"]
    monkeypatch.setattr(loading, "_OURS", ("accsyn_orm.nowhere",))
    (line,) = loading.examine_loading()
    assert (line.state, "accsyn_orm.nowhere" in line.text) == ("fail", True)
