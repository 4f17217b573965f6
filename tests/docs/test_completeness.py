"""Nothing a user can type or set is undocumented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import accsyn_orm
from accsyn_orm.cli.app import app
from accsyn_orm.compat.equivalents import EQUIVALENTS

ROOT = Path(__file__).parent.parent.parent
TEXT = "\n".join(page.read_text("utf-8") for page in (ROOT / "docs").rglob("*.md"))
CALLS = (ROOT / "docs" / "howto" / "calls.md").read_text("utf-8")
SOURCES = "\n".join(
    path.read_text("utf-8") for path in Path(next(iter(accsyn_orm.__path__))).rglob("*.py")
)


def _commands(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        yield f"{prefix}{name}", command
        if hasattr(command, "commands"):
            yield from _commands(command, f"{prefix}{name} ")


COMMANDS = dict(_commands(get_command(app)))
OPTIONS = sorted(
    {
        (name, option)
        for name, cmd in COMMANDS.items()
        for p in cmd.params
        for option in p.opts
        if option[0] == "-"
    }
)


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_documented(command: str):
    assert f"accsyn-orm {command}" in TEXT


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_option_is_documented(command: str, option: str):
    assert f"`{option}" in TEXT, f"{command} {option}"


@pytest.mark.parametrize("variable", sorted(set(re.findall(r'"(ACCSYN_[A-Z_]+)"', SOURCES))))
def test_environment_variable_is_documented(variable: str):
    assert f"`{variable}`" in TEXT


def test_every_public_error_is_documented():
    errors = [name for name in accsyn_orm.__all__ if name.endswith("Error")]
    assert errors
    assert [name for name in errors if f"`{name}`" not in TEXT] == []


@pytest.mark.parametrize("call", [name for name in dir(accsyn_orm.Session) if name[0] != "_"])
def test_every_call_of_a_session_is_documented(call: str):
    assert re.search(rf"`(session\.)?{call}\b", CALLS)


@pytest.mark.parametrize("call", EQUIVALENTS)
def test_equivalent_of_every_official_call_is_documented(call: str):
    page = (ROOT / "docs" / "howto" / "from-the-official-client.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert any(re.search(rf"`{call}[`(]", row) for row in rows)


WRITTEN = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PLACE = re.compile(r"`((?:accsyn_orm|benchmarks|docs|grammar|tests)/[\w./-]*)`")
MADE = {"benchmarks/results/latest.json"}
"""Files that a task leaves."""

LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def _is_there(place: str) -> bool:
    """Tell whether a file is there; the package may be installed elsewhere."""
    if place in MADE:
        return True
    base = Path(next(iter(accsyn_orm.__path__))).parent if place.startswith("accsyn_orm/") else ROOT
    return (base / place).exists()


def test_every_file_that_is_named_is_there():
    named = [
        (page.name, place) for page in WRITTEN for place in PLACE.findall(page.read_text("utf-8"))
    ]
    assert len(named) > 20
    assert [(page, place) for page, place in named if not _is_there(place)] == []


def test_links_of_pages_that_no_documentation_tool_reads_lead_somewhere():
    for page in ROOT.glob("*.md"):
        links = LINK.findall(page.read_text("utf-8"))
        assert [link for link in links if not _is_there(link)] == [], page.name
