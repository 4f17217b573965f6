"""Where nothing may be asked that was not asked for: inside ``with session.strict():``.

A context variable, as for active sessions: it holds for one thread or task, and inside the block.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Backend

_strict: ContextVar[tuple[Backend, ...]] = ContextVar("accsyn_orm_strict_backends", default=())


@contextmanager
def strictly(backend: Backend) -> Generator[None, None, None]:
    """Refuse hidden requests to a backend inside the block."""
    token = _strict.set((*_strict.get(), backend))
    try:
        yield
    finally:
        _strict.reset(token)


def is_strict(backend: Backend) -> bool:
    """Tell whether hidden requests to a backend are refused here."""
    return any(strict is backend for strict in _strict.get())
