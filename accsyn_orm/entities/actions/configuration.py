"""Settings and the log of an entity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.capabilities import LogBackend, SettingsBackend, unable
from accsyn_orm.entities.dialects import wire_type
from accsyn_orm.entities.settings import Settings, SettingsOwner
from accsyn_orm.entities.values.dates import moment

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Record, Speaker


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A row of the log.

    Attributes:
        date: when it was written, UTC; ``None`` if the backend does not say.
        values: everything in it; of that only the date is documented.
    """

    date: datetime | None
    values: Mapping[str, Any]

    @classmethod
    def of(cls, row: Record) -> LogEntry:
        """Return a row of ``logs()``."""
        return cls(moment(row.get("date")), MappingProxyType(row))


class Logged(Entity):
    """An entity that the backend keeps a log of."""

    __family__: ClassVar[str] = ""
    """The type under which settings and the log know it, when that is another one."""

    def logs(
        self, search: str | None = None, *, newest_first: bool = False, limit: int | None = None
    ) -> list[LogEntry]:
        """Return what the backend's log says about it (v3).

        Args:
            search: text that the rows hold.
            newest_first: the other way round.
            limit: at most so many; a page, 200, unless given.

        Raises:
            ConfigurationError: the v1 generation has no log.
            EntityStateError: it is new or deleted.
        """
        backend = self._saved_backend()
        if not isinstance(backend, LogBackend):
            raise unable(type(self), "logs")
        rows = backend.logs(
            self._family_in(backend),
            self._id,
            search,
            sort_reverse=newest_first,
            pagination_limit=limit,
        )
        return [LogEntry.of(row) for row in rows]

    def _family_in(self, backend: Speaker) -> str:
        return self.__family__ or wire_type(type(self), backend)

    def settings_kept(self) -> Settings:
        """Return the settings that the backend keeps for it; ``settings`` is the same.

        Raises:
            EntityStateError: it is new or deleted.
        """
        backend = self._saved_backend()
        if not isinstance(backend, SettingsBackend):
            raise unable(type(self), "settings")
        owner = SettingsOwner(backend, self._family_in(backend), self._id, repr(self))
        return Settings(owner)


class Configured(Logged):
    """An entity with settings of its own, which what is beneath it inherits."""

    @property
    def settings(self) -> Settings:
        """What was set for it, as a mapping from names to texts.

        Raises:
            EntityStateError: it is new or deleted.
        """
        return self.settings_kept()
