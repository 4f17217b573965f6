"""What is repeated, how long, and what never."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest

from accsyn_orm.bulk.calls import Line
from accsyn_orm.errors import (
    AuthenticationError,
    BackendCrashError,
    BackendError,
    EntityStateError,
    ProtocolError,
    TlsError,
    TransportError,
)
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.patience import Patience, is_lasting

UNREACHABLE = TransportError("job/edit", "host", "refused", outcome=Outcome.NOT_SENT)
LOST = TransportError("job/edit", "host", "broke")
THROTTLED = BackendError("job/edit", "slow down", status_code=429)
THROTTLED_BY_GATEWAY = ProtocolError(
    "job/edit", "host", "429", outcome=Outcome.REJECTED, status_code=429
)
REFUSED = BackendError("job/edit", "no")
NOT_FOUND = ProtocolError("job/edit", "host", "404", outcome=Outcome.REJECTED, status_code=404)
CRASHED = BackendCrashError("job/edit", "boom")
UNTRUSTED = TlsError("job/edit", "host", "expired", outcome=Outcome.NOT_SENT)
TORN = TlsError("job/edit", "host", "bad record")
NOT_ALLOWED = AuthenticationError("wrong key")
OWN_MISTAKE = EntityStateError("Job", "deleted")


class Request:
    def __init__(self, *ends: object) -> None:
        self.ends = list(ends)
        self.count = 0

    def __call__(self) -> object:
        self.count += 1
        end = self.ends.pop(0)
        if isinstance(end, BaseException):
            raise end
        return end


@pytest.fixture
def line(backend, hasty) -> Line:
    return Line(backend, hasty)


@pytest.mark.parametrize(
    ("error", "is_read_again", "is_written_again"),
    [
        (UNREACHABLE, True, True),
        (THROTTLED, True, True),
        (THROTTLED_BY_GATEWAY, True, True),
        (LOST, True, False),
        (CRASHED, True, False),
        (TORN, True, False),
        (REFUSED, False, False),
        (NOT_FOUND, False, False),
        (UNTRUSTED, False, False),
        (NOT_ALLOWED, False, False),
        (OWN_MISTAKE, False, False),
    ],
    ids=lambda value: f"{type(value).__name__} {getattr(value, 'outcome', '')}",
)
def test_only_what_certainly_did_nothing_is_written_again(
    line, error, is_read_again, is_written_again
):
    for is_again, make in (
        (is_read_again, line.read),
        (is_written_again, lambda request: line.write(request, "eid")),
    ):
        request = Request(error, error, "answer")
        if is_again:
            assert make(request) == "answer"
        else:
            with pytest.raises(type(error)):
                make(request)
        assert request.count == (3 if is_again else 1)


def test_attempts_of_a_write_have_one_id(line, backend):
    line.write(Request(UNREACHABLE, THROTTLED, "answer"), "eid-1")
    assert backend.attempts == ["eid-1"] * 3


def test_attempts_of_a_read_are_made_by_the_line_alone(line, backend):
    line.read(Request(LOST, "answer"))
    first, second = backend.attempts
    assert first == second


def test_backend_that_knows_no_attempts_is_called_as_it_is(hasty):
    assert Line(object(), hasty).write(Request("answer"), "eid") == "answer"


def test_attempts_have_an_end(line):
    request = Request(*[UNREACHABLE] * 20)
    with pytest.raises(TransportError):
        line.read(request)
    assert request.count == line.attempts == 10


def test_nothing_is_sent_anew_once_it_is_stopping(line):
    line.stopping.set()
    request = Request(UNREACHABLE, "answer")
    with pytest.raises(TransportError):
        line.write(request, "eid")
    assert line.read(Request(LOST, "answer")) == "answer"


def test_nobody_waits_any_more_once_it_is_abandoned(backend):
    line = Line(backend, Patience(pause=60))
    waiting = threading.Thread(target=lambda: line.pause(5, UNREACHABLE))
    waiting.start()
    line.abandoned.set()
    waiting.join(5)
    assert not waiting.is_alive()
    with pytest.raises(TransportError):
        line.read(Request(LOST, "answer"))


# -- how long -------------------------------------------------------------------------------------


def pauses(backend, patience, *errors, monkeypatch) -> list[float]:
    line = Line(backend, patience)
    waited: list[float] = []
    monkeypatch.setattr(line.abandoned, "wait", waited.append)
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    for number, error in enumerate(errors, start=1):
        line.pause(number, error)
    return waited


def test_pauses_double_up_to_the_longest(backend, monkeypatch):
    patience = Patience(pause=0.05, longest_pause=0.5, throttled=1)
    assert pauses(backend, patience, *[LOST] * 5, monkeypatch=monkeypatch) == [
        0.1,
        0.2,
        0.4,
        0.5,
        0.5,
    ]


def test_pauses_are_longer_when_it_was_too_much(backend, monkeypatch):
    waited = pauses(backend, Patience(), THROTTLED, THROTTLED, monkeypatch=monkeypatch)
    assert waited == [2, 4]


def asking(seconds: float | None) -> BackendError:
    error = BackendError("job/edit", "slow down", status_code=429)
    error.retry_after = seconds
    return error


def test_pause_is_at_least_what_the_backend_asks_for(backend, monkeypatch):
    waited = pauses(backend, Patience(), asking(7), asking(0), monkeypatch=monkeypatch)
    assert waited == [8, 0]


def test_backend_that_asks_to_wait_too_long_is_not_waited_for(backend):
    line = Line(backend, Patience(longest_wait=60))
    request = Request(asking(3600), "answer")
    with pytest.raises(BackendError):
        line.write(request, "eid")
    assert request.count == 1


# -- signs of life --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "is_sign"),
    [("answer", True), (REFUSED, True), (LOST, False), (UNREACHABLE, False), (THROTTLED, False)],
    ids=str,
)
def test_line_knows_when_the_backend_last_answered(line, backend, end, is_sign):
    before = line.answered
    line.abandoned.set()
    with suppress(BackendError, TransportError):
        line.read(Request(end))
    assert (line.answered > before) is is_sign


@pytest.mark.parametrize(
    ("error", "lasts"),
    [(NOT_ALLOWED, True), (UNTRUSTED, True), (TORN, False), (LOST, False), (REFUSED, False)],
    ids=str,
)
def test_some_errors_would_meet_every_call(error, lasts):
    assert is_lasting(error) is lasts
