"""In which order ``find()`` takes its arguments: 1.4 and 2.x do not agree."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")

_ORDER_OF_1_4 = ("attributes", "finished", "limit", "skip", "create", "update")


def in_either_order(find: Callable[P, R]) -> Callable[P, R]:
    """Make ``find()`` take its arguments in the order of 1.4 as well as in that of 2.x.

    1.4 had neither ``offline`` nor ``archived``: numbers in their places are its ``limit`` and
    ``skip``, and flags two places on its ``create`` and ``update``.
    """

    @wraps(find)
    def ordered(*args: P.args, **kwargs: P.kwargs) -> R:
        session_and_query, rest = args[:2], args[2:]
        is_1_4 = any(map(_is_number, rest[2:4])) or any(map(_is_flag, rest[4:6]))
        if not is_1_4 or len(rest) > len(_ORDER_OF_1_4):
            return find(*args, **kwargs)
        call = cast("Callable[..., R]", find)
        return call(*session_and_query, **dict(zip(_ORDER_OF_1_4, rest, strict=False)), **kwargs)

    return ordered


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)
