"""What a task goes by, read from the database: its ends, and the settings of all levels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.engine.ends import Ends, ends_of
from accsyn_orm.server.engine.needs import Needs, require_within_reach, together
from accsyn_orm.server.engine.options import Options, read_options
from accsyn_orm.server.engine.trouble import TransferError
from accsyn_orm.server.engine.work import Route
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.settings.values import effective_settings
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import SHARES
from accsyn_orm.server.transfers.specs import PLACEHOLDER

_PLACE = ("v", "s", "path")


@dataclass(slots=True)
class Routing:
    """Finds what the tasks of one job go by; looks everything up once.

    Args:
        call: a transaction, on behalf of whoever submitted the job.
        job: the job.

    Raises:
        TransferError: whoever made the delivery that the job belongs to is gone.
        Held: that user is disabled.
    """

    call: Call
    job: RowMapping
    _ends: Ends = field(init=False)
    _reached: set[Needs] = field(default_factory=set[Needs])
    _options: dict[tuple[frozenset[str], str], Options] = field(
        default_factory=dict[tuple[frozenset[str], str], Options]
    )

    def __post_init__(self) -> None:
        self._ends = ends_of(self.call, self.job)

    def route(self, task: RowMapping) -> Route:
        """Find out what a task goes by.

        Raises:
            TransferError: there can be no such task.
            Held: it cannot be carried out now.
        """
        source, destination = task["source"], task["destination"]
        found, to = self._ends.sources(source), self._ends.destination(destination)
        needs = together(end.needs for end in (*found, to))
        if needs not in self._reached:
            require_within_reach(self.call, needs)
            self._reached.add(needs)
        is_guest = self._is_guest(destination)
        options = self._options_of(task, needs.shares)
        return Route(
            # Ids of tasks are theirs in their job only, and can be chosen by clients.
            owner=f"{self.job['id']}-{task['sequence']}",
            sources=found,
            destination=to,
            needs=needs,
            options=options.without_removing() if is_guest else options,
            is_mirrored="user" not in destination and _place(source) == _place(destination),
            syncs=not self.call.roots.is_temporary,
            replaces=not is_guest,
        )

    @behaviour(INFERRED, "packages/files", "what a recipient sends to a folder replaces nothing")
    @behaviour(INFERRED, "packages/files", "what a recipient sends to a folder removes nothing")
    def _is_guest(self, destination: Mapping[str, Any]) -> bool:
        """Tell whether the submitter writes there only because he was asked for files."""
        if self._ends.call is self.call or not destination.keys() & {"v", "s"}:
            return False
        try:
            Ends(self.call).destination(destination)
        except TransferError:
            return True
        return False

    @behaviour(DOCUMENTED, "transfers/settings", "a task runs with the settings that hold for it")
    def _options_of(self, task: RowMapping, needed: frozenset[str]) -> Options:
        """Read the settings of all levels that hold for a task."""
        key = needed, json.dumps(task["settings"], sort_keys=True)
        if key not in self._options:
            shares = rows_where(self.call, SHARES, SHARES.table.c.id.in_(needed)) if needed else ()
            settings = effective_settings(self.call, self.job, shares=shares, task=task)
            self._options[key] = read_options(settings)
        return self._options[key]


def is_placeholder(task: RowMapping) -> bool:
    """Tell whether a task moves nothing."""
    return PLACEHOLDER in {task["source"]["path"], task["destination"]["path"]}


def _place(document: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(document.get(key) for key in _PLACE)
