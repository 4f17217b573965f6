"""Entities as data: rows of a table for people, JSON, CSV or YAML for programs.

Rows are written as they come. What is written as data are the plain values of an entity; a table
shows the typed ones, which know how people read them.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from enum import Enum
from typing import Any, TextIO, cast

from accsyn_orm import Entity
from accsyn_orm.cli.options import Form
from accsyn_orm.cli.output import Output, cell_text

_IN_TABLES = (
    "id",
    "code",
    "name",
    "status",
    "role",
    "type",
    "priority",
    "progress",
    "size",
    "user_hr",
    "queue_hr",
    "destination_hr",
    "created",
)
_LEAST_IN_TABLES = 4
_BETWEEN_COLUMNS = 3
# Such as "user:anna@acmefilm.com[employee](5bfeb0381da7ee4095fa217e)": the name is what is read.
_READABLE = re.compile(r"\w+:(?P<name>.+?)(?:\[\w+\])?\([0-9a-f]{24}\)")
# Terminals act on these as on ESC, which JSON writes as an escape anyway.
_CONTROLS = re.compile("[\x7f-\x9f]")


def default_form(*, is_single: bool) -> Form:
    """Return the form for who did not ask for one: a table only when somebody looks."""
    if sys.stdout.isatty():
        return Form.TABLE
    return Form.JSON if is_single else Form.JSONL


def write_entities(
    cls: type[Entity], entities: Iterable[Entity], form: Form, *, only: Sequence[str] = ()
) -> None:
    """Write entities to standard output.

    Args:
        cls: their class.
        entities: taken one by one.
        form: how to write them.
        only: attributes to write; by default all that were loaded, in tables a choice.
    """
    if form is Form.TABLE:
        found, output = list(entities), Output()
        names = tuple(only) or _shown(cls, found, output.width)
        output.table(names, [[_typed(entity, name) for name in names] for entity in found])
        return
    columns = tuple(only) or tuple(
        name for name, spec in cls.__entity_attributes__.items() if spec.readable
    )
    rows = (plain_record(entity, only) for entity in entities)
    write_rows(rows, columns, form, sys.stdout)


def write_entity(entity: Entity, form: Form, *, only: Sequence[str] = ()) -> None:
    """Write one entity to standard output: in tables, one line for each attribute."""
    if form in {Form.CSV, Form.JSONL}:
        write_entities(type(entity), [entity], form, only=only)
        return
    record = plain_record(entity, only)
    if form is Form.TABLE:
        rows = [(name, _typed(entity, name)) for name in record]
        Output().table(("attribute", "value"), rows, is_counted=False)
        return
    write_facts(record, form)


def write_facts(facts: Mapping[str, object], form: Form) -> None:
    """Write names and values to standard output."""
    if form is Form.TABLE:
        Output().table(("", "value"), list(facts.items()), is_counted=False)
        return
    if form is Form.JSON:
        sys.stdout.write(f"{to_json(plain(facts), indent=2)}\n")
    elif form is Form.YAML:
        _dump_yaml(plain(facts), sys.stdout)
    else:
        write_rows([facts], tuple(facts), form, sys.stdout)


def write_rows(
    rows: Iterable[Mapping[str, object]],
    columns: Sequence[str],
    form: Form,
    out: TextIO,
    *,
    is_headed: bool = False,
) -> None:
    """Write rows as data, each as it comes.

    Args:
        rows: what to write.
        columns: of CSV, which needs to know them before the first row.
        form: any but a table.
        out: where to.
        is_headed: CSV has its header already.
    """
    match form:
        case Form.CSV:
            _write_csv(rows, columns, out, is_headed=is_headed)
        case Form.YAML:
            _write_yaml(rows, out)
        case Form.JSON:
            _write_json(rows, out)
        case _:
            _write_jsonl(rows, out)


def plain_record(entity: Entity, only: Sequence[str] = ()) -> dict[str, object]:
    """Return attributes of an entity as values of JSON.

    Args:
        entity: what they are read off.
        only: which; by default all that were loaded, with the unknown ones at the end.
    """
    values, known = vars(entity), only or type(entity).__entity_attributes__
    record = {name: plain(values[name]) for name in known if name in values}
    if not only:
        record.update((name, plain(value)) for name, value in entity.extra.items())
    return record


def plain(value: object) -> Any:
    """Return a value as JSON knows it: texts of enumerations, ISO 8601 in UTC for moments."""
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {str(key): plain(item) for key, item in items}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in cast("Iterable[object]", value)]
    return plain(value.value) if isinstance(value, Enum) else _plain_scalar(value)


def _plain_scalar(value: object) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    return float(value) if isinstance(value, float) else str(value)


def to_json(value: object, *, indent: int | None = None) -> str:
    """Return plain values as JSON that a terminal cannot be driven with."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _write_jsonl(rows: Iterable[Mapping[str, object]], out: TextIO) -> None:
    out.writelines(f"{to_json(plain(row))}\n" for row in rows)


def _write_json(rows: Iterable[Mapping[str, object]], out: TextIO) -> None:
    separator = "["
    for row in rows:
        text = to_json(plain(row), indent=2).replace("\n", "\n  ")
        out.write(f"{separator}\n  {text}")
        separator = ","
    out.write("[]\n" if separator == "[" else "\n]\n")


def _write_csv(
    rows: Iterable[Mapping[str, object]], columns: Sequence[str], out: TextIO, *, is_headed: bool
) -> None:
    writer = csv.writer(out, lineterminator="\n")
    if not is_headed:
        writer.writerow(columns)
    for row in rows:
        writer.writerow([_csv_cell(row.get(name)) for name in columns])


def _csv_cell(value: object) -> object:
    """Return a cell that ``create --from`` reads back."""
    item = plain(value)
    if isinstance(item, bool) or isinstance(value, (Mapping, list, tuple)):
        return to_json(item)
    return "" if item is None else item


def _write_yaml(rows: Iterable[Mapping[str, object]], out: TextIO) -> None:
    is_empty = True
    for row in rows:
        _dump_yaml([plain(row)], out)
        is_empty = False
    if is_empty:
        out.write("[]\n")


def _dump_yaml(value: object, out: TextIO) -> None:
    import yaml

    yaml.safe_dump(value, out, allow_unicode=True, sort_keys=False, width=100)


def _shown(cls: type[Entity], entities: Sequence[Entity], width: int) -> tuple[str, ...]:
    """Return the attributes that a table of these entities has columns for: what fits."""
    values = [vars(entity) for entity in entities]
    names = [name for name in _IN_TABLES if name in cls.__entity_attributes__]
    names = [name for name in names if any(found.get(name) is not None for found in values)]
    if all(found.get("name") == found.get("code") for found in values):
        names = [name for name in names if name != "name"]
    chosen: list[str] = []
    for name in names:
        cells = [cell_text(_typed(entity, name)) for entity in entities]
        width -= max(map(len, [name, *cells])) + _BETWEEN_COLUMNS
        if width > 0 or len(chosen) < _LEAST_IN_TABLES:
            chosen.append(name)
    return tuple(chosen) or ("id",)


def _typed(entity: Entity, name: str) -> object:
    """Return an attribute as people read it."""
    value = getattr(entity, name) if name in vars(entity) else entity.extra.get(name)
    if name.endswith("_hr") and isinstance(value, str):
        found = _READABLE.fullmatch(value)
        return found["name"] if found else value
    return value


def columns_of(cls: type[Entity], names: Iterable[str]) -> Iterator[str]:
    """Give the attributes that options such as ``--only code,status`` name."""
    from accsyn_orm.cli.values import attribute_named

    for text in names:
        for name in text.split(","):
            if name.strip():
                yield attribute_named(cls, name.strip())
