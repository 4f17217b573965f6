"""Which backend entities use when nobody names one.

A context variable: each thread and each asyncio task has its own, and nested ``with`` blocks
restore the outer one. ``Session.__enter__`` and ``__exit__`` call ``activate`` and ``deactivate``.
"""

from __future__ import annotations

from contextvars import ContextVar, Token

from accsyn_orm.entities.backend import Backend
from accsyn_orm.errors import NoSessionError

_active: ContextVar[Backend | None] = ContextVar("accsyn_orm_active_backend", default=None)


def active_backend() -> Backend | None:
    """Return the backend of the innermost ``with session:`` block, or ``None``."""
    return _active.get()


def activate(backend: Backend) -> Token[Backend | None]:
    """Make a backend the active one; give the token to ``deactivate`` to restore the one before."""
    return _active.set(backend)


def deactivate(token: Token[Backend | None]) -> None:
    """Restore the backend that was active before ``activate`` returned this token."""
    _active.reset(token)


def required_backend(entity: type, backend: Backend | None) -> Backend:
    """Return the given backend, or the active one.

    Raises:
        NoSessionError: there is neither.
    """
    found = backend or _active.get()
    if found is None:
        raise NoSessionError(entity.__name__)
    return found
