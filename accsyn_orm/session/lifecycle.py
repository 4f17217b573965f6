"""Calls about the end of entities, and their return: deactivating, activating, deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import EntityValidationError
from accsyn_orm.session.core import public_call
from accsyn_orm.session.lookups import Lookups
from accsyn_orm.session.payloads import (
    check_code,
    check_data,
    check_id,
    check_options,
    check_type,
    is_id,
)
from accsyn_orm.wire.versions import V1, base_uri

if TYPE_CHECKING:
    from collections.abc import Mapping


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
        return bool(self._connection.call("DELETE", uri, options, entityid=ident))

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
        return bool(self._connection.call("DELETE", uri, {}, entityid=ident))

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
        uri = f"{name}/activate"
        return bool(self._connection.call("POST", uri, {}, query=code, entityid=given))

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
