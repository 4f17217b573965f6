"""Parties: who sends and receives, as text of a job and as the dictionary of a task."""

from __future__ import annotations

import pickle
from copy import deepcopy

import pytest

from accsyn_orm import (
    Acl,
    EntityNotFoundError,
    EntityStateError,
    Job,
    Party,
    Task,
    TaskParty,
    User,
    Workspace,
)
from accsyn_orm.paths import AccsynPath

USER, SPACE, JOB = "69887165f643db8cd731b31a", "6645fbca9f8c4d3e7a3b678d", f"{7:024x}"


@pytest.mark.parametrize(
    ("text", "kind", "ident"),
    [
        (f"user:{USER}", "user", USER),
        ("user:lisa@example.com", "user", "lisa@example.com"),
        (f"workspace:{SPACE}", "workspace", SPACE),
        (f"organization:{SPACE}", "organization", SPACE),
        ("user:", "", ""),
        ("D:/show/plate.exr", "", ""),
        ("john@user.com:D:/work", "", ""),
        ("share=a/b", "", ""),
        ("", "", ""),
    ],
)
def test_party_tells_kind_and_id_of_what_it_can_read(text, kind, ident):
    party = Party(text)
    assert (party.entity_type, party.id, party == text, str(party)) == (kind, ident, True, text)


def test_parties_of_one_kind_are_fetched_together(v3):
    for number in range(1, 4):
        v3.add("user", number, code=f"u{number}@example.com")
        v3.add("job", 16 + number, source=f"user:{number:024x}", destination=f"workspace:{SPACE}")
    v3.records["workspace"] = {SPACE: {"id": SPACE, "code": "acmefilm"}}
    jobs = Job.where().all()
    assert not jobs[0].source.is_loaded
    assert [job.source.fetch().code for job in jobs] == [f"u{n}@example.com" for n in (1, 2, 3)]
    assert {type(job.source.fetch()) for job in jobs} == {User}
    assert type(jobs[0].destination.fetch()) is Workspace
    assert jobs[2].destination.fetch() is jobs[0].destination.fetch()
    assert jobs[0].destination.is_loaded
    assert [call[1].split()[0] for call in v3.calls] == ["Job", "User", "Workspace"]


def test_v1_calls_the_workspace_an_organization(v1):
    v1.records["organization"] = {SPACE: {"id": SPACE, "code": "acmefilm"}}
    v1.add("job", 1, source=f"organization:{SPACE}")
    assert Job.where().one().source.fetch().code == "acmefilm"


def test_shares_are_asked_for_by_kind_in_v3_and_as_a_whole_in_v1(v3, v1):
    for backend in (v3, v1):
        backend.add("acl", 1, target=f"share:{9:024x}", entity=f"user:{USER}", ident="x")
        acl = Acl.where().using(backend).first()
        with pytest.raises(EntityNotFoundError, match="no Share or Folder or Volume"):
            acl.target.fetch()
    assert [call[1].split()[0] for call in v3.calls[1:5]] == [
        "Folder",
        "Volume",
        "Home",
        "Collection",
    ]
    scopes = [set(call[2]) & {"inactive", "archived"} for call in v1.calls[1:]]
    assert scopes == [set(), {"inactive"}, {"archived"}]


def test_party_that_names_nobody_cannot_be_fetched(v3):
    job = Job(source="share=a/plate.exr", destination="hq")
    with pytest.raises(EntityStateError, match=r"Job.source: 'share=a/plate.exr' is no party"):
        job.source.fetch()


def test_party_who_is_gone_is_not_found(v3):
    v3.add("job", 1, source=f"user:{USER}")
    with pytest.raises(EntityNotFoundError, match="no User found"):
        Job.where().one().source.fetch()


def test_party_is_stored_compared_and_copied_as_text(v3):
    v3.add("job", 1, source=f"user:{USER}")
    job = Job.where(Job.source == f"user:{USER}").one()
    assert type(vars(job)["source"]) is str
    assert repr(job.source) == f"Party('user:{USER}')"
    assert {job.source: 1}[f"user:{USER}"] == 1
    assert type(pickle.loads(pickle.dumps(job.source))) is str
    assert deepcopy(job).source.entity_type == "user"


def party_of(backend, **values) -> TaskParty:
    record = {"id": "26468234-c9ee-48d6-8d28-e900b5957129", "job": JOB, "source": values}
    return Task.load_record(record, backend).source


def test_party_of_a_task_reads_the_dictionary_of_v3(v3):
    given = {
        "client": f"{1:024x}",
        "path": "sh010/plate.exr",
        "path_abs_final": "/projects/sh010/plate.exr",
        "v": f"{2:024x}",
        "s": f"{3:024x}",
        "user": USER,
        "site": f"{4:024x}",
        "unheard_of": 5,
    }
    party = party_of(v3, **given)
    assert (party.path, party.final_path) == ("sh010/plate.exr", "/projects/sh010/plate.exr")
    assert (party.client, party.volume, party.share, party.user, party.site) == (
        f"{1:024x}",
        f"{2:024x}",
        f"{3:024x}",
        USER,
        f"{4:024x}",
    )
    assert party == given
    assert party != {**given, "unheard_of": 6}
    assert (party["unheard_of"], len(party), list(party)) == (5, 8, list(given))
    assert repr(party) == f"TaskParty({given!r})"


def test_party_of_a_task_reads_the_dictionary_of_v1(v1):
    party = party_of(v1, o=SPACE, r_s=f"{2:024x}", slave="x", master=True, path="a/b")
    found = (party.volume, party.share, party.user, party["master"])
    assert found == (f"{2:024x}", None, None, True)


def test_party_of_a_task_survives_what_it_does_not_expect(v3):
    party = party_of(v3, user=None, path=5, site="")
    assert (party.user, party.path, party.site, party.final_path, str(party)) == (
        None,
        None,
        None,
        None,
        "",
    )
    assert not party_of(v3)


def test_users_of_tasks_are_fetched_together(v3):
    for number in range(1, 4):
        v3.add("user", number, code=f"u{number}@example.com")
        v3.add("task", 16 + number, job=JOB, source={"user": f"{number:024x}", "path": "/a"})
    tasks = Task.where(Task.job == JOB).all()
    codes = [task.source.user.fetch().code for task in tasks if task.source.user]
    assert codes == [f"u{n}@example.com" for n in (1, 2, 3)]
    assert len(v3.calls) == 2


def test_party_of_a_new_task_is_the_path_that_it_was_given():
    task = Task(job=JOB, source=AccsynPath.parse("volume=projects/a.exr"))
    assert task.source == "volume=projects/a.exr"
    assert str(task.source) == task.source.text == "volume=projects/a.exr"
    assert task.source
    assert (task.source.path, task.source.user, len(task.source)) == (None, None, 0)
    assert repr(task.source) == "TaskParty('volume=projects/a.exr')"
    assert task.source == Task(job=JOB, source="volume=projects/a.exr").source
    assert task.source != {}
    assert type(vars(task)["source"]) is str


def test_party_of_a_task_is_copied_as_what_the_backend_sent(v3):
    party = party_of(v3, user=USER)
    assert pickle.loads(pickle.dumps(party)) == {"user": USER}
    assert type(pickle.loads(pickle.dumps(Task(job=JOB, source="a").source))) is str
    with pytest.raises(TypeError, match="unhashable"):
        hash(party)
