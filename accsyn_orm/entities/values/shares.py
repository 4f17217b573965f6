"""The enumerations of shares: of which kind they are, and whether they can be used."""

from __future__ import annotations

from accsyn_orm.entities.values.statuses import OpenEnum


class ShareType(OpenEnum):
    """Of which kind a share is."""

    VOLUME = "volume"
    """A disk of the workspace; the v1 generation calls it ``root``."""
    FOLDER = "folder"
    """A directory of a volume; the v1 generation calls it ``standard``."""
    HOME = "home"
    """The directory of one user; the v1 generation calls it ``user``."""
    COLLECTION = "collection"
    """Files of several shares under one name."""

    @classmethod
    def _missing_(cls, value: object) -> ShareType | None:
        return {"root": cls.VOLUME, "standard": cls.FOLDER, "user": cls.HOME}.get(str(value))


class ShareStatus(OpenEnum):
    """Whether a share can be used: it is enabled, and a server is there that holds its files."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    """Jobs that use the share are on hold."""
    OFFLINE = "offline"
    """Enabled, but its server is not there."""
    DISABLED_OFFLINE = "disabled-offline"

    def fulfils(self, wanted: OpenEnum) -> bool:
        """Whether it is the wanted status, apart from whether its server is there."""
        return self == wanted or (self, wanted) in {
            (ShareStatus.OFFLINE, ShareStatus.ENABLED),
            (ShareStatus.DISABLED_OFFLINE, ShareStatus.DISABLED),
        }
