"""Recipients of deliveries, requests and streams."""

from __future__ import annotations

import pytest

from accsyn_orm import BackendError, Delivery, EntityNotFoundError, EntityStateError, Request, User
from accsyn_orm.entities.actions.recipients import Recipient

LISA = "lisa@example.com"


def emails(package) -> set[str]:
    return {recipient.email for recipient in package.recipients}


def test_recipients_come_and_go(session) -> None:
    lisa = User.where(User.code == LISA).one()
    draft = Delivery(name="Dailies", tasks=["volume=projects/show"]).save()
    assert draft.recipients.all() == []
    assert draft.add_recipient(lisa) is None  # not said while it is composed
    draft.add_recipient(LISA.upper())
    assert draft.recipients.all() == [Recipient(lisa.id, LISA, actioned=False)]
    draft.submit()
    added = draft.add_recipient("kim@elsewhere.com")
    assert added is not None
    assert (added.email, added.actioned) == ("kim@elsewhere.com", False)
    assert User.get(added.user).code == "kim@elsewhere.com"  # invited
    assert emails(draft) == {LISA, "kim@elsewhere.com"}
    assert draft.remove_recipient(lisa) is True
    assert draft.remove_recipient(lisa) is False
    assert emails(draft) == {"kim@elsewhere.com"}


def test_nobody_is_invited_against_ones_will(session) -> None:
    asked = Request(name="Plates").save()
    with pytest.raises(EntityNotFoundError, match=r"nobody@example\.com"):
        asked.add_recipient("nobody@example.com", invite=False)
    assert asked.recipients.all() == []


def test_without_recipients_nothing_is_submitted(session) -> None:
    with pytest.raises(BackendError, match="no recipients"):
        Request(name="Plates").save().submit()


def test_who_is_new_is_no_recipient_yet(session) -> None:
    draft = Request(name="Plates").save()
    with pytest.raises(EntityStateError, match=r"save\(\) it first"):
        draft.add_recipient(User(code="new@example.com"))
    with pytest.raises(EntityStateError, match="is new, nobody receives it yet"):
        _ = Request(name="x", recipients=[LISA]).recipients


def test_what_is_over_gets_no_recipients(v3) -> None:
    done = Delivery.load_record({"id": "a" * 24, "status": "done"}, v3)
    v3.grant = v3.access = v3.revoke = lambda *_, **__: True
    with pytest.raises(EntityStateError, match="gets no more recipients"):
        done.add_recipient(LISA)


def test_what_the_backend_does_not_do_is_an_error(v3) -> None:
    v3.grant = v3.access = v3.revoke = lambda *_, **__: False
    with pytest.raises(EntityStateError, match="did not add"):
        Delivery.load_record({"id": "a" * 24}, v3).add_recipient(LISA)


def test_a_backend_without_such_calls_says_so(v3) -> None:
    delivery = Delivery.load_record({"id": "a" * 24}, v3)
    for act in (delivery.recipients.all, lambda: delivery.add_recipient(LISA)):
        with pytest.raises(EntityStateError, match="no calls about recipients"):
            act()


def test_recipients_cannot_be_queried_and_are_given_once() -> None:
    with pytest.raises(AttributeError, match=r"Delivery\.recipients cannot be queried"):
        _ = Delivery.recipients
    new = Delivery(name="x")
    new.recipients = [LISA]
    assert new.changes["recipients"].after == [LISA]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"user": "a", "user_hr": LISA, "actioned": True}, Recipient("a", LISA, actioned=True)),
        (
            {"user": "a", "user_hr": f"user:{LISA}[standard](a)"},
            Recipient("a", LISA, actioned=False),
        ),
        ({"user": LISA}, Recipient(LISA, LISA, actioned=False)),
        ({}, Recipient("", "", actioned=False)),
    ],
)
def test_both_documented_forms_of_an_entry_are_read(entry, expected) -> None:
    assert Recipient.of(entry) == expected


def test_recipients_show_whose_they_are(v3) -> None:
    shown = repr(Delivery.load_record({"id": "a" * 24}, v3).recipients)
    assert shown == f"<Recipients of Delivery.loaded(id='{'a' * 24}')>"
