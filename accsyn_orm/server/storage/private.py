"""Files and directories that only their owner may read."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

from accsyn_orm.errors import ConfigurationError


def private_directory(path: Path) -> Path:
    """Make a directory that only its owner can enter; one that exists is left as it is.

    Raises:
        ConfigurationError: there cannot be a directory at this path.
    """
    with _usable(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def private_file(path: Path) -> Path:
    """Make an empty file that only its owner can read; one that exists is left as it is.

    Raises:
        ConfigurationError: there cannot be a file at this path.
    """
    with _usable(path):
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return path


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, in one step: readers see all of it or nothing.

    Raises:
        ConfigurationError: there cannot be a file at this path.
    """
    with _usable(path):
        # A name nobody can guess, made for us only: the directory may be shared.
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(draft).replace(path)


@contextlib.contextmanager
def _usable(path: Path) -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(str(path), f"cannot be used: {reason}") from error
