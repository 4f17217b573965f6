"""One client at work while others do their worst: it must hardly notice.

Whole figures only; their fast variants are in ``test_patterns`` and ``test_gate``.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from typing_extensions import Self

EVIL = [
    *("(a+)+$", "(a|a)*b", "(a*)*b", "(.*a){12}b", "(a?){30}a{30}b", "(x+x+)+y", "(a|aa)+$b"),
    *("^(([a-z])+.)+[A-Z]([a-z])+$", r"(\w+\s?)*!", "([a-zA-Z]+)*[^a]$b", "(.+)+(.+)+(.+)+b"),
    *(f"(a{{1,{n}}}){{{n}}}b" for n in range(3, 25)),
    *("a" * n + "*" + "(a*)*c" for n in range(1, 8)),
    *(f"({'a|' * n}a)*$b" for n in range(1, 11)),
]


class Healthy:
    """Asks for a queue, again and again, and notes how long it takes."""

    def __init__(self, process: Any) -> None:
        self._caller = process.caller("employee")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.took: list[float] = []
        self.failed: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._over.wait(0.005):
            began = time.perf_counter()
            status, answer = self._caller.call("GET", "queue/find", {"limit": 1})
            self.took.append((time.perf_counter() - began) * 1_000)
            if status != 200 or "result" not in answer:
                self.failed.append(str(answer))

    @property
    def p99(self) -> float:
        """Milliseconds within which 99 of 100 answers came."""
        assert len(self.took) >= 5
        return sorted(self.took)[int(len(self.took) * 0.99)]


@pytest.mark.deep
def test_regular_expressions_keep_nobody_waiting(
    new_process: Callable[..., Any], figure: Callable[..., None]
):
    assert len(EVIL) >= 50
    process = new_process()
    process.start()
    caller = process.caller()
    for number in range(3):
        data = {"name": f"victim {number}", "description": "a" * 10_000}
        assert caller.call("POST", "queue/create", data)[0] == 200
    (process.data / "volumes" / "projects" / ("a" * 200)).write_text("x")
    slowest, crashed = 0.0, []
    with Healthy(process) as healthy:
        for pattern in EVIL:
            for verb, uri, data, query in (
                ("GET", "queue/find", {}, f"description matches '{pattern}'"),
                ("GET", "workspace/file", _filtered(pattern), None),
            ):
                began = time.perf_counter()
                status, answer = caller.call(verb, uri, data, **({"query": query} if query else {}))
                slowest = max(slowest, (time.perf_counter() - began) * 1_000)
                if status != 200:
                    crashed.append((pattern, answer))
    assert crashed == []
    figure(f"slowest evil regular expression of {len(EVIL)}", slowest, "<= 1_000 ms")
    figure("failures of a healthy client beside them", len(healthy.failed), "= 0")
    figure("99th percentile of its answers", healthy.p99, "<= 100 ms")


def _filtered(pattern: str) -> dict[str, Any]:
    return {"op": "ls", "path": "share=projects", "include": f"re('{pattern}')"}


@contextmanager
def crowd(process: Any, addresses: int, each: int) -> Iterator[list[socket.socket]]:
    """Open connections from several addresses; close them at the end."""
    host, _, port = process.url.removeprefix("http://").partition(":")
    opened: list[socket.socket] = []
    try:
        for number in range(addresses * each):
            source = (f"127.0.0.{2 + number % addresses}", 0)
            opened.append(socket.create_connection((host, int(port)), 20, source))
        yield opened
    finally:
        for one in opened:
            one.close()


@pytest.mark.deep
def test_slow_clients_keep_nobody_waiting(
    new_process: Callable[..., Any], figure: Callable[..., None]
):
    addresses, each, seconds = 4, 150, 12.0
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.2", 0))
    except OSError:
        pytest.skip("this machine has one loopback address only")
    process = new_process()
    process.start()
    began = time.monotonic()
    with crowd(process, addresses, each) as slow, Healthy(process) as healthy:
        while time.monotonic() < began + seconds:
            for one in slow:
                with contextlib.suppress(OSError):
                    one.send(b"G" if time.monotonic() < began + 0.5 else b"E")
            time.sleep(0.2)
        closed = refused = 0
        for one in slow:
            one.settimeout(0.002)
            with contextlib.suppress(TimeoutError, ConnectionError):
                answer = one.recv(1024)
                refused += b" 429 " in answer
                closed += b" 429 " not in answer
    figure(f"connections refused of {addresses} times {each}", refused, "= 200")
    figure("slow clients cut off after 10 s", closed, "= 400")
    figure("failures of a healthy client beside slow ones", len(healthy.failed), "= 0")
    figure("99th percentile of its answers beside slow ones", healthy.p99, "<= 100 ms")
