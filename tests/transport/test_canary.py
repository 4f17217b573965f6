"""Secrets of a session, looked for in everything that comes out of it on bad days."""

from __future__ import annotations

import base64
import copy
import http.client
import json
import logging
import pickle
import random
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import FunctionType, MethodType, ModuleType
from typing import Any
from urllib.parse import quote

import pytest

from accsyn_orm import Job, Queue, Session, User
from accsyn_orm.doctor import Patient, examine
from accsyn_orm.errors import AccsynError
from accsyn_orm.testing import EmbeddedWorkspace
from accsyn_orm.wire.credentials import v1_credentials, v1_session, v3_basic

WHO = "john@user.com"
KEY, PASSWORD = 'canary-key "ä/+1', "canary-password-&2"
SESSION_KEY, SESSION_ID = "canary-session-key-3", "canary-session-id-4"
PROXY_PASSWORD = "canary-proxy/ö-5"
SECRETS = (KEY, PASSWORD, SESSION_KEY, SESSION_ID, PROXY_PASSWORD)


def spellings(secret: str) -> Iterator[str]:
    raw = secret.encode()
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(json.dumps(secret)[1:-1])[1:-1]
    yield repr(secret)[1:-1]
    yield repr(raw)[2:-1]
    yield quote(secret)
    yield quote(secret, safe="")
    yield quote(json.dumps(secret)[1:-1])
    yield base64.b64encode(raw).decode().rstrip("=")
    yield base64.urlsafe_b64encode(raw).decode().rstrip("=")


HEADERS = [v3_basic(WHO, KEY)]
HEADERS += [v1_credentials("acmefilm", WHO, api_key=KEY)]
HEADERS += [v1_credentials("acmefilm", WHO, password=PASSWORD)]
HEADERS += [v1_session("acmefilm", WHO, key) for key in (SESSION_KEY, SESSION_ID)]
NEEDLES = {text for secret in SECRETS for text in spellings(secret)}
NEEDLES |= {header.partition(" ")[2] for header in HEADERS}
NEEDLES |= {base64.b64encode(f"john:{PROXY_PASSWORD}".encode()).decode()}


def leaks(text: str) -> list[str]:
    return [needle for needle in NEEDLES if needle in text]


@dataclass
class Findings:
    """What came out, and what of it should not have.

    Attributes:
        records: how many texts were looked at.
        found: secrets, with where they stood.
    """

    records: int = 0
    found: list[str] = field(default_factory=list)

    def look(self, where: str, text: str) -> None:
        self.records += 1
        self.found += [f"{where}: {leak} in {text[:300]}" for leak in leaks(text)]

    def look_at_error(self, error: BaseException) -> None:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        pending = [told]
        while pending:
            current = pending.pop()
            frames = current.stack
            frames[:] = [frame for frame in frames if frame.filename != __file__]
            pending += [link for link in (current.__cause__, current.__context__) if link]
        self.look("traceback", "".join(told.format()))
        with suppress(TypeError):
            self.look("pickle", pickle.dumps(error, 0).decode("latin-1"))
        link: BaseException | None = error
        while link is not None:
            self.look("error", f"{link} {link!r} {link.args!r} {vars(link)!r}")
            link = link.__cause__ or link.__context__

    def look_at_session(self, session: Session) -> None:
        stats = session.stats
        self.look("session", f"{session} {session!r} {stats!r} {stats.snapshot()!r}")
        self.look("message", str(session.get_last_message()))
        for path, text in reachable(session):
            self.look(path, text)
        for dump in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                dump(session)


def reachable(root: object) -> Iterator[tuple[str, str]]:
    """Yield each text that can be reached, how objects show themselves included, and how."""
    pending: list[tuple[str, object]] = [("session", root)]
    seen: set[int] = set()
    while pending:
        path, value = pending.pop()
        if id(value) in seen or isinstance(value, (type, ModuleType, FunctionType, MethodType)):
            continue
        seen.add(id(value))
        if isinstance(value, (str, bytes, bytearray)):
            yield path, value if isinstance(value, str) else bytes(value).decode("latin-1")
        elif isinstance(value, dict):
            pending += [(f"{path}[{key!r}]", item) for key, item in value.items()]
            pending += [(f"{path}.keys", key) for key in value]
        elif isinstance(value, (list, tuple, set, frozenset)):
            pending += [(f"{path}[]", item) for item in value]
        elif type(value).__module__ not in {"builtins", "threading"}:
            yield f"repr({path})", repr(value)
            slots = [
                name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())
            ]
            members = {name: getattr(value, name, None) for name in slots}
            members |= getattr(value, "__dict__", {})
            pending += [(f"{path}.{name}", item) for name, item in members.items()]


# -- a backend that tells all it knows ------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """A way to sign in, and what a backend then has seen: at the sign-in, and in calls."""

    arguments: dict[str, Any]
    at_sign_in: tuple[str, ...]
    in_calls: tuple[str, ...]


IN_V1 = (SESSION_ID, v1_session("acmefilm", WHO, SESSION_ID))
WAYS = [
    Way(
        {"protocol": "v3", "api_key": KEY},
        (KEY, v3_basic(WHO, KEY)),
        (KEY, v3_basic(WHO, KEY), SESSION_ID),
    ),
    Way(
        {"protocol": "v1", "api_key": KEY},
        (KEY, v1_credentials("acmefilm", WHO, api_key=KEY)),
        (KEY, v1_credentials("acmefilm", WHO, api_key=KEY), *IN_V1),
    ),
    Way(
        {"protocol": "v1", "pwd": PASSWORD},
        (PASSWORD, v1_credentials("acmefilm", WHO, password=PASSWORD)),
        IN_V1,
    ),
    Way(
        {"protocol": "v1", "session_key": SESSION_KEY},
        (SESSION_KEY, v1_session("acmefilm", WHO, SESSION_KEY)),
        IN_V1,
    ),
]


def _spelled(choose: random.Random, known: tuple[str, ...]) -> str:
    """Return what is known, each in one of its spellings."""
    spelled = [choose.choice([text, quote(text, safe=""), json.dumps(text)]) for text in known]
    plain = [base64.b64encode(text.encode()).decode() for text in known if " " not in text]
    return " ".join([*spelled, *plain])


def _events(choose: random.Random, known: tuple[str, ...]) -> list[tuple[int, Any]]:
    told = _spelled(choose, known)
    status = choose.choice([200, 400, 401, 403, 404, 409, 429, 500, 502, 503])
    return choose.choice(
        [
            [(status, {"message": told})],
            [(status, {"message": "no", "message_hr": f"no\n{told}"})],
            [(status, {"exception": f"Traceback: {told}"})],
            [(status, told.encode())],
            [(status, b"\xff" + told.encode())],
            [(status, json.dumps({"message": told})[:-9].encode())],
            [(status, b"")],
            [(302, {"message": told})],
            [(200, {"unexpected": told})],
            # What is in a result is data, and the caller's: it may stand in his own errors.
            [(200, {"result": {"status": "x"}})],
            [(200, {"result": [{"id": "x", "status": {"x": 1}}]})],
            [(200, {"session_expired": True, "message": told})] * 2,
            [(200, [told])],
        ]
    )


def _logins(choose: random.Random, known: tuple[str, ...]) -> list[tuple[int, Any]]:
    told = _spelled(choose, known)
    return choose.choice(
        [
            [(401, {"message": told})],
            [(200, {"message": told, "message_hr": told})],
            [(200, {"result": told})],
            [(200, {"result": {"session_id": SESSION_ID}, "session_key": SESSION_ID})],
            [(200, told.encode())],
            [(500, {"exception": told})],
        ]
    )


CALLS: list[Callable[[Session], object]] = [
    lambda session: session.find("Job"),
    lambda session: session.find_one("User"),
    lambda session: session.find("Queue WHERE code=x", attributes=["code"], limit=5),
    lambda session: session.create("job", {"code": "x", "tasks": []}),
    lambda session: session.create("user", {"code": "x@y.z"}),
    lambda session: session.update("queue", "5bfeb0381da7ee4095fa217e", {"code": "x"}),
    lambda session: session.delete_one("job", "5bfeb0381da7ee4095fa217e"),
    lambda session: session.ls("share=projects/x"),
    lambda session: session.get_setting("transfer_speedlimit"),
    lambda session: session.get_api_key(),
    lambda session: session.me(),
    lambda session: session.query(Job).where(Job.status != "failed").all(),
    lambda session: session.query(User).first(),
    lambda session: Queue(name="Panic", priority=1000).save(session=session),
    lambda session: session.query(Queue).update(priority=5),
]


def _broken_ways(ports: dict[str, int]) -> list[dict[str, Any]]:
    """Return arguments with which nothing can be reached."""
    address = f"127.0.0.1:{ports['socks']}"
    good, wrong = f"john:{PROXY_PASSWORD}", f"john:{PROXY_PASSWORD}-no"
    return [
        {"proxy": f"socks5:{wrong}@{address}"},
        {"proxy": f"socks4:{quote(PROXY_PASSWORD)}@{address}"},
        {"proxy": f"socks5:{good}@127.0.0.1:{ports['nobody']}"},
        {"proxy": f"http:{wrong}@127.0.0.1:{ports['http']}"},
        {"proxy": f"http:{good}@{address}"},
        {"proxy": f"socks4:{good}@{address}"},
        {"proxy": f"ftp://{good}@{address}"},
        {"proxy": f"http://{good}@127.0.0.1:port"},
        {"url": f"https://127.0.0.1:{ports['nobody']}"},
        {"url": f"https://john:{PROXY_PASSWORD}@127.0.0.1"},
        {"verify": True},
        {"timeout": -1},
        {"workspace": "a b"},
    ]


@dataclass
class Backend:
    """The servers around the sessions."""

    recorder: Any
    ports: dict[str, int]
    ca_path: Any
    log: Any

    def try_once(self, choose: random.Random, findings: Findings) -> None:
        """Make one call that is likely to fail, and look at all that comes of it."""
        self.recorder.reset()
        self.recorder.login_session = SESSION_ID
        way = choose.choice(WAYS)
        given = {"url": self.recorder.url, "verify": self.ca_path, **way.arguments}
        given["proxy"] = choose.choice(
            [
                None,
                f"socks5:john:{PROXY_PASSWORD}@127.0.0.1:{self.ports['socks']}",
                f"http:john:{PROXY_PASSWORD}@127.0.0.1:{self.ports['http']}",
            ]
        )
        kind = choose.random()
        if kind < 0.2:
            given |= choose.choice(_broken_ways(self.ports))
        elif kind < 0.4:
            self.recorder.login_answers.extend(_logins(choose, way.at_sign_in))
        self.recorder.answers.extend(_events(choose, way.in_calls))
        self._call(
            choose,
            findings,
            {"timeout": 5, "connect_timeout": 0.5, "retries": 0, "verbose": True, **given},
        )

    def _call(self, choose: random.Random, findings: Findings, given: dict[str, Any]) -> None:
        given = {"workspace": "acmefilm", "username": WHO, "path_logfile": self.log, **given}
        try:
            session = Session(**given)
        except AccsynError as error:
            findings.look_at_error(error)
            return
        try:
            choose.choice(CALLS)(session)
        except (AccsynError, ValueError) as error:
            findings.look_at_error(error)
        findings.look_at_session(session)
        session.close()


@pytest.fixture
def backend(recorder, socks_server, http_proxy, loopback_tls, tmp_path, monkeypatch) -> Backend:
    # Programs turn these on to see what their HTTP libraries do.
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    socks_server.user, socks_server.password = "john", PROXY_PASSWORD
    token = base64.b64encode(f"john:{PROXY_PASSWORD}".encode()).decode()
    http_proxy.credentials = f"Basic {token}"
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = unused.getsockname()[1]
    ports = {"socks": socks_server.port, "http": http_proxy.port, "nobody": nobody}
    return Backend(recorder, ports, loopback_tls.ca_path, tmp_path / "session.log")


def search(backend: Backend, calls: int, caplog, capfd) -> Findings:
    caplog.set_level(logging.DEBUG)
    choose, findings = random.Random(4711), Findings()
    for _ in range(calls):
        backend.try_once(choose, findings)
        printed = capfd.readouterr()
        findings.look("standard output", printed.out)
        findings.look("standard error", printed.err)
        findings.look("logging", caplog.text)
        caplog.clear()
    findings.look("log", backend.log.read_text("utf-8"))
    return findings


def report(findings: Findings, figure, calls: int) -> None:
    if findings.found:
        pytest.fail("\n".join(findings.found[:20]))
    figure(f"S2 secrets in what came out of {calls} faulty calls", len(findings.found), "= 0")
    figure(f"S2 records searched of {calls} faulty calls", findings.records, f">= {calls * 10}")


def test_secrets_are_in_nothing_that_comes_out(backend, caplog, capfd, figure):
    report(search(backend, 100, caplog, capfd), figure, 100)


@pytest.mark.deep
@pytest.mark.timeout(600)
def test_secrets_are_in_nothing_that_comes_out_of_many_calls(backend, caplog, capfd, figure):
    report(search(backend, 1_000, caplog, capfd), figure, 1_000)


@pytest.mark.parametrize("secret", SECRETS)
def test_planted_leak_is_found(secret):
    """A search that finds nothing proves nothing."""
    planted = [f"basic {WHO}:{secret}", json.dumps({"key": secret}), repr({"key": secret})]
    planted += [quote(json.dumps({"session": secret})), str(secret.encode())]
    planted += [base64.b64encode(secret.encode()).decode()]
    assert all(leaks(text) for text in planted)
    assert all(leaks(header) for header in HEADERS)
    findings = Findings()
    holder = Findings(found=[])
    holder.inside = {"deep": [f"x{secret}"]}
    for path, text in reachable(holder):
        findings.look(path, text)
    assert findings.found


def test_words_of_a_backend_stay_on_their_line(backend, recorder, caplog):
    forged = "no\n2026-11-24 [ACCSYN_API] signed in\r\x1b[2J\u202eevil\u2028next\x85"
    with Session(
        "acmefilm", WHO, KEY, url=recorder.url, verify=backend.ca_path, path_logfile=backend.log
    ) as session:
        for payload in ({"message": forged}, {"message": "x", "message_hr": forged}):
            recorder.will_answer(payload)
            with pytest.raises(AccsynError) as caught:
                session.find("Job")
            assert str(caught.value).isprintable()
            assert "signed in" in str(caught.value)
            assert session.get_last_message() == forged
    lines = backend.log.read_text("utf-8").splitlines()
    assert all("[ACCSYN_API]" in line and line.isprintable() for line in lines)
    assert sum("signed in" in line for line in lines) == 3
    assert not [line for line in lines if line.endswith("signed in")]


def test_secrets_are_in_no_plan_journal_or_diagnosis(tmp_path):
    with EmbeddedWorkspace() as workspace:
        user = workspace.credentials("admin")
        with workspace.session() as session:
            session.login()
            plan = session.query(Queue).update(priority=7)
            journal = tmp_path / "journal"
            outcome = plan.apply(journal=journal)
            shown = [str(plan), repr(plan), str(outcome), repr(outcome)]
            shown += [
                path.read_bytes().decode("latin-1")
                for path in ([journal] if journal.is_file() else journal.rglob("*"))
                if path.is_file()
            ]
        environ = {
            "ACCSYN_URL": workspace.url,
            "ACCSYN_WORKSPACE": user.workspace,
            "ACCSYN_API_USER": user.username,
            "ACCSYN_API_KEY": user.api_key,
        }
        patient = Patient(environ=environ)
        shown += [f"{finding} {finding!r}" for finding in examine(patient)]
    assert len(shown) > 10
    assert not [text for text in shown if any(key in text for key in spellings(user.api_key))]
