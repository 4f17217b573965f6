"""Who can be named as sender and receiver, and which end of a task that makes."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.storage.store import insert_row, update_row
from accsyn_orm.server.storage.tables import CLIENTS, SHARES, SITES

pytestmark = pytest.mark.usefixtures("shared")

VOLUME = stable_id("share", "projects")
HOME, COLLECTION = "e" * 24, "c" * 24
ADMIN = "admin@acmefilm.com"
BERLIN, BERLIN_SERVER, NAS, LANE = "b" * 24, "5" * 24, "a" * 24, "1" * 24


@pytest.fixture
def world(studio):
    """Add a site with a server, a user's own server, a home, and a collection."""
    with studio.acting("standard") as call:
        own = call.caller.user_id
        site = {"code": "berlin", "name": "Berlin", "main": False}
        insert_row(call, SITES, site, ident=BERLIN)
        server = {"code": "b1", "type": 1, "site": BERLIN, "user": own}
        insert_row(call, CLIENTS, server, ident=BERLIN_SERVER)
        nas = {"code": "NAS", "type": 2, "user": own, "last_checkin": "2020-01-01T00:00:00"}
        insert_row(call, CLIENTS, nas, ident=NAS)
        insert_row(call, CLIENTS, {"code": "lane", "type": 4, "user": own}, ident=LANE)
        home = {"type": "home", "code": "own", "user": own, "path": "homes/s", "parent": VOLUME}
        insert_row(call, SHARES, home, ident=HOME)
        insert_row(call, SHARES, {"type": "collection", "code": "refs"}, ident=COLLECTION)


@pytest.fixture
def ends(studio, world):
    """Submit a task; return the parties of its job and both of its ends."""

    def submit(user, source, destination=None, protocol="v3"):
        client = studio.client(user, protocol)
        payload = {"source": source}
        if destination is not None:
            payload["destination"] = destination
        kind = "job" if protocol == "v1" else "transfer"
        job = client.create(kind, payload)
        query = f"job.id={job['id']}"
        (task,) = client.find("task", query)
        return (job["source"], job["destination"]), task["source"], task["destination"]

    return submit


def at(client, **place):
    return {"user": client.user_id, "client": client.computer, **place}


@pytest.mark.behaviour("transfers/parties: hq and the workspace's code are the main site")
@pytest.mark.parametrize("party", ["", "hq:", "acmefilm:", "site=hq:"])
def test_the_main_site_has_several_names(ends, admin, party):
    (source, _), end, _ = ends("admin", f"{party}share=projects/a.mov", "/in/")
    assert source.startswith("workspace:")
    assert end == {"v": VOLUME, "path": "a.mov"}


def test_a_server_s_own_paths_are_those_of_its_volumes(ends):
    _, end, _ = ends("admin", "hq:/mnt/projects/sub/", "/in/")
    assert end == {"v": VOLUME, "path": "sub/"}
    with pytest.raises(Refusal, match="is at '/mnt/else/a': write share="):
        ends("admin", "hq:/mnt/else/a", "/in/")


@pytest.mark.behaviour("transfers/parties: site=code is that site, but for the reserved ones")
def test_other_sites_have_servers_of_their_own(ends):
    parties, source, destination = ends("admin", "share=projects/a.mov", "site=Berlin")
    assert parties[1] == f"site:{BERLIN}"
    assert source == {"v": VOLUME, "path": "a.mov"}
    assert destination == {"site": BERLIN, "v": VOLUME, "path": "a.mov"}
    back = ends("employee", f"site={BERLIN}:share=projects/a.mov", "hq")
    assert back[1:] == (destination, source)
    for reserved in ("local", "ROAMING"):
        with pytest.raises(Refusal, match=f"site '{reserved.casefold()}' is reserved"):
            ends("admin", "share=projects/a", f"site={reserved}")
    with pytest.raises(Refusal, match="there is no site 'paris'"):
        ends("admin", "share=projects/a", "site=paris")


@pytest.mark.behaviour("transfers/parties: to standard users only the main site exists")
def test_standard_users_know_the_main_site_only(ends):
    with pytest.raises(Refusal, match="there is no site 'berlin'"):
        ends("standard", "/a", "site=berlin:share=projects/a")
    assert ends("standard", "/a", "site=hq:share=projects/a")[2] == {"v": VOLUME, "path": "a"}


@pytest.mark.behaviour("transfers/parties: to standard users no other users exist")
@pytest.mark.parametrize("named", ["{}", "user={}", "{}@admin-laptop"])
@pytest.mark.parametrize("user", [ADMIN, "employee@acmefilm.com", "nobody@acmefilm.com"])
def test_standard_users_do_not_learn_who_else_there_is(ends, user, named):
    for source, destination in (
        ("share=projects/a", named.format(user)),
        (f"{named.format(user)}:share=projects/a", "/in/"),
    ):
        with pytest.raises(Refusal, match=f"^there is no user '{user}'$"):
            ends("standard", source, destination)


@pytest.mark.behaviour("transfers/parties: client=id is that computer, or that server's site")
def test_a_client_stands_for_its_user_or_its_site(ends, admin):
    parties, _, end = ends("admin", "volume=projects/a.mov", f"client={admin.computer}:/in/")
    assert (parties[1], end) == (f"user:{admin.user_id}", at(admin, path="/in/"))
    parties, _, end = ends("admin", "share=projects/a", f"client={BERLIN_SERVER}")
    assert parties[1] == f"site:{BERLIN}"
    assert end == {"site": BERLIN, "client": BERLIN_SERVER, "v": VOLUME, "path": "a"}
    main = stable_id("client", "hq-server")
    parties, end, _ = ends("admin", f"client={main}:share=projects/a", "/in/")
    assert parties[0].startswith("workspace:")
    assert end == {"client": main, "v": VOLUME, "path": "a"}
    with pytest.raises(Refusal, match="moves no files"):
        ends("admin", "share=projects/a", f"client={LANE}:/in/")


@pytest.mark.parametrize("ident", ["f" * 24, BERLIN_SERVER])
def test_clients_of_others_are_not_there_for_standard_users(studio, ends, admin, ident):
    named = admin.computer if ident == BERLIN_SERVER else ident
    with pytest.raises(Refusal, match=f"there is no client '{named}'"):
        ends("standard", "share=projects/a", f"client={named}:/in/")


@pytest.mark.behaviour("transfers/parties: a user is his most recently seen computer")
@pytest.mark.behaviour("transfers/parties: user@mail@host is that computer of the user")
def test_a_user_is_one_of_his_computers(studio, ends, standard):
    _, _, end = ends("admin", "share=projects/a", "standard@acmefilm.com:share=projects/a")
    assert end == at(standard, v=VOLUME, path="a")
    _, _, end = ends("standard", "share=projects/a", "standard@acmefilm.com@nas:/in/")
    assert end == {"user": standard.user_id, "client": NAS, "path": "/in/"}
    with studio.acting("admin") as call:
        update_row(call, CLIENTS, NAS, {"last_checkin": "2030-01-01T00:00:00"})
    _, _, end = ends("standard", "share=projects/a", "/in/")
    assert end["client"] == NAS
    with studio.acting("admin") as call:
        insert_row(call, CLIENTS, {"code": "spare", "type": 0, "user": standard.user_id})
    assert ends("standard", "share=projects/a", "/in/")[2]["client"] == NAS
    with pytest.raises(Refusal, match="the user has no computer 'other'"):
        ends("standard", "share=projects/a", "standard@acmefilm.com@other:/in/")


def test_one_of_his_computers_can_send_to_another(ends, standard):
    parties, source, end = ends("standard", "/a.mov", "standard@acmefilm.com@nas:/in/")
    assert parties[0] == parties[1] == f"user:{standard.user_id}"
    assert (source["client"], end["client"]) == (standard.computer, NAS)


@pytest.mark.behaviour("transfers/parties: a local path is on a computer of the caller's own")
def test_local_paths_of_others_are_nobody_s_business(ends):
    for source, destination in (
        ("share=projects/a", "standard@acmefilm.com:/in/"),
        ("standard@acmefilm.com:C:\\a", "hq"),
        ("share=projects/a", f"client={NAS}:/in/"),
    ):
        with pytest.raises(Refusal, match="local path on somebody else's computer"):
            ends("admin", source, destination)


def test_a_placeholder_that_is_sent_to_nobody_is_nothing(ends):
    assert ends("admin", f"{ADMIN}:null")[2] == {"path": "null"}


@pytest.mark.behaviour("transfers/parties: what a user sends to nobody goes to the workspace")
def test_what_is_sent_to_nobody_goes_to_the_default_volume(ends):
    for source, path in (
        ("/a/b.exr", "a/b.exr"),
        ("C:\\a\\b.exr", "a/b.exr"),
        ("\\\\nas\\a\\", "nas/a"),
        ("admin@acmefilm.com:share=projects/x/y", "x/y"),
    ):
        parties, _, end = ends("admin", source)
        assert parties[1].startswith("workspace:")
        assert end == {"v": VOLUME, "path": path}


@pytest.mark.behaviour("transfers/paths: what is sent to ~ alone goes to a folder of the day")
def test_homes_are_written_with_a_tilde(ends):
    beneath = {"v": VOLUME, "s": HOME}
    assert ends("standard", "/a.mov", "~")[2] == {**beneath, "path": "20260301/"}
    assert ends("standard", "/a.mov", "~/x/")[2] == {**beneath, "path": "x/"}
    assert ends("standard", "~/x", "/in/")[1] == {**beneath, "path": "x"}
    assert ends("standard", "~", "/in/")[1] == {**beneath, "path": ""}
    with pytest.raises(Refusal, match="there is no home '~' that you may read"):
        ends("admin", "~/x", "/in/")
    with pytest.raises(Refusal, match="not on a user's computer"):
        ends("standard", "share=projects/a", "standard@acmefilm.com:~/x")


def test_a_relative_path_at_a_user_is_beneath_his_downloads(ends, standard):
    _, _, end = ends("admin", "share=projects/a", "standard@acmefilm.com:in/a=b.mov")
    assert end == at(standard, path="in/a=b.mov")


def test_collections_send_and_do_not_receive(ends):
    assert ends("admin", "collection=refs", "/in/")[1] == {"s": COLLECTION, "path": ""}
    with pytest.raises(Refusal, match="nothing can be sent into a collection"):
        ends("admin", "/a", "collection=refs/")


@pytest.mark.parametrize(
    ("source", "destination", "problem"),
    [
        ("delivery=5bfeb0381da7ee4095fa217e/a", "/in/", "the parent of the job"),
        ("workarea=a/b", "/in/", "there is no workarea 'a'"),
        ("share=nope/a", "/in/", "there is no share 'nope' that you may read"),
        ("/a", "share=nope/a", "there is no share 'nope' that you may write to"),
        ("share=projects/a", "standard@acmefilm.com:share=nope", "there is no share 'nope'"),
        ("/a", "standard@acmefilm.com", "means nothing on another computer"),
        ("share=projects/../a", "/in/", "there is no share 'projects' that you may read"),
        ("share=projects/a", "john@user.com/X:/download", "no user 'john@user.com/X'"),
        ("standard@acmefilm.com:share=projects/a", "site=local", "is reserved"),
    ],
)
def test_what_leads_nowhere_is_refused(ends, source, destination, problem):
    with pytest.raises(Refusal, match=problem):
        ends("admin", source, destination)


def test_rights_are_asked_for_when_a_job_is_submitted(studio, world):
    studio.client("admin").create("user", {"code": "lisa@example.com"})
    lisa = studio.client("lisa@example.com")
    with pytest.raises(Refusal, match="no share 'projects' that you may read"):
        lisa.create("transfer", {"source": "share=projects/a", "destination": "/in/"})
    studio.share_projects("lisa@example.com", "in", "write")
    lisa.create("transfer", {"source": "/a", "destination": "share=projects/in/"})
    for source, destination in (
        ("share=projects/in/a", "/in/"),
        ("/a", "share=projects/out/"),
        ("/a", None),
    ):
        with pytest.raises(Refusal, match="that you may"):
            lisa.create("transfer", {"source": source, "destination": destination or "hq"})
    # What she has herself, she may push by the name of the share.
    pushed = {"source": "lisa@example.com:share=projects/in/a", "destination": "hq"}
    assert lisa.create("transfer", pushed)["status"] == "waiting"
    with pytest.raises(Refusal, match="there is no share 'projects'"):
        lisa.create("transfer", {**pushed, "source": "lisa@example.com:share=projects/out/a"})


@pytest.mark.behaviour("transfers/paths: a destination without a path has that of the source")
def test_v1_joins_the_two_paths_of_old_scripts(ends, standard):
    old = "standard@acmefilm.com:share=projects/transit:pkg/a.mov"
    _, _, end = ends("admin", "share=projects/a.mov", old, "v1")
    assert end == at(standard, r_s=VOLUME, path="transit/pkg/a.mov")
    _, source, _ = ends("admin", "acmefilm:share=projects:a.mov", "/in/", "v1")
    assert source == {"r_s": VOLUME, "path": "a.mov"}
