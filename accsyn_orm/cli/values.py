"""Values as people type them, and rows as they keep them in files, as values of Python."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from accsyn_orm import Entity, Query
from accsyn_orm.cli.exits import UsageError
from accsyn_orm.entities import ENTITY_CLASSES
from accsyn_orm.entities.registry import CLASS_NAMES
from accsyn_orm.entities.shape import find_attribute
from accsyn_orm.entities.validation import did_you_mean, validated
from accsyn_orm.errors import ConfigurationError
from accsyn_orm.query import parse

FORMATS = ("csv", "json", "jsonl")


def entity_class(name: str) -> type[Entity]:
    """Return the class of an entity type.

    Raises:
        UsageError: there is none of that name.
    """
    found = ENTITY_CLASSES.get(name.strip().lower())
    if found is None:
        known = ", ".join(CLASS_NAMES)
        reason = f"{name!r} is none of {known}{did_you_mean(name, ENTITY_CLASSES)}"
        raise UsageError("type", reason)
    return found


def query_of(
    text: str,
    *,
    finished: bool = False,
    inactive: bool = False,
    archived: bool = False,
    under: str | None = None,
) -> Query[Entity]:
    """Return the query that a text and the options beside it mean.

    Raises:
        QueryError: the text is no query.
        UsageError: there is no such entity type.
    """
    query = entity_class(parse(text).entity).parse(text)
    query = query.finished() if finished else query
    query = query.inactive() if inactive else query
    query = query.archived() if archived else query
    return query if under is None else query.under(under)


def part_of(query: Query[Entity], *, skip: int, limit: int | None) -> Query[Entity]:
    """Return a query for a part of what is found; 0 and ``None`` for all of it."""
    query = query.skip(skip) if skip else query
    return query if limit is None else query.limit(limit)


def attribute_named(cls: type[Entity], spelling: str) -> str:
    """Return the attribute that a spelling means.

    Raises:
        UsageError: there is none.
    """
    found = find_attribute(cls, spelling.lower())
    if found is None:
        known = [name for name, spec in cls.__entity_attributes__.items() if spec.readable]
        reason = f"{cls.__name__} has no attribute {spelling!r}{did_you_mean(spelling, known)}"
        raise UsageError("attribute", reason)
    return found


def assignments(cls: type[Entity], texts: Iterable[str]) -> dict[str, object]:
    """Return the attributes that texts such as ``status=paused`` give.

    Raises:
        UsageError: a text is no such assignment.
    """
    given: dict[str, object] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name.strip() and equals):
            reason = f"{text!r} is no change: write attribute=value"
            raise UsageError("change", reason)
        attribute = _attribute(cls, name)
        given[attribute] = typed(cls, attribute, value)
    return given


def typed(cls: type[Entity], name: str, text: str) -> object:
    """Return the value that a text means for an attribute.

    Text is taken as it is where the attribute takes that, else as JSON; ``null`` is none.
    """
    if name not in cls.__entity_attributes__ or not validated(cls, name, text)[1]:
        is_none = text == "null" and name in cls.__entity_attributes__
        return None if is_none and not validated(cls, name, None)[1] else text
    try:
        return json.loads(text)
    except ValueError:
        return text  # refused with everything else that is wrong


def read_rows(cls: type[Entity], path: Path, form: str | None) -> list[Mapping[str, Any]]:
    """Return the rows of a file; ``-`` is standard input.

    Args:
        cls: class of the entities that the rows describe.
        path: the file.
        form: one of `FORMATS`; by default, what the name of the file ends with.

    Raises:
        ConfigurationError: it cannot be read, or is in no such form.
    """
    kind = form or path.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        hint = f"say --format {'|'.join(FORMATS)}"
        raise ConfigurationError(str(path), "does not say what form it has", hint=hint)
    text = read_text(path)
    if kind == "csv":
        return [_csv_row(cls, row) for row in csv.DictReader(io.StringIO(text))]
    try:
        if kind == "json":
            return _objects(json.loads(text))
        return _objects([json.loads(line) for line in text.splitlines() if line.strip()])
    except (ValueError, RecursionError) as error:
        reason = f"is no {kind}: {error}"
        raise ConfigurationError(str(path), reason) from error


def read_text(path: Path) -> str:
    """Return the text of a file; ``-`` is standard input.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        if str(path) == "-":
            return sys.stdin.read()
        return path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "is no text in UTF-8"
        raise ConfigurationError(str(path), f"cannot be read: {reason}") from error


def _objects(document: Any) -> list[Mapping[str, Any]]:
    if not isinstance(document, list):
        msg = "a list of objects is needed"
        raise ValueError(msg)  # noqa: TRY004  # one error for all that the file may hold
    return cast("list[Mapping[str, Any]]", document)


def _csv_row(cls: type[Entity], cells: Mapping[str | None, Any]) -> dict[str, Any]:
    """Return the attributes of a row: empty cells give none, ``metadata.shot`` gives one key."""
    row: dict[str, Any] = {}
    for header, cell in cells.items():
        name, dot, key = str(header).strip().partition(".")
        attribute = _attribute(cls, name)
        if dot and cell:
            row.setdefault(attribute, {})[key] = cell
        elif cell:
            row[attribute] = typed(cls, attribute, cell)
    return row


def _attribute(cls: type[Entity], spelling: str) -> str:
    """Return the attribute that a spelling means, or the spelling itself, to be refused later."""
    return find_attribute(cls, spelling.strip().lower()) or spelling.strip()
