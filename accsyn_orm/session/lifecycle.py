"""Calls about the end of entities, and their return: deactivating, activating, deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import EntityValidationError
from accsyn_orm.query import Comparison, Operator, render
from accsyn_orm.session.core import public_call
from accsyn_orm.session.findings import of_state
from accsyn_orm.session.lookups import Lookups
from accsyn_orm.session.payloads import (
    check_code,
    check_data,
    check_id,
    check_options,
    check_type,
    is_id,
)
from accsyn_orm.session.queries import Question, Scope, find_options
from accsyn_orm.session.retrying import Finding, Verdict
from accsyn_orm.wire.versions import V1, base_uri

if TYPE_CHECKING:
    from collections.abc import Mapping


# What was deleted may stay in the archive.
_STATES = (Scope(), Scope(finished=True), Scope(inactive=True))


class LifecycleCalls(Lookups):
    """Taking entities out of use and back."""

    @public_call
    def delete_one(
        self, entitytype: str, entityid: str, data: Mapping[str, Any] | None = None
    ) -> bool:
        """Delete an entity.

        Args:
            entitytype: its type.
            entityid: its id.
            data: options, such as ``{"force": True}``.

        Returns:
            Whether the backend says it did.
        """
        name = self._check_changeable(entitytype)
        ident = check_id(name, entityid)
        options = check_options(name, data)
        if options is None and self._generation is V1:
            options = {}
        uri = f"{base_uri(self._generation, name)}/delete"
        answer = self._connection.call(
            "DELETE",
            uri,
            options,
            entityid=ident,
            look=lambda: of_state(is_as_wanted=self._is_gone(name, ident)),
        )
        return bool(answer)

    @public_call
    def delete_many(self, entitytype: str, entityid: str, data: Mapping[str, Any]) -> bool:
        """Take files out of a collection (v3); the files themselves stay where they are.

        Args:
            entitytype: ``collection``.
            entityid: id of the collection.
            data: ``files``: the ids of the files in it.

        Returns:
            Whether the backend says it did.
        """
        self._require_v3("delete_many()")
        name = check_type(entitytype)
        if name != "collection":
            reason = "only files of a collection are deleted in numbers"
            raise EntityValidationError(name, [("entitytype", reason)])
        ident, payload = check_id(name, entityid, exact=True), check_data(name, data)
        payload["files"] = _check_files(payload.get("files"))
        uri = "collection/file/remove"
        return bool(self._connection.call("DELETE", uri, payload, entityid=ident))

    @public_call
    def deactivate_one(self, entitytype: str, entityid: str) -> bool:
        """Take an entity out of use and keep it, so that it can come back.

        Args:
            entitytype: its type, such as ``user`` or ``volume``.
            entityid: its id.

        Returns:
            Whether the backend says it did.
        """
        name = check_type(entitytype)
        ident = check_id(name, entityid)
        uri = f"{base_uri(self._generation, name)}/{self._generation.deactivation}"
        answer = self._connection.call(
            "DELETE",
            uri,
            {},
            entityid=ident,
            look=lambda: self._look_at_activity(name, "id", ident, is_active=False),
        )
        return bool(answer)

    @public_call
    def offline_one(self, entitytype: str, entityid: str) -> bool:
        """Do the same as ``deactivate_one()``, by its name in v1.0."""
        return self.deactivate_one(entitytype, entityid)

    @public_call
    def activate_one(self, entitytype: str, entityident: str) -> bool:
        """Bring a deactivated entity back (v3).

        Args:
            entitytype: its type.
            entityident: its id, or its code where codes are unique.

        Returns:
            Whether the backend says it did.
        """
        self._require_v3("activate_one()")
        name = check_type(entitytype)
        ident = check_code(name, entityident)
        # The code travels where queries do, but is none.
        given, code = (ident, None) if is_id(ident) else (None, ident)
        key = "id" if given else "code"
        answer = self._connection.call(
            "POST",
            f"{name}/activate",
            {},
            query=code,
            entityid=given,
            look=lambda: self._look_at_activity(name, key, ident, is_active=True),
        )
        return bool(answer)

    def _is_gone(self, name: str, ident: str) -> bool:
        """Tell whether an entity is in none of the states in which it can be used."""
        return not any(self._in_state(name, "id", ident, state) for state in _STATES)

    def _look_at_activity(self, name: str, key: str, ident: str, *, is_active: bool) -> Finding:
        active = self._in_state(name, key, ident, Scope())
        if active == self._in_state(name, key, ident, Scope(inactive=True)):
            return Finding(Verdict.UNKNOWN)
        return of_state(is_as_wanted=active == is_active)

    def _in_state(self, name: str, key: str, ident: str, state: Scope) -> bool:
        """Tell whether an entity is in one state, by its id or its code."""
        question = Question(name, render(Comparison(key, Operator.EQUAL, ident)))
        found = self._find(question, find_options(self._generation, name, state))
        return any(str(record.get(key)).lower() == ident for record in found)

    def _check_changeable(self, entitytype: str) -> str:
        name = check_type(entitytype)
        if name == "acl" and self._generation is not V1:
            reason = "access is changed by granting and revoking it, not as an entity"
            raise EntityValidationError(name, [("entitytype", reason)])
        return name


def _check_files(files: object) -> list[str]:
    if not isinstance(files, (list, tuple)) or not files:
        raise EntityValidationError("file", [("files", "must be a list of ids, and not empty")])
    return [check_id("file", ident) for ident in cast("list[object]", files)]
