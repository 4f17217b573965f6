"""Homes: one directory for each user who has one, whose life is the user's."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import RowMapping, or_

from accsyn_orm.server.access.policy import access, not_permitted
from accsyn_orm.server.access.roles import STAFF, Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.inside import problem_of_name
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, no_such
from accsyn_orm.server.rules.base import Names
from accsyn_orm.server.rules.folders import folder_path, make_directory, place_for
from accsyn_orm.server.rules.schema import Field, Schema, filled_text, one_of
from accsyn_orm.server.rules.shares import (
    QUEUE_FIELDS,
    ShareRules,
    insert_share,
    share_code,
    share_fields,
    with_code,
)
from accsyn_orm.server.rules.volumes import default_volume
from accsyn_orm.server.storage.store import rows_where, visible_row, writable_row
from accsyn_orm.server.storage.tables import HOMES, USERS, V1, V3, Scope

HOMES_DIRECTORY = "accsyn"
"""Directory of the default volume that homes are in."""

_ADDRESS = re.compile(r"[^@\s/\\:]+@[^@\s/\\:]+")


def _home_code(name: str, value: Any) -> str:
    """Take the code of a home, which may be an e-mail address."""
    given = filled_text(name, value)
    return given if _ADDRESS.fullmatch(given) else share_code(name, given)


class Homes(ShareRules):
    """The rules of homes, which v1 calls user shares."""

    schema = Schema(
        HOMES,
        (
            *share_fields(check_code=_home_code, is_code_required=False),
            *QUEUE_FIELDS,
            Field("type", one_of("user"), create=True, generations=V1),
            Field("user", filled_text, create=True, required=True, generations=V3),
            Field(
                "user",
                filled_text,
                create=True,
                required=True,
                generations=V1,
                source=INFERRED,
            ),
            Field("parent", filled_text, create=True),
            Field("path", folder_path, create=True),
            Field("path", folder_path, update=True, writers=STAFF, source=INFERRED),
        ),
    )
    names = Names(v1="", v3="home")

    @behaviour(DOCUMENTED, "home/create", "the user is named by id or e-mail")
    @behaviour(INFERRED, "home/create", "a user has one home")
    @behaviour(
        DOCUMENTED, "home/create", "by default it is at accsyn/<e-mail> of the default volume"
    )
    @behaviour(DOCUMENTED, "home/create", "employees make homes for those whose homes they change")
    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Give a user a home."""
        owner = _owner(call, values.pop("user"))
        if "parent" in values or "path" in values:
            path = values.get("path") or _usual_path(owner)
            volume = place_for(call, values.get("parent"), path)
            values |= {"parent": volume["id"], "path": path}
        return insert_home(call, owner, values)

    @behaviour(INFERRED, "home/edit", "a new path moves no files")
    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change a home; with another path it is another directory."""
        if "path" in values:
            place_for(call, row["parent"], values["path"])
        super().update(call, row, values)

    @behaviour(DOCUMENTED, "home/deactivate", "homes cannot be: the user is deactivated instead")
    def deactivate(self, call: Call, ident: str) -> bool:
        """Refuse to deactivate a home.

        Raises:
            Refusal: always.
        """
        writable_row(call, HOMES, ident, "deactivate")
        raise Refusal("a home cannot be deactivated: deactivate its user")

    @behaviour(INFERRED, "home/activate", "homes cannot be: the user is activated instead")
    def activate(self, call: Call, named: str) -> bool:
        """Refuse to activate a home.

        Raises:
            Refusal: always.
        """
        homes, may_see = HOMES.table.c, access("home", call.caller).read(call.caller)
        is_named = or_(homes.id == named, homes.code__folded == named.casefold())
        if not rows_where(call, HOMES, is_named, may_see):
            raise no_such("home", named)
        raise Refusal("a home cannot be activated: activate its user")


def give_home(call: Call, owner: RowMapping) -> None:
    """Make sure that a user has a home, at the usual place."""
    homes = HOMES.table.c
    if not rows_where(call, HOMES, homes.user == owner["id"], homes.scope != Scope.ARCHIVED.value):
        insert_home(call, owner, {})


def insert_home(call: Call, owner: RowMapping, values: dict[str, Any]) -> str:
    """Store the home of a user, by default at the usual place.

    Raises:
        Refusal: the user has one, or its code is taken, or there is no volume to put it in.
    """
    homes = HOMES.table.c
    if rows_where(call, HOMES, homes.user == owner["id"], homes.scope != Scope.ARCHIVED.value):
        raise Refusal(f"the user {owner['code']!r} has a home already")
    if "path" not in values:
        volume, path = default_volume(call), _usual_path(owner)
        make_directory(call, volume, path)
        values = {**values, "parent": volume["id"], "path": path}
    named = {"name": owner["code"], "code": owner["code"], **values}
    own = {"type": "home", "user": owner["id"]}
    return insert_share(call, {**with_code(call, "home", named), **own})


def _owner(call: Call, named: str) -> RowMapping:
    """Select the user that somebody means, for whom the caller may make a home."""
    users, caller = USERS.table.c, call.caller
    found = rows_where(
        call,
        USERS,
        users.scope == Scope.ACTIVE.value,
        or_(users.id == named, users.code__folded == named.casefold()),
        access("user", caller).read(caller),
    )
    if not found:
        raise no_such("user", named)
    owner = visible_row(call, USERS, found[0]["id"])
    is_own = owner["id"] == caller.user_id
    is_standard = owner["role"] == Role.STANDARD.value and caller.generation == "v3"
    if caller.role is not Role.ADMIN and not (is_own or is_standard):
        raise not_permitted(caller, "make homes for others")
    return owner


def _usual_path(owner: RowMapping) -> str:
    """Return where homes are; an e-mail that cannot be the name of a directory gives way to the id.

    Addresses may hold slashes and colons.
    """
    name = owner["id"] if problem_of_name(owner["code"]) else owner["code"]
    return f"{HOMES_DIRECTORY}/{name}"
