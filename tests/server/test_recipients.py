"""Who receives packages: granted, listed and revoked."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal

pytestmark = pytest.mark.usefixtures("shared")

STANDARD = "standard@acmefilm.com"


@pytest.fixture
def draft(admin):
    return admin.create("delivery", {"name": "Refs", "tasks": ["share=projects/a"]})["id"]


def add(client, package, named, **data):
    return client.call("PUT", "job/recipient/add", {"recipient": named, **data}, ident=package)


def remove(client, package, named):
    return client.call("DELETE", "job/recipient", {"recipient": named}, ident=package)


def listed(client, package):
    return client.call("GET", "job/recipients", {}, ident=package)


def entry(client, *, actioned=False):
    return {"actioned": actioned, "user": client.user_id, "user_hr": client.username}


@pytest.mark.behaviour("packages/recipients: a recipient is a user, by id or by e-mail")
@pytest.mark.behaviour("packages/recipients: being added before it is submitted answers true")
@pytest.mark.behaviour("packages/recipients: adding somebody twice changes nothing")
@pytest.mark.behaviour("packages/recipients: recipients are shown with id, e-mail and actioned")
def test_recipients_are_added_and_listed(admin, employee, standard, draft):
    assert add(admin, draft, "Standard@AcmeFilm.com") is True
    assert add(admin, draft, employee.user_id, invite=False) is True
    assert add(admin, draft, standard.user_id) is True
    assert listed(admin, draft) == [entry(standard), entry(employee)]


@pytest.mark.behaviour("packages/recipients: being added to a submitted one answers the entry")
@pytest.mark.behaviour("packages/recipients: one that is over gets no more recipients")
def test_adding_to_a_submitted_one_answers_the_entry(admin, employee, standard, draft):
    add(admin, draft, STANDARD)
    admin.edit("delivery", draft, status="pending")
    assert add(admin, draft, employee.username) == entry(employee)
    admin.edit("delivery", draft, status="done")
    with pytest.raises(Refusal, match="it gets no more recipients: it is done"):
        add(admin, draft, STANDARD)


@pytest.mark.behaviour("packages/recipients: an unknown e-mail is invited, unless declined")
def test_an_unknown_e_mail_is_invited(admin, employee, draft):
    with pytest.raises(Refusal, match=r"there is no user 'new@example\.com'"):
        add(admin, draft, "new@example.com", invite=False)
    with pytest.raises(Refusal, match="there is no user 'nobody'"):
        add(admin, draft, "nobody")
    assert admin.find("user", "code=new@example.com") == []
    assert add(employee, draft, "new@example.com") is True
    (invited,) = admin.find("user", "code=new@example.com")
    assert (invited["role"], invited["creator"]) == ("standard", employee.username)
    assert [one["user"] for one in listed(admin, draft)] == [invited["id"]]
    delivery = admin.create("delivery", {"name": "x", "recipients": ["other@example.com"]})
    assert listed(admin, delivery["id"])[0]["user_hr"] == "other@example.com"


@pytest.mark.behaviour("packages/recipients: a recipient is removed by id or by e-mail")
@pytest.mark.behaviour("packages/recipients: being removed answers true")
def test_recipients_are_removed(admin, employee, standard, draft):
    for client in (standard, employee):
        add(admin, draft, client.username)
    assert remove(admin, draft, STANDARD) is True
    assert remove(admin, draft, employee.user_id) is True
    assert listed(admin, draft) == []
    assert standard.get("delivery", draft) is None
    for named in (STANDARD, "nobody@x.y"):
        with pytest.raises(Refusal, match=f"there is no recipient '{named}'"):
            remove(admin, draft, named)
    assert add(admin, draft, STANDARD) is True
    assert listed(admin, draft) == [entry(standard)]
    assert standard.get("delivery", draft)["id"] == draft


@pytest.mark.behaviour("packages/recipients: who does not change it is shown only himself")
def test_recipients_do_not_learn_of_each_other(admin, employee, standard, draft):
    for client in (standard, employee):
        add(admin, draft, client.username)
    assert listed(standard, draft) == [entry(standard)]
    assert listed(employee, draft) == [entry(standard), entry(employee)]
    remove(admin, draft, STANDARD)
    with pytest.raises(Refusal, match="there is no job"):
        listed(standard, draft)


@pytest.mark.parametrize(
    ("verb", "uri", "data", "problem"),
    [
        ("PUT", "job/recipient/add", {}, "recipient is text"),
        ("PUT", "job/recipient/add", {"recipient": " "}, "recipient is empty"),
        ("PUT", "job/recipient/add", {"recipient": STANDARD, "invite": 1}, "true or false"),
        ("PUT", "job/recipient/add", {"recipient": STANDARD, "notify": True}, "'notify'"),
        ("DELETE", "job/recipient", {"user": STANDARD}, "no attribute 'user'"),
        ("GET", "job/recipients", {"recursive": True}, "no attribute 'recursive'"),
        ("POST", "job/recipient/add", {"recipient": STANDARD}, "sent with PUT, not POST"),
    ],
)
def test_what_is_no_recipient_is_refused(admin, draft, verb, uri, data, problem):
    with pytest.raises(Refusal, match=problem):
        admin.call(verb, uri, data, ident=draft)


def test_other_jobs_have_no_recipients(admin, standard, download):
    job = admin.create("transfer", download())
    with pytest.raises(Refusal, match="other jobs have none"):
        listed(admin, job["id"])
    with pytest.raises(Refusal, match="there is no job"):
        listed(standard, job["id"])
    with pytest.raises(Refusal, match="needs the id"):
        admin.call("GET", "job/recipients", {})


def test_v1_knows_no_recipients(admin_v1, draft):
    with pytest.raises(Refusal, match="no entity type 'job/recipient'"):
        admin_v1.call("PUT", "job/recipient/add", {"recipient": STANDARD}, ident=draft)
