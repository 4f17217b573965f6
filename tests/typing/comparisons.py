"""What checkers make of comparisons: wrong ones are mistakes where an expression is wanted."""

# pyright: strict

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
    where(text == 5)  # both
    where(status == 5)  # both
    where(number == "5")  # both
    where(number != "5")  # both
    where(kind == "lane")  # both
    where(moment == "2026-11-23")  # both
    where((number == "a") & (number == 5))  # both
    where(number < "5")  # both
    where(number.in_(["a"]))  # both
    where(number.contains("a"))  # both
    where(moment.startswith("2026"))  # both
