"""Where our requests differ from the official clients' on purpose: each known defect, shown.

A row fails when the official client has not got the defect (any more), and when we have it.
``data/defects.tsv`` lists every known defect: those without a test of their own are shown here.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from accsyn_orm.errors import EntityError, PayloadError, QueryError, SessionExpiredError

ID = "614d660de50d45bb027c9bdd"
USER = "5bfeb0381da7ee4095fa217e"
REFUSED = (EntityError, PayloadError, QueryError)
NOTHING: list[str] = []
"""No request at all: refused, or crashed."""

# Every family of defects, and how many it has.
DEFECTS = {"T": 17, "K": 14, "V": 11, "Q": 32, "R": 17, "E": 6, "G": 4, "M": 15}

ACLS = [
    {"id": ident, "entity": f"user:{USER}", "target": f"share:{ID}", "path": path}
    for ident, path in (("63ba0f67e50d45bb027c0001", "/"), ("63ba0f67e50d45bb027c0002", "IN"))
]


@dataclass(frozen=True)
class Difference:
    """One defect, and what shows it in the requests of one call.

    Attributes:
        defect: its id, as the changelog and the docs cite it.
        version: a release that has it.
        call: what is called in both clients.
        theirs: what the official client sends: a uri, a query, (part of) the data, or all uris.
        mine: what we send instead.
        answers: results that the server gives, instead of the usual ones.
    """

    defect: str
    version: str
    call: str
    theirs: Any
    mine: Any
    reason: str
    answers: tuple[Any, ...] = ()


DIFFERENCES = [
    # -- queries ----------------------------------------------------------------------------------
    Difference(
        "Q1",
        "3.4.0",
        "session.find('Job WHERE name matches \"\\\\S+[A-Z]\"')",
        'name matches "\\s+[a-z]"',
        'name matches "\\S+[A-Z]"',
        "a regular expression keeps its case",
    ),
    Difference(
        "Q7",
        "3.4.0",
        "session.find('Job WHERE code=x\\nAND status=done')",
        "code=xand status=done",
        "code=x and status=done",
        "a line break separates words",
    ),
    Difference(
        "Q8",
        "3.4.0",
        "session.find('Job\\nWHERE code=x')",
        NOTHING,
        "code=x",
        "a statement may have several lines",
    ),
    Difference(
        "Q9",
        "3.4.0",
        "session.find('Job WHERE code=\"a\\nb\"')",
        'code="ab"',
        'code="a\nb"',
        "a quoted value keeps its line breaks",
    ),
    Difference(
        "Q10",
        "2.2.1",
        "session.find('Job WHERE code=\"a\\tb\"')",
        'code="a b"',
        'code="a\tb"',
        "a quoted value keeps its tabs",
    ),
    Difference(
        "Q11",
        "3.4.0",
        "session.find('Job WHERE code=x\\r\\nAND status=done')",
        "code=x\rand status=done",
        "code=x and status=done",
        "whatever kind of line break it is",
    ),
    Difference(
        "Q12",
        "3.4.0",
        "session.find('Job WHERE code=\"x')",
        'code="x',
        NOTHING,
        "an open quote is an error",
    ),
    Difference(
        "Q13",
        "1.4.1.post1",
        "session.find('Job WHERE (code=x')",
        "(code=x",
        NOTHING,
        "an open parenthesis is an error",
    ),
    Difference(
        "Q14",
        "3.4.0",
        "session.find('(Job WHERE code=x')",
        "(job where code=x/find",
        NOTHING,
        "a condition never becomes a part of the uri",
    ),
    Difference(
        "Q15",
        "3.4.0",
        "session.find('Job) WHERE code=x')",
        "job) where code=x/find",
        NOTHING,
        "nor after a parenthesis",
    ),
    Difference(
        "Q16",
        "3.4.0",
        "session.find('\"Job WHERE code=x')",
        '"job where code=x/find',
        NOTHING,
        "nor after a quote",
    ),
    Difference(
        "Q17",
        "3.4.0",
        "session.find(\"'Job WHERE code=x'\")",
        "code=x'",
        NOTHING,
        "a query in quotes is none",
    ),
    Difference(
        "Q18",
        "3.4.0",
        "session.find('Job WHERE(code=x)')",
        NOTHING,
        "(code=x)",
        "a parenthesis needs no blank before it",
    ),
    Difference(
        "Q19",
        "3.4.0",
        'session.find(\'Job WHERE code="a \\\\" b" AND status=done\')',
        'code="a \\" b" and status=done',
        NOTHING,
        "there are no escapes",
    ),
    Difference(
        "Q21",
        "3.4.0",
        "session.find('Job WHERE and and and')",
        "and and and",
        NOTHING,
        "what is no condition is an error",
    ),
    Difference(
        "Q22",
        "3.4.0",
        "session.find('Job WHERE code=x where status=done')",
        "code=x where status=done",
        NOTHING,
        "a second WHERE is an error",
    ),
    Difference(
        "Q23",
        "2.2.1",
        "session.find('Job/../user WHERE code=x')",
        "job/../user/find",
        NOTHING,
        "an entity type cannot change the uri",
    ),
    Difference(
        "Q24",
        "3.4.0",
        "session.find('attributes WHERE entitytype=job AND create=true')",
        NOTHING,
        {"entitytype": "job", "create": True, "update": False},
        "a question about attributes may have several conditions",
    ),
    Difference(
        "Q25",
        "3.4.0",
        "session.find('Job\\u00a0WHERE code=x')",
        NOTHING,
        "code=x",
        "every white space of Unicode separates",
    ),
    Difference(
        "Q26",
        "3.4.0",
        "session.grant('user', \"o'brien@x.com' or code='y\", 'folder', ID)",
        "code='o'brien@x.com' or code='y'",
        "code=\"o'brien@x.com' or code='y\"",
        "a code cannot become a condition",
        answers=([],),
    ),
    Difference(
        "Q30",
        "2.2.1",
        "session.find_one('Job WHERE code=x')",
        {"type": 1},
        {"type": 1, "limit": 1},
        "no whole list is fetched for one entity",
    ),
    Difference(
        "Q30",
        "1.4.1.post1",
        "session.find_one('User')",
        {},
        {"limit": 1},
        "nor for the own profile",
    ),
    Difference(
        "Q31",
        "3.4.0",
        "session.find_one('Job', inactive=False)",
        {"single_entity_query": True},
        {"inactive": False, "single_entity_query": True},
        "an explicit False counts",
    ),
    Difference(
        "Q32",
        "2.2.1",
        "session.find_one('User')",
        {},
        "code=john@user.com",
        "the own profile, as documented",
    ),
    # -- data -------------------------------------------------------------------------------------
    Difference(
        "V6",
        "3.4.0",
        "session.get_entity('job', ID + '\\n')",
        "job/find",
        NOTHING,
        "an id ends where it ends",
    ),
    Difference(
        "V6",
        "3.4.0",
        "session.grant('user', 'dailiesdailiesdailies123', 'folder', ID)",
        ["acl/create"],
        ["user/find", "acl/create"],
        "a code of 24 letters is no id",
    ),
    Difference(
        "V7",
        "3.4.0",
        "session.find('Job', limit=True)",
        {"limit": True},
        NOTHING,
        "a limit is a number",
    ),
    Difference(
        "V7",
        "3.4.0",
        "session.find('Job', offline='yes')",
        {"inactive": "yes"},
        NOTHING,
        "a state is True, False or None",
    ),
    Difference(
        "V10",
        "3.4.0",
        "session.create('job', DATA)",
        "job/create",
        NOTHING,
        "text is never opened as a file: create_from_file() does",
    ),
    Difference(
        "V11",
        "2.2.1",
        "session.create('job', {'tasks': {0: {'source': 'a'}}})",
        NOTHING,
        {"tasks": {"0": {"source": "a"}}, "allow_duplicates": True},
        "tasks may be numbered",
    ),
    Difference(
        "R13",
        "2.2.1",
        "session.create('job', {'d': datetime.datetime(2026, 7, 1, 12, tzinfo=EAST)})",
        "2026-07-01T12:00:00",
        "2026-07-01T10:00:00",
        "the zone of a time is converted and not dropped",
    ),
    Difference(
        "R14",
        "3.4.0",
        "session.create('user', {'d': datetime.date(999, 7, 1)})",
        "999-07-01T00:00:00",
        "0999-07-01T00:00:00",
        "a year has four digits",
    ),
    Difference(
        "R14",
        "3.4.0",
        "session.create('user', {'d': float('inf')})",
        float("inf"),
        NOTHING,
        "what JSON cannot hold is not sent",
    ),
    Difference(
        "G1",
        "1.4.1.post1",
        "session.create('user', {'k': 'x' * 102401})",
        NOTHING,
        ["user/create"],
        "much data is compressed and sent",
    ),
    Difference(
        "G2",
        "2.2.1",
        "session.update_many('task', entityid=ID, data=[{'id': TASK, 'k': 'x' * 102400}])",
        NOTHING,
        ["job/task/edit"],
        "lists too",
    ),
    # -- methods ----------------------------------------------------------------------------------
    Difference("M1", "2.2.1", "session.rm('share=a')", "mkdir", "delete", "rm() removes"),
    Difference(
        "M2",
        "1.4.1.post1",
        "session.create('queue', {'code': 'Panic'})",
        {"code": "Panic"},
        {"code": "Panic", "type": 2},
        "a queue is created, and no job",
    ),
    Difference(
        "M3",
        "2.2.1",
        "session.update_many('task', ID, [{'id': TASK, 'priority': 1}])",
        NOTHING,
        [{"id": "1f0c2f7e-5f3a-4f0e-9a0e-0d6a1f1d0c11", "priority": 1}],
        "the id comes before the data in both generations",
    ),
    Difference(
        "M4",
        "3.4.0",
        "session.deassign('volume', 'client', {'volume': ID, 'server': SERVER})",
        NOTHING,
        ["volume/server"],
        "deassign() takes what assign() does",
    ),
    Difference(
        "M5",
        "3.4.0",
        f"session.get_entity('Delivery', '{ID}')",
        "Delivery/find",
        "delivery/find",
        "types are lower case in a uri",
    ),
    Difference(
        "M5",
        "3.4.0",
        "session.assignments('Volume', ID)",
        "Volume/servers",
        "volume/servers",
        "types are lower case in a uri",
    ),
    Difference(
        "M5",
        "2.2.1",
        "session.assignments('Share', ID)",
        "Share/servers",
        "share/servers",
        "types are lower case in a uri",
    ),
    Difference(
        "M5",
        "3.4.0",
        "session.get_setting('x', 'Job', ID)",
        {"entitytype": "Job", "name": "x", "data": None},
        {"entitytype": "job", "name": "x", "data": None},
        "nor are they in data",
    ),
    Difference(
        "M6",
        "3.4.0",
        "session.grant('user', USER, 'folder', ID, {'path': 'IN'})",
        False,
        True,
        "whoever is let into a folder may read it",
    ),
    Difference(
        "M7",
        "3.4.0",
        "session.grant('user', USER, 'delivery', 'dailies')",
        NOTHING,
        ["delivery/find", "job/recipient/add"],
        "deliveries are found by their code",
    ),
    Difference(
        "M7",
        "3.4.0",
        "session.access('volume', 'projects')",
        NOTHING,
        ["volume/find", "acl/find"],
        "shares are found by their code in access() too",
    ),
    Difference(
        "M7",
        "3.4.0",
        "session.revoke('user', USER, 'volume', 'projects')",
        NOTHING,
        ["volume/find", "acl/find", "acl/delete"],
        "and in revoke()",
        answers=([{"id": ID}],),
    ),
    Difference(
        "M7",
        "3.4.0",
        "session.access('volume', ID, 'user', 'lisa@example.com')",
        f"acl WHERE target=share:{ID} AND entity=user:lisa@example.com",
        f"acl WHERE target=share:{ID} AND entity=user:{USER}",
        "users are found by their code in access() too",
    ),
    Difference(
        "M8",
        "3.4.0",
        "session.revoke('user', USER, 'volume', ID)",
        ["acl/find", "acl/delete"],
        ["acl/find", "acl/delete", "acl/delete"],
        "every ACL goes, not just the first",
        answers=(ACLS,),
    ),
    Difference(
        "M14",
        "3.4.0",
        "session.create('job', '[{\"source\": \"a\"}]')",
        [{"source": "a"}],
        {"tasks": [{"source": "a"}]},
        "a list in JSON text is a list of tasks too",
    ),
]


def facts(group: list[dict[str, Any]]) -> list[Any]:
    """Return all there is to say about the requests of one call."""
    events = [json.loads(request["text"]) for request in group]
    found: list[Any] = [[event["uri"] for event in events]]
    for event in events:
        data = event.get("data", event.get("gz_data"))
        found += [event["uri"], event.get("query"), data]
    return found


def shows(fact: Any, group: list[dict[str, Any]]) -> bool:
    """Tell whether a fact is among them, or the value of a telling member of the last data."""
    found = facts(group)
    last = found[-1]
    if isinstance(last, dict):
        found += [last[name] for name in ("op", "d", "read") if name in last]
    return fact in found


@pytest.mark.parametrize(
    "row", DIFFERENCES, ids=[f"{row.defect}-{row.version}-{row.reason}" for row in DIFFERENCES]
)
def test_intended_difference(row, recorder, side_by_side):
    answers = [{"result": result} for result in row.answers]
    recorder.will_answer(*answers)
    theirs = side_by_side.theirs(row.version, [row.call], may_fail=True)[1]
    recorder.reset()
    recorder.will_answer(*answers)
    mine = side_by_side.ours(row.version, [row.call], refused=REFUSED)[1]
    assert shows(row.theirs, theirs), facts(theirs)
    assert shows(row.mine, mine), facts(mine)
    assert theirs != mine, f"no difference any more: {row.reason}"


def test_second_expiry_is_no_reason_for_another_sign_in(recorder, side_by_side):
    # E1: the official client signs in once more, for nothing.
    expired = [{"message": "Session expired", "session_expired": True}] * 2
    calls = ["session.find('Job')"]
    recorder.will_answer(*expired)
    theirs = side_by_side.theirs("2.2.1", calls, may_fail=True)[1]
    recorder.will_answer(*expired)
    mine = side_by_side.ours("2.2.1", calls, refused=(SessionExpiredError,))[1]
    assert [sent["path"].rpartition("/")[2] for sent in theirs] == ["event", "auth"] * 2
    assert mine == theirs[:3]


@pytest.mark.parametrize("version", ["1.4.1.post1", "2.2.1"])
def test_user_name_cannot_change_the_domain(version, side_by_side):
    # K1: the official clients write the JSON of the header without escaping.
    name = 'x","domain":"evil'
    sent = {
        "theirs": side_by_side.theirs(version, [], username=name)[0][0],
        "ours": side_by_side.ours(version, [], username=name)[0][0],
    }
    headers = {who: dict(request["headers"])["Authorization"] for who, request in sent.items()}
    claims = {w: json.loads(base64.b64decode(h.split(" ")[1])) for w, h in headers.items()}
    assert claims["theirs"]["domain"] == "evil"
    assert (claims["ours"]["domain"], claims["ours"]["username"]) == ("acmefilm", name)


@pytest.fixture
def in_new_york(monkeypatch) -> Iterator[None]:
    """Let both clients run where the clocks change."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_naive_times_have_the_offset_of_their_own_day(side_by_side, in_new_york):
    # R12: the official client takes the offset of today, so one of the two is an hour off.
    call = "session.create('job', {'winter': datetime.datetime(2026, 1, 1, 12),"
    call += " 'summer': datetime.datetime(2026, 7, 1, 12)})"
    theirs = json.loads(side_by_side.theirs("3.4.0", [call])[1][0]["text"])["data"]
    mine = json.loads(side_by_side.ours("3.4.0", [call])[1][0]["text"])["data"]
    assert mine == {"winter": "2026-01-01T17:00:00", "summer": "2026-07-01T16:00:00"}
    assert [name for name in mine if mine[name] == theirs[name]] in (["winter"], ["summer"])


@pytest.mark.parametrize("version", ["1.4.1.post1", "2.2.1"])
def test_calls_of_v1_are_stamped_in_utc(
    version, official_client, recorder, make_session, in_new_york
):
    # R13: the official clients stamp them in local time.
    who = ("acmefilm", "john@user.com", "key-1")
    script = f"accsyn_api.Session(*{who}, hostname='127.0.0.1', port={recorder.port}).find('Job')"
    official_client(version).run(script)
    make_session(protocol="v1").find("Job")
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    theirs, mine = (
        now - datetime.fromisoformat(event.json["created"]) for event in recorder.events
    )
    assert mine < timedelta(minutes=2)
    assert timedelta(hours=3) < theirs < timedelta(hours=6)


# -- all of them ----------------------------------------------------------------------------------


def register() -> list[list[str]]:
    text = Path(__file__).with_name("data").joinpath("defects.tsv").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def test_every_known_defect_is_in_the_register_once():
    defects = [row[0] for row in register()]
    assert defects == [f"{kind}{n}" for kind, last in DEFECTS.items() for n in range(1, last + 1)]
    assert {row.defect for row in DIFFERENCES} == {row[0] for row in register() if len(row) == 1}


@pytest.mark.parametrize(
    ("defect", "test"), [row for row in register() if len(row) > 1], ids=lambda text: text
)
def test_every_other_defect_has_a_test(defect, test):
    module, _, name = test.partition("::")
    text = Path(__file__).parent.parent.joinpath(module).read_text("utf-8")
    assert f"\ndef {name}(" in text, f"{defect}: there is no test {test}"
