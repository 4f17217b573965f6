"""What is examined, and in which order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from accsyn_orm.doctor import interpreter, loading, network, sign_in
from accsyn_orm.doctor.findings import Finding, fail
from accsyn_orm.errors import AccsynError


def _now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined.

    Attributes:
        env_file: file to sign in with.
        profile: profile to sign in with.
        log_files: log files whose permissions matter.
        environ: the environment.
        timeout: seconds that each step on the network may take.
        now: tells the time on this machine.
    """

    env_file: Path | None = None
    profile: str | None = None
    log_files: tuple[Path, ...] = ()
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    timeout: float = 10.0
    now: Callable[[], datetime] = _now


def examine(patient: Patient | None = None) -> Iterator[Finding]:
    """Give the findings one by one, as they are made; asking the network takes its time."""
    who = patient or Patient()
    yield from _guarded("python", interpreter.examine_interpreter)
    yield from _guarded("packages", interpreter.examine_packages)
    history = sign_in.History()
    for finding in _guarded("imports", loading.examine_loading):
        history.can_load = history.can_load and finding.state != "fail"
        yield finding
    yield from _guarded("credentials", lambda: sign_in.examine_sign_in(who, history))
    yield from _guarded("files", lambda: sign_in.examine_files(who, history))
    yield from _guarded("proxy", lambda: sign_in.examine_proxy(who, history))
    yield from _guarded("network", lambda: network.examine_network(who, history))


def _guarded(check: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Give the findings of a check; one that breaks is a finding, and the others go on."""
    try:
        yield from look()
    except Exception as error:  # noqa: BLE001  # a doctor that falls ill helps nobody
        said = str(error) if isinstance(error, AccsynError) else type(error).__name__
        yield fail(check, f"could not be examined: {said}", "please report this")
