"""The seam between the protocol and the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, complete.

    Attributes:
        operation: what it is for, in error messages: a wire operation, ``discovery`` or ``login``.
        verb: HTTP verb.
        url: ``scheme://host:port/path``.
        query: query string, encoded; empty for none.
        headers: in the order they are sent.
        body: ``None`` for none.
    """

    operation: str
    verb: str
    url: str
    query: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """``host:port``, for error messages."""
        return self.url.partition("://")[2].partition("/")[0]


@dataclass(frozen=True, slots=True)
class Response:
    """What was answered.

    Attributes:
        status: HTTP status.
        text: body, decoded.
        retry_after: seconds after which the host wants to be asked again, if it said so.
        size: length of the body in bytes, unpacked.
        date: when it was sent, in the words of the host.
    """

    status: int
    text: str = field(repr=False)
    retry_after: float | None = None
    size: int = 0
    date: str | None = None


class Transport(Protocol):
    """Something that takes requests to a host. Safe to use from several threads."""

    def send(self, request: Request) -> Response:
        """Send a request and wait for the complete answer.

        Raises:
            TransportError: there is none, or none that can be read; its ``outcome`` says whether
                a byte of the request had left.
        """
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
