"""Browsers: accsyn's web application, where it is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.types.client import Client, v1_client


class Browser(Client):
    """A web browser that transfers files."""

    __entity_type__ = "browser"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": v1_client("browser")}
