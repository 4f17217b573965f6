"""Who receives a delivery, a request or a stream."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, TESTS, behaviour
from accsyn_orm.server.refusals import no_such
from accsyn_orm.server.rules.users import Users
from accsyn_orm.server.storage.store import insert_row, rows_where, update_row, update_rows
from accsyn_orm.server.storage.tables import RECIPIENTS, USERS, Scope
from accsyn_orm.server.transfers.packages import recipients_of

_USERS = Users()


@behaviour(DOCUMENTED, "packages/recipients", "a recipient is a user, by id or by e-mail")
@behaviour(DOCUMENTED, "packages/recipients", "an unknown e-mail is invited, unless declined")
@behaviour(INFERRED, "packages/recipients", "adding somebody twice changes nothing")
def add_recipient(call: Call, package: str, named: str, *, invites: bool = True) -> str:
    """Make somebody a recipient; return the user's id.

    Args:
        call: the operation.
        package: id of the delivery, request or stream.
        named: id or e-mail.
        invites: whether an unknown e-mail becomes a user.

    Raises:
        Refusal: there is no such user, and none is invited.
    """
    user = find_user(call, named)
    if user is None:
        if not invites or "@" not in named:
            raise no_such("user", named)
        user = str(_USERS.create(call, {"code": named}, None)[0]["id"])
    recipients = RECIPIENTS.table.c
    is_same = (recipients.job == package) & (recipients.user == user)
    former = rows_where(call, RECIPIENTS, is_same)
    if not former:
        insert_row(call, RECIPIENTS, {"job": package, "user": user, "actioned": False})
    elif former[0]["scope"] != Scope.ACTIVE.value:
        update_row(call, RECIPIENTS, former[0]["id"], {"actioned": False}, scope=Scope.ACTIVE)
    return user


@behaviour(CLIENT_SOURCE, "packages/recipients", "a recipient is removed by id or by e-mail")
def remove_recipient(call: Call, package: str, named: str) -> None:
    """Make somebody a recipient no longer.

    Raises:
        Refusal: he is none.
    """
    user = find_user(call, named)
    for row in recipients_of(call, package):
        if row["user"] == user:
            update_row(call, RECIPIENTS, row["id"], {}, scope=Scope.ARCHIVED)
            return
    raise no_such("recipient", named)


@behaviour(INFERRED, "packages/recipients", "who uploads or downloads has actioned")
def acted(call: Call, package: str) -> None:
    """Note that the caller, if he is a recipient of a package, did what he was asked to."""
    recipients = RECIPIENTS.table.c
    is_caller = (recipients.job == package) & (recipients.user == call.caller.user_id)
    update_rows(call, RECIPIENTS, is_caller, {"actioned": True})


@behaviour(TESTS, "packages/recipients", "recipients are shown with id, e-mail and actioned")
def entry(call: Call, recipient: RowMapping) -> dict[str, Any]:
    """Show a recipient."""
    (user,) = rows_where(call, USERS, USERS.table.c.id == recipient["user"])
    return {"actioned": recipient["actioned"], "user": user["id"], "user_hr": user["code"]}


def find_user(call: Call, named: str) -> str | None:
    """Find the active user that an id or e-mail names."""
    users, folded = USERS.table.c, named.strip().casefold()
    is_named = (users.id == folded) | (users.code__folded == folded)
    rows = rows_where(call, USERS, is_named, users.scope == Scope.ACTIVE.value)
    return str(rows[0]["id"]) if rows else None
