"""``accsyn-orm update, delete, create, apply`` and ``bulk …``: the commands and their options.

What they do is in `execution`, which is loaded when one of them runs: help has no use for it.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from accsyn_orm.cli.completion import complete_assignment
from accsyn_orm.cli.options import (
    Access,
    AsJson,
    EnvFile,
    Finished,
    Inactive,
    Output,
    ProfileName,
    QueryText,
    Text,
    TypeName,
    chosen_form,
)
from accsyn_orm.cli.terms import OnError, Terms

changes = typer.Typer()
journals = typer.Typer(no_args_is_help=True, help="Go on with, take back or show a journal.")


class Format(str, Enum):
    """Form of a file of rows."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"


JournalOf = Annotated[Path, typer.Argument(help="File that --journal was given.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan, and send nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Send without asking.")]
NewJournal = Annotated[
    Path | None, typer.Option("--journal", help="New file that remembers what was sent.")
]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Requests under way at once.")]
AfterError = Annotated[OnError, typer.Option("--on-error", help="What to do after a row failed.")]
NoCheck = Annotated[
    bool, typer.Option("--no-check", help="Overwrite what somebody else changed meanwhile.")
]
Changes = Annotated[
    list[str],
    typer.Argument(
        help="Such as status=paused; JSON if not text.", autocompletion=complete_assignment
    ),
]


@changes.command()
def update(
    query: QueryText,
    values: Changes,
    *,
    finished: Finished = False,
    inactive: Inactive = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    journal: NewJournal = None,
    workers: Workers = 8,
    on_error: AfterError = OnError.CONTINUE,
    no_check: NoCheck = False,
    output: Text = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Change every entity that a query selects."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import execution

    access = Access(env_file, profile)
    terms = Terms(dry_run, yes, journal, workers, on_error, no_check, form, access)
    execution.update(query, values, terms, finished=finished, inactive=inactive)


@changes.command()
def delete(
    query: QueryText,
    *,
    force: Annotated[bool, typer.Option("--force", help="Delete even what is in use.")] = False,
    finished: Finished = False,
    inactive: Inactive = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    journal: NewJournal = None,
    workers: Workers = 8,
    on_error: AfterError = OnError.CONTINUE,
    no_check: NoCheck = False,
    output: Text = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Delete every entity that a query selects."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import execution

    access = Access(env_file, profile)
    terms = Terms(dry_run, yes, journal, workers, on_error, no_check, form, access)
    execution.delete(query, terms, force=force, finished=finished, inactive=inactive)


@changes.command()
def create(
    type_name: TypeName,
    values: Annotated[
        list[str] | None,
        typer.Argument(
            help="Such as name=Panic; JSON if not text.", autocompletion=complete_assignment
        ),
    ] = None,
    *,
    rows: Annotated[
        Path | None,
        typer.Option("--from", help="File of rows: .csv, .json or .jsonl; - for standard input."),
    ] = None,
    form: Annotated[Format | None, typer.Option("--format", help="Form of the file.")] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Change what is there, told by this attribute.")
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    journal: NewJournal = None,
    workers: Workers = 8,
    on_error: AfterError = OnError.CONTINUE,
    no_check: NoCheck = False,
    output: Output = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Create one entity from values, or one for each row of a file."""
    shown = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import execution

    access = Access(env_file, profile)
    terms = Terms(dry_run, yes, journal, workers, on_error, no_check, shown, access)
    source = execution.FileOfRows(rows, form and form.value) if rows else None
    execution.create(type_name, values or [], terms, source=source, key=key)


@changes.command()
def apply(
    plan: Annotated[Path, typer.Argument(help="File that --dry-run --json printed.")],
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    journal: NewJournal = None,
    workers: Workers = 8,
    on_error: AfterError = OnError.CONTINUE,
    no_check: NoCheck = False,
    output: Text = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Send a plan that was printed before."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import execution

    access = Access(env_file, profile)
    terms = Terms(dry_run, yes, journal, workers, on_error, no_check, form, access)
    execution.apply(plan, terms)


@journals.command()
def resume(
    journal: JournalOf,
    *,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Send rows again that were refused.")
    ] = False,
    workers: Workers = 8,
    on_error: AfterError = OnError.CONTINUE,
    no_check: NoCheck = False,
    output: Text = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Go on with a change that was interrupted; every row is done exactly once."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import execution

    terms = Terms(
        yes=True,
        workers=workers,
        on_error=on_error,
        no_check=no_check,
        form=form,
        access=Access(env_file, profile),
    )
    execution.resume(journal, terms, retry_failed=retry_failed)


@journals.command()
def undo(
    journal_of: Annotated[
        Path, typer.Argument(metavar="JOURNAL", help="File that --journal was given.")
    ],
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    journal: NewJournal = None,
    workers: Workers = 8,
    on_error: AfterError = OnError.CONTINUE,
    no_check: NoCheck = False,
    output: Text = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Take back what a change did, and list what cannot be taken back."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import execution

    access = Access(env_file, profile)
    terms = Terms(dry_run, yes, journal, workers, on_error, no_check, form, access)
    execution.undo(journal_of, terms)


@journals.command()
def show(journal: JournalOf, *, output: Text = None, as_json: AsJson = False) -> None:
    """Show what a journal tells: the plan, how far it came, and what is damaged."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import execution

    execution.show(journal, form)
