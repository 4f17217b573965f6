"""Ahead: one call that is made in the background while the caller does something else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """A call under way in a thread of its own, which ends with it.

    The thread sees the context variables of whoever started it. What the call raises is raised by
    ``result()``, and by nothing else: who does not ask is not told.

    Where there is no thread – the process was forked meanwhile, or can start no more – ``result()``
    makes the call itself. Calls must therefore be repeatable.

    Args:
        call: what to do.
    """

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._value: list[T] = []
        self._error: BaseException | None = None
        thread = threading.Thread(
            target=copy_context().run, args=(self._run,), name="accsyn_orm-next-page", daemon=True
        )
        self._thread: threading.Thread | None = thread
        try:
            thread.start()
        except RuntimeError:  # no more threads, or the interpreter is about to end
            self._thread = None

    def result(self) -> T:
        """Wait for the call, and return or raise what it did."""
        if self._thread is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        return self._value[0] if self._value else self._call()

    def _run(self) -> None:
        try:
            self._value.append(self._call())
        except BaseException as error:  # noqa: BLE001  # raised where the result is asked for
            self._error = error
