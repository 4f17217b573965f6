"""The role matrix, entity type by entity type."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal

pytestmark = pytest.mark.usefixtures("shared")

ALL = {"admin", "employee", "standard"}


def codes(client, **options):
    return {user["code"].partition("@")[0] for user in client.find("user", **options)}


@pytest.mark.behaviour("find: what the caller may not see does not exist")
@pytest.mark.parametrize(
    ("user", "protocol", "visible"),
    [
        ("admin", "v3", ALL),
        ("employee", "v3", {"employee", "standard"}),
        ("standard", "v3", {"standard"}),
        ("admin", "v1", ALL),
        ("employee", "v1", ALL),
        ("standard", "v1", {"standard"}),
    ],
)
def test_who_sees_which_users(studio, user, protocol, visible):
    assert codes(studio.client(user, protocol)) == visible


def test_who_changes_which_users(admin, employee, standard):
    assert (
        employee.edit("user", standard.user_id, description="By employee")["description"]
        == "By employee"
    )
    assert employee.edit("user", employee.user_id, description="Own")["description"] == "Own"
    assert standard.edit("user", standard.user_id, description="Me")["description"] == "Me"
    with pytest.raises(Refusal, match="there is no user"):
        employee.edit("user", admin.user_id, description="x")
    with pytest.raises(Refusal, match="there is no user"):
        standard.edit("user", employee.user_id, description="x")
    with pytest.raises(Refusal, match=r"status cannot be changed by you"):
        standard.edit("user", standard.user_id, status="disabled")
    with pytest.raises(Refusal, match="standard users may not create a user"):
        standard.create("user", {"code": "x@y.z"})


def test_v1_employees_see_admins_but_do_not_change_them(studio, admin):
    employee = studio.client("employee", "v1")
    with pytest.raises(Refusal, match="employee users may not change this user"):
        employee.edit("user", admin.user_id, description="x")
    with pytest.raises(Refusal, match="employee users may not delete this user"):
        employee.delete("user", admin.user_id)


def test_who_does_what_with_queues(admin, employee, standard):
    high = admin.find("queue", "code=high")[0]["id"]
    assert len(employee.find("queue")) == 3
    assert standard.find("queue") == []
    assert standard.get("queue", high) is None
    for client, problem in ((employee, "may not change this"), (standard, "there is no queue")):
        with pytest.raises(Refusal, match=problem):
            client.edit("queue", high, priority=1)
        with pytest.raises(Refusal, match="may not create a queue"):
            client.create("queue", {"name": "x"})
    with pytest.raises(Refusal, match="may not delete this"):
        employee.delete("queue", high)


def test_v1_files_queues_under_job_for_those_who_see_queues(studio, admin):
    high = admin.find("queue", "code=high")[0]["id"]
    employee, standard = studio.client("employee", "v1"), studio.client("standard", "v1")
    assert employee.get("job", high)["code"] == "high"
    assert standard.get("job", high) is None
    assert standard.find("job", type=2) == []
    with pytest.raises(Refusal, match="may not change this queue"):
        employee.edit("job", high, priority=1)
    with pytest.raises(Refusal, match="may not delete this queue"):
        employee.delete("job", high)
    for ident in (high, "0" * 24):
        with pytest.raises(Refusal, match=f"^there is no job '{ident}'$"):
            standard.edit("job", ident, priority=1)
        with pytest.raises(Refusal, match=f"^there is no job '{ident}'$"):
            standard.delete("job", ident)
        with pytest.raises(Refusal, match=f"^there is no queue '{ident}'$"):
            standard.edit("job", ident, type=2, priority=1)


def test_employees_work_with_every_job(admin, employee, download):
    job = admin.create("transfer", download())
    assert employee.edit("transfer", job["id"], status="paused")["status"] == "paused"
    sent = employee.create(
        "transfer",
        {"source": "share=projects/a", "destination": "standard@acmefilm.com:share=projects/b"},
    )
    assert sent["destination_hr"].startswith("user:standard@acmefilm.com")
    assert employee.delete("transfer", job["id"]) is True


def test_standard_users_work_with_jobs_they_are_party_to(admin, standard, download):
    foreign = admin.create("transfer", download())
    sent = admin.create(
        "transfer",
        {"source": "share=projects/a", "destination": "standard@acmefilm.com:share=projects/b"},
    )
    own = standard.create("transfer", download())
    assert [job["id"] for job in standard.find("transfer")] == [sent["id"], own["id"]]
    assert standard.get("transfer", foreign["id"]) is None
    assert standard.edit("transfer", sent["id"], status="paused")["status"] == "paused"
    for ident in (foreign["id"], "0" * 24):
        with pytest.raises(Refusal, match=f"there is no transfer '{ident}'"):
            standard.edit("transfer", ident, status="paused")
        with pytest.raises(Refusal, match=f"there is no transfer '{ident}'"):
            standard.delete("transfer", ident)


@pytest.mark.parametrize(
    "data",
    [
        {"source": "share=projects/a", "destination": "admin@acmefilm.com:share=projects/b"},
        {"source": "admin@acmefilm.com:share=projects/b", "destination": "hq:x"},
        {"source": "/x/y", "destination": "admin@acmefilm.com:share=projects/b"},
    ],
)
def test_standard_users_name_only_themselves(standard, data):
    with pytest.raises(Refusal, match=r"there is no user 'admin@acmefilm\.com'"):
        standard.create("transfer", data)


def test_tasks_follow_their_job(admin, standard, download):
    foreign = admin.create("transfer", download())
    own = standard.create("transfer", download())
    (hidden,) = admin.find("task", parent=foreign["id"])
    assert standard.find("task", parent=foreign["id"]) == []
    assert standard.get("task", hidden["id"]) is None
    assert len(standard.find("task", parent=own["id"])) == 1
    with pytest.raises(Refusal, match="there is no task"):
        standard.edit("task", hidden["id"], status="done")
    with pytest.raises(Refusal, match="there is no job"):
        standard.call("PUT", "task/edit", [{"uri": "0", "status": "done"}], ident=foreign["id"])
    with pytest.raises(Refusal, match="there is no job"):
        standard.create("task", download("z"), foreign["id"])
    assert standard.create("task", {"tasks": download("z")["tasks"]}, own["id"])["uri"] == "1"


def test_a_role_that_is_taken_away_is_gone_at_once(admin, employee):
    assert len(employee.find("queue")) == 3
    admin.edit("user", employee.user_id, role="standard")
    assert employee.find("queue") == []


def test_standard_users_learn_nothing_from_naming_a_queue(standard, download):
    assert standard.create("transfer", download(queue="high"))["uri"] == "acmefilm/high"
    with pytest.raises(Refusal, match=r"no queue 'nope'$"):
        standard.create("transfer", download(queue="nope"))


@pytest.mark.parametrize(
    ("user", "kind", "options", "expected"),
    [
        ("admin", "queue", {"update": True}, {"name", "priority", "status", "default"}),
        ("employee", "queue", {"update": True}, set()),
        ("employee", "queue", {"create": True}, set()),
        ("employee", "queue", {}, {"id", "uri", "compute_default"}),
        ("standard", "queue", {}, set()),
        ("admin", "user", {"update": True}, {"role", "status"}),
        ("standard", "user", {"update": True}, {"description", "metadata"}),
        ("standard", "user", {"create": True}, set()),
        ("standard", "transfer", {"create": True}, {"tasks", "append"}),
        ("standard", "job", {}, {"source_hr"}),
    ],
)
def test_attributes_depend_on_the_role(studio, user, kind, options, expected):
    data = {"entitytype": kind, "create": False, "update": False, **options}
    listed = studio.client(user).call("GET", "attributes", data)
    assert expected <= set(listed)
    assert len(listed) == len(set(listed))
    if not expected:
        assert listed == []
    if user == "standard" and options.get("update"):
        assert not {"role", "status"} & set(listed)
