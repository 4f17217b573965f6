"""Entities as Arrow tables and as data frames of pandas and polars; pages turn into columns."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from accsyn_orm.errors import ExportError
from accsyn_orm.exports.columns import Kind
from accsyn_orm.exports.source import table_of

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from accsyn_orm.exports.columns import Misfits
    from accsyn_orm.exports.source import Source, Table


def to_batches(source: Source, *, misfits: Misfits = "raise") -> Iterator[pa.RecordBatch]:
    """Give the entities as Arrow record batches, one per page, in constant memory.

    Raises:
        ExportError: pyarrow is missing, or a value does not fit its column.
    """
    arrow = _library("pyarrow", "arrow")
    table = table_of(source)
    return _batches(arrow, table, _arrow_schema(arrow, table), misfits)


def to_arrow(source: Source, *, misfits: Misfits = "raise") -> pa.Table:
    """Return the entities as an Arrow table.

    Raises:
        ExportError: pyarrow is missing, or a value does not fit its column.
    """
    arrow = _library("pyarrow", "arrow")
    table = table_of(source)
    schema = _arrow_schema(arrow, table)
    found: pa.Table = arrow.Table.from_batches(
        _batches(arrow, table, schema, misfits), schema=schema
    )
    return found


def to_polars(source: Source, *, misfits: Misfits = "raise") -> pl.DataFrame:
    """Return the entities as a polars data frame.

    Raises:
        ExportError: polars is missing, or a value does not fit its column.
    """
    library = _library("polars", "polars")
    table = table_of(source)
    kinds = _polars_types(library)
    schema = {column.name: kinds[column.kind] for column in table.columns}
    frames = [library.DataFrame(block, schema=schema) for block in table.blocks(misfits)]
    found: pl.DataFrame = library.concat([library.DataFrame(schema=schema), *frames])
    return found


def to_pandas(source: Source, *, misfits: Misfits = "raise") -> pd.DataFrame:
    """Return the entities as a pandas data frame, in types that can hold nothing.

    Raises:
        ExportError: pandas is missing, or a value does not fit its column.
    """
    library = _library("pandas", "pandas")
    table = table_of(source)
    types = {column.name: _PANDAS[column.kind] for column in table.columns}
    empty = {name: library.Series([], dtype=kind) for name, kind in types.items()}
    frames = [
        library.DataFrame({n: library.Series(v, dtype=types[n]) for n, v in block.items()})
        for block in table.blocks(misfits)
    ]
    found: pd.DataFrame = library.concat(frames or [library.DataFrame(empty)], ignore_index=True)
    return found


def _library(name: str, extra: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise ExportError.without_library(name, extra) from error


def _batches(arrow: Any, table: Table, schema: Any, misfits: Misfits) -> Iterator[Any]:
    for block in table.blocks(misfits):
        yield arrow.RecordBatch.from_pydict(block, schema=schema)


def _arrow_schema(arrow: Any, table: Table) -> Any:
    kinds = {
        Kind.TEXT: arrow.string(),
        Kind.INTEGER: arrow.int64(),
        Kind.NUMBER: arrow.float64(),
        Kind.BOOLEAN: arrow.bool_(),
        Kind.MOMENT: arrow.timestamp("us", tz="UTC"),
        Kind.DURATION: arrow.duration("us"),
        Kind.TEXTS: arrow.list_(arrow.string()),
        Kind.JSON: arrow.string(),
    }
    return arrow.schema([(column.name, kinds[column.kind]) for column in table.columns])


def _polars_types(library: Any) -> dict[Kind, Any]:
    return {
        Kind.TEXT: library.String,
        Kind.INTEGER: library.Int64,
        Kind.NUMBER: library.Float64,
        Kind.BOOLEAN: library.Boolean,
        Kind.MOMENT: library.Datetime("us", "UTC"),
        Kind.DURATION: library.Duration("us"),
        Kind.TEXTS: library.List(library.String),
        Kind.JSON: library.String,
    }


_PANDAS = {
    Kind.TEXT: "string",
    Kind.INTEGER: "Int64",
    Kind.NUMBER: "Float64",
    Kind.BOOLEAN: "boolean",
    Kind.MOMENT: "datetime64[us, UTC]",
    Kind.DURATION: "timedelta64[us]",
    Kind.TEXTS: "object",
    Kind.JSON: "string",
}
