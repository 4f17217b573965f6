from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal


def default_of(client):
    return [queue["code"] for queue in client.find("queue", "default=true")]


def test_every_workspace_has_the_built_in_queues(admin):
    found = [(q["name"], q["priority"], q["default"]) for q in admin.find("queue")]
    assert found == [("High", 999, False), ("Medium", 500, True), ("Low", 1, False)]


@pytest.mark.behaviour("queue/create: a code is made from the name when none is given")
@pytest.mark.behaviour("queue/create: a generated code that is taken gets a number")
def test_a_code_is_made_from_the_name(admin):
    queue = admin.create("queue", {"name": "Rush: Jobs!", "priority": 1000})
    assert (queue["code"], queue["name"], queue["uri"]) == (
        "rush_jobs",
        "Rush: Jobs!",
        "acmefilm/rush_jobs",
    )
    assert (queue["status"], queue["default"], queue["description"]) == ("waiting", False, "")
    assert admin.create("queue", {"name": "rush jobs"})["code"] == "rush_jobs_2"
    assert admin.create("queue", {"name": "Rush Jobs"})["code"] == "rush_jobs_3"
    with pytest.raises(Refusal, match="no code can be made from the name"):
        admin.create("queue", {"name": "!!!"})


def test_a_code_alone_is_the_name_too(admin):
    queue = admin.create("queue", {"code": "Vip"})
    assert (queue["code"], queue["name"]) == ("Vip", "Vip")
    with pytest.raises(Refusal, match="needs a name, or a code"):
        admin.create("queue", {"priority": 4})


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"code": "a b"}, "letters, digits"),
        ({"name": "A", "code": "HIGH"}, "there already is a queue"),
        ({"name": "A", "priority": 1001}, "between 0 and 1000"),
        ({"name": "A", "priority": True}, "whole number"),
        ({"name": "A", "priority": "5"}, "whole number"),
        ({"name": "A", "metadata": {}}, "cannot be given at creation"),
        ({"name": "A", "default": True}, "cannot be given at creation"),
        ({"name": "A", "colour": "red"}, "no attribute 'colour'"),
    ],
)
def test_what_a_queue_cannot_be_created_with(admin, data, problem):
    with pytest.raises(Refusal, match=problem):
        admin.create("queue", data)


@pytest.mark.behaviour("queue/edit: a new default takes that from the one before")
@pytest.mark.behaviour("queue/edit: one queue is always the default")
def test_exactly_one_queue_is_the_default(admin):
    high = admin.find("queue", "code=high")[0]["id"]
    assert default_of(admin) == ["medium"]
    admin.edit("queue", high, default=True)
    assert default_of(admin) == ["high"]
    with pytest.raises(Refusal, match="one queue has to be the default"):
        admin.edit("queue", high, default=False)
    medium = admin.find("queue", "code=medium")[0]["id"]
    assert admin.edit("queue", medium, default=False)["default"] is False
    admin.edit("queue", medium, compute_default=True)
    admin.edit("queue", high, compute_default=True)
    assert [q["code"] for q in admin.find("queue", "compute_default=true")] == ["high"]


@pytest.mark.behaviour("queue/create: codes are unique, whatever their case")
def test_codes_stay_unique_when_they_change(admin):
    low = admin.find("queue", "code=low")[0]["id"]
    with pytest.raises(Refusal, match="there already is a queue with code 'HIGH'"):
        admin.edit("queue", low, code="HIGH")
    changed = admin.edit("queue", low, code="LOW")
    assert (changed["code"], changed["name"], changed["uri"]) == ("LOW", "Low", "acmefilm/LOW")


@pytest.mark.behaviour("queue/delete: the default queue stays")
@pytest.mark.behaviour("queue/delete: its jobs move to the default queue")
@pytest.mark.behaviour("queue/delete: users and shares that had it for their jobs have none then")
def test_the_default_queue_stays_and_jobs_of_others_move_to_it(admin, download):
    high, medium = (admin.find("queue", f"code={code}")[0]["id"] for code in ("high", "medium"))
    job = admin.create("transfer", download(queue="high"))
    admin.edit("user", admin.user_id, queue="high")
    folder = admin.create("folder", {"name": "A", "path": "a", "queue": "high"})["id"]
    assert (job["queue"], job["parent"], job["uri"]) == (high, high, "acmefilm/high")
    with pytest.raises(Refusal, match="default queue cannot be deleted"):
        admin.delete("queue", medium)
    assert admin.delete("queue", high) is True
    moved = admin.get("transfer", job["id"])
    assert (moved["queue"], moved["parent"], moved["uri"]) == (medium, medium, "acmefilm/medium")
    assert admin.get("user", admin.user_id)["queue"] is None
    assert admin.get("folder", folder)["queue"] is None
    assert [q["code"] for q in admin.find("queue")] == ["medium", "low"]
    assert [q["code"] for q in admin.find("queue", archived=True)] == ["high"]
    assert admin.create("queue", {"name": "High"})["code"] == "high"


def test_a_paused_queue_is_disabled_in_v1(admin, admin_v1):
    low = admin.find("queue", "code=low")[0]["id"]
    assert admin_v1.edit("job", low, status="disabled")["status"] == "disabled"
    assert admin.get("queue", low)["status"] == "paused"
    assert admin.edit("queue", low, status="waiting")["status"] == "waiting"
    assert admin.edit("queue", low, status="disabled")["status"] == "paused"
    assert [q["code"] for q in admin_v1.find("job", "status=disabled", type=2)] == ["low"]
    with pytest.raises(Refusal, match="waiting, paused, disabled"):
        admin.edit("queue", low, status="done")


def test_v1_files_queues_under_job(admin_v1, admin):
    queue = admin_v1.create("job", {"type": 2, "code": "Vip", "priority": 7})
    assert (queue["code"], queue["priority"]) == ("Vip", 7)
    assert "name" not in queue
    assert "compute_default" not in queue
    assert queue["user_hr"] == "user:admin@acmefilm.com(admin)"
    assert [q["code"] for q in admin_v1.find("job", "code=vip", type=2)] == ["Vip"]
    assert admin_v1.find("job", "code=vip", type=1) == []
    renamed = admin_v1.edit("job", queue["id"], code="Vips")
    assert renamed["code"] == "Vips"
    assert admin.get("queue", queue["id"])["name"] == "Vips"
    assert admin_v1.delete("job", queue["id"]) is True
    assert admin_v1.find("job", "code=vips", type=2) == []


def test_v3_makes_queues_through_its_old_job_type_too(admin):
    queue = admin.create("job", {"type": 2, "code": "vip", "allow_duplicates": True})
    assert admin.find("queue", "code=vip")[0]["id"] == queue["id"]


def test_a_name_that_several_queues_have_is_not_enough(admin, download):
    for code in ("a", "b"):
        admin.create("queue", {"name": "Same", "code": code})
    with pytest.raises(Refusal, match="more than one queue is called"):
        admin.create("transfer", download(queue="same"))
    assert admin.create("transfer", download(queue="B"))["uri"] == "acmefilm/b"


def test_a_queue_is_created_beneath_nothing(admin):
    with pytest.raises(Refusal, match="not created beneath"):
        admin.create("queue", {"name": "A"}, parent=admin.user_id)
