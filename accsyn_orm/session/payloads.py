"""What is written: entity types, ids and data, checked before anything is sent.

The caller's objects are never changed; what is sent is a copy where it differs.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import EntityValidationError, shown
from accsyn_orm.wire.versions import V1

if TYPE_CHECKING:
    from accsyn_orm.wire.versions import Generation

_TYPE = re.compile(r"[a-z][a-z0-9_]*")
_ID = re.compile(r"[!-~]+")
_EXACT_ID = re.compile(r"[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_QUEUE_TYPE = 2
_NO_DATA = (
    "data",
    "must be a dictionary, a list or JSON text; create_from_file() reads what a path names",
)
_HAVE_TASKS = {
    "v1": frozenset({"job", "task"}),
    "v3": frozenset({"transfer", "compute", "delivery", "request", "stream", "job", "task"}),
}


def check_type(entitytype: object) -> str:
    """Return an entity type as it is written in a uri."""
    name = entitytype.strip().lower() if isinstance(entitytype, str) else ""
    if not _TYPE.fullmatch(name):
        raise EntityValidationError(
            "entity", [("entitytype", f"{shown(entitytype)} is no entity type, such as 'job'")]
        )
    return name


def check_id(entitytype: str, entityid: object, *, exact: bool = False) -> str:
    """Return an id if it can be one: an empty id would address everything.

    Args:
        entitytype: for the error message.
        entityid: the id.
        exact: require the form of an id, 24 hexadecimal digits or a UUID; a code is none.
    """
    pattern = _EXACT_ID if exact else _ID
    if not isinstance(entityid, str) or not pattern.fullmatch(entityid):
        hint = "24 hexadecimal digits or a UUID" if exact else "non-empty text without blanks"
        raise EntityValidationError(entitytype, [("id", f"{shown(entityid)} is no id: {hint}")])
    return entityid


def is_id(text: str) -> bool:
    """Tell whether text has the form of an id, 24 hexadecimal digits or a UUID."""
    return _EXACT_ID.fullmatch(text) is not None


def check_code(entitytype: str, code: object) -> str:
    """Return an id or a unique code in the form in which it is looked up: stripped, lower case.

    A star is refused: as a pattern it would address whatever it fits.
    """
    text = code.strip().lower() if isinstance(code, str) else ""
    if not text or not text.isprintable() or "*" in text:
        reason = f"{shown(code)} is neither an id nor a code: text that is not empty, without stars"
        raise EntityValidationError(entitytype, [("id", reason)])
    return text


def check_text(entitytype: str, name: str, value: object) -> str:
    """Return text that says something."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise EntityValidationError(
            entitytype, [(name, f"{shown(value)} is no text that says anything")]
        )
    return value


def check_flag(entitytype: str, name: str, value: object) -> bool:
    """Return a flag; what merely counts as true or false is refused."""
    if not isinstance(value, bool):
        raise EntityValidationError(
            entitytype, [(name, f"{shown(value)} is neither True nor False")]
        )
    return value


def check_number(entitytype: str, name: str, value: object, *, least: int = 0) -> int:
    """Return a whole number, not below the least."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        reason = f"{shown(value)} is no whole number from {least} on"
        raise EntityValidationError(entitytype, [(name, reason)])
    return value


def check_keys(entitytype: str, data: Mapping[str, object], known: Sequence[str]) -> None:
    """Refuse keys that mean nothing here: a misspelt one would be lost without a word."""
    unknown = [key for key in data if key not in known]
    if unknown:
        reason = f"means nothing here; known are {', '.join(known)}"
        raise EntityValidationError(entitytype, [(str(key), reason) for key in unknown])


def check_data(entitytype: str, data: object) -> dict[str, Any]:
    """Return a copy of a dictionary of attributes."""
    if not isinstance(data, Mapping) or not data:
        raise _bad_data(entitytype, "a dictionary that is not empty")
    return dict(cast("Mapping[str, Any]", data))


def check_options(entitytype: str, data: object) -> dict[str, Any] | None:
    """Return a copy of a dictionary of options; it may be empty, and ``None`` stays what it is."""
    if data is not None and not isinstance(data, Mapping):
        raise _bad_data(entitytype, "a dictionary of options, or None")
    return None if data is None else dict(cast("Mapping[str, Any]", data))


def check_list(entitytype: str, data: object) -> list[dict[str, Any]]:
    """Return a copy of a list of dictionaries of attributes."""
    if not isinstance(data, Sequence) or isinstance(data, (str, bytes)) or not data:
        raise _bad_data(entitytype, "a list of dictionaries, after the id of their parent")
    return [check_data(entitytype, item) for item in cast("Sequence[object]", data)]


def takes_duplicates(generation: Generation, entitytype: object) -> bool:
    """Tell whether creating this type has options about duplicates: that of jobs and tasks has."""
    name = entitytype.strip().lower() if isinstance(entitytype, str) else ""
    return name in _HAVE_TASKS[generation.name]


def creation(
    generation: Generation,
    entitytype: str,
    data: object,
    *,
    allow_duplicates: bool | None,
    replace_duplicates: bool | None,
) -> dict[str, Any]:
    """Return the payload that creates an entity.

    A list is a list of tasks; a task alone is wrapped; text is JSON (a path is not read).
    """
    given = _from_json(entitytype, data, _NO_DATA) if isinstance(data, str) else data
    if isinstance(given, (list, tuple)):
        tasks = cast("Sequence[object]", given)
        payload: dict[str, Any] = {"tasks": _list_of_tasks(generation, entitytype, tasks)}
    else:
        payload = check_data(entitytype, given)
    if entitytype == "task" and "tasks" not in payload:
        payload = {"tasks": payload}
    if generation is V1 and entitytype == "queue":
        payload = {**payload, "type": _QUEUE_TYPE}
    flags = {"allow_duplicates": allow_duplicates, "replace_duplicates": replace_duplicates}
    # What the data says holds unless the call says otherwise.
    flags = {name: payload.get(name) if flag is None else flag for name, flag in flags.items()}
    return {**payload, **_duplicates(generation, entitytype, flags)}


def read_payload(entitytype: str, path: str | os.PathLike[str]) -> dict[str, Any] | list[Any]:
    """Return what a JSON file holds.

    Raises:
        EntityValidationError: it cannot be read, or holds neither a dictionary nor a list.
    """
    given = cast("object", path)
    if not isinstance(given, (str, os.PathLike)):
        raise EntityValidationError(entitytype, [("path", f"{shown(given)} is no path")])
    # Whole: of a path, the end says most.
    name = repr(os.fspath(path))
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = f"{name} cannot be read: {error.strerror}"
        raise EntityValidationError(entitytype, [("path", reason)]) from error
    except ValueError as error:
        reason = f"{name} is no text in UTF-8, or no path"
        raise EntityValidationError(entitytype, [("path", reason)]) from error
    return _from_json(entitytype, text, ("path", f"{name} holds no dictionary or list in JSON"))


def _list_of_tasks(generation: Generation, entitytype: str, data: Sequence[object]) -> list[object]:
    if entitytype not in _HAVE_TASKS[generation.name]:
        raise _bad_data(
            entitytype, "one dictionary: a list is a list of tasks; create one after another"
        )
    if not data:
        raise _bad_data(entitytype, "a list that is not empty")
    return list(data)


def _from_json(entitytype: str, text: str, problem: tuple[str, str]) -> dict[str, Any] | list[Any]:
    """Read a dictionary or a list; what to say of anything else is given."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise EntityValidationError(entitytype, [problem]) from error
    if not isinstance(value, (dict, list)):
        raise EntityValidationError(entitytype, [problem])
    return cast("dict[str, Any] | list[Any]", value)


def _duplicates(
    generation: Generation, entitytype: str, flags: Mapping[str, bool | None]
) -> dict[str, Any]:
    for name, flag in flags.items():
        if flag is not None:
            check_flag(entitytype, name, flag)
    if generation is V1 and entitytype in _HAVE_TASKS["v1"]:
        # Always sent in v1.0.
        flags = {**flags, "allow_duplicates": flags["allow_duplicates"] is not False}
    given = {name: flag for name, flag in flags.items() if flag is not None}
    if given and entitytype not in _HAVE_TASKS[generation.name]:
        raise EntityValidationError(
            entitytype, [(name, "only jobs and tasks take this option") for name in given]
        )
    if generation is V1 and "replace_duplicates" in given:
        reason = "v1.0 has no such option: use protocol='v3'"
        raise EntityValidationError(entitytype, [("replace_duplicates", reason)])
    return given


def _bad_data(entitytype: str, expected: str) -> EntityValidationError:
    return EntityValidationError(entitytype, [("data", f"must be {expected}")])
