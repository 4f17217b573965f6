"""No path and no operation gets at anything outside of a volume."""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from file_operations import VERBS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accsyn_orm.errors import AccsynError
from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.disk.refusal import DiskRefusal
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.operations import plan
from accsyn_orm.server.storage.store import insert_row, rows_where
from accsyn_orm.server.storage.tables import SHARES
from accsyn_orm.wire.events import Event

SECRET = b"the studio's payroll"

ELEMENTS = [
    "..",
    ".",
    "...",
    "....",
    ". .",
    " ..",
    ".. ",
    "../..",
    "..\\..",
    "x/../../..",
    "..%2f..x",
    "%2e%2e",
    "..\0",
    "\0",
    "x\0/../../canary",
    "..\n",
    "\x7f",
    "C:",
    "c:\\windows",
    "C:canary",
    "x/D:/y",
    "CON",
    "nul",
    "aux.txt",
    "com1",
    "LPT9.log",
    "com\u00b9",
    "CONIN$",
    "canary.",
    "\uff0e\uff0e",
    "\u2024\u2024",
    "\u2025",
    "..\u200b",
    "\u200d..",
    "..\uff0f..",
    "\uff0e\uff0e\uff3c",
    "\ufeff..",
    "\u00ad..",
    "\ud800",
    "out",
    "out/secret",
    "out/../out",
    "up/canary/secret",
    "secret_link",
    "loop/loop",
    "abs/etc",
    "x" * 300,
    "/".join("x" * 300),
]
TEMPLATES = [
    "share=projects/{}",
    "share=projects\\{}",
    "share=projects/show/{}",
    "share=projects/show\\{}/x",
    "share=projects/{}/secret",
    "share=projects/./{}",
    "volume=(default)/{}",
    "share=projects:{}",
    "folder=plates/{}",
    "folder=plates/../{}",
    "/mnt/projects/{}",
    "P:\\{}",
]
# Names like any other, which just look bad.
HARMLESS = {"..%2f..x", "%2e%2e"}
HOSTILE = [
    template.format(element)
    for template, element in itertools.product(TEMPLATES, ELEMENTS)
    if element not in HARMLESS
] + [
    "..",
    "../canary",
    "\\\\server\\share",
    "//server/share",
    "\\\\?\\C:\\canary",
    "\\\\.\\pipe\\x",
    "/etc/passwd",
    "C:\\canary",
    "~/../x",
    "share=../canary",
    "share=..",
    "share=/etc",
    "share=projects/..",
    "volume=projects/../../canary/secret",
    "home=../x",
    "delivery=../../canary",
    "workarea=projects",
    "share=projects/show/../../canary",
    "/mnt/projects/../../etc",
    "/mnt/projects/../projects/show",
    "/mnt/../mnt/projects",
]


@pytest.fixture
def volume(studio, tmp_path) -> Path:
    """Give a volume that is full of links out of it, beside what nobody may get at."""
    canary = tmp_path / "volumes" / "canary"
    canary.mkdir(parents=True)
    (canary / "secret").write_bytes(SECRET)
    root = tmp_path / "volumes" / "projects"
    plant(root)
    with studio.acting("admin") as call:
        (row,) = rows_where(call, SHARES, SHARES.table.c.code == "projects")
        folder = {"type": "folder", "code": "plates", "path": "show/plates", "parent": row["id"]}
        insert_row(call, SHARES, {**folder, "status": "enabled"})
    return root


def plant(root: Path) -> None:
    """Make the volume what it is before each try."""
    shutil.rmtree(root, ignore_errors=True)
    (root / "show" / "plates").mkdir(parents=True)
    for where in (root, root / "show", root / "show" / "plates"):
        (where / "a.mov").write_bytes(b"a")
        (where / "out").symlink_to(root.parent / "canary")
        (where / "up").symlink_to("..")
        (where / "abs").symlink_to("/")
        (where / "loop").symlink_to("loop")
        (where / "secret_link").symlink_to(root.parent / "canary" / "secret")


def snapshot(root: Path) -> list[tuple[str, int, bytes]]:
    """Tell all there is beside a volume, with contents and dates."""
    return [
        (str(path), path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in sorted(root.parent.rglob("*"))
        if root not in (path, *path.parents)
    ]


def calls(path: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Give everything that can be done with a path, in both places that take one."""
    benign = "share=projects/a.mov"
    yield "ls", {"path": path, "recursive": True, "getsize": True}
    yield "getsize", {"path": path}
    yield "exists", {"path": path}
    yield "mkdir", {"path": path}
    yield "delete", {"path": path, "force": True}
    yield "rename", {"path": path, "path_to": benign}
    yield "rename", {"path": benign, "path_to": path}
    yield "move", {"path": path, "path_to": "share=projects/taken"}
    yield "move", {"path": benign, "path_to": path}
    yield "move", {"path": benign, "path_to": f"{path}/"}


def outcome(call, op: str, options: dict[str, object]) -> object:
    """Do it; return the answer, or what the refusal says."""
    event = Event(
        "workspace/file", "acmefilm", "eid", "session", call.caller.user_code,
        "2026-03-01T12:00:00", "host", {"op": op, **options}, None, None,
    )  # fmt: skip
    try:
        return plan("v3", event, VERBS[op]).run(call)
    except AccsynError as error:
        return str(error)


def test_hostile_paths_are_refused_and_change_nothing(studio, volume):
    assert len(HOSTILE) >= 500
    before = snapshot(volume)
    inside = snapshot(volume.parent / "nowhere")
    with studio.acting("admin") as call:  # one transaction for all
        for path in HOSTILE:
            for op, options in calls(path):
                answer = outcome(call, op, options)
                # Refused, in words that show nothing of this machine; a link does not exist.
                assert isinstance(answer, str) or (op, answer) == ("exists", False), (op, options)
                assert str(volume.parent) not in str(answer)
    assert snapshot(volume) == before
    assert snapshot(volume.parent / "nowhere") == inside


@pytest.mark.parametrize("path", sorted(HARMLESS))
def test_nothing_is_decoded_a_second_time(studio, volume, path):
    admin = studio.client("admin")
    before = snapshot(volume)
    made = {"op": "mkdir", "path": f"share=projects/{path}"}
    assert admin.call("POST", "workspace/file", made) is True
    assert (volume / path).is_dir()
    assert snapshot(volume) == before


NAMES = st.sampled_from(
    ["a", "b", "A", "show", "plates", "a.mov", "out", "up", "abs", "loop", "secret_link", "..", ".",
     "", "C:", "con", "\uff0e\uff0e", "x.", "é", "e\u0301"]
)  # fmt: skip
SEPARATORS = st.sampled_from(["/", "\\", "//", "/./"])
HEADS = st.sampled_from(
    ["share=projects", "volume=(default)", "folder=plates", "/mnt/projects", "P:", "", "~"]
)


@st.composite
def paths(draw: st.DrawFn) -> str:
    path = draw(HEADS)
    for name in draw(st.lists(NAMES, max_size=5)):
        path += draw(SEPARATORS) + name
    return path + draw(st.sampled_from(["", "", "/"]))


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.sampled_from(sorted(VERBS)), paths(), paths()), max_size=12))
def test_no_sequence_of_operations_gets_out(studio, volume, steps):
    plant(volume)
    before = snapshot(volume)
    admin = studio.client("admin")
    for op, path, path_to in steps:
        data: dict[str, object] = {"op": op, "path": path}
        if op in {"rename", "move"}:
            data["path_to"] = path_to
        if op == "delete":
            data["force"] = True
        if op == "ls":
            data["recursive"] = True
        with contextlib.suppress(AccsynError):
            answer = admin.call(VERBS[op], "workspace/file", data)
            assert "secret" not in str(answer)
    assert snapshot(volume) == before
    assert (volume / "show" / "plates").is_dir()  # the folder of another share


def test_what_is_swapped_for_a_link_meanwhile_is_not_followed(volume):
    """Somebody on the server turns a directory into a link, again and again."""
    tree, victim = Tree(volume), volume / "show"
    before = snapshot(volume)
    is_over = threading.Event()

    def swap() -> None:
        aside = volume / "aside"
        while not is_over.is_set():
            victim.rename(aside)
            victim.symlink_to(volume.parent / "canary")
            victim.unlink()
            aside.rename(victim)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for number in range(2_000):
            place = Inside(("show", f"n{number}"))
            with contextlib.suppress(DiskRefusal):
                tree.make_directory(place)
            with contextlib.suppress(DiskRefusal), tree.open_write(place / "file") as file:
                file.write(b"x")
            with contextlib.suppress(DiskRefusal):
                tree.remove(Inside(("show", "secret")))
            with contextlib.suppress(DiskRefusal), tree.open_read(Inside(("show", "secret"))):
                pytest.fail("read what is outside")
    finally:
        is_over.set()
        thread.join()
    assert snapshot(volume) == before


def test_a_share_cannot_be_pointed_out_of_its_volume(studio, volume):
    """Rows that no rule would store are not trusted either."""
    with studio.acting("admin") as call:
        (row,) = rows_where(call, SHARES, SHARES.table.c.code == "projects")
        for number, path in enumerate(("../canary", "/../canary", "out", "a\\..\\..\\canary")):
            folder = {"type": "folder", "code": f"f{number}", "path": path, "parent": row["id"]}
            insert_row(call, SHARES, {**folder, "status": "enabled"})
        for number, directory in enumerate(("../volumes/canary", "..", "", "/etc")):
            rogue = {"type": "volume", "code": f"v{number}", "directory": directory}
            rogue["server"] = row["server"]
            insert_row(call, SHARES, {**rogue, "status": "enabled"})
    before = snapshot(volume)
    for code in ("f0", "f1", "f2", "f3", "v0", "v1", "v2", "v3"):
        for op, options in calls(f"share={code}/secret"):
            with studio.acting("admin") as call:
                answer = outcome(call, op, options)
            assert isinstance(answer, str) or (op, answer) == ("exists", False), (op, options)
    assert snapshot(volume) == before


def test_the_canary_would_notice(volume):
    before = snapshot(volume)
    os.utime(volume.parent / "canary" / "secret", (0, 0))
    assert snapshot(volume) != before


# -- the whole figure -----------------------------------------------------------------------------

DECORATIONS = [
    "{}", "./{}", "{}/", "x/{}", "{}/x", "{}/{}", "show/{}", "show\\{}", " {}", "{} ", "{}.",
    "{}\0",
    "\u200b{}", "{}\ufeff", "%2e%2e/{}", "..%2f{}", "..%5c{}", "..%c0%af{}", "%252e%252e%252f{}",
    "....//{}", "..././{}", "..;/{}", "\uff0e\uff0e/{}", "..\u2215{}", "..\u29f5{}", "file://{}",
    "{}:stream", "{}::$DATA", "C:{}", "\\\\?\\{}", "\\\\.\\{}", "//x/{}", "~{}", "~root/{}", "{}~",
    "$HOME/{}", "%TEMP%\\{}", "{{}}/{}", "\x1b[2J{}", "{}\r\n", "a/../{}", "show/./../{}", "\t{}",
]  # fmt: skip
MEANT = ["..", "../..", "../canary", "../canary/secret", "canary", "/etc/passwd", "out/secret",
         "up/canary/secret", "secret_link", "abs/etc/passwd", "loop", "..\\canary"]  # fmt: skip


def generated() -> list[str]:
    """Give five thousand paths and more, each of which somebody has once got out with."""
    inner = [
        one.replace("{}", meant, 1).replace("{}", meant) for one in DECORATIONS for meant in MEANT
    ]
    heads = [*TEMPLATES, "{}", "workarea={}", "home={}", "job={}", "collection={}", "\\{}", "/{}"]
    return list(dict.fromkeys(head.replace("{}", one) for head in heads for one in inner))


@pytest.mark.parametrize(
    ("empty_database", "count"),
    [
        ("sqlite", 25),
        pytest.param("sqlite", 5_000, marks=[pytest.mark.deep, pytest.mark.timeout(900)]),
    ],
    indirect=["empty_database"],
)
def test_no_generated_path_leads_out(studio, volume, figure, count):
    paths, escapes, tried = generated(), [], 0
    assert len(paths) >= 5_000
    before = snapshot(volume)
    for path in random.Random(9).sample(paths, count):
        with studio.acting("admin") as call:
            for op, options in calls(path):
                tried += 1
                answer = outcome(call, op, options)
                told = str(answer)
                is_size = not isinstance(answer, str) and re.search(rf"\b{len(SECRET)}\b", told)
                if is_size or SECRET.decode() in told or str(volume.parent) in told:
                    escapes.append((op, options, told))
        if not (volume / "show" / "a.mov").exists() or not (volume / "a.mov").exists():
            plant(volume)
    assert escapes[:3] == []
    figure(f"file operations with hostile paths, {count} paths", tried, f">= {count * 7}")
    figure(f"paths that led out, of {count}", len(escapes), "= 0")
    figure(f"changes beside the volume, of {count} paths", int(snapshot(volume) != before), "= 0")
