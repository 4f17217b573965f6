"""Every error this package raises on purpose.

    AccsynError
    ├── QueryError (ValueError)
    │   ├── QuerySyntaxError          the text is not a query: position, caret, hint
    │   ├── QueryFieldError           no such attribute, or none that can be queried
    │   └── QueryValueError           a value that cannot be written, or never be of the type
    ├── ConfigurationError (ValueError)     credentials, URL, proxy or option missing or malformed
    ├── PayloadError (TypeError, ValueError)    data JSON cannot hold, or no payload at all
    ├── EntityError
    │   ├── EntityValidationError (ValueError)          a value the entity cannot take
    │   │   └── ReadOnlyAttributeError (AttributeError) only the backend sets this attribute
    │   ├── AttributeNotLoadedError (AttributeError)    not asked for, or not sent
    │   ├── EntityNotFoundError (LookupError)
    │   ├── MultipleEntitiesError (LookupError)
    │   ├── ConflictError (RuntimeError)                changed by somebody else since it was read
    │   └── EntityStateError (RuntimeError)             new, deleted or never deletable
    ├── SessionError (RuntimeError)
    │   ├── NoSessionError            nothing says which session to use
    │   ├── SessionClosedError        used after close()
    │   ├── AuthenticationError       the sign-in was refused
    │   └── SessionExpiredError       expired, and cannot be renewed without the user
    ├── BackendError (RuntimeError)   the backend understood and refused
    │   └── BackendCrashError         the backend failed while it worked on the request
    ├── TransportError (ConnectionError)    no answer, or none that can be understood
    │   ├── TlsError                  the certificate or the handshake was not acceptable
    │   ├── ProxyError                the proxy refused or could not be reached
    │   ├── TransportTimeoutError (TimeoutError)
    │   └── ProtocolError             something answered that does not speak accsyn
    └── BulkError                     see ``accsyn_orm.bulk.errors``

An error carries its facts as attributes and builds its own message from them. No message holds a
key, a password, a session id, a URL's query or a request body. ``error.outcome`` says what became
of the call that it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast

from accsyn_orm.outcome import Outcome

_LONGEST_SHOWN = 80


class AccsynError(Exception):
    """Root of everything this package raises on purpose.

    Attributes:
        outcome: what became of the call that this error ended.
        retry_after: seconds after which the backend wants to be asked again, if it said so.
    """

    outcome: Outcome = Outcome.NOT_SENT
    retry_after: float | None = None

    def __reduce__(self) -> tuple[Callable[..., AccsynError], tuple[Any, ...]]:
        """Pickle by attributes; the default protocol would lose the constructors' keywords."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(cls: type[AccsynError], args: tuple[Any, ...], state: dict[str, Any]) -> AccsynError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


def _with_hint(message: str, hint: str | None) -> str:
    return f"{message} ({hint})" if hint else message


def shown(value: object) -> str:
    """Return a value that cannot be meant as messages show it: at most 80 characters.

    Of what holds other values only the type is told: data in the wrong place may hold a password.
    """
    if isinstance(value, Collection) and not isinstance(value, (str, bytes)):
        name = type(cast("object", value)).__name__
        return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


# -- the language ---------------------------------------------------------------------------------


class QueryError(AccsynError, ValueError):
    """A query that cannot be built, read or sent."""


class QuerySyntaxError(QueryError):
    """Text that is not a query.

    Attributes:
        reason: what is wrong, one sentence without position.
        text: the whole query text as given.
        position: 0-based offset of the first character that is wrong (``len(text)`` at the end).
        line: 1-based line of the position.
        column: 1-based column of the position, counted in characters.
        hint: what to write instead, or ``None``.
    """

    def __init__(self, reason: str, *, text: str, position: int, hint: str | None = None) -> None:
        self.reason = reason
        self.text = text
        self.position = position
        self.hint = hint
        self.line = text.count("\n", 0, position) + 1
        self.column = position - (text.rfind("\n", 0, position) + 1) + 1
        super().__init__(self._message())

    def _message(self) -> str:
        before = self.text[: self.position].rpartition("\n")[2][-60:].replace("\t", " ")
        after = self.text[self.position :].partition("\n")[0][:60].replace("\t", " ")
        lines = [
            f"{self.reason} (line {self.line}, column {self.column})",
            f"  {before}{after}",
            f"  {' ' * len(before)}^",
        ]
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return "\n".join(lines)


class QueryFieldError(QueryError):
    """An attribute that the entity does not have.

    Attributes:
        entity: class or wire name of the entity.
        name: the attribute as it was written.
        suggestion: the nearest existing spelling, or ``None``.
        reason: why an attribute that exists cannot be queried, or ``None``.
    """

    def __init__(
        self, entity: str, name: str, *, suggestion: str | None = None, reason: str | None = None
    ) -> None:
        self.entity = entity
        self.name = name
        self.suggestion = suggestion
        self.reason = reason
        hint = f"did you mean {suggestion!r}?" if suggestion else None
        message = f"{entity}.{name} {reason}" if reason else f"{entity} has no attribute {name!r}"
        super().__init__(_with_hint(message, hint))


class QueryValueError(QueryError):
    """A value that cannot be written in the language, or that the attribute can never have.

    Attributes:
        value: the value as given.
        reason: what is wrong with it.
        hint: what to do instead, or ``None``.
    """

    def __init__(self, value: object, reason: str, *, hint: str | None = None) -> None:
        self.value = value
        self.reason = reason
        self.hint = hint
        super().__init__(_with_hint(f"{shown(value)}: {reason}", hint))


# -- configuration --------------------------------------------------------------------------------


class ConfigurationError(AccsynError, ValueError):
    """Credentials, an address, a proxy or an option that is missing or malformed.

    Attributes:
        setting: the argument or environment variable concerned.
        reason: what is wrong with it; never its value when that may be a secret.
        hint: what to do, or ``None``.
    """

    def __init__(self, setting: str, reason: str, *, hint: str | None = None) -> None:
        self.setting = setting
        self.reason = reason
        self.hint = hint
        super().__init__(_with_hint(f"{setting}: {reason}", hint))


# -- data on its way ------------------------------------------------------------------------------


class PayloadError(AccsynError, TypeError, ValueError):
    """Data that cannot be written as JSON (nothing was sent), or text that is not a valid payload.

    Attributes:
        where: path to the value concerned, such as ``data['tasks'][0]``; never the value itself.
        reason: what is wrong with it, and what to use instead.
    """

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(f"{where}: {reason}")


# -- entities -------------------------------------------------------------------------------------


class EntityError(AccsynError):
    """Something an entity cannot do or be."""


class EntityValidationError(EntityError, ValueError):
    """Values that an entity cannot take; nothing was changed and nothing was sent.

    Attributes:
        entity: name of the entity class.
        problems: ``(attribute, what is wrong and what to write instead)`` for every problem found.
    """

    def __init__(self, entity: str, problems: Sequence[tuple[str, str]]) -> None:
        self.entity = entity
        self.problems = tuple(problems)
        if len(self.problems) == 1:
            message = f"{entity}.{self.problems[0][0]}: {self.problems[0][1]}"
        else:
            lines = [f"  {name}: {reason}" for name, reason in self.problems]
            message = "\n".join([f"{entity}: {len(lines)} problems", *lines])
        super().__init__(message)


class ReadOnlyAttributeError(EntityValidationError, AttributeError):
    """An attribute that only the backend sets, or that cannot change any more once created."""


class AttributeNotLoadedError(EntityError, AttributeError):
    """An attribute that this object does not hold a value for.

    Attributes:
        entity: name of the entity class.
        attribute: name of the attribute.
        is_new: the entity was never saved, so the backend has not set it yet.
    """

    def __init__(self, entity: str, attribute: str, *, is_new: bool = False) -> None:
        self.entity = entity
        self.attribute = attribute
        self.is_new = is_new
        if is_new:
            reason = "was not given; unless it is, the backend sets it when the entity is saved"
        else:
            reason = (
                f"was not loaded: add it to only({attribute!r}, …) in the query, "
                "or call refresh() to load everything the backend has"
            )
        super().__init__(f"{entity}.{attribute} {reason}")


class EntityNotFoundError(EntityError, LookupError):
    """No entity matches.

    Attributes:
        entity: name of the entity class or type.
        sought: the id or the query text.
    """

    def __init__(self, entity: str, sought: str) -> None:
        self.entity = entity
        self.sought = sought
        super().__init__(f"no {entity} found for {sought}")


class MultipleEntitiesError(EntityError, LookupError):
    """More than one entity matches where exactly one was asked for.

    Attributes:
        entity: name of the entity class.
        sought: the query text.
    """

    def __init__(self, entity: str, sought: str) -> None:
        self.entity = entity
        self.sought = sought
        super().__init__(
            f"more than one {entity} found for {sought}: narrow the query, or use first()"
        )


class ConflictError(EntityError, RuntimeError):
    """The entity was changed by somebody else since it was read.

    Attributes:
        entity: name of the entity class.
        id: id of the entity.
        differences: by attribute, what it was when it was read, what it was to become, and what
            the backend has now; empty when only the time of change tells.
    """

    def __init__(
        self, entity: str, ident: str, differences: Mapping[str, tuple[object, object, object]]
    ) -> None:
        self.entity = entity
        self.id = ident
        self.differences = dict(differences)
        told = "; ".join(
            f"{name} was {shown(was)}, is {shown(now)}, was to become {shown(mine)}"
            for name, (was, mine, now) in self.differences.items()
        )
        message = f"{entity} {ident} was changed since it was read"
        super().__init__(f"{message}: {told}" if told else message)


class EntityStateError(EntityError, RuntimeError):
    """An operation that makes no sense in the entity's state.

    Attributes:
        entity: name of the entity class.
        reason: why not, and what to do instead.
    """

    def __init__(self, entity: str, reason: str) -> None:
        self.entity = entity
        self.reason = reason
        super().__init__(f"{entity}: {reason}")


# -- session --------------------------------------------------------------------------------------


class SessionError(AccsynError, RuntimeError):
    """A session that cannot be used."""


class NoSessionError(SessionError):
    """No session is active and none was given.

    Attributes:
        entity: name of the entity class that needed one.
    """

    def __init__(self, entity: str) -> None:
        self.entity = entity
        super().__init__(
            f"{entity} needs a session: work inside 'with Session(…):', "
            f"start from session.query({entity}), or pass session=…"
        )


class SessionClosedError(SessionError):
    """The session was closed."""

    def __init__(self) -> None:
        super().__init__("this session is closed: make a new Session")


class AuthenticationError(SessionError):
    """The backend refused the sign-in.

    Attributes:
        reason: the backend's own words.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"login: {reason}")


class SessionExpiredError(SessionError):
    """The session expired and cannot be renewed without the user.

    Attributes:
        reason: the backend's own words.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"cannot be renewed: {reason}; make a new Session and repeat the call")


# -- backend and network --------------------------------------------------------------------------


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
        super().__init__(_with_hint(f"{operation}: {host}: {reason}", hint))


class TlsError(TransportError):
    """The server's certificate or handshake was not acceptable; nothing was sent."""


class ProxyError(TransportError):
    """The proxy refused or could not be reached; nothing was sent."""


class TransportTimeoutError(TransportError, TimeoutError):
    """No complete answer within the time allowed; a write may or may not have happened."""


class ProtocolError(TransportError):
    """Something answered that does not speak accsyn, or the answer was cut off."""
