"""Every command of the command line that a page shows runs, and prints what is shown.

What serves until it is stopped, or needs more than a workspace – a package index, PostgreSQL – is
read as its program would: options, extras and targets exist.

``console`` blocks hold commands behind ``$`` and what they print, with ``...`` for what differs
from run to run; a command whose output is not shown has to be one. Commands run in one process and
one workspace, in order, as a reader would type them; ``echo … |`` in front and ``> file`` behind
are understood.
"""

from __future__ import annotations

import doctest
import io
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from accsyn_orm.cli import app
from accsyn_orm.testing import EmbeddedWorkspace

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "reference" / "cli.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
LINE = re.compile(
    r"(?:echo (?P<input>\".*?\") \| )?accsyn-orm (?P<rest>.*?)(?: > (?P<file>\S+))?(?: +#.*)?"
)


OTHER_PAGES = [ROOT / "README.md", *sorted({*(ROOT / "docs").rglob("*.md")} - {PAGE})]
FENCE = re.compile(r"^```+([^\s`].*)$", re.MULTILINE)
LANGUAGES = {
    "python", "pycon", "{code-block} python",  # run by test_examples.py
    "console",  # here
    "text", "{toctree}", "{eval-rst}",  # nothing to run
}  # fmt: skip
FOREIGN = {"createuser", "createdb", "set"}
"""Programs that are not ours to check."""
SERVING = "accsyn-orm serve"
FILES = {"queues.csv": "code,name,priority\nnight,Night,10\nday,Day,600\n"}
"""What the pages suppose to be there."""


def commands(page: Path = PAGE) -> Iterator[tuple[str, str]]:
    for block in BLOCK.findall(page.read_text("utf-8")):
        yield from COMMAND.findall(block)


def runnable(page: Path) -> list[tuple[str, str]]:
    return [
        (line, expected)
        for line, expected in commands(page)
        if line.startswith(("accsyn-orm", "echo")) and not line.startswith(SERVING)
    ]


RUN = [PAGE, *filter(runnable, OTHER_PAGES)]


def test_most_commands_are_run():
    assert len(RUN) > 3
    assert len(runnable(PAGE)) > 8


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.stem)
def test_commands_print_what_the_page_shows(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("ACCSYN_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, "utf-8")
    shown = runnable(page)
    with EmbeddedWorkspace() as workspace:
        workspace.write_environment(tmp_path)
        for line in (tmp_path / ".env.admin").read_text("utf-8").splitlines():
            monkeypatch.setenv(*line.split("=", 1))
        for line, expected in shown:
            found = LINE.fullmatch(line)
            assert found, line
            text = "".join(shlex.split(found["input"] or ""))
            monkeypatch.setattr(sys, "stdin", io.StringIO(f"{text}\n"))
            arguments = shlex.split(found["rest"], comments=True)
            code, printed = _run(arguments, monkeypatch, capsys)
            if "say --yes" in printed.err:  # on a terminal one is asked, and answers
                code, printed = _run([*arguments, "--yes"], monkeypatch, capsys)
            if found["file"]:
                Path(found["file"]).write_text(printed.out, "utf-8")
                printed = printed._replace(out="")
            got = printed.out + printed.err
            if not expected.strip():
                assert code in {0, None}, f"$ {line}\n{got}"
                continue
            checker = doctest.OutputChecker()
            same = checker.check_output(expected, got, doctest.ELLIPSIS)
            assert same, f"$ {line}\n{got}\n--- the page shows\n{expected}"


def _run(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[object, pytest.CaptureResult[str]]:
    monkeypatch.setattr(sys, "argv", ["accsyn-orm", *arguments])
    with pytest.raises(SystemExit) as left:
        app.main()
    return left.value.code, capsys.readouterr()


def other_commands() -> Iterator[str]:
    for page in OTHER_PAGES:
        yield from (line for line, _ in commands(page))


@pytest.mark.parametrize("line", sorted({*other_commands()}))
def test_command_of_other_pages_can_be_typed(line: str):
    program, *arguments = shlex.split(line, comments=True)
    match program:
        case "accsyn-orm":
            _parse(arguments)
        case "make":
            assert re.search(
                rf"^{arguments[0]}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE
            )
        case "pip":
            extras = re.findall(r"\w+", arguments[-1].partition("[")[2])
            declared = (ROOT / "pyproject.toml").read_text("utf-8")
            assert [
                name for name in extras if not re.search(rf"^{name} = \[", declared, re.MULTILINE)
            ] == []
        case "python":
            compile(arguments[1], line, "exec")
        case _:
            assert program in FOREIGN


def _parse(arguments: list[str]) -> None:
    """Read arguments as the command line does, and run nothing."""
    until = next((n for n, word in enumerate(arguments) if word in {">", "|", "&&"}), None)
    command, rest = get_command(app.app), arguments[:until]
    while hasattr(command, "commands"):
        command, rest = command.commands[rest[0]], rest[1:]
    command.make_context(command.name, rest)


def test_every_block_of_code_is_of_a_language_that_is_run():
    found = {
        (str(page.relative_to(ROOT)), language)
        for page in [PAGE, *OTHER_PAGES]
        for language in FENCE.findall(page.read_text("utf-8"))
    }
    assert {pair for pair in found if pair[1] not in LANGUAGES} == set()
