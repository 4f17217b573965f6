"""Output that nobody reads any more, as behind ``| head -1``: the command line ends quietly."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

from accsyn_orm.cli.exits import DONE


@contextmanager
def quiet_pipe() -> Generator[None, None, None]:
    """Leave with 0 when who reads standard output has seen enough.

    Raises:
        SystemExit: so it is.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _leave()
    except SystemExit as left:
        # Typer and Rich notice it themselves, and leave with 1.
        if isinstance(left.__context__, BrokenPipeError):
            _leave()
        raise


def _leave() -> None:
    # Python flushes once more at its end, and would complain then.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(DONE)
