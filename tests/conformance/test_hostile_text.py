"""Text that nobody meant: whatever is read, only the documented errors come out, and soon.

Real inputs are edited at random, as an attacker or a broken disk would; others are made up.
"""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accsyn_orm.errors import (
    AccsynError,
    BackendError,
    ConfigurationError,
    PayloadError,
    ProtocolError,
    QueryError,
)
from accsyn_orm.query.evaluate import evaluate
from accsyn_orm.query.parser import lowercase, parse, parse_expression, wire_expression
from accsyn_orm.session.envfile import read_env_file
from accsyn_orm.wire.codec import decode_records, dumps, from_query_string, loads
from accsyn_orm.wire.credentials import parse_authorization, parse_device, v1_session, v3_basic
from accsyn_orm.wire.events import Event, decode_event, encode_event
from accsyn_orm.wire.redaction import redact
from accsyn_orm.wire.replies import decode_reply
from accsyn_orm.wire.sign_in import decode_discovery, decode_login
from accsyn_orm.wire.versions import V1, V3

QUERIES = (Path(__file__).parent.parent / "data" / "queries.txt").read_text("utf-8").splitlines()
SLOWEST = 2.0
"""Seconds that one text may take, on a machine that does other things as well."""

PIECES = st.sampled_from(
    [
        *("(", ")", '"', "'", "\\", ",", "=", "!=", "<>", "*", "%", "\0", "\r\n", "\u202e"),
        *(" AND ", " OR ", " WHERE ", " IN ", " not in ", " matches ", "'\"", "\ud800", "É", "ß"),
        *("[", "]", "{", "}", ":", "null", "NaN", "-Infinity", "1e999", "9" * 5_000, "\\u0000"),
        *("[" * 20_000, '{"a":' * 20_000, "(" * 20_000, "NOT (" * 500, "a=b OR " * 1_500),
    ]
)


@st.composite
def edited(draw: st.DrawFn, texts: list[str]) -> str:
    """Draw a text that was in order, cut and mended in a few places."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(text)))
        end = draw(st.integers(begin, min(len(text), begin + 12)))
        text = text[:begin] + draw(st.one_of(PIECES, st.text(max_size=6))) + text[end:]
    return text


def _event(data: Any) -> Event:
    return Event(
        "job/find", "acmefilm", "e", "s", "john@user.com", "2026-11-24T00:00:00", "box", data, "a=b"
    )


EVENTS = [encode_event(V3, _event({"a": [1]})), encode_event(V1, _event("x" * 110_000))]
REPLIES = [
    json.dumps({"result": [{"id": "5" * 24, "created": "2026-11-03T08:00:00", "tasks": [{}]}]}),
    json.dumps({"message": "no", "message_hr": "nein", "session_expired": True}),
    json.dumps({"exception": "Traceback"}),
    json.dumps({"result": {"session_id": "s", "role": "admin", "id": "5" * 24}}),
    json.dumps({"session_key": "s", "clearance": "admin", "id": "5" * 24}),
    json.dumps({"result": {"hostname": "acmefilm.accsyn.com", "port": 443}}),
]
HEADERS = [v3_basic("john@user.com", "key"), v1_session("acmefilm", "john@user.com", "key")]
DEVICES = ["PythonAPI v3.4.0 @ linux box(posix)"]
ENV_FILES = ["# studio\nACCSYN_API_USER = 'a b' # c\nexport ACCSYN_PROXY=\"x\"\n"]


def read_query(text: str, _base: Path) -> None:
    statement, place = None, 0
    try:
        statement = parse(text)
    except QueryError as error:
        place = getattr(error, "position", 0)
    assert 0 <= place <= len(text)
    if statement is not None:
        assert parse(str(statement)) == statement
        if statement.where is not None:
            with suppress(QueryError):  # for a regular expression that is none
                evaluate(statement.where, {"code": "x", "status": "failed", "size": 5})
    for function in (parse_expression, wire_expression, lowercase):
        with suppress(QueryError):
            function(text)


def read_json(text: str, _base: Path) -> None:
    for given_text in (text, text.encode(errors="surrogatepass")):
        with suppress(PayloadError):
            value = loads(given_text)
            redact(value)
            assert loads(dumps(value)) == value


def read_reply(text: str, _base: Path) -> None:
    for status in (200, 302, 401, 429, 500):
        with suppress(BackendError, ProtocolError):
            reply = decode_reply("job/find", "box:443", status, text)
            decode_records(reply.get("result"))
            for generation in (V1, V3):
                for decode in (decode_login, decode_discovery):
                    with suppress(PayloadError):
                        decode(generation, reply)


def read_event(text: str, _base: Path) -> None:
    for generation in (V1, V3):
        with suppress(PayloadError):
            decode_event(generation, text)


def read_header(text: str, _base: Path) -> None:
    for function in (parse_authorization, parse_device, from_query_string):
        with suppress(AccsynError):
            function(text)


def read_file(text: str, base: Path) -> None:
    path = base / "x.env"
    path.write_bytes(text.encode(errors="surrogatepass"))
    with suppress(ConfigurationError):
        read_env_file(path, setting="path_envfile")


READERS: dict[str, tuple[Callable[[str, Path], None], list[str]]] = {
    "queries": (read_query, QUERIES),
    "JSON": (read_json, REPLIES),
    "replies": (read_reply, REPLIES),
    "events": (read_event, EVENTS),
    "headers": (read_header, HEADERS + DEVICES),
    "env files": (read_file, ENV_FILES),
}


def slowest(name: str, examples: int, base: Path) -> float:
    """Read so many texts; return how long the one took that took longest."""
    read, texts = READERS[name]
    longest = [0.0]

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples < 1_000,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(edited(texts), st.text()))
    def each(text: str) -> None:
        began = time.process_time()
        read(text, base)
        longest[0] = max(longest[0], time.process_time() - began)

    each()
    return longest[0]


@pytest.mark.filterwarnings("ignore:Possible (nested|set):FutureWarning")  # of patterns
@pytest.mark.parametrize("name", READERS)
def test_hostile_text_is_read_or_refused(name, tmp_path):
    assert slowest(name, 60, tmp_path) < SLOWEST


@pytest.mark.deep
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore:Possible (nested|set):FutureWarning")  # of patterns
@pytest.mark.parametrize("name", READERS)
def test_much_hostile_text_is_read_or_refused(name, tmp_path, figure):
    seconds = slowest(name, 2_000, tmp_path)
    figure(f"S4 slowest of 2,000 hostile {name}", seconds, f"<= {SLOWEST} s")


def _packed(stream: bytes) -> str:
    return base64.b64encode(stream).decode("ascii")


STREAM = gzip.compress(b'{"a": [1, 2, 3]}', mtime=0)


def unpacked(data: bytes, generation: Any) -> object:
    event = json.loads(EVENTS[0] if generation is V3 else EVENTS[1])
    event.pop("data", None)
    event["gz_data"] = _packed(data)
    try:
        return decode_event(generation, json.dumps(event)).data
    except PayloadError:
        return None


def damage(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, database=None, derandomize=examples < 1_000)
    @given(
        st.sampled_from([V1, V3]),
        st.integers(0, len(STREAM) - 1),
        st.binary(max_size=9),
        st.integers(0, 9),
    )
    def each(generation: Any, place: int, patch: bytes, cut: int) -> None:
        damaged = STREAM[:place] + patch + STREAM[place + cut :]
        found = unpacked(damaged, generation)
        # A changed byte of the header may be of no account; the data is checked by its sum.
        assert found in (None, {"a": [1, 2, 3]})

    each()


def test_damaged_compressed_data_is_refused():
    assert unpacked(STREAM, V3) == {"a": [1, 2, 3]}
    damage(200)


@pytest.mark.deep
@pytest.mark.timeout(600)
def test_much_damaged_compressed_data_is_refused():
    damage(10_000)


@pytest.mark.parametrize(
    "stream",
    [
        gzip.compress(b" " * 200_000_000),
        gzip.compress(gzip.compress(b" " * 50_000_000)),
        gzip.compress(b"[" * 5_000_000),
        gzip.compress(b"[" + b"[]," * 3_000_000 + b"[]]"),
        gzip.compress(b"9" * 100_000),
        gzip.compress(b"NaN"),
        gzip.compress(b'"\xff"'),
        STREAM + STREAM,
        STREAM + b"x",
        STREAM[:-1],
        b"",
    ],
    ids=[
        *("bomb", "bomb in a bomb", "deep", "many", "number", "NaN", "no UTF-8"),
        *("twice", "more", "less", "nothing"),
    ],
)
def test_bomb_of_compressed_data_is_refused(stream):
    began = time.process_time()
    assert unpacked(stream, V3) is None
    assert time.process_time() - began < SLOWEST
