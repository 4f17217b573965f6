"""Which of the things that lie around a session signs in with.

What is named beats the environment, the environment beats a profile. Who signs in, with what and
where always comes from one source as a whole: the key of one workspace must not go to another.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from accsyn_orm.profiles.store import DEFAULT_PROFILE, Profile, ProfileStore
from accsyn_orm.session.envfile import read_env_file

_WHO = (
    "ACCSYN_WORKSPACE",
    "ACCSYN_DOMAIN",
    "ACCSYN_API_USER",
    "ACCSYN_API_KEY",
    "ACCSYN_SESSION_KEY",
    "ACCSYN_CREDENTIALS_PATH",
)
_WHERE = ("ACCSYN_URL",)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the settings of a session come from.

    Attributes:
        label: what it is, for people; never a secret.
        environ: what ``Session(environ=…)`` takes.
        path: the file that holds the key, if it is one.
        is_empty: nothing says who signs in.
    """

    label: str
    environ: Mapping[str, str] = field(repr=False)
    path: Path | None = None
    is_empty: bool = False


def choose_source(
    *,
    env_file: Path | None = None,
    profile: str | None = None,
    environ: Mapping[str, str] = os.environ,
    store: ProfileStore | None = None,
) -> Source:
    """Return what to sign in with.

    An env file or a profile that is named comes first; then the environment, if it says anything
    about who signs in; then the profile ``ACCSYN_PROFILE`` names, or the one called ``default``.

    Raises:
        ConfigurationError: the file or the profile is not there or cannot be read.
    """
    named = explicit_source(env_file=env_file, profile=profile, environ=environ, store=store)
    if named is not None:
        return named
    if any(environ.get(name, "").strip() for name in _WHO):
        return _environment(environ)
    profiles = store or ProfileStore()
    if wanted := environ.get("ACCSYN_PROFILE", "").strip():
        return _of_profile(profiles.load(wanted), environ)
    if profiles.has(DEFAULT_PROFILE):
        return _of_profile(profiles.load(DEFAULT_PROFILE), environ)
    return Source("nothing", environ, is_empty=True)


def explicit_source(
    *,
    env_file: Path | None,
    profile: str | None,
    environ: Mapping[str, str] = os.environ,
    store: ProfileStore | None = None,
) -> Source | None:
    """Return what was named to sign in with, or ``None``: an env file goes before a profile."""
    if env_file is not None:
        values = read_env_file(env_file, setting="--env-file")
        return Source(f"file {env_file}", _over(values, environ), env_file)
    if profile is not None:
        return _of_profile((store or ProfileStore()).load(profile), environ)
    return None


def _environment(environ: Mapping[str, str]) -> Source:
    if path := environ.get("ACCSYN_CREDENTIALS_PATH", "").strip():
        return Source(f"environment, and file {path}", environ, Path(path))
    return Source("environment", environ)


def _of_profile(profile: Profile, environ: Mapping[str, str]) -> Source:
    where = "key in the keyring" if profile.in_keyring else str(profile.path)
    label = f"profile {profile.name} ({where})"
    return Source(label, _over(profile.values, environ), profile.path)


def _over(values: Mapping[str, str], environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment with who and where replaced, and the rest completed."""
    rest = {name: value for name, value in environ.items() if name not in {*_WHO, *_WHERE}}
    given = {name: value for name, value in values.items() if value}
    return MappingProxyType({**rest, **given})
