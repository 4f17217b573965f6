"""The fault switch: a workspace that loses answers and has bad moments, on purpose.

For tests of what calls the workspace. It stands in front of the application, so that what is lost
is lost after the work was done and committed, as it happens on a real network. Sign-in and
discovery are left alone.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from enum import Enum
from random import Random
from typing import Any, Protocol, TypeAlias, cast

from typing_extensions import assert_never

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.wire.replies import encode_exception, encode_message

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]


class Fault(str, Enum):
    """What can happen to a call."""

    RESET = "reset"
    """Nothing is done; the connection breaks without an answer."""
    THROTTLE = "throttle"
    """Nothing is done; answered with 429 and ``Retry-After``."""
    UNAVAILABLE = "unavailable"
    """Nothing is done; answered with 503, in no JSON, as gateways do."""
    DROP = "drop"
    """All is done; the connection breaks without an answer."""
    CUT = "cut"
    """All is done; the connection breaks in the middle of the answer."""
    CRASH = "crash"
    """All is done; answered with 500 and an exception."""


_UNDONE = frozenset({Fault.RESET, Fault.THROTTLE, Fault.UNAVAILABLE})


class Faults:
    """Which faults happen, and how often; the same seed gives the same sequence.

    Example:
        >>> from accsyn_orm.testing import EmbeddedWorkspace, Faults
        >>> with EmbeddedWorkspace(faults=Faults(0.3, seed=7)) as workspace:
        ...     ...  # three calls in ten go wrong
        ...     workspace.faults = None  # and from here on none

    Args:
        rate: share of the calls that go wrong, from 0 to 1.
        kinds: what happens to them, each as likely as the others.
        seed: where the sequence begins.
        retry_after: seconds that `Fault.THROTTLE` asks to wait.

    Attributes:
        injected: how often each fault has happened.
    """

    def __init__(
        self,
        rate: float,
        kinds: Sequence[Fault | str] = tuple(Fault),
        *,
        seed: int = 0,
        retry_after: int = 1,
    ) -> None:
        if not (0 <= rate <= 1 and kinds):
            raise ConfigurationError("faults", "take a rate from 0 to 1, and at least one kind")
        self.rate = rate
        self.kinds = tuple(Fault(kind) for kind in kinds)
        self.retry_after = retry_after
        self.injected: Counter[Fault] = Counter()
        self._random = Random(seed)  # noqa: S311  # repeatable is what it has to be
        self._lock = threading.Lock()

    def draw(self) -> Fault | None:
        """Decide what happens to the next call."""
        with self._lock:
            if self._random.random() >= self.rate:
                return None
            fault = self._random.choice(self.kinds)
            self.injected[fault] += 1
            return fault


class FaultSwitch:
    """An ASGI application in front of another one, that makes some of its calls fail.

    Attributes:
        faults: which, or ``None`` for none; may be changed at any time.
    """

    def __init__(self, app: Application, faults: Faults | None = None) -> None:
        self._app = app
        self.faults = faults

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request, or fail to."""
        faults = self.faults
        is_call = faults is not None and str(scope.get("path", "")).endswith("/event")
        fault = faults.draw() if faults is not None and is_call else None
        if faults is None or fault is None:
            await self._app(scope, receive, send)
            return
        answer: list[Message] = []
        if fault in _UNDONE:
            await _read(receive)
        else:
            await self._app(scope, receive, _collector(answer))
        await _fail(fault, faults, answer, receive, send)


async def _fail(
    fault: Fault, faults: Faults, answer: Sequence[Message], receive: Receive, send: Send
) -> None:
    match fault:
        case Fault.THROTTLE:
            header = (b"retry-after", str(faults.retry_after).encode("ascii"))
            await _answer(send, 429, encode_message("too many requests"), header)
        case Fault.UNAVAILABLE:
            await _answer(send, 503, "<html>Service Unavailable</html>")
        case Fault.CRASH:
            await _answer(send, 500, encode_exception("a fault was asked for"))
        case Fault.CUT:
            await send(answer[0])
            half = len(answer[1]["body"]) // 2
            body = {"type": "http.response.body", "body": answer[1]["body"][:half]}
            await send({**body, "more_body": True})
            await _hang_up(receive, send)
        case Fault.RESET | Fault.DROP:
            await _hang_up(receive, send)
        case _:
            assert_never(fault)


async def _answer(send: Send, status: int, text: str, *headers: tuple[bytes, bytes]) -> None:
    body = text.encode()
    length = (b"content-length", str(len(body)).encode("ascii"))
    await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def _read(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        continue


def _collector(messages: list[Message]) -> Send:
    async def collect(message: Message) -> None:  # what an application awaits
        messages.append(message)

    return collect


class _Aborting(Protocol):
    def abort(self) -> None: ...


async def _hang_up(receive: Receive, send: Send) -> None:
    """Break the connection, and wait until the server has seen that.

    ASGI cannot say this: an application that gives no answer makes the server give one. The
    server's own ``send`` belongs to an object that holds the connection.
    """
    transport = cast("_Aborting", send.__self__.transport)  # type: ignore[attr-defined]  # uvicorn's
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue
