"""``accsyn-orm serve --fidelity``: what the workspace does, and how each of it is known."""

from __future__ import annotations

import json

import typer

from accsyn_orm.cli.output import Output
from accsyn_orm.server.fidelity import fidelity, summary


def print_fidelity(*, as_json: bool) -> None:
    """Print the table to standard output, and how many lines of it have which source."""
    cells = fidelity()
    if as_json:
        rows = [
            {"subject": cell.subject, "statement": cell.statement, "source": cell.source.value}
            for cell in cells
        ]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    output = Output()
    output.table(
        ("subject", "statement", "source"),
        [(cell.subject, cell.statement, cell.source) for cell in cells],
    )
    counted = (f"{number} {source.value}" for source, number in summary(cells).items())
    typer.echo(", ".join(counted), err=True)
