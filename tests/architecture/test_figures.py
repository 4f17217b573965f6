"""The plugin that reports figures, tried in a run of its own."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

PLUGINS = Path(__file__).parent.parent / "plugins"

TEST = """
import pytest

@pytest.mark.parametrize(("measured", "bound"), [(0, "= 0"), (70.5, "<= 64 MiB"), (100, ">= 100")])
def test_one(figure, measured, bound):
    figure(f"lost {bound}", measured, bound)
"""


@pytest.fixture
def judge(request):
    return request.config.pluginmanager.get_plugin("figures").judge


@pytest.mark.parametrize(
    ("measured", "bound", "expected"),
    [
        (0, "= 0", (True, "0")),
        (1, "= 0", (False, "1")),
        (20_001, ">= 20_000 writes", (True, "20,001 writes")),
        (0.25, "< 0.25 s", (False, "0.250 s")),
        (math.nan, "<= 1", (False, "nan")),
        (-3, "> -4", (True, "-3")),
    ],
)
def test_a_figure_is_held_against_its_bound(judge, measured, bound, expected):
    assert judge(measured, bound) == expected


@pytest.mark.parametrize("bound", ["0", "==0", "about 5", "<= ", ">= 1e3"])
def test_what_is_no_bound_is_a_mistake(judge, bound):
    with pytest.raises(ValueError, match="is no bound"):
        judge(0, bound)


def test_figures_of_all_processes_are_printed_and_fail_their_tests(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(PLUGINS))
    pytester.makepyfile(TEST)
    result = pytester.runpytest_subprocess("-p", "figures", "-p", "no:cacheprovider", "-n", "1")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines_random(
        [
            "*= figures =*",
            "lost = 0                 0  = 0        pass",
            "lost <= 64 MiB  70.500 MiB  <= 64 MiB  FAIL",
            "lost >= 100            100  >= 100     pass",
        ]
    )
