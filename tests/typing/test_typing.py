"""Run both checkers, strict, over code that must pass and lines that must fail."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import accsyn_orm

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MARKER = re.compile(r"  # (both|pyright|mypy)\b")


def mypy_lines(path: Path, cache: Path) -> dict[int, str]:
    command = [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.10"]
    command += [
        "--config-file",
        "",
        "--cache-dir",
        str(cache),
        "--no-error-summary",
        "--show-absolute-path",
    ]
    done = subprocess.run(
        [*command, str(path)], capture_output=True, text=True, check=False, cwd=ROOT, timeout=110
    )
    assert not done.stderr, done.stderr
    found = re.findall(r"^(.*?):(\d+): error: (.*)$", done.stdout, re.MULTILINE)
    assert {name for name, _, _ in found} <= {str(path)}, done.stdout
    return {int(line): message for _, line, message in found}


def pyright_lines(path: Path, _: Path) -> dict[int, str]:
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonversion", "3.10"]
    done = subprocess.run(
        [*command, "--pythonpath", sys.executable, str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=110,
    )
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == 1
    errors = [item for item in report["generalDiagnostics"] if item["severity"] == "error"]
    return {item["range"]["start"]["line"] + 1: item["message"] for item in errors}


def marked(path: Path, checker: str) -> set[int]:
    lines = enumerate(path.read_text().splitlines(), start=1)
    markers = ((number, MARKER.search(line)) for number, line in lines)
    return {number for number, marker in markers if marker and marker[1] in {"both", checker}}


def test_every_public_name_is_used_in_what_is_accepted():
    words = set(re.findall(r"\w+", (HERE / "accepted.py").read_text()))
    assert {*accsyn_orm.__all__} - words - {"__version__"} == set()


@pytest.mark.parametrize(("checker", "report"), [("mypy", mypy_lines), ("pyright", pyright_lines)])
def test_public_api_is_accepted_in_strict_mode(checker, report, tmp_path) -> None:
    assert report(HERE / "accepted.py", tmp_path) == {}, checker


@pytest.mark.parametrize(("checker", "report"), [("mypy", mypy_lines), ("pyright", pyright_lines)])
def test_every_marked_mistake_is_reported(checker, report, tmp_path) -> None:
    path = HERE / "rejected.py"
    found = report(path, tmp_path)
    assert marked(path, checker) - found.keys() == set(), found
    # A checker may find what it need not, but not in lines without any marker.
    everything = marked(path, "mypy") | marked(path, "pyright")
    assert found.keys() - everything == set(), found
