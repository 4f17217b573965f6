"""What the kinds of databases have in common for `database`: an engine, and two ways to use it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import ArgumentError

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.server.refusals import Refusal

WRITES = "accsyn_orm_writes"
"""Execution option of connections that write."""

STATEMENT_SECONDS = 60.0
"""How long one statement may take."""

LOCK_TIMEOUT_MS = 30_000
"""How long a transaction waits for another one that writes."""


@dataclass(frozen=True, slots=True)
class Backend:
    """One database, and how its kind is treated.

    Attributes:
        engine: gives connections.
        reading: execution options of connections that only read.
        writing: execution options of connections that write.
        turn_to_read: what readers of this process share one after the other.
        turn_to_write: what writers of this process share one after the other.
        refusal_of: says what to answer, given what the driver raised: `Unwritable`, `Overdue`, or
            ``None`` for all else, above all where it is not certain that nothing was done.
        damage_of: looks a database over that is there already, and says what is wrong with it.
    """

    engine: Engine
    reading: Mapping[str, Any] = field(default_factory=dict[str, Any])
    writing: Mapping[str, Any] = field(default_factory=dict[str, Any])
    turn_to_read: contextlib.AbstractContextManager[Any] = field(
        default_factory=contextlib.nullcontext[None]
    )
    turn_to_write: contextlib.AbstractContextManager[Any] = field(
        default_factory=contextlib.nullcontext[None]
    )
    refusal_of: Callable[[BaseException | None], Refusal | None] = lambda _error: None
    damage_of: Callable[[Connection], str | None] = lambda _connection: None


def make_engine(target: URL, *, extra: str, **options: Any) -> Engine:
    """Make an engine whose log and errors hold no values.

    Args:
        target: the database.
        extra: what to install when the driver is missing.
        options: more options of ``create_engine``.

    Raises:
        ConfigurationError: the driver is not installed.
    """
    try:
        # hide_parameters: values must reach neither logs nor tracebacks.
        return create_engine(target, hide_parameters=True, **options)
    except (ArgumentError, ImportError) as error:
        reason = f"no driver for {target.drivername} is installed"
        hint = f"pip install 'accsyn_orm[{extra}]'"
        raise ConfigurationError("database", reason, hint=hint) from error


def is_writing(connection: Connection) -> bool:
    """Tell whether a transaction that begins is one that writes."""
    return bool(connection.get_execution_options().get(WRITES, False))
