"""What an operation has at hand: the open transaction, the caller and the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from sqlalchemy import Connection

from accsyn_orm.server.access.rights import Caller
from accsyn_orm.server.disk.roots import Roots


@dataclass(frozen=True, slots=True)
class Call:
    """One operation under way.

    Attributes:
        connection: the open transaction.
        caller: on whose behalf it runs.
        now: when it began.
        roots: where the disks are.
    """

    connection: Connection
    caller: Caller
    now: datetime
    roots: Roots

    @property
    def timestamp(self) -> str:
        """The time as it is stored and sent."""
        return wire_time(self.now)


def wire_time(moment: datetime) -> str:
    """Write a moment as UTC text without zone and fraction, as dates stand on the wire."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
