"""The host: whether it is reached, whom its certificate is from, its clock, and how fast it is."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from accsyn_orm.doctor.findings import Finding, fail, ok, warn
from accsyn_orm.doctor.sign_in import open_files_limit
from accsyn_orm.errors import AccsynError, AuthenticationError, TlsError, TransportError
from accsyn_orm.wire.versions import DEFAULT_PORT

if TYPE_CHECKING:
    from accsyn_orm.doctor.patient import Patient
    from accsyn_orm.doctor.sign_in import History
    from accsyn_orm.session import Session
    from accsyn_orm.session.settings import Settings
    from accsyn_orm.transport.probe import Probe

_SOON = 21
"""Days before the end of a certificate from which on it is worth a word."""
_SKEW = 60
"""Seconds that clocks may differ: moments of different machines are compared in queries."""
_SLOW = 1.0
"""Seconds from which on a call is slow."""
_CALLS = 5
_FEW_FILES = 128


def examine_network(patient: Patient, history: History) -> Iterator[Finding]:
    """Say how far one gets, step by step; what needs a step that failed is left out."""
    settings, source = history.settings, history.source
    if settings is None or source is None:
        yield warn("network", "not examined: it is not known where to sign in")
        return
    if not history.can_load:
        yield warn("network", "not examined: what that takes cannot be loaded, see imports")
        return
    where = settings.base_url or _registry(settings)
    findings = list(_host(where, settings, patient))
    yield from findings
    if any(finding.state == "fail" for finding in findings):
        return
    from accsyn_orm.session import Session

    with Session(
        environ=source.environ, timeout=patient.timeout, connect_timeout=patient.timeout
    ) as session:
        yield from _signed_in(session, where, settings, patient)
    yield _files()


def _registry(settings: Settings) -> str:
    return f"https://{settings.generation.discovery_host}:{settings.port or DEFAULT_PORT}"


def _signed_in(
    session: Session, where: str, settings: Settings, patient: Patient
) -> Iterator[Finding]:
    try:
        session.login()
    except AuthenticationError as error:
        advice = "check workspace, user and key; a key is renewed on accsyn's developer page"
        yield fail("sign-in", error.reason, advice)
        return
    except AccsynError as error:
        yield fail("sign-in", str(error))
        return
    if session.host and session.host != where:
        yield from _host(session.host, settings, patient)
    who = f"{session.username} in {session.workspace} at {session.host}, by {session.protocol}"
    yield ok("sign-in", who)
    yield _round_trips(session)
    yield _limits(session)


def _host(where: str, settings: Settings, patient: Patient) -> Iterator[Finding]:
    """Say how far a connection to a host gets."""
    from accsyn_orm.transport.probe import probe

    proxy, bundle = settings.proxy, _bundle(settings)
    if proxy and proxy.kind == "accsyn":
        where = f"http://{proxy.host}:{proxy.port}"
    try:
        seen = probe(where, bundle=bundle, proxy=proxy, timeout=patient.timeout)
    except TlsError as error:
        advice = "name the file of its certificate authority in ACCSYN_CA_BUNDLE"
        yield fail("tls", f"{error.host}: {error.reason}", advice)
        return
    except TransportError as error:
        advice = error.hint or "check host name, port, proxy and firewall"
        yield fail("host", f"{error.host}: {error.reason}", advice)
        return
    yield ok("host", f"{where} is reached in {seen.seconds * 1000:.0f} ms")
    yield _tls(seen, settings, patient)
    yield _clock(seen, patient)


def _bundle(settings: Settings) -> str | None:
    return settings.verify if isinstance(settings.verify, str) else None


def _tls(seen: Probe, settings: Settings, patient: Patient) -> Finding:
    if seen.tls is None:
        return ok("tls", "none: this host is called by plain http")
    days = (seen.tls.expires - patient.now()).days
    text = f"{seen.tls.version}, certificate from {seen.tls.issuer}, {days} days left"
    if days < _SOON:
        return warn("tls", text, "whoever runs the host has to renew it")
    return ok("tls", f"{text}, trusted by {_bundle(settings) or 'the public authorities'}")


def _clock(seen: Probe, patient: Patient) -> Finding:
    if seen.date is None:
        return warn("clock", "the host does not say what time it is")
    skew = (patient.now() - seen.date).total_seconds()
    if abs(skew) <= _SKEW:
        return ok("clock", "is right to within a minute")
    way = "ahead of" if skew > 0 else "behind"
    text = f"is {abs(skew):.0f} s {way} the host's"
    return warn("clock", text, "synchronise this machine's clock (NTP)")


def _round_trips(session: Session) -> Finding:
    taken: list[float] = []
    for _ in range(_CALLS):
        began = time.monotonic()
        session.find("Queue", limit=1, attributes=["id"])
        taken.append(time.monotonic() - began)
    middle, worst = statistics.median(taken), max(taken)
    text = f"a call takes {middle * 1000:.0f} ms, {worst * 1000:.0f} ms at worst of {_CALLS}"
    if middle > _SLOW:
        return warn("round trip", text, "ask for less at once, or look at proxy and network")
    return ok("round trip", text)


def _limits(session: Session) -> Finding:
    limit = session.rate_limit
    if limit is None:
        return ok("limits", "this host is this machine: no rate limit")
    text = f"{limit.per_second:g} requests/s, {limit.burst} at once, for all sessions here"
    return ok("limits", text)


def _files() -> Finding:
    limit = open_files_limit()
    if limit is not None and limit < _FEW_FILES:
        text = f"this process may open {limit} files and connections"
        return warn("limits", text, f"raise it: ulimit -n {_FEW_FILES * 8}")
    return ok("limits", f"this process may open {limit or 'any number of'} files and connections")
