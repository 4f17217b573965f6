"""The enumerations of sites, of the clients at them, and of engines."""

from __future__ import annotations

from accsyn_orm.entities.values.statuses import OpenEnum


class ClientType(OpenEnum):
    """What runs on a machine."""

    APP = "app"
    """The desktop app."""
    SERVER = "server"
    """A server, which can hold volumes and compute."""
    USER_SERVER = "userserver"
    """A server that a user runs without desktop; the v1 generation calls it ``user server``."""
    BROWSER = "browser"
    """A web browser."""
    LANE = "lane"
    """A compute lane of a server; the v1 generation calls it ``compute lane``."""

    @classmethod
    def _missing_(cls, value: object) -> ClientType | None:
        return {"user server": cls.USER_SERVER, "compute lane": cls.LANE}.get(str(value))


class ClientStatus(OpenEnum):
    """Whether a client is switched on by an admin, and whether it checks in."""

    INIT = "init"
    """Not known yet."""
    ONLINE = "online"
    """Checks in. Setting it, or ``enabled``, enables a client that is disabled."""
    OFFLINE = "offline"
    """Has not checked in for 15 minutes."""
    DISABLED = "disabled"
    """Checks in, but is not used."""
    DISABLED_OFFLINE = "disabled-offline"

    @classmethod
    def _missing_(cls, value: object) -> ClientStatus | None:
        return cls.ONLINE if value == "enabled" else None

    @property
    def is_disabled(self) -> bool:
        """Whether it is disabled, online or not."""
        return self in {ClientStatus.DISABLED, ClientStatus.DISABLED_OFFLINE}

    @property
    def is_offline(self) -> bool:
        """Whether it does not check in, disabled or not."""
        return self in {ClientStatus.OFFLINE, ClientStatus.DISABLED_OFFLINE}

    def can_become(self, wanted: OpenEnum) -> bool:
        """Whether the backend would: only what is disabled is enabled, and the other way."""
        return wanted == (ClientStatus.ONLINE if self.is_disabled else ClientStatus.DISABLED)

    def fulfils(self, wanted: OpenEnum) -> bool:
        """Whether it is the wanted status, apart from whether the client checks in."""
        return self == wanted or (self, wanted) in {
            (ClientStatus.OFFLINE, ClientStatus.ONLINE),
            (ClientStatus.DISABLED_OFFLINE, ClientStatus.DISABLED),
        }


class SiteStatus(OpenEnum):
    """Whether a site is used."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    OFFLINE = "offline"
    """Enabled, but none of its servers is there; the web application shows it."""

    def fulfils(self, wanted: OpenEnum) -> bool:
        """Whether it is the wanted status, apart from whether its servers are there."""
        return self == wanted or (self, wanted) == (SiteStatus.OFFLINE, SiteStatus.ENABLED)


class EngineStatus(OpenEnum):
    """Whether compute jobs can use an engine."""

    ENABLED = "enabled"
    DISABLED = "disabled"
