"""Making and forgetting profiles. The key is never shown, and never taken from the command line.

Other users of the machine see command lines, and shells keep them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import typer

from accsyn_orm import Session
from accsyn_orm.cli.exits import UsageError
from accsyn_orm.profiles import ProfileStore
from accsyn_orm.session.envfile import read_env_file

_KEY = "ACCSYN_API_KEY"
_QUESTIONS = {"ACCSYN_WORKSPACE": "Workspace", "ACCSYN_API_USER": "User (e-mail)"}
# Where to is kept with the profile; how to get there is the machine's business, and stays there.
_WHERE = ("ACCSYN_URL",)
_HOW = ("ACCSYN_PROXY", "ACCSYN_CA_BUNDLE")
_OPTIONS = {"ACCSYN_WORKSPACE": "--workspace", "ACCSYN_API_USER": "--username"}


def login(name: str, said: Mapping[str, str], *, env_file: Path | None, use_keyring: bool) -> None:
    """Sign in, and keep what with.

    Args:
        name: of the profile.
        said: variables that were given as options.
        env_file: file that holds the others.
        use_keyring: keep the key in the keyring of the operating system where that works.

    Raises:
        AuthenticationError: the key was refused; nothing is kept.
    """
    store = ProfileStore()
    store.path(name)  # refuses a wrong name before anything is asked
    held = read_env_file(env_file, setting="--env-file") if env_file else _set(_WHERE)
    values = {**held, **said}
    for variable in _QUESTIONS:
        values[variable] = values.get(variable) or _answer(variable)
    values[_KEY] = values.get(_KEY) or _key()
    with Session(environ={**_set(_HOW), **values}) as session:
        user = session.me()
        host = session.host
    profile = store.save(name, values, use_keyring=use_keyring)
    where = "the keyring" if profile.in_keyring else str(profile.path)
    typer.echo(f"signed in to {host} as {user.code} ({user.role})", err=True)
    typer.echo(f"profile {name!r} is kept, the key in {where}", err=True)
    if any(os.environ.get(variable) for variable in (*_QUESTIONS, _KEY)):
        note = "the environment says who signs in, and goes before a profile that is not named"
        typer.echo(f"note: {note}", err=True)


def logout(name: str) -> None:
    """Forget a profile and its key.

    Raises:
        ConfigurationError: there is none of that name.
    """
    ProfileStore().delete(name)
    typer.echo(f"profile {name!r} is forgotten; its key is still valid in accsyn", err=True)


def _set(variables: Iterable[str]) -> dict[str, str]:
    """Return those of the variables that the environment has."""
    return {name: os.environ[name] for name in variables if os.environ.get(name)}


def _answer(variable: str) -> str:
    default = os.environ.get(variable)
    if not sys.stdin.isatty():
        if default:
            return default
        raise UsageError(_OPTIONS[variable], "is not given, and nobody is there to ask")
    answer: str = typer.prompt(_QUESTIONS[variable], default=default, err=True)
    return answer.strip()


def _key() -> str:
    if sys.stdin.isatty():
        key: str = typer.prompt("API key (is not shown)", hide_input=True, err=True)
    else:
        key = sys.stdin.readline()
    if not key.strip():
        hint = "type it when asked, or: accsyn-orm login … < file-with-the-key"
        raise UsageError("key", "is empty", hint=hint)
    return key.strip()
