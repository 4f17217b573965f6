"""Carrying out the commands about schemas: showing them, comparing them, writing classes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import typer

from accsyn_orm import Session
from accsyn_orm.cli.exits import CONFLICT, UsageError
from accsyn_orm.cli.options import Access, Form
from accsyn_orm.cli.output import Output
from accsyn_orm.cli.progress import steps_bar
from accsyn_orm.cli.records import to_json, write_rows
from accsyn_orm.entities import Record
from accsyn_orm.errors import BackendError, ConfigurationError, PayloadError, QueryError
from accsyn_orm.schema import Difference, Schema, drift, generate, metadata_keys, sampled_kinds

_COLUMNS: tuple[str, ...] = ("type", "attribute", "read", "create", "update")


def read(types: Sequence[str], file: Path | None, access: Access) -> Schema:
    """Return the schema in a file, or of the workspace.

    Raises:
        UsageError: the file cannot be read, or lacks one of the types.
    """
    if file is None:
        with access.session() as session, steps_bar() as progress:
            return session.schema(types or None, progress=progress)
    try:
        schema = Schema.from_dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, PayloadError) as error:
        raise UsageError("--file", f"{file} holds no schema: {error}") from error
    missing = [name for name in types if name.lower() not in schema.types]
    if missing:
        raise UsageError("type", f"{', '.join(missing)}: not in {file}")
    kinds = {name.lower() for name in types} or set(schema.types)
    chosen = {kind: found for kind, found in schema.types.items() if kind in kinds}
    return Schema(schema.workspace, schema.protocol, chosen)


def show(schema: Schema, form: Form | None) -> None:
    """Write a schema: as one value in JSON, else an attribute a line."""
    form = form or (Form.TABLE if sys.stdout.isatty() else Form.JSON)
    if form is Form.JSON:
        sys.stdout.write(f"{to_json(schema.to_dict(), indent=2)}\n")
        return
    rows = [dict(zip(_COLUMNS, row, strict=True)) for row in _attributes(schema)]
    _write(rows, _COLUMNS, form)


def diff(schema: Schema, ignored: Sequence[str], form: Form | None) -> None:
    """Write where a workspace differs from the classes; leave with 5 if it does."""
    names = {name.lower() for name in ignored}
    found = [item for item in drift(schema) if not _is_ignored(item, names)]
    form = form or (Form.TABLE if sys.stdout.isatty() else Form.JSONL)
    rows = [{"type": i.type, "attribute": i.attribute, "difference": i.kind.value} for i in found]
    _write(rows, ("type", "attribute", "difference"), form)
    if found:
        raise typer.Exit(CONFLICT)


def write(
    schema: Schema, agreed: Sequence[str], out: Path | None, access: Access, *, sample: int
) -> None:
    """Write classes for what only a workspace has."""
    try:
        kinds = _sampled(schema, access, sample) if sample else {}
        code = generate(schema, kinds, metadata_keys(agreed))
    except ConfigurationError as error:
        raise UsageError(f"--{error.setting}", error.reason, hint=error.hint) from error
    if out is None:
        sys.stdout.write(code)
        return
    out.write_text(code, encoding="utf-8")
    typer.echo(f"wrote {out}", err=True)


def _sampled(schema: Schema, access: Access, count: int) -> dict[str, dict[str, str]]:
    """Return an annotation for each attribute of some entities of every type."""
    with access.session() as session:
        return {kind: sampled_kinds(_some(session, kind, count)) for kind in schema.types}


def _some(session: Session, kind: str, count: int) -> list[Record]:
    """Return some records; none of what cannot be listed by itself, such as tasks."""
    try:
        return session.find(kind, limit=count)
    except (BackendError, QueryError):
        return []


def _attributes(schema: Schema) -> Iterator[tuple[object, ...]]:
    for kind, attributes in schema.types.items():
        for item in attributes.values():
            yield kind, item.name, item.read, item.create, item.update


def _is_ignored(item: Difference, names: set[str]) -> bool:
    return bool({item.type, f"{item.type}.{item.attribute}".lower()} & names)


def _write(rows: Sequence[Mapping[str, object]], columns: Sequence[str], form: Form) -> None:
    if form is Form.TABLE:
        Output().table(columns, [[_cell(row[name]) for name in columns] for row in rows])
        return
    write_rows(rows, columns, form, sys.stdout)


def _cell(value: object) -> object:
    return {True: "yes", False: ""}.get(value, value) if isinstance(value, bool) else value
