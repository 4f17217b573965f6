"""Whether one path is beneath another, and what is between them."""

from __future__ import annotations

from collections.abc import Sequence

from accsyn_orm.paths.anatomy import Anatomy
from accsyn_orm.paths.kinds import WINDOWS_KINDS


def elements(text: str, anatomy: Anatomy) -> tuple[str, ...]:
    """Return the elements beneath the root."""
    return tuple(text[begin:end] for begin, end in anatomy.elements)


def rest_beneath(
    text: str, anatomy: Anatomy, other_text: str, other: Anatomy
) -> tuple[str, ...] | None:
    """Return the elements that a path has more than another one, ``None`` if it is elsewhere.

    A path that goes up is beneath nothing: where it ends is not in its text.
    """
    if _root(text, anatomy) != _root(other_text, other):
        return None
    here, there = elements(text, anatomy), elements(other_text, other)
    known = _compared(here[: len(there)], anatomy) == _compared(there, other)
    return here[len(there) :] if known and ".." not in (*here, *there) else None


def order_key(text: str, anatomy: Anatomy) -> tuple[str, tuple[str, ...], str]:
    """Return what sorts paths: what is beneath a path comes right behind it."""
    return text[: anatomy.root_end], elements(text, anatomy), text


def _root(text: str, anatomy: Anatomy) -> tuple[object, ...]:
    if anatomy.kind not in WINDOWS_KINDS:
        return anatomy.head
    root = text[anatomy.path_start : anatomy.root_end].replace("/", "\\")
    return (*anatomy.head, root.casefold())


def _compared(names: Sequence[str], anatomy: Anatomy) -> list[str]:
    return [name.casefold() if anatomy.kind in WINDOWS_KINDS else name for name in names]
