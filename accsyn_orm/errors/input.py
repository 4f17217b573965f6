"""Settings and data that are wrong before anything is sent."""

from __future__ import annotations

from accsyn_orm.errors.base import AccsynError, with_hint


class ConfigurationError(AccsynError, ValueError):
    """Credentials, an address, a proxy or an option that is missing or malformed.

    Attributes:
        setting: the argument or environment variable concerned.
        reason: what is wrong with it; never its value when that may be a secret.
        hint: what to do, or ``None``.
    """

    def __init__(self, setting: str, reason: str, *, hint: str | None = None) -> None:
        self.setting = setting
        self.reason = reason
        self.hint = hint
        super().__init__(with_hint(f"{setting}: {reason}", hint))


class PayloadError(AccsynError, TypeError, ValueError):
    """Data that cannot be written as JSON (nothing was sent), or text that is not a valid payload.

    Attributes:
        where: path to the value concerned, such as ``data['tasks'][0]``; never the value itself.
        reason: what is wrong with it, and what to use instead.
    """

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(f"{where}: {reason}")
