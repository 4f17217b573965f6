"""What an editor offers while one types: asked of a language server, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from language_server import LanguageServer

from accsyn_orm import Job, JobStatus

ROOT = Path(__file__).parents[2]
IMPORTS = (
    "from accsyn_orm import Job, Task, User\n\n\ndef work(job: Job, task: Task) -> None:\n    "
)


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    with LanguageServer(ROOT) as running:
        yield running


def test_class_offers_every_attribute_that_can_be_queried(server):
    offered = set(server.completions("from accsyn_orm import Job\nJob."))
    attributes = {name for name, spec in Job.__entity_attributes__.items() if spec.readable}
    assert attributes - offered == set()
    assert {"where", "get", "parse", "pause"} <= offered


def test_object_offers_attributes_and_actions(server):
    offered = set(server.completions(f"{IMPORTS}job."))
    assert {"status", "user", "tasks", "save", "delete", "changes", "resume", "wait"} <= offered


def test_comparison_offers_the_statuses_that_there_are(server):
    offered = server.completions(f'{IMPORTS}if job.status == "')
    assert offered == [f'"{status}"' for status in JobStatus]


def test_constructor_offers_what_can_be_given(server):
    offered = set(server.completions(f"{IMPORTS}Job("))
    specs = Job.__entity_attributes__
    given = {f"{name}=" for name, spec in specs.items() if spec.moment not in {None, "update"}}
    assert given <= offered
    assert "progress=" not in offered


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("job.user.fetch().", ["code", "role", "disable"]),
        ("job.tasks.first().", ["uri", "exclude"]),
        ("Job.where(Job.status.", ["in_", "contains", "matches"]),
        ("job.size.", ["human"]),
        ("Job.where(", ["User", "Task"]),
    ],
    ids=str,
)
def test_what_is_reached_is_typed(server, source, expected):
    assert set(expected) <= set(server.completions(f"{IMPORTS}{source}"))


def test_readme_tells_what_is_offered(server):
    table = (ROOT / "README.md").read_text("utf-8").partition("| it offers |")[2]
    rows = re.findall(r"^\| `(.+?)` \| (.+) \|$", table.partition("\n\n")[0], re.MULTILINE)
    assert rows
    for typed, told in rows:
        assert {*re.findall(r"`(.+?)`", told)} <= set(server.completions(f"{IMPORTS}{typed}")), (
            typed
        )
