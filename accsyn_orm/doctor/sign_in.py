"""Credentials and their source, files that hold secrets, proxies, settings without effect."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from accsyn_orm.doctor.findings import Finding, fail, ok, warn
from accsyn_orm.errors import ConfigurationError
from accsyn_orm.profiles import ProfileStore, Source, choose_source
from accsyn_orm.session.addresses import is_loopback
from accsyn_orm.session.arguments import Arguments
from accsyn_orm.session.settings import Settings, resolve_settings

if TYPE_CHECKING:
    from accsyn_orm.doctor.patient import Patient

_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
_OTHERS = 0o077


@dataclass(slots=True)
class History:
    """What was found so far, for the checks that follow.

    Attributes:
        source: what is signed in with.
        settings: what a session makes of it; ``None`` when it makes nothing of it.
        can_load: what a session needs is there, and can be loaded.
    """

    source: Source | None = None
    settings: Settings | None = None
    can_load: bool = True


def examine_sign_in(patient: Patient, history: History) -> Iterator[Finding]:
    """Say who signs in, and what with."""
    try:
        source = choose_source(
            env_file=patient.env_file, profile=patient.profile, environ=patient.environ
        )
        history.source = source
        if source.is_empty:
            advice = "run accsyn-orm login, set the ACCSYN_… variables, or name a file"
            yield fail("credentials", "nothing says who signs in", advice)
            return
        settings, credentials = resolve_settings(Arguments(), source.environ)
    except ConfigurationError as error:
        advice = error.hint or "correct it, or leave it out"
        yield fail("credentials", f"{error.setting}: {error.reason}", advice)
        return
    history.settings = settings
    kind = type(credentials).__name__.removesuffix("Credentials").lower()
    secret = {"key": "an api key", "session": "a session key"}.get(kind, "a password")
    text = f"{settings.username} in {settings.tenant}, with {secret}, from {source.label}"
    yield ok("credentials", text)


def examine_files(patient: Patient, history: History) -> Iterator[Finding]:
    """Say which files with secrets in them others can read."""
    store = ProfileStore()
    profiles = [store.path(name) for name in store.names()]
    named = [history.source.path] if history.source and history.source.path else []
    kept = [(path, "holds a key") for path in dict.fromkeys([*named, *profiles])]
    logs = [(path, "is a log") for path in patient.log_files]
    found = [_file(path, what) for path, what in [*kept, *logs]]
    yield from found or [ok("files", "no file holds a key")]


def _file(path: Path, what: str) -> Finding:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        return fail("files", f"{path} cannot be looked at: {error.strerror}", "check the path")
    if sys.platform == "win32":
        return ok("files", f"{path} {what}; who can read it is up to the folder")
    if mode & _OTHERS:
        return warn("files", f"{path} {what}, others can use it ({mode:03o})", f"chmod 600 {path}")
    return ok("files", f"{path} {what}, only you can read it")


def examine_proxy(patient: Patient, history: History) -> Iterator[Finding]:
    """Say which way the network is used, and which settings of other programs have no effect."""
    settings = history.settings
    proxy = settings.proxy if settings else None
    if proxy is None:
        yield ok("proxy", "none: connections are made directly")
    else:
        reads = "reads along" if proxy.kind == "accsyn" else "TLS stays inside"
        yield ok("proxy", f"{proxy.kind} proxy {proxy.host}:{proxy.port}, {reads}")
    is_local = bool(settings and settings.base_url and _is_here(settings.base_url))
    yield from _ignored(patient, has_proxy=proxy is not None or is_local)


def _ignored(patient: Patient, *, has_proxy: bool) -> Iterator[Finding]:
    """Say which settings of other programs are not looked at; their values may hold passwords."""
    proxies = [name for name in _PROXIES if _is_set(patient, name)]
    if proxies and not has_proxy:
        advice = "set ACCSYN_PROXY if accsyn is reached through one"
        yield warn("proxy", _without_effect(proxies), advice)
    bundles = [name for name in _BUNDLES if _is_set(patient, name)]
    if bundles and not _is_set(patient, "ACCSYN_CA_BUNDLE"):
        advice = "set ACCSYN_CA_BUNDLE if accsyn's certificate is from a private authority"
        yield warn("tls", _without_effect(bundles), advice)


def _without_effect(names: Sequence[str]) -> str:
    verbs = "is set, and has" if len(names) == 1 else "are set, and have"
    return f"{', '.join(names)} {verbs} no effect here"


def _is_set(patient: Patient, name: str) -> bool:
    return any(patient.environ.get(spelling) for spelling in (name, name.lower()))


def _is_here(base_url: str) -> bool:
    host = base_url.partition("://")[2].rpartition(":")[0]
    return is_loopback(host)


def open_files_limit() -> int | None:
    """Return how many files and connections this process may open; ``None`` if that is unknown."""
    if os.name != "posix":
        return None
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft
