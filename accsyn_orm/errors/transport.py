"""Calls that the backend refused, or that got no answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from accsyn_orm.errors.base import AccsynError, on_one_line, with_hint
from accsyn_orm.outcome import Outcome

Verdict: TypeAlias = Literal["done", "undone", "unknown"]
"""What became of a call that may have been done."""
LookAgain: TypeAlias = Callable[[], tuple[Verdict, tuple[str, ...]]]
"""Reads what became of a call; with the verdict come the ids of what may be its work."""

_NO_ROOM = 507
"""The server cannot store what it takes to do this (RFC 4918), so it has not been done."""


class BackendError(AccsynError, RuntimeError):
    """The backend understood the request and refused it.

    Attributes:
        operation: the wire operation, such as ``job/edit``.
        message: the backend's technical message.
        message_hr: its human-readable variant, or ``None``.
        status_code: HTTP status of the answer.
    """

    outcome = Outcome.REJECTED

    def __init__(
        self, operation: str, message: str, *, message_hr: str | None = None, status_code: int = 200
    ) -> None:
        self.operation = operation
        self.message = message
        self.message_hr = message_hr
        self.status_code = status_code
        if status_code >= 500 and status_code != _NO_ROOM:  # noqa: PLR2004  # the server errors of HTTP
            self.outcome = Outcome.MAYBE_APPLIED
        super().__init__(f"{operation}: {on_one_line(message_hr or message)}")


class BackendCrashError(BackendError):
    """The backend failed while it worked on the request; whether anything changed is unknown."""

    outcome = Outcome.MAYBE_APPLIED


class TransportError(AccsynError, ConnectionError):
    """No answer, or none that can be understood.

    Attributes:
        operation: the wire operation, or ``discovery`` / ``login``.
        host: ``host:port`` that was to answer.
        reason: what happened.
        hint: what to do, or ``None``.
        status_code: HTTP status, when there was an answer at all.
        is_lasting: the same request would end in the same way again.
    """

    outcome = Outcome.MAYBE_APPLIED
    status_code: int | None = None
    _lasts_when_not_sent = False

    def __init__(
        self,
        operation: str,
        host: str,
        reason: str,
        *,
        hint: str | None = None,
        outcome: Outcome = Outcome.MAYBE_APPLIED,
        status_code: int | None = None,
        is_lasting: bool | None = None,
    ) -> None:
        self.operation = operation
        self.host = host
        self.reason = reason
        self.hint = hint
        self.outcome = outcome
        self.status_code = status_code
        if is_lasting is None:
            is_lasting = self._lasts_when_not_sent and outcome is Outcome.NOT_SENT
        self.is_lasting = is_lasting
        super().__init__(with_hint(f"{operation}: {host}: {reason}", hint))


class TlsError(TransportError):
    """The server's certificate or handshake was not acceptable; nothing was sent."""

    _lasts_when_not_sent = True


class ProxyError(TransportError):
    """The proxy refused or could not be reached; nothing was sent."""


class TransportTimeoutError(TransportError, TimeoutError):
    """No complete answer within the time allowed; a write may or may not have happened."""


class ProtocolError(TransportError):
    """Something answered that does not speak accsyn, or the answer was cut off."""


class AmbiguousOutcomeError(TransportError):
    """A call may have changed something, and nothing that can be read tells whether it did.

    It was not repeated: that might have done it twice. Look before you do. The error that the call
    itself ended with is its ``__cause__``. ``reconcile()`` looks again, once answers arrive again.

    Attributes:
        operation_class: what the operation does: ``set-state``, ``create`` or ``files``.
        eid: id of the call, as the backend's own log may name it.
        candidates: ids of entities that may be what the call has made.
    """

    def __init__(
        self,
        operation: str,
        host: str,
        *,
        operation_class: str,
        eid: str,
        cause: str,
        check: str,
        candidates: tuple[str, ...] = (),
        look: LookAgain | None = None,
    ) -> None:
        self.operation_class = operation_class
        self.eid = eid
        self.candidates = candidates
        self._look = look
        reason = f"may have been done, or not: {cause}"
        super().__init__(operation, host, reason, hint=f"{check}; call id {eid}")

    def reconcile(self) -> Verdict:
        """Look again what became of the call, by reading only; such as when the network is back.

        Returns:
            ``"done"``: all of it was done. ``"undone"``: nothing of it was, and it may be repeated.
            ``"unknown"``: nothing that can be read tells; ``candidates`` may help. So it is for
            calls that leave nothing to look for, such as creating a job, and for an error that
            comes from another process.

        Raises:
            AccsynError: looking failed as well; ask again later.
        """
        if self._look is None:
            return "unknown"
        verdict, self.candidates = self._look()
        return verdict

    def __reduce__(self) -> tuple[Callable[..., AccsynError], tuple[Any, ...]]:
        """Pickle what it says; what looks belongs to the session, and stays with it."""
        rebuild, (kind, args, state) = super().__reduce__()
        return rebuild, (kind, args, {**state, "_look": None})
