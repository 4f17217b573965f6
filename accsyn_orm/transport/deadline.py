"""Sockets that give up at one moment, however slowly something still arrives.

The timeout of an ordinary socket begins anew with every byte: an answer that drips, headers
included, is waited for without end. These look at the clock before each read and write. The moment
is that of the call that the current thread is in, see ``accsyn_orm.pacing.deadline``; no thread
watches it. Only the resolution of host names is out of reach.
"""

from __future__ import annotations

import socket
import ssl
from typing import Any

import socks

from accsyn_orm.pacing.deadline import seconds_left


class _Timed(socket.socket):
    """A socket that looks at the clock. Writing in parts calls ``send`` for each of them."""

    __slots__ = ()

    def recv(self, *args: Any, **kwargs: Any) -> bytes:
        self._arm()
        return super().recv(*args, **kwargs)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._arm()
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        self._arm()
        return super().send(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self._arm()
        super().sendall(*args, **kwargs)

    def _arm(self) -> None:
        left = seconds_left()
        if left is None:
            return
        if not left:
            raise TimeoutError("timed out")
        # Not self.settimeout(): the SOCKS library's own asks the proxy for its name each time.
        socket.socket.settimeout(self, left)


class TimedSocket(_Timed):
    """A plain one."""

    __slots__ = ()

    @classmethod
    def taken_over(cls, plain: socket.socket) -> TimedSocket:
        """Return a socket for a connection that exists, in place of the one that it had."""
        timeout = plain.gettimeout()
        taken = cls(plain.family, plain.type, plain.proto, fileno=plain.detach())
        taken.settimeout(timeout)
        return taken


class TimedTlsSocket(_Timed, ssl.SSLSocket):
    """One with TLS inside; an ``SSLContext`` makes it when it is its ``sslsocket_class``."""


class TimedSocksSocket(_Timed, socks.socksocket):
    """One that greets a SOCKS proxy first."""
