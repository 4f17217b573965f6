"""How a job is to be run: the settings that this engine honours, from every level that has some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from accsyn_orm.errors import AccsynError
from accsyn_orm.server.disk.filters import Filters, read_setting
from accsyn_orm.server.engine.rates import MEGABYTE
from accsyn_orm.server.engine.trouble import Code, TransferError
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour

WITHOUT_EFFECT = frozenset(
    {
        "transfer_attributes",
        "transfer_bucketsize",
        "transfer_comparison",
        "transfer_concurrent",
        "transfer_log",
        "transfer_reserved_space",
        "transfer_resume",
        "task_bucketsize",
    }
)
"""Settings of transfers that are kept and shown, and that change nothing here."""

_DEFAULT_RETRY_DELAY_S = 60
_LARGEST = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of a job, read.

    Attributes:
        speed_limit: bytes per second; ``None`` without a limit.
        is_sync: what the source no longer has is removed from the destination.
        keeps_files: files that are at the destination already are left alone.
        keeps_directories: so are directories, with all that is in them.
        filters: which files of a directory are taken.
        max_retries: how often a failed job is run again by itself.
        retry_delay: how long after it failed.
        ignores_missing: a source that is not there is no failure.
        deletes_excluded: what the filters leave out is removed from the destination at the end.
    """

    speed_limit: int | None
    is_sync: bool
    keeps_files: bool
    keeps_directories: bool
    filters: Filters
    max_retries: int
    retry_delay: timedelta
    ignores_missing: bool
    deletes_excluded: bool

    def without_removing(self) -> Options:
        """Return the same, for who must not remove anything from the destination."""
        return replace(self, is_sync=False, deletes_excluded=False)


@behaviour(
    DOCUMENTED, "transfers/settings", "transfer_speedlimit bounds a job, in MB/s; -1 is none"
)
@behaviour(DOCUMENTED, "transfers/settings", "job_max_retries says how often a job runs again")
@behaviour(INFERRED, "transfers/settings", "a failed job is not run again unless a setting says so")
@behaviour(INFERRED, "transfers/settings", "a setting that makes no sense fails the task")
@behaviour(INFERRED, "transfers/settings", "settings that this engine has no use for are kept")
def read_options(settings: Mapping[str, str]) -> Options:
    """Read settings, of which those of all levels were merged before.

    Raises:
        TransferError: a value makes no sense.
    """
    ignored = _words(settings, "transfer_ignore_existing")
    mode = settings.get("transfer_mode", "copy").casefold()
    if mode not in {"copy", "onewaysync"}:
        raise _senseless("transfer_mode", mode, "copy or onewaysync")
    delay = _number(settings, "job_autoretray_delay_s", _DEFAULT_RETRY_DELAY_S)
    return Options(
        speed_limit=_speed_limit(settings),
        is_sync=mode == "onewaysync",
        keeps_files="file" in ignored,
        keeps_directories="directory" in ignored,
        filters=_filters(settings),
        max_retries=int(_number(settings, "job_max_retries", 0)),
        retry_delay=timedelta(seconds=delay),
        ignores_missing=settings.get("job_on_missing", "fail").casefold() == "ignore",
        deletes_excluded="delete_excluded" in _words(settings, "job_done_actions"),
    )


def _speed_limit(settings: Mapping[str, str]) -> int | None:
    limit = _number(settings, "transfer_speedlimit", -1)
    return None if limit < 0 else int(limit * MEGABYTE)


def _number(settings: Mapping[str, str], name: str, default: float) -> float:
    text = settings.get(name, "").strip()
    try:
        number = float(text) if text else float(default)
    except ValueError:
        raise _senseless(name, text, "a number") from None
    if not -1 <= number <= _LARGEST:
        raise _senseless(name, text, f"a number between -1 and {_LARGEST}")
    return number


def _words(settings: Mapping[str, str], name: str) -> Sequence[str]:
    return [word.strip().casefold() for word in settings.get(name, "").split(",")]


def _filters(settings: Mapping[str, str]) -> Filters:
    try:
        return read_setting(settings.get("transfer_include"), settings.get("transfer_exclude"))
    except AccsynError as error:
        raise TransferError(Code.INIT, str(error)) from error


def _senseless(name: str, value: Any, wanted: str) -> TransferError:
    return TransferError(Code.INIT, f"setting {name} is {wanted}, not {value!r}")
