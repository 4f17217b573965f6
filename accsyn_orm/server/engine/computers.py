"""Users' computers as ends of tasks: which one is used, and where its download area is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.engine.trouble import Code, Held
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import CLIENT_TYPES, CLIENTS, Scope

DOWNLOADS = "Downloads"

_WITH_DISK = (CLIENT_TYPES["app"], CLIENT_TYPES["userserver"])


@behaviour(DOCUMENTED, "transfers/computers", "the user's most recently online computer is used")
@behaviour(DOCUMENTED, "transfers/computers", "a job waits while its computer is not online")
def computer_of(call: Call, document: Mapping[str, Any]) -> RowMapping:
    """Select the computer that an end is on: the one that was named, or one that is online.

    Raises:
        Held: none is.
    """
    clients, named = CLIENTS.table.c, document.get("client")
    is_meant = clients.id == named if named else clients.user == document["user"]
    has_disk = clients.type.in_(_WITH_DISK)
    is_online = clients.status == "online"
    kept = clients.scope == Scope.ACTIVE.value
    found = rows_where(call, CLIENTS, kept, has_disk, is_online, is_meant)
    if not found:
        which = f"computer {named}" if named else "any computer of the user"
        raise Held(Code.NO_CLIENT, f"{which} is not online")
    return max(found, key=lambda row: (row["last_checkin"] or "", row["sequence"]))


@behaviour(INFERRED, "transfers/computers", "the download area is Downloads, in the home if known")
def downloads(root: Path) -> Inside:
    """Return where a computer keeps what names no place of its own.

    Args:
        root: the directory that stands for its ``/``. Where that is the real one, the home is that
            of whoever runs the workspace.
    """
    home = Path.home()
    inside = home.relative_to(root).parts if home.is_relative_to(root) else ()
    return Inside((*inside, DOWNLOADS))
