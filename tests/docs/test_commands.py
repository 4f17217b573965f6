"""Every command that the page about the command line shows runs, and prints what is shown.

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

from accsyn_orm.cli import app
from accsyn_orm.testing import EmbeddedWorkspace

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "cli.md"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
LINE = re.compile(
    r"(?:echo (?P<input>\".*?\") \| )?accsyn-orm (?P<rest>.*?)(?: > (?P<file>\S+))?(?: +#.*)?"
)


def commands() -> Iterator[tuple[str, str]]:
    for block in BLOCK.findall(PAGE.read_text("utf-8")):
        yield from COMMAND.findall(block)


def test_commands_print_what_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("ACCSYN_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    shown = list(commands())
    assert len(shown) > 8
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
            monkeypatch.setattr(sys, "argv", ["accsyn-orm", *arguments])
            with pytest.raises(SystemExit) as left:
                app.main()
            printed = capsys.readouterr()
            if found["file"]:
                Path(found["file"]).write_text(printed.out, "utf-8")
                printed = printed._replace(out="")
            got = printed.out + printed.err
            if not expected.strip():
                assert left.value.code not in {1, 2, 4}, f"$ {line}\n{got}"
                continue
            checker = doctest.OutputChecker()
            same = checker.check_output(expected, got, doctest.ELLIPSIS)
            assert same, f"$ {line}\n{got}\n--- the page shows\n{expected}"
