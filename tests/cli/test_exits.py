"""One number for each kind of error."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from accsyn_orm import errors
from accsyn_orm.bulk import JournalError, PlanError
from accsyn_orm.cli.execution import _code_of
from accsyn_orm.cli.exits import NotSignedInError, UsageError, exit_code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.ConfigurationError("x", "y"), 1),
        (JournalError("x", "y"), 1),
        (PlanError([(0, "x", "y")]), 1),
        (errors.EntityStateError("Job", "y"), 1),
        (errors.BackendError("job/edit", "out of luck"), 1),
        (errors.BackendCrashError("job/edit", "x", status_code=500), 1),
        (UsageError("x", "y"), 2),
        (errors.QuerySyntaxError("x", text="", position=0), 2),
        (errors.QueryFieldError("Job", "x"), 2),
        (errors.EntityValidationError("Job", [("x", "y")]), 2),
        (errors.ReadOnlyAttributeError("Job", [("x", "y")]), 2),
        (errors.PayloadError("x", "y"), 2),
        (errors.EntityNotFoundError("Job", "x"), 3),
        (errors.BackendError("job/edit", "there is no job 'abc'"), 3),
        (errors.BackendError("job/edit", "Entity not found"), 3),
        (errors.BackendError("job/edit", "x", status_code=404), 3),
        (NotSignedInError(), 4),
        (errors.AuthenticationError("x"), 4),
        (errors.SessionExpiredError("x"), 4),
        (errors.BackendError("job/edit", "Permission denied: no"), 4),
        (errors.BackendError("job/edit", "You are not allowed to do that"), 4),
        (errors.BackendError("job/edit", "x", status_code=403), 4),
        (errors.ConflictError("Job", "x", {}), 5),
        (errors.TransportError("job/find", "host", "x"), 7),
        (errors.TlsError("job/find", "host", "x"), 7),
        (errors.TransportTimeoutError("job/find", "host", "x"), 7),
        (errors.BackendError("job/find", "x", status_code=429), 7),
        (errors.BackendError("job/find", "x", status_code=503), 7),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_error_has_its_exit_code(error, code):
    assert exit_code(error) == code


OUTAGE = errors.TransportError("job/edit", "host", "x")
CONFLICT = SimpleNamespace(exception=errors.ConflictError("Job", "x", {}))
REFUSAL = SimpleNamespace(exception=errors.BackendError("job/edit", "out of luck"))


@pytest.mark.parametrize(
    ("report", "code"),
    [
        ({"is_complete": True}, 0),
        ({"stopped_by": KeyboardInterrupt()}, 130),
        ({"stopped_by": OUTAGE}, 7),
        ({"stopped_by": OUTAGE, "unknown": (1,)}, 6),
        ({"stopped_by": OUTAGE, "done": (1,)}, 6),
        ({"failed": (CONFLICT, CONFLICT)}, 5),
        ({"failed": (CONFLICT, REFUSAL)}, 6),
        ({"failed": (REFUSAL,)}, 6),
        ({"failed": (SimpleNamespace(exception=None),)}, 6),
    ],
)
def test_bulk_change_that_did_nothing_has_the_code_of_its_reason(report, code):
    blank = {"is_complete": False, "stopped_by": None, "done": (), "unknown": (), "failed": ()}
    assert _code_of(SimpleNamespace(**{**blank, **report})) == code
