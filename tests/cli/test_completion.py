"""What Tab offers: the steps of a query, and the protocols of three shells."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from accsyn_orm.cli.completion import query_completions

WORDS = ("IN", "NOT IN", "CONTAINS", "NOT CONTAINS", "MATCHES", "NOT MATCHES")
OPERATORS = ("=", "!=", "<", "<=", ">", ">=", *(f" {word} " for word in WORDS))
STATUSES = ["init", "pending", "waiting", "running", "paused", "failed", "aborted", "done"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jo", ["Job"]),
        ("jo", ["job"]),
        ("nothing", []),
        ("Job ", ["Job WHERE "]),
        ("Job w", ["Job where "]),
        ("Job Wh", ["Job WhERE "]),
        ("Job WH", ["Job WHERE "]),
        ("Nothing WHERE a", []),
        ("Job WHERE sta", ["Job WHERE status"]),
        ("Job WHERE (sta", ["Job WHERE (status"]),
        ("Job WHERE code=x AND STA", ["Job WHERE code=x AND STAtus"]),
        ("Job WHERE status=", [f"Job WHERE status={status}" for status in STATUSES]),
        ("Job WHERE status!=fa", ["Job WHERE status!=failed"]),
        ("Job WHERE status <> fa", ["Job WHERE status <> failed"]),
        ('Job WHERE status="fa', ['Job WHERE status="failed"']),
        ("Job WHERE status IN failed,pau", ["Job WHERE status IN failed,paused"]),
        ("Job WHERE status NOT IN failed, pau", ["Job WHERE status NOT IN failed, paused"]),
        ("Job WHERE code=x ", ["Job WHERE code=x AND ", "Job WHERE code=x OR "]),
        ("Job WHERE (status=failed) A", ["Job WHERE (status=failed) AND "]),
        ("Job WHERE code=", []),
        ("Job WHERE nothing=", []),
        ("Queue WHERE default=t", ["Queue WHERE default=true"]),
        ('Job WHERE code="a b" AND etr', [f'Job WHERE code="a b" AND etr{op}' for op in OPERATORS]),
        ("Job WHERE etr NOT", [f"Job WHERE etr {word} " for word in WORDS if "NOT" in word]),
        ("Job WHERE status not i", ["Job WHERE status not in "]),
    ],
)  # fmt: skip
def test_query_goes_on_one_step(text, expected):
    assert query_completions(text) == expected


def test_every_type_is_offered_at_the_start():
    from accsyn_orm.entities import ENTITY_CLASSES

    assert query_completions("") == sorted(cls.__name__ for cls in ENTITY_CLASSES.values())


def press_tab(shell: str, line: str, tmp_path: Path) -> list[str]:
    """Ask as the shell would; return what it was offered."""
    environment = {
        "bash": {"COMP_WORDS": line, "COMP_CWORD": str(_last_word(line))},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {
            "_TYPER_COMPLETE_ARGS": line,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        },
    }[shell]
    where = {"ACCSYN_CONFIG_DIR": str(tmp_path)}
    return ask({**environment, **where, "_ACCSYN_ORM_COMPLETE": f"complete_{shell}"}).splitlines()


def ask(environment: dict[str, str]) -> str:
    """Run the command line as the script of a shell does."""
    script = "from accsyn_orm.cli.app import app; app(prog_name='accsyn-orm')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**environment, "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stderr == ""
    return done.stdout


def _last_word(line: str) -> int:
    """Return the place of the word under way, with a quoted text as one word."""
    return line.partition('"')[0].count(" ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ('accsyn-orm find "Job WHERE status=fa', "Job WHERE status=failed"),
        ("accsyn-orm get Que", "Queue"),
    ],
)
def test_shell_is_offered_what_fits(shell, line, offered, tmp_path):
    answer = "\n".join(press_tab(shell, line, tmp_path))
    assert offered in answer
    assert answer.count("\n") == 0


def test_attributes_are_offered_for_the_type_that_is_typed(complete):
    assert complete("find", "Job", "--only", "code,sta") == ["code,status"]
    assert complete("find", "Nothing", "--only", "sta") == []
    assert complete("update", "Job WHERE code=x", "sta") == ["status="]
    assert complete("update", "Job", "status=wa") == ["status=waiting"]
    assert complete("update", "Job", "status=run") == []  # nobody can set it
    assert complete("create", "Queue", "prio") == ["priority="]
    assert complete("create", "Nothing", "prio") == []


def test_bash_takes_changes_apart_at_the_sign(complete):
    assert complete("update", "Job", "status", "=", "wa") == ["waiting"]
    assert "waiting" in complete("update", "Job", "status", "=")


def test_profiles_are_offered(complete, config):
    (config / "profiles").mkdir(parents=True)
    (config / "profiles" / "studio.env").write_text("")
    assert complete("find", "Job", "--profile", "st") == ["studio"]


@pytest.fixture
def complete():
    """Offer what completes the last of some arguments, in this process."""
    from typer._completion_classes import FishComplete
    from typer.main import get_command

    from accsyn_orm.cli.app import app

    def complete(*arguments: str) -> list[str]:
        *before, last = arguments
        shell = FishComplete(get_command(app), {}, "accsyn-orm", "_ACCSYN_ORM_COMPLETE")
        return [item.value for item in shell.get_completions(before, last)]

    return complete


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script_of_each_shell_can_be_printed(shell, tmp_path):
    done = ask({"_ACCSYN_ORM_COMPLETE": f"source_{shell}", "PATH": "/bin:/usr/bin"})
    assert f"_ACCSYN_ORM_COMPLETE=complete_{shell}" in done
