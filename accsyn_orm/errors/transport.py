"""Calls that the backend refused, or that got no answer."""

from __future__ import annotations

from accsyn_orm.errors.base import AccsynError, with_hint
from accsyn_orm.outcome import Outcome


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
        if status_code >= 500:  # noqa: PLR2004  # the server errors of HTTP
            self.outcome = Outcome.MAYBE_APPLIED
        super().__init__(f"{operation}: {message_hr or message}")


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
    """

    outcome = Outcome.MAYBE_APPLIED
    status_code: int | None = None

    def __init__(  # noqa: PLR0913  # its facts
        self,
        operation: str,
        host: str,
        reason: str,
        *,
        hint: str | None = None,
        outcome: Outcome = Outcome.MAYBE_APPLIED,
        status_code: int | None = None,
    ) -> None:
        self.operation = operation
        self.host = host
        self.reason = reason
        self.hint = hint
        self.outcome = outcome
        self.status_code = status_code
        super().__init__(with_hint(f"{operation}: {host}: {reason}", hint))


class TlsError(TransportError):
    """The server's certificate or handshake was not acceptable; nothing was sent."""


class ProxyError(TransportError):
    """The proxy refused or could not be reached; nothing was sent."""


class TransportTimeoutError(TransportError, TimeoutError):
    """No complete answer within the time allowed; a write may or may not have happened."""


class ProtocolError(TransportError):
    """Something answered that does not speak accsyn, or the answer was cut off."""
