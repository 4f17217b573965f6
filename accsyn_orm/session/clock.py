"""What time it is for the backend: its answers say so, to the second.

Entities say when they were last changed, by the backend's clock. Whether that was before a call can
be told by that clock only.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime, timedelta, timezone

_ANY_CLOCK = timedelta(minutes=10)
_ITS_CLOCK = timedelta(seconds=30)  # a gateway in front of the backend may be a little off


class BackendClock:
    """Follows the backend's clock. Safe to use from several threads."""

    def __init__(self) -> None:
        self._last: tuple[str, float] | None = None

    def note(self, date: str | None) -> None:
        """Note what an answer that just came says.

        Args:
            date: its header of that name.
        """
        if date is not None:
            self._last = (date, time.monotonic())

    def surely_past(self) -> datetime:
        """Return a moment that has passed for the backend, as surely as can be told."""
        last = self._last
        if last is not None:
            moment = _parsed(last[0])
            with suppress(OverflowError):  # near the end of the calendar, which no clock shows
                if moment is not None:
                    return moment + timedelta(seconds=time.monotonic() - last[1]) - _ITS_CLOCK
        return datetime.now(timezone.utc) - _ANY_CLOCK


def _parsed(date: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # needed after failures only

    try:
        moment = parsedate_to_datetime(date)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment
