"""Calls about configuration: settings of a workspace and of what is in it, and integrations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import ConfigurationError, EntityValidationError, shown
from accsyn_orm.session.core import public_call
from accsyn_orm.session.findings import of_value
from accsyn_orm.session.lookups import Lookups
from accsyn_orm.session.payloads import check_flag, check_id, check_text, check_type
from accsyn_orm.wire.versions import V1

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accsyn_orm.entities.settings import Settings
    from accsyn_orm.session.retrying import Finding, Look

_INTEGRATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_TENANTS = frozenset({"workspace", "organization"})


class ConfigurationCalls(Lookups):
    """Reading and changing settings.

    A setting belongs to the workspace, or to one user, client, share, queue or job. Its value is
    text: numbers and booleans too (``"true"``), dictionaries as JSON text.
    """

    @property
    def settings(self) -> Settings:
        """The settings of the workspace, as a mapping from names to texts."""
        from accsyn_orm.entities.settings import Settings, SettingsOwner  # loads Pydantic

        owner = SettingsOwner(self, "workspace", None, f"workspace {self.workspace!r}")
        return Settings(owner)

    @public_call
    def get_setting(
        self,
        name: str | None = None,
        entitytype: str = "workspace",
        entityid: str | None = None,
        *,
        integration: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value of one setting.

        Args:
            name: name of the setting; without one the backend decides what to return.
            entitytype: what the setting belongs to; v1.0 calls it ``scope``.
            entityid: id of the entity; none for the workspace.
            integration: integration that the setting belongs to, such as ``ftrack``.
            data: what else the integration wants to know.

        Returns:
            The value as the backend keeps it, usually text; ``None`` when it is not set.
        """
        scope = check_type(entitytype)
        payload = {
            self._generation.scope_key: scope,
            "name": None if name is None else check_text("setting", "name", name),
        }
        ident = _check_owner(scope, entityid)
        return self._setting_call("GET", payload, ident, (integration, data), member=None)

    @public_call
    def get_settings(
        self,
        entitytype: str | None = None,
        entityid: str | None = None,
        *,
        recursive: bool = False,
        upstream: bool = False,
        omit_defaults: bool = True,
        share: str | None = None,
    ) -> dict[str, Any]:
        """Return all settings of the workspace or of one entity (v3).

        Args:
            entitytype: what the settings belong to; the workspace when left out.
            entityid: id of the entity.
            recursive: also those of everything beneath, such as the shares of a volume.
            upstream: also those that are inherited.
            omit_defaults: leave out those that were never changed.
            share: id or code of a share, for settings that depend on one.

        Returns:
            The settings by name; empty when there are none.
        """
        self._require_v3("get_settings()")
        scope = None if entitytype is None else check_type(entitytype)
        flags = {"recursive": recursive, "upstream": upstream, "omit_defaults": omit_defaults}
        payload: dict[str, Any] = {"entitytype": scope}
        payload |= {name: check_flag("setting", name, flag) for name, flag in flags.items()}
        if share is not None:
            payload["share"] = check_text("setting", "share", share)
        ident = _check_owner(scope or "workspace", entityid)
        result: object = self._connection.call("GET", "setting", payload, entityid=ident)
        if result is not None and not isinstance(result, dict):
            self._connection.reject("setting", "the answer holds no settings by name")
        return cast("dict[str, Any]", result or {})

    @public_call
    def set_setting(
        self,
        entitytype: str,
        name: str,
        value: Any,
        entityid: str | None = None,
        *,
        integration: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> bool:
        """Give a setting a value.

        Args:
            entitytype: what the setting belongs to, such as ``workspace``. (In v1.0 clients name
                and value came before it.)
            name: name of the setting.
            value: text; v1.0 takes numbers, lists and dictionaries as well.
            entityid: id of the entity, needed for everything but the workspace.
            integration: (v1.0) integration that the setting belongs to.
            data: (v1.0) what else the integration wants to know.

        Returns:
            Whether the backend says it did.
        """
        scope, checked = check_type(entitytype), check_text("setting", "name", name)
        ident = _check_owner(scope, entityid, is_needed=integration is None)
        if self._generation is not V1:
            if not isinstance(value, str):
                reason = "settings are text: write numbers and booleans as such, the rest as JSON"
                raise EntityValidationError("setting", [("value", reason)])
            if integration is not None or data is not None:
                reason = "settings of integrations are set in v1.0 only"
                raise ConfigurationError("protocol", reason, hint="use integration()")
        elif value is None:
            reason = "None is no value"
            raise EntityValidationError("setting", [("value", reason)])
        payload = {self._generation.scope_key: scope, "name": checked, "value": value}

        def look() -> Finding:
            now = self.get_setting(checked, scope, entityid, integration=integration, data=data)
            return of_value(is_as_wanted=now == value)

        return bool(self._setting_call("PUT", payload, ident, (integration, data), look=look))

    @public_call
    def delete_setting(self, entitytype: str, name: str, entityid: str | None = None) -> bool:
        """Take a setting's value away, so that what is inherited or the default holds (v3).

        Args:
            entitytype: what the setting belongs to, such as ``workspace``.
            name: name of the setting.
            entityid: id of the entity, needed for everything but the workspace.

        Returns:
            Whether the backend says it did.
        """
        self._require_v3("delete_setting()")
        scope = check_type(entitytype)
        payload = {"entitytype": scope, "name": check_text("setting", "name", name)}
        ident = _check_owner(scope, entityid, is_needed=True)

        def look() -> Finding:
            # What is left may be inherited.
            return of_value(is_as_wanted=self.get_setting(name, scope, entityid) is None)

        answer = self._connection.call("DELETE", "setting", payload, entityid=ident, look=look)
        return bool(answer)

    @public_call
    def integration(self, name: str, operation: str, data: Mapping[str, Any] | None = None) -> Any:
        """Call an integration, such as that of ftrack.

        Args:
            name: name of the integration.
            operation: what it shall do.
            data: what the operation needs to know.

        Returns:
            Whatever the integration answers.
        """
        if not _INTEGRATION.fullmatch(check_text("integration", "name", name)):
            reason = f"{shown(name)} is no name of an integration, such as 'ftrack'"
            raise EntityValidationError("integration", [("name", reason)])
        payload = {"operation": check_text("integration", "operation", operation), "data": data}
        uri = f"{self._generation.tenant_base}/integration/{name}/utility"
        return self._connection.call("PUT", uri, payload)

    # -- inside -----------------------------------------------------------------------------------

    def _setting_call(
        self,
        verb: str,
        payload: dict[str, Any],
        ident: str | None,
        extra: tuple[str | None, Mapping[str, Any] | None],
        *,
        member: str | None = "result",
        look: Look | None = None,
    ) -> Any:
        """Send a question about one setting: v1.0 names its owner in the data, v3 beside it."""
        integration, data = extra
        is_v1 = self._generation is V1
        if is_v1 and ident is not None:
            payload["ident"] = ident
        if integration is not None:
            payload["integration"] = check_text("setting", "integration", integration)
        if is_v1 or verb == "GET":
            payload["data"] = data
        answer = self._connection.call(
            verb,
            "setting",
            payload,
            entityid=None if is_v1 else ident,
            member=member,
            look=look,
        )
        # A setting that is not set is answered with no result at all.
        return answer if member else answer.get("result")


def _check_owner(scope: str, entityid: object, *, is_needed: bool = False) -> str | None:
    if entityid is not None:
        return check_id(scope, entityid)
    if is_needed and scope not in _TENANTS:
        reason = f"whose setting? give the id of the {scope}"
        raise EntityValidationError(scope, [("entityid", reason)])
    return None
