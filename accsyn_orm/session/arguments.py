"""What a session is given: arguments, and where a value comes from that is not one.

An argument beats the environment, the environment beats the env file, and empty means unset.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.session.envfile import read_env_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """The arguments of ``Session`` that say where and as whom to sign in; see there."""

    workspace: str | None = None
    username: str | None = None
    api_key: str | None = field(default=None, repr=False)
    domain: str | None = None
    pwd: str | None = field(default=None, repr=False)
    session_key: str | None = field(default=None, repr=False)
    hostname: str | None = None
    port: int | None = None
    url: str | None = None
    protocol: str | None = None
    proxy: str | None = field(default=None, repr=False)
    verify: bool | str | os.PathLike[str] | None = None
    timeout: float | None = None
    connect_timeout: float | None = None
    path_envfile: str | os.PathLike[str] | None = None
    allow_insecure_http: bool = False
    retries: int | None = None
    rate_limit: float | None = None
    deduplicates: bool = False


class Sources:
    """Where a value that was not given as an argument may come from."""

    def __init__(self, arguments: Arguments, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._file: Mapping[str, str] = {}
        if path := arguments.path_envfile:
            self._file = read_env_file(path, setting="path_envfile")
        elif path := environ.get("ACCSYN_CREDENTIALS_PATH"):
            self._file = read_env_file(path, setting="ACCSYN_CREDENTIALS_PATH")

    def get(self, *names: str) -> str | None:
        """Return the first value that is set, in the environment before the file."""
        for source in (self._environ, self._file):
            for name in names:
                if value := source.get(name, "").strip():
                    return value
        return None


def text_of(setting: str, value: object) -> str | None:
    """Check that an argument is text; blank text is unset."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ConfigurationError(setting, "is not text")
    return value if value.strip() else None
