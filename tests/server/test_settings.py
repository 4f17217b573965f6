"""Settings: of what, of whom, inherited from where."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.transfers import insert_job
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.settings.values import effective_settings
from accsyn_orm.server.storage.store import insert_row, rows_where, update_row
from accsyn_orm.server.storage.tables import JOBS, SHARES, TASKS, Scope

VOLUME = stable_id("share", "projects")
QUEUE = stable_id("queue", "medium")
SERVER = stable_id("client", "hq-server")


class Settings:
    """The calls about settings of one client, in either generation."""

    def __init__(self, client):
        self.client = client

    def _call(self, verb, kind, ident, **data):
        if self.client.protocol == "v1":
            own = {"scope": kind, "data": None, **({"ident": ident} if ident else {})}
            return self.client.call(verb, "setting", {**data, **own})
        return self.client.call(verb, "setting", {"entitytype": kind, **data}, ident=ident)

    def get(self, kind, ident, name, **more):
        return self._call("GET", kind, ident, name=name, **more)

    def all(self, kind=None, ident=None, **flags):
        return self._call("GET", kind, ident, **flags)

    def set(self, kind, ident, name, value, **more):
        return self._call("PUT", kind, ident, name=name, value=value, **more)

    def delete(self, kind, ident, name):
        return self._call("DELETE", kind, ident, name=name)


@pytest.fixture
def settings(admin):
    return Settings(admin)


@pytest.fixture
def settings_v1(admin_v1):
    return Settings(admin_v1)


@pytest.fixture
def shares(studio):
    """Give a folder in the default volume, and a home beneath it."""
    with studio.acting("admin") as call:
        own = {"status": "enabled", "default": False, "parent": VOLUME, "metadata": {}}
        return {
            kind: insert_row(call, SHARES, {**own, "code": kind, "name": kind, "type": kind})
            for kind in ("folder", "home")
        }


@pytest.fixture
def job(studio):
    with studio.acting("standard") as call:
        source, destination = f"workspace:{call.caller.workspace}", f"user:{call.caller.user_id}"
        parties = {"source": source, "destination": destination}
        return insert_job(call, {"name": "x", "queue": QUEUE, "parent": QUEUE, **parties})


# -- one and all ----------------------------------------------------------------------------------


@pytest.mark.behaviour("setting: with a name the answer is one value, without one it is all")
@pytest.mark.behaviour("setting: a setting is set, changed and taken away")
@pytest.mark.behaviour("setting: the answer to taking away says whether there was one")
def test_a_setting_is_set_changed_and_taken_away(settings):
    assert settings.all("workspace") == {}
    assert settings.set("workspace", None, "transfer_speedlimit", "5") is True
    assert settings.set("workspace", None, "transfer_log", "") is True
    assert settings.set("workspace", None, "transfer_speedlimit", "7") is True
    assert settings.get("workspace", None, "transfer_speedlimit") == "7"
    assert settings.all(None) == {"transfer_speedlimit": "7", "transfer_log": ""}
    assert settings.delete("workspace", None, "transfer_speedlimit") is True
    assert settings.delete("workspace", None, "transfer_speedlimit") is False
    assert settings.all("workspace") == {"transfer_log": ""}


@pytest.mark.behaviour("setting: workspace, users, clients, shares, queues and jobs have settings")
@pytest.mark.parametrize(
    ("kind", "v1_kind"),
    [
        ("workspace", "organization"), ("user", "user"), ("server", "client"), ("client", "client"),
        ("volume", "share"), ("folder", "share"), ("queue", "queue"), ("transfer", "job"),
        ("job", "job"),
    ],
)  # fmt: skip
def test_both_generations_share_settings(settings, settings_v1, shares, job, kind, v1_kind):
    ident = {
        "workspace": None, "user": settings.client.user_id, "server": SERVER, "client": SERVER,
        "volume": VOLUME, "folder": shares["folder"], "queue": QUEUE, "transfer": job, "job": job,
    }[kind]  # fmt: skip
    assert settings.set(kind, ident, "transfer_speedlimit", "5") is True
    assert settings.all(kind, ident) == {"transfer_speedlimit": "5"}
    assert settings_v1.get(v1_kind, ident, "transfer_speedlimit") == "5"
    assert settings_v1.set(v1_kind, ident, "transfer_speedlimit", 6) is True
    assert settings_v1.all(v1_kind, ident) == {"transfer_speedlimit": "6"}
    assert settings.get(kind, ident, "transfer_speedlimit") == "6"
    assert settings.delete(kind, ident, "transfer_speedlimit") is True
    assert settings.all(kind, ident) == {}


def test_the_workspace_is_meant_by_its_id_too(settings):
    home = stable_id("workspace", "acmefilm")
    assert settings.set("organization", home, "transfer_speedlimit", "5") is True
    assert settings.all("Workspace") == {"transfer_speedlimit": "5"}
    with pytest.raises(Refusal, match="there is no workspace"):
        settings.all("workspace", "0" * 24)


def test_members_of_a_family_keep_theirs_apart(settings, shares):
    settings.set("folder", shares["folder"], "transfer_speedlimit", "5")
    assert settings.all("home", shares["home"]) == {}
    with pytest.raises(Refusal, match="there is no home"):
        settings.all("home", shares["folder"])


@pytest.mark.behaviour("setting: sites and engines have no settings")
@pytest.mark.behaviour("setting: a setting that is not known is refused with the nearest spelling")
@pytest.mark.parametrize(
    ("kind", "ident", "name", "problem"),
    [
        ("site", stable_id("site", "hq"), "transfer_mode", "a site has no settings"),
        ("engine", "x", "transfer_mode", "an engine has no settings"),
        ("task", "x", "transfer_mode", "a task has no settings"),
        ("shelf", "x", "transfer_mode", "no entity type 'shelf'"),
        ("queue", None, "transfer_mode", "whose"),
        ("queue", "0" * 24, "transfer_mode", "there is no queue '0"),
        (
            "workspace",
            None,
            "transfer_mod",
            "no setting 'transfer_mod': did you mean 'transfer_mode'",
        ),
        ("workspace", None, "xyzzy", "there is no setting 'xyzzy'$"),
        ("workspace", None, None, "setting.name is empty"),
    ],
)
def test_what_is_no_setting_is_refused(settings, kind, ident, name, problem):
    with pytest.raises(Refusal, match=problem):
        settings.set(kind, ident, name, "copy")
    with pytest.raises(Refusal, match=problem):
        settings.get(kind, ident, name)


@pytest.mark.parametrize(
    ("verb", "data", "problem"),
    [
        ("GET", {"entity_type": "queue"}, "no attribute 'entity_type': did you mean 'entitytype'"),
        ("PUT", {"key": "x", "value": "y"}, "no attribute 'key'"),
        ("GET", {"name": "transfer_mode", "data": {"a": 1}}, "setting.data: "),
        ("GET", {"upstream": "yes"}, "setting.upstream is true or false"),
        ("GET", {"share": "nowhere"}, "there is no share 'nowhere'"),
        ("GET", {"entitytype": 5}, "setting is text"),
        ("PUT", {"ident": VOLUME, "name": "transfer_mode", "value": "copy"}, "attribute 'ident'"),
    ],
)
def test_what_is_no_question_is_refused(admin, verb, data, problem):
    with pytest.raises(Refusal, match=problem):
        admin.call(verb, "setting", data)


# -- values ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("setting: values are text, and v3 takes nothing else")
@pytest.mark.parametrize("value", [5, True, None, {}, []])
def test_v3_takes_text_only(settings, value):
    with pytest.raises(Refusal, match=r"setting\.value is text"):
        settings.set("workspace", None, "transfer_log", value)


@pytest.mark.behaviour("setting: v1 takes numbers, lists and dictionaries, and keeps text")
@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("x", "x"), (5, "5"), (2.5, "2.5"), (True, "true"),
        (["é", 1], '["é", 1]'), ({"a": None}, '{"a": null}'),
    ],
)  # fmt: skip
def test_v1_values_become_text(settings, settings_v1, value, kept):
    assert settings_v1.set("workspace", None, "proxy_server", value) is True
    assert settings.get("workspace", None, "proxy_server") == kept


def test_v1_takes_no_null_and_deletes_nothing(settings_v1):
    with pytest.raises(Refusal, match=r"setting\.value is text, not NoneType"):
        settings_v1.set("workspace", None, "proxy_server", None)
    with pytest.raises(Refusal, match="setting is sent with GET or PUT, not DELETE"):
        settings_v1.delete("workspace", None, "proxy_server")


# -- inheritance ----------------------------------------------------------------------------------


@pytest.mark.behaviour("setting: inherited settings are there only with upstream")
@pytest.mark.behaviour("setting: defaults are there only without omit_defaults")
@pytest.mark.behaviour("setting: one setting has its own, else the inherited or default value")
def test_what_is_inherited_and_what_holds_by_default(settings):
    settings.set("workspace", None, "transfer_speedlimit", "5")
    settings.set("volume", VOLUME, "transfer_log", "true")
    assert settings.all("volume", VOLUME) == {"transfer_log": "true"}
    inherited = {"transfer_log": "true", "transfer_speedlimit": "5"}
    assert settings.all("volume", VOLUME, upstream=True) == inherited
    with_defaults = settings.all("volume", VOLUME, upstream=True, omit_defaults=False)
    assert with_defaults == {
        "task_bucketsize": "1",
        "transfer_mode": "copy",
        "job_on_missing": "fail",
        "compute_avoid": "enable-clear-on-resume",
        **inherited,
    }
    assert settings.all("volume", VOLUME, omit_defaults=False)["transfer_speedlimit"] == "-1"
    assert settings.get("volume", VOLUME, "transfer_speedlimit") == "5"
    assert settings.get("volume", VOLUME, "transfer_mode") == "copy"
    assert settings.get("volume", VOLUME, "transfer_resume") is None


@pytest.mark.behaviour("setting: shares inherit from their volume, and that from the workspace")
@pytest.mark.parametrize("kind", ["folder", "home"])
def test_shares_inherit_from_their_volume(settings, shares, kind):
    settings.set("workspace", None, "transfer_speedlimit", "5")
    settings.set("volume", VOLUME, "transfer_speedlimit", "6")
    assert settings.get(kind, shares[kind], "transfer_speedlimit") == "6"
    settings.set(kind, shares[kind], "transfer_speedlimit", "7")
    assert settings.get(kind, shares[kind], "transfer_speedlimit") == "7"
    settings.delete(kind, shares[kind], "transfer_speedlimit")
    settings.delete("volume", VOLUME, "transfer_speedlimit")
    assert settings.get(kind, shares[kind], "transfer_speedlimit") == "5"


@pytest.mark.behaviour("setting: jobs inherit from their queue, and that from the workspace")
def test_jobs_inherit_from_their_queue(settings, job):
    settings.set("workspace", None, "transfer_speedlimit", "5")
    assert settings.get("queue", QUEUE, "transfer_speedlimit") == "5"
    assert settings.get("transfer", job, "transfer_speedlimit") == "5"
    settings.set("queue", QUEUE, "transfer_speedlimit", "6")
    assert settings.get("transfer", job, "transfer_speedlimit") == "6"
    settings.set("transfer", job, "transfer_speedlimit", "7")
    assert settings.get("transfer", job, "transfer_speedlimit") == "7"


@pytest.mark.behaviour("setting: a job beneath a delivery inherits from it before its queue")
def test_a_job_of_a_delivery_inherits_from_it(studio, settings, job):
    with studio.acting("admin") as call:
        party = f"workspace:{call.caller.workspace}"
        own = {"name": "d", "type": 7, "queue": QUEUE, "parent": QUEUE}
        delivery = insert_job(call, {**own, "source": party, "destination": party})
        update_row(call, JOBS, job, {"parent": delivery})
    settings.set("queue", QUEUE, "transfer_speedlimit", "5")
    assert settings.get("transfer", job, "transfer_speedlimit") == "5"
    settings.set("job", delivery, "transfer_speedlimit", "6")
    assert settings.get("transfer", job, "transfer_speedlimit") == "6"


@pytest.mark.behaviour("setting: lanes inherit from their server; clients and users, the workspace")
def test_lanes_inherit_from_their_server(demo):
    settings = Settings(demo.client("john@user.com"))
    lane = stable_id("client", "hq-server-lane-1")
    settings.set("workspace", None, "proxy_server", "a:1")
    assert settings.get("lane", lane, "proxy_server") == "a:1"
    assert settings.get("user", settings.client.user_id, "proxy_server") == "a:1"
    settings.set("server", SERVER, "proxy_server", "b:2")
    assert settings.get("lane", lane, "proxy_server") == "b:2"


@pytest.mark.behaviour("setting: filters add to those that are inherited, others replace")
@pytest.mark.parametrize("name", ["transfer_exclude", "transfer_include"])
def test_filters_add_up(settings, shares, name):
    folder = shares["folder"]
    settings.set("workspace", None, name, "*.tmp")
    settings.set("volume", VOLUME, name, "")
    settings.set("folder", folder, name, r"a*\,b*")
    assert settings.get("folder", folder, name) == r"*.tmp\,a*\,b*"
    assert settings.all("folder", folder, upstream=True) == {name: r"*.tmp\,a*\,b*"}
    assert settings.all("folder", folder) == {name: r"a*\,b*"}


@pytest.mark.behaviour("setting: the settings of a share count when it is named, with upstream")
@pytest.mark.parametrize("named", ["code", "id"])
def test_a_share_that_a_job_touches_counts(settings, shares, job, named):
    settings.set("volume", VOLUME, "transfer_speedlimit", "5")
    settings.set("folder", shares["folder"], "transfer_mode", "onewaysync")
    share = "Folder" if named == "code" else shares["folder"]
    assert settings.all("transfer", job, upstream=True) == {}
    found = settings.all("transfer", job, upstream=True, share=share)
    assert found == {"transfer_speedlimit": "5", "transfer_mode": "onewaysync"}


@pytest.mark.behaviour("setting: recursive adds what is set beneath, by type and id")
def test_recursive_adds_what_is_beneath(studio, settings, shares):
    settings.set("folder", shares["folder"], "transfer_mode", "onewaysync")
    settings.set("volume", VOLUME, "transfer_mode", "copy")
    settings.set("queue", QUEUE, "transfer_log", "true")
    folder = {f"folder:{shares['folder']}": {"transfer_mode": "onewaysync"}}
    volume = {f"volume:{VOLUME}": {"transfer_mode": "copy"}}
    assert settings.all("volume", VOLUME, recursive=True) == {"transfer_mode": "copy", **folder}
    assert settings.all("workspace", recursive=True) == {
        **folder,
        **volume,
        f"queue:{QUEUE}": {"transfer_log": "true"},
    }
    assert settings.all("queue", QUEUE, recursive=True) == {"transfer_log": "true"}
    # Employees see no volumes without an ACL.
    employee = Settings(studio.client("employee"))
    assert volume.keys().isdisjoint(employee.all("workspace", recursive=True))
    with studio.acting("admin") as call:
        update_row(call, SHARES, shares["folder"], {}, scope=Scope.INACTIVE)
    assert folder.keys().isdisjoint(settings.all("volume", VOLUME, recursive=True))


# -- what a job runs with -------------------------------------------------------------------------


@pytest.mark.behaviour("setting: tasks inherit from their job and from the shares involved")
@pytest.mark.behaviour("setting: of a job, task beats job, job beats queue, queue beats shares")
def test_what_a_job_runs_with(studio, settings, shares, job):
    levels = {
        "workspace": None, "volume": VOLUME, "folder": shares["folder"], "queue": QUEUE,
        "transfer": job,
    }  # fmt: skip
    with studio.acting("admin") as call:
        task = {"job": job, "uri": "0", "settings": {}}
        insert_row(call, TASKS, task, ident="26468234-c9ee-48d6-8d28-e900b5957129")

    def runs_with(**own):
        with studio.acting("admin") as call:
            (row,) = rows_where(call, JOBS, JOBS.table.c.id == job)
            (share,) = rows_where(call, SHARES, SHARES.table.c.id == shares["folder"])
            (one,) = rows_where(call, TASKS, TASKS.table.c.job == job)
            whole = effective_settings(call, row, shares=[share])
            assert effective_settings(call, row, shares=[share, share], task=one) == whole
            return effective_settings(call, row, shares=[share], task={**one, "settings": own})

    assert runs_with()["transfer_speedlimit"] == "-1"
    for number, (kind, ident) in enumerate(levels.items()):
        settings.set(kind, ident, "transfer_speedlimit", str(number))
        settings.set(kind, ident, "transfer_exclude", f"*.{number}")
        assert runs_with()["transfer_speedlimit"] == str(number)
    assert runs_with(transfer_speedlimit="9")["transfer_speedlimit"] == "9"
    assert runs_with(transfer_exclude="x")["transfer_exclude"] == r"*.0\,*.1\,*.2\,*.3\,*.4\,x"


def test_settings_of_a_submitted_job_are_its_own(admin, settings):
    payload = {"source": "/a/b", "settings": {"transfer_mode": "onewaysync", "task_bucketsize": 5}}
    job = admin.create("transfer", payload)["id"]
    assert settings.all("transfer", job) == {"transfer_mode": "onewaysync", "task_bucketsize": "5"}
    assert settings.delete("transfer", job, "transfer_mode") is True
    assert settings.all("transfer", job) == {"task_bucketsize": "5"}


# -- integrations ---------------------------------------------------------------------------------


@pytest.mark.behaviour("setting: what an integration keeps is for admins")
def test_integrations_have_settings_of_their_own(studio, settings, settings_v1, job):
    more = {"integration": "ftrack"}
    for kind, ident in (("workspace", None), ("job", job)):
        assert settings_v1.set(kind, ident, "server_url", "https://x", **more) is True
        assert settings_v1.get(kind, ident, "server_url", **more) == "https://x"
        assert settings.get(kind, ident, "server_url", **more) == "https://x"
        assert settings.get(kind, ident, "other", **more) is None
        assert settings.get(kind, ident, None, **more) == {"server_url": "https://x"}
        assert settings.all(kind, ident) == {}
        assert settings.get(kind, ident, None, integration="shotgrid") == {}
    assert settings._call("DELETE", "job", job, name="server_url", **more) is True
    assert settings.get("job", job, None, **more) == {}
    with pytest.raises(Refusal, match="permission denied: employee users may not see settings of"):
        Settings(studio.client("employee")).get("workspace", None, "server_url", **more)


# -- who ------------------------------------------------------------------------------------------


@pytest.mark.behaviour(
    "setting: whoever sees an entity reads its settings; who changes it sets them"
)
@pytest.mark.parametrize("protocol", ["v1", "v3"])
@pytest.mark.parametrize(
    ("user", "kind", "reads", "writes"),
    [
        ("admin", "workspace", True, True),
        ("employee", "workspace", True, False),
        ("standard", "workspace", False, False),
        ("admin", "queue", True, True),
        ("employee", "queue", True, False),
        ("standard", "queue", False, False),
        ("employee", "job", True, True),
        ("standard", "job", True, True),
        ("standard", "user", True, True),
        ("employee", "client", True, False),
        ("standard", "client", False, False),
        ("admin", "share", True, True),
        ("employee", "share", True, True),
        ("standard", "share", False, False),
    ],
)
def test_who_reads_and_sets_settings(studio, shares, job, protocol, user, kind, reads, writes):
    ident = {
        "workspace": None, "queue": QUEUE, "job": job, "client": SERVER, "share": shares["folder"],
        "user": studio.client("standard").user_id,
    }[kind]  # fmt: skip
    own = Settings(studio.client(user, protocol))
    denied = "permission denied" if reads else "there is no"
    if reads:
        assert own.get(kind, ident, "transfer_mode") == "copy"
    else:
        with pytest.raises(Refusal, match=denied):
            own.get(kind, ident, "transfer_mode")
    if writes:
        assert own.set(kind, ident, "transfer_mode", "onewaysync") is True
    else:
        with pytest.raises(Refusal, match=denied):
            own.set(kind, ident, "transfer_mode", "onewaysync")
