"""What a plan will do, for people: as text, and as HTML for notebooks."""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.bulk.rows import Action, Row
from accsyn_orm.entities.backend import limit_of
from accsyn_orm.entities.changes import is_same

if TYPE_CHECKING:
    from accsyn_orm.bulk.plan import Plan

SHOWN = 20
"""How many rows, problems or kinds of change are shown; the others are counted."""

_WIDTH = 60
_UNKNOWN = "?"


def as_text(plan: Plan) -> str:
    """Return a plan as text: what it is about, its problems, what changes, and what it costs."""
    return "\n".join([headline(plan), *_problems(plan), *_rows(plan), *_skipped(plan), cost(plan)])


def counted_problems(plan: Plan) -> list[str]:
    """Return how many problems a plan has as a phrase, if it has any."""
    match len(plan.problems):
        case 0:
            return []
        case 1:
            return ["1 problem"]
        case number:
            return [f"{number} problems"]


def headline(plan: Plan) -> str:
    """Return what a plan is about in one line."""
    kinds = Counter((row.action, row.entity.__name__) for row in plan.rows)
    said = [f"{action} {count} {name}" for (action, name), count in kinds.items()]
    said += [f"skip {len(plan.skipped)}"] if plan.skipped else []
    said += counted_problems(plan)
    place = f" in {plan.workspace}" if plan.workspace else ""
    return f"Plan{place}: {', '.join(said) or 'nothing to do'}"


def cost(plan: Plan) -> str:
    """Return how many requests a plan takes, and how long at the rate limit."""
    limit = limit_of(plan.backend)
    if limit is None:
        return f"{plan.requests} requests; this backend has no rate limit"
    duration = f"at least {plan.seconds:.0f} s at {limit.per_second:g} per second"
    return f"{plan.requests} requests; {duration}"


def changes_of(row: Row) -> list[tuple[str, str, str]]:
    """Return attribute, value before and value after of each change, as short text.

    Of a dictionary that is changed, the keys that are changed.
    """
    if row.action is Action.DELETE:
        return []
    return [change for name in row.after for change in _changes_in(row, name)]


def _changes_in(row: Row, name: str) -> list[tuple[str, str, str]]:
    before, after = row.before.get(name), row.after[name]
    if not (isinstance(before, dict) and isinstance(after, dict)):
        said = _shown(before) if name in row.before else _before(row)
        return [(name, said, _shown(after))]
    was, wanted = cast("dict[str, Any]", before), cast("dict[str, Any]", after)
    return [
        (f"{name}.{key}", _shown(was.get(key)), _shown(wanted.get(key)))
        for key in dict.fromkeys([*was, *wanted])
        if not is_same(was.get(key), wanted.get(key))
    ]


def as_html(plan: Plan) -> str:
    """Return a plan as HTML."""
    rows = "".join(_html_row(row) for row in plan.rows[:SHOWN])
    folded = "".join(f"<p>{html.escape(line)}</p>" for line in _folded(plan.rows))
    problems = "".join(f"<li>{html.escape(line.strip())}</li>" for line in _problems(plan))
    table = (
        "<table><tr><th>row</th><th>action</th><th>entity</th><th>attribute</th>"
        f"<th>before</th><th>after</th></tr>{rows}</table>"
    )
    return (
        f"<p><b>{html.escape(headline(plan))}</b></p><ul>{problems}</ul>{table}{folded}"
        f"<p>{html.escape(cost(plan))}</p>"
    )


def _html_row(row: Row) -> str:
    head = f"<td>{row.number}</td><td>{row.action}</td><td>{html.escape(_name(row))}</td>"
    changes = changes_of(row) or [("", "", "")]
    return "".join(
        f"<tr>{head}{''.join(f'<td>{html.escape(cell)}</td>' for cell in change)}</tr>"
        for change in changes
    )


def _problems(plan: Plan) -> Iterator[str]:
    for problem in plan.problems[:SHOWN]:
        yield f"  ! row {problem.row}, {problem.attribute}: {problem.reason}"
    if len(plan.problems) > SHOWN:
        yield f"  ! … and {len(plan.problems) - SHOWN} problems more"


def _rows(plan: Plan) -> Iterator[str]:
    for row in plan.rows[:SHOWN]:
        changes = ", ".join(_change(*change) for change in changes_of(row))
        yield f"  {row.number:>5}  {row.action}  {_name(row)}  {changes}".rstrip()
    yield from _folded(plan.rows)


def _folded(rows: Sequence[Row]) -> Iterator[str]:
    """Sum up the rows that are not shown one by one, by what changes."""
    hidden = rows[SHOWN:]
    if not hidden:
        return
    yield f"  … and {len(hidden)} rows more:"
    kinds = Counter(_kind(row) for row in hidden)
    for kind, count in kinds.most_common(SHOWN):
        yield f"  {count:>5} ×  {kind}"
    if len(kinds) > SHOWN:
        yield f"         … and {len(kinds) - SHOWN} other kinds of change"


def _kind(row: Row) -> str:
    changes = changes_of(row) if row.action is Action.UPDATE else []
    return " ".join([str(row.action), row.entity.__name__, *(_change(*item) for item in changes)])


def _skipped(plan: Plan) -> Iterator[str]:
    for reason, count in Counter(item.reason for item in plan.skipped).most_common(SHOWN):
        yield f"  {count:>5}  skipped: {reason}"


def _change(name: str, before: str, after: str) -> str:
    return f"{name}: {before} → {after}" if before else f"{name}={after}"


def _name(row: Row) -> str:
    name = f"{row.entity.__name__} {row.label}"
    return name if row.label == row.id or not row.id else f"{name} ({row.id})"


def _before(row: Row) -> str:
    return "" if row.action is Action.CREATE else _UNKNOWN


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
