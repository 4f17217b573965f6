"""An HTTP server in a thread: bound before it starts, stopped when it is told."""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import uvicorn
from typing_extensions import override

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.server.http.doorman import Doorman
from accsyn_orm.server.http.gate import Gate
from accsyn_orm.server.http.limits import MAX_FIELD_BYTES, MAX_TARGET, Limits

START_TIMEOUT = 10.0
STOP_TIMEOUT = 10.0


class Listener:
    """Serves an ASGI application on one address until stopped.

    Args:
        app: the ASGI application.
        host: address to bind.
        port: port to bind; 0 picks a free one.
        context: TLS context, or ``None`` for plain HTTP.
        limits: what is granted to each client.

    Raises:
        ConfigurationError: the address cannot be bound.
    """

    def __init__(
        self,
        app: Any,
        host: str,
        port: int,
        *,
        context: ssl.SSLContext | None = None,
        limits: Limits | None = None,
    ) -> None:
        limits = limits or Limits()
        self._socket = _bind(host, port)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self.scheme = "https" if context else "http"
        config = _Config(
            limits.head_seconds,
            app,
            http=_protocol(limits),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,  # the workspace has its own clock
            # Anybody can write into the header that it would read addresses from.
            proxy_headers=False,
            h11_max_incomplete_event_size=2 * (MAX_TARGET + MAX_FIELD_BYTES),
            timeout_graceful_shutdown=3,
            ssl_context_factory=functools.partial(_present, context) if context else None,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="accsyn_orm workspace", daemon=True)

    @property
    def url(self) -> str:
        """The base URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def is_alive(self) -> bool:
        """Whether it still serves."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start serving; return once requests are answered."""
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self._socket.close()
                raise ConfigurationError("host", f"{self.url} does not start to listen")
            time.sleep(0.002)

    def stop(self) -> None:
        """Stop serving and wait for the end; requests under way are finished first."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(STOP_TIMEOUT)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


class _Loop(asyncio.SelectorEventLoop):
    """An event loop that does not wait long for TLS handshakes; uvicorn cannot be told to."""

    def __init__(self, handshake_seconds: float) -> None:
        super().__init__()
        self._handshake_seconds = handshake_seconds

    @override
    async def create_server(self, *arguments: Any, **options: Any) -> asyncio.Server:
        if options.get("ssl"):
            options["ssl_handshake_timeout"] = self._handshake_seconds
        return await super().create_server(*arguments, **options)


class _Config(uvicorn.Config):
    def __init__(self, handshake_seconds: float, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._handshake_seconds = handshake_seconds

    @override
    def get_loop_factory(self) -> Callable[[], asyncio.AbstractEventLoop]:
        return functools.partial(_Loop, self._handshake_seconds)


def _present(context: ssl.SSLContext, *_: object) -> ssl.SSLContext:
    return context


def _protocol(limits: Limits) -> type[asyncio.Protocol]:
    # Not a class, but called like one.
    gate = functools.partial(Gate, doorman=Doorman(limits.connections), limits=limits)
    return cast("type[asyncio.Protocol]", gate)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only for sockets that say they are TCP; answers go out
    # in two writes, and would wait 40 ms for each other.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise ConfigurationError("host", f"cannot listen on {host}:{port}: {error}") from error
    return listening
