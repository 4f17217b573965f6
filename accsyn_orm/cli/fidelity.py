"""``accsyn-orm serve --fidelity``: what the workspace does, and how each of it is known."""

from __future__ import annotations

import sys

import typer

from accsyn_orm.cli.options import Form, is_data
from accsyn_orm.cli.output import Output
from accsyn_orm.cli.records import write_rows
from accsyn_orm.server.fidelity import fidelity, summary

_COLUMNS: tuple[str, ...] = ("subject", "statement", "source")


def print_fidelity(form: Form | None) -> None:
    """Print the table to standard output, and how many lines of it have which source."""
    cells = fidelity()
    rows = [(cell.subject, cell.statement, cell.source.value) for cell in cells]
    if is_data(form):
        named = (dict(zip(_COLUMNS, row, strict=True)) for row in rows)
        write_rows(named, _COLUMNS, form, sys.stdout)
        return
    Output().table(_COLUMNS, rows)
    counted = (f"{number} {source.value}" for source, number in summary(cells).items())
    typer.echo(", ".join(counted), err=True)
