"""Draws the pictures of the command line in docs/_static: what real commands print on a terminal.

``make pictures`` writes them. A test runs the same commands, and compares the text.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from rich.console import CONSOLE_SVG_FORMAT, Console
from rich.text import Text

from accsyn_orm.cli import app
from accsyn_orm.testing import EmbeddedWorkspace

FOLDER = Path(__file__).parent / "_static"
WIDTH = 92
PICTURES: Mapping[str, tuple[str, ...]] = {
    "find": (
        'accsyn-orm find "Transfer WHERE status=running" --only code,status,progress,size,speed',
        'accsyn-orm find "Transfer WHERE status=runing"',
    ),
    "plan": (
        'accsyn-orm update "Queue WHERE priority>=500" description="dailies first" --dry-run',
    ),
    "explain": ('accsyn-orm explain "Job WHERE status=failed AND size>1000000000"',),
}
# Without the web font that Rich names: a picture asks nobody for anything.
_FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


class _Terminal(io.StringIO):
    """Takes what a terminal would be shown."""

    def isatty(self) -> bool:
        return True


def draw() -> Iterator[tuple[str, str]]:
    """Run all commands against a new workspace; give the name of each picture, and its SVG."""
    with _signed_in():
        for name, commands in PICTURES.items():
            console = Console(record=True, width=WIDTH, file=io.StringIO(), highlight=False)
            for command in commands:
                console.print(Text.assemble(("$ ", "green"), command), soft_wrap=True)
                console.print(Text.from_ansi(_printed(command)))
            svg = console.export_svg(title="accsyn_orm", unique_id=name, code_format=_FORMAT)
            yield name, svg


@contextmanager
def _signed_in() -> Iterator[None]:
    with EmbeddedWorkspace() as workspace, tempfile.TemporaryDirectory() as folder:
        workspace.write_environment(Path(folder))
        lines = (Path(folder) / ".env.admin").read_text("utf-8").splitlines()
        terminal = {"TERM": "xterm-256color", "COLUMNS": str(WIDTH), "LINES": "40"}
        inherited = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "FORCE_COLOR"}}
        variables = {**inherited, **terminal, **dict(line.split("=", 1) for line in lines)}
        with patch.dict(os.environ, variables | {"ACCSYN_CONFIG_DIR": folder}, clear=True):
            yield


def _printed(command: str) -> str:
    terminal = _Terminal()
    with (
        redirect_stdout(terminal),
        redirect_stderr(terminal),
        patch.object(sys, "argv", shlex.split(command)),
    ):
        try:
            app.main()
        except SystemExit:  # how commands end
            return terminal.getvalue().rstrip("\n")
    raise AssertionError(command)


if __name__ == "__main__":
    for name, svg in draw():
        (FOLDER / f"{name}.svg").write_text(svg, "utf-8")
