"""The fixture ``figure``: what was measured and the bound it has to keep, one line each.

``make test-deep`` ends with these lines; any run that measures something does.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import TypeAlias

import pytest

Figure: TypeAlias = Callable[[str, float, str], None]
"""Takes the name, what was measured, and the bound, such as ``"= 0"`` or ``"<= 64 MiB"``."""

_PROPERTY = "figure"
_BOUND = re.compile(
    r"(?P<relation>=|<=|>=|<|>) (?P<limit>-?[0-9][0-9_]*(\.[0-9]+)?)( (?P<unit>.+))?"
)
_RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_lines: list[tuple[str, str, str, str]] = []


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Report a figure; a test whose figure is out of bounds fails, after it is reported."""

    def report(name: str, measured: float, bound: str) -> None:
        is_kept, shown = judge(measured, bound)
        line = (name, shown, bound, "pass" if is_kept else "FAIL")
        request.node.user_properties.append((_PROPERTY, line))
        assert is_kept, f"{name}: measured {shown}, has to be {bound}"

    return report


def judge(measured: float, bound: str) -> tuple[bool, str]:
    """Tell whether a figure keeps its bound, and how it is shown: in the unit of the bound."""
    match = _BOUND.fullmatch(bound)
    if match is None:
        raise ValueError(f"{bound!r} is no bound: write '= 0', '<= 64 MiB' or '>= 100 cycles'")
    number = f"{measured:,}" if isinstance(measured, int) else f"{measured:,.3f}"
    shown = f"{number} {match['unit']}" if match["unit"] else number
    # A figure that is not a number keeps no bound.
    return _RELATIONS[match["relation"]](measured, float(match["limit"])), shown


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect the figures of a test, from whichever process ran it."""
    if report.when == "teardown":
        _lines.extend(tuple(line) for name, line in report.user_properties if name == _PROPERTY)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures."""
    if not _lines:
        return
    terminalreporter.section("figures")
    widths = [max(len(line[column]) for line in _lines) for column in range(3)]
    for name, measured, bound, verdict in _lines:
        columns = (name.ljust(widths[0]), measured.rjust(widths[1]), bound.ljust(widths[2]))
        terminalreporter.line("  ".join((*columns, verdict)), red=verdict == "FAIL")
    _lines.clear()
