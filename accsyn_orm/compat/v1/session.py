"""``accsyn_api.session`` of the official clients 1.4 and 2.x, on protocol v1.0."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, cast

from accsyn_orm.compat.base import dev_url, from_environment, state
from accsyn_orm.compat.calls import OfficialCalls
from accsyn_orm.compat.dates import V1Decoder, V1Encoder
from accsyn_orm.compat.deprecation import kept
from accsyn_orm.compat.v1.constants import *  # noqa: F403  # whatever scripts may name
from accsyn_orm.compat.v1.ordering import in_either_order
from accsyn_orm.errors import AccsynError
from accsyn_orm.wire.versions import V1

AccsynException = AccsynError
accsynException = AccsynError  # noqa: N816  # so in 2.x
JSONEncoder = V1Encoder
JSONDecoder = V1Decoder


class Session(OfficialCalls):
    """A session with the signatures of 2.x. What 1.4 orders or names otherwise is understood too.

    ``url``, ``verify`` and ``allow_insecure_http`` are those of ``accsyn_orm.Session``.

    Raises:
        AccsynException: something is missing or malformed, or the sign-in was refused.
    """

    generation = V1
    __version__ = V1.client_version

    @kept
    def __init__(
        self,
        domain: str | None = None,
        username: str | None = None,
        api_key: str | None = None,
        pwd: str | None = None,
        session_key: str | None = None,
        hostname: str | None = None,
        port: int | str | None = None,
        proxy: str | None = None,
        verbose: bool = False,
        pretty_json: bool = False,
        dev: bool = False,
        path_logfile: str | os.PathLike[str] | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        *,
        url: str | None = None,
        verify: bool | str | os.PathLike[str] | None = None,
        allow_insecure_http: bool = False,
    ) -> None:
        if dev:
            url, hostname, port = dev_url(hostname, port), None, None
        self._sign_in(
            domain=domain or _tenant_of_old(),
            username=username or _unless("ACCSYN_API_USER", "FILMHUB_API_USER"),
            api_key=api_key or (None if pwd or session_key else _key_of_old()),
            pwd=pwd,
            session_key=session_key,
            hostname=hostname,
            port=port,
            proxy=proxy,
            verbose=verbose,
            pretty_json=pretty_json,
            path_logfile=path_logfile,
            timeout=timeout or None,
            connect_timeout=connect_timeout or None,
            url=url,
            verify=verify,
            allow_insecure_http=allow_insecure_http,
        )

    @kept
    def create(
        self,
        entitytype: str,
        data: Any,
        entitytype_id: str | None = None,
        allow_duplicates: bool = True,
    ) -> Any:
        """Create an entity; return it, or a list when there are several."""
        return self._create(
            entitytype, data, entitytype_id, allow_duplicates=bool(allow_duplicates)
        )

    @kept
    @in_either_order
    def find(
        self,
        query: str,
        attributes: Sequence[str] | None = None,
        finished: bool | None = None,
        offline: bool | None = None,
        archived: bool | None = None,
        limit: int | None = None,
        skip: int | None = None,
        create: bool = False,
        update: bool = False,
    ) -> Any:
        """Return the entities that a query selects."""
        return self._result(
            self._session.find,
            query,
            attributes=attributes,
            finished=state(finished),
            offline=state(offline),
            archived=state(archived),
            limit=limit or None,
            skip=skip or None,
            create=create,
            update=update,
        )

    @kept
    def find_one(
        self,
        query: str,
        attributes: Sequence[str] | None = None,
        finished: bool | None = None,
        offline: bool | None = None,
        archived: bool | None = None,
    ) -> Any:
        """Return the first entity that a query selects, or ``None``."""
        return self._first(
            self._session.find_one,
            query,
            attributes=attributes,
            finished=state(finished),
            offline=state(offline),
            archived=state(archived),
        )

    @kept
    def metrics(
        self, query: str, attributes: Sequence[str] | None = ("speed",), time: Any = None
    ) -> Any:
        """Return what was measured about entities."""
        return self._result(self._session.metrics, query, attributes, time)

    @kept
    def update_many(self, entitytype: str, data: Any, entityid: Any = None) -> Any:
        """Change several tasks of one job; 3.x names the job before the data, which works too."""
        if isinstance(data, str):
            data, entityid = entityid, data
        return self._result(self._session.update_many, entitytype, entityid, self._sent(data))

    @kept
    def delete_one(self, entitytype: str, entityid: str) -> Any:
        """Delete an entity."""
        return self._result(self._session.delete_one, entitytype, entityid)

    @kept
    def assign(
        self, entitytype_parent: str, entitytype_child: str, data: Mapping[str, Any]
    ) -> bool:
        """Assign a server to a share."""
        return self._session.assign(entitytype_parent, entitytype_child, _assigned(data))

    @kept
    def deassign(
        self, entitytype_parent: str, entitytype_child: str, data: Mapping[str, Any]
    ) -> bool:
        """Take a server away from a share."""
        return self._session.deassign(entitytype_parent, entitytype_child, _assigned(data))

    @kept
    def ls(
        self,
        path: Any = None,
        recursive: bool = False,
        maxdepth: int | None = None,
        getsize: bool = False,
        files_only: bool = False,
        directories_only: bool = False,
        include: Any = None,
        exclude: Any = None,
        *,
        p: Any = None,
    ) -> Any:
        """List a folder; 1.4 calls the path ``p``."""
        return self._ls(
            path if p is None else p,
            recursive=recursive,
            maxdepth=maxdepth,
            getsize=getsize,
            files_only=files_only,
            directories_only=directories_only,
            include=include,
            exclude=exclude,
        )

    @kept
    def getsize(
        self, path: Any = None, include: Any = None, exclude: Any = None, *, p: Any = None
    ) -> Any:
        """Return the size of a file or folder in bytes; 1.4 calls the path ``p``."""
        return self._getsize(path if p is None else p, include, exclude)

    @kept
    def exists(self, path: Any = None, *, p: Any = None) -> Any:
        """Tell whether there is such a file or folder; 1.4 calls the path ``p``."""
        return self._exists(path if p is None else p)

    @kept
    def get_setting(
        self,
        name: str | None = None,
        scope: str = "workspace",
        entity_id: str | None = None,
        integration: str | None = None,
        data: Any = None,
    ) -> Any:
        """Return the value of one setting."""
        return self._result(
            self._session.get_setting,
            name,
            scope,
            entity_id or None,
            integration=integration or None,
            data=self._sent(data),
        )

    @kept
    def set_setting(
        self,
        name: str,
        value: Any,
        scope: str = "workspace",
        entity_id: str | None = None,
        integration: str | None = None,
        data: Any = None,
    ) -> Any:
        """Give a setting a value."""
        return self._result(
            self._session.set_setting,
            scope,
            name,
            self._sent(value),
            entity_id or None,
            integration=integration or None,
            data=self._sent(data),
        )


def _assigned(data: Any) -> Any:
    """Return what the official client looks at: ``site`` only without ``main=True``."""
    if not isinstance(data, Mapping):
        return data
    given = cast("Mapping[str, Any]", data)
    ignored = "site" if given.get("main") is True else "main"
    return {name: value for name, value in given.items() if name != ignored}


def _unless(current: str, *older: str) -> str | None:
    """Return what an old name holds, if the one of today is not set."""
    return None if from_environment(current) else from_environment(*older)


def _tenant_of_old() -> str | None:
    return _unless("ACCSYN_DOMAIN", "ACCSYN_ORG", "FILMHUB_DOMAIN", "FILMHUB_ORG")


def _key_of_old() -> str | None:
    return _unless("ACCSYN_API_KEY", "FILMHUB_API_KEY")
