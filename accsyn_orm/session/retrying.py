"""Whether and when a call is made again: by what it does and by what became of it.

Repeated is what only reads, and what certainly did nothing. What may have been done is looked at
first, if there is somebody who can; else it is told as it is. See docs/explanation/failures.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from accsyn_orm.errors import AccsynError, AmbiguousOutcomeError
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.budget import Budget
from accsyn_orm.pacing.deadline import seconds_left
from accsyn_orm.pacing.hurry import limited, wait
from accsyn_orm.pacing.patience import Patience, is_undone, may_recover
from accsyn_orm.wire.operations import OperationClass

if TYPE_CHECKING:
    from accsyn_orm.errors.transport import LookAgain
    from accsyn_orm.session.log import SessionLog
    from accsyn_orm.session.stats import Stats

_ATTEMPTS: Mapping[OperationClass, int] = MappingProxyType(
    {
        OperationClass.READ: 4,
        OperationClass.SET: 3,
        OperationClass.CREATE: 3,
        OperationClass.FILES: 3,
    }
)
_CHECKS: Mapping[OperationClass, str] = MappingProxyType(
    {
        OperationClass.READ: "repeat it",
        OperationClass.SET: "read it back before you set it again",
        OperationClass.CREATE: "look for what it creates before you create it again",
        OperationClass.FILES: "look at both paths before you repeat it",
    }
)
_PATIENCE = Patience()


class Verdict(Enum):
    """What reading back says about a call that may have been done."""

    DONE = "done"
    UNDONE = "undone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found when a call was looked after.

    Attributes:
        verdict: what it says.
        answer: when it is done, what the backend would have answered.
        check: when nothing can be said, what to do.
        candidates: ids of entities that may be what the call has made.
    """

    verdict: Verdict
    answer: Mapping[str, Any] = field(default_factory=dict[str, Any])
    check: str | None = None
    candidates: tuple[str, ...] = ()

    @classmethod
    def done(cls, result: Any) -> Finding:
        """Return the finding that it is done, and what its result would have been."""
        return cls(Verdict.DONE, {"result": result})


_NOTHING = Finding(Verdict.UNKNOWN)

Look = Callable[[], Finding]
"""Reads back what a call may have done."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call, however often it is made.

    Attributes:
        operation: wire operation, ``discovery`` or ``login``.
        operation_class: what it does.
        host: ``host:port``, for error messages.
        eid: its id; ``""`` for what has none.
        look: how to find out whether it was done; ``None`` when nothing can.
        is_single: somebody else repeats it: it is made once, and its error told as it is.
    """

    operation: str
    operation_class: OperationClass
    host: str
    eid: str = ""
    look: Look | None = field(default=None, repr=False)
    is_single: bool = False


class Repeater:
    """Makes the calls of one session, and makes them again.

    Args:
        log: where to write about each attempt.
        stats: counts repetitions.
        retries: how often a call is repeated at most; ``None`` for what its class takes.
        deduplicates: the backend does nothing twice under one id.
    """

    def __init__(
        self,
        log: SessionLog,
        stats: Stats,
        *,
        retries: int | None = None,
        deduplicates: bool = False,
    ) -> None:
        self._log = log
        self._stats = stats
        self._retries = retries
        self._deduplicates = deduplicates
        self.budget = Budget()

    def make(self, call: Call, attempt: Callable[[], dict[str, Any]]) -> Mapping[str, Any]:
        """Make a call.

        Args:
            call: what is called.
            attempt: sends it once.

        Raises:
            AmbiguousOutcomeError: it may have been done, and nothing tells.
            AccsynError: it ended so, for good.
        """
        number, is_doubtful = 0, False
        while True:
            number += 1
            try:
                answer = attempt()
            except AccsynError as error:
                failure = error
            else:
                self.budget.earn(was_repeated=number > 1)
                self._log.attempt(call, number, Outcome.APPLIED, self.budget.left)
                return answer
            is_doubtful = is_doubtful or failure.outcome is Outcome.MAYBE_APPLIED
            finding = self._look(call) if is_doubtful and not is_undone(failure) else _NOTHING
            if finding.verdict is Verdict.DONE:
                self._log.attempt(call, number, failure.outcome, self.budget.left, was_found=True)
                return finding.answer
            delay = self._delay(call, number, failure, finding)
            self._log.attempt(call, number, failure.outcome, self.budget.left, delay=delay)
            if delay is None:
                raise _told(call, failure, finding, is_doubtful=is_doubtful)
            wait(delay)
            self._stats.count_retry(call.operation)

    def _look(self, call: Call) -> Finding:
        """Read back what a call has done that may have done something."""
        is_harmless = call.operation_class is OperationClass.READ or self._deduplicates
        if call.look is None or is_harmless or self._most_attempts(call) == 1:
            return _NOTHING
        try:
            return call.look()
        except AccsynError:
            # Whatever it is, the call's own error says more.
            return _NOTHING

    def _most_attempts(self, call: Call) -> int:
        if call.is_single:
            return 1
        attempts = _ATTEMPTS[call.operation_class]
        if self._retries is not None:
            attempts = self._retries + 1
        return limited(attempts)

    def _delay(
        self, call: Call, number: int, failure: AccsynError, finding: Finding
    ) -> float | None:
        """Return how long to wait before the next attempt, or ``None`` if there is none."""
        if number >= self._most_attempts(call) or not self._may_repeat(call, failure, finding):
            return None
        if _PATIENCE.asks_too_much(failure):
            return None
        delay, left = _PATIENCE.delay(number, failure), seconds_left()
        if (left is not None and delay >= left) or not self.budget.spend(failure):
            return None
        return delay

    def _may_repeat(self, call: Call, failure: AccsynError, finding: Finding) -> bool:
        if not may_recover(failure):
            return False
        is_harmless = call.operation_class is OperationClass.READ or self._deduplicates
        return is_undone(failure) or is_harmless or finding.verdict is Verdict.UNDONE


def _told(call: Call, failure: AccsynError, finding: Finding, *, is_doubtful: bool) -> AccsynError:
    """Return the error that a call ends with.

    An earlier attempt that got lost may still be on its way: that the last one certainly did
    nothing says nothing about it.
    """
    if call.is_single or call.operation_class is OperationClass.READ or not is_doubtful:
        return failure
    if failure.outcome is Outcome.REJECTED and not is_undone(failure):
        return failure
    ambiguous = AmbiguousOutcomeError(
        call.operation,
        call.host,
        operation_class=call.operation_class.value,
        eid=call.eid,
        cause=_bare(failure, call),
        check=finding.check or _CHECKS[call.operation_class],
        candidates=finding.candidates,
        look=_later(call.look) if call.look else None,
    )
    ambiguous.__cause__ = failure
    ambiguous.status_code = getattr(failure, "status_code", None)
    ambiguous.retry_after = failure.retry_after
    return ambiguous


def _later(look: Look) -> LookAgain:
    """Return what an error keeps to look once more."""

    def look_again() -> tuple[Literal["done", "undone", "unknown"], tuple[str, ...]]:
        finding = look()
        return finding.verdict.value, finding.candidates

    return look_again


def _bare(failure: AccsynError, call: Call) -> str:
    """Return what an error says, without what the one around it says as well."""
    text = str(failure)
    for prefix in (f"{call.operation}: ", f"{call.host}: "):
        text = text.removeprefix(prefix)
    return text
