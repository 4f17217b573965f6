"""How much one client may ask for, and how long it may take: the numbers, in one place.

What holds for queries, paths and documents stands with them; this is about requests.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_TARGET = 512 * 1024
"""Bytes of the path and query string: GET requests carry their payload there."""
MAX_FIELDS = 100
"""Headers of one request."""
MAX_FIELD_BYTES = 64 * 1024
"""Bytes of all headers of one request."""
MAX_BODY = 16 * 1024 * 1024
"""Bytes of a body."""
MAX_SMALL = 64 * 1024
"""Bytes of what comes before anybody is signed in: discovery and sign-in."""
MAX_FAILURES = 10
"""Sign-ins that may fail in `FAILURE_SECONDS`, of one user from one address."""
MAX_ALL_FAILURES = 100
"""The same, of all users: each password that is checked takes time from everybody."""
FAILURE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Rate:
    """How often one address may ask.

    Attributes:
        per_second: requests a second, on and on.
        burst: requests at once, after a rest.
    """

    per_second: float
    burst: int


ACCSYN_RATE = Rate(30, 60)
"""What accsyn publishes of its own limit (changelog of v3.6-5)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server grants each client.

    Attributes:
        connections: open connections from one address; 0 for any number.
        rate: how often one address may ask; ``None`` for as often as it likes.
        head_seconds: until all headers of a request are there.
        request_seconds: until all of a request is there; and how long a client that does not read
            its answer is waited for.
        linger_seconds: how long what still comes in is read and thrown away after a refusal, so
            that the client gets to read it.
    """

    connections: int = 100
    rate: Rate | None = None
    head_seconds: float = 10.0
    request_seconds: float = 30.0
    linger_seconds: float = 1.0
