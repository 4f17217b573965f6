"""What reading back says about a call that may have been done: pure decisions.

A state of two values (there or not, assigned or not) is as it was or as it shall be. Where there
are more, what is neither may be the work of somebody else, and is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from accsyn_orm.errors import PayloadError
from accsyn_orm.pacing.hurry import wait
from accsyn_orm.session.retrying import Finding, Verdict
from accsyn_orm.wire.codec import dumps, loads

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Record

UNIQUE_CODES = frozenset(
    {
        *("user", "workspace", "share", "volume", "folder", "home", "collection", "site"),
        *("engine", "queue"),
    }
)
"""Types of which no two have the same code."""

_LOOKS = (0.0, 0.5, 1.0, 2.0)
_UNKNOWN = Finding(Verdict.UNKNOWN)
_UNDONE = Finding(Verdict.UNDONE)


def of_state(*, is_as_wanted: bool, answer: Any = True) -> Finding:
    """Return what a state of two values says.

    Args:
        is_as_wanted: it is the one that was asked for.
        answer: what the backend answers to success.
    """
    return Finding.done(answer) if is_as_wanted else _UNDONE


def of_states(states: Sequence[bool], answer: object) -> Finding:
    """Return what several states of two values say, that were to change together."""
    if all(states):
        return Finding.done(answer)
    return _UNKNOWN if any(states) else _UNDONE


def of_value(*, is_as_wanted: bool) -> Finding:
    """Return what a state of many values says when nobody knows the one before."""
    return Finding.done(result=True) if is_as_wanted else _UNKNOWN


def of_move(*, is_at_source: bool, is_at_target: bool) -> Finding:
    """Return what both ends of a move say."""
    if is_at_source == is_at_target:
        return _UNKNOWN
    return of_state(is_as_wanted=is_at_target)


def of_update(
    record: Record | None,
    sent: Mapping[str, Any],
    past: datetime,
    before: Mapping[str, Any] | None = None,
) -> Finding:
    """Return what an entity says about a change of it.

    Args:
        record: the entity as it is; ``None`` when there is none.
        sent: what it was to get.
        past: a moment before the call, by the backend's clock.
        before: what it had, and when it was ``modified``, as far as the caller knows.
    """
    if record is None:
        return _UNKNOWN
    if has_all(record, sent):
        return Finding.done([as_answered(record)])
    if _is_as_before(record, sent, before or {}):
        return _UNDONE
    # Otherwise than wanted it may be as it was, or changed once more. Time tells, if enough passed.
    return _UNDONE if _is_before(record.get("modified"), past) else _UNKNOWN


def _is_as_before(record: Record, sent: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Tell whether nothing happened since, not even there and back: ``modified`` shows that."""
    names = {*sent, "modified"}
    if not names <= before.keys() & record.keys():
        return False
    return has_all(record, {name: before[name] for name in names})


def of_updates(records: Sequence[Record], sent: Sequence[Mapping[str, Any]]) -> Finding:
    """Return what tasks say about a change of several; each names its own by ``id`` or ``uri``."""
    known = {str(record.get(name)): record for record in records for name in ("id", "uri")}
    found = [known.get(str(item.get("id", item.get("uri"))), {}) for item in sent]
    if not all(has_all(record, item) for record, item in zip(found, sent, strict=True)):
        return _UNKNOWN
    return Finding.done([as_answered(record) for record in found])


def of_creation(records: Sequence[Record], sent: Mapping[str, Any], past: datetime) -> Finding:
    """Return what the entities with a unique code say about the creation of one.

    Args:
        records: those that have the code.
        sent: what it was to be created with.
        past: a moment before the call, by the backend's clock.
    """
    if not records:
        return _UNDONE
    (record, *others), code = records, str(sent["code"])
    is_older = _is_before(record.get("created"), past)
    # The code was looked up, and may be spelled otherwise; what is not answered cannot be compared.
    told = {name: value for name, value in sent.items() if name in record and name != "code"}
    if others or is_older or not has_all(record, told):
        idents = tuple(str(item["id"]) for item in records if "id" in item)
        check = f"there is something with the code {code!r}: look whether it is yours"
        return Finding(Verdict.UNKNOWN, check=check, candidates=idents)
    return Finding.done([as_answered(record)])


def soon_of_creation(
    search: Callable[[], Sequence[Record]], sent: Mapping[str, Any], past: datetime
) -> Finding:
    """Return what those with a unique code say; what was created may take a moment to be found."""
    records: Sequence[Record] = ()
    for pause in _LOOKS:
        wait(pause)
        records = search()
        if records:
            break
    return of_creation(records, sent, past)


def has_all(record: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Tell whether a record has all that was sent, as JSON has it."""
    try:
        return all(dumps(record.get(name)) == dumps(value) for name, value in sent.items())
    except PayloadError:
        return False


def as_answered(record: Mapping[str, Any]) -> Any:
    """Return a record in the form in which it came."""
    return loads(dumps(record))


def _is_before(moment: object, past: datetime) -> bool:
    return isinstance(moment, datetime) and moment < past
