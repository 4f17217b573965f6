"""Connection pools that do not tell the host program's log what is asked.

``urllib3`` logs the target of each request at level ``DEBUG``, and here its query is the whole
event with the id of the session. These pools give the library the path alone; the connection adds
the query when it writes the request line. No logger and no class of the library is changed.

The connection also notes when it begins to write: whether a request that failed can have arrived is
a fact then, and not read off the type of an exception.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager


@dataclass(slots=True)
class Departure:
    """How far one request got.

    Attributes:
        has_begun: its first byte was handed to the network.
    """

    has_begun: bool = False


_departure: ContextVar[Departure] = ContextVar("accsyn_orm_departure")


@contextmanager
def watched_departure() -> Generator[Departure, None, None]:
    """Give what tells whether the request that is sent inside has begun to leave."""
    departure = Departure()
    token = _departure.set(departure)
    try:
        yield departure
    finally:
        _departure.reset(token)


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

    def close(self) -> None:
        """Close every connection that is not in use."""
        # The library only forgets the pools: one that the traceback of an error still refers to
        # would keep its connections open.
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118  # no dictionary: it cannot be iterated
                if (pool := manager.pools.get(key)) is not None:
                    pool.close()
        super().close()


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
    sock: Any

    def send(self, data: Any) -> None:
        if self.sock is None:
            # The library connects here too: what fails up to the handshake was not sent.
            self.connect()  # type: ignore[attr-defined]  # of a mixin
        _departure.get().has_begun = True
        super().send(data)  # type: ignore[misc]  # the same

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        target = f"{url}?{self.query}" if self.query else url
        super().putrequest(method, target, *args, **kwargs)  # type: ignore[misc]  # of a mixin
