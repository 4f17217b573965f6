"""Answers that are meant to hurt: bounded in size and depth, and typed errors all of them."""

from __future__ import annotations

import gzip
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from accsyn_orm.errors import AccsynError, ProtocolError, TransportError
from accsyn_orm.outcome import Outcome
from accsyn_orm.transport.http import HttpTransport
from accsyn_orm.wire.replies import decode_reply

MEBIBYTE = 1 << 20


@pytest.fixture
def transport(loopback_tls):
    made = HttpTransport(verify=str(loopback_tls.ca_path), timeout=20)
    yield made
    made.close()


def many_headers(count: int) -> bytes:
    lines = b"".join(b"X-%d: a\r\n" % number for number in range(count))
    return b"HTTP/1.1 200 OK\r\n" + lines + b"Content-Length: 2\r\n\r\n{}"


def long_header(length: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nX: " + b"a" * length + b"\r\nContent-Length: 2\r\n\r\n{}"


def gzipped(body: bytes, *, times: int = 1) -> bytes:
    for _ in range(times):
        body = gzip.compress(body, 1 if len(body) > MEBIBYTE else 9)
    encoding = b", ".join([b"gzip"] * times)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: " + encoding
    return head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body


HOSTILE = {
    "200 headers": lambda: many_headers(200),
    "a long header": lambda: long_header(MEBIBYTE),
    "no end of a status": lambda: b"HTTP/1.1 " + b"2" * MEBIBYTE,
    "no HTTP": lambda: b"\0" * 1000 + b"\r\n\r\n",
    "a gzip that is none": lambda: gzipped(b"{}").replace(b"\x1f\x8b", b"\x1f\x8c"),
    "a chunk that is none": lambda: (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"
    ),
}


def ask(transport, tls_server) -> None:
    answer = transport.send(tls_server.request())
    decode_reply("job/find", "host", answer.status, answer.text)


@pytest.mark.parametrize("name", HOSTILE)
def test_answer_that_is_no_proper_http_is_a_typed_error(transport, tls_server, name):
    tls_server.answer = HOSTILE[name]()
    with pytest.raises(TransportError) as caught:
        ask(transport, tls_server)
    assert caught.value.outcome is Outcome.MAYBE_APPLIED


@pytest.mark.parametrize("name", ["200 headers", "a long header"])
def test_answer_with_too_much_of_headers_is_not_asked_for_again(transport, tls_server, name):
    tls_server.answer = HOSTILE[name]()
    with pytest.raises(ProtocolError, match="too many headers, or one that is too long") as caught:
        transport.send(tls_server.request())
    assert caught.value.is_lasting


def test_as_many_headers_as_usual_are_taken(transport, tls_server):
    tls_server.answer = many_headers(90)
    assert transport.send(tls_server.request()).text == "{}"


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.deep
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_hostile_answers_are_bounded(transport, tls_server, figure: Callable[..., None]):
    bomb = gzipped(b" " * (512 * MEBIBYTE))
    folded = gzipped(b" " * (64 * MEBIBYTE + 1), times=2)
    answers = [*(make() for make in HOSTILE.values()), long_header(10 * MEBIBYTE), folded, bomb]
    transport.send(tls_server.request())
    before, peak, untyped = resident(), 0, 0
    for answer in answers:
        tls_server.answer = answer
        started = time.monotonic()
        try:
            ask(transport, tls_server)
        except AccsynError:
            peak = max(peak, resident() - before)
        else:
            untyped += 1
        assert time.monotonic() - started < 20
    figure("R8 hostile answers that were taken", untyped, "= 0")
    # The answer itself, up to its cap, is let go of by then.
    figure("R8 memory grown by hostile answers", peak / MEBIBYTE, "<= 32 MiB")


# -- fuzz -----------------------------------------------------------------------------------------

PIECES = [
    *('"result"', '"message"', '"message_hr"', '"exception"', '"session_expired"', "true", "null"),
    *("{", "}", "[", "]", ":", ",", '""', "1e999", "-0", "NaN", "9" * 5000, '"\\ud800"', "\\u0000"),
    *('{"result": [', '{"message": ', "]}", '{"a":' * 200, "[" * 3000, '"\x00"', "é", "\U0001f600"),
]
VALUES = [None, True, 0, -1, 1e300, "", "x" * 300, [], {}, [[]], [None], {"a": {"b": []}}]
MEMBERS = ["result", "message", "message_hr", "exception", "session_expired", "report", ""]


def mutated(chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.4:
        return "".join(chance.choices(PIECES, k=chance.randrange(12)))
    chosen = chance.sample(MEMBERS, chance.randrange(4))
    text = json.dumps({name: chance.choice(VALUES) for name in chosen})
    if kind < 0.8:
        return text
    position = chance.randrange(len(text) + 1)
    return text[:position] + chance.choice(PIECES) + text[position + chance.randrange(3) :]


def undecodable(count: int) -> int:
    chance, found = random.Random(20261124), 0
    for _ in range(count):
        text, status = mutated(chance), chance.choice([200, 200, 201, 204, 302, 404, 429, 500, 503])
        try:
            assert isinstance(decode_reply("job/find", "host", status, text), dict)
        except AccsynError:
            continue
        except Exception:  # noqa: BLE001  # what must not happen is what is counted
            found += 1
    return found


def test_any_answer_is_a_payload_or_a_typed_error(figure):
    figure("R8 untyped errors on 2,000 random answers", undecodable(2_000), "= 0")


@pytest.mark.deep
def test_any_of_many_answers_is_a_payload_or_a_typed_error(figure):
    figure("R8 untyped errors on 100,000 random answers", undecodable(100_000), "= 0")
