"""Run both checkers, strict, over code that must pass and lines that must fail."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TypeAlias

import pytest

import accsyn_orm

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ACCEPTED = HERE / "accepted.py"
MISTAKEN = (HERE / "rejected.py", HERE / "comparisons.py")
MARKER = re.compile(r"  # (both|pyright|mypy)\b")


Found: TypeAlias = dict[str, dict[int, str]]
"""By file name and line, what a checker says."""


def by_mypy(paths: list[Path], cache: Path) -> Found:
    command = [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.10"]
    command += ["--config-file", "", "--cache-dir", str(cache)]
    command += ["--no-error-summary", "--show-absolute-path", *map(str, paths)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=110
    )
    assert not done.stderr, done.stderr
    found: Found = {str(path): {} for path in paths}
    for name, line, message in re.findall(r"^(.*?):(\d+): error: (.*)$", done.stdout, re.MULTILINE):
        found[name][int(line)] = message
    return found


def by_pyright(paths: list[Path], _: Path) -> Found:
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonversion", "3.10"]
    command += ["--pythonpath", sys.executable, *map(str, paths)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=110
    )
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] == len(paths)
    found: Found = {str(path): {} for path in paths}
    for item in report["generalDiagnostics"]:
        if item["severity"] == "error":
            found[item["file"]][item["range"]["start"]["line"] + 1] = item["message"]
    return found


def marked(path: Path, checker: str) -> set[int]:
    lines = enumerate(path.read_text().splitlines(), start=1)
    markers = ((number, MARKER.search(line)) for number, line in lines)
    return {number for number, marker in markers if marker and marker[1] in {"both", checker}}


def test_every_public_name_is_used_in_what_is_accepted():
    words = set(re.findall(r"\w+", ACCEPTED.read_text()))
    assert {*accsyn_orm.__all__} - words - {"__version__"} == set()


@pytest.mark.parametrize(("checker", "report"), [("mypy", by_mypy), ("pyright", by_pyright)])
def test_public_api_is_accepted_in_strict_mode_and_every_marked_mistake_reported(
    checker, report, tmp_path
):
    # All in one run: most of it goes into reading the package.
    found = report([ACCEPTED, *MISTAKEN], tmp_path)
    assert found.pop(str(ACCEPTED)) == {}, checker
    for path in MISTAKEN:
        mistakes = found[str(path)]
        assert marked(path, checker) - mistakes.keys() == set(), mistakes
        # A checker may find what it need not, but not in lines without any marker.
        everything = marked(path, "mypy") | marked(path, "pyright")
        assert mistakes.keys() - everything == set(), mistakes
