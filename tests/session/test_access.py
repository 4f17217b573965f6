"""Granting, listing and revoking access: what is looked up, sent, refused and returned."""

from __future__ import annotations

import copy

import pytest

from accsyn_orm.errors import (
    ConfigurationError,
    EntityNotFoundError,
    EntityValidationError,
    MultipleEntitiesError,
    ProtocolError,
    QueryValueError,
)

USER = "5bfeb0381da7ee4095fa217e"
SHARE = "614d660de50d45bb027c9bdd"
LISA = "lisa@example.com"


def sent(recorder) -> list[tuple]:
    events = [event.json for event in recorder.events]
    return [(e["uri"], e.get("query") or e.get("id"), e["data"]) for e in events]


def acl(ident: str, *, user: str = USER, share: str = SHARE, **values) -> dict:
    return {"id": ident, "entity": f"user:{user}", "target": f"share:{share}", **values}


# -- grant ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "read", "write"),
    [
        (None, True, True),
        ({}, True, True),
        ({"path": "TO_VENDORS"}, True, False),
        ({"notify": True}, True, False),
        ({"write": False}, True, False),
        ({"read": True}, True, False),
        ({"write": True}, False, True),
        ({"read": True, "write": True}, True, True),
    ],
)
def test_grant_allows_what_is_said_and_reading_at_least(recorder, session, data, read, write):
    before = copy.deepcopy(data)
    session.grant("user", USER, "folder", SHARE, data)
    assert data == before
    ((uri, _, payload),) = sent(recorder)
    assert (uri, payload["read"], payload["write"]) == ("acl/create", read, write)
    assert payload["path"] == (data or {}).get("path", "/")
    assert payload["notify"] is (data or {}).get("notify", False)


@pytest.mark.parametrize(
    "data",
    [
        {"read": False},
        {"read": False, "write": False},
        {"wirte": True},
        {"read": 1},
        {"notify": "yes"},
        {"message": 5},
        {"path": ""},
        {"path": "a\0b"},
        {"path": None},
        [("read", True)],
        "read",
    ],
)
def test_grant_refuses_options_that_cannot_be_meant(recorder, session, data):
    with pytest.raises(EntityValidationError):
        session.grant("user", LISA, "folder", SHARE, data)
    assert not recorder.requests


@pytest.mark.parametrize("data", [{"read": True}, {"invite": 0}, {"path": "/"}])
def test_grant_on_a_delivery_takes_invite_only(recorder, session, data):
    with pytest.raises(EntityValidationError):
        session.grant("user", LISA, "delivery", SHARE, data)
    assert not recorder.requests


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("queue", USER, "folder", SHARE), "users only"),
        (("user", "", "folder", SHARE), "neither an id nor a code"),
        (("user", None, "folder", SHARE), "neither an id nor a code"),
        (("user", "*", "folder", SHARE), "without stars"),
        (("user", "li*", "folder", SHARE), "without stars"),
        (("user", "a\nb", "folder", SHARE), "neither an id nor a code"),
        (("user", USER, "transfer", SHARE), "access exists to"),
        (("user", USER, "folder", " "), "neither an id nor a code"),
        (("user", USER, "folder", 5), "neither an id nor a code"),
    ],
)
def test_access_calls_refuse_what_they_cannot_address(recorder, session, arguments, reason):
    entitytype, entityid, targettype, targetid = arguments
    for call in (
        lambda: session.grant(*arguments),
        lambda: session.revoke(*arguments),
        lambda: session.access(targettype, targetid, entitytype, entityid or ""),
    ):
        with pytest.raises(EntityValidationError, match=reason):
            call()
    assert not recorder.requests


@pytest.mark.parametrize("targettype", ["folder", "volume", "share", "delivery", "stream"])
def test_users_and_targets_are_found_by_code_in_every_call(recorder, session, targettype):
    recorder.will_answer({"result": [{"id": USER}]}, {"result": [{"id": SHARE}]})
    session.grant("User", " Lisa@Example.com ", targettype, "My Code")
    recorder.will_answer({"result": [{"id": USER}]}, {"result": [{"id": SHARE}]})
    session.revoke("user", LISA, targettype, "My Code")
    recorder.will_answer({"result": [{"id": USER}]}, {"result": [{"id": SHARE}]})
    session.access(targettype, "My Code", "user", LISA)
    looked_up = [row for row in sent(recorder) if row[1] and row[1].startswith("code=")]
    assert looked_up == 3 * [
        ("user/find", f"code='{LISA}'", None),
        (f"{targettype}/find", "code='my code'", None),
    ]


def test_codes_cannot_break_out_of_the_query(recorder, session):
    code = "x' OR code='y"
    session.grant("user", code, "folder", SHARE)
    assert sent(recorder)[0][1] == "code=\"x' or code='y\""
    with pytest.raises(QueryValueError, match="both kinds of quotes"):
        session.grant("user", "x'\"", "folder", SHARE)


def test_a_name_that_several_jobs_have_is_refused(recorder, session):
    recorder.will_answer({"result": [{"id": USER}, {"id": SHARE}]})
    with pytest.raises(MultipleEntitiesError, match="dailies"):
        session.grant("user", USER, "delivery", "dailies")
    assert len(recorder.events) == 1


@pytest.mark.parametrize("record", [{}, {"id": None}, {"id": ""}, {"id": "*"}])
def test_look_up_that_names_no_id_is_no_answer(recorder, session, record):
    recorder.will_answer({"result": [record]})
    with pytest.raises(ProtocolError, match="names no id"):
        session.revoke("user", LISA, "folder", SHARE)
    assert len(recorder.events) == 1


def test_grant_invites_who_is_no_user_yet_unless_told_otherwise(recorder, session):
    session.grant("user", "nobody@example.com", "folder", SHARE)
    assert sent(recorder)[-1][2]["entity"] == "user:nobody@example.com"
    session.grant("user", "nobody@example.com", "delivery", SHARE)
    assert sent(recorder)[-1][2] == {"recipient": "nobody@example.com", "invite": True}
    recorder.requests.clear()
    for targettype in ("folder", "delivery"):
        with pytest.raises(EntityNotFoundError, match="nobody@"):
            session.grant("user", "nobody@example.com", targettype, SHARE, {"invite": False})
        for code in ("nobody", "nobody at example", "@nobody", 'nobody"@x'):
            with pytest.raises(EntityNotFoundError, match="nobody"):
                session.grant("user", code, targettype, SHARE)
    assert {uri for uri, _, _ in sent(recorder)} == {"user/find"}


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ([{"id": "a", "read": True}], {"id": "a", "read": True}),
        ({"user": USER}, {"user": USER}),
        (True, True),
        ([True], True),
        ([], False),
        (None, False),
        (False, False),
    ],
)
@pytest.mark.parametrize("targettype", ["folder", "delivery"])
def test_grant_returns_what_the_backend_names_or_whether_it_did(
    recorder, session, targettype, result, expected
):
    recorder.will_answer({"result": result})
    assert session.grant("user", USER, targettype, SHARE) == expected


# -- access ---------------------------------------------------------------------------------------


def test_access_to_a_share_is_a_row_for_each_acl(recorder, session):
    full = acl("a", entity_hr="lisa", target_hr="x", read=1, acknowledged=True, path="IN")
    recorder.will_answer({"result": [full, {"id": "b"}]})
    assert session.access("folder", SHARE) == [
        {
            "user": USER,
            "user_hr": "lisa",
            "share": SHARE,
            "share_hr": "x",
            "read": True,
            "write": False,
            "acknowledged": True,
            "path": "IN",
        },
        {
            "user": "",
            "user_hr": "",
            "share": "",
            "share_hr": "",
            "read": False,
            "write": False,
            "acknowledged": False,
            "path": "/",
        },
    ]


def test_access_to_a_delivery_is_its_recipients(recorder, session):
    lisa = {"user": USER, "user_hr": LISA, "actioned": False}
    new = {"user": None, "user_hr": "nobody@example.com", "actioned": False}
    answer = {"result": [lisa, new]}
    recorder.will_answer(answer)
    assert session.access("delivery", SHARE) == [lisa, new]
    recorder.will_answer(answer)
    assert session.access("delivery", SHARE, "user", USER) == [lisa]
    recorder.will_answer({"result": []}, answer)
    assert session.access("delivery", SHARE, "user", "nobody@example.com") == [new]


def test_access_refuses_contradictory_arguments(recorder, session, v1_session):
    for call in (
        lambda: session.access("folder", SHARE, entityid=USER),
        lambda: session.access("folder", SHARE, recursive=1),
        lambda: session.access("delivery", SHARE, recursive=True),
        lambda: v1_session.access("share", SHARE, recursive=True),
    ):
        with pytest.raises(EntityValidationError):
            call()
    assert not recorder.requests
    with pytest.raises(EntityNotFoundError, match="nobody"):
        session.access("folder", SHARE, "user", "nobody@example.com")


@pytest.mark.parametrize("result", [["x"], [None], "x"])
def test_access_refuses_answers_that_hold_no_rows(recorder, session, result):
    recorder.will_answer({"result": result})
    with pytest.raises(ProtocolError):
        session.access("delivery", SHARE)


# -- revoke ---------------------------------------------------------------------------------------


def test_revoke_deletes_every_acl_and_counts_them(recorder, session):
    recorder.will_answer({"result": [acl("a", path="/"), acl("b", path="IN"), acl("c")]})
    recorder.will_answer({"result": True}, {"result": False}, {"result": True})
    assert session.revoke("user", USER, "folder", SHARE) == 2
    assert [row[:2] for row in sent(recorder)[1:]] == [
        ("acl/delete", "a"),
        ("acl/delete", "b"),
        ("acl/delete", "c"),
    ]


@pytest.mark.parametrize(("path", "deleted"), [("show", ["2"]), ("/show/", ["2"]), ("/", ["1"])])
def test_revoke_of_one_folder_leaves_other_acls(recorder, session, path, deleted):
    recorder.will_answer({"result": [acl("1", path="/"), acl("2", path="show")]})
    assert session.revoke("user", USER, "folder", SHARE, path=path) == 1
    assert [row[:2] for row in sent(recorder)[1:]] == [("acl/delete", ident) for ident in deleted]


def test_recipients_have_no_folder(recorder, session):
    with pytest.raises(EntityValidationError, match="only shares have folders"):
        session.revoke("user", USER, "delivery", SHARE, path="show")
    assert recorder.events == []


def test_revoke_deletes_nothing_that_belongs_to_others(recorder, session):
    recorder.will_answer({"result": [acl("a", user=SHARE), acl("b", share=USER), {"id": "c"}]})
    assert session.revoke("user", USER, "folder", SHARE) == 0
    assert len(recorder.events) == 1


@pytest.mark.parametrize("ident", ["", None, 5])
def test_revoke_deletes_nothing_when_an_acl_has_no_id(recorder, session, ident):
    recorder.will_answer({"result": [acl("a"), acl(ident)]})
    with pytest.raises(ProtocolError, match="without id"):
        session.revoke("user", USER, "folder", SHARE)
    assert len(recorder.events) == 1


def test_revoke_of_what_was_never_granted_is_zero(recorder, session):
    for targettype in ("folder", "delivery"):
        recorder.will_answer({"result": []})
        assert session.revoke("user", USER, targettype, SHARE) == 0
    assert len(recorder.events) == 2


@pytest.mark.parametrize(("result", "expected"), [(True, 1), (False, 0), (None, 0)])
def test_revoke_removes_a_recipient(recorder, session, result, expected):
    recorder.will_answer({"result": [{"user": USER}]}, {"result": result})
    assert session.revoke("user", USER, "delivery", SHARE) == expected
    assert sent(recorder)[-1] == ("job/recipient", SHARE, {"recipient": USER})


def test_revoke_knows_invited_recipients_by_address(recorder, session):
    recorder.will_answer({"result": []}, {"result": [{"user_hr": "nobody@example.com"}]})
    assert session.revoke("user", "nobody@example.com", "stream", SHARE) == 1
    with pytest.raises(EntityNotFoundError, match="nobody"):
        session.revoke("user", "nobody@example.com", "volume", SHARE)


def test_recipients_listed_by_address_are_known_though_they_are_users_by_now(recorder, session):
    listed = {"user": None, "user_hr": "Lisa@Example.com"}
    user, entries = {"result": [{"id": USER}]}, {"result": [{"user": SHARE}, listed]}
    recorder.will_answer(user, entries)
    assert session.access("delivery", SHARE, "user", LISA) == [listed]
    recorder.will_answer(user, entries)
    assert session.revoke("user", LISA, "delivery", SHARE) == 1
    assert sent(recorder)[-1] == ("job/recipient", SHARE, {"recipient": LISA})


# -- v1.0 -----------------------------------------------------------------------------------------


def test_access_in_v1_is_made_of_acls_in_its_own_spelling(recorder, v1_session):
    v1_session.grant("user", LISA, "folder", SHARE, {"path": "TO_VENDORS"})
    assert sent(recorder) == [
        ("user/find", f"code='{LISA}'", {}),
        (
            "acl/create",
            None,
            {
                "ident": f"user:{USER}",
                "target": f"share:{SHARE}",
                "path": "TO_VENDORS",
                "read": True,
                "write": False,
            },
        ),
    ]
    recorder.requests.clear()
    row = {"id": "a", "ident": f"user:{USER}", "target": f"share:{SHARE}", "read": True}
    recorder.will_answer({"result": [row]}, {"result": [row]})
    assert v1_session.access("home", SHARE, "user")[0]["user"] == USER
    assert v1_session.revoke("user", USER, "volume", SHARE) == 1
    assert sent(recorder) == [
        ("acl/find", f"target=share:{SHARE} AND ident=user:*", {}),
        ("acl/find", f"ident=user:{USER} AND target=share:{SHARE}", {}),
        ("acl/delete", "a", {}),
    ]


def test_shares_of_every_kind_are_shares_in_v1(recorder, v1_session):
    v1_session.access("volume", "projects")
    assert sent(recorder)[0] == ("share/find", "code='projects'", {})


@pytest.mark.parametrize("targettype", ["delivery", "request", "stream", "job", "collection"])
def test_access_in_v1_exists_to_shares_only(recorder, v1_session, targettype):
    for call in (
        lambda: v1_session.grant("user", USER, targettype, SHARE),
        lambda: v1_session.access(targettype, SHARE),
        lambda: v1_session.revoke("user", USER, targettype, SHARE),
    ):
        with pytest.raises(ConfigurationError, match="v3 only"):
            call()
    assert not recorder.requests


def test_grant_in_v1_invites_nobody(recorder, v1_session):
    for option in ({"invite": True}, {"notify": True}, {"message": "x"}):
        with pytest.raises(ConfigurationError, match="v3 only"):
            v1_session.grant("user", USER, "share", SHARE, option)
    assert not recorder.requests
    with pytest.raises(EntityNotFoundError, match="nobody"):
        v1_session.grant("user", "nobody@example.com", "share", SHARE, {"invite": False})
