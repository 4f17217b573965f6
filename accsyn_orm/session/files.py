"""Calls about files: listing, measuring and changing what lies on a share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast, overload

from accsyn_orm.session.core import public_call
from accsyn_orm.session.findings import of_move, of_states
from accsyn_orm.session.lookups import Lookups
from accsyn_orm.session.payloads import check_flag, check_number
from accsyn_orm.session.places import (
    Filter,
    Path,
    Paths,
    check_path,
    filters_of,
    is_several,
    problem_of,
)
from accsyn_orm.wire.codec import decode_records
from accsyn_orm.wire.versions import V1

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Record
    from accsyn_orm.session.retrying import Finding, Look


class FileCalls(Lookups):
    """Working with the files of a workspace.

    A path is text like ``share=projects/plates`` or ``volume=assets/logo.jpeg``, an ``AccsynPath``,
    or a dictionary. Text is judged before it is sent; a value was judged when it was made.
    Reading calls take a list of paths as well, and answer with a list of dictionaries with ``path``
    and ``result``.
    """

    @public_call
    def ls(
        self,
        path: Path | Paths,
        *,
        recursive: bool = False,
        maxdepth: int | None = None,
        getsize: bool = False,
        files_only: bool = False,
        directories_only: bool = False,
        include: Filter = None,
        exclude: Filter = None,
    ) -> list[Record]:
        """List a folder.

        Args:
            path: the folder, or a list of folders.
            recursive: also what is in the folders beneath.
            maxdepth: (recursive) how many levels deep, from 1 on; all when left out.
            getsize: also the sizes of folders, which takes longer.
            files_only: leave out folders.
            directories_only: leave out files.
            include: names to list. Letter case does not count, except in ``re('…')``.
            exclude: names to leave out; what ``include`` names is listed nevertheless.

        Returns:
            A row for each entry: ``type`` (0 folder, 1 file), ``filename``, ``size`` in bytes,
            ``modified`` and, of a folder listed recursively, ``files``. For a list of paths, rows
            with ``path`` and ``result``.

        Raises:
            EntityValidationError: an argument is wrong; nothing was sent.
        """
        flags = {"recursive": recursive, "getsize": getsize}
        kinds = {"directories_only": directories_only, "files_only": files_only}
        for name, flag in {**flags, **kinds}.items():
            check_flag("file", name, flag)
        if directories_only and files_only:
            raise problem_of("files_only", "contradicts directories_only")
        data = {"op": "ls", "path": check_path("path", path), "download": True, **flags}
        if maxdepth is not None:
            data["maxdepth"] = check_number("file", "maxdepth", maxdepth, least=1)
        data |= {name: True for name, flag in kinds.items() if flag}
        data |= filters_of(include, exclude)
        return self._rows(path, self._file_call("GET", data))

    @overload
    def getsize(self, path: Path, *, include: Filter = None, exclude: Filter = None) -> int: ...
    @overload
    def getsize(
        self, path: Paths, *, include: Filter = None, exclude: Filter = None
    ) -> list[Record]: ...
    def getsize(
        self, path: Path | Paths, *, include: Filter = None, exclude: Filter = None
    ) -> int | list[Record]:
        """Return the size of a file, or of everything in a folder, in bytes.

        Args:
            path: the file or folder, or a list of them.
            include: names to count, as in ``ls()``.
            exclude: names not to count.

        Returns:
            Bytes; for a list of paths, rows with ``path`` and ``result``.
        """
        return self._getsize(path, include, exclude)

    @overload
    def exists(self, path: Path) -> bool: ...
    @overload
    def exists(self, path: Paths) -> list[Record]: ...
    def exists(self, path: Path | Paths) -> bool | list[Record]:
        """Tell whether there is such a file or folder.

        Args:
            path: the file or folder, or a list of them.

        Returns:
            Yes or no; for a list of paths, rows with ``path`` and ``result``.
        """
        return self._exists(path)

    @public_call
    def mkdir(self, path: Path | Paths) -> bool:
        """Create a folder, or several.

        Returns:
            Whether the backend says it did, for every path.
        """
        data = {"op": "mkdir", "path": check_path("path", path)}
        look = self._look_at(data["path"], is_there=True)
        return _is_success(self._file_call("POST", data, look))

    @public_call
    def rename(self, path: Path | Paths, path_to: Path | Paths) -> bool:
        """Rename a file or folder where it is.

        Args:
            path: the file or folder.
            path_to: the same folder, with the new name.

        Returns:
            Whether the backend says it did.
        """
        return self._move("rename", {"path": path, "path_to": path_to})

    @public_call
    def mv(self, path_src: Path | Paths, path_dst: Path | Paths) -> bool:
        """Move a file or folder to another place.

        Returns:
            Whether the backend says it did.
        """
        return self._move("move", {"path": path_src, "path_to": path_dst})

    @public_call
    def delete(self, path: Path | Paths, *, force: bool = False) -> bool:
        """Delete a file or folder from its share.

        Args:
            path: the file or folder, or a list of them.
            force: delete a folder that is not empty, with all that is in it.

        Returns:
            Whether the backend says it did, for every path.
        """
        checked, is_forced = check_path("path", path), check_flag("file", "force", force)
        data: dict[str, Any] = {"op": "delete", "path": checked}
        if is_forced or self._generation is not V1:  # v1.0 clients know no such option
            data["force"] = is_forced
        look = self._look_at(checked, is_there=False)
        return _is_success(self._file_call("POST", data, look))

    @public_call
    def rm(self, path: Path | Paths, *, force: bool = False) -> bool:
        """Do the same as ``delete()``, by its name in v1.0."""
        return self.delete(path, force=force)

    # -- inside -----------------------------------------------------------------------------------

    @property
    def _file_uri(self) -> str:
        return f"{self._generation.tenant_base}/file"

    def _file_call(self, verb: str, data: dict[str, Any], look: Look | None = None) -> Any:
        return self._connection.call(verb, self._file_uri, data, look=look)

    def _look_at(self, path: Any, *, is_there: bool) -> Look:
        """Return what looks whether paths are there, or are gone."""

        def look() -> Finding:
            rows = self._are_there(path)
            states = [bool(row.get("result")) == is_there for row in rows]
            done = [{"path": row.get("path"), "result": True} for row in rows]
            return of_states(states, done if is_several(path) else True)

        return look

    def _are_there(self, path: Any) -> list[Record]:
        found = self._answer_whether(path)
        return found if isinstance(found, list) else [{"result": found}]

    # mypy does not see through the decorator at an overloaded method.
    @public_call
    def _getsize(self, path: Path | Paths, include: Filter, exclude: Filter) -> int | list[Record]:
        data = {"op": "getsize", "path": check_path("path", path), **filters_of(include, exclude)}
        result = self._file_call("GET", data)
        if is_several(path):
            return self._rows(path, result)
        if isinstance(result, bool) or not isinstance(result, (int, float)):
            self._connection.reject(self._file_uri, "the answer holds no size")
        return int(result)

    @public_call
    def _exists(self, path: Path | Paths) -> bool | list[Record]:
        return self._answer_whether(check_path("path", path))

    def _answer_whether(self, path: Any) -> bool | list[Record]:
        """Tell whether paths are there, as they are sent."""
        result = self._file_call("GET", {"op": "exists", "path": path})
        if is_several(path):
            return self._rows(path, result)
        if result is not None and not isinstance(result, bool):
            self._connection.reject(self._file_uri, "the answer is neither yes nor no")
        return bool(result)

    def _move(self, operation: str, paths: Mapping[str, object]) -> bool:
        checked = {name: check_path(name, path) for name, path in paths.items()}
        ends_of = (checked["path"], checked["path_to"])

        def look() -> Finding:
            ends = [bool(row.get("result")) for end in ends_of for row in self._are_there(end)]
            return of_move(is_at_source=ends[0], is_at_target=ends[1])

        # Of several it is not known which goes where.
        is_single = not any(is_several(path) for path in ends_of)
        data = {"op": operation, **checked}
        return _is_success(self._file_call("PUT", data, look if is_single else None))

    def _rows(self, path: object, result: object) -> list[Record]:
        rows = cast("list[object]", result if isinstance(result, list) else [result])
        if result is None:
            return []
        if rows is not result or not all(isinstance(row, dict) for row in rows):
            self._connection.reject(self._file_uri, "the answer holds no list of rows")
        found = cast("list[Record]", rows)
        decode_records(found)
        if is_several(path):
            for row in found:
                decode_records(row.get("result"))
        return found


def _is_success(result: object) -> bool:
    """Tell whether an answer, or every row of one, says yes."""
    if not isinstance(result, list):
        return bool(result)
    rows = cast("list[object]", result)
    return bool(rows) and all(
        cast("Record", row).get("result") if isinstance(row, dict) else row for row in rows
    )
