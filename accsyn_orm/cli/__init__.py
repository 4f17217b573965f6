"""The command line ``accsyn-orm``.

Needs the extra ``accsyn_orm[cli]``; not part of the Python API.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, or say what to install for it."""
    try:
        from accsyn_orm.cli.app import main as run
    except ModuleNotFoundError as error:
        sys.exit(f"error: {error.name} is not installed (pip install 'accsyn_orm[cli,server]')")
    run()
