"""A backend that makes its jobs up as they are asked for: any number of them, and no network."""

from __future__ import annotations

from typing import Any, Literal

from accsyn_orm.wire.codec import decode_records

USER = "69887165f643db8cd731b31a"
QUEUE = "69887165f643db8cd731b31b"


def record(number: int) -> dict[str, Any]:
    """Return a job as the v3 generation sends it."""
    return {
        "id": f"{number:024x}",
        "code": f"my_transfer_{number}",
        "name": f"my_transfer_{number}",
        "status": "waiting",
        "source": f"user:{USER}",
        "source_hr": "lisa@example.com",
        "destination": f"workspace:{QUEUE}",
        "destination_hr": "acmefilm",
        "progress": 20,
        "size": 123_456_789 + number,
        "speed": 12.5,
        "etr": None,
        "uri": "acmefilm/medium",
        "parent": QUEUE,
        "parent_hr": "medium",
        "queue": QUEUE,
        "user": USER,
        "user_hr": "lisa@example.com",
        "created": "2026-01-01T10:00:00",
        "finished": None,
        "modified": "2026-01-01T10:00:00",
        "modifier": "lisa@example.com",
        "metadata": {},
        "description": "plates of the day",
    }


class Generated:
    """Answers ``find()`` as a session does; nothing else is asked of it here.

    Args:
        records: the jobs; made up unless given.
        size: how many are made up.
    """

    protocol: Literal["v1", "v3"] = "v3"

    def __init__(self, records: list[dict[str, Any]] | None = None, *, size: int = 0) -> None:
        self._records = records
        self._size = size

    def find(
        self, _query: object, *, limit: int = 0, skip: int | None = None, **_: object
    ) -> list[dict[str, Any]]:
        """Return the jobs of a page."""
        first = skip or 0
        if self._records is not None:
            return self._records[first : first + limit]
        found = [record(number) for number in range(first, min(first + limit, self._size))]
        decode_records(found)
        return found
