"""Portions of many values, as much of them as one request should name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

CHUNK = 100
"""How many values one request names: their ids make some 3,000 characters of its URL."""


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Give the items in portions."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
