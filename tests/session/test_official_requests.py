"""Our requests are the official clients' requests: both are run against one server and compared."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import re
from pathlib import Path

import pytest

from accsyn_orm.wire.versions import V1, V3, base_uri

CORPUS = [
    line.rstrip("\n").split("\t")
    for line in Path(__file__)
    .with_name("data")
    .joinpath("corpus.tsv")
    .read_text("utf-8")
    .split("\n")
    if line and not line.startswith("#")
]
ID = "614d660de50d45bb027c9bdd"
TASK = "1f0c2f7e-5f3a-4f0e-9a0e-0d6a1f1d0c11"

# Written once, run by the official client and by ours.
FINDS = [
    "session.find('Job')",
    "session.find('job WHERE ((user=lisa@example.com AND source!=hq) OR status<>failed)')",
    "session.find('Job', skip=100, limit=50)",
    "session.find('Job', finished=True)",
    "session.find('Job', finished=False)",
    "session.find('Queue')",
    "session.find('Site WHERE code=hq')",
    "session.find('Job where id=614d660de50d45bb027c9bdd', attributes=['source', 'destination'])",
    "session.find('Queue WHERE code=\"åäö\"')",
    "session.find('entitytypes')",
    "session.find('attributes WHERE entitytype=job')",
    "session.find('attributes WHERE entitytype=job', create=True)",
    "session.find('attributes WHERE entitytype=job', create=False, update=True)",
]
WRITES = [
    "session.create('job', {'code': 'x'}, allow_duplicates=False)",
    "session.create('job', [{'source': 'a'}, {'source': 'b'}])",
    "session.create('user', '{\"code\": \"lisa@example.com\"}')",
    f"session.create('task', {{'source': 'a', 'destination': 'b'}}, '{ID}')",
    f"session.create('task', {{'tasks': [{{'source': 'a'}}]}}, '{ID}')",
    f"session.create('task', [{{'source': 'a'}}], '{ID}')",
    "session.create('user', {'metadata': {'åäö': 'å \\u2028 \\U0001f3ac', 'n': [1, 2.5, None]}})",
    "session.create('user', {'t': (1, 2), 'f': 1e300})",
    "session.create('user', {'k': 'x' * 102399})",
    f"session.update_one('job', '{ID}', {{'status': 'paused'}})",
    f"session.update_one('Queue', '{ID}', {{'priority': 1}})",
    f"session.update_one('Site', '{ID}', {{'name': 'Göteborg'}})",
    f"session.delete_one('Job', '{ID}')",
    f"session.delete_one('task', '{TASK}')",
]
SINCE_2 = [
    "session.find('User', archived=True)",
    "session.find('User', offline=True)",
    "session.create('queue', {'name': 'Panic', 'priority': 1000})",
    "session.create('job', {'due': datetime.date(2026, 7, 1)})",
    "session.create('job', {'tasks': [{'source': 'x' * 102390}]})",
    "session.create('user', {'k': 'x' * 102400})",
    "session.create('user', {'n': [0] * 10241})",
    f"session.update('job', '{ID}', {{'status': 'paused'}})",
]
V3_ONLY = [
    f"session.find('Task', entityid='{ID}', limit=10)",
    f"session.find('Task WHERE status=onhold', '{ID}', ['uri', ' status '])",
    "session.find('User', inactive=True)",
    "session.find('User', inactive=False, finished=True, archived=False, skip=3, limit=4)",
    "session.find_one('Job WHERE code=\"my_transfer\"')",
    f"session.find_one('Task', '{ID}', attributes=['id'], finished=True, archived=True)",
    "session.find_one('User', inactive=True)",
    "session.find_one('User')",
    f"session.get_entity('delivery', '{ID}')",
    "session.create('job', {'tasks': {0: {'source': 'a', 'destination': 'b'}}})",
    "session.create('transfer', {'a': 1}, allow_duplicates=True, replace_duplicates=False)",
    f"session.create('file', {{'path': 'x'}}, '{ID}')",
    "session.create('job', {'due': datetime.datetime(2026, 7, 1, 12, tzinfo=EAST)})",
    f"session.update_many('task', '{ID}', [{{'id': '{TASK}', 'status': 'waiting'}}])",
    f"session.update_many('Task', '{ID}', [{{'uri': '0', 'metadata': {{'k': 'y' * 103000}}}}])",
    f"session.delete_one('user', '{ID}', {{'force': True}})",
    f"session.delete_one('user', '{ID}', {{}})",
]
V1_ONLY = ["session.generate_session_key()", "session.generate_session_key(lifetime=3600)"]
V1_TASKS = f"session.update_many('task', entityid='{ID}', data=[{{'id': '{TASK}', 'priority': 1}}])"
CALLS = {
    "3.4.0": FINDS + WRITES + SINCE_2 + V3_ONLY,
    "2.2.1": [*FINDS, *WRITES, *SINCE_2, *V1_ONLY, V1_TASKS],
    "1.4.1.post1": [*FINDS, *WRITES, *V1_ONLY, V1_TASKS],
}

# Where we differ on purpose: (release, call, what the official client sends, what we send, why).
EAST = dt.timezone(dt.timedelta(hours=2))
INTENDED = [
    (
        "2.2.1",
        "session.find_one('Job WHERE code=x')",
        {"type": 1},
        {"type": 1, "limit": 1},
        "no whole list is fetched for one entity",
    ),
    (
        "3.4.0",
        "session.find_one('Job', inactive=False)",
        {"single_entity_query": True},
        {"inactive": False, "single_entity_query": True},
        "an explicit False counts",
    ),
    (
        "3.4.0",
        f"session.get_entity('Delivery', '{ID}')",
        "Delivery/find",
        "delivery/find",
        "types are lower case in a uri",
    ),
    (
        "2.2.1",
        "session.create('job', {'d': datetime.datetime(2026, 7, 1, 12, tzinfo=EAST)})",
        "2026-07-01T12:00:00",
        "2026-07-01T10:00:00",
        "the zone of a time is converted and not dropped",
    ),
    (
        "2.2.1",
        "session.find_one('User')",
        None,
        "code=john@user.com",
        "the own profile, as documented",
    ),
]

SETUP = """
import datetime
EAST = datetime.timezone(datetime.timedelta(hours=2))
session = accsyn_api.Session(%s)
for source in %r:
    eval(source, {"session": session, "datetime": datetime, "EAST": EAST})
"""
DECODE = """
session = object.__new__(accsyn_api.Session)
session._be_verbose = False
session.verbose = lambda text: None
session._username = "john@user.com"
decode = getattr(session, "decode_query", None) or session._decode_query
for query in %r:
    emit(decode(query))
"""
DEVICES = {"3.4.0": "v3.4.0", "2.2.1": "v2.2.1-0", "1.4.1.post1": "v1.4.1-1"}


def official(official_client, recorder, version: str, calls: list[str], **credentials: str):
    tenant = "workspace" if version == "3.4.0" else "domain"
    given = {tenant: "acmefilm", "username": "john@user.com", "api_key": "key-1", **credentials}
    given |= {"hostname": "127.0.0.1"}
    arguments = ", ".join(f"{name}={value!r}" for name, value in given.items() if value)
    official_client(version).run(SETUP % (f"{arguments}, port={recorder.port}", calls))
    return take(recorder)


def ours(make_session, recorder, version: str, calls: list[str], **credentials: str):
    protocol = "v3" if version == "3.4.0" else "v1"
    arguments = {"protocol": protocol, "lowercase_queries": True, **credentials}
    session = make_session(**{name: value or None for name, value in arguments.items()})
    session.login()
    for source in calls:
        eval(source, {"session": session, "datetime": dt, "EAST": EAST})
    return take(recorder)


def take(recorder) -> list[dict]:
    taken = [normalised(request) for request in recorder.requests]
    recorder.requests.clear()
    return taken


def normalised(request) -> dict:
    """Keep everything but what is new in each call, or differs between machines."""
    text = re.sub(r'"(eid|created|hostname)": "[^"]*"', r'"\1": "…"', request.text)
    text = re.sub(r'"session": "[0-9a-f-]{36}"', '"session": "uuid4"', text)
    text = re.sub(r'"gz_data": "([^"]*)"', inflated, text)
    volatile = {"content-length": "…"} if "gz_data" in text or "created" in text else {}
    headers = [
        (name, volatile.get(name.lower(), re.sub(r"PythonAPI v\S+", "PythonAPI", value)))
        for name, value in request.headers
    ]
    return {
        "verb": request.verb,
        "path": request.path,
        "in query": bool(request.query),
        "headers": headers,
        "text": text,
    }


def inflated(found: re.Match[str]) -> str:
    return f'"gz_data": {gzip.decompress(base64.b64decode(found[1])).decode("ascii")}'


@pytest.mark.parametrize("version", CALLS)
def test_requests_equal_the_official_clients(version, official_client, recorder, make_session):
    calls = CALLS[version]
    theirs = official(official_client, recorder, version, calls)
    mine = ours(make_session, recorder, version, calls)
    assert len(theirs) == len(calls) + 1
    for call, expected, sent in zip(["login", *calls], theirs, mine, strict=True):
        assert sent == expected, call


@pytest.mark.parametrize("version", DEVICES)
def test_device_header_has_the_official_form(version, official_client, recorder, make_session):
    official_client(version).run(
        SETUP
        % (f"'acmefilm', 'john@user.com', 'k', hostname='127.0.0.1', port={recorder.port}", [])
    )
    name = "X-Accsyn-Device" if version == "3.4.0" else "ASDevice"
    theirs = recorder.requests.pop().header(name)
    assert theirs.startswith(f"PythonAPI {DEVICES[version]} @ ")
    make_session(protocol="v3" if version == "3.4.0" else "v1").login()
    mine = recorder.requests.pop().header(name)
    assert mine.split(" @ ")[1] == theirs.split(" @ ")[1]
    assert version == "1.4.1.post1" or mine == theirs


@pytest.mark.parametrize("version", ["1.4.1.post1", "2.2.1"])
@pytest.mark.parametrize(
    "credentials",
    [
        {"api_key": "", "pwd": "påss word"},
        {"api_key": "", "session_key": "6152693980700117321a5f8c"},
        {"api_key": "f0a8b9a9-879f-4174-9d08-322eea196efc"},
    ],
    ids=["password", "session key", "api key"],
)
def test_v1_sign_in_equals_the_official_clients(
    version, credentials, official_client, recorder, make_session
):
    calls = ["session.find('Job')"]
    theirs = official(official_client, recorder, version, calls, **credentials)
    assert ours(make_session, recorder, version, calls, **credentials) == theirs


def test_v1_renewal_equals_the_official_client(official_client, recorder, make_session):
    calls = ["session.find('Job')", "session.find('Queue')"]
    expired = {"message": "Session expired", "session_expired": True}
    recorder.will_answer(expired)
    theirs = official(official_client, recorder, "2.2.1", calls)
    recorder.will_answer(expired)
    mine = ours(make_session, recorder, "2.2.1", calls)
    assert mine == theirs
    assert [sent["path"].rpartition("/")[2] for sent in mine] == [
        "auth", "event", "auth", "event", "event",
    ]  # fmt: skip
    assert json.loads(mine[2]["text"])["session_key_reuse"] == "session-1"


@pytest.mark.parametrize("version", ["1.4.1.post1", "2.2.1", "3.4.0"])
def test_corpus_is_sent_as_the_official_clients_decode_it(
    version, official_client, recorder, make_session
):
    # 1.4.1 asks for the own profile when it is asked for users.
    queries = [query for query, _, _ in CORPUS if (version, query) != ("1.4.1.post1", "User")]
    decoded = official_client(version).run(DECODE % queries)
    generation = V3 if version == "3.4.0" else V1
    session = make_session(protocol=generation.name, lowercase_queries=True)
    assert len(queries) >= 84
    for query, expected in zip(queries, decoded, strict=True):
        session.find(query)
        event = recorder.requests[-1].json
        entity = expected["entitytype"]
        if entity in {"entitytypes", "attributes"}:
            name = event["data"].get("entitytype")
            asked = f"entitytype={name}" if name else None
            assert (event["uri"], asked) == (
                entity,
                (expected.get("expression") or "").replace("'", "") or None,
            )
        else:
            assert event["uri"] == f"{base_uri(generation, entity)}/find"
            assert event.get("query") == expected.get("expression")


def test_corpus_is_sent_with_its_case_by_default(recorder, session):
    for query, entity, expression in CORPUS:
        session.find(query)
        event = recorder.requests[-1].json
        if entity in {"attributes", "entitytypes"}:
            assert event["uri"] == entity
            continue
        assert event["uri"] == f"{entity}/find"
        sent = event.get("query", "")
        assert sent.lower() == expression
        assert sent.replace(" ", "") in query.replace(" ", "")


@pytest.mark.parametrize(
    ("version", "call", "theirs", "mine", "reason"), INTENDED, ids=[row[4] for row in INTENDED]
)
def test_intended_difference(  # one row of the table
    version, call, theirs, mine, reason, official_client, recorder, make_session
):
    sent = official(official_client, recorder, version, [call])[1]["text"]
    ours_sent = ours(make_session, recorder, version, [call])[1]["text"]
    assert sent != ours_sent, f"no difference any more: {reason}"
    for expected, text in ((theirs, sent), (mine, ours_sent)):
        event = json.loads(text)
        assert expected in (event["data"], event["uri"], event.get("query"), event["data"].get("d"))


@pytest.mark.parametrize(
    ("version", "tenant"), [("3.4.0", "workspace"), ("2.2.1", "domain"), ("1.4.1.post1", "domain")]
)
def test_discovery_and_calls_through_an_accsyn_proxy_equal_the_official_clients(
    version, tenant, official_client, plain_recorder, make_session
):
    proxy = f"accsyn:127.0.0.1:{plain_recorder.port}"
    arguments = f"{tenant}='acmefilm', username='john@user.com', api_key='key-1', proxy={proxy!r}"
    official_client(version).run(SETUP % (arguments, ["session.find('Job')"]))
    theirs = take(plain_recorder)
    session = make_session(proxy=proxy, protocol="v3" if tenant == "workspace" else "v1", url=None)
    session.find("Job")
    mine = take(plain_recorder)
    assert [sent["path"] for sent in mine] == [sent["path"] for sent in theirs]
    assert mine == theirs


def test_twenty_calls_take_one_connection(recorder, session):
    for _ in range(20):
        session.find("Job")
    assert len(recorder.requests) == 21
    assert recorder.connections == 1
