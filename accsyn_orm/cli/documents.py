"""What has a text of its own – plans, reports, journals – as text, as a whole, or as its rows."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import typer

from accsyn_orm.cli.options import Form, is_data
from accsyn_orm.cli.records import write_facts, write_rows

ROWS_ALONE: Final = frozenset({Form.CSV, Form.JSONL})
"""Forms that have no place for what is no row."""

_COLUMNS = (
    "number",
    "row",
    "action",
    "type",
    "id",
    "label",
    "state",
    "error",
    "candidates",
    "before",
    "after",
)


class Document(Protocol):
    """Something with rows that writes itself as JSON."""

    def to_json(self) -> str:
        """Return it as JSON text, whose rows are in ``rows``."""
        ...


def write_document(document: Document, form: Form | None) -> None:
    """Write it to standard output: as its text for people unless data are wanted."""
    if form is Form.JSON:
        typer.echo(document.to_json())
    elif is_data(form):
        _write_data(json.loads(document.to_json()), form)
    else:
        typer.echo(str(document))


def _write_data(content: Mapping[str, Any], form: Form) -> None:
    if form is Form.YAML:
        write_facts(content, form)
        return
    rows: Sequence[Mapping[str, Any]] = content["rows"]
    columns = [name for name in _COLUMNS if any(name in row for row in rows)]
    write_rows(rows, columns or _COLUMNS, form, sys.stdout)
