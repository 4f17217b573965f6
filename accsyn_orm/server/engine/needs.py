"""What the ends of a task need to be switched on: shares, sites, servers and users' computers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.engine.trouble import Code, Held
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import CLIENTS, SHARES, SITES, EntityTable


@dataclass(frozen=True, slots=True)
class Needs:
    """Ids of what has to be within reach.

    Attributes:
        shares: they have to be enabled.
        sites: they have to be enabled.
        servers: they have to be online.
        computers: those of users; they have to be online.
    """

    shares: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    servers: frozenset[str] = frozenset()
    computers: frozenset[str] = frozenset()


NOTHING = Needs()


def together(needs: Iterable[Needs]) -> Needs:
    """Put what several ends need together."""
    listed = list(needs)
    nothing: frozenset[str] = frozenset()
    return Needs(
        shares=nothing.union(*(one.shares for one in listed)),
        sites=nothing.union(*(one.sites for one in listed)),
        servers=nothing.union(*(one.servers for one in listed)),
        computers=nothing.union(*(one.computers for one in listed)),
    )


@behaviour(DOCUMENTED, "transfers/paths", "a job waits while a share it uses is not enabled")
@behaviour(DOCUMENTED, "transfers/paths", "a job waits while the server of its volume is offline")
@behaviour(INFERRED, "transfers/sites", "a job waits while a site it uses is disabled")
def require_within_reach(call: Call, needs: Needs) -> None:
    """Make sure that all of it can be used.

    Raises:
        Held: something is disabled or offline.
    """
    for kind, entity, idents, status, code in (
        ("share", SHARES, needs.shares, "enabled", Code.UNAVAILABLE),
        ("site", SITES, needs.sites, "enabled", Code.UNAVAILABLE),
        ("server", CLIENTS, needs.servers, "online", Code.UNAVAILABLE),
        ("computer", CLIENTS, needs.computers, "online", Code.NO_CLIENT),
    ):
        for row in _rows(call, entity, idents):
            if row["status"] != status:
                raise Held(code, f"{kind} {row['code']} is {row['status']}")


def _rows(call: Call, entity: EntityTable, idents: Collection[str]) -> Iterable[RowMapping]:
    return rows_where(call, entity, entity.table.c.id.in_(idents)) if idents else ()
