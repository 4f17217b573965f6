"""Calls about files: the same in all official clients that have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accsyn_orm.compat.base import OfficialSession, flag
from accsyn_orm.compat.deprecation import kept


class OfficialFileCalls(OfficialSession):
    """Listing, measuring and changing what lies on a share."""

    @kept
    def ls(
        self,
        path: Any,
        recursive: bool = False,
        maxdepth: int | None = None,
        getsize: bool = False,
        files_only: bool = False,
        directories_only: bool = False,
        include: Any = None,
        exclude: Any = None,
    ) -> Any:
        """List a folder."""
        return self._ls(
            path,
            recursive=recursive,
            maxdepth=maxdepth,
            getsize=getsize,
            files_only=files_only,
            directories_only=directories_only,
            include=include,
            exclude=exclude,
        )

    @kept
    def getsize(self, path: Any, include: Any = None, exclude: Any = None) -> Any:
        """Return the size of a file or folder in bytes."""
        return self._getsize(path, include, exclude)

    @kept
    def exists(self, path: Any) -> Any:
        """Tell whether there is such a file or folder."""
        return self._exists(path)

    @kept
    def mkdir(self, path: Any) -> Any:
        """Create a folder."""
        return self._result(self._session.mkdir, path)

    @kept
    def rename(self, path: Any, path_to: Any) -> Any:
        """Rename a file or folder."""
        return self._result(self._session.rename, path, path_to)

    @kept
    def mv(self, path_src: Any, path_dst: Any) -> Any:
        """Move a file or folder."""
        return self._result(self._session.mv, path_src, path_dst)

    @kept
    def rm(self, path: Any) -> Any:
        """Delete a file or folder."""
        return self._result(self._session.delete, path)

    @kept
    def delete(self, path: Any, force: bool = False) -> Any:
        """Delete a file or folder."""
        return self._result(self._session.delete, path, force=flag(force))

    @kept
    def prepublish(self, data: Sequence[Mapping[str, Any]]) -> Any:
        """Have files looked at before they are published."""
        return self._result(self._session.prepublish, self._sent(data))

    @kept
    def publish(self, data: Sequence[Mapping[str, Any]]) -> Any:
        """Do the same as ``prepublish()``; the manual calls it so, the clients never did."""
        return self._result(self._session.prepublish, self._sent(data))

    # -- inside -----------------------------------------------------------------------------------

    def _ls(self, path: Any, *, maxdepth: Any, include: Any, exclude: Any, **flags: Any) -> Any:
        given = {name: flag(value) for name, value in flags.items()}
        given |= {"maxdepth": maxdepth or None, "include": include, "exclude": exclude}
        return self._result(self._session.ls, path, **given)

    def _getsize(self, path: Any, include: Any, exclude: Any) -> Any:
        return self._result(self._session.getsize, path, include=include, exclude=exclude)

    def _exists(self, path: Any) -> Any:
        return self._result(self._session.exists, path)
