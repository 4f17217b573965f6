"""What actions need of a backend beside the calls on entities: protocols that `Session` satisfies.

An action that its backend cannot do says so before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from accsyn_orm.entities.backend import Backend, Record, Speaker
from accsyn_orm.errors import EntityStateError
from accsyn_orm.paths import AccsynPath


def unable(entity: type, what: str) -> EntityStateError:
    """Return the error for a backend that keeps records, but cannot do what is asked."""
    reason = f"this backend has no calls about {what}: use a Session"
    return EntityStateError(entity.__name__, reason)


@runtime_checkable
class LifecycleBackend(Backend, Protocol):
    """Takes entities out of use and back."""

    def deactivate_one(self, entitytype: str, entityid: str) -> bool:
        """Take an entity out of use."""
        ...

    def activate_one(self, entitytype: str, entityident: str) -> bool:
        """Bring it back."""
        ...


@runtime_checkable
class AccessBackend(Backend, Protocol):
    """Grants access to shares."""

    def grant(
        self,
        entitytype: str,
        entityid: str,
        targettype: str,
        targetid: str,
        data: Mapping[str, Any] | None = None,
    ) -> Record | bool:
        """Give a user access."""
        ...

    def access(
        self,
        targettype: str,
        targetid: str,
        entitytype: str | None = None,
        entityid: str | None = None,
        *,
        recursive: bool = False,
    ) -> list[Record]:
        """Return who has access."""
        ...

    def revoke(
        self,
        entitytype: str,
        entityid: str,
        targettype: str,
        targetid: str,
        *,
        path: str | None = None,
    ) -> int:
        """Take access away; return how often there was any."""
        ...


@runtime_checkable
class AssignmentBackend(Backend, Protocol):
    """Assigns servers to volumes."""

    def assign(self, entitytype_parent: str, entitytype: str, data: Mapping[str, Any]) -> bool:
        """Assign a server."""
        ...

    def deassign(self, entitytype_parent: str, entitytype: str, data: Mapping[str, Any]) -> bool:
        """Take a server away."""
        ...

    def assignments(self, entitytype: str, entityid: str) -> list[Record]:
        """Return the servers that are assigned."""
        ...


@runtime_checkable
class MemberBackend(Backend, Protocol):
    """Takes files out of collections."""

    def delete_many(self, entitytype: str, entityid: str, data: Mapping[str, Any]) -> bool:
        """Take files out; tell whether all of them were there."""
        ...


@runtime_checkable
class FileBackend(Backend, Protocol):
    """Works with files on shares; a path that is a value is taken as it is, text is judged."""

    def ls(
        self,
        path: str | AccsynPath,
        *,
        recursive: bool = False,
        maxdepth: int | None = None,
        getsize: bool = False,
        files_only: bool = False,
        directories_only: bool = False,
        include: str | list[str] | None = None,
        exclude: str | list[str] | None = None,
    ) -> list[Record]:
        """List a folder."""
        ...

    def getsize(
        self,
        path: str | AccsynPath,
        *,
        include: str | list[str] | None = None,
        exclude: str | list[str] | None = None,
    ) -> int:
        """Return how many bytes there are."""
        ...

    def exists(self, path: str | AccsynPath) -> bool:
        """Tell whether there is such a file or folder."""
        ...

    def mkdir(self, path: str | AccsynPath) -> bool:
        """Create a folder."""
        ...

    def rename(self, path: str | AccsynPath, path_to: str | AccsynPath) -> bool:
        """Rename a file or folder where it is."""
        ...

    def mv(self, path_src: str | AccsynPath, path_dst: str | AccsynPath) -> bool:
        """Move a file or folder."""
        ...

    def delete(self, path: str | AccsynPath, *, force: bool = False) -> bool:
        """Delete a file or folder."""
        ...


@runtime_checkable
class SettingsBackend(Speaker, Protocol):
    """Keeps settings."""

    def get_setting(
        self, name: str | None = None, entitytype: str = "workspace", entityid: str | None = None
    ) -> Any:
        """Return the value of one setting, or ``None``."""
        ...

    def get_settings(
        self,
        entitytype: str | None = None,
        entityid: str | None = None,
        *,
        upstream: bool = False,
        omit_defaults: bool = True,
    ) -> dict[str, Any]:
        """Return the settings of the workspace or of one entity."""
        ...

    def set_setting(
        self, entitytype: str, name: str, value: Any, entityid: str | None = None
    ) -> bool:
        """Give a setting a value."""
        ...

    def delete_setting(self, entitytype: str, name: str, entityid: str | None = None) -> bool:
        """Take a setting's value away."""
        ...


@runtime_checkable
class PublishBackend(Backend, Protocol):
    """Says what may be published."""

    def prepublish(self, data: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Look at files before they are published."""
        ...


@runtime_checkable
class LogBackend(Backend, Protocol):
    """Keeps a log."""

    def logs(
        self,
        entitytype: str | None = None,
        entityid: str | None = None,
        search: str | None = None,
        *,
        sort_reverse: bool = False,
        pagination_limit: int | None = None,
    ) -> list[Record]:
        """Return rows of the log."""
        ...
