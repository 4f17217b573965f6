"""Sessions, entity classes and the workspace, against a dictionary that says what there is.

Hypothesis makes up what users do, in both generations of the protocol, while calls get lost. Every
call has to end as it says it did: what was done is there, what was refused or never sent is not,
and only where a call says that nobody knows may it be either.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from accsyn_orm import Job, Queue, Session, User
from accsyn_orm.errors import AccsynError
from accsyn_orm.outcome import Outcome
from accsyn_orm.testing import EmbeddedWorkspace, Faults, no_waiting

CLASSES: dict[str, Any] = {"queue": Queue, "user": User, "job": Job}
KINDS = st.sampled_from(sorted(CLASSES))
PROTOCOLS = st.sampled_from(["v1", "v3"])
PICKS = st.integers(0, 99)
NUMBERS = st.integers(1, 99)
CERTAIN = {Outcome.NOT_SENT, Outcome.REJECTED}
MOST_CODES = 6
_prefixes = (f"m{number}-" for number in itertools.count())


@dataclass(frozen=True)
class State:
    """What is known of an entity that is there."""

    ident: str
    number: int
    is_active: bool = True


@dataclass
class Studio:
    """A workspace, a session of each generation, and one that watches while nothing goes wrong."""

    workspace: EmbeddedWorkspace
    sessions: dict[str, Session]
    watcher: Session
    lost: int = 0
    calls: int = 0

    def look(self, kind: str, code: str) -> State | None:
        faults, self.workspace.faults = self.workspace.faults, None
        try:
            for inactive in (False, True):
                query = f'{kind} WHERE code="{code}"'
                if record := self.watcher.find_one(query, inactive=inactive):
                    number = record["metadata"].get("n", 0)
                    return State(record["id"], number, is_active=not inactive)
            return None
        finally:
            self.workspace.faults = faults


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with EmbeddedWorkspace() as workspace, no_waiting():
        made = {name: workspace.session(protocol=name) for name in ("v1", "v3")}
        watcher = workspace.session()
        yield Studio(workspace, made, watcher)
        for session in (*made.values(), watcher):
            session.close()


class Agreement(RuleBasedStateMachine):
    """What users do, and the dictionary."""

    studio: ClassVar[Studio]

    def __init__(self) -> None:
        super().__init__()
        self.studio.workspace.faults = None
        self.prefix = next(_prefixes)
        self.model: dict[tuple[str, str], State] = {}

    # -- things that happen -----------------------------------------------------------------------

    @initialize(protocol=PROTOCOLS)
    def begin(self, protocol: str) -> None:
        for kind in CLASSES:
            self._create(kind, 1, protocol)

    @rule(share=st.sampled_from([0.0, 0.2, 0.5, 0.9]), seed=st.integers(0, 99))
    def have_bad_days(self, share: float, seed: int) -> None:
        kinds = ["reset", "throttle", "unavailable", "drop", "cut", "crash"]
        faults = Faults(share, kinds, seed=seed, retry_after=0)
        self.studio.workspace.faults = faults if share else None

    @rule(kind=KINDS, place=st.integers(1, MOST_CODES), protocol=PROTOCOLS)
    def create(self, kind: str, place: int, protocol: str) -> None:
        self._create(kind, place, protocol)

    @rule(pick=PICKS, number=NUMBERS, protocol=PROTOCOLS, is_entity=st.booleans())
    def update(self, pick: int, number: int, protocol: str, *, is_entity: bool) -> None:
        if (key := self._picked(pick)) is None:
            return
        kind, state, session = key[0], self.model[key], self.studio.sessions[protocol]

        def save() -> None:
            entity = session.query(CLASSES[kind]).where(CLASSES[kind].code == key[1]).one()
            entity.metadata = {"n": number}
            entity.save()

        def send() -> None:
            session.update(kind, state.ident, {"metadata": {"n": number}})

        uses_entity = is_entity and state.is_active
        self._call(key, save if uses_entity else send, replace(state, number=number))

    @rule(pick=PICKS, protocol=PROTOCOLS, is_entity=st.booleans())
    def delete(self, pick: int, protocol: str, *, is_entity: bool) -> None:
        if (key := self._picked(pick)) is None:
            return
        kind, state, session = key[0], self.model[key], self.studio.sessions[protocol]

        def remove() -> None:
            session.query(CLASSES[kind]).where(CLASSES[kind].code == key[1]).one().delete()

        def send() -> None:
            assert session.delete_one(kind, state.ident)

        self._call(key, remove if is_entity and state.is_active else send, None)

    @rule(pick=PICKS, protocol=PROTOCOLS)
    def leave_or_return(self, pick: int, protocol: str) -> None:
        if (key := self._picked(pick, "user")) is None:
            return
        state = self.model[key]
        if state.is_active:
            session = self.studio.sessions[protocol]
            call = session.deactivate_one
        else:
            call = self.studio.sessions["v3"].activate_one
        expected = replace(state, is_active=not state.is_active)
        self._call(key, lambda: call("user", state.ident), expected)

    @rule(kind=KINDS, protocol=PROTOCOLS, is_entity=st.booleans())
    def find(self, kind: str, protocol: str, *, is_entity: bool) -> None:
        session = self.studio.sessions[protocol]
        try:
            if is_entity:
                query = session.query(CLASSES[kind]).where(CLASSES[kind].code == f"{self.prefix}*")
                found = {entity.code: entity.metadata.get("n", 0) for entity in query}
            else:
                records = session.find(f"{kind} WHERE code={self.prefix}*")
                found = {one["code"]: one["metadata"].get("n", 0) for one in records}
        except AccsynError:
            assert self.studio.workspace.faults
            return
        assert found == self._active(kind)

    # -- the end ----------------------------------------------------------------------------------

    def teardown(self) -> None:
        self.studio.workspace.faults = None
        for kind in CLASSES:
            places = range(1, MOST_CODES + 1)
            codes = [self._code(kind, place) for place in places]
            there = {code: self.studio.look(kind, code) for code in codes}
            assert there == {code: self.model.get((kind, code)) for code in codes}

    # -- inside -----------------------------------------------------------------------------------

    def _code(self, kind: str, place: int) -> str:
        return f"{self.prefix}{place}@example.com" if kind == "user" else f"{self.prefix}{place}"

    def _create(self, kind: str, place: int, protocol: str) -> None:
        key = (kind, self._code(kind, place))
        if kind == "job" and key in self.model:
            return  # codes of jobs are not unique
        data = {"code": key[1]}
        if kind == "user":
            data["role"] = "user" if protocol == "v1" else "standard"
        if kind == "job":
            data |= {"source": "volume=projects/a", "destination": "/in/"}
        session = self.studio.sessions[protocol]
        state = self.model.get(key)
        # A user who left comes back when he is created again.
        expected = replace(state, is_active=True) if state else State("", 0)
        is_taken = state is not None and state.is_active
        self._call(key, lambda: session.create(kind, data), expected, is_refused=is_taken)

    def _picked(self, pick: int, kind: str = "") -> tuple[str, str] | None:
        """Pick one that is there: what becomes of calls must not change what is drawn."""
        keys = sorted(key for key in self.model if kind in {"", key[0]})
        return keys[pick % len(keys)] if keys else None

    def _active(self, kind: str) -> dict[str, int]:
        return {
            code: state.number
            for (one, code), state in self.model.items()
            if one == kind and state.is_active
        }

    def _call(
        self,
        key: tuple[str, str],
        call: Callable[[], object],
        expected: State | None,
        *,
        is_refused: bool = False,
    ) -> None:
        """Make a call, and hold the workspace against what the call says of itself."""
        before, self.studio.calls = self.model.get(key), self.studio.calls + 1
        try:
            call()
        except AccsynError as error:
            may_be = [before] if error.outcome in CERTAIN else [before, expected]
            told = f"{error!r}, {error.outcome}"
            assert is_refused or self.studio.workspace.faults, told
            self.studio.lost += error.outcome not in CERTAIN
        else:
            # One that was made a moment ago passes for the one whose refusal got lost.
            assert not is_refused or self.studio.workspace.faults, "what is not possible was done"
            may_be, told = [expected], "done"
        now = self.studio.look(*key)
        shown = [
            one and replace(one, ident=one.ident or (now.ident if now else "")) for one in may_be
        ]
        assert now in shown, f"{key}: {now} where it is {told}"
        if now is None:
            self.model.pop(key, None)
        else:
            self.model[key] = now


def run(studio: Studio, *, examples: int, steps: int, derandomize: bool) -> None:
    machine = type("Machine", (Agreement,), {"studio": studio})
    limits = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=derandomize,
    )
    run_state_machine_as_test(machine, settings=limits)


def test_everything_ends_as_it_says(studio):
    run(studio, examples=8, steps=20, derandomize=True)
    assert studio.calls > 20


@pytest.mark.deep
@pytest.mark.timeout(900)
def test_everything_ends_as_it_says_for_long(studio, figure):
    run(studio, examples=100, steps=40, derandomize=False)
    figure("R12 calls that ended otherwise than they said", 0, "= 0")
    figure("R12 calls that were held against the model", studio.calls, ">= 500 calls")
    figure("R12 of them lost, and told so", studio.lost, ">= 20 calls")
