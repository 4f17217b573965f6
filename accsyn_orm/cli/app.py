"""The commands and their options; every command is a thin call into the public API.

Data goes to standard output, talk to standard error; the exit codes are in `exits`.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from accsyn_orm.cli.bulk import changes, journals
from accsyn_orm.cli.exits import INTERRUPTED, exit_code
from accsyn_orm.cli.options import AsJson, Form, chosen_form
from accsyn_orm.cli.pipes import quiet_pipe
from accsyn_orm.cli.reading import reading
from accsyn_orm.cli.schema import schema
from accsyn_orm.cli.signing import signing
from accsyn_orm.errors import AccsynError, ConfigurationError

_NAME = "accsyn-orm"

app = typer.Typer(
    name=_NAME,
    help="Typed access to accsyn, and a workspace of your own to try it on.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # boxes around help take as long as all the rest of it
)


app.add_typer(reading)
app.add_typer(changes)
app.add_typer(journals, name="bulk")
app.add_typer(signing)
app.add_typer(schema, name="schema")


class Seed(str, Enum):
    """What a new workspace starts with."""

    DEMO = "demo"
    EMPTY = "empty"


def _print_version(wanted: bool) -> None:  # noqa: FBT001  # the signature typer calls
    if wanted:
        import accsyn_orm

        typer.echo(accsyn_orm.__version__)
        raise typer.Exit


@app.callback()
def _options(
    *,
    version: Annotated[  # acted on by its callback
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


@app.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 picks a free one.")] = 8181,
    data: Annotated[
        Path | None, typer.Option(help="Directory that keeps everything; without it, memory.")
    ] = None,
    seed: Annotated[Seed, typer.Option(help="What a new workspace starts with.")] = Seed.DEMO,
    tls: Annotated[
        bool, typer.Option("--tls", help="Serve HTTPS with a certificate of its own.")
    ] = False,
    database: Annotated[
        str | None, typer.Option(help="SQLAlchemy URL, instead of SQLite in the data directory.")
    ] = None,
    write_env: Annotated[
        Path | None,
        typer.Option(help="Directory to leave .env.admin, .env.employee, .env.standard in."),
    ] = None,
    ready_file: Annotated[
        Path | None, typer.Option(help="File that gets the base URL once the workspace listens.")
    ] = None,
    insecure_public_http: Annotated[
        bool,
        typer.Option("--insecure-public-http", help="Allow a non-loopback address without TLS."),
    ] = False,
    no_transfers: Annotated[
        bool, typer.Option("--no-transfers", help="Leave submitted transfers as they are.")
    ] = False,
    bandwidth: Annotated[
        float | None, typer.Option(help="MB/s that all transfers have together.")
    ] = None,
    local_root: Annotated[
        Path | None,
        typer.Option(
            help="Directory that stands for / on users' computers; without it, one for each."
        ),
    ] = None,
    connections: Annotated[
        int, typer.Option(min=0, help="Open connections from one address; 0 for any number.")
    ] = 100,
    rate_limit: Annotated[
        bool | None,
        typer.Option(
            "--rate-limit/--no-rate-limit",
            help="30 requests a second and bursts of 60 from one address; "
            "by default where others can reach the address.",
        ),
    ] = None,
    fidelity: Annotated[
        bool,
        typer.Option("--fidelity", help="Print what the workspace does, how it is known, and end."),
    ] = False,
    output: Annotated[
        Form | None, typer.Option("--output", "-o", help="Form of what --fidelity prints.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run an accsyn-compatible workspace until interrupted."""
    form = chosen_form(output, as_json=as_json)
    with _extra("server"):
        from accsyn_orm.server.runner import serve as run
    if fidelity:
        from accsyn_orm.cli.fidelity import print_fidelity

        print_fidelity(form)
        return
    run(
        host=host,
        port=port,
        data=data,
        seed=seed.value,
        tls=tls,
        database=database,
        write_env=write_env,
        ready_file=ready_file,
        insecure_public_http=insecure_public_http,
        transfers=not no_transfers,
        bandwidth=bandwidth,
        local_root=local_root,
        connections=connections,
        is_rated=rate_limit,
    )


@app.command()
def demo() -> None:
    """Show what it is for, on a workspace of its own."""
    with _extra("server"):
        from accsyn_orm.cli.demo import run
        from accsyn_orm.cli.output import Output

    run(Output())


@contextmanager
def _extra(name: str) -> Generator[None, None, None]:
    """Say which extra to install when a library is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        hint = f"pip install 'accsyn_orm[{name}]'"
        raise ConfigurationError(str(error.name), "is not installed", hint=hint) from error


def main() -> None:
    """Run the command line and leave with its exit code."""
    with quiet_pipe():
        _run()


def _run() -> None:
    try:
        sys.exit(app(prog_name=_NAME, standalone_mode=False))
    except AccsynError as error:
        _say(f"error: {error}")
        sys.exit(exit_code(error))
    except TyperException as error:
        _tell_usage(error)
        sys.exit(error.exit_code)
    except typer.Abort:
        _say("interrupted")
        sys.exit(INTERRUPTED)  # as Ctrl-C anywhere else; here a question was open


def _say(text: str) -> None:
    with suppress(BrokenPipeError):  # where nobody listens, the exit code tells
        typer.echo(text, err=True)


def _tell_usage(error: TyperException) -> None:
    """Say in one line what was typed wrong, and where to read more; who typed nothing sees help."""
    message = error.format_message().strip()
    if type(error).__name__ == "NoArgsIsHelpError":  # which typer keeps to itself
        _say(message)
        return
    context = getattr(error, "ctx", None)
    where = f" (see {context.command_path} --help)" if context else ""
    _say(f"error: {message.rstrip('.')}{where}")
