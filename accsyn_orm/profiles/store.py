"""Profiles on disk: one file each, written whole or not at all, readable by its owner only."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.profiles.directory import config_directory
from accsyn_orm.profiles.vault import Vault
from accsyn_orm.session.envfile import read_env_file

DEFAULT_PROFILE = "default"
KEY = "ACCSYN_API_KEY"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HEADER = "# Written by accsyn-orm login. Keep it to yourself.\n"
_IN_KEYRING = "# The key is in the keyring of the operating system.\n"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a profile says.

    Attributes:
        name: its name.
        path: its file.
        values: ``ACCSYN_…`` variables, with the key.
        in_keyring: the key came from the keyring of the operating system.
    """

    name: str
    path: Path
    values: Mapping[str, str] = field(repr=False)
    in_keyring: bool = False


class ProfileStore:
    """The profiles of this user.

    Args:
        directory: where they are kept; by default in the user's configuration directory.
        vault: where keys are kept if it works; by default the keyring of the operating system.
    """

    def __init__(self, directory: Path | None = None, vault: Vault | None = None) -> None:
        self.directory = directory or config_directory() / "profiles"
        self._vault = vault or Vault()

    def path(self, name: str) -> Path:
        """Return the file of a profile.

        Raises:
            ConfigurationError: no profile can have that name.
        """
        if not _NAME.fullmatch(name):
            hint = "letters, digits, dots, dashes and underscores, at most 64"
            raise ConfigurationError("profile", f"{name!r} is no name of a profile", hint=hint)
        return self.directory / f"{name}.env"

    def names(self) -> list[str]:
        """Return the names of all profiles."""
        return sorted(path.stem for path in self.directory.glob("*.env"))

    def has(self, name: str) -> bool:
        """Tell whether there is such a profile."""
        return self.path(name).is_file()

    def load(self, name: str) -> Profile:
        """Return a profile.

        Raises:
            ConfigurationError: there is none of that name, or its file cannot be read.
        """
        path = self.path(name)
        if not path.is_file():
            known = ", ".join(self.names()) or "none yet"
            hint = f"there is: {known}; make it with: accsyn-orm login --profile {name}"
            raise ConfigurationError("profile", f"there is no profile {name!r}", hint=hint)
        values = read_env_file(path, setting="profile")
        if KEY in values:
            return Profile(name, path, values)
        key = self._vault.read(name)
        if key is None:
            hint = f"sign in again: accsyn-orm login --profile {name}"
            reason = f"the key of {name!r} is not in the keyring, or that is locked"
            raise ConfigurationError("profile", reason, hint=hint)
        return Profile(name, path, {**values, KEY: key}, in_keyring=True)

    def save(self, name: str, values: Mapping[str, str], *, use_keyring: bool = True) -> Profile:
        """Keep a profile, in place of one of the same name.

        Args:
            name: its name.
            values: ``ACCSYN_…`` variables, with the key.
            use_keyring: keep the key in the keyring of the operating system where that works.

        Raises:
            ConfigurationError: a value cannot be written, or the file cannot.
        """
        path = self.path(name)
        in_keyring = use_keyring and self._vault.write(name, values[KEY])
        kept = {n: v for n, v in values.items() if v and not (in_keyring and n == KEY)}
        text = _HEADER + (_IN_KEYRING if in_keyring else "")
        text += "".join(f"{name}={_quoted(name, value)}\n" for name, value in kept.items())
        try:
            _write_privately(path, text)
        except OSError as error:
            raise ConfigurationError(
                "profile", f"cannot write {str(path)!r}: {error.strerror}"
            ) from error
        if not in_keyring:
            self._vault.forget(name)
        return Profile(name, path, dict(values), in_keyring=in_keyring)

    def delete(self, name: str) -> None:
        """Forget a profile and its key.

        Raises:
            ConfigurationError: there is none of that name.
        """
        self._vault.forget(name)
        try:
            self.path(name).unlink()
        except FileNotFoundError:
            reason = f"there is no profile {name!r}"
            raise ConfigurationError("profile", reason) from None


def _quoted(name: str, value: str) -> str:
    """Write a value so that the reader of env files reads it back."""
    if not value.isprintable():
        raise ConfigurationError(name, "holds a line break or another control character")
    quote = next((quote for quote in "\"'" if quote not in value), None)
    if quote is None:
        raise ConfigurationError(name, "holds both kinds of quotes, which no env file can")
    return f"{quote}{value}{quote}"


def _write_privately(path: Path, text: str) -> None:
    """Write a file that only its owner can read, from its first byte on."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
