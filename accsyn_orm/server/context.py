"""What an operation has at hand: the open transaction, the caller and the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeAlias

from sqlalchemy import Connection

from accsyn_orm.server.access.rights import Caller
from accsyn_orm.server.disk.roots import Roots

Integration: TypeAlias = Callable[[str, Any], Any]
"""Stands in for an integration: takes an operation and its data, returns what JSON can hold."""

PublishHook: TypeAlias = Callable[[Sequence[Mapping[str, Any]]], Mapping[str, Any]]
"""Decides what may be published: takes files, returns them with feedback under ``files``, and what
else there is to say (``guidelines``, ``comment``, ``time_report``, ``statuses``, ``tasks``)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One operation under way.

    Attributes:
        connection: the open transaction.
        caller: on whose behalf it runs.
        now: when it began.
        roots: where the disks are.
        integrations: what answers calls to integrations, by name in lower case.
        publish_hook: what decides about publishing; ``None`` lets everything be published.
    """

    connection: Connection
    caller: Caller
    now: datetime
    roots: Roots
    integrations: Mapping[str, Integration] = field(default_factory=dict[str, Integration])
    publish_hook: PublishHook | None = None

    @property
    def timestamp(self) -> str:
        """The time as it is stored and sent."""
        return wire_time(self.now)


def wire_time(moment: datetime) -> str:
    """Write a moment as UTC text without zone and fraction, as dates stand on the wire."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
