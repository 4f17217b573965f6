"""``accsyn-orm login, logout`` and ``doctor``: the commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from accsyn_orm.cli.completion import complete_profile
from accsyn_orm.cli.options import AsJson, EnvFile, ProfileName, Text, chosen_form

signing = typer.Typer()

Profile = Annotated[
    str,
    typer.Option(
        "--profile", envvar="ACCSYN_PROFILE", help="Name.", autocompletion=complete_profile
    ),
]


@signing.command()
def login(
    *,
    profile: Profile = "default",
    workspace: Annotated[str | None, typer.Option(help="Workspace code.")] = None,
    username: Annotated[str | None, typer.Option(help="E-mail address of the user.")] = None,
    url: Annotated[
        str | None, typer.Option(help="https://host:port, instead of asking accsyn for it.")
    ] = None,
    proxy: Annotated[str | None, typer.Option(help="Proxy, such as socks:host:port.")] = None,
    ca_bundle: Annotated[
        Path | None, typer.Option(help="File of the certificate authorities to trust.")
    ] = None,
    env_file: EnvFile = None,
    no_keyring: Annotated[
        bool, typer.Option("--no-keyring", help="Keep the key in the profile's file.")
    ] = False,
) -> None:
    """Sign in, and keep what with as a profile.

    The key is asked for without being shown, or read from standard input.
    """
    from accsyn_orm.cli import profiles

    given = {
        "ACCSYN_WORKSPACE": workspace,
        "ACCSYN_API_USER": username,
        "ACCSYN_URL": url,
        "ACCSYN_PROXY": proxy,
        "ACCSYN_CA_BUNDLE": ca_bundle and str(ca_bundle.resolve()),
    }
    said = {name: value for name, value in given.items() if value}
    profiles.login(profile, said, env_file=env_file, use_keyring=not no_keyring)


@signing.command()
def logout(*, profile: Profile = "default") -> None:
    """Forget a profile and its key."""
    from accsyn_orm.cli import profiles

    profiles.logout(profile)


@signing.command()
def doctor(
    *,
    log_file: Annotated[
        list[Path] | None, typer.Option(help="Log whose permissions are looked at.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds for each step.")] = 10.0,
    output: Text = None,
    as_json: AsJson = False,
    profile: ProfileName = None,
    env_file: EnvFile = None,
) -> None:
    """Say what keeps this machine from working with accsyn."""
    form = chosen_form(output, as_json=as_json)
    from accsyn_orm.cli.examination import show
    from accsyn_orm.doctor import Patient

    patient = Patient(env_file, profile, tuple(log_file or ()), timeout=timeout)
    show(patient, form)
