"""Calls that come a second time, because their answer got lost: nothing is done twice.

A call that changed something leaves a row with its id and its answer, in the transaction that made
the change. As transactions that write come one after the other, one that comes while the first is
still at work waits for its end. Calls that only read, or that were refused, leave nothing.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, or_, select

from accsyn_orm.server.clock import Rhythm
from accsyn_orm.server.context import Call, wire_time
from accsyn_orm.server.operations import Work
from accsyn_orm.server.provenance import INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.tables import calls
from accsyn_orm.wire.codec import dumps, loads
from accsyn_orm.wire.events import Event

KEPT_FOR = timedelta(hours=24)
MOST_KEPT = 200_000
"""Calls of all users together; the oldest go first."""

_TIDIES_EVERY = timedelta(minutes=10)
_LONGEST_ID = 64

# Made once: each write asks this.
_FIND = select(calls.c.digest, calls.c.answer).where(
    *(calls.c[name] == bindparam(name) for name in ("workspace", "user", "eid"))
)


class Memory:
    """Forgets calls in time.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rhythm = Rhythm(_TIDIES_EVERY)

    def keep(self, now: datetime) -> None:
        """Forget what is old, if the last time is long enough ago."""
        if not self._rhythm.is_due(now):
            return
        with self._database.reading() as connection:
            is_due = connection.execute(select(calls.c.sequence).where(_is_old(now)).limit(1))
            if is_due.first() is None:
                return
        with self._database.writing() as connection:
            connection.execute(delete(calls).where(_is_old(now)))


@behaviour(INFERRED, "calls", "a call that comes again is not done again: it gets its answer")
@behaviour(INFERRED, "calls", "another call under an id that was used is refused")
@behaviour(INFERRED, "calls", "ids of calls are remembered for 24 hours")
def answer_once(call: Call, event: Event, verb: str, work: Work) -> Any:
    """Do what a call asks for, or give the answer that it had before.

    Args:
        call: the call, in a transaction that writes.
        event: what it asks for.
        verb: the HTTP verb that it came with.
        work: does it.

    Raises:
        Refusal: another call had this id, or the answer was not kept.
    """
    if not event.eid:
        return work.run(call)
    caller = call.caller
    key = {"workspace": caller.workspace, "user": caller.user_id, "eid": _short(event.eid)}
    digest = _digest(caller.generation, verb, event)
    found = call.connection.execute(_FIND, key).first()
    if found is not None:
        return _repeated(event, found.answer, is_same_call=found.digest == digest)
    answer = work.run(call)
    kept = None if work.is_secret else dumps(answer, where="answer")
    row = {**key, "digest": digest, "answer": kept, "created": call.timestamp}
    call.connection.execute(insert(calls), row)
    return answer


def _repeated(event: Event, answer: str | None, *, is_same_call: bool) -> Any:
    if not is_same_call:
        raise Refusal(f"{event.uri}: another call had this id: each call needs one of its own")
    if answer is None:
        raise Refusal(f"{event.uri}: this call was done before, and its answer is not kept")
    return loads(answer, where="answer")


def _digest(generation: str, verb: str, event: Event) -> str:
    """Return a digest of what a call asks for; a new sign-in does not make it another one."""
    asked = [generation, verb, event.uri, event.query, event.entityid, event.data]
    return hashlib.sha256(dumps(asked).encode("ascii")).hexdigest()


def _short(eid: str) -> str:
    is_long = len(eid) > _LONGEST_ID
    return hashlib.sha256(eid.encode()).hexdigest() if is_long else eid


def _is_old(now: datetime) -> ColumnElement[bool]:
    newest = select(func.max(calls.c.sequence)).scalar_subquery()
    is_too_many = calls.c.sequence <= newest - MOST_KEPT
    return or_(calls.c.created < wire_time(now - KEPT_FOR), is_too_many)
