"""What people see: tables and colour on a terminal, plain aligned text in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Column, Table
from rich.text import Text

from accsyn_orm import Change
from accsyn_orm.entities import Size, Speed

Row = Sequence[object]


class Output:
    """Prints for people; decides once, per stream, how rich that can be.

    Args:
        console: where to print; by default standard output.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)

    @property
    def is_rich(self) -> bool:
        """Whether somebody is looking: a terminal that takes colour and boxes."""
        return self._console.is_terminal

    def heading(self, text: str) -> None:
        """Print a line that starts something new."""
        self._line(Text(text, style="bold cyan") if self.is_rich else f"== {text}")

    def line(self, text: str = "", *, style: str = "") -> None:
        """Print one line as it is; nothing in it is taken for markup."""
        self._line(Text(text, style=style))

    def code(self, source: str) -> None:
        """Print Python source, set off from its results."""
        if self.is_rich:
            self._console.print(Syntax(source, "python", theme="ansi_dark", word_wrap=True))
        else:
            for line in source.splitlines():
                self._line(f">>> {line}")

    def error(self, error: BaseException) -> None:
        """Print an error the way it reads at the end of a traceback."""
        text = f"{type(error).__name__}: {error}"
        self._line(Text(text, style="red") if self.is_rich else text)

    @property
    def width(self) -> int:
        """How many characters fit in a line; in a pipe, as many as there are."""
        return self._console.width if self.is_rich else sys.maxsize

    def table(
        self, columns: Sequence[str], rows: Sequence[Row], *, is_counted: bool = True
    ) -> None:
        """Print rows below their column names, and how many there are.

        Args:
            columns: their names; a column called ``id`` is never cut.
            rows: what to print.
            is_counted: say how many there are.
        """
        cells = [[cell_text(value) for value in row] for row in rows]
        counted = _counted(len(rows)) if is_counted else None
        if self.is_rich:
            heads = [Column(name, no_wrap=name == "id") for name in columns]
            table = Table(*heads, header_style="bold", caption=counted)
            for row in cells:
                table.add_row(*map(Text, row))
            self._console.print(table)
            return
        widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
        for row in [list(columns), *cells]:
            padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self._line("  ".join(padded).rstrip())
        if counted:
            self._line(f"({counted})")

    def _line(self, text: str | Text) -> None:
        self._console.print(text, markup=False, soft_wrap=True)


def _counted(number: int) -> str:
    return "1 row" if number == 1 else f"{number} rows"


def cell_text(value: object) -> str:
    """Return a value as people read it in a table."""
    match value:
        case None:
            return "–"
        case Enum():
            return harmless(str(value.value))
        case Change(before, after):
            return f"{cell_text(before)} → {cell_text(after)}"
        case Size() | Speed():
            return value.human
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case _:
            return harmless(str(value))


def harmless(text: str) -> str:
    """Return text from elsewhere without what a terminal would obey."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
