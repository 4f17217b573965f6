"""Calls about assignment: which servers hold the files of a share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import EntityValidationError
from accsyn_orm.session.core import public_call
from accsyn_orm.session.findings import of_state
from accsyn_orm.session.lookups import Lookups
from accsyn_orm.session.payloads import (
    check_code,
    check_data,
    check_flag,
    check_id,
    check_keys,
    check_type,
)
from accsyn_orm.wire.versions import V1

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Record

_SHARES = ("volume", "share")
_SERVERS = ("server", "client")
_V1_ROLES = {"main": "server", "site": "siteserver"}


@dataclass(frozen=True, slots=True)
class _Assignment:
    """A server and the share it belongs to.

    Attributes:
        parent: type of the share.
        share: its id, or its code.
        server: id of the server.
        role: (v1.0) attribute of the share that names the server.
    """

    parent: str
    share: str
    server: str
    role: str


class AssignmentCalls(Lookups):
    """Assigning servers to shares."""

    @public_call
    def assign(self, entitytype_parent: str, entitytype: str, data: Mapping[str, Any]) -> bool:
        """Assign a server to a volume or share.

        Args:
            entitytype_parent: ``volume`` or ``share``.
            entitytype: ``server`` (or ``client``).
            data: ``volume`` (or ``share``): id or code of the share; ``server`` (or ``client``): id
                of the server. In v1.0 also ``main`` or ``site``: ``True`` for the role it gets.

        Returns:
            Whether the backend says it did.

        Raises:
            EntityValidationError: something is missing, unknown or wrong; nothing was sent.
        """
        given = self._check_assignment(entitytype_parent, entitytype, data)
        share = self._identify(self._share_type(given.parent), given.share)
        if self._generation is V1:
            payload = {given.role: given.server}
            return bool(self._connection.call("PUT", "share/edit", payload, entityid=share))
        payload = {"client": given.server}
        # So for both types: what the official client sends, and no other uri is known to work.
        answer = self._connection.call(
            "PUT",
            "share/server",
            payload,
            entityid=share,
            look=lambda: of_state(is_as_wanted=self._is_assigned(given, share)),
        )
        return bool(answer)

    @public_call
    def deassign(self, entitytype_parent: str, entitytype: str, data: Mapping[str, Any]) -> bool:
        """Take a server away from a volume or share; the arguments are those of ``assign()``.

        Returns:
            Whether the backend says it did.
        """
        given = self._check_assignment(entitytype_parent, entitytype, data)
        share = self._identify(self._share_type(given.parent), given.share)
        if self._generation is V1:
            payload = {f"{given.role}_clear": given.server}
            return bool(self._connection.call("PUT", "share/edit", payload, entityid=share))
        uri, payload = f"{given.parent}/server", {"client": given.server}
        answer = self._connection.call(
            "DELETE",
            uri,
            payload,
            entityid=share,
            look=lambda: of_state(is_as_wanted=not self._is_assigned(given, share)),
        )
        return bool(answer)

    @public_call
    def assignments(self, entitytype: str, entityid: str) -> list[Record]:
        """Return the servers that are assigned to a volume or share.

        Args:
            entitytype: ``volume`` or ``share``.
            entityid: its id or code.
        """
        parent = _check_parent("entitytype", entitytype)
        share_type = self._share_type(parent)
        share = self._identify(share_type, entityid)
        return self._records(f"{share_type}/servers", {}, entityid=share)

    # -- inside -----------------------------------------------------------------------------------

    def _is_assigned(self, given: _Assignment, share: str) -> bool:
        servers = self._records(f"{given.parent}/servers", {}, entityid=share)
        return any(server.get("id") == given.server for server in servers)

    def _share_type(self, parent: str) -> str:
        return "share" if self._generation is V1 else parent

    def _check_assignment(self, parent: object, child: object, data: object) -> _Assignment:
        name = _check_parent("entitytype_parent", parent)
        if check_type(child) not in _SERVERS:
            raise EntityValidationError(name, [("entitytype", "only servers are assigned")])
        given = check_data(name, data)
        is_v1 = self._generation is V1
        check_keys(name, given, (*_SHARES, *_SERVERS, *(_V1_ROLES if is_v1 else ())))
        return _Assignment(
            parent=name,
            share=check_code(name, _one_of(name, given, _SHARES)),
            server=check_id("server", _one_of(name, given, _SERVERS), exact=True),
            role=_v1_role(name, given) if is_v1 else "",
        )


def _check_parent(argument: str, value: object) -> str:
    name = check_type(value)
    if name not in _SHARES:
        reason = "servers are assigned to a volume or share only"
        raise EntityValidationError(name, [(argument, reason)])
    return name


def _one_of(name: str, given: Mapping[str, Any], keys: tuple[str, str]) -> object:
    """Return what is given under either of two keys that mean the same."""
    values = [given[key] for key in keys if key in given]
    if len(values) != 1:
        raise EntityValidationError(
            name, [(keys[0], f"must be given once, as {' or '.join(keys)}")]
        )
    return cast("object", values[0])


def _v1_role(name: str, given: Mapping[str, Any]) -> str:
    roles = [
        role for key, role in _V1_ROLES.items() if check_flag(name, key, given.get(key, False))
    ]
    if len(roles) != 1:
        raise EntityValidationError(name, [("main", "give either main=True or site=True")])
    return roles[0]
