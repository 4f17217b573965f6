"""What is repeated, how often and how long: by what a call does and by what became of it."""

from __future__ import annotations

import logging
import time

import pytest

from accsyn_orm.errors import (
    AccsynError,
    AmbiguousOutcomeError,
    BackendError,
    ConfigurationError,
    ProtocolError,
    TransportError,
)
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.hurry import no_waiting

ID = "6971e16fceadd67b955b1995"
BUSY = (503, b"<html>")
THROTTLED = (429, {"message": "slow down"})
REFUSED = (200, {"message": "no"})
EMPTY = (200, b"")
CRASH = (200, {"exception": "boom"})

READ = lambda session: session.find("Job")  # noqa: E731  # a table of calls
SET = lambda session: session.set_setting("job", "color", "red", ID)  # noqa: E731  # the same
CREATE = lambda session: session.create("job", {"code": "a"})  # noqa: E731  # the same
FILES = lambda session: session.mkdir("share=a/b")  # noqa: E731  # the same
CALLS = {"read": READ, "set": SET, "create": CREATE, "files": FILES}


@pytest.fixture
def session(make_session):
    return make_session(retries=None)


@pytest.fixture
def hurried():
    with no_waiting():
        yield


def script(recorder, *answers) -> None:
    recorder.answers.extend(answers)


def eids(recorder, uri: str | None = None) -> list[str]:
    return [r.json["eid"] for r in recorder.events if uri in {None, r.uri}]


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize(
    ("name", "attempts"), [("read", 4), ("set", 3), ("create", 3), ("files", 3)]
)
def test_what_did_nothing_is_repeated_under_the_same_id(recorder, session, name, attempts):
    script(recorder, *[THROTTLED] * (attempts - 1))
    CALLS[name](session)
    assert len(recorder.events) == attempts
    assert len(set(eids(recorder))) == 1
    recorder.reset()
    script(recorder, *[THROTTLED] * 9)
    with pytest.raises(BackendError, match="slow down"):
        CALLS[name](session)
    assert len(recorder.events) == attempts


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("failure", [BUSY, EMPTY, CRASH], ids=["503", "empty", "crash"])
def test_read_is_repeated_whatever_became_of_it(recorder, session, failure):
    script(recorder, failure, failure, failure)
    READ(session)
    assert len(recorder.events) == 4


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("failure", [BUSY, EMPTY, CRASH], ids=["503", "empty", "crash"])
@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_creation_is_never_repeated_blindly(recorder, make_session, failure, protocol):
    session = make_session(retries=None, protocol=protocol)
    script(recorder, *[failure] * 9)
    with pytest.raises(AmbiguousOutcomeError) as caught:
        CREATE(session)
    assert [r.uri for r in recorder.events] == ["job/create"]
    error = caught.value
    assert (error.operation, error.operation_class) == ("job/create", "create")
    assert error.outcome is Outcome.MAYBE_APPLIED
    assert error.eid == eids(recorder)[0]
    assert "look for what it creates before you create it again" in str(error)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("name", CALLS)
def test_refusal_is_final(recorder, session, name):
    script(recorder, REFUSED)
    with pytest.raises(BackendError, match="no"):
        CALLS[name](session)
    assert len(recorder.events) == 1


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
def test_errors_of_the_request_are_final(recorder, session, status):
    script(recorder, (status, b"<html>"))
    with pytest.raises(ProtocolError, match=str(status)):
        READ(session)
    assert len(recorder.events) == 1


@pytest.mark.usefixtures("hurried")
def test_redirect_is_final(recorder, session):
    script(recorder, (302, b""))
    with pytest.raises(ProtocolError, match="302"):
        READ(session)
    assert len(recorder.events) == 1


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("name", CALLS)
def test_nothing_is_repeated_with_no_retries(recorder, make_session, name):
    session = make_session(retries=0)
    script(recorder, THROTTLED, THROTTLED)
    with pytest.raises(BackendError, match="slow down"):
        CALLS[name](session)
    assert len(recorder.events) == 1


@pytest.mark.usefixtures("hurried")
def test_retries_are_as_many_as_asked_for(recorder, make_session):
    session = make_session(retries=6)
    script(recorder, *[THROTTLED] * 6)
    CREATE(session)
    assert len(recorder.events) == 7


@pytest.mark.usefixtures("hurried")
def test_attempt_of_somebody_else_is_not_repeated_and_tells_its_own_error(recorder, session):
    script(recorder, BUSY)
    attempt = session.attempt("11111111-1111-4111-8111-111111111111")
    with attempt, pytest.raises(ProtocolError, match="503") as caught:
        CREATE(session)
    assert not isinstance(caught.value, AmbiguousOutcomeError)
    assert len(recorder.events) == 1


@pytest.mark.usefixtures("hurried")
def test_host_that_deduplicates_is_sent_the_same_again(recorder, make_session):
    session = make_session(retries=None, deduplicates=True)
    script(recorder, BUSY, EMPTY)
    CREATE(session)
    assert [r.uri for r in recorder.events] == ["job/create"] * 3
    assert len(set(eids(recorder))) == 1


@pytest.mark.usefixtures("hurried")
def test_last_attempt_does_not_vouch_for_those_before(recorder, make_session):
    session = make_session(retries=None, deduplicates=True)
    script(recorder, BUSY, THROTTLED, THROTTLED)
    with pytest.raises(AmbiguousOutcomeError) as caught:
        CREATE(session)
    assert caught.value.outcome is Outcome.MAYBE_APPLIED


@pytest.mark.usefixtures("hurried")
def test_sign_in_is_repeated_as_a_read(recorder, session):
    recorder.login_answers.extend([BUSY, EMPTY])
    READ(session)
    assert len(recorder.logins) == 3
    assert len(recorder.events) == 1


@pytest.mark.usefixtures("hurried")
def test_failed_sign_in_is_not_repeated_once_more_for_the_call(recorder, session):
    recorder.login_answers.extend([BUSY] * 20)
    with pytest.raises(TransportError) as caught:
        READ(session)
    assert len(recorder.logins) == 4
    assert (caught.value.operation, caught.value.outcome) == ("login", Outcome.NOT_SENT)


# -- how long -------------------------------------------------------------------------------------


def answering(session, monkeypatch, retry_after: float | None):
    """Let every answer ask to come back later."""
    session.login()
    transport = session._connection._exchange._transport
    send = transport.send

    def send_with_header(request):
        response = send(request)
        return type(response)(response.status, response.text, retry_after)

    monkeypatch.setattr(transport, "send", send_with_header)


def test_what_the_backend_asks_for_is_waited_for(recorder, session, monkeypatch):
    answering(session, monkeypatch, 0.3)
    script(recorder, BUSY)  # which would be repeated within 0.1 s
    started = time.monotonic()
    READ(session)
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize(("timeout", "retry_after"), [(120, 61), (5, 6)])
def test_backend_that_asks_for_more_than_there_is_fails_at_once(
    recorder, make_session, monkeypatch, timeout, retry_after
):
    session = make_session(retries=None, timeout=timeout)
    answering(session, monkeypatch, retry_after)
    script(recorder, THROTTLED)
    started = time.monotonic()
    with pytest.raises(BackendError) as caught:
        READ(session)
    assert time.monotonic() - started < 1
    assert caught.value.retry_after == retry_after
    assert len(recorder.events) == 1


def test_repetitions_end_with_the_time_of_the_call(recorder, make_session):
    session = make_session(retries=100, timeout=0.7)
    session.login()
    script(recorder, *[BUSY] * 1000)
    started = time.monotonic()
    with pytest.raises(ProtocolError):
        READ(session)
    assert time.monotonic() - started < 0.7 + 0.25
    assert len(recorder.events) > 2


@pytest.mark.usefixtures("hurried")
def test_session_has_so_many_repetitions_until_something_succeeds(recorder, session):
    session.login()
    script(recorder, *[BUSY] * 1000)
    for _ in range(60):
        with pytest.raises(ProtocolError):
            READ(session)
    # 500 tokens, five for each repetition; one more for the sign-in does not fit.
    assert len(recorder.events) == 60 + 100
    recorder.answers.clear()
    READ(session)


def test_waits_are_by_a_clock_that_nobody_sets(recorder, session, monkeypatch):
    session.login()
    monkeypatch.setattr(time, "time", lambda: 0.0)
    script(recorder, BUSY, THROTTLED)
    READ(session)
    monkeypatch.setattr(time, "time", lambda: 1e10)
    script(recorder, BUSY)
    READ(session)


# -- what is logged -------------------------------------------------------------------------------


@pytest.mark.usefixtures("hurried")
def test_every_attempt_leaves_a_record_without_secrets(recorder, make_session, tmp_path):
    path = tmp_path / "log"
    session = make_session(retries=None, verbose=True, path_logfile=path, api_key="CANARY-1")
    records: list[logging.LogRecord] = []
    session._log._logger.addFilter(lambda record: records.append(record) or True)
    script(recorder, BUSY)
    READ(session)
    told = [r.accsyn_attempt for r in records if hasattr(r, "accsyn_attempt")]
    login, first, second = told
    assert (login["operation"], login["outcome"]) == ("login", "applied")
    assert first["operation"] == second["operation"] == "job/find"
    assert (first["class"], first["attempt"], first["outcome"]) == ("read", 1, "maybe_applied")
    assert (first["budget"], first["repeated_in"]) == (495, 0)
    assert (second["attempt"], second["outcome"], second["budget"]) == (2, "applied", 500)
    assert first["eid"] == second["eid"] == eids(recorder)[0]
    assert "CANARY-1" not in path.read_text()


# -- what can be asked for ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("retries", -1),
        ("retries", True),
        ("retries", 1.5),
        ("retries", 101),
        ("rate_limit", -1),
        ("rate_limit", True),
        ("rate_limit", float("inf")),
        ("rate_limit", "30"),
        ("deduplicates", 1),
    ],
)
def test_setting_that_makes_no_sense_is_refused(make_session, setting, value):
    with pytest.raises(ConfigurationError, match=setting):
        make_session(**{setting: value})


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"rate_limit": 6}, (6, 10)),
        ({"rate_limit": 0.1}, (0.1, 1)),
        ({"rate_limit": 0}, None),
        ({"url": "https://accsyn.example.com", "rate_limit": 0}, None),
    ],
)
def test_rate_limit_is_the_one_that_was_asked_for(make_session, arguments, expected):
    limit = make_session(**arguments).rate_limit
    assert expected == (limit and (limit.per_second, limit.burst))


def test_sessions_keep_to_the_rate_limit_together(recorder, make_session):
    sessions = [make_session(rate_limit=4.25) for _ in range(2)]
    started = time.monotonic()
    for _ in range(4):
        for session in sessions:
            READ(session)
    # 7 at once, with the two sign-ins; the other three one after the other.
    assert time.monotonic() - started > 3 / 4.25


def test_call_that_cannot_get_its_turn_in_time_sends_nothing(recorder, make_session):
    session = make_session(rate_limit=0.5, timeout=1, retries=None)
    session.login()
    with pytest.raises(TransportError, match="rate limit leaves no place") as caught:
        READ(session)
    assert caught.value.outcome is Outcome.NOT_SENT
    assert not recorder.events


def test_refusal_for_too_many_requests_holds_back_the_others(recorder, make_session, monkeypatch):
    first, second = [make_session(rate_limit=31.5) for _ in range(2)]
    second.login()
    answering(first, monkeypatch, 0.4)
    script(recorder, THROTTLED)
    with pytest.raises(AccsynError):
        READ(first)
    started = time.monotonic()
    READ(second)
    assert time.monotonic() - started > 0.3
