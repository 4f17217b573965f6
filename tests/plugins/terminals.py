"""Commands on a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

_MAIN = "from accsyn_orm.cli import main; main()"


class Terminal:
    """A command on a terminal of its own.

    Args:
        arguments: of the command line.
        before: Python to run first, in the same process.
    """

    def __init__(self, *arguments: str, before: str = "") -> None:
        self.seen = ""
        master, slave = pty.openpty()
        self._master = master
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"{before}\n{_MAIN}", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "COLUMNS": "100", "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
        )
        os.close(slave)

    @property
    def plain(self) -> str:
        """What was seen, without colours and movements of the cursor."""
        return re.sub(r"\x1b(?:\[[0-9;?]*[a-zA-Z]|\][^\n]*?(?:\x07|\x1b\\))", "", self.seen)

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + 60
        while text not in self.plain:
            if time.monotonic() > deadline:
                self.process.kill()
                self.process.wait()
                raise AssertionError(self.plain)
            self._read()

    def _read(self) -> bool:
        if not select.select([self._master], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self._master, 65_536)
        except OSError:
            return False
        self.seen += data.decode(errors="replace")
        return bool(data)

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def interrupt(self) -> None:
        """Press Ctrl-C until the command ends: a prompt may miss the one just before it waits."""
        for _ in range(40):
            self.process.send_signal(signal.SIGINT)
            for _ in range(10):
                self._read()
                if self.process.poll() is not None:
                    return
        self.process.kill()

    def end(self) -> int:
        while self._read() and self.process.poll() is None:
            continue
        while self._read() and select.select([self._master], [], [], 0)[0]:
            continue
        os.close(self._master)
        return self.process.wait(30)
