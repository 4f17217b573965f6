from __future__ import annotations

import pytest
from sqlalchemy import select

from accsyn_orm.server.access import accounts
from accsyn_orm.server.access.digests import password_digest, password_matches
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.sign_in import Signature
from accsyn_orm.server.storage.tables import api_keys, passwords, sessions
from accsyn_orm.wire.credentials import KeyCredentials, PasswordCredentials, SessionCredentials
from accsyn_orm.wire.versions import V1, V3

CODE = "acmefilm"


@pytest.fixture
def credentials(studio):
    return studio.service.new_credentials(CODE, Role.ADMIN)


def by_password(credentials, **change):
    given = {"username": credentials.username, "password": credentials.password, "tenant": CODE}
    return Signature(PasswordCredentials(**{**given, **change}), CODE)


def by_key(credentials, tenant=None):
    return Signature(KeyCredentials(credentials.username, credentials.api_key, tenant), CODE)


@pytest.fixture
def client(client_of):
    def make(studio, credentials, session_key):
        signature = Signature(SessionCredentials(credentials.username, session_key, CODE), CODE)
        return client_of(studio.service, signature, "v1")

    return make


@pytest.mark.behaviour("sign-in: the answer names user, role and session")
def test_v3_sign_in_names_user_role_and_session(studio, credentials):
    answer = studio.service.sign_in(V3, by_key(credentials), {})["result"]
    assert answer["role"] == "admin"
    assert len(answer["id"]) == 24
    assert answer["session_id"]


def test_v1_sign_in_names_user_clearance_and_key(studio):
    given = studio.service.new_credentials(CODE, Role.STANDARD)
    answer = studio.service.sign_in(V1, by_password(given), {"session": "s"})
    assert answer.keys() == {"session_key", "clearance", "id"}
    assert answer["clearance"] == "user"


@pytest.mark.behaviour("sign-in: the last sign-in of a user is noted")
def test_sign_in_is_noted(studio, credentials, client_of):
    admin = client_of(studio.service, by_key(credentials))
    (before,) = admin.find("user", single_entity_query=True)
    studio.service.sign_in(V1, by_password(credentials), {})
    (after,) = admin.find("user", single_entity_query=True)
    assert (before["logged_in"], after["logged_in"]) == (None, "2026-03-01T12:00:00")


@pytest.mark.behaviour("sign-in: wrong user and wrong secret are answered alike")
@pytest.mark.parametrize(
    "change", [{"username": "nobody@x.y"}, {"password": "wrong"}, {"username": "' OR 1=1 --"}]
)
def test_a_wrong_password_and_an_unknown_user_answer_alike(studio, credentials, change):
    with pytest.raises(Refusal, match=r"^sign-in refused: workspace, user or key is wrong"):
        studio.service.sign_in(V1, by_password(credentials, **change), {})


def test_a_password_that_changes_meanwhile_is_none_any_more(studio, credentials, monkeypatch):
    real = accounts.check_password

    def check(*given):
        digest = real(*given)
        studio.service.new_credentials(CODE, Role.ADMIN)
        return digest

    monkeypatch.setattr(accounts, "check_password", check)
    with pytest.raises(Refusal, match="sign-in refused"):
        studio.service.sign_in(V1, by_password(credentials), {})


def test_another_workspace_is_unknown(studio, credentials):
    signature = Signature(by_key(credentials).credentials, "other")
    with pytest.raises(Refusal, match="sign-in refused"):
        studio.service.sign_in(V3, signature, {})


def test_names_are_found_in_any_case(studio, credentials):
    signature = Signature(
        KeyCredentials(credentials.username.upper(), credentials.api_key), "AcmeFilm"
    )
    assert studio.service.sign_in(V3, signature, {})["result"]["role"] == "admin"


@pytest.mark.behaviour("sign-in: a password session ends after ten hours")
def test_password_sessions_expire_after_ten_hours(studio, credentials, client):
    key = studio.service.sign_in(V1, by_password(credentials), {})["session_key"]
    user = client(studio, credentials, key)
    studio.clock.advance(hours=9.99)
    assert user.find("user")
    studio.clock.advance(hours=0.02)
    with pytest.raises(Refusal) as caught:
        user.find("user")
    assert caught.value.session_expired is True


@pytest.mark.behaviour("sign-in: a session made with an api key lives by being used")
def test_api_key_sessions_live_by_being_used(studio, credentials, client):
    key = studio.service.sign_in(V1, by_key(credentials, CODE), {})["session_key"]
    user = client(studio, credentials, key)
    for _ in range(3):
        studio.clock.advance(days=29)
        assert user.find("user")
    studio.clock.advance(days=31)
    with pytest.raises(Refusal, match="expired"):
        user.find("user")


@pytest.mark.behaviour("sign-in: a renewed session replaces the expired one")
def test_a_revived_session_replaces_the_expired_one(studio, credentials, client):
    old = studio.service.sign_in(V1, by_key(credentials, CODE), {})["session_key"]
    studio.clock.advance(days=31)
    body = {"session": "s", "session_key_reuse": old}
    new = studio.service.sign_in(V1, by_key(credentials, CODE), body)["session_key"]
    assert client(studio, credentials, new).find("user")
    with pytest.raises(Refusal, match="not signed in") as caught:
        client(studio, credentials, old).find("user")
    assert caught.value.session_expired is False


def test_sessions_long_expired_are_forgotten(studio, credentials):
    studio.service.sign_in(V1, by_password(credentials), {})
    studio.clock.advance(days=2)
    studio.service.sign_in(V1, by_password(credentials), {})
    with studio.database.reading() as connection:
        assert len(connection.execute(select(sessions)).all()) == 1


@pytest.mark.behaviour("sign-in: session keys are for oneself, and last an hour")
def test_session_keys_are_made_for_oneself(studio, admin_v1, client):
    def generate(lifetime=None, user="Admin@acmefilm.com"):
        data = {"lifetime": lifetime}
        return admin_v1.call("POST", "user/generate_session_key", data, query=user)["session_key"]

    key = generate(60)
    signature = Signature(SessionCredentials(admin_v1.username, key, CODE), CODE)
    assert studio.service.sign_in(V1, signature, {})["session_key"] == key
    hour = client(studio, admin_v1, generate())
    studio.clock.advance(seconds=61)
    with pytest.raises(Refusal, match="expired"):
        studio.service.sign_in(V1, signature, {})
    assert hour.find("user")
    with pytest.raises(Refusal, match="for yourself only"):
        generate(60, "standard@acmefilm.com")
    for wrong in (0, -5, 10**9, "60", True):
        with pytest.raises(Refusal, match="lifetime is"):
            generate(wrong)


def test_credentials_of_the_other_generation_are_refused(studio, credentials, client_of):
    with pytest.raises(Refusal, match="sign-in refused"):
        studio.service.sign_in(V3, by_password(credentials), {})
    signed = client_of(studio.service, by_key(credentials, CODE), "v1")
    with pytest.raises(Refusal, match="not for events"):
        signed.find("user")


def test_the_event_must_be_for_the_same_workspace(studio, credentials, client_of):
    signature = Signature(by_key(credentials).credentials, "other")
    with pytest.raises(Refusal, match="different workspaces"):
        client_of(studio.service, signature).find("user")


@pytest.mark.behaviour("sign-in: a user has one api key: a new one replaces it")
def test_a_new_key_replaces_the_one_before(studio, credentials):
    studio.service.sign_in(V3, by_key(credentials), {})
    fresh = studio.service.new_credentials(CODE, Role.ADMIN)
    with pytest.raises(Refusal, match="sign-in refused"):
        studio.service.sign_in(V3, by_key(credentials), {})
    studio.service.sign_in(V3, by_key(fresh), {})


def test_there_must_be_somebody_to_make_credentials_for(studio, admin, employee):
    admin.delete("user", employee.user_id)
    with pytest.raises(Refusal, match="no enabled user with role employee"):
        studio.service.new_credentials(CODE, Role.EMPLOYEE)


def test_only_digests_are_stored(studio, credentials):
    key = studio.service.sign_in(V1, by_password(credentials), {})["session_key"]
    with studio.database.reading() as connection:
        stored = "".join(
            str(row)
            for table in (api_keys, passwords, sessions)
            for row in connection.execute(select(table))
        )
    for secret in (credentials.api_key, credentials.password, key):
        assert secret not in stored
        assert secret not in repr(credentials)


def test_password_digests_are_salted():
    one, other = password_digest("pässword"), password_digest("pässword")
    assert one != other
    assert password_matches("pässword", one)
    assert not password_matches("password", one)
