"""Our classes beside what a workspace says of its types.

``drift()`` tells where they differ; ``generate()`` writes plain Python with subclasses for what
only this workspace has. ``session.schema()`` gives both what they start from.
"""

from __future__ import annotations

from accsyn_orm.schema.agreements import AGREEMENTS, Agreement
from accsyn_orm.schema.classes import declared_schema
from accsyn_orm.schema.differences import Difference, DriftKind
from accsyn_orm.schema.drift import drift
from accsyn_orm.schema.generate import generate
from accsyn_orm.schema.kinds import METADATA_KINDS, metadata_keys, sampled_kinds
from accsyn_orm.session.schema import AttributeSchema, Schema

__all__ = [
    "AGREEMENTS",
    "METADATA_KINDS",
    "Agreement",
    "AttributeSchema",
    "Difference",
    "DriftKind",
    "Schema",
    "declared_schema",
    "drift",
    "generate",
    "metadata_keys",
    "sampled_kinds",
]
