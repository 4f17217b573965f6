"""The call about publishing: files are looked at before they become part of the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from accsyn_orm.errors import PayloadError
from accsyn_orm.session.core import SessionCore, public_call
from accsyn_orm.session.payloads import check_number
from accsyn_orm.session.places import problem_of


class PublishingCalls(SessionCore):
    """Publishing the work of a workspace's users."""

    @public_call
    def prepublish(self, data: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Have the workspace look at files before they are published.

        Args:
            data: for each file ``id`` (a UUID), ``filename``, ``size`` in bytes; for each folder
                also ``is_dir`` and ``files``, a list like this one. A size left out is that of the
                ``files``, or zero. The list itself is not changed.

        Returns:
            ``files`` with what was found out about each (``can_publish``, ``rejected``,
            ``warning``, ``path`` …), and what the workspace says about publishing, such as
            ``guidelines``.
        """
        try:
            files = _measured(data, "data")
        except RecursionError as error:
            raise PayloadError("data", "is nested too deeply") from error
        payload = {"files": files, "size": sum(entry["size"] for entry in files)}
        uri = f"{self._generation.tenant_base}/publish/preprocess"
        result: object = self._connection.call("PUT", uri, payload)
        if not isinstance(result, dict):
            self._connection.reject(uri, "the answer holds no dictionary")
        return cast("dict[str, Any]", result)


def _measured(data: object, where: str) -> list[dict[str, Any]]:
    """Return a copy of files to publish in which each has a size."""
    if not isinstance(data, (list, tuple)) or not data:
        raise problem_of(where, "must be a list of dictionaries that is not empty")
    items = cast("Sequence[object]", data)
    return [_measured_entry(entry, f"{where}[{index}]") for index, entry in enumerate(items)]


def _measured_entry(entry: object, where: str) -> dict[str, Any]:
    if not isinstance(entry, Mapping):
        raise problem_of(where, "must be a dictionary")
    copy = dict(cast("Mapping[str, Any]", entry))
    if "size" in copy:
        check_number("file", f"{where}.size", copy["size"])
        return copy
    if copy.get("is_dir") is True and copy.get("files"):
        copy["files"] = _measured(copy["files"], f"{where}.files")
        copy["size"] = sum(file["size"] for file in copy["files"])
        return copy
    return {**copy, "size": 0}
