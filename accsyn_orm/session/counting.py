"""Holding code to a number of requests, in tests."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from accsyn_orm.session.stats import Measurement, Stats

_SIGN_IN = frozenset({"discovery", "login"})


class Counted(Protocol):
    """A session of any kind."""

    @property
    def stats(self) -> Stats:
        """What it asks."""
        ...


@contextmanager
def assert_max_requests(most: int, session: Counted) -> Generator[Measurement, None, None]:
    """Fail when a session sends more requests than that inside a ``with`` block.

    The sign-in is not counted: it happens once, wherever the session is used first.

    Args:
        most: how many it may send.
        session: whose requests.

    Raises:
        AssertionError: it sent more; the message lists them.
    """
    __tracebackhide__ = True  # pytest shows the line of the test
    with session.stats.measure() as measured:
        yield measured
    sent = [request for request in measured.sent if request not in _SIGN_IN]
    if len(sent) > most:
        listed = "".join(f"\n  {number}. {request}" for number, request in enumerate(sent, 1))
        raise AssertionError(f"{len(sent)} requests, at most {most} expected:{listed}")
