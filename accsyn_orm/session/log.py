"""What a session says about itself: to its own handlers, never to the loggers of the host program.

Payloads are redacted on their structure before they become text. In the text, the session's own
secrets and credentials in URLs are masked wherever else they stand. Text from the backend is
written as JSON, so that no answer can forge a line of its own.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import TYPE_CHECKING, Any

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.session.masking import Mask, mask_of, mask_urls
from accsyn_orm.wire.redaction import redact

if TYPE_CHECKING:
    from accsyn_orm.outcome import Outcome
    from accsyn_orm.session.retrying import Call

_FORMAT = "%(asctime)s [ACCSYN_API] %(message)s"


class SessionLog:
    """The log of one session.

    Args:
        verbose: also log every request and answer.
        pretty_json: indent payloads.
        path: file to append to instead of standard error; created readable by its owner only.

    Raises:
        ConfigurationError: the file cannot be opened.
    """

    def __init__(
        self,
        *,
        verbose: bool = False,
        pretty_json: bool = False,
        path: str | os.PathLike[str] | None = None,
    ) -> None:
        # Not registered with the logging module: nothing to inherit, nothing left behind.
        level = logging.DEBUG if verbose else logging.INFO
        self._logger = logging.Logger("accsyn_orm", level)  # noqa: LOG001  # see above
        self._indent = 4 if pretty_json else None
        self._handler = _handler(path, verbose=verbose)
        self._formatter = _MaskingFormatter(_FORMAT)
        self._handler.setFormatter(self._formatter)
        self._logger.addHandler(self._handler)

    def hide(self, *secrets: str) -> None:
        """Mask these texts from now on, and no longer those named before."""
        self._formatter.mask = mask_of(*secrets)

    def masked(self, text: str) -> str:
        """Return a text without what is hidden."""
        return self._formatter.mask(text)

    def notice(self, text: str) -> None:
        """Log an event in the life of the session; the text is ours and holds no secret."""
        self._logger.info("%s", text)

    def request(self, operation: str, verb: str, host: str, text: str) -> None:
        """Log a request about to be sent."""
        if self._logger.isEnabledFor(logging.DEBUG):
            self._logger.debug("%s %s %s %s", verb, host, operation, self._shown(text))

    def answer(self, operation: str, status: int, text: str, seconds: float) -> None:
        """Log an answer, whatever it is."""
        if self._logger.isEnabledFor(logging.DEBUG):
            shown = self._shown(text)
            self._logger.debug("%s HTTP %d %.0f ms %s", operation, status, seconds * 1000, shown)

    def attempt(
        self,
        call: Call,
        number: int,
        outcome: Outcome,
        budget: int,
        *,
        delay: float | None = None,
        was_found: bool = False,
    ) -> None:
        """Log what became of one attempt of a call: as JSON, and as ``record.accsyn_attempt``.

        Args:
            call: the call.
            number: which attempt it was, from 1.
            outcome: what became of it.
            budget: what is left of the session's repetitions.
            delay: seconds until the next attempt; ``None`` when there is none.
            was_found: reading back has shown that it was done.
        """
        # Those that lead to another one are of interest always.
        level = logging.DEBUG if delay is None and not was_found else logging.INFO
        if not self._logger.isEnabledFor(level):
            return
        told: dict[str, object] = {
            "operation": call.operation,
            "class": call.operation_class.value,
            "eid": call.eid,
            "attempt": number,
            "outcome": outcome.value,
            "budget": budget,
        }
        if delay is not None:
            told["repeated_in"] = round(delay, 3)
        if was_found:
            told["found_done"] = True
        extra = {"accsyn_attempt": told}
        self._logger.log(level, "attempt %s", json.dumps(told), extra=extra)

    def failure(self, error: Exception) -> None:
        """Log a call that failed."""
        self._logger.warning("%s %s", type(error).__name__, json.dumps(str(error)))

    def close(self) -> None:
        """Close the file; what comes later is not logged."""
        self._logger.removeHandler(self._handler)
        self._handler.close()
        # A logger without any handler prints warnings to standard error.
        self._logger.addHandler(logging.NullHandler())

    def _shown(self, text: str) -> str:
        return json.dumps(redact(_parsed(text)), indent=self._indent)


def _handler(path: str | os.PathLike[str] | None, *, verbose: bool) -> logging.Handler:
    if not path:
        return logging.StreamHandler(sys.stderr) if verbose else logging.NullHandler()
    try:
        return _PrivateFileHandler(path, encoding="utf-8")
    except OSError as error:
        reason = f"cannot write {os.fspath(path)!r}: {error.strerror}"
        raise ConfigurationError("path_logfile", reason) from error


class _MaskingFormatter(logging.Formatter):
    """Masks what must not be read, in the finished line."""

    def __init__(self, layout: str) -> None:
        super().__init__(layout)
        self.mask: Mask = mask_of()

    def format(self, record: logging.LogRecord) -> str:
        return mask_urls(self.mask(super().format(record)))


class _PrivateFileHandler(logging.FileHandler):
    """Creates its file with mode 0600."""

    def _open(self) -> Any:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return open(descriptor, self.mode, encoding=self.encoding)  # noqa: PTH123  # a descriptor


def _parsed(text: str) -> Any:
    """Parse a payload; one that cannot be parsed cannot be redacted, so only its size is shown."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return f"({len(text)} characters that are no JSON)"
