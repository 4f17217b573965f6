"""Connection pools that do not tell the host program's log what is asked.

``urllib3`` logs the target of each request at level ``DEBUG``, and here its query is the whole
event with the id of the session. These pools give the library the path alone; the connection adds
the query when it writes the request line. No logger and no class of the library is changed.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager


class DiscreetAdapter(HTTPAdapter):
    """Sends requests through pools that do not log queries, directly or through a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the manager of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        _make_discreet(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Return the manager of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        # Each time: another thread may have put it there, and not come as far as this line.
        _make_discreet(manager)
        return manager


def _make_discreet(manager: PoolManager) -> None:
    classes: dict[str, Any] = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {name: _discreet(pool) for name, pool in classes.items()}


@cache
def _discreet(pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
    """Return the class of pools that does the same, and logs no query."""
    if issubclass(pool, _DiscreetPool):
        return pool
    connection = type("DiscreetConnection", (_DiscreetConnection, pool.ConnectionCls), {})
    return type("DiscreetPool", (_DiscreetPool, pool), {"ConnectionCls": connection})


class _DiscreetPool(HTTPConnectionPool):
    def _make_request(self, conn: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        path, _, conn.query = url.partition("?")
        return super()._make_request(conn, method, path, *args, **kwargs)


class _DiscreetConnection:
    query = ""

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        target = f"{url}?{self.query}" if self.query else url
        super().putrequest(method, target, *args, **kwargs)  # type: ignore[misc]  # of a mixin
