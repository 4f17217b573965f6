"""How entities, lists of them and explanations look in a notebook: HTML, every text escaped.

Dictionaries show their keys only, because metadata and settings may hold secrets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, cast

from accsyn_orm.entities.values.amounts import Size, Speed

if TYPE_CHECKING:
    from accsyn_orm.entities.model import EntityModel
    from accsyn_orm.entities.querying.explanation import Explanation

SHOWN = 50
"""How many entities of a list are shown; the others are counted."""


def entity_html(entity: EntityModel) -> str:
    """Return an entity as a table, one row for each attribute that it holds."""
    rows = [(name, getattr(entity, name)) for name in vars(entity)]
    return _table(_title(entity), [], [(name, _cell(value)) for name, value in rows])


def entities_html(entities: Sequence[EntityModel]) -> str:
    """Return entities as a table: what their reprs show, one row each."""
    names = list(dict.fromkeys(name for one in entities for name in type(one).__shown__))
    held = [name for name in names if any(name in vars(one) for one in entities)]
    rows = [
        [_cell(getattr(one, name) if name in vars(one) else None) for name in held]
        for one in entities[:SHOWN]
    ]
    kinds = ", ".join(dict.fromkeys(type(one).__name__ for one in entities))
    more = f", {SHOWN} shown" if len(entities) > SHOWN else ""
    return _table(f"{len(entities)} {kinds or 'entities'}{more}", held, rows)


def explanation_html(explanation: Explanation) -> str:
    """Return an explanation as a table."""
    return _table(explanation.query, [], [[name, text] for name, text in explanation.lines()])


def _title(entity: EntityModel) -> str:
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
        case list():
            return f"{len(cast('list[object]', value))} items"
        case _:
            return str(value)
