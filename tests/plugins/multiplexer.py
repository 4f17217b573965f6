"""A shell in a window of tmux: what somebody has on the screen, and keys as they are pressed.

Tests are skipped where tmux is not installed; with ``REQUIRE_TMUX`` set they fail instead.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

REQUIRED = "REQUIRE_TMUX"
_PROGRAM = (sys.executable, "-c", "from accsyn_orm.cli import main; main()")
_PATIENCE = 60.0


class Window:
    """A window with a shell in it.

    Args:
        socket: of the tmux server that it belongs to.
    """

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._typed = 0

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", self._socket, "-f", os.devnull, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
            timeout=_PATIENCE,
        )
        return done.stdout

    @property
    def screen(self) -> str:
        return self.tmux("capture-pane", "-p").rstrip()

    @property
    def has_cursor(self) -> bool:
        return self.tmux("display-message", "-p", "#{cursor_flag}").strip() == "1"

    def type(self, *arguments: str) -> None:
        """Type a command line, and press Enter."""
        words = shlex.join([*_PROGRAM, *arguments])
        self._typed += 1
        self.tmux("send-keys", "-l", f"clear; {words}; echo {self._typed} left with $?.")
        self.press("Enter")

    def press(self, key: str) -> None:
        self.tmux("send-keys", key)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until the screen shows it."""
        deadline = time.monotonic() + _PATIENCE
        while not (found := re.search(pattern, self.screen, re.MULTILINE)):
            assert time.monotonic() < deadline, self.screen
            time.sleep(0.05)
        return found

    def left_with(self) -> int:
        """Wait until the shell asks again; return what the command left with."""
        return int(self.wait_for(rf"^{self._typed} left with (\d+)\.")[1])


@contextmanager
def window(*, columns: int = 100, lines: int = 30) -> Iterator[Window]:
    """Open a window, on a tmux server of its own."""
    if shutil.which("tmux") is None:
        reason = "tmux is not installed"
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(reason)
    # Not pytest's folder: names of sockets have a hundred characters at most.
    with tempfile.TemporaryDirectory() as folder:
        opened = Window(f"{folder}/tmux")
        size = ("-x", str(columns), "-y", str(lines))
        # The server has the environment and the folder of this process, and so has its shell.
        opened.tmux("new-session", "-d", *size, "env", "ENV=", "PS1=$ ", "LANG=C.UTF-8", "sh")
        try:
            yield opened
        finally:
            opened.tmux("kill-server")
