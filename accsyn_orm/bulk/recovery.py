"""After a crash, or a change of mind: going on with a journal, and taking back what it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from accsyn_orm.bulk.apply import Options, Past, Run
from accsyn_orm.bulk.draft import Draft
from accsyn_orm.bulk.errors import BulkError
from accsyn_orm.bulk.history import History, read_history
from accsyn_orm.bulk.images import image_of, revived
from accsyn_orm.bulk.journal import Journal
from accsyn_orm.bulk.outcome import RowResult, RowState
from accsyn_orm.bulk.plan import Plan
from accsyn_orm.bulk.report import Report
from accsyn_orm.bulk.rows import Action, Row, modified_of
from accsyn_orm.bulk.settling import is_as_before, is_as_planned
from accsyn_orm.bulk.units import WORKERS, divided
from accsyn_orm.entities.active import required_backend
from accsyn_orm.entities.backend import Backend
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.lookups import find_by_id

if TYPE_CHECKING:
    from accsyn_orm.bulk.progress import ProgressCallback


_CHANGED = "was changed since: it cannot be taken back without losing that"


def resume(
    journal: str | Path,
    *,
    session: Backend | None = None,
    workers: int = WORKERS,
    progress: ProgressCallback | None = None,
    on_error: Literal["continue", "stop"] = "continue",
    check: bool = True,
    retry_failed: bool = False,
    classes: Sequence[type[Entity]] = (),
) -> Report:
    """Go on with a bulk change that was interrupted; return how all its rows ended.

    Rows that may have been sent are read back before any is sent again, so that each is done
    exactly once, whenever the process before died.

    Args:
        journal: the file that ``apply()`` was given.
        session: where; the active session unless given.
        workers: as in `Plan.apply`.
        progress: as in `Plan.apply`.
        on_error: as in `Plan.apply`.
        check: as in `Plan.apply`.
        retry_failed: send the rows again that were refused.
        classes: entity classes of your own that it is about.

    Raises:
        JournalError: it is no journal, its plan is damaged, or another process is at work on it.
        PlanError: it is about another workspace.
    """
    backend = required_backend(Plan, session)
    options = Options(workers=workers, progress=progress, on_error=on_error, check=check)
    opened, history = Journal.reopen(Path(journal), classes)
    try:
        plan = _plan_of(history, backend)
    except BulkError:
        opened.close()
        raise
    ended = {RowState.DONE} if retry_failed else {RowState.DONE, RowState.FAILED}
    failed = {n for n, end in history.results.items() if end.state is RowState.FAILED}
    past = Past(
        run=history.run,
        began=datetime.fromisoformat(history.created),
        results={n: end for n, end in history.results.items() if end.state in ended},
        doubtful=frozenset({*history.doubtful, *history.suspects}),
        rounds=history.rounds,
        again=frozenset(failed if retry_failed else ()),
    )
    report = Run(plan, options, past, opened).go()
    return replace(report, notes=history.notes)


def undo(
    journal: str | Path,
    *,
    session: Backend | None = None,
    classes: Sequence[type[Entity]] = (),
) -> Plan:
    """Plan to take back what a bulk change did; nothing is written before ``apply()``.

    Changed entities get back what they had before, created ones are deleted. What cannot be taken
    back is among the skipped rows of the plan, with the reason: deleted entities, values that only
    the backend sets, and entities that somebody else has changed since.

    Args:
        journal: the file that ``apply()`` was given.
        session: where; the active session unless given.
        classes: entity classes of your own that it is about.

    Raises:
        JournalError: it is no journal, or its plan is damaged.
        PlanError: it is about another workspace.
    """
    history = read_history(Path(journal), classes)
    backend = required_backend(Plan, session)
    _plan_of(history, backend)
    draft = Draft(backend)
    for unit in divided(history.touched):
        ids = {row.number: _id_of(row, history) for row in unit.rows}
        cls, parent = unit.rows[0].entity, unit.parent
        found = find_by_id(cls, filter(None, ids.values()), backend, parent=parent, ask=draft.ask)
        for row in unit.rows:
            end = history.results.get(row.number)
            _take_back(draft, row, end, found.get(ids[row.number]))
    return draft.plan()


def _plan_of(history: History, backend: Backend) -> Plan:
    plan = Plan(backend, tuple(history.rows), tuple(history.skipped), force=history.force)
    plan.require_workspace(history.workspace)
    return plan


def _id_of(row: Row, history: History) -> str:
    end = history.results.get(row.number)
    return row.id or (end.ids[0] if end is not None and end.ids else "")


def _take_back(draft: Draft, row: Row, end: RowResult | None, now: Entity | None) -> None:
    """Add what takes back a row to a draft, or the reason why nothing does."""
    reason = _why_not(row, end, now)
    if reason is None and now is not None:
        if row.action is Action.CREATE:
            draft.delete(row.number, now)
        else:
            draft.change(row.number, now, {n: revived(v) for n, v in row.before.items()})
        reason = draft.withdraw(row.number)
    if reason is not None:
        ident = row.id or (end.ids[0] if end is not None and end.ids else "")
        draft.skip(row.number, ident, row.label, reason)


def _why_not(row: Row, end: RowResult | None, now: Entity | None) -> str | None:
    """Return why a row cannot be taken back, as far as that can be told without trying."""
    if row.action is Action.DELETE:
        return "cannot be taken back: what was deleted does not come back through the API"
    if row.action is Action.CREATE:
        return _why_not_created(end, now)
    if now is None:
        return "is gone"
    if unknown := [name for name in row.after if name not in row.before]:
        return f"cannot be taken back: what {', '.join(unknown)} was before is not known"
    if is_as_before(row, now):
        return "is as it was before"
    return None if is_as_planned(row, now) or _is_as_left(end, now) else _CHANGED


def _why_not_created(end: RowResult | None, now: Entity | None) -> str | None:
    if end is None or end.state is not RowState.DONE:
        return "may have been created: resume the journal, to know"
    if end.is_confirmed:
        return "was found after its answer got lost: delete it yourself if it is yours"
    if len(end.ids) != 1:
        return f"{len(end.ids)} entities came of it: {', '.join(end.ids) or 'without known ids'}"
    if now is None:
        return "is gone"
    return None if modified_of(now) == end.modified else _CHANGED


def _is_as_left(end: RowResult | None, now: Entity) -> bool:
    """Tell whether an entity is as it was when its row ended, otherwise than planned though."""
    if end is None or not end.now:
        return False
    wanted = {name: end.now.get(name, value) for name, value in end.row.after.items()}
    return image_of(vars(now), wanted) == wanted
