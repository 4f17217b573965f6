"""Entities as tables: dictionaries, Arrow, pandas and polars, page by page and with typed columns.

``Query.to_dicts()``, ``to_arrow()``, ``to_pandas()`` and ``to_polars()`` call these; they take
entities in a list as well. Each library is an extra: ``pip install accsyn_orm[pandas]``.
"""

from __future__ import annotations

from accsyn_orm.exports.columns import Column, Kind, Misfits, columns_of
from accsyn_orm.exports.frames import to_arrow, to_batches, to_pandas, to_polars
from accsyn_orm.exports.records import to_dicts

__all__ = [
    "Column",
    "Kind",
    "Misfits",
    "columns_of",
    "to_arrow",
    "to_batches",
    "to_dicts",
    "to_pandas",
    "to_polars",
]
