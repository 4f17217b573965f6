"""The same calls, run by an official client and by ours: equal requests, equal results.

The calls are those of ``tests/session/data/calls.tsv``, as scripts write them.
"""

from __future__ import annotations

import urllib.request
from typing import Any

import pytest

from accsyn_orm.compat import v1, v3

VERSIONS = {"1": "1.4.1.post1", "2": "2.2.1", "3": "3.4.0"}
MODULES = {"1.4.1.post1": v1, "2.2.1": v1, "3.4.0": v3}

SCRIPT = """
session = accsyn_api.Session({arguments})
mark()
for source in {calls!r}:
    emit(described(eval(source, {{**NAMES, "session": session}})))
    mark()
"""
OFFICIAL = """
import datetime, ssl, urllib.request
NAMES = {{**{names!r}, "datetime": datetime}}
NAMES["EAST"] = datetime.timezone(datetime.timedelta(hours=2))
trusting = ssl._create_unverified_context()
def mark():
    urllib.request.urlopen({mark!r}, context=trusting).close()
"""

# Calls that are not in the table: their requests or results are the official clients' here, but not
# those of accsyn_orm.Session.
CALLS = [
    ("3", "session.find('Job', ID, ['id'], True, None, None, False, 5, 2)"),
    ("3", "session.find('Job', limit=0, skip=0, attributes=[])"),
    ("3", "session.find('Job', single_entity_query=True)"),
    ("3", "session.find_one('nobody')"),
    ("3", "session.get_entity('user', USER)"),
    ("3", "session.ls('share=projects', maxdepth=0)"),
    ("3", "session.logs('', None, '', '')"),
    ("3", "session.create('queue', {'name': 'x'}, None, True, True)"),
    ("3", "session.create('job', [{'source': 'a'}], None, True, False)"),
    ("3", "session.dump(None)"),
    ("3", "session.dump({'at': datetime.datetime(2026, 7, 1, 12, tzinfo=EAST)}, 2)"),
    ("2", "session.find('Job', ['id'], True, None, False, 5, 2)"),
    ("2", "session.find('attributes WHERE entitytype=job', *[None] * 6, True, False)"),
    ("1", "session.find('Job', ['id'], True, 5, 2)"),
    ("1", "session.find('Job', None, False, None, 2)"),
    ("1", "session.find('attributes WHERE entitytype=job', None, None, None, None, True)"),
    ("1", "session.find('attributes WHERE entitytype=job', None, None, None, None, False, True)"),
    ("12", "session.find('Job', limit=0)"),
    ("12", "session.create('job', {'due': datetime.datetime(2026, 7, 1, 12)})"),
    ("12", "session.create('job', [{'due': datetime.datetime(2026, 1, 1, 12)}])"),
    ("12", "session.update_one('job', ID, {'metadata': {'at': datetime.datetime(2026, 7, 1)}})"),
    ("12", "session.create('user', {'code': 'x'}, None, False)"),
    ("12", "session.str({'at': datetime.datetime(2026, 7, 1, 12)}, indent=1)"),
    ("12", "session.str(None)"),
    ("1", "session.ls(p='share=projects', recursive=True)"),
    ("1", "session.getsize(p='share=projects')"),
    ("1", "session.exists(p='share=projects')"),
    ("2", "session.ls(path='share=projects')"),
    ("1", "session.event('GET', 'job/find', {'type': 1}, query='code=x', entityid=ID)"),
    ("1", "session.event('GET', 'queue/find', None, timeout=3, quiet=True)"),
    ("1", "session.safe_dumps({'at': datetime.datetime(2026, 7, 1, 12)}, 2)"),
    ("1", "session.json_serial(datetime.date(2026, 7, 1))"),
    ("1", "session.base64_encode('påss')"),
    ("1", "session.safely_printable('Göteborg')"),
    ("1", "session.safely_printable(None)"),
    ("1", "[session.get_base_uri(name) for name in ('job', 'queue', 'task', 'site', 'share')]"),
    ("12", "session.decode_query('Job WHERE code=\"My Transfer\"')"),
    ("12", "session.decode_query('Queue')"),
]  # fmt: skip


def calls_of(version: str, table: list[list[str]]) -> list[str]:
    rows = [*[(row[0], row[1]) for row in table], *CALLS]
    return [call for digits, call in rows if version in [VERSIONS[digit] for digit in digits]]


@pytest.fixture
def side_by_side(official_client, recorder, interpreter, call_names, trusted):
    """Run calls in an official client and in ours; give requests and results of both."""

    def run(version: str, calls: list[str]) -> tuple[Any, Any]:
        tenant = "workspace" if version == "3.4.0" else "domain"
        arguments = (
            f"{tenant}='acmefilm', username='john@user.com', api_key='key-1',"
            f" hostname='127.0.0.1', port={recorder.port}"
        )
        script = SCRIPT.format(arguments=arguments, calls=calls)
        texts = {name: value for name, value in call_names.items() if isinstance(value, str)}
        official = OFFICIAL.format(names=texts, mark=recorder.mark)
        emitted = official_client(version).run(f"{interpreter.preamble}{official}{script}")
        theirs = (emitted, recorder.taken())

        def mark() -> None:
            urllib.request.urlopen(recorder.mark, context=trusted).close()

        mine = interpreter.run(MODULES[version], script, NAMES=call_names, mark=mark)
        return theirs, (mine, recorder.taken())

    return run


@pytest.mark.parametrize("version", VERSIONS.values())
def test_calls_do_the_same_as_those_of_the_official_client(version, side_by_side, call_table):
    calls = calls_of(version, call_table)
    (their_results, their_requests), (results, requests) = side_by_side(version, calls)
    assert len(their_results) == len(calls) > 30
    for call, theirs, mine in zip(calls, their_results, results, strict=True):
        assert mine == theirs, call
    for call, theirs, mine in zip(
        ["sign-in", *calls, "end"], their_requests, requests, strict=True
    ):
        assert mine == theirs, call
