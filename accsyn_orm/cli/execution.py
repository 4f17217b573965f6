"""Carrying out bulk changes from the command line: show, ask, send, tell, and the exit code.

On a terminal the plan is shown, and somebody asked. Elsewhere it has to be said: ``--yes`` or
``--dry-run``. Plan and report go to standard output, questions and progress to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from accsyn_orm import Entity, Query, Session, bulk
from accsyn_orm.bulk import Plan, Report, read_history
from accsyn_orm.cli.progress import progress_bar
from accsyn_orm.cli.terms import Terms
from accsyn_orm.cli.values import assignments, entity_class, read_rows, read_text
from accsyn_orm.query import parse

FAILED, WRONG_USAGE, PARTIAL, INTERRUPTED = 1, 2, 6, 130


def update(
    text: str, values: Sequence[str], terms: Terms, *, finished: bool, inactive: bool
) -> None:
    """Change every entity that a query selects."""
    query = _query(text, finished=finished, inactive=inactive)
    given = assignments(query.entity, values)
    with Session(path_envfile=terms.env_file):
        _carry_out(query.update(**given), terms)


def delete(text: str, terms: Terms, *, force: bool, finished: bool, inactive: bool) -> None:
    """Delete every entity that a query selects."""
    query = _query(text, finished=finished, inactive=inactive)
    with Session(path_envfile=terms.env_file):
        _carry_out(query.delete(force=force), terms)


def create(type_name: str, path: Path, terms: Terms, *, form: str | None, key: str | None) -> None:
    """Create an entity for each row of a file, or change the one that is there."""
    cls = entity_class(type_name)
    rows = read_rows(cls, path, form)
    with Session(path_envfile=terms.env_file):
        plan = bulk.create(cls, rows) if key is None else bulk.upsert(cls, rows, key)
        _carry_out(plan, terms)


def apply(path: Path, terms: Terms) -> None:
    """Send a plan that was printed before."""
    text = read_text(path)
    with Session(path_envfile=terms.env_file):
        _carry_out(Plan.from_json(text), terms)


def resume(journal: Path, terms: Terms, *, retry_failed: bool) -> None:
    """Go on with a change that was interrupted."""
    rows = len(read_history(journal).rows)
    with Session(path_envfile=terms.env_file), progress_bar(rows) as progress:
        report = bulk.resume(
            journal,
            workers=terms.workers,
            progress=progress,
            on_error=terms.on_error.value,
            check=not terms.no_check,
            retry_failed=retry_failed,
        )
    _tell(report, as_json=terms.as_json)


def undo(journal: Path, terms: Terms) -> None:
    """Take back what a change did."""
    with Session(path_envfile=terms.env_file):
        _carry_out(bulk.undo(journal), terms)


def show(journal: Path, *, as_json: bool) -> None:
    """Print what a journal tells."""
    history = read_history(journal)
    typer.echo(history.to_json() if as_json else str(history))


def _query(text: str, *, finished: bool, inactive: bool) -> Query[Entity]:
    query = entity_class(parse(text).entity).parse(text)
    query = query.finished() if finished else query
    return query.inactive() if inactive else query


def _carry_out(plan: Plan, terms: Terms) -> None:
    """Show a plan, ask, send it, and leave with the exit code that fits its end."""
    if plan.problems or terms.dry_run or not plan.rows:
        typer.echo(plan.to_json() if terms.as_json else str(plan))
        raise typer.Exit(FAILED if plan.problems else 0)
    if not terms.yes:
        _ask(plan)
    with progress_bar(len(plan)) as progress:
        report = plan.apply(
            workers=terms.workers,
            progress=progress,
            journal=terms.journal,
            on_error=terms.on_error.value,
            check=not terms.no_check,
        )
    _tell(report, as_json=terms.as_json)


def _ask(plan: Plan) -> None:
    """Show a plan and ask whether to send it.

    Raises:
        typer.Exit: no, or nobody is there to ask.
    """
    typer.echo(str(plan), err=True)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        typer.echo("error: nothing was sent: say --yes to send this, or --dry-run", err=True)
        raise typer.Exit(WRONG_USAGE)
    if not typer.confirm("Send this?", err=True):
        typer.echo("nothing was sent", err=True)
        raise typer.Exit


def _tell(report: Report, *, as_json: bool) -> None:
    """Print a report, and leave with the exit code that fits it."""
    typer.echo(report.to_json() if as_json else str(report))
    if isinstance(report.stopped_by, KeyboardInterrupt):
        raise typer.Exit(INTERRUPTED)
    if not report.is_complete:
        raise typer.Exit(PARTIAL)
