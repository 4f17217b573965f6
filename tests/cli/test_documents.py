"""Every command that prints something prints it in every form."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from accsyn_orm.testing import EmbeddedWorkspace


@pytest.fixture
def workspace(shared: EmbeddedWorkspace) -> EmbeddedWorkspace:
    return shared


def of_lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


READERS: Mapping[str, Callable[[str], Any]] = {
    "json": json.loads,
    "jsonl": of_lines,
    "yaml": yaml.safe_load,
    "csv": lambda text: list(csv.DictReader(io.StringIO(text))),
}
PRINTED = [
    ("whoami", "role", "admin"),
    ("find Queue", "code", "high"),
    ("parse Job", "text", "Job"),
    ("explain Job", "entity", "Job"),
    ("serve --fidelity", "source", "documented"),
    ("doctor", "check", "python"),
    ("update Queue priority=7 --dry-run", "action", "update"),
    ("delete Queue --dry-run --force", "action", "delete"),
    ("create Queue name=one", "name", "one"),
    ("create Queue name=two --dry-run", "action", "create"),
]


@pytest.mark.parametrize(("command", "name", "value"), PRINTED)
def test_command_prints_the_same_in_every_form(run, command, name, value):
    assert value in run(*command.split(), "-o", "table")[1]
    for form, read in READERS.items():
        found = read(run(*command.split(), "-o", form)[1])
        rows = found.get("rows", [found]) if isinstance(found, dict) else found
        assert value in {row[name] for row in rows}, form


@pytest.mark.parametrize("form", READERS)
def test_report_and_journal_are_printed_in_every_form(run, form, tmp_path):
    change = ("update", "Queue WHERE code=low", f"description=as {form}", "--yes")
    for printed in (
        run(*change, "--journal", tmp_path / "j", "-o", form),
        run("bulk", "show", tmp_path / "j", "-o", form),
    ):
        found = READERS[form](printed[1])
        rows = found["rows"] if isinstance(found, dict) else found
        assert [(row["type"], row["state"]) for row in rows] == [("queue", "done")]
        after = rows[0]["after"]
        after = json.loads(after) if isinstance(after, str) else after
        assert after == {"description": f"as {form}"}


def test_problems_of_a_plan_are_told_beside_rows_that_have_no_place_for_them(run):
    change = ("update", "Queue", "priority=5000", "--dry-run")
    code, out, talk = run(*change, "-o", "jsonl")
    assert (code, out) == (1, "")
    assert "! row 1, priority: input should be less than or equal to 1000" in talk
    assert json.loads(run(*change, "-o", "json")[1])["problems"]


@pytest.mark.parametrize("form", ["json", "jsonl", "yaml", "csv"])
def test_what_changes_is_one_row_after_the_other(run, form):
    printed = run("watch", "Job WHERE status=waiting", "--timeout", "0", "-o", form)[1]
    rows = READERS["jsonl" if form == "json" else form](printed)
    assert {row["status"] for row in rows} == {"waiting"}
    assert len(rows) > 3


def test_two_forms_are_refused(run):
    code, _, talk = run("parse", "Job", "--json", "-o", "csv")
    assert (code, talk) == (2, "error: --json: is not -o csv (say one of them)\n")
