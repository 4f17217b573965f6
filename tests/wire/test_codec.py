"""JSON as the official clients write it, dates, percent-encoding."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accsyn_orm.errors import PayloadError
from accsyn_orm.wire.codec import (
    DATE_ATTRIBUTES,
    decode_date,
    decode_records,
    dumps,
    encode_date,
    from_query_string,
    loads,
    loads_shallow,
    to_query_string,
)

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
)
JSON = st.recursive(
    SCALARS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


class Colour(str, Enum):
    RED = "red"


@given(JSON)
@settings(max_examples=200)
def test_dumps_writes_ascii_that_reads_back(value):
    text = dumps(value)
    assert text.isascii()
    assert text == json.dumps(value)
    assert loads(text) == value


BLANKS = " " * 100_000
"""Makes any text a long one, which another reader reads."""


@given(JSON)
@settings(max_examples=200)
def test_long_text_reads_as_short_text_does(value):
    text = dumps(value)
    assert repr(loads_shallow(BLANKS + text)) == repr(loads(text)) == repr(loads_shallow(text))


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '"\\ud800"',
        '"\\ude00\\ud83d"',
        '"\\ud83d\\ude00 \u2028 \x7f"',
        "[1e400, -0.0, -0, 1E5, 1e-400, 0.1, 1e23, 9007199254740993.0, 5e-324]",
        "[9223372036854775808, -9223372036854775809, 123456789012345678901234567890]",
        '[[], {}, {"": null}, true]',
    ],
)
def test_long_text_reads_as_short_text_does_at_the_edges(text):
    assert repr(loads_shallow(BLANKS + text)) == repr(loads(text))


@pytest.mark.parametrize(
    "text", ["NaN", "[-Infinity]", '"a\tb"', "\ufeff1", "[1,]", "01", "1.", "1 2", "", "9" * 5000]
)
def test_long_text_that_is_no_json_is_refused_as_short_text_is(text):
    for long_or_short in (BLANKS + text, text):
        with pytest.raises(PayloadError, match="is not valid JSON"):
            loads_shallow(long_or_short)


@given(JSON)
@settings(max_examples=200)
def test_query_string_carries_any_document(value):
    text = dumps(value)
    encoded = to_query_string(text)
    assert encoded == quote(text)
    assert "+" not in encoded
    assert from_query_string(encoded) == text == from_query_string(encoded.encode())


def test_query_string_keeps_a_plus_sign():
    assert from_query_string("a+b%20c") == "a+b c"


def test_query_string_that_is_not_utf_8_is_refused():
    with pytest.raises(PayloadError, match="UTF-8"):
        from_query_string("%FF")


def test_dumps_writes_enums_mappings_and_tuples_by_their_content():
    value = {"c": Colour.RED, "m": MappingProxyType({"a": 1}), "t": (1, 2), 0: None}
    assert dumps(value) == '{"c": "red", "m": {"a": 1}, "t": [1, 2], "0": null}'


def circular() -> list:
    value: list = []
    value.append({"again": value})
    return value


def nested(depth: int) -> list:
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "where", "reason"),
    [
        ({1}, "x", "set cannot be sent; use a list"),
        ({"a": [1, {"b": b""}]}, "x['a'][1]['b']", "bytes cannot be sent; decode it to text"),
        ([{"fine": 1}, {"a": "fine", "b": {1}}], "x[1]['b']", "set"),
        ([Decimal(1)], "x[0]", "Decimal cannot be sent"),
        ([1, 2, float("nan")], "x[2]", "out of range"),
        ((float("-inf"),), "x[0]", "out of range"),
        ({(1, 2): 3}, "x", "a key is tuple"),
        (MappingProxyType({"a": {1}}), "x['a']", "set"),
        ([datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))], "x[0]", "out of range"),
        (circular(), "x", "contains itself"),
        (nested(100_000), "x", "nested too deeply"),
    ],
    ids=[
        "set",
        "bytes",
        "second",
        "decimal",
        "nan",
        "inf",
        "key",
        "mapping",
        "date",
        "circular",
        "deep",
    ],
)
def test_dumps_refuses_what_json_cannot_hold_and_says_where(value, where, reason):
    with pytest.raises(PayloadError, match=reason) as caught:
        dumps(value, where="x")
    assert caught.value.where == where


@pytest.mark.parametrize(
    "text", ["", "{", "NaN", "[Infinity]", "-Infinity", "[" * 200_000, b"\xff"]
)
def test_loads_refuses_what_is_no_json(text):
    with pytest.raises(PayloadError):
        loads(text)


# -- dates ----------------------------------------------------------------------------------------

MOMENTS = st.datetimes(
    min_value=datetime(2, 1, 1),  # hypothesis adds the zones
    max_value=datetime(9998, 12, 30),  # the same
    timezones=st.just(timezone.utc) | st.just(timezone(timedelta(hours=-11, minutes=30))),
)


@given(MOMENTS)
@settings(max_examples=200)
def test_date_reads_back_as_the_same_moment_in_utc(moment):
    read = decode_date(encode_date(moment))
    assert isinstance(read, datetime)
    assert read == moment.replace(microsecond=0)
    assert read.utcoffset() == timedelta(0)


@pytest.fixture
def stockholm(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("stockholm")
@pytest.mark.parametrize(
    ("local", "text"),
    [
        (datetime(2026, 7, 1, 12), "2026-07-01T10:00:00"),  # naive on purpose
        (datetime(2026, 11, 23, 12), "2026-11-23T11:00:00"),  # naive on purpose
        (datetime(2026, 10, 25, 2, 30, fold=0), "2026-10-25T00:30:00"),  # naive on purpose
        (datetime(2026, 10, 25, 2, 30, fold=1), "2026-10-25T01:30:00"),  # naive on purpose
    ],
)
def test_naive_time_is_local_with_the_offset_of_its_own_day(local, text):
    assert encode_date(local) == text
    assert dumps([local]) == f'["{text}"]'


def test_date_is_its_midnight():
    assert encode_date(date(26, 7, 1)) == "0026-07-01T00:00:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-09T09:17:45", datetime(2026, 2, 9, 9, 17, 45, tzinfo=timezone.utc)),
        ("2026-02-09T09:17:45.123", datetime(2026, 2, 9, 9, 17, 45, 123000, tzinfo=timezone.utc)),
        ("2026-02-09T09:17:45.123456", datetime(2026, 2, 9, 9, 17, 45, 123456, timezone.utc)),
        ("2026-02-09T09:17:45Z", datetime(2026, 2, 9, 9, 17, 45, tzinfo=timezone.utc)),
        ("2026-02-09T09:17:45+01:00", datetime(2026, 2, 9, 8, 17, 45, tzinfo=timezone.utc)),
    ],
)
def test_every_documented_form_of_a_date_is_read(text, expected):
    assert decode_date(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "never", "2024-13-01T00:00:00", "TT", "2026-02-09", "0001-01-01T00:00:00+14:00", "26-1T"],
)
def test_text_that_is_no_moment_stays_text(text):
    assert decode_date(text) == text


def test_decode_records_touches_documented_dates_only():
    text = "2026-02-09T09:17:45"
    record = dict.fromkeys(DATE_ATTRIBUTES, text)
    record |= {"name": text, "metadata": {"created": text}, "files": [{"modified": text}], "n": 1}
    record["_id"] = "614d660de50d45bb027c9bdd"
    records = [record, text, 5, None]
    decode_records(records)
    assert all(isinstance(record[name], datetime) for name in DATE_ATTRIBUTES)
    assert record["name"] == record["metadata"]["created"] == records[1] == text
    assert record["_id"] == "614d660de50d45bb027c9bdd"
    assert isinstance(record["files"][0]["modified"], datetime)


@pytest.mark.parametrize("value", [None, "2026-02-09T09:17:45", 5, True])
def test_decode_records_leaves_what_is_no_record(value):
    decode_records(value)


def test_decode_records_takes_one_record():
    record = {"created": "2026-02-09T09:17:45", "modified": None}
    decode_records(record)
    assert record["created"].year == 2026
