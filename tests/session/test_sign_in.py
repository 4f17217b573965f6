"""Discovery, sign-in, renewal and the end of a session."""

from __future__ import annotations

import asyncio
import base64
import contextvars
import json
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from accsyn_orm.entities.active import active_backend
from accsyn_orm.errors import (
    AccsynError,
    AuthenticationError,
    BackendCrashError,
    BackendError,
    ConfigurationError,
    ProtocolError,
    SessionClosedError,
    SessionExpiredError,
    TransportError,
)
from accsyn_orm.outcome import Outcome
from accsyn_orm.session import connection, exchange
from accsyn_orm.transport.base import Response

EXPIRED = {"message": "expired", "message_hr": "Your session has expired", "session_expired": True}


def authorization(request) -> dict:
    return json.loads(base64.b64decode(request.header("Authorization").partition(" ")[2]))


def test_nothing_is_sent_before_the_first_call(recorder, make_session):
    session = make_session()
    assert recorder.connections == 0
    session.find("Job")
    assert [request.path for request in recorder.requests] == ["/api/v3/api/login", "/api/v3/event"]


def test_login_signs_in_at_once_and_only_once(recorder, session):
    session.login()
    session.login()
    session.find("Job")
    assert len(recorder.logins) == 1


def test_login_by_many_threads_is_one_login(recorder, session):
    recorder.gate.clear()
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(session.find, "Job") for _ in range(8)]
        recorder.gate.set()
        assert all(call.result(10) for call in calls)
    assert len(recorder.logins) == 1
    assert len(recorder.events) == 8


@pytest.mark.parametrize("status", [429, 500, 503, 507])
def test_login_that_is_refused_for_now_says_nothing_about_the_credentials(
    recorder, make_session, status
):
    session = make_session(retries=0)
    recorder.will_answer_login({"message": "come back later"}, status=status)
    with pytest.raises(BackendError, match="come back later") as caught:
        session.find("Job")
    assert not isinstance(caught.value, AuthenticationError)
    assert (caught.value.status_code, caught.value.outcome) == (status, Outcome.NOT_SENT)
    assert session.find("Job")


def test_refused_login_is_an_authentication_error(recorder, session):
    recorder.will_answer_login({"message": "bad key", "message_hr": "This key is not valid"})
    with pytest.raises(AuthenticationError, match="This key is not valid") as caught:
        session.find("Job")
    assert caught.value.reason == "This key is not valid"
    assert session.get_last_message() == str(caught.value)


def test_crashing_login_is_no_authentication_error(recorder, session):
    recorder.will_answer_login({"exception": "Traceback …"})
    with pytest.raises(BackendCrashError) as caught:
        session.login()
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_login_answer_without_session_is_a_protocol_error(recorder, make_session, protocol):
    recorder.will_answer_login({"id": "x"})
    with pytest.raises(ProtocolError, match="login"):
        make_session(protocol=protocol).login()


def test_session_signs_in_again_after_a_failed_login(recorder, session):
    recorder.will_answer_login({"message": "not now"})
    with pytest.raises(AuthenticationError):
        session.find("Job")
    assert session.find("Job")


# -- renewal --------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_expired_session_is_renewed_and_the_same_event_repeated(recorder, make_session, protocol):
    session = make_session(protocol=protocol)
    session.login()
    recorder.login_session = "session-2"
    recorder.will_answer(EXPIRED)
    assert session.create("job", {"code": "x"})
    first, second = (event.json for event in recorder.events)
    assert first["eid"] == second["eid"]
    assert first["created"] == second["created"]
    assert len(recorder.logins) == 2
    if protocol == "v3":
        assert (first["session"], second["session"]) == ("session-1", "session-2")
    else:
        assert first["session"] == second["session"]
        assert recorder.logins[1].json["session_key_reuse"] == "session-1"
        assert authorization(recorder.events[1])["session_key"] == "session-2"


def test_session_that_stays_expired_is_renewed_once(recorder, session):
    recorder.will_answer(EXPIRED, EXPIRED)
    with pytest.raises(SessionExpiredError, match="Your session has expired"):
        session.find("Job")
    assert len(recorder.logins) == 2
    assert len(recorder.events) == 2


def test_expiry_met_by_many_threads_is_one_renewal(recorder, v1_session, monkeypatch):
    v1_session.login()
    recorder.login_session = "session-2"
    plain_answer = recorder.answer

    def answer(request):
        status, payload = plain_answer(request)
        is_stale = authorization(request).get("session_key") == "session-1"
        return status, EXPIRED if is_stale else payload

    monkeypatch.setattr(recorder, "answer", answer)
    recorder.gate.clear()
    with ThreadPoolExecutor(6) as pool:
        calls = [pool.submit(v1_session.find, "Job") for _ in range(6)]
        while len(recorder.events) < 6:
            time.sleep(0.01)
        recorder.gate.set()
        assert all(call.result(10) for call in calls)
    assert len(recorder.logins) == 2
    assert len(recorder.events) == 12


def test_failed_renewal_leaves_the_session_able_to_try_again(recorder, v1_session):
    v1_session.login()
    recorder.will_answer(EXPIRED)
    recorder.will_answer_login({"message": "not now"})
    with pytest.raises(AuthenticationError):
        v1_session.find("Job")
    assert v1_session.find("Job")
    assert [login.json.get("session_key_reuse") for login in recorder.logins] == [
        None,
        "session-1",
        "session-1",
    ]


@pytest.mark.parametrize("secret", [{"pwd": "secret"}, {"session_key": "secret"}])
def test_session_without_key_cannot_be_renewed(recorder, make_session, secret):
    session = make_session(api_key=None, **secret)
    session.login()
    recorder.will_answer(EXPIRED)
    for _ in range(2):
        with pytest.raises(SessionExpiredError, match="has expired; make a new Session"):
            session.find("Job")
    assert len(recorder.logins) == len(recorder.events) == 1


def test_password_is_forgotten_once_it_has_served(make_session):
    session = make_session(api_key=None, pwd="pass-word-1")
    session.login()
    assert b"pass-word-1" not in repr(vars(session._connection)).encode()
    assert session._connection._signer._credentials is None


# -- keys, messages, end --------------------------------------------------------------------------


def test_session_key_is_the_one_the_login_gave(v1_session):
    assert v1_session.get_session_key() == "session-1"


def test_session_keys_do_not_exist_in_v3(recorder, session):
    for call in (session.get_session_key, session.generate_session_key):
        with pytest.raises(ConfigurationError, match="v1"):
            call()
    assert not recorder.requests


def test_generated_session_key_is_returned(v1_session):
    assert v1_session.generate_session_key(3600) == "fresh"


def test_last_message_is_that_of_the_last_failed_call(recorder, session):
    assert session.get_last_message() is None
    recorder.will_answer({"message": "E1", "message_hr": "No such job"}, {"message": "E2"})
    for expected in ("No such job", "E2"):
        with pytest.raises(BackendError):
            session.find("Job")
        assert session.get_last_message() == expected
    session.find("Job")
    assert session.get_last_message() is None


def test_last_message_tells_of_calls_that_are_never_sent_too(recorder, session, v1_session):
    refused = [
        lambda: session.find("Job code=x"),
        lambda: session.find_one("Job", attributes="id"),
        lambda: session.get_entity("job", "x"),
        lambda: session.create("job", {}),
        lambda: session.create("job", {"size": {1}}),
        lambda: session.update("job", "", {"a": 1}),
        lambda: session.update_one("job", "x", {}),
        lambda: session.update_many("job", "x", []),
        lambda: session.delete_one("job", ""),
        session.get_session_key,
        session.generate_session_key,
    ]
    for call in refused:
        with pytest.raises(AccsynError) as caught:
            call()
        assert session.get_last_message() == str(caught.value)
        session.login()
        assert session.get_last_message() is None
    assert not recorder.events
    recorder.will_answer({"result": []})
    with pytest.raises(AccsynError) as caught:
        session.me()
    assert session.get_last_message() == str(caught.value)
    assert session.find("Job", limit=0) == []
    assert session.get_last_message() is None
    assert v1_session.get_last_message() is None


def test_messages_do_not_repeat_what_the_backend_says(recorder, v1_session):
    recorder.will_answer_login({"message": "sign-in refused: wrong key"})
    with pytest.raises(AuthenticationError) as refused:
        v1_session.login()
    assert str(refused.value) == "login: sign-in refused: wrong key"
    recorder.will_answer(EXPIRED, EXPIRED)
    with pytest.raises(SessionExpiredError) as expired:
        v1_session.find("Job")
    assert str(expired.value) == (
        "cannot be renewed: Your session has expired; make a new Session and repeat the call"
    )


def test_last_message_tells_of_failures_of_the_network_too(make_session):
    session = make_session(url="https://127.0.0.1:1")
    with pytest.raises(TransportError):
        session.find("Job")
    assert "127.0.0.1:1" in session.get_last_message()


def test_closed_session_refuses_calls(recorder, session):
    session.find("Job")
    session.close()
    session.close()
    for call in (session.login, lambda: session.find("Job")):
        with pytest.raises(SessionClosedError, match="new Session"):
            call()
    assert len(recorder.requests) == 2


def test_session_closed_by_another_thread_sends_nothing_more(recorder, session, monkeypatch):
    session.login()
    encode = connection.encode_event

    def close_meanwhile(*arguments):
        session.close()
        return encode(*arguments)

    monkeypatch.setattr(connection, "encode_event", close_meanwhile)
    with pytest.raises(SessionClosedError):
        session.find("Job")
    assert not recorder.events


def test_with_block_activates_and_closes(make_session):
    outer, inner = make_session(), make_session()
    assert active_backend() is None
    with outer:
        with inner as entered, inner:
            assert entered is inner
            assert active_backend() is inner
        assert active_backend() is outer
        assert outer.find("Job")
        with pytest.raises(SessionClosedError):
            inner.find("Job")
    assert active_backend() is None


def test_with_blocks_of_several_threads_close_with_the_last(session):
    entered, leave = threading.Event(), threading.Event()

    def other() -> bool:
        with session:
            entered.set()
            leave.wait(10)
            return active_backend() is session

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(other)
        entered.wait(10)
        with session:
            pass
        assert session.find("Job")
        leave.set()
        assert running.result(10)
    with pytest.raises(SessionClosedError):
        session.find("Job")


def test_with_blocks_of_asyncio_tasks_may_overlap_in_any_order(make_session):
    shared, other = make_session(), make_session()

    async def work(enters: float, leaves: float) -> None:
        await asyncio.sleep(enters)
        with shared:
            with other, shared:
                await asyncio.sleep(leaves)
                assert active_backend() is shared
            assert active_backend() is shared
        assert active_backend() is None

    async def main() -> None:
        with other:
            assert active_backend() is other
        assert active_backend() is None
        # The first to enter leaves in the middle, the second last, the third first.
        tasks = [work(0, 0.04), work(0.01, 0.06), work(0.02, 0.005)]
        await asyncio.gather(*tasks)

    asyncio.run(main())
    assert active_backend() is None
    with pytest.raises(SessionClosedError):
        shared.find("Job")


def test_task_that_leaves_its_block_does_not_end_that_of_another(session):
    async def short() -> None:
        with session:
            await asyncio.sleep(0)

    async def long(others: list[asyncio.Task[None]]) -> None:
        with session:
            await asyncio.gather(*others)
            assert session.find("Job")

    async def main() -> None:
        others = [asyncio.create_task(short()) for _ in range(3)]
        await long(others)

    asyncio.run(main())
    with pytest.raises(SessionClosedError):
        session.find("Job")


def test_block_left_in_another_context_ends_the_session(session):
    context = contextvars.copy_context()
    context.run(session.__enter__)
    with session:
        contextvars.copy_context().run(session.__exit__, None, None, None)
        assert active_backend() is session
        assert session.find("Job")
    assert active_backend() is None
    with pytest.raises(SessionClosedError):
        session.find("Job")


def test_session_is_not_picklable(session):
    with pytest.raises(TypeError, match="each process"):
        pickle.dumps(session)


def test_repr_shows_who_and_where_and_no_secret(recorder, make_session):
    session = make_session(api_key="canary-key")
    session.login()
    shown = repr(session)
    assert "canary-key" not in shown
    for part in ("acmefilm", "john@user.com", "v3", f"127.0.0.1:{recorder.port}"):
        assert part in shown
    assert "canary-key" not in repr(session._settings)


def test_repr_of_a_session_still_to_be_located(make_session):
    assert "not located" in repr(make_session(url=None))


def test_session_tells_its_settings(make_session):
    session = make_session(protocol="v1", timeout=3, connect_timeout=2)
    assert (session.protocol, session.workspace, session.username) == (
        "v1",
        "acmefilm",
        "john@user.com",
    )
    assert (session.timeout, session.connect_timeout) == (3, 2)


# -- discovery ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("protocol", "port"), [("v3", None), ("v1", None), ("v3", 8443)])
def test_located_host_is_called_next(make_session, monkeypatch, protocol, port):
    session = make_session(url=None, protocol=protocol, port=port)
    sent = []
    answers = {
        "v3": [{"result": {"hostname": "acme.accsyn.com", "port": 444}}, {"result": LOGIN}],
        "v1": [{"domain": "acme"}, {"session_key": "s", "clearance": None, "id": "u"}],
    }[protocol]

    class Fake:
        def send(self, request):
            sent.append(request)
            return Response(200, json.dumps(answers[len(sent) - 1]))

        def close(self):
            pass

    monkeypatch.setattr(exchange, "_make_transport", lambda _settings: Fake())
    session.login()
    asked, called = sent
    expected = port or 443
    master = "master" if protocol == "v3" else "registry"
    assert asked.host == f"{master}.accsyn.com:{expected}"
    assert asked.url.startswith("https://")
    assert "Authorization" not in asked.headers
    assert called.host == f"acme.accsyn.com:{port or (444 if protocol == 'v3' else 443)}"


LOGIN = {"session_id": "s", "role": None, "id": "u"}


@pytest.mark.parametrize("answer", [{"result": {}}, {"result": {"hostname": "evil/path"}}, {}])
def test_discovery_answer_that_names_no_host_is_refused(plain_recorder, make_session, answer):
    session = make_session(url=None, proxy=f"127.0.0.1:{plain_recorder.port}")
    plain_recorder.will_answer_login(answer)
    with pytest.raises(ProtocolError, match="discovery"):
        session.login()
    assert len(plain_recorder.requests) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"exception": "Traceback"}, BackendCrashError),
        ({"message": "no such workspace"}, BackendError),
    ],
)
def test_discovery_that_is_refused_or_fails_says_so(plain_recorder, make_session, answer, kind):
    session = make_session(url=None, proxy=f"127.0.0.1:{plain_recorder.port}")
    plain_recorder.will_answer_login(answer)
    with pytest.raises(kind, match="discovery"):
        session.login()
    assert len(plain_recorder.requests) == 1


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_api_key_is_what_the_backend_gives(recorder, make_session, protocol):
    session = make_session(protocol=protocol)
    assert session.get_api_key() == "key-2"
    recorder.will_answer({"message": "disabled"})
    with pytest.raises(BackendError, match="disabled"):
        session.get_api_key()
