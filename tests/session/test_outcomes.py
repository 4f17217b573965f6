"""What became of a call, on its error; and attempts of one call under one id."""

from __future__ import annotations

import json

import pytest

from accsyn_orm.errors import (
    AccsynError,
    AmbiguousOutcomeError,
    AuthenticationError,
    BackendCrashError,
    BackendError,
    EntityNotFoundError,
    EntityValidationError,
    PayloadError,
    ProtocolError,
    SessionClosedError,
    SessionExpiredError,
    TransportError,
)
from accsyn_orm.outcome import Outcome

ID = "6971e16fceadd67b955b1995"
EXPIRED = {"message": "expired", "session_expired": True}
CHANGE = {"status": "paused"}


def failure(session, kind: type[AccsynError], data=None) -> AccsynError:
    with pytest.raises(kind) as caught:
        session.update("job", ID, CHANGE if data is None else data)
    return caught.value


@pytest.mark.parametrize(
    ("payload", "status", "kind"),
    [
        ({"message": "no"}, 200, BackendError),
        ({"message": "no"}, 403, BackendError),
        ({"message": "slow down"}, 429, BackendError),
        (b"<html>", 404, ProtocolError),
        (b"", 429, ProtocolError),
    ],
)
def test_refusal_says_that_nothing_was_done(recorder, session, payload, status, kind):
    recorder.will_answer(payload, status=status)
    assert failure(session, kind).outcome is Outcome.REJECTED


@pytest.mark.parametrize(
    ("payload", "status", "kind"),
    [
        ({"message": "no"}, 500, BackendError),
        ({"exception": "boom"}, 200, BackendCrashError),
        (b"<html>", 502, ProtocolError),
        (b"", 503, ProtocolError),
        (b"", 200, ProtocolError),
        (b"[]", 200, ProtocolError),
        (b"", 302, ProtocolError),
    ],
)
def test_write_without_an_answer_that_tells_is_ambiguous(recorder, session, payload, status, kind):
    recorder.will_answer(payload, status=status)
    error = failure(session, AmbiguousOutcomeError)
    assert error.outcome is Outcome.MAYBE_APPLIED
    assert (error.operation, error.operation_class) == ("job/edit", "set-state")
    assert error.eid == ids(recorder)[0]
    assert type(error.__cause__) is kind
    assert "may have been done, or not" in str(error)
    assert "read it back before you set it again" in str(error)
    assert error.eid in str(error)


@pytest.mark.parametrize("payload", [{"exception": "boom"}, b"", b"[]"])
def test_read_without_an_answer_that_tells_is_not_ambiguous(recorder, session, payload):
    recorder.will_answer(payload)
    with pytest.raises(AccsynError) as caught:
        session.find("Job")
    assert not isinstance(caught.value, AmbiguousOutcomeError)


@pytest.mark.parametrize(
    ("payload", "kind"), [({"other": 1}, ProtocolError), ({"result": []}, EntityNotFoundError)]
)
def test_success_without_a_result_may_have_been_applied(recorder, session, payload, kind):
    recorder.will_answer(payload)
    assert failure(session, kind).outcome is Outcome.MAYBE_APPLIED


def test_what_is_refused_here_was_not_sent(session):
    assert failure(session, EntityValidationError, {}).outcome is Outcome.NOT_SENT
    assert failure(session, PayloadError, {"metadata": {1, 2}}).outcome is Outcome.NOT_SENT
    session.close()
    assert failure(session, SessionClosedError).outcome is Outcome.NOT_SENT


def test_call_whose_sign_in_fails_was_not_sent(recorder, session):
    recorder.will_answer_login({"message": "wrong key"})
    assert failure(session, AuthenticationError).outcome is Outcome.NOT_SENT
    recorder.will_answer_login(b"", status=502)
    error = failure(session, TransportError)
    assert (error.operation, error.outcome) == ("login", Outcome.NOT_SENT)
    assert recorder.events == []


def test_call_that_met_an_expired_session_was_rejected(recorder, session):
    session.login()
    recorder.will_answer(EXPIRED)
    recorder.will_answer_login(b"", status=502)
    assert failure(session, TransportError).outcome is Outcome.REJECTED
    recorder.will_answer(EXPIRED, EXPIRED)
    assert failure(session, SessionExpiredError).outcome is Outcome.REJECTED


@pytest.mark.parametrize("payload", [{"message": "slow down"}, b"<html>"])
def test_error_says_when_the_backend_wants_to_be_asked_again(
    recorder, session, monkeypatch, payload
):
    session.login()
    transport = session._connection._exchange._transport
    send = transport.send

    def send_with_header(request):
        response = send(request)
        return type(response)(response.status, response.text, 7.0)

    monkeypatch.setattr(transport, "send", send_with_header)
    recorder.will_answer(payload, status=429)
    error = failure(session, AccsynError)
    assert (error.status_code, error.retry_after) == (429, 7.0)


# -- attempts of one call --------------------------------------------------------------------------


def ids(recorder) -> list[str]:
    return [json.loads(request.text)["eid"] for request in recorder.events]


def test_attempts_of_one_call_have_its_id(recorder, session):
    for _ in range(2):
        with session.attempt("11111111-1111-4111-8111-111111111111"):
            session.update("job", ID, CHANGE)
    session.update("job", ID, CHANGE)
    first, second, other = ids(recorder)
    assert first == second == "11111111-1111-4111-8111-111111111111"
    assert other != first


def test_repetition_after_a_renewal_is_an_attempt_of_the_same_call(recorder, session):
    session.login()
    recorder.will_answer(EXPIRED)
    session.update("job", ID, CHANGE)
    first, second = ids(recorder)
    assert first == second


# -- the rate limit --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "is_limited"),
    [
        ({}, False),
        ({"url": "https://localhost:99"}, False),
        ({"url": "https://[::1]:99"}, False),
        ({"url": "https://accsyn.example.com"}, True),
        ({"url": None}, True),
        ({"proxy": "accsyn:127.0.0.1:8080"}, True),
        ({"proxy": "socks:127.0.0.1:1080"}, True),
    ],
)
def test_only_this_machine_takes_as_many_requests_as_it_can_answer(
    make_session, arguments, is_limited
):
    limit = make_session(**arguments).rate_limit
    if is_limited:
        assert limit is not None
        assert (limit.per_second, limit.burst, limit.scope) == (30, 50, "acmefilm")
    else:
        assert limit is None
