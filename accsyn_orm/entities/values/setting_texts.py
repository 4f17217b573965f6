"""Settings inside payloads: on the wire every value is text, numbers and truth values as well."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, TypeAlias, cast

from pydantic import BeforeValidator

SettingValue: TypeAlias = "str | int | float | bool"
"""What a setting can be given as."""


def setting_texts(value: object) -> object:
    """Return settings with numbers and truth values as accsyn writes them, and others as given."""
    if not isinstance(value, Mapping):
        return value
    settings = cast("Mapping[object, object]", value)
    return {name: setting_text(setting) for name, setting in settings.items()}


def setting_text(value: object) -> object:
    """Return a number or truth value as accsyn writes it, and any other value as given."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    return value


SettingTexts: TypeAlias = Annotated[dict[str, str], BeforeValidator(setting_texts)]
"""Run-time type of settings: names and texts."""
