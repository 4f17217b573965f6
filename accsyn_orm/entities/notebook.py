"""How entities, lists of them and explanations look in a notebook: HTML, every text escaped.

Dictionaries show their keys only, because metadata and settings may hold secrets; agreed keys of
metadata are shown like any attribute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, cast

from accsyn_orm.entities.metadata import holder, keys_of
from accsyn_orm.entities.values.amounts import Size, Speed
from accsyn_orm.entities.values.reference_lists import Refs

if TYPE_CHECKING:
    from accsyn_orm.entities.querying.explanation import Explanation
    from accsyn_orm.entities.value import EntityValue

SHOWN = 50
"""How many entities of a list are shown; the others are counted."""


def entity_html(entity: EntityValue) -> str:
    """Return an entity as a table, one row for each attribute and agreed key that it holds."""
    names = [*vars(entity), *(name for name in keys_of(type(entity)) if _holds(entity, name))]
    return _table(_title(entity), [], [(name, _cell(_value(entity, name))) for name in names])


def entities_html(entities: Sequence[EntityValue]) -> str:
    """Return entities as a table, one row each: what their reprs show, and agreed keys."""
    kinds_of = dict.fromkeys(type(one) for one in entities)
    names = dict.fromkeys(n for kind in kinds_of for n in (*kind.__shown__, *keys_of(kind)))
    held = [name for name in names if any(_holds(one, name) for one in entities)]
    rows = [[_cell(_value(one, name)) for name in held] for one in entities[:SHOWN]]
    kinds = ", ".join(dict.fromkeys(kind.__name__ for kind in kinds_of))
    more = f", {SHOWN} shown" if len(entities) > SHOWN else ""
    return _table(f"{len(entities)} {kinds or 'entities'}{more}", held, rows)


def explanation_html(explanation: Explanation) -> str:
    """Return an explanation as a table."""
    return _table(explanation.query, [], [[name, text] for name, text in explanation.lines()])


def _holds(entity: EntityValue, name: str) -> bool:
    return holder(type(entity), name) in vars(entity)


def _value(entity: EntityValue, name: str) -> object:
    return getattr(entity, name) if _holds(entity, name) else None


def _title(entity: EntityValue) -> str:
    """Return what an entity is called above its table."""
    state = " (not saved)" if entity.is_new else ""
    return f"{type(entity).__name__}{state}"


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    top = f"<thead><tr>{head}</tr></thead>" if columns else ""
    return f"<p><b>{escape(title)}</b></p><table>{top}<tbody>{body}</tbody></table>"


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case Size() | Speed():
            return value.human
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S} UTC"
        case Mapping():
            keys = ", ".join(map(str, cast("Mapping[object, object]", value)))
            return f"{{{keys}}}"
        case list() | Refs():
            return f"{len(cast('Sequence[object]', value))} items"
        case _:
            return str(value)
