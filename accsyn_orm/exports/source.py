"""What can be exported: a query, or entities that are there already, in portions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeAlias

from accsyn_orm.entities import Entity, Query
from accsyn_orm.entities.active import active_backend
from accsyn_orm.errors import ExportError
from accsyn_orm.exports.columns import Column, columns_of

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Backend, Generation
    from accsyn_orm.exports.columns import Misfits

Source: TypeAlias = "Query[Any] | Iterable[Entity]"
"""A query, which is asked page by page, or entities of one class."""

PORTION = 500
"""How many entities are turned into columns at once."""


@dataclass(frozen=True)
class Table:
    """Columns, and the entities for their rows, in portions that are made as they are needed."""

    columns: tuple[Column, ...]
    portions: Iterator[Sequence[Entity]]

    def blocks(self, misfits: Misfits) -> Iterator[dict[str, list[Any]]]:
        """Give each portion as the values of every column."""
        for portion in self.portions:
            yield {
                column.name: [column.value(entity, misfits) for entity in portion]
                for column in self.columns
            }


def table_of(source: Source, portion: int = PORTION) -> Table:
    """Return what a source holds as a table.

    Raises:
        ExportError: entities without a class to tell the columns: none, or of several classes.
    """
    if isinstance(source, Query):
        generation = _generation(source.backend or active_backend())
        columns = columns_of(source.entity, source.selection.attributes, generation)
        return Table(columns, source.pages(portion))
    return _table_of_entities(iter(source), portion)


def _table_of_entities(entities: Iterator[Entity], portion: int) -> Table:
    first = next(entities, None)
    if first is None:
        raise ExportError("no entities, so nothing tells the columns", hint="export a query")
    cls = type(first)
    columns = columns_of(cls, (), _generation(first.session))
    return Table(columns, _portions(cls, chain([first], entities), portion))


def _generation(backend: Backend | None) -> Generation | None:
    return None if backend is None else backend.protocol


def _portions(
    cls: type[Entity], entities: Iterator[Entity], portion: int
) -> Iterator[Sequence[Entity]]:
    while found := list(islice(entities, portion)):
        for entity in found:
            if type(entity) is not cls:
                reason = f"holds {cls.__name__} and {type(entity).__name__}"
                raise ExportError(reason, hint="export one class at a time")
        yield found
