"""Answers that say what time it is in the workspace: not always that of the machine."""

from __future__ import annotations

from email.utils import format_datetime

from accsyn_orm.server.clock import Clock
from accsyn_orm.server.http.faults import Application, Message, Receive, Send
from accsyn_orm.server.provenance import INFERRED, behaviour


@behaviour(INFERRED, "calls", "answers are dated by the clock of the workspace")
class Dated:
    """An ASGI application that puts the date into the answers of another one.

    Args:
        app: what answers.
        clock: tells the time.
    """

    def __init__(self, app: Application, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self._clock(), usegmt=True).encode("ascii")
                message["headers"] = [*message.get("headers", ()), (b"date", date)]
            await send(message)

        await self._app(scope, receive, send_dated)
