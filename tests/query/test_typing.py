"""What a type checker makes of comparisons: wrong ones are errors where an expression is wanted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
from __future__ import annotations

from datetime import datetime
from enum import Enum, IntEnum

from accsyn_orm.query import Comparison, Expression, FieldRef, UnboundField, raw


class Status(str, Enum):
    FAILED = "failed"


class Kind(IntEnum):
    LANE = 4


def where(*conditions: Expression) -> None: ...


def accepted(
    text: FieldRef[str],
    text_or_none: FieldRef[str | None],
    status: FieldRef[Status],
    number: FieldRef[int],
    kind: FieldRef[Kind | None],
    moment: FieldRef[datetime | None],
    flag: FieldRef[bool],
) -> None:
    where(text == "a", text != "a", text == None, text_or_none == "a", text < "b")
    where(status == Status.FAILED, status != "failed", status == None, status == raw("odd"))
    where(number == 5, number != 5, number == None, number < 5, number >= 5, number == raw("x"))
    where(kind == Kind.LANE, kind == None, moment > datetime.now(), moment == None, flag == True)
    where(text.in_(["a"]), status.in_({"failed", Status.FAILED}), number.not_in((1, 2)))
    where(text.contains("a"), status.startswith("f"), text_or_none.matches("a"))
    where(UnboundField("anything") == 5, UnboundField("anything").contains("x"))
    where(~(text == "a") & ((number > 1) | (number == 0)))
    comparison: Comparison = text == "a"
    where(comparison)


def rejected(
    text: FieldRef[str],
    status: FieldRef[Status],
    number: FieldRef[int],
    kind: FieldRef[Kind | None],
    moment: FieldRef[datetime | None],
) -> None:
    where(text == 5)  # error
    where(status == 5)  # error
    where(number == "5")  # error
    where(number != "5")  # error
    where(kind == "lane")  # error
    where(moment == "2026-11-23")  # error
    where((number == "a") & (number == 5))  # error
    where(number < "5")  # error
    where(number.in_(["a"]))  # error
    where(number.contains("a"))  # error
    where(moment.startswith("2026"))  # error
"""


@pytest.mark.parametrize(
    "command",
    [
        ["mypy", "--strict", "--no-incremental", "--no-pretty", "--show-error-codes"],
        ["pyright", "--pythonpath", sys.executable],
    ],
    ids=["mypy", "pyright"],
)
def test_type_checkers_accept_what_makes_sense_and_nothing_else(command: list[str], tmp_path: Path):
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", *command, str(program)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        cwd=ROOT,
    )
    found = {int(line) for line in re.findall(r"program\.py:(\d+):.*error", done.stdout)}
    marked = {i for i, line in enumerate(PROGRAM.splitlines(), 1) if line.endswith("# error")}
    assert found == marked, done.stdout
