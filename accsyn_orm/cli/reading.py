"""``accsyn-orm whoami, find, get, watch, parse, explain, shell``: the commands and their options.

What they do is in `lookup`, which is loaded when one of them runs: help has no use for it.
"""

from __future__ import annotations

from typing import Annotated

import typer

from accsyn_orm.cli.completion import complete_attribute
from accsyn_orm.cli.options import (
    Access,
    Archived,
    AsJson,
    EnvFile,
    Finished,
    Form,
    Inactive,
    Output,
    ProfileName,
    QueryText,
    Text,
    TypeName,
    Under,
    chosen_form,
)

reading = typer.Typer()

Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="ATTRIBUTE,…",
        help="Load and show only these attributes.",
        autocompletion=complete_attribute,
    ),
]


@reading.command()
def whoami(
    *,
    output: Output = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Show who is signed in, where, and what with."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import lookup

    lookup.whoami(Access(env_file, profile), form)


@reading.command()
def find(
    query: QueryText,
    *,
    only: Only = None,
    limit: Annotated[int | None, typer.Option(min=0, help="Show at most so many.")] = None,
    skip: Annotated[int, typer.Option(min=0, help="Leave out so many at the start.")] = 0,
    finished: Finished = False,
    inactive: Inactive = False,
    archived: Archived = False,
    under: Under = None,
    output: Output = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Show the entities that a query selects."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import lookup
    from accsyn_orm.cli.values import part_of, query_of

    wanted = query_of(query, finished=finished, inactive=inactive, archived=archived, under=under)
    wanted = part_of(wanted, skip=skip, limit=limit)
    lookup.find(wanted, Access(env_file, profile), form, only=only or ())


@reading.command()
def get(
    type_name: TypeName,
    ident: Annotated[str, typer.Argument(metavar="ID", help="Id of the entity.")],
    *,
    only: Only = None,
    under: Under = None,
    output: Output = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Show one entity, in whatever state it is."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import lookup

    lookup.get(type_name, ident, Access(env_file, profile), form, only=only or (), under=under)


@reading.command()
def watch(
    query: QueryText,
    *,
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 2.0,
    timeout: Annotated[
        float | None, typer.Option(min=0, help="Seconds after which to stop watching.")
    ] = None,
    output: Annotated[
        Form | None,
        typer.Option(
            "--output", "-o", help="Form of what changes, a job a line; by default bars, or text."
        ),
    ] = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Follow the jobs that a query selects now, until they end."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import watch as following
    from accsyn_orm.cli.values import query_of

    patience = following.Patience(interval, timeout)
    following.watch(query_of(query), Access(env_file, profile), patience, form)


@reading.command(name="parse")
def parse_query(query: QueryText, *, output: Text = None, as_json: AsJson = False) -> None:
    """Check a query, and show its canonical text."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import lookup

    lookup.show_parsed(query, form)


@reading.command()
def explain(
    query: QueryText,
    *,
    only: Only = None,
    limit: Annotated[int | None, typer.Option(min=0, help="As for find.")] = None,
    skip: Annotated[int, typer.Option(min=0, help="As for find.")] = 0,
    count: Annotated[
        bool, typer.Option("--count", help="Count the entities, which takes requests.")
    ] = False,
    finished: Finished = False,
    inactive: Inactive = False,
    archived: Archived = False,
    under: Under = None,
    output: Text = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Show what find would ask, and what that costs."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import lookup
    from accsyn_orm.cli.values import part_of, query_of

    wanted = query_of(query, finished=finished, inactive=inactive, archived=archived, under=under)
    wanted = part_of(wanted, skip=skip, limit=limit)
    access = Access(env_file, profile)
    lookup.explain(wanted, access, form, only=only or (), count=count)


@reading.command()
def shell(*, profile: ProfileName = None, env_file: EnvFile = None) -> None:
    """Start Python with a session and entities at hand."""
    from accsyn_orm.cli.shell import run

    run(Access(env_file, profile))
