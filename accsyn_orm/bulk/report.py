"""Report: how every row of a bulk change ended, and what to do about those that are not done."""

from __future__ import annotations

import csv
import html
import io
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from accsyn_orm.bulk.errors import PartialFailureError
from accsyn_orm.bulk.outcome import RowResult, RowState

if TYPE_CHECKING:
    from accsyn_orm.bulk.apply import Options, Past
    from accsyn_orm.bulk.plan import Plan
    from accsyn_orm.bulk.progress import ProgressCallback

COLUMNS = ("row", "action", "type", "id", "label", "state", "error", "candidates", "after")
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """How a bulk change ended.

    Attributes:
        plan: what was planned.
        results: how each row ended, in the order of the plan.
        options: how the plan was applied.
        past: what was known before.
        rounds: how often rows were sent anew after they had failed.
        journal: the file that remembers it, if there is one.
        stopped_by: why not all rows were begun: Ctrl-C, or an error that would have met every row.
        seconds: how long it took.
        notes: what is to be known besides, such as damage of the journal.
    """

    plan: Plan
    results: tuple[RowResult, ...]
    options: Options
    past: Past
    rounds: Mapping[int, int]
    journal: Path | None = None
    stopped_by: BaseException | None = None
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def done(self) -> tuple[RowResult, ...]:
        """Rows that are done."""
        return self._those(RowState.DONE)

    @property
    def failed(self) -> tuple[RowResult, ...]:
        """Rows that were refused."""
        return self._those(RowState.FAILED)

    @property
    def not_sent(self) -> tuple[RowResult, ...]:
        """Rows that certainly did not happen."""
        return self._those(RowState.NOT_SENT)

    @property
    def unknown(self) -> tuple[RowResult, ...]:
        """Rows that were sent, without anybody knowing what came of them."""
        return self._those(RowState.UNKNOWN)

    @property
    def counts(self) -> Mapping[RowState, int]:
        """How many rows ended how."""
        counted = Counter(result.state for result in self.results)
        return {state: counted[state] for state in RowState}

    @property
    def is_complete(self) -> bool:
        """Whether all rows are done."""
        return len(self.done) == len(self.results)

    def retry(self, *, progress: ProgressCallback | None = None) -> Report:
        """Send the rows again that are not done; return how all rows ended then.

        Rows of which nothing is known are read back first. A row that was refused because somebody
        changed the entity is refused again: plan it anew.
        """
        from accsyn_orm.bulk.apply import Past, Run
        from accsyn_orm.bulk.journal import Journal

        past = Past(
            run=self.past.run,
            began=self.past.began,
            results={result.row.number: result for result in self.done},
            doubtful=frozenset(result.row.number for result in self.unknown),
            rounds=self.rounds,
            again=frozenset(result.row.number for result in self.failed),
        )
        journal = None
        if self.journal is not None:
            classes = list({row.entity for row in self.plan.rows})
            journal, _ = Journal.reopen(self.journal, classes)
        options = replace(self.options, progress=progress or self.options.progress)
        return Run(self.plan, options, past, journal).go()

    def raise_for_errors(self) -> None:
        """Do nothing if all rows are done.

        Raises:
            PartialFailureError: they are not.
        """
        if not self.is_complete:
            raise PartialFailureError(self, "\n".join(self._lines())) from self.stopped_by

    # -- as text ----------------------------------------------------------------------------------

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dictionary per row, with what was planned and how it ended."""
        return [
            {
                "row": result.row.number,
                "action": result.row.action.value,
                "type": result.row.entity.__entity_type__,
                "id": " ".join(result.ids),
                "label": result.row.label,
                "state": result.state.value,
                "error": result.error,
                "candidates": list(result.candidates),
                "before": dict(result.row.before),
                "after": dict(result.row.after),
            }
            for result in self.results
        ]

    def to_json(self) -> str:
        """Return the report as JSON text."""
        document = {
            "counts": {state.value: count for state, count in self.counts.items()},
            "skipped": len(self.plan.skipped),
            "seconds": round(self.seconds, 3),
            "stopped_by": None if self.stopped_by is None else _reason(self.stopped_by),
            "journal": None if self.journal is None else str(self.journal),
            "notes": list(self.notes),
            "rows": self.to_dicts(),
        }
        return json.dumps(document, indent=1, ensure_ascii=False)

    def to_csv(self) -> str:
        """Return the rows as comma-separated values, with a header."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in self.to_dicts():
            after = json.dumps(row["after"], ensure_ascii=False)
            cells = {**row, "candidates": " ".join(row["candidates"]), "after": after}
            writer.writerow([cells[name] for name in COLUMNS])
        return text.getvalue()

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def __repr__(self) -> str:
        said = ", ".join(f"{state} {count}" for state, count in self.counts.items() if count)
        return f"<Report {said or 'nothing'}>"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"

    def _those(self, state: RowState) -> tuple[RowResult, ...]:
        return tuple(result for result in self.results if result.state is state)

    def _lines(self) -> list[str]:
        counts = ", ".join(f"{count} {_words(state)}" for state, count in self.counts.items())
        lines = [f"{counts} ({self.seconds:.1f} s)", *self.notes]
        if self.stopped_by is not None:
            lines.append(f"stopped: {_reason(self.stopped_by)}")
        open_rows = [result for result in self.results if result.state is not RowState.DONE]
        told = [result for result in open_rows if result.error]
        lines += [_line(result) for result in told[:_MOST_SHOWN]]
        if len(told) > _MOST_SHOWN:
            lines.append(f"  … and {len(told) - _MOST_SHOWN} more")
        if (self.not_sent or self.unknown) and self.journal is not None:
            lines.append(f"go on with: accsyn-orm bulk resume {self.journal}")
        return lines


def _line(result: RowResult) -> str:
    row = result.row
    candidates = f" (perhaps {', '.join(result.candidates)})" if result.candidates else ""
    label = row.label if row.label == row.id or not row.id else f"{row.label} {row.id}"
    return f"  row {row.number}, {label}: {_words(result.state)}: {result.error}{candidates}"


def _words(state: RowState) -> str:
    return state.value.replace("_", " ")


def _reason(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return f"{type(error).__name__}: {error}"
