"""Requests: recipients are asked to upload files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from accsyn_orm.entities.attributes import UNSET, AttrFrom, attr
from accsyn_orm.entities.types.base_job import TasksAttr
from accsyn_orm.entities.types.package import Package
from accsyn_orm.entities.values.party import Party
from accsyn_orm.entities.values.path import ANYWHERE, PathJudge
from accsyn_orm.errors import EntityStateError
from accsyn_orm.paths import AccsynPath


class Request(Package):
    """A request for files, which recipients upload.

    With recipients it is submitted at once, unless its status is ``init``.

    Example:
        >>> Request(
        ...     name="Your plates",
        ...     destination="share=projects/from_client",
        ...     recipients=["lisa@example.com"],
        ... ).save()  # doctest: +SKIP
        Request(id='6971e16fceadd67b955b1995', code='Your plates', status='pending')
    """

    __entity_type__ = "request"
    __paths__: ClassVar[Mapping[str, PathJudge]] = {"destination": ANYWHERE}

    destination: AttrFrom[Party, str | AccsynPath] = attr(default=UNSET, on="create")
    """The folder in the workspace to upload to; read as ``workspace:<id>``."""
    tasks: TasksAttr = attr(init=False, readable=False)
    """The query for the files that were uploaded."""

    def _refuse_tasks(self) -> None:
        reason = "its files come from its recipients: they upload with Transfer(parent=…)"
        raise EntityStateError(type(self).__name__, f"{self!r}: {reason}")
