"""The envelope of an answer, written and read."""

from __future__ import annotations

import json

import pytest

from accsyn_orm.errors import BackendCrashError, BackendError, ProtocolError
from accsyn_orm.wire.replies import (
    MAX_DEPTH,
    ExpiredSession,
    decode_reply,
    encode_exception,
    encode_members,
    encode_message,
)


def decode(text: str, status: int = 200):
    return decode_reply("job/find", "host:443", status, text)


@pytest.mark.parametrize("result", [None, True, [], [{"id": "x"}], {"åäö": 1.5}])
def test_result_reads_back(result):
    assert decode(encode_members({"result": result})) == {"result": result}


def test_members_read_back():
    assert decode(encode_members({"session_key": "k"}), 201) == {"session_key": "k"}


def test_message_reads_back_as_a_refusal():
    with pytest.raises(BackendError, match="job/find: Nicht erlaubt") as caught:
        decode(encode_message("E1", message_hr="Nicht erlaubt"), 403)
    error = caught.value
    assert not isinstance(error, (ExpiredSession, BackendCrashError))
    assert (error.message, error.message_hr, error.status_code) == ("E1", "Nicht erlaubt", 403)


def test_message_alone_is_shown():
    with pytest.raises(BackendError, match="job/find: E1"):
        decode(encode_message("E1"))


@pytest.mark.parametrize(
    "text", ['{"message": null}', '{"message": null, "session_expired": true}']
)
def test_message_without_words_is_a_refusal_all_the_same(text):
    with pytest.raises(BackendError, match="without a reason") as caught:
        decode(text)
    assert not isinstance(caught.value, ExpiredSession)


def test_expiry_reads_back():
    with pytest.raises(ExpiredSession, match="gone"):
        decode(encode_message("gone", session_expired=True), 401)


@pytest.mark.parametrize("flag", ["true", 1, None, False])
def test_expiry_is_exactly_true(flag):
    with pytest.raises(BackendError) as caught:
        decode(json.dumps({"message": "m", "session_expired": flag}))
    assert not isinstance(caught.value, ExpiredSession)


def test_exception_reads_back_as_a_crash_without_its_text():
    with pytest.raises(BackendCrashError) as caught:
        decode(encode_exception("Traceback (most recent call last)"), 500)
    assert "Traceback" not in str(caught.value)


def test_exception_wins_over_message():
    with pytest.raises(BackendCrashError):
        decode('{"exception": null, "message": "m"}')


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        (200, "", "empty answer"),
        (200, "<html>", "no JSON"),
        (200, "[1]", "no object"),
        (500, '{"result": [1]}', "500 and no message"),
        (199, "{}", "199"),
        (300, "{}", "300"),
        (429, "Too Many Requests", "30 per second"),
        (401, "{}", "user name and key"),
    ],
)
def test_other_answers_are_protocol_errors_that_name_the_status(status, text, reason):
    with pytest.raises(ProtocolError, match=reason) as caught:
        decode(text, status)
    assert str(status) in str(caught.value)
    assert "host:443" in str(caught.value)


@pytest.mark.parametrize("blanks", [0, 100_000], ids=["short", "long"])
@pytest.mark.parametrize("shape", ['{"a":', "["])
def test_answer_that_nests_too_deeply_is_none(shape, blanks):
    close = {"[": "]", '{"a":': "}"}[shape]

    def decode(levels: int):
        inner = " " * blanks + shape * levels + "1" + close * levels
        return decode_reply("job/find", "host", 200, f'{{"result": {inner}}}')

    decode(MAX_DEPTH - 1)
    for levels in (MAX_DEPTH, 500, 100_000):
        with pytest.raises(ProtocolError, match="nests deeper than 200 levels") as caught:
            decode(levels)
        assert caught.value.is_lasting
