"""Plan: what a bulk change will do, as a value that can be looked at, kept, and applied."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import Self

from accsyn_orm.bulk import diff
from accsyn_orm.bulk.errors import PlanError
from accsyn_orm.bulk.payloads import problems_of
from accsyn_orm.bulk.rows import Action, Problem, Row, Skipped
from accsyn_orm.bulk.units import WORKERS, batch_for, divided
from accsyn_orm.entities.active import required_backend
from accsyn_orm.entities.backend import Backend, RemoteBackend, limit_of
from accsyn_orm.entities.base import Entity

if TYPE_CHECKING:
    from accsyn_orm.bulk.progress import ProgressCallback
    from accsyn_orm.bulk.report import Report

FORMAT = "accsyn_orm plan 1"


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """Rows that have been checked and not been sent.

    ``print(plan)`` shows what will change, how many requests that takes, and every problem. A plan
    with problems cannot be applied: mend the rows, and plan again.

    Example:
        >>> plan = Job.where(Job.status == "failed").update(status="waiting")  # doctest: +SKIP
        >>> print(plan)  # doctest: +SKIP
        >>> report = plan.apply(journal="retry.journal")  # doctest: +SKIP

    Attributes:
        backend: where the rows will be sent.
        rows: what will be sent.
        skipped: rows that need not be sent, and why.
        problems: what is wrong with the other ones.
        force: delete even what is in use, where the backend allows that.
        kept: entities that take over what the backend answers, by row number.
    """

    backend: Backend = field(compare=False)
    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[Problem, ...] = ()
    force: bool = False
    kept: Mapping[int, Entity] = field(default_factory=dict[int, Entity], compare=False)

    def __len__(self) -> int:
        """Return how many rows will be sent."""
        return len(self.rows)

    @property
    def counts(self) -> Mapping[Action, int]:
        """How many rows there are of each action."""
        counted = Counter(row.action for row in self.rows)
        return {action: counted[action] for action in Action if counted[action]}

    @property
    def workspace(self) -> str | None:
        """Code of the workspace it is for, where the backend says so."""
        return self.backend.workspace if isinstance(self.backend, RemoteBackend) else None

    @property
    def requests(self) -> int:
        """How many requests it takes when nothing goes wrong, the look at every row included.

        With more workers it is more looks, with fewer fewer.
        """
        units = divided(self.rows, batch_for(len(self.rows)))
        return sum(unit.requests for unit in units)

    @property
    def seconds(self) -> float:
        """How long it takes at the rate limit of the backend, at least; 0 without one."""
        limit = limit_of(self.backend)
        return 0.0 if limit is None else limit.seconds_for(self.requests)

    def apply(  # independent options
        self,
        *,
        workers: int = WORKERS,
        progress: ProgressCallback | None = None,
        journal: str | Path | None = None,
        on_error: Literal["continue", "stop"] = "continue",
        check: bool = True,
    ) -> Report:
        """Send the rows; return how each of them ended.

        Whatever happens, every row is in the report. Ctrl-C stops cleanly: rows under way are
        settled, the others end as ``not_sent``; a second one leaves at once.

        Args:
            workers: how many requests are under way at once.
            progress: called with a `Tally` whenever a row ends, in this thread.
            journal: new file that remembers what was sent, so that `resume` can go on after a crash
                and `undo` can take it back.
            on_error: whether rows that were not begun are still sent after one failed.
            check: refuse rows that somebody else changed since they were read.

        Raises:
            PlanError: the plan has problems; nothing was sent.
            JournalError: the journal exists, or cannot be written; nothing was sent.
        """
        from accsyn_orm.bulk.apply import Options, apply_plan

        options = Options(workers=workers, progress=progress, on_error=on_error, check=check)
        self.require_valid()
        return apply_plan(self, options, None if journal is None else Path(journal))

    def require_valid(self) -> None:
        """Refuse a plan that has problems.

        Raises:
            PlanError: it has.
        """
        if self.problems:
            raise PlanError(self.problems)

    # -- as text ----------------------------------------------------------------------------------

    def to_json(self) -> str:
        """Return the plan as JSON text, which `from_json` reads, also in another process."""
        document: dict[str, Any] = {
            "format": FORMAT,
            "workspace": self.workspace,
            "force": self.force,
            "rows": [row.to_document() for row in self.rows],
            "skipped": [[s.number, s.id, s.label, s.reason] for s in self.skipped],
            "problems": [list(problem) for problem in self.problems],
        }
        return json.dumps(document, indent=1, ensure_ascii=False)

    @classmethod
    def from_json(
        cls,
        text: str,
        *,
        session: Backend | None = None,
        classes: Sequence[type[Entity]] = (),
    ) -> Self:
        """Return the plan that `to_json` wrote.

        Args:
            text: the JSON text.
            session: where to apply it; the active session unless given.
            classes: entity classes of your own that it is about.

        Raises:
            PlanError: the text is no plan, or one for another workspace.
        """
        backend = required_backend(cls, session)
        document = _read(text)
        rows = tuple(Row.from_document(row, classes) for row in document["rows"])
        noted = (Problem(*item) for item in document["problems"])
        plan = cls(
            backend=backend,
            rows=rows,
            skipped=tuple(Skipped(*item) for item in document["skipped"]),
            # Somebody may have edited the text.
            problems=(*noted, *(problem for row in rows for problem in problems_of(row, backend))),
            force=document["force"] is True,
        )
        plan.require_workspace(document["workspace"])
        return plan

    def require_workspace(self, workspace: str | None) -> None:
        """Refuse to be applied in another workspace than the one it was made for.

        Raises:
            PlanError: it is another one.
        """
        if workspace is not None and self.workspace not in {None, workspace}:
            reason = f"made for {workspace}, and this session is one of {self.workspace}"
            raise PlanError([(0, "workspace", reason)])

    def __str__(self) -> str:
        return diff.as_text(self)

    def __repr__(self) -> str:
        counts = ", ".join(f"{action} {count}" for action, count in self.counts.items())
        return f"<Plan {', '.join([counts or 'nothing', *diff.counted_problems(self)])}>"

    def _repr_html_(self) -> str:
        return diff.as_html(self)


def _read(text: str) -> Mapping[str, Any]:
    document: dict[str, Any] = {}
    try:
        document = json.loads(text)
        is_plan = document["format"] == FORMAT and all(
            len(item) == size and type(item[0]) is int
            for name, size in (("skipped", 4), ("problems", 3))
            for item in document[name]
        )
        numbers = [row["number"] for row in document["rows"]]
        is_plan = is_plan and len(set(numbers)) == len(numbers)
        _ = document["workspace"], document["force"]
    except (ValueError, TypeError, KeyError, RecursionError):
        is_plan = False
    if not is_plan:
        raise PlanError([(0, "plan", f"this is no JSON of {FORMAT!r}")])
    return document
