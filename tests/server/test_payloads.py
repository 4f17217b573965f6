"""The documented payloads, one after the other, and the job that each of them makes.

The workspace of these tests has what the documentation's examples name: volumes, a folder, a home,
a collection, sites, and an engine.
"""

from __future__ import annotations

import pytest

from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.storage.store import insert_row
from accsyn_orm.server.storage.tables import SHARES, SITES

pytestmark = pytest.mark.usefixtures("shared")

PROJECTS = stable_id("share", "projects")
ASSETS, FILM, HOME, REFS = "a" * 24, "f" * 24, "e" * 24, "c" * 24
BERLIN, BACKUP = "b" * 24, "d" * 24
ADMIN, STANDARD = "admin@acmefilm.com", "standard@acmefilm.com"

FILM_END = {"v": PROJECTS, "s": FILM}
HQ = {"v": PROJECTS}


@pytest.fixture
def world(studio):
    with studio.acting("admin") as call:
        caller, beneath = call.caller.user_id, {"parent": PROJECTS}
        shares = {
            ASSETS: {"type": "volume", "code": "assets", "directory": "assets"},
            FILM: {"type": "folder", "code": "thefilm", "path": "TheFilm", **beneath},
            HOME: {
                "type": "home",
                "code": "h",
                "path": "h",
                "user": caller,
                **beneath,
            },
            REFS: {"type": "collection", "code": "references"},
        }
        for ident, share in shares.items():
            insert_row(call, SHARES, share, ident=ident)
        for ident, code in ((BERLIN, "berlin"), (BACKUP, "backup")):
            insert_row(call, SITES, {"code": code, "name": code, "main": False}, ident=ident)


def own(path, **more):
    return {"user": ADMIN, "client": "own", **more, "path": path}


def theirs(path, **more):
    return {"user": STANDARD, "client": "own", **more, "path": path}


@pytest.fixture
def ends(admin, standard):
    """Read the ends of a job's tasks, with users by their e-mails."""
    names = {admin.user_id: ADMIN, standard.user_id: STANDARD}
    names |= dict.fromkeys((admin.computer, standard.computer), "own")

    def read(job, client=admin):
        tasks = client.find("task", f"job.id={job['id']}")
        return [
            tuple(
                {key: names.get(value, value) for key, value in task[end].items()}
                for end in ("source", "destination")
            )
            for task in tasks
        ]

    return read


TRANSFERS = {
    "relaxed single": (
        {"source": "share=thefilm/a.mov", "destination": "/data/in/"},
        [({**FILM_END, "path": "a.mov"}, own("/data/in/"))],
    ),
    "list of dictionaries": (
        {
            "tasks": [
                {"source": "share=thefilm/a.mov", "destination": "/in/a.mov"},
                {"source": "share=thefilm/b.mov", "destination": "/in/b.mov"},
            ]
        },
        [
            ({**FILM_END, "path": "a.mov"}, own("/in/a.mov")),
            ({**FILM_END, "path": "b.mov"}, own("/in/b.mov")),
        ],
    ),
    "dictionary by uri": (
        {
            "tasks": {
                "0": {"source": "share=thefilm/a", "destination": "/in/"},
                "1": {"source": "share=thefilm/b", "destination": "/in/"},
            }
        },
        [({**FILM_END, "path": "a"}, own("/in/")), ({**FILM_END, "path": "b"}, own("/in/"))],
    ),
    "list of paths, mirrored": (
        {"tasks": ["share=thefilm/a", "volume=assets/b"], "destination": STANDARD, "mirror": True},
        [
            ({**FILM_END, "path": "a"}, theirs("a", **FILM_END)),
            ({"v": ASSETS, "path": "b"}, theirs("b", v=ASSETS)),
        ],
    ),
    "one dictionary under tasks": (
        {"tasks": {"source": "share=thefilm/a", "destination": "/in/"}},
        [({**FILM_END, "path": "a"}, own("/in/"))],
    ),
    "dest": (
        {"tasks": [{"source": "share=thefilm/a", "dest": "/in/"}]},
        [({**FILM_END, "path": "a"}, own("/in/"))],
    ),
    "download to a client": (
        {"source": "volume=assets/p", "destination": "client=<own>:/in/"},
        [({"v": ASSETS, "path": "p"}, own("/in/"))],
    ),
    "upload to a folder": (
        {"source": "/out/a.mov", "destination": "folder=thefilm/in", "status": "waiting"},
        [(own("/out/a.mov"), {**FILM_END, "path": "in"})],
    ),
    "upload to a relative path": (
        {"source": "D:\\out\\a.mov", "destination": "in/"},
        [(own("D:\\out\\a.mov"), {**HQ, "path": "in/"})],
    ),
    "drop-off to the home": (
        {"source": "/out/a.mov", "destination": "~"},
        [(own("/out/a.mov"), {**HQ, "s": HOME, "path": "20260301/"})],
    ),
    "drop-off to a folder of the home": (
        {"source": "/out/a.mov", "destination": "~/x/"},
        [(own("/out/a.mov"), {**HQ, "s": HOME, "path": "x/"})],
    ),
    "download from the home": (
        {"source": "~/x", "destination": "/in/"},
        [({**HQ, "s": HOME, "path": "x"}, own("/in/"))],
    ),
    "a home by its owner": (
        {"source": f"home={ADMIN}/x", "destination": "/in/"},
        [({**HQ, "s": HOME, "path": "x"}, own("/in/"))],
    ),
    "a collection": (
        {"source": "collection=references", "destination": "/in/"},
        [({"s": REFS, "path": ""}, own("/in/"))],
    ),
    "site to site": (
        {"source": "site=backup:share=thefilm/p", "destination": "site=berlin"},
        [
            (
                {"site": BACKUP, **FILM_END, "path": "p"},
                {"site": BERLIN, **FILM_END, "path": "p"},
            )
        ],
    ),
    "main site to site": (
        {"source": "share=thefilm/p", "destination": "site=berlin"},
        [({**FILM_END, "path": "p"}, {"site": BERLIN, **FILM_END, "path": "p"})],
    ),
    "push to a user's copy of a share": (
        {"source": "share=thefilm/p", "destination": f"{STANDARD}:share=thefilm/q/"},
        [({**FILM_END, "path": "p"}, theirs("q/", **FILM_END))],
    ),
    "pull from a user": (
        {"source": f"{STANDARD}:share=projects/p"},
        [(theirs("p", **HQ), {**HQ, "path": "p"})],
    ),
    "backup": (
        {
            "tasks": [{"source": "share=thefilm"}, {"source": "volume=assets"}],
            "destination": "site=backup",
            "settings": {"task_bucketsize": "1", "transfer_mode": "onewaysync"},
        },
        [
            ({**FILM_END, "path": ""}, {"site": BACKUP, **FILM_END, "path": ""}),
            ({"v": ASSETS, "path": ""}, {"site": BACKUP, "v": ASSETS, "path": ""}),
        ],
    ),
    "a sequence with a range": (
        {"source": "share=thefilm/p/name.%04d.exr[100-167]", "destination": "/in/"},
        [({**FILM_END, "path": "p/name.%04d.exr[100-167]"}, own("/in/"))],
    ),
    "a whole sequence": (
        {"source": "/out/name.####.exr", "destination": "share=thefilm/p/"},
        [(own("/out/name.####.exr"), {**FILM_END, "path": "p/"})],
    ),
    "user=": (
        {"source": "share=thefilm/p", "destination": f"user={STANDARD}:share=thefilm/p"},
        [({**FILM_END, "path": "p"}, theirs("p", **FILM_END))],
    ),
    "a computer of the user": (
        {"source": "share=thefilm/p", "destination": f"{ADMIN}@admin-laptop:/in/"},
        [({**FILM_END, "path": "p"}, own("/in/"))],
    ),
    "hq alone": (
        {"source": "/out/a.mov", "destination": "hq"},
        [(own("/out/a.mov"), {**HQ, "path": "out/a.mov"})],
    ),
    "the workspace's code": (
        {"source": "/out/a.mov", "destination": "acmefilm:share=thefilm/in/"},
        [(own("/out/a.mov"), {**FILM_END, "path": "in/"})],
    ),
    "the default volume": (
        {"source": "volume=(default)/a", "destination": "/in/"},
        [({**HQ, "path": "a"}, own("/in/"))],
    ),
    "an absolute path of a volume": (
        {"source": "hq:/mnt/projects/a", "destination": "/in/"},
        [({**HQ, "path": "a"}, own("/in/"))],
    ),
    "a share by its id": (
        {"source": f"share={FILM}/a", "destination": "/in/"},
        [({**FILM_END, "path": "a"}, own("/in/"))],
    ),
    "old settings with numbers": (
        {
            "source": "share=thefilm/a",
            "destination": "/in/",
            "settings": {"task_bucketsize": 5, "transfer_speedlimit": -1.0},
        },
        [({**FILM_END, "path": "a"}, own("/in/"))],
    ),
    "include and exclude lists": (
        {
            "source": "share=thefilm/a",
            "destination": "/in/",
            "settings": {"transfer_exclude": "*.tmp\\,re('^x')", "transfer_include": "word,*b*"},
        },
        [({**FILM_END, "path": "a"}, own("/in/"))],
    ),
}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", TRANSFERS)
def test_documented_transfers(admin, ends, name):
    payload, expected = TRANSFERS[name]
    given = {
        key: value.replace("<own>", admin.computer) if isinstance(value, str) else value
        for key, value in payload.items()
    }
    job = admin.create("transfer", given)
    assert job["status"] == "waiting"
    assert ends(job) == expected


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "payload",
    [
        {"tasks": [{"source": "share=thefilm/a", "destination": "site=cloud:null",
                    "status": "excluded"}]},
        {"source": "/out/a", "destination": "site=cloud:null"},
    ],
)  # fmt: skip
def test_documented_placeholders(admin, payload):
    assert admin.create("transfer", payload)["status"] == "done"


@pytest.mark.usefixtures("world")
def test_documented_payloads_of_v1(admin_v1, ends):
    asked = admin_v1.create("job", {"source": "share=thefilm/p", "destination": STANDARD})
    assert (asked["status"], ends(asked)) == (
        "pending",
        [({**FILM_END, "path": "p"}, theirs(None))],
    )
    transmit = {
        "source": "share=thefilm/a.mov",
        "destination": f"{STANDARD}:share=projects/x:y/a.mov",
    }
    assert ends(admin_v1.create("job", transmit))[0][1] == theirs("x/y/a.mov", **HQ)
    queue = admin_v1.create("job", {"code": "panic", "type": 2, "priority": 1000})
    assert queue["uri"] == "acmefilm/panic"


@pytest.mark.usefixtures("world")
def test_documented_deliveries_and_requests(studio, admin, standard, ends):
    refs = ["share=thefilm/ref.png", "volume=assets/logo.jpg"]
    temporary = admin.create("delivery", {"name": "Project references"})
    stored = admin.create("delivery", {"name": "x", "tasks": refs, "recipients": [STANDARD]})
    payload = {"name": "x", "tasks": refs, "recipients": [STANDARD], "status": "init"}
    held = admin.create("delivery", payload)
    request = admin.create("request", {"name": "x", "recipients": [STANDARD]})
    later = admin.create("request", {"name": "x", "status": "init"})
    folder = "share=(default)/source/from_client"
    into = admin.create("request", {"name": "x", "destination": folder, "recipients": [STANDARD]})
    packages = (temporary, stored, held, request, later, into)
    assert [package["status"] for package in packages] == [
        "init",
        "pending",
        "init",
        "pending",
        "init",
        "pending",
    ]
    upload = {"source": "/out/ref.png", "parent": temporary["id"]}
    (end,) = ends(admin.create("transfer", upload))
    assert end == (own("/out/ref.png"), {"job": temporary["id"], "path": "ref.png"})
    studio.clock.advance(seconds=1)
    download = {"destination": "/in/", "parent": stored["id"]}
    assert ends(standard.create("transfer", download), standard) == [
        ({**FILM_END, "path": "ref.png"}, theirs("/in/")),
        ({"v": ASSETS, "path": "logo.jpg"}, theirs("/in/")),
    ]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("data", "uris"),
    [
        ({"tasks": ["share=thefilm/b"]}, ["1"]),
        ({"tasks": {"source": "share=thefilm/b", "destination": STANDARD}}, ["1"]),
        ({"source": "share=thefilm/b", "destination": STANDARD}, ["1"]),
        ({"tasks": [{"source": "share=thefilm/b"}, {"source": "share=thefilm/c"}]}, ["1", "2"]),
    ],
)
def test_documented_additions(admin, data, uris):
    payload = {"tasks": ["share=thefilm/a"], "destination": STANDARD, "mirror_paths": True}
    job = admin.create("transfer", payload)
    assert [task["uri"] for task in admin.create_all("task", data, job["id"])] == uris


@pytest.mark.usefixtures("world")
def test_documented_changes_of_tasks(admin):
    job = admin.create("transfer", {"source": "share=thefilm/a", "destination": "/in/"})
    (task,) = admin.find("task", parent=job["id"])
    for change in (
        {"id": task["id"], "status": "excluded"},
        {"uri": "0", "status": "queued"},
        {"uri": "0", "priority": 1000, "metadata": {"shot": "010"}},
    ):
        (changed,) = admin.call("PUT", "task/edit", [change], ident=job["id"])
        assert {**changed, **change} == changed
