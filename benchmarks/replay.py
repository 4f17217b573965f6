"""A server that answers what a workspace has answered before, so that only the client counts.

It passes on what it has not seen yet, and remembers the answer. Two requests are the same when they
differ in nothing but what is new in every request: its id, its time and the session.

python replay.py URL CA_BUNDLE AUTHORITY_DIRECTORY
"""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import requests

from accsyn_orm.server.http.authority import Authority

_FRESH = ("eid", "created", "session", "session_key", "hostname")


@contextmanager
def replayed(url: str, ca_bundle: str) -> Iterator[str]:
    """Run it in front of a workspace, in a process of its own; give its URL."""
    command = [sys.executable, __file__, url, ca_bundle, str(Path(ca_bundle).parent)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait(10)


class Replay:
    """Answers by memory, and asks the workspace for what is new."""

    def __init__(self, url: str, ca_bundle: str) -> None:
        self._url = url
        self._ca_bundle = ca_bundle
        self._known: dict[tuple[str, str, str], bytes] = {}

    def serve(self, connection: socket.socket) -> None:
        """Answer the requests of one connection until it ends."""
        with connection, connection.makefile("rb") as stream:
            while line := stream.readline():
                verb, target, _ = line.decode().split(" ", 2)
                headers: dict[str, str] = {}
                while (header := stream.readline().decode().strip()) != "":
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = stream.read(int(headers.get("content-length", 0)))
                connection.sendall(self._answer(verb, target, headers, body))

    def _answer(self, verb: str, target: str, headers: dict[str, str], body: bytes) -> bytes:
        path, _, query = target.partition("?")
        key = (verb, path, _essence(unquote(query) or body.decode()))
        if key not in self._known:
            kept = {k: v for k, v in headers.items() if k not in {"host", "accept-encoding"}}
            answer = requests.request(
                verb,
                self._url + target,
                headers=kept,
                data=body,
                verify=self._ca_bundle,
                timeout=60,
            )
            head = f"HTTP/1.1 {answer.status_code} Replayed\r\nContent-Type: application/json\r\n"
            head += f"Content-Length: {len(answer.content)}\r\n\r\n"
            self._known[key] = head.encode() + answer.content
        return self._known[key]


def _essence(text: str) -> str:
    try:
        event = json.loads(text)
    except ValueError:
        return text
    return json.dumps({name: event[name] for name in sorted(event) if name not in _FRESH})


def main() -> None:
    """Serve on a free loopback port until terminated; print the URL."""
    url, ca_bundle, authority = sys.argv[1:]
    context = Authority(Path(authority)).server_context("127.0.0.1")
    replay = Replay(url, ca_bundle)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(f"https://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    while True:
        plain, _ = listener.accept()
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_serve, args=(replay, context, plain), daemon=True).start()


def _serve(replay: Replay, context: ssl.SSLContext, plain: socket.socket) -> None:
    try:
        replay.serve(context.wrap_socket(plain, server_side=True))
    except OSError:
        plain.close()  # who hangs up while it is answered is not waited for


if __name__ == "__main__":
    main()
