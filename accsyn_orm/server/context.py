"""What an operation has at hand: the open transaction, the caller and the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeAlias

from sqlalchemy import Connection

from accsyn_orm.server.access.rights import Caller
from accsyn_orm.server.disk.roots import Roots

Integration: TypeAlias = Callable[[str, Any], Any]
"""Stands in for an integration: takes an operation and its data, returns what JSON can hold."""


@dataclass(frozen=True, slots=True)
class Call:
    """One operation under way.

    Attributes:
        connection: the open transaction.
        caller: on whose behalf it runs.
        now: when it began.
        roots: where the disks are.
        integrations: what answers calls to integrations, by name in lower case.
    """

    connection: Connection
    caller: Caller
    now: datetime
    roots: Roots
    integrations: Mapping[str, Integration] = field(default_factory=dict[str, Integration])

    @property
    def timestamp(self) -> str:
        """The time as it is stored and sent."""
        return wire_time(self.now)


def wire_time(moment: datetime) -> str:
    """Write a moment as UTC text without zone and fraction, as dates stand on the wire."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
