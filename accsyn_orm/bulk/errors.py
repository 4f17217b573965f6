"""What can go wrong with a bulk change as a whole; the errors of single rows are in its report.

AccsynError
└── BulkError
├── PlanError (ValueError)    a plan that has problems, or that cannot be read
├── JournalError (OSError)    a journal that cannot be written or read
└── PartialFailureError (RuntimeError)  some rows are not done
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from accsyn_orm.errors import AccsynError

if TYPE_CHECKING:
    from accsyn_orm.bulk.report import Report


class BulkError(AccsynError):
    """Something about a bulk change."""


class PlanError(BulkError, ValueError):
    """A plan that has problems, or that cannot be read; nothing was sent.

    Attributes:
        problems: ``(row, attribute, what is wrong)`` for every problem found; rows count from 1,
            and 0 means the plan itself.
    """

    def __init__(self, problems: Sequence[tuple[int, str, str]]) -> None:
        self.problems = tuple(problems)
        lines = [
            f"row {row}, {attribute}: {reason}" if row else f"{attribute}: {reason}"
            for row, attribute, reason in self.problems
        ]
        if len(lines) > 1:
            lines = [f"{len(lines)} problems, nothing was sent", *(f"  {line}" for line in lines)]
        super().__init__("\n".join(lines))


class JournalError(BulkError, OSError):
    """A journal of a bulk change that cannot be written or read.

    Attributes:
        path: the file.
        reason: what is wrong with it, and what to do.
    """

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class PartialFailureError(BulkError, RuntimeError):
    """Rows of a bulk change that are not done, or of which that is not known.

    Attributes:
        report: the report of the bulk change, with every row.
        reason: how many rows ended how, and the first errors.
    """

    def __init__(self, report: Report, reason: str) -> None:
        self.report = report
        self.reason = reason
        super().__init__(reason)
