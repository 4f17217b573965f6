"""Switching entities off and on, and taking them out of use and back."""

from __future__ import annotations

from typing import ClassVar

from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.capabilities import LifecycleBackend, unable
from accsyn_orm.entities.dialects import wire_type
from accsyn_orm.entities.values.statuses import OpenEnum
from accsyn_orm.errors import EntityStateError


class Switchable(Entity):
    """An entity that can be disabled: it stays where it is, and does nothing."""

    __enabled__: ClassVar[str] = "enabled"
    """The status that enables it."""

    def enable(self) -> None:
        """Switch it on.

        Raises:
            EntityStateError: it is new or deleted; or a client that is not disabled, as far as is
                known.
        """
        self._switch(self.__enabled__)

    def disable(self) -> None:
        """Switch it off; jobs that need it are on hold.

        Raises:
            EntityStateError: it is new or deleted; or a client that is disabled, as far as is
                known.
        """
        self._switch("disabled")

    def _switch(self, wanted: str) -> None:
        status = vars(self).get("status")
        if isinstance(status, OpenEnum) and status.is_known:
            goal = type(status)(wanted)
            if not status.can_become(goal):
                reason = f"{self!r} is {status} already; refresh() asks whether it still is"
                raise EntityStateError(type(self).__name__, reason)
        self._change(status=wanted)


class Deactivatable(Entity):
    """An entity that can be taken out of use, and brought back with all that belongs to it."""

    def deactivate(self) -> None:
        """Take it out of use, with its ACLs: ``Query.inactive()`` finds it then.

        Raises:
            EntityStateError: it is new or deleted, or the backend did not do it.
            BackendError: the backend refused, as it does while an active job uses it.
        """
        backend = self._lifecycle()
        self._note(writes=self._state.writes + 1)
        self._require_done(
            "deactivate", done=backend.deactivate_one(wire_type(type(self), backend), self._id)
        )
        self._mark_inactive(is_inactive=True)

    def activate(self) -> None:
        """Bring it back (v3).

        Raises:
            ConfigurationError: the v1 generation cannot.
            EntityStateError: it is new or deleted, or the backend did not do it.
        """
        backend = self._lifecycle()
        self._note(writes=self._state.writes + 1)
        self._require_done(
            "activate", done=backend.activate_one(wire_type(type(self), backend), self._id)
        )
        self._mark_inactive(is_inactive=False)

    def _lifecycle(self) -> LifecycleBackend:
        backend = self._saved_backend()
        if not isinstance(backend, LifecycleBackend):
            raise unable(type(self), "deactivating")
        return backend

    def _mark_inactive(self, *, is_inactive: bool) -> None:
        if "inactive" in vars(self):  # only v3 says it
            vars(self)["inactive"] = is_inactive

    def _require_done(self, what: str, *, done: bool) -> None:
        if not done:
            raise EntityStateError(type(self).__name__, f"the backend did not {what} {self!r}")
