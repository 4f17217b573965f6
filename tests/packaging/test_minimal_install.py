"""Without extras everything works but the command line, the workspace, and tables."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import distribution, distributions
from pathlib import Path
from typing import Any

import pytest

from accsyn_orm.testing import EmbeddedWorkspace

ROOT = Path(__file__).parent.parent.parent
SCRIPT = Path(__file__).with_name("minimal.py")
BLOCKED = """
import importlib.abc, json, runpy, sys
blocked = {*json.loads(sys.argv[1])}
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
runpy.run_path(sys.argv[2], run_name="__main__")
"""


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def core(name: str = "accsyn_orm") -> set[str]:
    """Return the distributions that an installation without extras brings."""
    found = {normalized(name)}
    for line in distribution(name).requires or []:
        requirement, _, marker = line.partition(";")
        if not marker:
            found |= core(re.split(r"[^\w.-]", requirement, maxsplit=1)[0])
    return found


def beyond_the_core() -> list[str]:
    """Return the modules that are installed here, and would not be without extras."""
    wanted = core()
    modules: dict[bool, set[str]] = {True: set(), False: set()}
    for one in distributions():
        files = [file for file in one.files or [] if file.suffix == ".py"]
        names = {file.parts[0].partition(".")[0] for file in files}
        modules[normalized(one.metadata["Name"]) in wanted] |= names
    return sorted(modules[False] - modules[True])


def run(arguments: list[str], directory: Path) -> dict[str, Any]:
    """Run the script on a workspace of its own, and look at what it says."""
    with EmbeddedWorkspace() as workspace:
        credentials = workspace.credentials()
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("ACCSYN_", "COV_"))},
            "ACCSYN_WORKSPACE": credentials.workspace,
            "ACCSYN_API_USER": credentials.username,
            "ACCSYN_API_KEY": credentials.api_key,
            "ACCSYN_URL": workspace.url,
            "ACCSYN_CONFIG_DIR": str(directory),
        }
        done = subprocess.run(
            [*arguments],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            cwd=directory,
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def look_at(found: dict[str, Any]) -> None:
    assert found["modules"] > 150
    assert found["used"] == {
        "entity": True,
        "text": "Job WHERE status!=done",
        "query": True,
        "bulk": [True, 12],
        "path": "volume=projects/a.exr",
        "compat": 12,
        "profiles": True,
        "schema": True,
        "session": "medium",
    }
    assert found["doctor"] == []
    assert found["testing"].endswith(": pip install 'accsyn_orm[server]'")
    for line, extra in zip(found["tables"], ("pandas", "polars", "arrow"), strict=True):
        assert f"pip install 'accsyn_orm[{extra}]'" in line


def test_core_needs_no_module_of_an_extra(tmp_path: Path):
    names = beyond_the_core()
    assert {"typer", "rich", "sqlalchemy", "starlette", "pandas", "pytest"} <= {*names}
    assert not {"lark", "pydantic", "requests", "urllib3"} & {*names}
    look_at(run([sys.executable, "-c", BLOCKED, json.dumps(names), str(SCRIPT)], tmp_path))


@pytest.mark.deep
@pytest.mark.timeout(600)
def test_wheel_from_the_sdist_works_with_the_core_only(tmp_path: Path):
    build = [sys.executable, "-m", "build", "--outdir", str(tmp_path / "dist"), str(ROOT)]
    subprocess.run(build, check=True)  # the sdist, and the wheel from the sdist
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format=json"], check=True, capture_output=True
    )
    installed = {normalized(row["name"]) for row in json.loads(listed.stdout)}
    assert installed - {"pip", "setuptools"} == core()
    look_at(run([python, "-I", str(SCRIPT)], tmp_path))
    command = subprocess.run(
        [str(tmp_path / "venv" / "bin" / "accsyn-orm")], check=False, capture_output=True, text=True
    )
    assert command.returncode == 1
    assert "pip install 'accsyn_orm[cli,server]'" in command.stderr
