"""What a session logs, where, and what it never logs."""

from __future__ import annotations

import logging
import stat

import pytest

from accsyn_orm.errors import (
    AuthenticationError,
    BackendError,
    ConfigurationError,
    SessionClosedError,
)

CANARY = "CANARY-4711"


def test_quiet_session_writes_nothing(recorder, make_session, capfd):
    session = make_session()
    recorder.will_answer({"message": "no"})
    with pytest.raises(BackendError):
        session.find("Job")
    for _ in range(2):
        session.close()
        with pytest.raises(SessionClosedError):
            session.find("Job")
    assert capfd.readouterr() == ("", "")


def test_closed_session_logs_nothing_more(make_session, tmp_path, capfd):
    path = tmp_path / "x.log"
    session = make_session(verbose=True, path_logfile=path)
    session.login()
    session.close()
    written = path.read_text()
    with pytest.raises(SessionClosedError):
        session.find("Job")
    assert path.read_text() == written
    assert capfd.readouterr() == ("", "")


def test_verbose_session_writes_requests_and_answers_to_standard_error(make_session, capfd):
    make_session(verbose=True).find("Job WHERE code=x")
    out, err = capfd.readouterr()
    assert out == ""
    assert "[ACCSYN_API]" in err
    assert '"query": "code=x"' in err
    assert "HTTP 200" in err
    assert "signed in to 127.0.0.1" in err


def test_log_file_belongs_to_its_owner_and_its_session(make_session, tmp_path, capfd):
    one, two = tmp_path / "one.log", tmp_path / "two.log"
    first = make_session(verbose=True, path_logfile=one)
    second = make_session(path_logfile=two)
    make_session().find("Site")
    first.find("Job")
    second.find("Queue")
    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    assert "job/find" in one.read_text()
    assert "queue/find" not in one.read_text()
    assert "signed in" in two.read_text()
    assert "queue/find" not in two.read_text()
    assert "site/find" not in one.read_text() + two.read_text()
    assert capfd.readouterr() == ("", "")


def test_log_file_is_appended_to(make_session, tmp_path):
    path = tmp_path / "x.log"
    for _ in range(2):
        session = make_session(path_logfile=str(path))
        session.login()
        session.close()
    assert path.read_text().count("signed in") == 2


def test_log_file_that_cannot_be_written_is_a_configuration_error(make_session, tmp_path):
    with pytest.raises(ConfigurationError, match="path_logfile"):
        make_session(path_logfile=tmp_path / "none" / "x.log")


def test_pretty_json_is_indented(make_session, tmp_path):
    path = tmp_path / "x.log"
    make_session(verbose=True, pretty_json=True, path_logfile=path).find("Job")
    assert '\n    "audience": "api",\n' in path.read_text()


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_secrets_are_never_logged(recorder, make_session, tmp_path, protocol, caplog):
    caplog.set_level(logging.INFO)
    path = tmp_path / "x.log"
    recorder.login_session = CANARY
    session = make_session(
        protocol=protocol, api_key=CANARY, verbose=True, path_logfile=path, pretty_json=True
    )
    # Others than the session's own, which are masked for a second time.
    secrets = {"pwd": "OTHER-1", "settings": [{"name": "smtp.password", "value": "OTHER-2"}]}
    recorder.will_answer({"result": [{"token": CANARY, "code": "shown"}]}, CANARY.encode())
    session.create("user", {"code": "x", **secrets})
    with pytest.raises(Exception, match="no JSON"):
        session.find("Job")
    session.create("user", {"pwd": CANARY * 20_000})
    written = path.read_text()
    assert CANARY not in written
    assert "OTHER" not in written
    assert "shown" in written
    assert CANARY not in caplog.text


@pytest.mark.parametrize(
    ("arguments", "secret"),
    [
        ({}, 'päss"word-1'),
        ({"protocol": "v1"}, "session-1"),
        ({"protocol": "v3"}, "session-1"),
        ({"protocol": "v3", "api_key": "f0a8b9a9-1"}, "f0a8b9a9-1"),
        ({"api_key": None, "session_key": "6152-1"}, "session-1"),
    ],
)
def test_own_secrets_are_masked_wherever_they_stand(
    recorder, make_session, tmp_path, arguments, secret
):
    path = tmp_path / "x.log"
    session = make_session(
        **{"api_key": secret, "verbose": True, "path_logfile": path, **arguments}
    )
    session.login()
    recorder.will_answer({"message": f"no, {secret}!"})
    with pytest.raises(BackendError, match=r"no, \*\*\*!"):
        session.create("job", {"code": f"shown {secret}", "tasks": [f"a{secret}b"]})
    assert secret not in path.read_text().replace('\\"', '"').replace("\\u00e4", "ä")
    assert "shown ***" in path.read_text()
    assert "no, ***!" in path.read_text()
    assert session.get_last_message() == "no, ***!"


@pytest.mark.parametrize("secret", [{"pwd": "pass-word"}, {"session_key": "pass-word"}])
def test_secret_that_serves_once_is_masked_in_a_refused_sign_in(
    recorder, make_session, tmp_path, secret
):
    path = tmp_path / "x.log"
    session = make_session(api_key=None, verbose=True, path_logfile=path, **secret)
    recorder.will_answer_login({"message": "pass-word is wrong"})
    with pytest.raises(AuthenticationError):
        session.login()
    assert "*** is wrong" in path.read_text()
    assert "pass-word" not in path.read_text()


def test_credentials_in_urls_are_masked(make_session, tmp_path):
    path = tmp_path / "x.log"
    session = make_session(verbose=True, path_logfile=path)
    session.create("job", {"source": f"smb://john:{CANARY}@nas/x", "to": "https://h:443/a@b"})
    assert '"smb://***@nas/x"' in path.read_text()
    assert '"https://h:443/a@b"' in path.read_text()
    assert CANARY not in path.read_text()


def test_text_of_the_backend_cannot_forge_a_line(recorder, make_session, tmp_path):
    path = tmp_path / "x.log"
    session = make_session(verbose=True, path_logfile=path)
    recorder.will_answer({"message": "no\n2026-01-01 [ACCSYN_API] signed in to evil\x1b[2J"})
    with pytest.raises(BackendError):
        session.find("Job")
    lines = path.read_text().split("\n")
    assert not [line for line in lines if line.endswith("signed in to evil\x1b[2J")]
    assert "\x1b" not in path.read_text()
    assert all("[ACCSYN_API]" in line for line in lines if line)


def test_logging_of_the_program_is_left_alone(make_session):
    root = logging.getLogger()

    def state() -> tuple:
        names = {name for name in root.manager.loggerDict if "accsyn" in name}
        return root.handlers[:], root.level, names

    before = state()
    make_session(verbose=True).find("Job")
    assert state() == before


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_logs_of_the_libraries_beneath_hold_nothing_of_a_call(
    recorder, make_session, caplog, protocol
):
    caplog.set_level(logging.DEBUG)
    recorder.login_session = f"session-{CANARY}"
    session = make_session(protocol=protocol, api_key=f"key-{CANARY}")
    session.find(f"Job WHERE code={CANARY}")
    session.find_one("User")
    session.create("job", {"code": CANARY})
    session.delete_one("job", CANARY)
    recorder.will_answer({"session_expired": True, "message": CANARY})
    session.find("Queue")
    assert [event.verb for event in recorder.events] == [
        "GET",
        "GET",
        "POST",
        "DELETE",
        "GET",
        "GET",
    ]
    assert any(
        f"/api/{'v3' if protocol == 'v3' else 'v1.0'}/event" in text for text in caplog.messages
    )
    assert CANARY not in caplog.text
