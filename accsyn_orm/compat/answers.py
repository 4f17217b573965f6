"""Sessions that also hand out what the backend answered, in the official clients' form.

``accsyn_orm.Session`` gives every call one return type. Scripts know the answer itself, with its
dates decoded by the rule of their client's generation.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, ParamSpec, cast

from accsyn_orm.compat.dates import decoded
from accsyn_orm.session import Session
from accsyn_orm.session.connection import Connection
from accsyn_orm.session.retrying import Look

P = ParamSpec("P")


class _KeepingConnection(Connection):
    """Keeps a copy of each answer while somebody in the same thread asks for it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._kept = threading.local()

    @contextmanager
    def keeping(self) -> Generator[list[dict[str, Any]], None, None]:
        answers: list[dict[str, Any]] = []
        self._kept.answers = answers
        try:
            yield answers
        finally:
            self._kept.answers = None

    def _call(  # what an event is made of
        self,
        verb: str,
        uri: str,
        data: Any,
        query: str | None,
        entityid: str | None,
        look: Look | None = None,
    ) -> Mapping[str, Any]:
        payload = super()._call(verb, uri, data, query, entityid, look)
        answers: list[dict[str, Any]] | None = getattr(self._kept, "answers", None)
        if answers is not None:
            answers.append(decoded(self.settings.generation, dict(payload)))
        return payload


class AnsweringSession(Session):
    """A session whose answers can be had as they are."""

    _connection_class = _KeepingConnection
    _way_to_generation = "import accsyn_orm.compat.{} as accsyn_api"

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Restore the session before. This one stays open: the script goes on using it."""
        self._blocks.exit(self)

    def answer_to(
        self, call: Callable[P, object], *args: P.args, **kwargs: P.kwargs
    ) -> dict[str, Any]:
        """Make a call of this session; return the answer to its last request, decoded."""
        with cast("_KeepingConnection", self._connection).keeping() as answers:
            call(*args, **kwargs)
        return answers[-1]

    def send_event(
        self, verb: str, uri: str, data: Any, query: str | None, entityid: str | None
    ) -> None:
        """Send any event; ``answer_to()`` gives what comes back."""
        self._connection.call(verb, uri, data, query=query, entityid=entityid, member=None)
