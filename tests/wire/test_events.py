"""The envelope of a call, written and read."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm.errors import PayloadError
from accsyn_orm.wire.events import (
    COMPRESSION_THRESHOLD,
    MAX_INFLATED,
    MAX_MARKS,
    Event,
    decode_event,
    encode_event,
    estimate_size,
)
from accsyn_orm.wire.versions import V1, V3

EVENT = Event("job/find", "acmefilm", "e-1", "s-1", "john@user.com", "2026-11-03T08:00:00", "host")
TEXTS = st.text(min_size=1)
EVENTS = st.builds(
    Event,
    *[TEXTS] * 7,
    data=st.none()
    | st.dictionaries(st.text(), st.text() | st.integers())
    | st.lists(st.integers()),
    query=st.none() | TEXTS,
    entityid=st.none() | TEXTS,
)


@given(st.sampled_from([V1, V3]), EVENTS)
@settings(max_examples=200)
def test_event_reads_back(generation, event):
    assert decode_event(generation, encode_event(generation, event)) == event


def test_event_has_the_official_keys_in_the_official_order():
    event = replace(EVENT, data={"a": 1}, query="x=1", entityid="id-1")
    assert encode_event(V3, event) == (
        '{"audience": "api", "workspace": "acmefilm", "eid": "e-1", "session": "s-1", '
        '"uri": "job/find", "ident": "john@user.com", "created": "2026-11-03T08:00:00", '
        '"hostname": "host", "data": {"a": 1}, "query": "x=1", "id": "id-1"}'
    )
    keys = list(json.loads(encode_event(V1, EVENT)))
    assert keys == [
        "audience", "domain", "eid", "session", "uri", "ident", "created", "hostname", "data",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (None, 0),
        ("åäö", 3),
        (True, 10),
        (1.5, 10),
        ((("x" * 1000),), 10),
        (["ab", None, 1], 12),
        ({"key": "value", 0: [1]}, 3 + 5 + 1 + 10),
    ],
)
def test_size_is_estimated_as_the_official_clients_do(value, size):
    assert estimate_size(value) == size


@pytest.mark.parametrize("generation", [V1, V3])
@pytest.mark.parametrize("container", [lambda text: {"k": text}, lambda text: ["x", text]])
def test_data_above_the_threshold_travels_compressed(generation, container):
    at = replace(EVENT, data=container("x" * (COMPRESSION_THRESHOLD - 1)))
    above = replace(EVENT, data=container("x" * COMPRESSION_THRESHOLD))
    assert "gz_data" not in encode_event(generation, at)
    payload = json.loads(encode_event(generation, above))
    assert "data" not in payload
    assert json.loads(gzip.decompress(base64.b64decode(payload["gz_data"]))) == above.data
    assert decode_event(generation, json.dumps(payload)) == above


def test_event_refuses_data_that_json_cannot_hold():
    with pytest.raises(PayloadError, match=r"data\['a'\]: set"):
        encode_event(V3, replace(EVENT, data={"a": {1}}))


def packed(text: bytes) -> str:
    return base64.b64encode(gzip.compress(text)).decode()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uri": None}, "uri"),
        ({"eid": 5}, "eid"),
        ({"workspace": None}, "workspace"),
        ({"query": 5}, "query"),
        ({"id": ["x"]}, "id"),
        ({"gz_data": 5}, "gz_data"),
        ({"gz_data": "not base64!"}, "base64"),
        ({"gz_data": base64.b64encode(b"no gzip").decode()}, "gzip"),
        ({"gz_data": packed(b"{}")[:-8]}, "exactly one gzip stream"),
        ({"gz_data": base64.b64encode(gzip.compress(b"{}") * 2).decode()}, "exactly one"),
        ({"gz_data": packed(b"no json")}, "JSON"),
        ({"gz_data": packed(b" " * (MAX_INFLATED + 1))}, "unfolds to more"),
        ({"gz_data": packed(b"[" + b"[]," * MAX_MARKS + b"0]")}, "gz_data: holds too many values"),
        ({"data": list(range(MAX_MARKS))}, "event: holds too many values"),
    ],
)
def test_malformed_event_is_refused(change, reason):
    payload = {**json.loads(encode_event(V3, EVENT)), **change}
    with pytest.raises(PayloadError, match=reason):
        decode_event(V3, json.dumps(payload))


@pytest.mark.parametrize("text", ["", "[]", "5", "null", b"\xff", b"[," * MAX_MARKS])
def test_text_that_is_no_event_is_refused(text):
    with pytest.raises(PayloadError):
        decode_event(V1, text)


def test_event_without_data_has_none():
    payload = json.loads(encode_event(V3, EVENT))
    del payload["data"]
    assert decode_event(V3, json.dumps(payload)) == EVENT


def test_repr_of_an_event_hides_session_and_data():
    shown = repr(replace(EVENT, session="canary-1", data={"pwd": "canary-2"}))
    assert "canary" not in shown
