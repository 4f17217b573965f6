"""Bulk changes: plan, look, apply, and go on or take back after whatever happened.

    >>> plan = Job.where(Job.status == "failed").update(status="waiting")  # doctest: +SKIP
    >>> print(plan)  # doctest: +SKIP
    >>> report = plan.apply(journal="retry.journal")  # doctest: +SKIP
    >>> report.raise_for_errors()  # doctest: +SKIP

A plan has been checked and changes nothing. Applied, each of its rows ends as done, failed,
not_sent or unknown, and nothing is sent twice.
"""

from __future__ import annotations

from accsyn_orm.bulk.errors import BulkError, JournalError, PartialFailureError, PlanError
from accsyn_orm.bulk.history import Damage, History, read_history
from accsyn_orm.bulk.outcome import RowResult, RowState
from accsyn_orm.bulk.plan import Plan
from accsyn_orm.bulk.planning import create, save, upsert
from accsyn_orm.bulk.progress import ProgressCallback, Tally
from accsyn_orm.bulk.recovery import resume, undo
from accsyn_orm.bulk.report import Report
from accsyn_orm.bulk.rows import Action, Problem, Row, Skipped

__all__ = [
    "Action",
    "BulkError",
    "Damage",
    "History",
    "JournalError",
    "PartialFailureError",
    "Plan",
    "PlanError",
    "Problem",
    "ProgressCallback",
    "Report",
    "Row",
    "RowResult",
    "RowState",
    "Skipped",
    "Tally",
    "create",
    "read_history",
    "resume",
    "save",
    "undo",
    "upsert",
]
