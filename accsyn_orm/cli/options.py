"""Options that several commands share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeGuard

import typer

from accsyn_orm.cli.completion import complete_profile, complete_query, complete_type

if TYPE_CHECKING:
    from accsyn_orm import Session
    from accsyn_orm.profiles import Source


class Form(str, Enum):
    """Form of data on standard output."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    YAML = "yaml"


QueryText = Annotated[
    str,
    typer.Argument(
        metavar="QUERY", help='Such as "Job WHERE status=failed".', autocompletion=complete_query
    ),
]
TypeName = Annotated[
    str, typer.Argument(metavar="TYPE", help="Such as Job.", autocompletion=complete_type)
]
Output = Annotated[
    Form | None,
    typer.Option(
        "--output", "-o", help="Form of the output; by default a table on a terminal, else JSON."
    ),
]
Text = Annotated[
    Form | None, typer.Option("--output", "-o", help="Form of the output; by default text.")
]
AsJson = Annotated[bool, typer.Option("--json", help="The same as -o json.")]
EnvFile = Annotated[
    Path | None, typer.Option("--env-file", help="File of ACCSYN_…=value lines to sign in with.")
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        help="Profile to sign in with, see login; by default ACCSYN_PROFILE.",
        autocompletion=complete_profile,
    ),
]
Finished = Annotated[bool, typer.Option("--finished", help="Among jobs that are done or aborted.")]
Inactive = Annotated[bool, typer.Option("--inactive", help="Among deactivated entities.")]
Archived = Annotated[bool, typer.Option("--archived", help="Among archived entities; slow.")]
Under = Annotated[
    str | None,
    typer.Option("--under", metavar="ID", help="Beneath this entity, as tasks of a job."),
]


@dataclass(frozen=True, slots=True)
class Access:
    """What a command signs in with.

    Attributes:
        env_file: file that was named.
        profile: profile that was named.
    """

    env_file: Path | None = None
    profile: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether anything says who signs in."""
        return not self._chosen().is_empty

    def source(self) -> Source:
        """Return what to sign in with.

        Raises:
            NotSignedInError: nothing says who signs in.
        """
        from accsyn_orm.cli.exits import NotSignedInError

        source = self._chosen()
        if source.is_empty:
            raise NotSignedInError
        return source

    def session(self) -> Session:
        """Return a session; use it in ``with``, and entity classes know it.

        Raises:
            NotSignedInError: nothing says who signs in.
        """
        from accsyn_orm import Session

        return Session(environ=self.source().environ)

    def _chosen(self) -> Source:
        from accsyn_orm.profiles import choose_source

        return choose_source(env_file=self.env_file, profile=self.profile)


def is_data(form: Form | None) -> TypeGuard[Form]:
    """Tell whether data are wanted of what has a text for people."""
    return form is not None and form is not Form.TABLE


def chosen_form(output: Form | None, *, as_json: bool) -> Form | None:
    """Return the form that was asked for, or ``None``.

    Raises:
        UsageError: two were.
    """
    if as_json and output not in {None, Form.JSON}:
        from accsyn_orm.cli.exits import UsageError

        raise UsageError("--json", f"is not -o {output and output.value}", hint="say one of them")
    return Form.JSON if as_json else output
