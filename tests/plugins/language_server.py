"""Pyright's language server, asked what an editor would show."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from typing_extensions import Self


class LanguageServer:
    """One server, talked to over its standard streams; use it in ``with``.

    Args:
        root: directory that the files to complete would be in.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._number = 0

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "pyright.langserver", "--stdio"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._root,
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            },
        )
        folder = {"uri": self._root.as_uri(), "name": "tests"}
        self._ask(
            "initialize",
            {
                "processId": None,
                "capabilities": {"workspace": {"configuration": True}},
                "workspaceFolders": [folder],
            },
        )
        self._tell("initialized", {})
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def completions(self, source: str) -> list[str]:
        """Return what is offered at the end of some source."""
        self._number += 1
        uri = (self._root / f"example_{self._number}.py").as_uri()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": source}
        self._tell("textDocument/didOpen", {"textDocument": document})
        position = {"line": source.count("\n"), "character": len(source.rpartition("\n")[2])}
        where = {"textDocument": {"uri": uri}, "position": position}
        found = self._ask("textDocument/completion", where)
        return [item["label"] for item in (found or {}).get("items", [])]

    def _ask(self, method: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        number = self._number
        self._write({"id": number, "method": method, "params": parameters})
        while True:
            message = self._read()
            if "method" not in message and message.get("id") == number:
                return message.get("result")
            if "method" in message and "id" in message:
                self._write({"id": message["id"], "result": _answer(message)})

    def _tell(self, method: str, parameters: dict[str, Any]) -> None:
        self._write({"method": method, "params": parameters})

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the language server ended"
        return json.loads(self._process.stdout.read(length))


def _answer(message: dict[str, Any]) -> Any:
    """Answer what a server asks its editor: where Python is."""
    if message["method"] != "workspace/configuration":
        return None
    items = message["params"]["items"]
    return [
        {"pythonPath": sys.executable} if item.get("section") == "python" else {} for item in items
    ]
