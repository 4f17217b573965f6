"""Which backend entities use when nobody names one.

A context variable: each thread and each asyncio task has its own, and nested ``with`` blocks
restore the outer one. ``Session.__enter__`` and ``__exit__`` call ``activate`` and ``deactivate``.

It holds all blocks entered, innermost last, as a tuple. Tasks share one session, and a token of the
variable is valid in the context that made it only; an entry of one's own tuple always is.
"""

from __future__ import annotations

from contextvars import ContextVar

from accsyn_orm.entities.backend import Backend
from accsyn_orm.errors import NoSessionError

_active: ContextVar[tuple[Backend, ...]] = ContextVar("accsyn_orm_active_backends", default=())


def active_backend() -> Backend | None:
    """Return the backend of the innermost ``with session:`` block, or ``None``."""
    backends = _active.get()
    return backends[-1] if backends else None


def activate(backend: Backend) -> Backend:
    """Make a backend the active one until ``deactivate``; return it."""
    _active.set((*_active.get(), backend))
    return backend


def deactivate(backend: Backend) -> None:
    """Take back the innermost ``activate`` of a backend; without effect where there was none."""
    backends = _active.get()
    for index in reversed(range(len(backends))):
        if backends[index] is backend:
            _active.set(backends[:index] + backends[index + 1 :])
            return


def required_backend(entity: type, backend: Backend | None) -> Backend:
    """Return the given backend, or the active one.

    Raises:
        NoSessionError: there is neither.
    """
    found = backend or active_backend()
    if found is None:
        raise NoSessionError(entity.__name__)
    return found
