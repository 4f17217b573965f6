"""What is the head of a request, and what is not: all that two programs could read differently."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accsyn_orm.server.http.head import RequestError, check_unfinished, read_head
from accsyn_orm.server.http.limits import MAX_BODY, MAX_FIELD_BYTES, MAX_FIELDS, MAX_TARGET

HOST = b"Host: x"
GET = b"GET /api/v3/event HTTP/1.1"
POST = b"POST /api/v3/event HTTP/1.1"


def head(*lines):
    return b"\r\n".join(lines)


@pytest.mark.parametrize(
    ("raw", "length"),
    [
        (head(GET, HOST), 0),
        (head(b"GET /a?%7B%7D HTTP/1.0", HOST), 0),
        (head(POST, HOST, b"Content-Length: 7"), 7),
        (head(POST, HOST, b"content-length:\t007 "), 7),
        (head(POST, HOST, b"Content-Length: %d" % MAX_BODY), MAX_BODY),
        (head(GET, HOST, b"X: \xe9", b"Empty:", b"X: again"), 0),
        (head(b"DELETE /" + b"x" * 130_000 + b" HTTP/1.1", HOST), 0),
        (head(GET, HOST, *[b"X: y"] * (MAX_FIELDS - 1)), 0),
    ],
)
def test_well_formed_heads_are_read(raw, length):
    assert read_head(raw).body_length == length


LINES = [
    b"",
    b"GET",
    b"GET /",
    b"GET  / HTTP/1.1",
    b"GET / HTTP/1.1 ",
    b" GET / HTTP/1.1",
    b"get / HTTP/1.1",
    b"GE\x00T / HTTP/1.1",
    b"GET /\x00 HTTP/1.1",
    b"GET /a b HTTP/1.1",
    b"GET /\xc3\xa9 HTTP/1.1",
    b"GET http://x/ HTTP/1.1",
    b"GET //x/ HTTP/2.0",
    b"GET / HTTP/0.9",
    b"GET / HTTP/1.10",
    b"GET / http/1.1",
    b"GET x HTTP/1.1",
    b"OPTIONS * HTTP/1.1",
    b"CONNECT x:443 HTTP/1.1",
    b"PRI * HTTP/2.0",
    b"G" * 30 + b" / HTTP/1.1",
    b"GET / HTTP/1.1\nX: y",
    b"GET / HTTP/1.1\rX: y",
]
FIELDS = [
    b"",
    b"X",
    b": y",
    b"X : y",
    b" X: y",
    b"\tX: y",
    b"X: y\n folded",
    b"X: a\x00b",
    b"X: a\x0bb",
    b"X: a\rb",
    b"X: a\nContent-Length: 5",
    b"X: \x7f",
    b"X(y): z",
    b"\xc3\xa9: y",
    b"Transfer-Encoding: chunked",
    b"transfer-encoding: identity",
    b"Transfer-Encoding:",
    b"TRANSFER-ENCODING: \x0bchunked",
    b"Transfer-Encoding\t: chunked",
    b"Content-Length: 1\r\nContent-Length: 1",
    b"Content-Length: 1\r\ncontent-length: 2",
    b"Content-Length:",
    b"Content-Length: -1",
    b"Content-Length: +1",
    b"Content-Length: 1, 1",
    b"Content-Length: 0x10",
    b"Content-Length: 1_0",
    b"Content-Length: 1.0",
    b"Content-Length: 1 2",
    b"Content-Length: \xb2",
    b"Content-Length: " + b"9" * 16,
    b"Authorization: a\r\nAuthorization: b",
    b"host: y",
    b"X-Accsyn-Workspace: a\r\nx-accsyn-workspace: b",
]


@pytest.mark.behaviour("requests: what is not one well-formed request is refused and closed")
@pytest.mark.parametrize(
    "raw", [*(head(line, HOST) for line in LINES), *(head(GET, HOST, f) for f in FIELDS), GET]
)
def test_what_could_be_read_differently_is_refused(raw):
    with pytest.raises(RequestError) as caught:
        read_head(raw)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (head(b"GET /" + b"x" * (MAX_TARGET + 100) + b" HTTP/1.1", HOST), 414),
        (head(GET, HOST, *[b"X: y"] * MAX_FIELDS), 431),
        (head(GET, HOST, b"X: " + b"y" * MAX_FIELD_BYTES), 431),
        (head(POST, HOST, b"Content-Length: %d" % (MAX_BODY + 1)), 413),
        (head(POST, HOST, b"Content-Length: " + b"9" * 15), 413),
    ],
)
def test_what_is_too_much_is_refused_by_its_own_name(raw, status):
    with pytest.raises(RequestError) as caught:
        read_head(raw)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"\x16\x03\x01\x02", 400),
        (b"\r\n", 400),
        (b"G" + b"x" * (MAX_TARGET + 100), 414),
        (GET + b"\r\n" + b"X: y\r\n" * 20_000, 431),
    ],
)
def test_an_unfinished_head_is_not_read_for_ever(raw, status):
    with pytest.raises(RequestError) as caught:
        check_unfinished(raw)
    assert caught.value.status == status


@pytest.mark.parametrize("raw", [b"G", GET, GET + b"\r\nX: y", b"GET /" + b"x" * MAX_TARGET])
def test_an_unfinished_head_is_waited_for(raw):
    check_unfinished(raw)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_head_or_a_refusal(raw):
    with contextlib.suppress(RequestError):
        assert 0 <= read_head(raw).body_length <= MAX_BODY
