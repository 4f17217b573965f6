"""What the backend accepts of plain values: limits that are checked before anything is sent."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError


def _with_at_sign(text: str) -> str:
    if "@" not in text.strip("@"):
        raise PydanticCustomError("email", "is an e-mail address, such as lisa@example.com")
    return text


def _with_code_letters(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise PydanticCustomError("code", "has letters, digits, '_', '.' and '-' only")
    return text


def _with_free_code(text: str) -> str:
    text = _with_code_letters(text)
    # Settings of compute jobs mean no site in particular by it.
    if text.casefold() == "local":
        raise PydanticCustomError("code", "'local' is reserved: choose another one")
    return text


def _with_known_systems(paths: dict[str, str]) -> dict[str, str]:
    unknown = [system for system in paths if system not in _SYSTEMS]
    if unknown or not paths:
        told = "one or more of {known}; not {unknown}" if unknown else "one or more of {known}"
        names = {"known": ", ".join(_SYSTEMS), "unknown": ", ".join(unknown)}
        raise PydanticCustomError("paths", f"has a path for {told}", names)
    return paths


_CODE = re.compile(r"[\w.-]+")
_SYSTEMS = ("linux", "mac", "windows", "linux_vpn", "mac_vpn", "windows_vpn")

Priority: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=1000)]
"""From 0 (lowest) to 1000 (highest)."""

NonEmpty: TypeAlias = Annotated[str, Field(min_length=1)]
"""Text that is not empty."""

Email: TypeAlias = Annotated[str, AfterValidator(_with_at_sign)]
"""An e-mail address, as far as that can be told without sending to it."""

ShortCode: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=32), AfterValidator(_with_code_letters)
]
"""The code of an engine: at most 32 letters, digits, ``_``, ``.`` and ``-``."""

# Not on top of ShortCode: of two validators of a kind, Pydantic 2.11 calls the last one only.
SiteCode: TypeAlias = Annotated[
    str, Field(min_length=1, max_length=32), AfterValidator(_with_free_code)
]
"""The code of a site, which ``local`` cannot be."""

SystemPaths: TypeAlias = Annotated[dict[str, str], AfterValidator(_with_known_systems)]
"""Paths by operating system: ``linux``, ``mac``, ``windows``; with ``_vpn`` for remote access."""
