"""ACLs: who may use which share, or which part of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, TypeAlias

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, attr
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.capabilities import AccessBackend, unable
from accsyn_orm.entities.dialects import Dialect, localized_statement
from accsyn_orm.entities.model import EntityModel
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.dates import UtcDatetime
from accsyn_orm.entities.values.limits import NonEmpty
from accsyn_orm.entities.values.party import FilledParty
from accsyn_orm.entities.values.path import WITHIN_A_SHARE, PathJudge
from accsyn_orm.entities.values.references import id_of
from accsyn_orm.entities.values.statuses import UserRole
from accsyn_orm.errors import EntityStateError
from accsyn_orm.query.nodes import Comparison, Operator, all_of

_SHARES = ("share", "volume", "folder", "home", "collection")


def _user(value: object) -> object:
    return _party("user", ("user",), value)


def _share(value: object) -> object:
    return _party("share", _SHARES, value)


def _party(kind: str, types: tuple[str, ...], value: object) -> object:
    """Return an entity as a party, and any other value as it is.

    Raises:
        PydanticCustomError: it is an entity of another type, or new.
    """
    if not isinstance(value, EntityModel):
        return value
    if value.__entity_type__ not in types:
        reason = {"kind": kind, "given": type(value).__name__}
        raise PydanticCustomError("party", "is a {kind}, not {given}", reason)
    return f"{kind}:{id_of(value)}"


UserParty: TypeAlias = Annotated[FilledParty, BeforeValidator(_user)]
"""A user, given as text or as the entity itself."""

ShareParty: TypeAlias = Annotated[FilledParty, BeforeValidator(_share)]
"""A share, given as text or as the entity itself."""


class Acl(Entity):
    """What one user may do with one share, or with a part of it.

    Granting a user access to the same share again changes the ACL that is there, its path as well,
    and so does ``save()`` of a new object. An ACL that only writes lets files be uploaded, but not
    seen.

    Example:
        >>> Acl(entity=lisa, target=folder, read=True).save()  # doctest: +SKIP
        Acl.loaded(id='63ba0f67e50d45bb027c0001', entity='user:6988…', target='share:664b…', …)
    """

    __entity_type__ = "acl"
    __shown__ = ("id", "entity", "target", "path")
    __paths__: ClassVar[Mapping[str, PathJudge]] = {"path": WITHIN_A_SHARE}
    __dialects__: ClassVar[Mapping[str, Dialect]] = {
        "v1": Dialect(
            names={"entity": "ident", "entity_hr": "ident_hr"},
            values={"role": {"admin": "admin", "employee": "employee", "standard": "user"}},
        )
    }

    id: ReadOnlyAttr[str] = attr(init=False)
    """Internal id, 24 hexadecimal digits."""
    entity: AttrFrom[UserParty, str | Entity] = attr(on="create", aliases=("ident",))
    """Who: ``user:<id>``, also given as ``user:<e-mail>`` or as the user. The v1 generation calls
    it ``ident``."""
    entity_hr: ReadOnlyAttr[str] = attr(init=False, aliases=("ident_hr",))
    """Who, readable."""
    target: AttrFrom[ShareParty, str | Entity] = attr(on="create")
    """What: ``share:<id>``, whatever kind of share it is; also given as the share."""
    target_hr: ReadOnlyAttr[str] = attr(init=False)
    """What, readable."""
    path: Attr[NonEmpty] = attr(default=UNSET, on="create")
    """The part of the share that it is about; ``/`` for all of it."""
    read: Attr[bool] = attr(default=UNSET, on="create")
    """Whether files may be listed and read."""
    write: Attr[bool] = attr(default=UNSET, on="create")
    """Whether files may be written."""
    acknowledged: ReadOnlyAttr[bool] = attr(init=False)
    """Whether the user has seen it."""
    role: ReadOnlyAttr[UserRole] = attr(init=False)
    """Role of the user."""
    status: ReadOnlyAttr[str] = attr(init=False)
    """Not documented by accsyn."""
    token: ReadOnlyAttr[str] = attr(init=False)
    """Not documented by accsyn."""
    description: ReadOnlyAttr[str] = attr(init=False)
    """Not documented by accsyn."""
    created: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When access was granted, UTC."""
    creator: ReadOnlyAttr[str] = attr(init=False)
    """Who granted it."""

    invite: Attr[bool] = attr(default=UNSET, on="create", only="v3", readable=False)
    """Invite who is no user yet (v3 only)."""
    notify: Attr[bool] = attr(default=UNSET, on="create", only="v3", readable=False)
    """Send the user an e-mail (v3 only)."""
    message: Attr[str] = attr(default=UNSET, on="create", only="v3", readable=False)
    """Text of the e-mail (v3 only)."""

    def why_kept(self) -> str | None:
        """Say that v3 has no deleting of ACLs by id; ``delete()`` of one revokes it."""
        if self._generation() != "v3":
            return None
        return "is an ACL: take access away with its delete(), or revoke() of the share"

    def _missing(self) -> list[Problem]:
        given = vars(self)
        if given.get("read") or given.get("write"):
            return []
        return [("read", "or write must be True: an ACL allows one or both")]

    def _found_instead(self, backend: Backend) -> Record | None:
        """Return the ACL that was there, and was changed: of that the backend says no more."""
        names = ("entity", "target", "path")
        sought = {"path": "/"} | {
            name: str(vars(self)[name]) for name in names if name in vars(self)
        }
        where = [Comparison(name, Operator.EQUAL, value) for name, value in sought.items()]
        statement = localized_statement(type(self), all_of(where), backend)
        return next(iter(backend.find(statement, limit=1)), None)

    def delete(self, *, force: bool = False) -> None:
        """Take this access away.

        Raises:
            EntityStateError: it is new or deleted, or the backend did not do it.
        """
        backend = self._saved_backend()
        if backend.protocol == "v1":
            super().delete(force=force)
            return
        if not isinstance(backend, AccessBackend):
            raise unable(type(self), "access")
        user, share = (str(vars(self)[name]).partition(":")[2] for name in ("entity", "target"))
        self._note(writes=self._state.writes + 1)
        # In v3 an ACL is deleted by revoking only.
        if not backend.revoke("user", user, "share", share, path=self.path):
            raise EntityStateError(type(self).__name__, f"the backend did not delete {self!r}")
        self._note(is_deleted=True)
