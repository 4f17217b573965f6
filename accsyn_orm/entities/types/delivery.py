"""Deliveries: files for recipients to download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accsyn_orm.entities.attributes import UNSET, ReadOnlyAttr, attr
from accsyn_orm.entities.types.package import Package
from accsyn_orm.entities.types.submission import DeliveryFiles
from accsyn_orm.entities.values.party import Party

if TYPE_CHECKING:
    from accsyn_orm.entities.types.base_job import TasksAttr
else:
    TasksAttr = DeliveryFiles


class Delivery(Package):
    """Files that recipients can download: of the workspace, or uploaded to the delivery.

    With files and recipients it is submitted at once, unless its status is ``init``. Without files
    it is composed for eight hours: transfers with it as their parent upload files to it.

    Example:
        >>> Delivery(
        ...     name="References",
        ...     tasks=["volume=assets/logo.jpeg"],
        ...     recipients=["lisa@example.com"],
        ... ).save()  # doctest: +SKIP
        Delivery(id='6971e16fceadd67b955b1995', code='References', status='pending')
    """

    __entity_type__ = "delivery"

    destination: ReadOnlyAttr[Party] = attr(init=False)
    """Not used: recipients say where they download to."""
    tasks: TasksAttr = attr(default=UNSET, on="create", readable=False)
    """Paths of files in the workspace; afterwards the query for the files it has."""
