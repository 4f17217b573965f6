"""Tracebacks of errors: they tell where, and not with which values."""

from __future__ import annotations

import inspect
import sys
import traceback

import pytest

from accsyn_orm import compat
from accsyn_orm.errors import AccsynError, BackendError, ConfigurationError, ProtocolError
from accsyn_orm.session import Session

CANARY = "CANARY-4711"


def shown(error: BaseException) -> str:
    """Return a traceback as tools that report crashes print it, without the lines of this file."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    pending = [told]
    while pending:
        current = pending.pop()
        current.stack[:] = [frame for frame in current.stack if frame.filename != __file__]
        pending += [link for link in (current.__cause__, current.__context__) if link]
    return "".join(told.format())


@pytest.mark.parametrize(
    "answers",
    [
        [{"message": "no"}],
        [{"exception": f"Traceback {CANARY}"}],
        [b"no JSON " + CANARY.encode()],
        [b"\xff " + CANARY.encode()],
        [b""],
        [{"session_expired": True, "message": "x"}] * 2,
    ],
    ids=["refused", "crashed", "no JSON", "no UTF-8", "empty", "expired"],
)
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_error_of_a_call_carries_no_values(recorder, make_session, protocol, answers):
    recorder.login_session = f"session-{CANARY}"
    session = make_session(protocol=protocol, api_key=f"key-{CANARY}")
    session.login()
    recorder.will_answer(*answers)
    with pytest.raises(AccsynError) as caught:
        session.create("user", {"code": "x", "pwd": CANARY})
    text = shown(caught.value)
    assert CANARY not in text
    assert "in create" in text
    assert "in _attempt" in text


def test_error_that_is_no_ours_carries_no_values_either(make_session, monkeypatch):
    def broken(*_arguments, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr("accsyn_orm.session.exchange.decode_reply", broken)
    session = make_session(api_key=CANARY)
    with pytest.raises(ZeroDivisionError) as caught:
        session.create("user", {"code": "x", "pwd": CANARY})
    assert CANARY not in shown(caught.value)


@pytest.mark.parametrize("make", [Session, compat.Session, compat.v1.Session, compat.v3.Session])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_error_of_an_argument_carries_none_of_the_others(make, monkeypatch):
    monkeypatch.setenv("ACCSYN_SESSION_KEY", CANARY)
    with pytest.raises(ConfigurationError) as caught:
        make("acmefilm", "john@user.com", CANARY, proxy=f"socks4:john:{CANARY}@box:1")
    assert CANARY not in shown(caught.value)


def test_signature_stays_readable():
    assert next(iter(inspect.signature(Session).parameters)) == "workspace"


def test_values_of_the_program_stay(recorder, session):
    def work() -> None:
        mine = "still here"
        assert mine
        session.find("Job")

    recorder.will_answer({"message": "no"})
    with pytest.raises(BackendError) as caught:
        work()
    frames = {frame.f_code.co_name: frame for frame, _ in traceback.walk_tb(caught.tb)}
    assert frames["work"].f_locals["mine"] == "still here"


def test_error_that_is_being_handled_stays(recorder, session):
    """Ours is raised in its context, and must not be taken for a part of it."""

    def work() -> None:
        mine = "still here"
        raise TimeoutError(mine)

    recorder.will_answer(b"")
    try:
        work()
    except TimeoutError:
        with pytest.raises(ProtocolError) as caught:
            session.find("Job")
        assert type(caught.value.__context__) is TimeoutError
        inner = sys.exc_info()[2].tb_next.tb_frame
        assert inner.f_locals["mine"] == "still here"
