"""The keyring of the operating system, as far as there is one that works.

Keyrings fail in many ways: not installed, no desktop session, locked, refused by the user. To a
profile that is all the same: the key is not there, and its file has to hold it.
"""

from __future__ import annotations

from typing import Any

_SERVICE = "accsyn_orm"


class Vault:
    """Keys by the name of their profile."""

    def write(self, name: str, key: str) -> bool:
        """Keep a key; tell whether it can be read back."""
        keyring = _keyring()
        if keyring is None:
            return False
        try:
            keyring.set_password(_SERVICE, name, key)
            return bool(keyring.get_password(_SERVICE, name) == key)
        except keyring.errors.KeyringError:
            return False

    def read(self, name: str) -> str | None:
        """Return a key, or ``None``."""
        keyring = _keyring()
        if keyring is None:
            return None
        try:
            key: str | None = keyring.get_password(_SERVICE, name)
        except keyring.errors.KeyringError:
            return None
        return key

    def forget(self, name: str) -> None:
        """Drop a key, if there is one."""
        keyring = _keyring()
        if keyring is None or self.read(name) is None:
            return
        try:
            keyring.delete_password(_SERVICE, name)
        except keyring.errors.KeyringError:
            return


def _keyring() -> Any:
    """Return the library, or ``None`` when it is not installed or finds nothing to keep keys in."""
    try:
        import keyring
        import keyring.errors  # pyright: ignore[reportUnusedImport]  # as keyring.errors
    except ImportError:
        return None
    return keyring if keyring.get_keyring().priority > 0 else None
