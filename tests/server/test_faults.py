"""The fault switch: what is done, what is answered, and that nothing else is touched."""

from __future__ import annotations

import pytest

from accsyn_orm.errors import (
    AccsynError,
    BackendCrashError,
    BackendError,
    ConfigurationError,
    ProtocolError,
    TransportError,
)
from accsyn_orm.outcome import Outcome
from accsyn_orm.testing import EmbeddedWorkspace, Fault, Faults


@pytest.fixture(params=[False, True], ids=["http", "https"])
def workspace(request):
    with EmbeddedWorkspace(seed="empty", tls=request.param) as running:
        yield running


@pytest.mark.parametrize(
    ("fault", "is_done", "kind", "outcome"),
    [
        (Fault.RESET, False, TransportError, Outcome.MAYBE_APPLIED),
        (Fault.THROTTLE, False, BackendError, Outcome.REJECTED),
        (Fault.UNAVAILABLE, False, ProtocolError, Outcome.MAYBE_APPLIED),
        (Fault.DROP, True, TransportError, Outcome.MAYBE_APPLIED),
        (Fault.CUT, True, TransportError, Outcome.MAYBE_APPLIED),
        (Fault.CRASH, True, BackendCrashError, Outcome.MAYBE_APPLIED),
    ],
)
def test_fault_does_what_its_name_says(workspace, fault, is_done, kind, outcome):
    with workspace.session() as session:
        queue = session.find_one("Queue WHERE code=low")
        workspace.faults = Faults(1, [fault.value], retry_after=3)
        with session.attempt("one"), pytest.raises(kind) as caught:
            session.update("queue", queue["id"], {"priority": 77})
        with session.attempt("two"), pytest.raises(AccsynError):
            session.find("Queue")
        assert workspace.faults.injected == {fault: 2}
        workspace.faults = None
        assert caught.value.outcome is outcome
        assert caught.value.retry_after == (3 if fault is Fault.THROTTLE else None)
        assert (session.get_entity("queue", queue["id"])["priority"] == 77) is is_done


def test_large_request_is_read_to_its_end(workspace):
    with workspace.session() as session:
        queue = session.find_one("Queue WHERE code=low")
        for fault in (Fault.THROTTLE, Fault.RESET):
            workspace.faults = Faults(1, [fault])
            with session.attempt(fault.value), pytest.raises(AccsynError):
                session.update("queue", queue["id"], {"metadata": {"a": list(range(90_000))}})
        workspace.faults = None
        assert session.get_entity("queue", queue["id"])["metadata"] == {}


def test_sign_in_and_discovery_are_left_alone(workspace):
    workspace.faults = Faults(1)
    with workspace.session() as session, workspace.session(protocol="v1") as v1_session:
        session.login()
        v1_session.login()
    assert not workspace.faults.injected


def test_same_seed_gives_the_same_sequence():
    def drawn(seed: int) -> list[Fault | None]:
        faults = Faults(0.3, seed=seed)
        return [faults.draw() for _ in range(1_000)]

    assert drawn(1) == drawn(1) != drawn(2)
    share = sum(fault is not None for fault in drawn(1)) / 1_000
    assert 0.25 < share < 0.35
    assert set(drawn(1)) == {None, *Fault}


def test_workspace_starts_with_the_faults_it_is_given():
    faults = Faults(1, ["crash"])
    with EmbeddedWorkspace(seed="empty", faults=faults) as workspace:
        assert workspace.faults is faults
        with workspace.session() as session, pytest.raises(BackendCrashError):
            session.find("Queue")


@pytest.mark.parametrize("arguments", [(1.1,), (-0.1,), (0.5, [])])
def test_faults_that_make_no_sense_are_refused(arguments):
    with pytest.raises(ConfigurationError, match="faults"):
        Faults(*arguments)
