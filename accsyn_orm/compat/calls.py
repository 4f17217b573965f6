"""Calls that have the same arguments in all official clients that have them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, NoReturn, cast

from accsyn_orm.compat.base import first, flag, items_of
from accsyn_orm.compat.deprecation import kept
from accsyn_orm.compat.files import OfficialFileCalls
from accsyn_orm.errors import ConfigurationError
from accsyn_orm.query import lowercase, wire_expression
from accsyn_orm.session.grants import has_recipients
from accsyn_orm.session.payloads import takes_duplicates
from accsyn_orm.session.text import print_help

_TEXTS_OF_GRANTS = frozenset({"message", "path"})
_FLAGS_OF_GRANTS = frozenset({"invite", "notify", "read", "write"})
_OPTIONS_OF_SHARES = (_TEXTS_OF_GRANTS | _FLAGS_OF_GRANTS) - {"invite"}


class OfficialCalls(OfficialFileCalls):
    """What is not different between the generations."""

    # -- entities ---------------------------------------------------------------------------------

    @kept
    def get_entity(self, entitytype: str, entityid: str) -> Any:
        """Return one entity by its id, or ``None``."""
        return self._first(self._session.get_entity, entitytype, entityid)

    @kept
    def update(self, entitytype: str, entityid: str, data: Mapping[str, Any]) -> Any:
        """Change an entity; return it."""
        return self._first(self._session.update, entitytype, entityid, self._sent(data))

    @kept
    def update_one(self, entitytype: str, entityid: str, data: Mapping[str, Any]) -> Any:
        """Change an entity; return it."""
        return self._first(self._session.update, entitytype, entityid, self._sent(data))

    @kept
    def delete_many(self, entitytype: str, entityid: str, data: Mapping[str, Any]) -> Any:
        """Take files out of a collection."""
        return self._result(self._session.delete_many, entitytype, entityid, data)

    @kept
    def offline_one(self, entitytype: str, entityid: str) -> Any:
        """Deactivate an entity."""
        return self._result(self._session.deactivate_one, entitytype, entityid)

    @kept
    def deactivate_one(self, entitytype: str, entityid: str) -> Any:
        """Deactivate an entity."""
        return self._result(self._session.deactivate_one, entitytype, entityid)

    @kept
    def activate_one(self, entitytype: str, entityident: str) -> Any:
        """Bring a deactivated entity back."""
        return self._result(self._session.activate_one, entitytype, entityident)

    # -- access -----------------------------------------------------------------------------------

    @kept
    def assignments(self, entitytype: str, entityid: str) -> Any:
        """Return the servers of a share."""
        return self._result(self._session.assignments, entitytype, entityid)

    @kept
    def grant(
        self,
        entitytype: str,
        entityid: str,
        targettype: str,
        targetid: str,
        data: Mapping[str, Any] | None = None,
    ) -> Any:
        """Give a user access to a share, or make the user a recipient of a delivery."""
        options = _granted(targettype, data or None)
        result = self._result(
            self._session.grant, entitytype, entityid, targettype, targetid, options
        )
        return result if has_recipients(targettype) else first(result)

    @kept
    def access(
        self,
        targettype: str,
        targetid: str,
        entitytype: str | None = None,
        entityid: str | None = None,
        recursive: bool = False,
    ) -> Any:
        """Return who has access to a share, or who receives a delivery."""
        names = (targettype, targetid, entitytype or None, entityid or None)
        if has_recipients(targettype):
            return self._result(self._session.access, *names)
        return self._session.access(*names, recursive=flag(recursive))

    @kept
    def revoke(self, entitytype: str, entityid: str, targettype: str, targetid: str) -> bool:
        """Take access away; tell whether there was any."""
        return bool(self._session.revoke(entitytype, entityid, targettype, targetid))

    # -- configuration ----------------------------------------------------------------------------

    @kept
    def get_settings(
        self,
        entitytype: str | None = None,
        entityid: str | None = None,
        recursive: bool = False,
        upstream: bool = False,
        omit_defaults: bool = True,
        share: str | None = None,
    ) -> Any:
        """Return all settings of the workspace or of one entity."""
        result = self._result(
            self._session.get_settings,
            entitytype or None,
            entityid or None,
            recursive=flag(recursive),
            upstream=flag(upstream),
            omit_defaults=flag(omit_defaults),
            share=share or None,
        )
        return {} if result is None else result

    @kept
    def delete_setting(self, entitytype: str, name: str, entityid: str | None = None) -> bool:
        """Take a setting's value away."""
        return self._session.delete_setting(entitytype, name, entityid or None)

    @kept
    def integration(self, name: str, operation: str, data: Any) -> Any:
        """Call an integration."""
        return self._result(self._session.integration, name, operation, self._sent(data))

    # -- watching ---------------------------------------------------------------------------------

    @kept
    def report(self, query: str) -> str:
        """Return the backend's own report about entities."""
        return self._session.report(query)

    @kept
    def logs(
        self,
        entitytype: str | None = None,
        entityid: str | None = None,
        search: str | None = None,
        sort: str = "date",
        sort_reverse: bool = False,
        pagination_page: int | None = None,
        pagination_limit: int | None = None,
        pagination_skip: int | None = None,
    ) -> dict[str, Any]:
        """Return the whole answer about the log, with the rows as ``result``."""
        return self._answer(
            self._session.logs,
            entitytype or None,
            entityid or None,
            search or None,
            sort or "date",
            sort_reverse=flag(sort_reverse),
            pagination_page=pagination_page,
            pagination_limit=pagination_limit,
            pagination_skip=pagination_skip,
        )

    @kept
    def app_is_running(self) -> bool | None:
        """Tell whether the user's app runs on this machine."""
        return self._session.app_is_running()

    @kept
    def gui_is_running(self) -> bool | None:
        """Tell whether the user's app runs on this machine."""
        return self._session.app_is_running()

    @kept
    def daemon_is_running(self) -> bool | None:
        """Tell whether a server of the user runs on this machine."""
        return self._session.daemon_is_running()

    @kept
    def server_is_running(self) -> bool | None:
        """Tell whether a server of the user runs on this machine."""
        return self._session.daemon_is_running()

    # -- session ----------------------------------------------------------------------------------

    @kept
    def login(self, revive_session_key: str | None = None) -> bool:
        """Return ``True``: the session signed in when it was made, and renews itself."""
        if revive_session_key:
            reason = "a session signs in and renews itself"
            raise ConfigurationError(
                "revive_session_key", reason, hint="Session(session_key=…) takes a running one over"
            )
        self._session.login()
        return True

    @kept
    def get_session_key(self) -> str:
        """Return the key of this session (v1.0)."""
        return self._session.get_session_key()

    @kept
    def generate_session_key(self, lifetime: int | None = None) -> str:
        """Return a new session key (v1.0)."""
        return self._session.generate_session_key(lifetime)

    @kept
    def get_api_key(self) -> str:
        """Return the user's api key, where the backend allows that."""
        return self._session.get_api_key()

    @kept
    def get_last_message(self) -> str | None:
        """Return what the last call said when it failed."""
        return self._session.get_last_message()

    @kept
    def help(self) -> None:
        """Print where the calls are described."""
        print_help("Session")

    # -- public in 1.4 only -----------------------------------------------------------------------

    @kept
    def decode_query(self, query: str) -> dict[str, str]:
        """Take a query apart into what is sent."""
        entitytype, expression = wire_expression(query)
        if expression is None:
            return {"entitytype": entitytype}
        return {"entitytype": entitytype, "expression": lowercase(expression)}

    @kept
    def event(
        self,
        method: str,
        uri: str,
        data: Any = None,
        query: str | None = None,
        entityid: str | None = None,
        timeout: float | None = None,
        ssl: bool = True,
        quiet: bool = False,
    ) -> dict[str, Any]:
        """Send any event; return the whole answer. The session decides about time and log."""
        if not ssl:
            reason = "no call goes without TLS on its own"
            hint = "Session(url='http://…') is for hosts that have none"
            raise ConfigurationError("event()", reason, hint=hint)
        del timeout, quiet  # 1.4 made no use of the first either
        call = self._session.send_event
        return self._answer(call, method, uri, self._sent(data), query, entityid)

    def rest(self, *args: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002  # whatever they are
        """Refuse: it sent anything to any host.

        Raises:
            ConfigurationError: always.
        """
        raise ConfigurationError(
            "rest()",
            "sending anything to any host is not offered",
            hint="use the named calls, or event()",
        )

    # -- inside -----------------------------------------------------------------------------------

    def _create(
        self, entitytype: str, data: Any, entityid: str | None, **flags: bool | None
    ) -> Any:
        """Create what is named by a dictionary, a list, JSON text, or a path of JSON text."""
        session, given, parent = self._session, self._sent(data), entityid or None
        if not takes_duplicates(self.generation, entitytype):
            flags = {}
        if isinstance(data, str) and not _is_json(data) and os.path.exists(data):  # noqa: PTH110  # any text
            answer = self._answer(session.create_from_file, entitytype, data, parent, **flags)
        else:
            answer = self._answer(session.create, entitytype, given, parent, **flags)
        result = answer.get("result", answer)
        items = items_of(result)
        return items[0] if len(items) == 1 else result


def _granted(targettype: object, data: Any) -> Any:
    """Return options of a grant. Those of shares mean nothing to a delivery, and do no harm."""
    if not isinstance(data, Mapping):
        return data
    ignored = _OPTIONS_OF_SHARES if has_recipients(targettype) else frozenset[str]()
    given = cast("Mapping[str, Any]", data).items()
    return {
        name: flag(value) if name in _FLAGS_OF_GRANTS else value
        for name, value in given
        if name not in ignored and not (value is None and name in _TEXTS_OF_GRANTS)
    }


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
