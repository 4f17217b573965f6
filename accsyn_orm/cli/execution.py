"""Carrying out bulk changes from the command line: show, ask, send, tell, and the exit code.

On a terminal the plan is shown, and somebody asked. Elsewhere it has to be said: ``--yes`` or
``--dry-run``. Plan and report go to standard output, questions and progress to standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from accsyn_orm import Entity, bulk
from accsyn_orm.bulk import Plan, Report, read_history
from accsyn_orm.cli.documents import ROWS_ALONE, write_document
from accsyn_orm.cli.exits import (
    CONFLICT,
    DONE,
    FAILED,
    INTERRUPTED,
    NOT_ALLOWED,
    PARTIAL,
    UNAVAILABLE,
    WRONG_USAGE,
    UsageError,
    exit_code,
)
from accsyn_orm.cli.options import Form
from accsyn_orm.cli.progress import progress_bar
from accsyn_orm.cli.records import default_form, write_entity
from accsyn_orm.cli.terms import Terms
from accsyn_orm.cli.values import assignments, entity_class, query_of, read_rows, read_text
from accsyn_orm.errors import AccsynError


def update(
    text: str, values: Sequence[str], terms: Terms, *, finished: bool, inactive: bool
) -> None:
    """Change every entity that a query selects."""
    query = query_of(text, finished=finished, inactive=inactive)
    given = assignments(query.entity, values)
    with terms.access.session():
        _carry_out(query.update(**given), terms)


def delete(text: str, terms: Terms, *, force: bool, finished: bool, inactive: bool) -> None:
    """Delete every entity that a query selects."""
    query = query_of(text, finished=finished, inactive=inactive)
    with terms.access.session():
        _carry_out(query.delete(force=force), terms)


@dataclass(frozen=True, slots=True)
class FileOfRows:
    """A file that holds what to create.

    Attributes:
        path: the file; ``-`` is standard input.
        form: its form; by default what its name ends with.
    """

    path: Path
    form: str | None = None


def create(
    type_name: str,
    texts: Sequence[str],
    terms: Terms,
    *,
    source: FileOfRows | None,
    key: str | None,
) -> None:
    """Create one entity from values, or one for each row of a file.

    Raises:
        UsageError: there are both, or neither.
    """
    cls = entity_class(type_name)
    if bool(texts) == bool(source):
        hint = "say attribute=value …, or --from FILE"
        raise UsageError("create", "is given either values or a file", hint=hint)
    if source is None and not (terms.dry_run or terms.journal or key):
        _create_one(cls, assignments(cls, texts), terms)
        return
    rows = read_rows(cls, source.path, source.form) if source else [assignments(cls, texts)]
    with terms.access.session():
        plan = bulk.create(cls, rows) if key is None else bulk.upsert(cls, rows, key)
        _carry_out(plan, terms)


def _create_one(cls: type[Entity], values: Mapping[str, object], terms: Terms) -> None:
    entity, form = cls(**values), terms.form or default_form(is_single=True)
    with terms.access.session() as session:
        write_entity(entity.save(session=session), form)


def apply(path: Path, terms: Terms) -> None:
    """Send a plan that was printed before."""
    text = read_text(path)
    with terms.access.session():
        _carry_out(Plan.from_json(text), terms)


def resume(journal: Path, terms: Terms, *, retry_failed: bool) -> None:
    """Go on with a change that was interrupted."""
    rows = len(read_history(journal).rows)
    with terms.access.session(), progress_bar(rows) as progress:
        report = bulk.resume(
            journal,
            workers=terms.workers,
            progress=progress,
            on_error=terms.on_error.value,
            check=not terms.no_check,
            retry_failed=retry_failed,
        )
    _tell(report, terms.form)


def undo(journal: Path, terms: Terms) -> None:
    """Take back what a change did."""
    with terms.access.session():
        _carry_out(bulk.undo(journal), terms)


def show(journal: Path, form: Form | None) -> None:
    """Print what a journal tells."""
    write_document(read_history(journal), form)


def _carry_out(plan: Plan, terms: Terms) -> None:
    """Show a plan, ask, send it, and leave with the exit code that fits its end."""
    if plan.problems or terms.dry_run or not plan.rows:
        write_document(plan, terms.form)
        if plan.problems and terms.form in ROWS_ALONE:
            typer.echo(str(plan), err=True)
        raise typer.Exit(FAILED if plan.problems else DONE)
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
    _tell(report, terms.form)


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


def _tell(report: Report, form: Form | None) -> None:
    """Print a report, and leave with the exit code that fits it."""
    write_document(report, form)
    if code := _code_of(report):
        raise typer.Exit(code)


def _code_of(report: Report) -> int:
    """Return the exit code for a report; when nothing at all was done, that of the reason."""
    if report.is_complete:
        return DONE
    if isinstance(report.stopped_by, KeyboardInterrupt):
        return INTERRUPTED
    if report.done or report.unknown:
        return PARTIAL
    errors = [report.stopped_by, *(result.exception for result in report.failed)]
    codes = {exit_code(error) for error in errors if isinstance(error, AccsynError)}
    reasons = codes & {NOT_ALLOWED, CONFLICT, UNAVAILABLE}
    return reasons.pop() if len(codes) == 1 and reasons else PARTIAL
