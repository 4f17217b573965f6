from __future__ import annotations

import io
from datetime import datetime, timezone
from enum import Enum

import pytest
from rich.console import Console

from accsyn_orm.cli.output import Output


class Colour(str, Enum):
    RED = "red"


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def piped(stream: io.StringIO) -> Output:
    return Output(Console(file=stream, width=40))


@pytest.fixture
def on_terminal(stream: io.StringIO) -> Output:
    return Output(Console(file=stream, force_terminal=True, width=60, color_system="standard"))


def test_table_in_a_pipe_is_plain_aligned_text(piped: Output, stream: io.StringIO):
    created = datetime(2026, 2, 8, 11, 20, tzinfo=timezone.utc)
    piped.table(("id", "colour", "created"), [("a", Colour.RED, created), ("bbbb", None, 7)])
    assert stream.getvalue() == (
        "id    colour  created\na     red     2026-02-08 11:20\nbbbb  –       7\n(2 rows)\n"
    )


def test_table_without_rows_says_so(piped: Output, stream: io.StringIO):
    piped.table(("id",), [])
    assert stream.getvalue() == "id\n(0 rows)\n"


def test_long_cells_are_not_cut_in_a_pipe(piped: Output, stream: io.StringIO):
    piped.table(("id",), [("x" * 200,)])
    assert "x" * 200 in stream.getvalue()
    assert "(1 row)" in stream.getvalue()


def test_values_are_never_taken_for_markup(piped: Output, stream: io.StringIO):
    piped.line("[bold]x[/bold]")
    piped.table(("id",), [("[red]y",)])
    assert "[bold]x[/bold]" in stream.getvalue()
    assert "[red]y" in stream.getvalue()


def test_pipe_gets_no_escape_sequences(piped: Output, stream: io.StringIO):
    piped.heading("Title")
    piped.code("x = 1\ny = 2")
    piped.error(ValueError("no"))
    assert stream.getvalue() == "== Title\n>>> x = 1\n>>> y = 2\nValueError: no\n"


def test_terminal_gets_boxes_and_colour(on_terminal: Output, stream: io.StringIO):
    on_terminal.heading("Title")
    on_terminal.code("x = 1")
    on_terminal.table(("id",), [("a",)])
    on_terminal.error(ValueError("no"))
    shown = stream.getvalue()
    assert on_terminal.is_rich
    assert "\x1b[" in shown
    assert "┃" in shown
    assert ">>>" not in shown
