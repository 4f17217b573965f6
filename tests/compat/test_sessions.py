"""What scripts do with a session beyond its calls: open it, fail with it, build upon it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import accsyn_orm
import accsyn_orm.compat as accsyn_api
from accsyn_orm import Job
from accsyn_orm.compat import v1, v3

ID = "614d660de50d45bb027c9bdd"
TASK = "1f0c2f7e-5f3a-4f0e-9a0e-0d6a1f1d0c11"
REFUSAL = {"message": "no such job", "message_hr": "There is no such job."}


# -- opening --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [accsyn_api.Session, v1.Session])
@pytest.mark.parametrize("secret", [{"pwd": "s"}, {"session_key": "s"}, {"api_key": "s"}])
def test_v1_session_signs_in_at_once_with_each_credential(kind, secret, open_session, recorder):
    session = open_session(kind, domain="acmefilm", **{"api_key": None, **secret})
    assert [request.path for request in recorder.requests] == ["/api/v1.0/user/login/auth"]
    assert session.typed.protocol == "v1"
    assert session.get_session_key() == "session-1"


def test_v3_session_signs_in_at_once(open_session, recorder):
    session = open_session(workspace="acmefilm", timeout=0, connect_timeout=None, proxy="")
    assert [request.path for request in recorder.requests] == ["/api/v3/api/login"]
    assert (session.username, session.timeout, session.connect_timeout) == (
        "john@user.com",
        120,
        10,
    )
    assert "protocol='v3'" in repr(session)


def test_arguments_in_the_order_of_each_client_reach_their_places(recorder, trusted):
    who = ("acmefilm", "john@user.com", "key-1")
    old = accsyn_api.Session(*who, None, None, "127.0.0.1", recorder.port, None, False, False)
    new = accsyn_api.Session(*who, "127.0.0.1", recorder.port, None, False, False, None, 5, 4)
    assert (old.typed.protocol, new.typed.protocol) == ("v1", "v3")
    assert (new.timeout, new.connect_timeout) == (5, 4)
    old.close()
    new.close()


@pytest.mark.parametrize(
    "environment",
    [
        {"ACCSYN_DOMAIN": "acmefilm", "ACCSYN_API_USER": "john@user.com", "ACCSYN_API_KEY": "k"},
        {"ACCSYN_ORG": "acmefilm", "ACCSYN_API_USER": "john@user.com", "ACCSYN_API_KEY": "k"},
        {"FILMHUB_ORG": "acmefilm", "FILMHUB_API_USER": "john@user.com", "FILMHUB_API_KEY": "k"},
        {
            "ACCSYN_DOMAIN": "acmefilm",
            "ACCSYN_API_USER": "john@user.com",
            "ACCSYN_SESSION_KEY": "k",
        },
    ],
)
def test_old_variables_are_known(environment, open_session, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    session = open_session(username=None, api_key=None)
    assert (session.typed.workspace, session.typed.protocol) == ("acmefilm", "v1")


def test_new_variables_go_before_old_ones(open_session, monkeypatch):
    monkeypatch.setenv("ACCSYN_ORG", "old")
    monkeypatch.setenv("FILMHUB_API_KEY", "old")
    assert open_session(v3.Session, domain=None).typed.workspace == "old"
    monkeypatch.setenv("ACCSYN_WORKSPACE", "acmefilm")
    assert open_session(v3.Session, domain=None).typed.workspace == "acmefilm"
    monkeypatch.setenv("ACCSYN_DOMAIN", "acmefilm")
    assert open_session(v1.Session, domain=None).typed.workspace == "acmefilm"


def test_password_that_is_passed_goes_before_an_old_key_in_the_environment(
    open_session, recorder, monkeypatch
):
    monkeypatch.setenv("FILMHUB_API_KEY", "old")
    monkeypatch.setenv("ACCSYN_API_KEY", "current")
    open_session(domain="acmefilm", api_key=None, pwd="secret")
    theirs = recorder.logins[-1].header("Authorization")
    open_session(domain="acmefilm", api_key=None)
    assert recorder.logins[-1].header("Authorization") != theirs


def test_env_file_is_read_when_it_is_named(open_session, tmp_path):
    path = tmp_path / "studio.env"
    path.write_text("ACCSYN_WORKSPACE=acmefilm\nACCSYN_API_KEY=k\n", "utf-8")
    session = open_session(api_key=None, path_envfile=path)
    assert (session.typed.workspace, session.typed.protocol) == ("acmefilm", "v3")


def test_dev_mode_connects_to_this_machine_without_tls(plain_recorder):
    arguments = {"domain": "acmefilm", "username": "u", "api_key": "k", "dev": True}
    session = v1.Session(**arguments, port=plain_recorder.port)
    assert plain_recorder.url in repr(session)
    session.close()
    with pytest.raises(accsyn_api.AccsynException, match="plain http would show the credentials"):
        v1.Session(**arguments, hostname="accsyn.example")


def test_host_without_tls_is_opened_by_its_url(plain_recorder):
    session = accsyn_api.Session("acmefilm", "u", "k", url=plain_recorder.url)
    assert session.find("Job")
    session.close()


@pytest.mark.parametrize("kind", [accsyn_api.Session, v1.Session, v3.Session])
def test_port_may_be_text_as_it_comes_from_the_environment(kind, recorder, trusted):
    who = {"domain": "acmefilm", "username": "john@user.com", "api_key": "key-1"}
    kind(**who, hostname="127.0.0.1", port=str(recorder.port)).close()
    assert len(recorder.logins) == 1
    with pytest.raises(accsyn_api.AccsynException, match="port"):
        kind(**who, hostname="127.0.0.1", port="https")


def test_session_that_cannot_sign_in_is_no_session(open_session, recorder):
    recorder.will_answer_login({"message": "wrong key"})
    with pytest.raises(accsyn_api.session.AccsynException, match="wrong key"):
        open_session(workspace="acmefilm")


def test_closed_session_can_no_longer_be_used(v3_session):
    v3_session.close()
    with pytest.raises(accsyn_orm.SessionClosedError):
        v3_session.find("Job")


# -- failing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", [accsyn_api, v1, v3], ids=["every client", "1.4 and 2.x", "3.x"])
@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("find('Job WHERE (code=x')", accsyn_orm.QuerySyntaxError),
        ("find('')", accsyn_orm.QuerySyntaxError),
        ("find(None)", accsyn_orm.QuerySyntaxError),
        ("delete_one('Job', '')", accsyn_orm.EntityValidationError),
        ("update('Job', None, {'a': 1})", accsyn_orm.EntityValidationError),
        ("create('job', {})", accsyn_orm.EntityValidationError),
        ("create('job', 'neither JSON nor a file')", accsyn_orm.EntityValidationError),
        ("create(None, {'a': 1})", accsyn_orm.EntityValidationError),
        ("create('job', {'tags': {1, 2}})", accsyn_orm.PayloadError),
        ("prepublish({})", accsyn_orm.EntityValidationError),
        ("rest('GET', 'somewhere.example', '/x', {})", accsyn_orm.ConfigurationError),
        ("event('GET', 'job/find', {}, ssl=False)", accsyn_orm.ConfigurationError),
        ("login('expired-key')", accsyn_orm.ConfigurationError),
    ],
)
def test_mistake_is_the_official_exception_and_a_typed_one(module, call, kind, open_session):
    session = open_session(module.Session, domain="acmefilm")
    with pytest.raises(module.session.AccsynException) as caught:
        eval(f"session.{call}", {"session": session})
    assert isinstance(caught.value, kind)


def test_refusal_is_the_official_exception_under_every_name(v1_session, recorder):
    for name in ("AccsynException", "accsynException"):
        recorder.will_answer(REFUSAL)
        with pytest.raises(getattr(accsyn_api.session, name)) as caught:
            v1_session.update("Job", ID, {"status": "paused"})
        assert "There is no such job." in str(caught.value)
        assert caught.value.message == "no such job"
        assert v1_session.get_last_message() == "There is no such job."
    v1_session.find("Job")
    assert v1_session.get_last_message() is None


def test_script_can_raise_the_official_exception_itself():
    with pytest.raises(accsyn_api.session.AccsynException, match="no such shot"):
        raise accsyn_api.session.AccsynException("no such shot")


@pytest.mark.parametrize(
    ("call", "generation"),
    [
        ("get_session_key()", "v1.0 only (import accsyn_orm.compat.v1 as"),
        ("generate_session_key()", "v1.0 only (import accsyn_orm.compat.v1 as"),
        ("find('Job', ['code'])", "accsyn_orm.compat.v1"),
        ("find_one('Job', ['code'])", "accsyn_orm.compat.v1"),
    ],
)
def test_call_of_an_older_client_says_so(v3_session, call, generation):
    with pytest.raises(accsyn_api.AccsynException, match=re.escape(generation)):
        eval(f"session.{call}", {"session": v3_session})


@pytest.mark.parametrize(
    "call",
    [
        "get_settings()",
        "logs()",
        f"activate_one('user', '{ID}')",
        f"grant('user', '{ID}', 'delivery', '{ID}')",
        f"access('collection', '{ID}')",
    ],
)
def test_call_of_a_newer_client_says_so(v1_session, call):
    with pytest.raises(
        accsyn_api.AccsynException, match=r"v3 only \(import accsyn_orm\.compat\.v3"
    ):
        eval(f"session.{call}", {"session": v1_session})


# -- shapes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", [v1, v3])
def test_update_many_takes_data_and_job_in_either_order(module, open_session, recorder):
    session = open_session(module.Session, domain="acmefilm")
    tasks = [{"id": TASK, "status": "done"}]
    session.update_many("task", tasks, ID)
    session.update_many("task", ID, tasks)
    session.update_many("task", data=tasks, entityid=ID)
    sent = [(event.json["id"], event.json["data"]) for event in recorder.events]
    assert sent == [(ID, tasks)] * 3


@pytest.mark.parametrize(
    ("arguments", "options", "data"),
    [
        ((None, None, 5), {}, {"limit": 5}),
        ((None, None, None, 2), {}, {"skip": 2}),
        ((None, None, 5), {"skip": 2}, {"limit": 5, "skip": 2}),
        ((None, None, True, None, 1, 2), {}, {"offline": True, "limit": 1, "skip": 2}),
        (
            (["code"], 0, None, True),
            {},
            {"finished": False, "archived": True, "attributes": ["code"]},
        ),
        ((), {"offline": 1}, {"offline": True}),
        ((), {"archived": 0, "limit": 5}, {"archived": False, "limit": 5}),
    ],
)
def test_place_of_numbers_tells_1_4_from_2(v1_session, recorder, arguments, options, data):
    v1_session.find("User", *arguments, **options)
    assert recorder.events[-1].json["data"] == data


# Calls that the official client makes of arguments which accsyn_orm.Session refuses.
@pytest.mark.parametrize(
    ("module", "call", "data"),
    [
        (v3, "ls('share=a', None, 0, 1, 0)", {"recursive": False, "getsize": True}),
        (v3, "delete('share=a', None)", {"force": False}),
        (v3, "get_settings(recursive=1, upstream=None)", {"recursive": True, "upstream": False}),
        (v3, "logs(sort_reverse=0)", {"sort_reverse": False}),
        (v3, "access('volume', ID, recursive=1)", {"recursive": True}),
        (v3, "grant('user', ID, 'delivery', ID, {'read': True, 'path': 'IN'})", {"invite": True}),
        (v3, "grant('user', ID, 'request', ID, {'notify': 1, 'invite': 0})", {"invite": False}),
        (
            v3,
            "grant('user', ID, 'volume', ID, {'read': 1, 'write': None, 'message': None})",
            {"read": True, "write": False, "message": "", "path": "/"},
        ),
        (v3, "assign('share', 'server', {'share': ID, 'client': TASK, 'main': True})", None),
        (v3, "assign('volume', 'server', {'volume': ID, 'share': TASK, 'server': TASK})", None),
        (v3, "deassign('share', 'server', {'share': ID, 'client': TASK, 'site': True})", None),
        (
            v1,
            "assign('share', 'server', {'share': ID, 'client': TASK, 'main': True, 'site': True})",
            {"server": TASK},
        ),
        (
            v1,
            "deassign('share', 'server', {'share': ID, 'client': TASK, 'main': 0, 'site': True})",
            {"siteserver_clear": TASK},
        ),
    ],
)
def test_arguments_that_worked_go_on_working(module, call, data, open_session, recorder):
    session = open_session(module.Session, domain="acmefilm")
    eval(f"session.{call}", {"session": session, "ID": ID, "TASK": TASK})
    event = recorder.events[-1].json
    expected = {"client": TASK} if data is None else data
    assert {name: event["data"][name] for name in expected} == expected
    assert "assign" not in call or event["id"] == ID


def test_misspelt_option_is_refused_all_the_same(v3_session, recorder):
    for target in ("volume", "delivery"):
        with pytest.raises(accsyn_orm.EntityValidationError, match="wirte"):
            v3_session.grant("user", ID, target, ID, {"wirte": True})
    assert not recorder.events


@pytest.mark.parametrize(
    ("answer", "returned"),
    [
        ({"result": [{"id": ID}]}, {"id": ID}),
        ({"result": [{"id": ID}, {"id": TASK}]}, [{"id": ID}, {"id": TASK}]),
        ({"result": []}, []),
        ({"result": True}, True),
        ({"result": [True]}, True),
        ({"result": {"success": True}}, {"success": True}),
        ({"id": ID}, {"id": ID}),
    ],
)
@pytest.mark.parametrize("module", [v1, v3])
def test_create_returns_a_single_item_itself(module, answer, returned, open_session, recorder):
    recorder.will_answer(answer)
    session = open_session(module.Session, domain="acmefilm")
    assert session.create("acl", {"target": f"share:{ID}"}) == returned


def test_logs_returns_the_whole_answer(v3_session, recorder):
    answer = {"result": [{"message": "x"}], "pagination": {"pages": 7}}
    recorder.will_answer(answer)
    assert v3_session.logs("Job", ID) == answer


def test_several_paths_are_answered_one_by_one(v3_session, recorder):
    rows = [{"path": "share=a/x", "result": True}, {"path": "share=a/y", "result": False}]
    recorder.will_answer({"result": rows})
    assert v3_session.mkdir(["share=a/x", "share=a/y"]) == rows


@pytest.mark.parametrize(
    ("answer", "returned"),
    [([{"id": ID, "read": True}], {"id": ID, "read": True}), ([True], True), ([], None)],
)
def test_grant_on_a_share_returns_the_only_item(v3_session, recorder, answer, returned):
    recorder.will_answer({"result": answer})
    assert v3_session.grant("user", ID, "volume", ID) == returned


def test_recipients_have_their_dates_as_all_records_have(v3_session, recorder):
    recorder.will_answer({"result": [{"user": ID, "created": "2026-07-01T12:00:00"}]})
    (recipient,) = v3_session.access("delivery", ID)
    recorder.will_answer({"result": [{"created": "2026-07-01T12:00:00"}]})
    assert repr(recipient["created"]) == repr(v3_session.find("Job")[0]["created"])


def test_revoke_tells_whether_there_was_access(v3_session):
    assert v3_session.revoke("user", ID, "delivery", ID) is False
    assert v3_session.revoke("user", "lisa@example.com", "delivery", ID) is True


def test_arguments_of_a_script_are_not_changed(v1_session):
    data, files = {"code": "x"}, [{"id": TASK, "filename": "a"}]
    v1_session.create("job", data)
    v1_session.prepublish(files)
    assert (data, files) == ({"code": "x"}, [{"id": TASK, "filename": "a"}])


def test_settings_that_are_not_there_are_none(v3_session, recorder):
    recorder.will_answer({"result": None}, {"result": None})
    assert v3_session.get_setting("x") is None
    assert v3_session.get_settings() == {}


def test_removing_a_file_removes_it(v1_session, recorder):
    assert v1_session.rm("share=projects/a") is True
    assert recorder.events[-1].json["data"] == {"op": "delete", "path": "share=projects/a"}


# -- building upon it -----------------------------------------------------------------------------


def test_script_moves_over_call_by_call(v3_session):
    with v3_session.typed:
        jobs = Job.where(Job.code == "first").all()
    assert [job.code for job in jobs] == ["first"]
    assert v3_session.find("Job"), "the script's session stays open"


def test_sessions_can_be_subclassed(recorder, trusted):
    class Studio(accsyn_api.Session):
        def __init__(self, domain: str) -> None:
            super().__init__(
                domain=domain,
                username="john@user.com",
                api_key="key-1",
                hostname="127.0.0.1",
                port=recorder.port,
            )

        def find(self, query: str) -> list[str]:
            return [record["code"] for record in super().find(query)]

    session = Studio("acmefilm")
    assert session.find("Job") == ["first"]
    assert isinstance(session, accsyn_api.Session)
    session.close()


@pytest.mark.parametrize("tenant", ["domain", "workspace"])
def test_calls_are_reached_through_the_class_as_well(tenant, recorder, trusted):
    class Studio(accsyn_api.Session):
        def __init__(self, **options: object) -> None:
            accsyn_api.Session.__init__(self, **options)

        def find(self, query: str) -> list[dict[str, object]]:
            return accsyn_api.Session.find(self, query, limit=1)

    who = {tenant: "acmefilm", "username": "john@user.com", "api_key": "key-1"}
    session = Studio(**who, hostname="127.0.0.1", port=recorder.port)
    assert session.find("User")[0]["code"] == "first"
    assert recorder.events[-1].json["data"] == {"limit": 1}
    assert accsyn_api.Session.dump({"a": 1}, 0) == '{\n"a": 1\n}'
    session.close()


@pytest.mark.parametrize("name", ["username", "timeout", "connect_timeout"])
@pytest.mark.parametrize("kind", [accsyn_api.Session, v1.Session, v3.Session])
def test_attributes_that_would_change_nothing_cannot_be_set(kind, name, open_session):
    session = open_session(kind, domain="acmefilm")
    with pytest.raises(AttributeError):
        setattr(session, name, 300)


def test_session_tells_the_version_of_its_client(open_session):
    assert open_session(domain="acmefilm").__version__ == "2.2.1-0"
    assert open_session(workspace="acmefilm").__version__ == "3.4.0"


def test_every_thread_has_its_own_answers(v3_session):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(v3_session.find, ["Job", "entitytypes"] * 20))
    jobs, types = found[::2], found[1::2]
    assert {rows[0]["code"] for rows in jobs} == {"first"}
    assert types == [["id", "code"]] * 20


IMPORTS = """
import accsyn_orm.compat as accsyn_api
from accsyn_orm.compat import Session
from accsyn_orm.compat.session import AccsynException, JOB_TYPE_TRANSFER, CLEARANCE_CLOUDADMIN
from accsyn_orm.compat.v1.session import AccsynException as Old
assert Session is accsyn_api.session.Session and Old is AccsynException
print(accsyn_api.__version__, JOB_TYPE_TRANSFER, CLEARANCE_CLOUDADMIN)
import logging
print(logging.root.handlers)
"""
EVERYTHING = """
from accsyn_orm.compat{release}.session import *
print(Session.__module__, AccsynException.__name__, JSONEncoder.__name__, CLEARANCE_CLIENT)
"""
UNTOUCHED = """
import accsyn_api
from accsyn_api.session import AccsynException, Session
assert Session is accsyn_api.Session
session = accsyn_api.Session("acmefilm", "john@user.com", "key-1", url=URL)
try:
    session.find("Job WHERE")
except AccsynException:
    print(session.find("Job")[0]["code"])
session.close()
"""
PAGE = Path(__file__).parent.parent.parent / "docs" / "howto" / "from-the-official-client.md"


def run_script(script: str, *folders: Path) -> list[str]:
    root = Path(next(iter(accsyn_orm.__path__))).parent
    path = os.pathsep.join(map(str, [*folders, root]))
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        check=True,
        timeout=60,
    )
    return done.stdout.splitlines()


def test_module_is_imported_as_the_official_one_and_leaves_logging_alone():
    assert run_script(IMPORTS) == ["3.4.0 1 cloudadmin", "[]"]


@pytest.mark.parametrize(
    ("release", "encoder", "clearance"),
    [
        ("", "V3Encoder", "standard"),
        (".v1", "V1Encoder", "client"),
        (".v3", "V3Encoder", "standard"),
    ],
)
def test_module_session_gives_everything_to_a_star(release, encoder, clearance):
    (line,) = run_script(EVERYTHING.format(release=release))
    assert line == f"accsyn_orm.compat{release}.session AccsynError {encoder} {clearance}"


def test_untouched_script_runs_with_the_module_of_the_page(tmp_path, plain_recorder):
    (block,) = re.findall(r"```python\n(import sys\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "accsyn_api.py").write_text(block, "utf-8")
    assert run_script(f"URL = {plain_recorder.url!r}\n{UNTOUCHED}", tmp_path) == ["first"]
