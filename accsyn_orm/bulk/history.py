"""Reading journals: what was planned, what may have been sent, how it ended, what is damaged."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accsyn_orm.bulk.errors import JournalError, PlanError
from accsyn_orm.bulk.outcome import RowResult, RowState
from accsyn_orm.bulk.records import DIGEST, FORMAT, START, checksum
from accsyn_orm.bulk.rows import Action, Row, Skipped
from accsyn_orm.entities.base import Entity

MOST_WORKERS = 64
"""Rows are announced in their order, but for those that as many workers have in hand."""

_MARK = re.compile(rf"[0-9a-f]{{{DIGEST}}}")
_SHORTEST_ANNOUNCEMENT = DIGEST + len(' {"sending":[1]}\n')
_UNDER_WAY, _TO_BE_SENT = "under way", "to be sent"
_OTHER_VERSION = "a record is none that this version knows: use the one that wrote it"


@dataclass(frozen=True, slots=True)
class Damage:
    """A place of a journal that cannot be trusted.

    Attributes:
        line: number of the line, from 1.
        offset: where it begins, in bytes.
        size: how many bytes it has.
        reason: what is wrong with it.
    """

    line: int
    offset: int
    size: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line} (at byte {self.offset}): {self.reason}"


@dataclass(slots=True, repr=False)
class History:
    """What a journal tells.

    Attributes:
        path: the file.
        run: id of the run.
        workspace: code of the workspace it is about, where it is known.
        created: when the plan was applied.
        force: whether what is in use is deleted too.
        rows: the rows of the plan.
        skipped: rows that needed not be sent.
        announced: rows that may have been sent.
        rounds: how often rows were sent anew after they had failed.
        results: how rows ended, by number.
        damage: places that cannot be trusted.
        forgiven: how many of them a later process has accounted for.
        last: checksum of the last record that can be trusted.
        is_torn: the last line does not end.
        is_complete: the plan in it can be trusted as a whole.
    """

    path: Path
    run: str = ""
    workspace: str | None = None
    created: str = ""
    force: bool = False
    rows: list[Row] = field(default_factory=list[Row])
    skipped: list[Skipped] = field(default_factory=list[Skipped])
    announced: set[int] = field(default_factory=set[int])
    rounds: dict[int, int] = field(default_factory=dict[int, int])
    results: dict[int, RowResult] = field(default_factory=dict[int, RowResult])
    damage: list[Damage] = field(default_factory=list[Damage])
    forgiven: int = 0
    last: str = START
    is_torn: bool = False
    is_complete: bool = False

    @property
    def suspects(self) -> list[int]:
        """Rows whose announcement or end may be among what cannot be read.

        What changes or deletes can be read back, so that all such rows are suspected. Of rows that
        create, there are no more than the damage has room for, and than workers have in hand.
        """
        size = sum(damage.size for damage in self.damage[self.forgiven :])
        if not size:
            return []
        untold = [
            row
            for row in self.rows
            if row.number not in self.announced and row.number not in self.results
        ]
        most = size // _SHORTEST_ANNOUNCEMENT + 1 + MOST_WORKERS
        creations = [row.number for row in untold if row.action is Action.CREATE][:most]
        return [row.number for row in untold if row.action is not Action.CREATE] + creations

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said about the journal."""
        return tuple(f"the journal is damaged, {place}" for place in self.damage[self.forgiven :])

    @property
    def touched(self) -> list[Row]:
        """Rows that are done, or may be."""
        happened = {RowState.DONE, RowState.UNKNOWN}
        ended = {number for number, end in self.results.items() if end.state in happened}
        untold = {*self.announced, *self.suspects} - self.results.keys()
        return [row for row in self.rows if row.number in ended or row.number in untold]

    def states(self) -> dict[int, str]:
        """Return how rows ended, or where they are: ``under way`` or ``to be sent``."""
        doubtful = self.doubtful
        ended = {number: end.state.value for number, end in self.results.items()}
        return {
            row.number: _UNDER_WAY if row.number in doubtful else ended.get(row.number, _TO_BE_SENT)
            for row in self.rows
        }

    def to_json(self) -> str:
        """Return what the journal tells as JSON text."""
        states = self.states()
        errors = {number: end.error for number, end in self.results.items()}
        document = {
            "journal": str(self.path),
            "workspace": self.workspace,
            "created": self.created,
            "damage": [str(place) for place in self.damage],
            "rows": [
                {
                    **row.to_document(),
                    "state": states[row.number],
                    "error": errors.get(row.number),
                }
                for row in self.rows
            ],
        }
        return json.dumps(document, indent=1, ensure_ascii=False)

    def __str__(self) -> str:
        counted = Counter(self.states().values())
        kinds = Counter(f"{row.action} {row.entity.__name__}" for row in self.rows)
        told = [end for end in self.results.values() if end.error]
        lines = [
            f"{self.path}: {', '.join(f'{kind} ×{count}' for kind, count in kinds.items())}",
            f"in {self.workspace or 'a workspace without name'}, begun {self.created}",
            *(f"  {count:>5}  {state}" for state, count in counted.most_common()),
            *(f"  damaged, {place}" for place in self.damage),
            *(f"  row {end.row.number}: {end.error}" for end in told),
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<History {self.path}: {len(self.rows)} rows>"

    @property
    def doubtful(self) -> set[int]:
        """Rows that were sent, and of which nobody knows what came of them."""
        results = self.results.items()
        settled = {number for number, end in results if end.state is not RowState.UNKNOWN}
        return self.announced - settled


def read_history(path: Path, classes: Sequence[type[Entity]] = ()) -> History:
    """Read a journal; records that are damaged are noted and left out.

    Args:
        path: the file.
        classes: entity classes of your own that it is about.

    Raises:
        JournalError: it is no journal, or the plan in it is damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise JournalError(str(path), f"cannot be read: {error.strerror}") from error
    history = History(path)
    try:
        _read(content, history, classes)
    except (PlanError, KeyError, TypeError, ValueError) as error:
        raise JournalError(str(path), f"{_OTHER_VERSION} ({error})") from error
    if not history.is_complete:
        raise JournalError(str(path), _why_useless(history))
    return history


def _read(content: bytes, history: History, classes: Sequence[type[Entity]]) -> None:
    expected, rows = -1, dict[int, Row]()
    for record in _records(content, history):
        match record:
            case {"plan": _}:
                expected = _take_header(record, history)
            case {"row": document}:
                row = Row.from_document(document, classes)
                rows[row.number] = row
            case {"ready": True}:
                history.rows = list(rows.values())
                history.is_complete = len(rows) == expected and not history.damage
            case _ if not history.is_complete:
                return  # what follows is about rows that cannot be read
            case _:
                _take(record, history, rows)


def _take_header(record: Mapping[str, Any], history: History) -> int:
    if record["plan"] != FORMAT:
        raise ValueError(record["plan"])
    history.run = record["run"]
    history.workspace = record["workspace"]
    history.created = record["created"]
    history.force = record["force"]
    history.skipped = [Skipped(*item) for item in record["skipped"]]
    return int(record["rows"])


def _take(record: Mapping[str, Any], history: History, rows: Mapping[int, Row]) -> None:
    match record:
        case {"sending": [*numbers], **_said}:
            for number in numbers:
                history.results.pop(number, None)
                history.rounds[number] = history.rounds.get(number, 0) + ("again" in record)
            history.announced.update(numbers)
        case {"end": {"row": number, **_said} as document}:
            history.results[number] = RowResult.from_document(rows[number], document)
            if history.results[number].state is RowState.NOT_SENT:
                history.announced.discard(number)
        case {"resumed": [*suspects]}:
            history.announced.update(suspects)
            history.forgiven = len(history.damage)
        case _:
            raise ValueError(", ".join(record))


def _records(content: bytes, history: History) -> Iterator[Mapping[str, Any]]:
    """Yield the records that can be trusted, in order; note what cannot be as it comes."""
    *lines, rest = content.split(b"\n")
    offset, befores = 0, {START}
    for number, line in enumerate(lines, start=1):
        stored, _, text = line.partition(b" ")
        mark = stored.decode("latin-1")
        if mark in {checksum(text, before) for before in befores}:
            history.last, befores = mark, {mark}
            yield json.loads(text)
        else:
            reason = "a record that does not fit its checksum"
            history.damage.append(Damage(number, offset, len(line) + 1, reason))
            # What follows was chained to this one, or to the last good one by who came later.
            befores |= {mark} if _MARK.fullmatch(mark) else set()
        offset += len(line) + 1
    if rest:
        history.is_torn = True
        history.damage.append(Damage(len(lines) + 1, offset, len(rest), "a torn record"))


def _why_useless(history: History) -> str:
    if not history.run:
        return "this is no journal"
    if history.damage:
        return f"its plan is damaged, {history.damage[0]}: plan again, with another journal"
    return "its plan is not complete, so that nothing was sent: delete it, and plan again"
