"""What a child process must not share with its parent: connections, locks, open lock files.

`os.fork` copies them all. A connection that two processes write to mixes up their requests, a lock
that another thread held stays locked for ever, and a file lock is the same one in both.
"""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forkable(Protocol):
    """Something that a child process makes anew for itself."""

    def after_fork(self) -> None:
        """Forget what belongs to the parent. Called in the child, before anything else runs.

        It must not fail: nobody could be told.
        """
        ...


_forkables: weakref.WeakSet[Forkable] = weakref.WeakSet()


def renew_after_fork(thing: Forkable) -> None:
    """Have something renewed in every child process, for as long as it lives."""
    _forkables.add(thing)


def _renew_all() -> None:
    failures: list[Exception] = []
    for thing in list(_forkables):
        try:
            thing.after_fork()
        except Exception as error:  # noqa: BLE001, PERF203  # one must not keep the others
            failures.append(error)
    if failures:
        # Out of a fork nothing can be raised: Python shows it.
        raise failures[0]


if hasattr(os, "register_at_fork"):  # not on Windows, which cannot fork
    os.register_at_fork(after_in_child=_renew_all)
