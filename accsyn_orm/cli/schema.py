"""``accsyn-orm schema show, diff`` and ``generate``: the commands and their options.

What they do is in `inspection`, which is loaded when one of them runs: help has no use for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from accsyn_orm.cli.completion import complete_type
from accsyn_orm.cli.options import Access, AsJson, EnvFile, Output, ProfileName, chosen_form

schema = typer.Typer(
    help="What this workspace says of its types, beside the classes of accsyn_orm.",
    no_args_is_help=True,
)

Types = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TYPE]…",
        help="Types to ask about; all that there are unless given.",
        autocompletion=complete_type,
        show_default=False,
    ),
]
SchemaFile = Annotated[
    Path | None,
    typer.Option("--file", help="Schema that 'show -o json' wrote, instead of asking."),
]


@schema.command()
def show(
    types: Types = None,
    *,
    file: SchemaFile = None,
    output: Output = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Show types and attributes, and what you may do with them."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import inspection

    inspection.show(inspection.read(types or (), file, Access(env_file, profile)), form)


@schema.command()
def diff(
    types: Types = None,
    *,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore",
            metavar="TYPE[.ATTRIBUTE]",
            help="A known difference that does not count; may be repeated.",
        ),
    ] = None,
    file: SchemaFile = None,
    output: Output = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Show where the workspace differs from the classes; exit code 5 if it does."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli import inspection

    inspection.diff(
        inspection.read(types or (), file, Access(env_file, profile)), ignore or (), form
    )


@schema.command()
def generate(
    types: Types = None,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="Python file to write; standard output if not.")
    ] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(
            "--metadata",
            metavar="TYPE.KEY=KIND",
            help="Key of metadata that was agreed on, such as transfer.shot=str; may be repeated.",
        ),
    ] = None,
    sample: Annotated[
        int, typer.Option(min=0, max=500, help="How many entities of a type to learn types from.")
    ] = 50,
    file: SchemaFile = None,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Write classes for what only this workspace has: plain Python, to be committed."""
    from accsyn_orm.cli import inspection

    access = Access(env_file, profile)
    found = inspection.read(types or (), file, access)
    inspection.write(found, metadata or (), out, access, sample=0 if file else sample)
