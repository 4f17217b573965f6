"""ACLs: who may use which share, and which part of it.

They are made by granting, changed by granting again, and deleted; what they allow is decided in
`accsyn_orm.server.access.acls`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, RowMapping, or_
from typing_extensions import override

from accsyn_orm.query import And, Comparison, Expression, Operator, Or, parse
from accsyn_orm.server.access.acls import is_allowed
from accsyn_orm.server.access.policy import access, not_permitted, require_create
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, TESTS, behaviour
from accsyn_orm.server.refusals import Refusal, no_such
from accsyn_orm.server.rules.base import EntityRules, Names, payload
from accsyn_orm.server.rules.grants import Permission, store_acl
from accsyn_orm.server.rules.schema import Check, Field, Schema, boolean, filled_text, text
from accsyn_orm.server.rules.users import Users
from accsyn_orm.server.storage.store import (
    Record,
    records_by_id,
    rows_where,
    update_row,
    writable_row,
)
from accsyn_orm.server.storage.tables import ACLS, SHARES, USERS, V1, V3, Scope

_USERS = Users()
_PARTY_OF = {"entity": "user:", "ident": "user:", "target": "share:"}


def acl_path(name: str, value: Any) -> str:
    """Take the part of a share that an ACL is for, and write it in the one way it is stored."""
    inside = Inside.parse(text(name, value).strip().strip("/"))
    return str(inside) or "/"


class Acls(EntityRules):
    """The rules of ACLs."""

    schema = Schema(
        ACLS,
        (
            Field("entity", filled_text, create=True, required=True, generations=V3, source=TESTS),
            Field(
                "ident", filled_text, create=True, required=True, generations=V1, source=INFERRED
            ),
            Field("target", filled_text, create=True, required=True, source=TESTS),
            Field("path", acl_path, create=True),
            Field("read", boolean, create=True),
            Field("write", boolean, create=True),
            Field("invite", boolean, create=True, generations=V3),
            # No mail ever leaves an embedded workspace, so it does not matter whether one is
            # wanted.
            Field("notify", boolean, create=True, generations=V3),
            Field("message", text, create=True, generations=V3, source=CLIENT_SOURCE),
        ),
    )
    names = Names(v1="acl", v3="acl")
    search_options: ClassVar[Mapping[str, Check]] = {"recursive": boolean}

    @behaviour(DOCUMENTED, "acl/create", "an ACL reads, writes, or does both")
    @behaviour(TESTS, "acl/create", "the first grant answers the ACL, a repeated one true")
    @behaviour(INFERRED, "acl/create", "nobody gives more than he has")
    def create(self, call: Call, data: Any, parent: str | None) -> list[Any]:
        """Give a user access to a share; ``[True]`` when there was an ACL, which is changed."""
        require_create("acl", call.caller)
        if parent is not None:
            raise Refusal("an acl is not created beneath another entity")
        values = self.schema.check_create(payload(data), call.caller.generation, call.caller.role)
        permission = Permission(
            read=values.get("read", False),
            write=values.get("write", False),
            path=values.get("path", "/"),
        )
        if not permission.rights:
            raise Refusal("an acl reads, writes, or does both: delete it to take access away")
        share = _target(call, values["target"])
        _require_own(call, share, permission)
        named = values.get("entity") or values["ident"]
        may_invite = call.caller.generation == "v3" and values.get("invite", True)
        user = _grantee(call, named, may_invite=may_invite)
        ident = store_acl(call, user, share, permission)
        return [True] if ident is None else list(records_by_id(call, ACLS, [ident]))

    @behaviour(CLIENT_SOURCE, "acl/edit", "an ACL is changed by granting again only")
    @override
    def edit(self, call: Call, ident: str, data: Any) -> list[Record]:
        """Refuse to change an ACL.

        Raises:
            Refusal: always.
        """
        writable_row(call, ACLS, ident, "change")
        raise Refusal("an acl cannot be changed: grant again, which changes what is there")

    @behaviour(CLIENT_SOURCE, "acl/delete", "takes the access away")
    @behaviour(DOCUMENTED, "acl/delete", "admins keep theirs for volumes")
    def delete(self, call: Call, ident: str, options: Any) -> bool:
        """Take access away from a user."""
        row = writable_row(call, ACLS, ident, "delete")
        if payload(options or {}):
            raise Refusal("delete takes no options for ACLs")
        if _is_of_admin(call, row) and _is_for_volume(call, row):
            raise Refusal("access of an admin to a volume cannot be revoked")
        update_row(call, ACLS, row["id"], {}, scope=Scope.ARCHIVED)
        return True

    @behaviour(CLIENT_SOURCE, "acl/find", "the query may be a whole statement: acl WHERE …")
    def read_query(self, query: str) -> Expression | None:
        """Read a condition, or the whole statement that clients of v3 send here."""
        if query.split(maxsplit=1)[0].casefold() != "acl":
            return super().read_query(query)
        statement = parse(query)
        return statement.where

    @behaviour(INFERRED, "acl/find", "a user may be named by e-mail, a share by code")
    @behaviour(INFERRED, "acl/find", "recursive adds the ACLs of shares beneath")
    def search(
        self, call: Call, where: Expression | None, options: Mapping[str, Any]
    ) -> Expression | None:
        """Add the shares beneath, and take e-mails and codes where ids are meant."""

        def change(comparison: Comparison) -> Comparison:
            if options.get("recursive"):
                comparison = _with_shares_beneath(call, comparison)
            return _by_code(comparison)

        return None if where is None else _rewritten(where, change)


# -- granting -------------------------------------------------------------------------------------


@behaviour(DOCUMENTED, "acl/create", "only admins give access to volumes")
@behaviour(DOCUMENTED, "acl/create", "access is given by those who may change the share")
def _target(call: Call, party: str) -> RowMapping:
    """Select the share that an ACL is for.

    Raises:
        Refusal: there is none that the caller sees, or the caller may not change it.
    """
    kind, _, ident = party.partition(":")
    if kind.casefold() != "share" or not ident:
        raise Refusal(f"acl.target is share:<id>, not {party!r}")
    shares, caller = SHARES.table.c, call.caller
    is_active = shares.scope == Scope.ACTIVE.value
    may_see = access("share", caller).read(caller)
    found = rows_where(call, SHARES, shares.id == ident.casefold(), is_active, may_see)
    if not found:
        raise no_such("share", ident)
    may_change = access(found[0]["type"], caller).write(caller)
    if not rows_where(call, SHARES, shares.id == found[0]["id"], may_change):
        raise not_permitted(caller, f"give access to this {found[0]['type']}")
    return found[0]


def _require_own(call: Call, share: RowMapping, permission: Permission) -> None:
    for right in permission.rights:
        if not is_allowed(call, share, permission.path, right):
            raise not_permitted(call.caller, f"let others {right} where they may not")


@behaviour(DOCUMENTED, "acl/create", "an unknown e-mail is invited, unless invite is false")
@behaviour(DOCUMENTED, "acl/create", "standard users give access to standard users only")
def _grantee(call: Call, party: str, *, may_invite: bool) -> RowMapping:
    """Select the user that an ACL is for, who may have to be invited.

    Raises:
        Refusal: there is no such user, or none for the caller, and inviting is not wanted.
    """
    kind, _, named = party.partition(":")
    if kind.casefold() != "user" or not named:
        raise Refusal(f"acl.entity is user:<id> or user:<e-mail>, not {party!r}")
    found = _active_users(call, or_(*_naming(named)))
    is_standard = call.caller.role is Role.STANDARD
    if is_standard:
        found = [user for user in found if _is_peer(call, user)]
    if found:
        return found[0]
    if is_standard or not may_invite or "@" not in named:
        raise no_such("user", named)
    (invited,) = _USERS.create(call, {"code": named}, None)
    return _active_users(call, USERS.table.c.id == invited["id"])[0]


def _naming(named: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    users, folded = USERS.table.c, named.casefold()
    return users.id == folded, users.code__folded == folded


def _active_users(call: Call, condition: ColumnElement[bool]) -> list[RowMapping]:
    is_active = USERS.table.c.scope == Scope.ACTIVE.value
    return list(rows_where(call, USERS, is_active, condition))


def _is_peer(call: Call, user: RowMapping) -> bool:
    return bool(user["role"] == Role.STANDARD.value or user["id"] == call.caller.user_id)


def _is_of_admin(call: Call, acl: RowMapping) -> bool:
    users = USERS.table.c
    is_admin = users.role == Role.ADMIN.value
    return bool(rows_where(call, USERS, users.id == acl["entity__ident"], is_admin))


def _is_for_volume(call: Call, acl: RowMapping) -> bool:
    shares = SHARES.table.c
    is_volume = shares.type == "volume"
    return bool(rows_where(call, SHARES, shares.id == acl["target__ident"], is_volume))


# -- finding --------------------------------------------------------------------------------------


def _rewritten(where: Expression, change: Callable[[Comparison], Comparison]) -> Expression:
    # Recursion is safe: expressions nest at most MAX_NESTING levels.
    if isinstance(where, Comparison):
        return change(where)
    operands = tuple(_rewritten(operand, change) for operand in where.operands)
    return And(operands) if isinstance(where, And) else Or(operands)


def _with_shares_beneath(call: Call, comparison: Comparison) -> Comparison:
    """Widen ``target=share:<id>`` to that share and all beneath it."""
    is_one = comparison.operator is Operator.EQUAL and isinstance(comparison.value, str)
    if comparison.attribute != "target" or not is_one:
        return comparison
    ident = str(comparison.value).casefold().removeprefix(_PARTY_OF["target"])
    shares = SHARES.table.c
    is_named = or_(shares.id == ident, shares.code__folded == ident)
    found = rows_where(call, SHARES, is_named, shares.scope != Scope.ARCHIVED.value)
    beneath = [row["id"] for share in found for row in _beneath(call, share)]
    if not beneath:
        return comparison
    idents = (found[0]["id"], *beneath)
    return replace(comparison, operator=Operator.IN, value=tuple(f"share:{one}" for one in idents))


def _beneath(call: Call, share: RowMapping) -> list[RowMapping]:
    """Select the shares whose directories are in that of a share."""
    shares = SHARES.table.c
    volume = share["id"] if share["type"] == "volume" else share["parent"]
    in_volume = rows_where(
        call, SHARES, shares.parent == volume, shares.scope != Scope.ARCHIVED.value
    )
    if share["type"] == "volume":
        return list(in_volume)
    within = f"{share['path']}/"
    return [row for row in in_volume if str(row["path"]).startswith(within)]


def _by_code(comparison: Comparison) -> Comparison:
    """Take the type off ``user:<e-mail>`` and ``share:<code>``: attributes equal codes without."""
    prefix = _PARTY_OF.get(comparison.attribute)
    value = comparison.value
    if prefix is None or not isinstance(value, str) or not value.casefold().startswith(prefix):
        return comparison
    # With a pattern or an order, the text as it stands is meant.
    if comparison.operator not in {Operator.EQUAL, Operator.NOT_EQUAL} or "*" in value:
        return comparison
    return replace(comparison, value=value[len(prefix) :])
