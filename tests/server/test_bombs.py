"""Payloads that are small and become large: each is refused in time, and takes little memory."""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

MEGABYTE = 1024 * 1024


def gz(document: bytes, level: int = 9) -> str:
    return base64.b64encode(gzip.compress(document, level)).decode()


def nested(opening: str, closing: str, depth: int) -> str:
    return opening * depth + "1" + closing * depth


def documents() -> Iterator[tuple[str, str]]:
    """Give JSON texts for ``data`` that no one needs."""
    yield "depth 100 of lists", nested("[", "]", 100)
    yield "depth 100,000 of lists", nested("[", "]", 100_000)
    yield "depth 100,000 of dictionaries", nested('{"a":', "}", 100_000)
    yield "depth 1,000,000, not closed", "[" * 1_000_000
    yield "depth 65 in metadata", '{"name": "x", "metadata": ' + nested('{"a":', "}", 65) + "}"
    yield "1,000,000 keys", "{" + ",".join(f'"{n}":1' for n in range(1_000_000)) + "}"
    yield "1,000,000 ids", '{"tasks": [' + ",".join(f'"{n:024x}"' for n in range(500_000)) + "]}"
    yield "5,000,000 zeros", "[" + "0," * 5_000_000 + "0]"
    yield "5,000,000 lists", "[" + "[]," * 5_000_000 + "0]"
    yield "3,000,000 dictionaries", "[" + "{}," * 3_000_000 + "0]"
    yield "NaN", '{"name": "x", "priority": NaN}'
    yield "Infinity", '{"name": "x", "priority": Infinity}'
    yield "minus Infinity", '{"name": "x", "priority": -Infinity}'
    yield "1e999", '{"name": "x", "priority": 1e999}'
    yield "5,000 digits", '{"name": "x", "priority": ' + "9" * 5_000 + "}"
    yield "1,000,000 digits", '{"name": "x", "priority": ' + "9" * 1_000_000 + "}"
    yield "a fraction of 1,000,000 digits", '{"name": "x", "priority": 0.' + "9" * 1_000_000 + "}"
    yield "a boolean for a number", '{"name": "x", "priority": true}'
    yield "a text of 15 MiB that is not closed", '{"name": "' + "x" * (15 * MEGABYTE)
    yield "backslashes", '{"name": "' + "\\" * 4_000_001 + '"}'
    yield "quotes", '"' * 4_000_000
    yield "half a surrogate pair", '{"name": "\\ud800"}'
    yield "NUL", '{"name": "\\u0000"}'
    yield "escapes for ever", '{"name": "' + "\\u0000" * 1_000_000 + '"}'
    yield "no document", "{" * 3
    yield "two documents", "{} {}"
    yield "a list", "[]"
    yield "a text", '"x"'


def bombs(caller: Any, names: set[str] | None) -> Iterator[tuple[str, str, bytes]]:
    """Give what a request holds, by the verb that it is sent with."""
    for name, document in documents():
        text = caller.event("queue/create", "?").replace('"?"', document)
        yield name, "POST", text.encode()
    plain = caller.event("queue/create", "?")
    for name, document in documents():
        is_wanted = names is None or f"packed: {name}" in names
        if is_wanted and (len(document) < 1_000 or name.startswith(("depth", "5,000,000"))):
            packed = plain.replace('"data": "?"', f'"gz_data": "{gz(document.encode())}"')
            yield f"packed: {name}", "POST", packed.encode()
    for name, folded in (
        ("17 MiB of blanks", lambda: gz(b" " * (17 * MEGABYTE))),
        ("300 MiB of zeros", lambda: gz(bytes(300 * MEGABYTE), 1)),
        ("1,000 MiB of zeros", lambda: gz(bytes(1000 * MEGABYTE))),
        ("gzip in gzip", lambda: gz(gzip.compress(bytes(20 * MEGABYTE)))),
        ("two streams", lambda: base64.b64encode(gzip.compress(b"{}") * 2).decode()),
        ("half a stream", lambda: gz(b"{}")[:-8]),
        ("not base64", lambda: "!" * 1_000_000),
        ("bad UTF-8", lambda: gz(b'{"name": "\xff"}')),
    ):
        if names is None or name in names:
            text = plain.replace('"data": "?"', f'"gz_data": "{folded()}"')
            yield name, "POST", text.encode()
    yield "bad UTF-8 in the body", "POST", b'{"uri": "\xff"}'
    yield "16 MiB of nothing", "PUT", b" " * (16 * MEGABYTE)
    yield (
        "a name of 15 MiB in the envelope",
        "PUT",
        plain.replace('"hostname": "h"', '"hostname": "' + "h" * (15 * MEGABYTE) + '"').encode(),
    )


QUICK = {
    "depth 100 of lists",
    "depth 100,000 of dictionaries",
    "5,000,000 lists",
    "1e999",
    "5,000 digits",
    "packed: depth 100,000 of lists",
    "17 MiB of blanks",
    "300 MiB of zeros",
    "gzip in gzip",
    "bad UTF-8",
}


@pytest.mark.parametrize(
    "names",
    [
        QUICK,
        pytest.param(None, marks=[pytest.mark.deep, pytest.mark.timeout(300)], id="whole"),
    ],
)
def test_bombs_do_not_go_off(
    new_process: Callable[..., Any], figure: Callable[..., None], names: set[str] | None
):
    process = new_process()
    process.start()
    caller = process.caller()
    before = process.peak_memory()
    slowest, taken, count = 0.0, [], 0
    for name, verb, body in bombs(caller, names):
        if names is not None and name not in names:
            continue
        count += 1
        caller.connection.close()
        caller.connection.request(verb, "/api/v3/event", body, caller.headers)
        began = time.perf_counter()
        answer = caller.connection.getresponse()
        said = json.loads(answer.read())
        slowest = max(slowest, time.perf_counter() - began)
        if list(said) != ["message"] or answer.status not in {200, 400, 413}:
            taken.append((name, answer.status, str(said)[:200]))
        assert caller.find("queue"), name
    kept = (process.peak_memory() - before) / MEGABYTE
    assert taken == []
    lane = "fast" if names else "whole"
    figure(f"bombs, {lane}", count, f">= {len(QUICK) if names else 40}")
    figure(f"bombs that were taken, {lane}", len(taken), "= 0")
    figure(f"slowest answer to a bomb, {lane}", slowest, "<= 1 s")
    figure(f"memory that bombs took, {lane}", kept, "<= 96 MiB")
    assert "Traceback" not in process.stop()
