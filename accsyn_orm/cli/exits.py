"""Exit codes: which error ends the command line with which number."""

from __future__ import annotations

import re
from typing import Final

from accsyn_orm.errors import (
    AccsynError,
    AuthenticationError,
    BackendError,
    ConfigurationError,
    ConflictError,
    EntityNotFoundError,
    EntityValidationError,
    PayloadError,
    QueryError,
    SessionExpiredError,
    TransportError,
)

DONE: Final = 0
FAILED: Final = 1
WRONG_USAGE: Final = 2
NOT_FOUND: Final = 3
NOT_ALLOWED: Final = 4
CONFLICT: Final = 5
PARTIAL: Final = 6
UNAVAILABLE: Final = 7
INTERRUPTED: Final = 130


class UsageError(ConfigurationError):
    """Something typed on the command line that cannot be meant."""


class NotSignedInError(ConfigurationError):
    """Nothing says who signs in."""

    def __init__(self) -> None:
        hint = "run: accsyn-orm login, set the ACCSYN_… variables, or name an --env-file"
        super().__init__("sign-in", "nothing says who signs in", hint=hint)


# Most specific first. Backends answer refusals with HTTP 200, so that only words and a few statuses
# tell which of them are about permission, and which about load.
_BY_TYPE: tuple[tuple[type[AccsynError], int], ...] = (
    (EntityNotFoundError, NOT_FOUND),
    (AuthenticationError, NOT_ALLOWED),
    (SessionExpiredError, NOT_ALLOWED),
    (NotSignedInError, NOT_ALLOWED),
    (ConflictError, CONFLICT),
    (TransportError, UNAVAILABLE),
    (UsageError, WRONG_USAGE),
    (QueryError, WRONG_USAGE),
    (EntityValidationError, WRONG_USAGE),
    (PayloadError, WRONG_USAGE),
)
_BY_STATUS = {
    401: NOT_ALLOWED,
    403: NOT_ALLOWED,
    404: NOT_FOUND,
    429: UNAVAILABLE,
    503: UNAVAILABLE,
}
_ABOUT_PERMISSION = re.compile(
    r"\b(?:permission|access) (?:is )?denied\b|\bnot (?:allowed|permitted|authori[sz]ed)\b",
    re.IGNORECASE,
)
_ABOUT_ABSENCE = re.compile(r"\bthere is no \w+ '|\bnot found\b|\bdoes not exist\b", re.IGNORECASE)


def exit_code(error: AccsynError) -> int:
    """Return the number that the command line ends with after an error."""
    if isinstance(error, BackendError):
        return _of_refusal(error)
    return next((code for kind, code in _BY_TYPE if isinstance(error, kind)), FAILED)


def _of_refusal(error: BackendError) -> int:
    if found := _BY_STATUS.get(error.status_code):
        return found
    if _ABOUT_PERMISSION.search(error.message):
        return NOT_ALLOWED
    return NOT_FOUND if _ABOUT_ABSENCE.search(error.message) else FAILED
