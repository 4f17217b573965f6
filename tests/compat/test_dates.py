from __future__ import annotations

import json
import time
from datetime import date, datetime, timedelta, timezone

import pytest

from accsyn_orm.compat.dates import V1Decoder, V1Encoder, V3Decoder, V3Encoder, as_sent, decoded
from accsyn_orm.errors import PayloadError
from accsyn_orm.wire.versions import V1, V3

EAST = timezone(timedelta(hours=2))
DATES = [
    "2026-11-03T08:00:00",
    "2026-11-03T08:00:00.250",
    "26-11-03T08:00:00",
    "99-11-03T08:00:00.250",
]
TEXTS = [
    "",
    "2026-11-03",
    "2026-11-03T08:00:00Z",
    "2026-11-03T08:00:00+01:00",
    "2026-11-03T08:00:00.123456",
    "render 2026-11-03T08:00:00",
]
# The official clients lose the whole answer about these.
BROKEN = [
    "2026-13-03T08:00:00",
    "226-11-03T08:00:00",
    "26-13-03T08:00:00",
    "2026-11-03T08:00:00\n",
    "2026-11-03T08:00:00é",
    "2026-11-03T08:00:00x250",
]
DECODE = """
decoder = accsyn_api.session.JSONDecoder()
emit([described(decoder.decode(text)) for text in {texts!r}])
"""


@pytest.fixture(params=["UTC", "America/New_York"])
def local_zone(request, monkeypatch):
    """Where the machine is; the official clients learn it from the environment, too."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("version", "decoder"), [("1.4.1.post1", V1Decoder), ("2.2.1", V1Decoder), ("3.4.0", V3Decoder)]
)
def test_answers_are_decoded_as_by_the_official_client(
    version, decoder, official_client, interpreter, local_zone
):
    record = {
        "created": DATES[0],
        "any": DATES,
        "nested": {"modified": DATES[1], "tasks": [{"at": DATES[2]}, {"at": DATES[3]}, 1]},
        "texts": {str(index): text for index, text in enumerate(TEXTS)},
        "object": "ObjectId:614d660de50d45bb027c9bdd",
        "other": [None, True, 1.5],
    }
    texts = [json.dumps(record), json.dumps([record]), json.dumps({"result": [record]})]
    script = DECODE.format(texts=texts[::2])
    (theirs,) = official_client(version).run(f"{interpreter.preamble}{script}")
    names: dict = {}
    exec(interpreter.preamble, names)
    assert [names["described"](decoder().decode(text)) for text in texts[::2]] == theirs


@pytest.mark.parametrize("generation", [V1, V3], ids=["v1", "v3"])
@pytest.mark.parametrize("text", BROKEN)
def test_text_that_only_looks_like_a_date_stays_text(generation, text):
    answer = {"result": [{"code": text, "created": DATES[0]}]}
    record = decoded(generation, answer)["result"][0]
    assert record["code"] == text
    assert isinstance(record["created"], datetime)


@pytest.mark.parametrize("local_zone", ["America/New_York"], indirect=True)
def test_date_before_the_calendar_begins_here_stays_text(local_zone):
    first_moment = {"from": "0001-01-01T00:00:00"}
    assert decoded(V3, first_moment) == first_moment
    assert decoded(V1, first_moment) == {"from": datetime(1, 1, 1)}


def test_answer_itself_is_not_changed():
    answer = {"result": [{"created": DATES[0]}]}
    decoded(V1, answer)
    assert answer == {"result": [{"created": DATES[0]}]}


def test_v1_sends_back_what_it_has_read():
    record = {"created": DATES[0], "tasks": [{"at": DATES[0]}], "pair": ("x", 1)}
    assert as_sent(V1, decoded(V1, record)) == record
    aware = datetime(2026, 11, 3, 8, tzinfo=EAST)
    assert as_sent(V1, {"at": aware, "on": date(2026, 11, 3)})["at"] is aware


def test_data_that_holds_itself_is_an_error_of_ours():
    record: dict = {}
    record["parent"] = [record]
    with pytest.raises(PayloadError, match="too deeply"):
        as_sent(V1, record)


def test_v3_leaves_dates_to_the_session():
    record = {"at": datetime(2026, 11, 3, 8)}
    assert as_sent(V3, record) is record


@pytest.mark.parametrize(
    ("encoder", "value", "expected"),
    [
        (V1Encoder, datetime(2026, 11, 3, 8), "2026-11-03T08:00:00"),
        (V1Encoder, datetime(2026, 11, 3, 8, tzinfo=EAST), "2026-11-03T06:00:00"),
        (V1Encoder, date(2026, 11, 3), "2026-11-03T00:00:00"),
        (V3Encoder, datetime(2026, 11, 3, 8, tzinfo=EAST), "2026-11-03T06:00:00"),
        (V3Encoder, date(2026, 11, 3), "2026-11-03T00:00:00"),
    ],
)
def test_encoders_write_dates_as_they_are_sent(encoder, value, expected):
    assert json.loads(json.dumps({"at": value}, cls=encoder)) == {"at": expected}


def test_encoders_refuse_what_json_cannot_hold():
    with pytest.raises(TypeError):
        json.dumps({1}, cls=V3Encoder)
