"""Sizes, speeds and durations: numbers that know their unit."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, TypeAlias

from pydantic import AfterValidator
from pydantic_core import core_schema
from typing_extensions import Self

from accsyn_orm.entities.views import View
from accsyn_orm.errors import QueryValueError
from accsyn_orm.query.literals import clock_text

if TYPE_CHECKING:
    from accsyn_orm.entities.model import EntityModel

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_STEP = 1000
_AMOUNT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:([kmgtpe])(i?))?b?", re.IGNORECASE)
_CLOCK = re.compile(r"(\d+)h?:([0-5]?\d)m?:([0-5]?\d)s?")


class Size(int):
    """A number of bytes.

    Example:
        >>> Size(128_868_496).human
        '128.9 MB'
    """

    __slots__ = ()
    __view__: ClassVar[View]

    @property
    def human(self) -> str:
        """With a decimal unit, such as ``1.2 GB``."""
        amount, unit = float(self), 0
        while abs(amount) >= _STEP and unit < len(_UNITS) - 1:
            amount, unit = amount / _STEP, unit + 1
        return f"{amount:.1f} {_UNITS[unit]}" if unit else f"{int(self)} B"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an amount such as ``1.5 GB``, in whatever letter case; ``GiB`` counts in 1024.

        Raises:
            QueryValueError: this is none.

        Example:
            >>> Size.parse("1.5 GB"), Size.parse("2KiB")
            (1500000000, 2048)
        """
        if (found := _AMOUNT.fullmatch(text.strip())) is None:
            raise QueryValueError(text, "is no size, such as 1.5 GB or 2 GiB")
        number, unit, is_binary = found.groups()
        power = "kmgtpe".index(unit.lower()) + 1 if unit else 0
        return cls(round(float(number) * (1024 if is_binary else _STEP) ** power))

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> core_schema.CoreSchema:
        return core_schema.int_schema()

    @classmethod
    def viewed(cls, value: int, *_: object) -> Self:
        """Return the typed value for the plain one."""
        return cls(value)


def _none_if_unmeasured(value: int | None) -> int | None:
    return None if value is None or value < 0 else value


NONE_IF_UNMEASURED: Final = AfterValidator(_none_if_unmeasured)
"""Marks a size for which v1 sends -1 where v3 sends nothing; compared by value."""

SizeOrUnmeasured: TypeAlias = Annotated[Size | None, NONE_IF_UNMEASURED]
"""A number of bytes, or ``None`` for what was not measured (yet)."""


class Speed(float):
    """Megabytes per second; below zero when nothing moves.

    Example:
        >>> Speed(12.5).human
        '12.5 MB/s'
    """

    __slots__ = ()
    __view__: ClassVar[View]

    @property
    def is_moving(self) -> bool:
        """Whether there is a speed at all."""
        return self >= 0

    @property
    def human(self) -> str:
        """With its unit, such as ``12.5 MB/s``; empty when nothing moves."""
        return f"{float(self):.1f} MB/s" if self.is_moving else ""

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> core_schema.CoreSchema:
        return core_schema.float_schema()

    @classmethod
    def viewed(cls, value: float, *_: object) -> Self:
        """Return the typed value for the plain one."""
        return cls(value)


class Duration(timedelta):
    """How long something takes; ``str()`` gives ``0h:12m:30s``, as accsyn writes it.

    Example:
        >>> str(Duration(minutes=90))
        '1h:30m:00s'
    """

    __view__: ClassVar[View]

    def __str__(self) -> str:
        return clock_text(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> core_schema.CoreSchema:
        return core_schema.str_schema()

    @classmethod
    def viewed(cls, text: str, _: EntityModel, __: str) -> Any:
        """Read ``0h:12m:30s``; no text is no duration, and any other stays as it is."""
        if not text:
            return None
        if (found := _CLOCK.fullmatch(text)) is None:
            return text
        hours, minutes, seconds = map(int, found.groups())
        return cls(hours=hours, minutes=minutes, seconds=seconds)


Size.__view__ = View(int, Size.viewed)
Speed.__view__ = View(float, Speed.viewed)
Duration.__view__ = View(
    str,
    Duration.viewed,
    unordered="is text to the backend, for which 9h comes after 10h: compare what was loaded",
)
