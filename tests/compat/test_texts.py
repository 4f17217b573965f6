from __future__ import annotations

import logging

import pytest

from accsyn_orm.compat import Session, v1, v3


@pytest.mark.parametrize("kind", [v1.Session, v3.Session, Session])
def test_secrets_are_masked_by_what_they_are_called(kind):
    text = '{"pwd": "a", "api_key": "b", "password": "c", "code": "d", "token": null}'
    assert kind.obscure_dict_string(text) == (
        '{"pwd": "***", "api_key": "***", "password": "***", "code": "d", "token": null}'
    )
    assert kind.obscure_dict_string("my key is abc") == "(13 characters that are no JSON)"
    assert kind.obscure_dict_string(None) is None


def test_messages_go_to_a_logger_of_their_own(v1_session, caplog):
    caplog.set_level(logging.DEBUG, logger="accsyn_api")
    assert v1.Session.info("begins") == "begins"
    assert v1.Session.warning("hot", standout=False) == "hot"
    v1_session.verbose("detail")
    v1.Session.info("ends", standout=True)
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "begins"),
        ("WARNING", "hot"),
        ("DEBUG", "detail"),
        ("INFO", "-" * 80),
        ("INFO", "ends"),
        ("INFO", "-" * 80),
    ]
    assert {record.name for record in caplog.records} == {"accsyn_api"}


@pytest.mark.parametrize("call", [v1.Session.json_serial, v1.Session.str, v1.Session.safe_dumps])
def test_what_json_cannot_hold_is_a_type_error(call):
    with pytest.raises(TypeError):
        call({1, 2})


def test_help_opens_no_browser(v3_session, capsys):
    v3_session.help()
    shown = capsys.readouterr().out
    assert "accsyn-python-api.readthedocs.io" in shown
    assert "help(Session)" in shown


def test_login_again_is_no_error(v1_session, recorder):
    assert v1_session.login() is True
    assert len(recorder.logins) == 1
