"""What a check found: one line each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class State(str, Enum):
    """How serious it is."""

    OK = "ok"
    WARN = "warn"
    """It works, but not as somebody may think; or it could not be examined."""
    FAIL = "fail"
    """It cannot work like this."""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        check: what was looked at.
        state: how serious it is.
        text: what it is like; never a secret.
        advice: what to do, or ``None``.
    """

    check: str
    state: State
    text: str
    advice: str | None = None

    def to_dict(self) -> dict[str, str | None]:
        """Return the finding as JSON holds it."""
        return {
            "check": self.check,
            "state": self.state.value,
            "text": self.text,
            "advice": self.advice,
        }

    def __str__(self) -> str:
        line = f"{self.state:<5}{self.check:<13}{self.text}"
        return f"{line} – {self.advice}" if self.advice else line


def ok(check: str, text: str) -> Finding:
    """Return the finding that all is well."""
    return Finding(check, State.OK, text)


def warn(check: str, text: str, advice: str | None = None) -> Finding:
    """Return the finding that something deserves a look."""
    return Finding(check, State.WARN, text, advice)


def fail(check: str, text: str, advice: str | None = None) -> Finding:
    """Return the finding that something cannot work."""
    return Finding(check, State.FAIL, text, advice)


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 1 if anything cannot work, else 0."""
    return int(any(finding.state is State.FAIL for finding in findings))


def report(findings: Iterable[Finding]) -> str:
    """Return the findings as text, a line each."""
    return "\n".join(map(str, findings))
