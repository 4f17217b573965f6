"""Sizes, speeds and durations: numbers that know their unit, and are read from what they print."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import AfterValidator
from pydantic_core import core_schema
from typing_extensions import Self

from accsyn_orm.entities.values.shortcuts import Unless
from accsyn_orm.entities.views import View
from accsyn_orm.errors import QueryValueError
from accsyn_orm.query.literals import clock_text

if TYPE_CHECKING:
    from fractions import Fraction

    from accsyn_orm.entities.model import EntityModel

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
_STEP = 1000
# Bounded, because Python refuses to read more than some thousand digits.
_AMOUNT = re.compile(r"([0-9]{1,400}(?:\.[0-9]{1,400})?)\s*(?:([kmgtpe])(i?))?b?", re.IGNORECASE)
_RATE = re.compile(r"(.+b)\s*/\s*s", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", re.IGNORECASE)
_CLOCK = re.compile(r"([0-9]{1,12})h?:([0-5]?[0-9])m?:([0-5]?[0-9])s?")
_PERIOD = re.compile(
    r"(?:([0-9]{1,12})h)?\s*(?:([0-9]{1,12})m)?\s*(?:([0-9]{1,12})s)?", re.IGNORECASE
)


def _amount(text: str) -> Fraction | None:
    """Return the number of bytes that a text says, or ``None``."""
    from fractions import Fraction  # floating point is not exact from 9 PB on

    if (found := _AMOUNT.fullmatch(text)) is None:
        return None
    number, unit, is_binary = found.groups()
    power = "kmgtpe".index(unit.lower()) + 1 if unit else 0
    factor: int = (1024 if is_binary else _STEP) ** power
    return Fraction(number) * factor


def _stripped(text: object) -> str:
    return text.strip() if isinstance(text, str) else ""


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
            (Size(1500000000), Size(2048))
        """
        if (amount := _amount(_stripped(text))) is None:
            raise QueryValueError(text, "is no size, such as 1.5 GB or 2 GiB")
        return cls(round(amount))

    __str__ = int.__repr__

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self)})"

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

_MEASURED_OR_NONE = core_schema.nullable_schema(core_schema.int_schema(strict=True, ge=0))

SizeOrUnmeasured: TypeAlias = Annotated[Size | None, NONE_IF_UNMEASURED, Unless(_MEASURED_OR_NONE)]
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
        return f"{abs(self):.1f} MB/s" if self.is_moving else ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a speed such as ``12.5 MB/s`` or ``900 kB/s``; a number alone counts in MB/s.

        Raises:
            QueryValueError: this is none.

        Example:
            >>> Speed.parse("1.5 GB/s"), Speed.parse("12.5")
            (Speed(1500.0), Speed(12.5))
        """
        given = _stripped(text)
        if _NUMBER.fullmatch(given) and math.isfinite(float(given)):
            return cls(given)
        rate = _RATE.fullmatch(given)
        if rate is None or (amount := _amount(rate[1].strip())) is None:
            hint = "8 Mbit/s are 1 MB/s" if "bit" in given.lower() else None
            raise QueryValueError(text, "is no speed, such as 12.5 MB/s or 900 kB/s", hint=hint)
        return cls(amount / _STEP**2)

    __str__ = float.__repr__

    def __repr__(self) -> str:
        plain = float.__repr__(self)
        return f"{type(self).__name__}({plain if math.isfinite(self) else repr(plain)})"

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

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a duration such as ``0h:12m:30s``, ``00:12:30`` or ``90m``.

        Raises:
            QueryValueError: this is none, or longer than Python can tell.

        Example:
            >>> str(Duration.parse("1h 30m"))
            '1h:30m:00s'
        """
        given = _stripped(text)
        is_negative, given = given.startswith("-"), given.removeprefix("-")
        found = given and (_CLOCK.fullmatch(given) or _PERIOD.fullmatch(given))
        if not found:
            raise QueryValueError(text, "is no duration, such as 0h:12m:30s or 90m")
        try:
            return cls._of(found, -1 if is_negative else 1)
        except OverflowError:
            reason = "is longer than a duration can be, which is 999999999 days"
            raise QueryValueError(text, reason) from None

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
        try:
            return cls.parse(text)
        except QueryValueError:
            return text

    @classmethod
    def _of(cls, found: re.Match[str], sign: Literal[1, -1] = 1) -> Self:
        hours, minutes, seconds = (sign * int(part or 0) for part in found.groups())
        return cls(hours=hours, minutes=minutes, seconds=seconds)


Size.__view__ = View(int, Size.viewed)
Speed.__view__ = View(float, Speed.viewed)
Duration.__view__ = View(
    str,
    Duration.viewed,
    unordered="is text to the backend, for which 9h comes after 10h: compare what was loaded",
)
