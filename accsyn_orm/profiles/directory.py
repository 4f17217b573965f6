"""Where the user's own settings are kept on this operating system."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_NAME = "accsyn_orm"


def config_directory(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the directory of this user's settings; it need not exist.

    ``ACCSYN_CONFIG_DIR`` names another one, for render users without a home directory.
    """
    if chosen := environ.get("ACCSYN_CONFIG_DIR", "").strip():
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / _NAME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / _NAME
    return Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / _NAME
