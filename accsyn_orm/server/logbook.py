"""The log of the workspace: what was changed by whom, and what went wrong."""

from __future__ import annotations

from typing import Literal

from accsyn_orm.server.context import Call
from accsyn_orm.server.storage.store import insert_row
from accsyn_orm.server.storage.tables import LOGS

Severity = Literal["info", "warning", "error"]


def log(
    call: Call,
    entitytype: str,
    ident: str | None,
    severity: Severity,
    message: str,
) -> None:
    """Leave a row in the log.

    Args:
        call: the operation; the row stays only if the operation succeeds.
        entitytype: what the row is about, in v3's words; ``workspace`` for the whole.
        ident: id of the entity; ``None`` for the workspace.
        severity: how bad it is.
        message: what happened. It must not hold values that somebody set: they may be secret.
    """
    values = {
        "date": call.timestamp,
        "entitytype": entitytype,
        "entityid": ident or call.caller.workspace,
        "severity": severity,
        "message": message,
        "user": call.caller.user_code,
    }
    insert_row(call, LOGS, values)
