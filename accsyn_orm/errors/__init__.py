"""Every error this package raises on purpose.

    AccsynError
    ├── QueryError (ValueError)
    │   ├── QuerySyntaxError          the text is not a query: position, caret, hint
    │   ├── QueryFieldError           no such attribute, or none that can be queried
    │   └── QueryValueError           a value that cannot be written, or never be of the type
    ├── ConfigurationError (ValueError)     credentials, URL, proxy or option missing or malformed
    ├── PayloadError (TypeError, ValueError)    data JSON cannot hold, or no payload at all
    ├── PathError (ValueError)              an operation makes no sense for this path
    │   └── PathSyntaxError           the text is no path: position, caret, hint
    ├── EntityError
    │   ├── EntityValidationError (ValueError)          a value the entity cannot take
    │   │   └── ReadOnlyAttributeError (AttributeError) only the backend sets this attribute
    │   ├── AttributeNotLoadedError (AttributeError)    not asked for, or not sent
    │   ├── HiddenRequestError (RuntimeError)           would ask, where strict() forbids it
    │   ├── EntityNotFoundError (LookupError)
    │   ├── MultipleEntitiesError (LookupError)
    │   ├── ConflictError (RuntimeError)                changed by somebody else since it was read
    │   ├── JobFailedError (RuntimeError)               waited for, and failed or aborted
    │   ├── JobTimeoutError (TimeoutError)              waited for, and not done in time
    │   ├── EntityStateError (RuntimeError)             new, deleted or never deletable
    │   ├── HalfDoneError (RuntimeError)                one of several requests failed
    │   └── PagingError (RuntimeError)                  rows came and went, the place is lost
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
    │   ├── ProtocolError             something answered that does not speak accsyn
    │   └── AmbiguousOutcomeError     it may have been done, and nothing tells: not repeated
    ├── ExportError (TypeError)       entities that cannot become a table
    └── BulkError                     see ``accsyn_orm.bulk.errors``

An error carries its facts as attributes and builds its own message from them. No message holds a
key, a password, a session id, a URL's query or a request body. ``error.outcome`` says what became
of the call that it ended.
"""

from __future__ import annotations

from accsyn_orm.errors.base import (
    AccsynError,
    shown,
)
from accsyn_orm.errors.entities import (
    AttributeNotLoadedError,
    ConflictError,
    EntityError,
    EntityNotFoundError,
    EntityStateError,
    EntityValidationError,
    HalfDoneError,
    HiddenRequestError,
    JobFailedError,
    JobTimeoutError,
    MultipleEntitiesError,
    PagingError,
    ReadOnlyAttributeError,
)
from accsyn_orm.errors.exports import ExportError
from accsyn_orm.errors.input import (
    ConfigurationError,
    PayloadError,
)
from accsyn_orm.errors.language import (
    QueryError,
    QueryFieldError,
    QuerySyntaxError,
    QueryValueError,
)
from accsyn_orm.errors.paths import (
    PathError,
    PathSyntaxError,
)
from accsyn_orm.errors.session import (
    AuthenticationError,
    NoSessionError,
    SessionClosedError,
    SessionError,
    SessionExpiredError,
)
from accsyn_orm.errors.transport import (
    AmbiguousOutcomeError,
    BackendCrashError,
    BackendError,
    ProtocolError,
    ProxyError,
    TlsError,
    TransportError,
    TransportTimeoutError,
)

__all__ = [
    "AccsynError",
    "AmbiguousOutcomeError",
    "AttributeNotLoadedError",
    "AuthenticationError",
    "BackendCrashError",
    "BackendError",
    "ConfigurationError",
    "ConflictError",
    "EntityError",
    "EntityNotFoundError",
    "EntityStateError",
    "EntityValidationError",
    "ExportError",
    "HalfDoneError",
    "HiddenRequestError",
    "JobFailedError",
    "JobTimeoutError",
    "MultipleEntitiesError",
    "NoSessionError",
    "PagingError",
    "PathError",
    "PathSyntaxError",
    "PayloadError",
    "ProtocolError",
    "ProxyError",
    "QueryError",
    "QueryFieldError",
    "QuerySyntaxError",
    "QueryValueError",
    "ReadOnlyAttributeError",
    "SessionClosedError",
    "SessionError",
    "SessionExpiredError",
    "TlsError",
    "TransportError",
    "TransportTimeoutError",
    "shown",
]
