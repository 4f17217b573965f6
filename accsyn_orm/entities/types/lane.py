"""Compute lanes: what a server computes with at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.types.client import Client, v1_client


class Lane(Client):
    """One of the computations that a server does at the same time.

    Lanes cannot be deleted: the setting ``client_compute_lanes`` says how many a server has.
    """

    __entity_type__ = "lane"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": v1_client("lane")}

    def why_kept(self) -> str:
        """Say that lanes are kept."""
        return "is a lane: change the setting client_compute_lanes of its server"
