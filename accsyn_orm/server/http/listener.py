"""An HTTP server in a thread: bound before it starts, stopped when it is told."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from typing import Any

import uvicorn

from accsyn_orm.errors import ConfigurationError

MAX_REQUEST_HEAD = 1024 * 1024
"""Bytes of request line and headers: GET requests carry their payload in the URL."""

START_TIMEOUT = 10.0
STOP_TIMEOUT = 10.0


class Listener:
    """Serves an ASGI application on one address until stopped.

    Args:
        app: the ASGI application.
        host: address to bind.
        port: port to bind; 0 picks a free one.
        context: TLS context, or ``None`` for plain HTTP.

    Raises:
        ConfigurationError: the address cannot be bound.
    """

    def __init__(
        self, app: Any, host: str, port: int, *, context: ssl.SSLContext | None = None
    ) -> None:
        self._socket = _bind(host, port)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self.scheme = "https" if context else "http"
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=MAX_REQUEST_HEAD,
            timeout_graceful_shutdown=3,
            ssl_context_factory=(lambda _config, _default: context) if context else None,
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
