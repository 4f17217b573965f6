"""Our requests are the official clients' requests: both are run against one server and compared.

``data/calls.tsv`` holds the calls. Where we differ on purpose stands in
``test_official_requests__differences.py``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from accsyn_orm.session import Session
from accsyn_orm.wire.versions import V1, V3, base_uri

VERSIONS = {"1": "1.4.1.post1", "2": "2.2.1", "3": "3.4.0"}
DEVICES = {"3.4.0": "v3.4.0", "2.2.1": "v2.2.1-0", "1.4.1.post1": "v1.4.1-1"}


def rows(name: str) -> list[list[str]]:
    text = Path(__file__).with_name("data").joinpath(name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


CORPUS = rows("corpus.tsv")
CALLS = {
    version: [(row[1], row[-1]) for row in rows("calls.tsv") if digit in row[0]]
    for digit, version in VERSIONS.items()
}

# Public names of an official Session that need no call in the table, and why.
ELSEWHERE = {
    "login": "every comparison begins with it",
    "find_one": "v1.0 clients fetch a whole list for it: see the differences (Q30)",
    "rm": "creates a folder in 2.2.1: see the differences (M1)",
    "help": "opens a browser in 3.4.0; test_text.py shows that ours does not",
}
# Public in v1.0 clients, private or gone later: how they work inside, nothing a script calls.
INTERNAL = {
    "DEFAULT_CONNECT_TIMEOUT", "DEFAULT_TIMEOUT",
    "base64_encode", "decode_query", "event", "get_base_uri", "info", "json_serial",
    "obscure_dict_string", "rest", "safe_dumps", "safely_printable", "verbose", "warning",
}  # fmt: skip

PUBLIC = """
names = [name for name in dir(accsyn_api.Session) if not name.startswith("_")]
emit({name: callable(getattr(accsyn_api.Session, name)) for name in names})
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


# -- every call -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", CALLS)
def test_requests_equal_the_official_clients(version, side_by_side):
    calls = CALLS[version]
    theirs = side_by_side.theirs(version, [theirs for theirs, _ in calls])
    mine = side_by_side.ours(version, [ours for _, ours in calls])
    assert len(theirs) == len(calls) + 1
    for call, expected, sent in zip([("login",), *calls], theirs, mine, strict=True):
        assert sent == expected, call[0]


@pytest.mark.parametrize("version", CALLS)
def test_session_has_every_public_method_of_the_official_client(version, official_client):
    (public,) = official_client(version).run(PUBLIC)
    assert len(public) >= 30
    missing = {name for name in public if name not in INTERNAL and not hasattr(Session, name)}
    assert not missing
    compared = {
        name for call, _ in CALLS[version] for name in re.findall(r"session\.(\w+)\(", call)
    }
    methods = {name for name, is_method in public.items() if is_method}
    assert methods - compared - INTERNAL - set(ELSEWHERE) == set(), "in no row of calls.tsv"
    assert compared <= methods, "the official client has no such method"


def test_every_exception_is_needed(official_client):
    public = {name for v in CALLS for name in official_client(v).run(PUBLIC)[0]}
    assert set(ELSEWHERE) | INTERNAL <= public
    assert not {name for name in INTERNAL if hasattr(Session, name)}


# -- sign-in --------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", DEVICES)
def test_device_header_has_the_official_form(version, official_client, recorder, make_session):
    official_client(version).run(
        f"accsyn_api.Session('acmefilm', 'john@user.com', 'k', hostname='127.0.0.1',"
        f" port={recorder.port})"
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
def test_v1_sign_in_equals_the_official_clients(version, credentials, side_by_side):
    calls = ["session.find('Job')"]
    theirs = side_by_side.theirs(version, calls, **credentials)
    assert side_by_side.ours(version, calls, **credentials) == theirs


def test_v1_renewal_equals_the_official_client(recorder, side_by_side):
    calls = ["session.find('Job')", "session.find('Queue')"]
    expired = {"message": "Session expired", "session_expired": True}
    recorder.will_answer(expired)
    theirs = side_by_side.theirs("2.2.1", calls)
    recorder.will_answer(expired)
    mine = side_by_side.ours("2.2.1", calls)
    assert mine == theirs
    sent = [[request["path"].rpartition("/")[2] for request in group] for group in mine]
    assert sent == [["auth"], ["event", "auth", "event"], ["event"]]
    assert json.loads(mine[1][1]["text"])["session_key_reuse"] == "session-1"


@pytest.mark.parametrize("version", ["3.4.0", "2.2.1", "1.4.1.post1"])
def test_discovery_and_calls_through_an_accsyn_proxy_equal_the_official_clients(
    version, official_client, plain_recorder, plain_side_by_side
):
    proxy = f"accsyn:127.0.0.1:{plain_recorder.port}"
    tenant = "workspace" if version == "3.4.0" else "domain"
    official_client(version).run(
        f"accsyn_api.Session({tenant}='acmefilm', username='john@user.com', api_key='key-1',"
        f" proxy={proxy!r}).find('Job')"
    )
    (theirs,) = plain_recorder.taken()
    groups = plain_side_by_side.ours(version, ["session.find('Job')"], proxy=proxy, url=None)
    mine = [request for group in groups for request in group]
    assert [sent["path"] for sent in mine] == [sent["path"] for sent in theirs]
    assert mine == theirs
    assert len(mine) == 3


# -- queries --------------------------------------------------------------------------------------


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


def test_twenty_calls_take_one_connection(recorder, session):
    for _ in range(20):
        session.find("Job")
    assert len(recorder.requests) == 21
    assert recorder.connections == 1
