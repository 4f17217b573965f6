"""``accsyn_api.session`` of the official client 3.x, on protocol v3."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, cast

from accsyn_orm.compat.base import first, from_environment
from accsyn_orm.compat.calls import OfficialCalls
from accsyn_orm.compat.dates import V3Decoder, V3Encoder
from accsyn_orm.compat.deprecation import kept
from accsyn_orm.compat.v3.constants import *  # noqa: F403  # whatever scripts may name
from accsyn_orm.errors import AccsynError, QueryValueError
from accsyn_orm.wire.versions import V3

AccsynException = AccsynError
JSONEncoder = V3Encoder
JSONDecoder = V3Decoder


_INSTEAD_OF = {"volume": "share", "server": "client"}


class Session(OfficialCalls):
    """A session with the signatures of 3.x.

    ``url``, ``verify`` and ``allow_insecure_http`` are those of ``accsyn_orm.Session``.

    Raises:
        AccsynException: something is missing or malformed, or the sign-in was refused.
    """

    generation = V3
    __version__ = V3.client_version

    @kept
    def __init__(
        self,
        workspace: str | None = None,
        username: str | None = None,
        api_key: str | None = None,
        hostname: str | None = None,
        port: int | str | None = None,
        proxy: str | None = None,
        verbose: bool = False,
        pretty_json: bool = False,
        path_logfile: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        domain: str | None = None,
        path_envfile: str | os.PathLike[str] | None = None,
        *,
        url: str | None = None,
        verify: bool | str | os.PathLike[str] | None = None,
        allow_insecure_http: bool = False,
    ) -> None:
        current = from_environment("ACCSYN_WORKSPACE", "ACCSYN_DOMAIN")
        self._sign_in(
            workspace=workspace or domain or (None if current else from_environment("ACCSYN_ORG")),
            username=username,
            api_key=api_key,
            hostname=hostname,
            port=port,
            proxy=proxy,
            verbose=verbose,
            pretty_json=pretty_json,
            path_logfile=path_logfile,
            timeout=timeout or None,
            connect_timeout=connect_timeout or None,
            path_envfile=path_envfile,
            url=url,
            verify=verify,
            allow_insecure_http=allow_insecure_http,
        )

    @kept
    def create(
        self,
        entitytype: str,
        data: Any,
        entityid: str | None = None,
        allow_duplicates: bool | None = None,
        replace_duplicates: bool | None = None,
    ) -> Any:
        """Create an entity; return it, or a list when there are several."""
        return self._create(
            entitytype,
            data,
            entityid,
            allow_duplicates=allow_duplicates,
            replace_duplicates=replace_duplicates,
        )

    @kept
    def find(
        self,
        query: str,
        entityid: str | None = None,
        attributes: Sequence[str] | None = None,
        finished: bool | None = None,
        inactive: bool | None = None,
        offline: bool | None = None,
        archived: bool | None = None,
        limit: int | None = None,
        skip: int | None = None,
        create: bool = False,
        update: bool = False,
        single_entity_query: bool = False,
    ) -> Any:
        """Return the entities that a query selects, or the first for ``single_entity_query``."""
        result = self._result(
            self._session.find,
            query,
            _parent(entityid),
            attributes,
            finished=finished,
            inactive=inactive,
            offline=offline,
            archived=archived,
            limit=limit or None,
            skip=skip or None,
            create=create,
            update=update,
            single_entity_query=single_entity_query,
        )
        return first(result) if single_entity_query else result

    @kept
    def find_one(
        self,
        query: str,
        entityid: str | None = None,
        attributes: Sequence[str] | None = None,
        finished: bool | None = None,
        inactive: bool | None = None,
        offline: bool | None = None,
        archived: bool | None = None,
    ) -> Any:
        """Return the first entity that a query selects, or ``None``."""
        return self._first(
            self._session.find_one,
            query,
            _parent(entityid),
            attributes,
            finished=finished,
            inactive=inactive,
            offline=offline,
            archived=archived,
        )

    @kept
    def metrics(self, query: str, attributes: Sequence[str] | None = None, time: Any = None) -> Any:
        """Return what was measured about entities."""
        return self._result(self._session.metrics, query, attributes, time)

    @kept
    def update_many(self, entitytype: str, entityid: Any, data: Any = None) -> Any:
        """Change several tasks of one job; 2.x names the data before the job, which works too."""
        if isinstance(data, str):
            data, entityid = entityid, data
        return self._result(self._session.update_many, entitytype, entityid, data)

    @kept
    def delete_one(
        self, entitytype: str, entityid: str, data: Mapping[str, Any] | None = None
    ) -> Any:
        """Delete an entity."""
        return self._result(self._session.delete_one, entitytype, entityid, data)

    @kept
    def assign(self, entitytype_parent: str, entitytype: str, data: Mapping[str, Any]) -> Any:
        """Assign a server to a volume or share."""
        return self._result(self._session.assign, entitytype_parent, entitytype, _assigned(data))

    @kept
    def deassign(self, entitytype_parent: str, entitytype: str, data: Mapping[str, Any]) -> Any:
        """Take a server away from a volume or share."""
        return self._result(self._session.deassign, entitytype_parent, entitytype, _assigned(data))

    @kept
    def get_setting(
        self,
        name: str | None = None,
        entitytype: str = "workspace",
        entityid: str | None = None,
        integration: str | None = None,
        data: Any = None,
    ) -> Any:
        """Return the value of one setting."""
        return self._result(
            self._session.get_setting,
            name,
            entitytype,
            entityid or None,
            integration=integration or None,
            data=data,
        )

    @kept
    def set_setting(
        self, entitytype: str, name: str, value: str, entityid: str | None = None
    ) -> bool:
        """Give a setting a value."""
        return self._session.set_setting(entitytype, name, value, entityid or None)


def _assigned(data: Any) -> Any:
    """Return what the official client looks at: neither roles of 2.x nor a second name."""
    if not isinstance(data, Mapping):
        return data
    given = cast("Mapping[str, Any]", data)
    ignored = {"main", "site", *(old for name, old in _INSTEAD_OF.items() if name in given)}
    return {name: value for name, value in given.items() if name not in ignored}


def _parent(entityid: object) -> str | None:
    """Refuse a list: in 2.x this was the place of the attributes."""
    if entityid is None or isinstance(entityid, str):
        return entityid
    hint = "name the argument, or import accsyn_orm.compat.v1"
    raise QueryValueError(entityid, "attributes are the third argument in 3.x", hint=hint)
