"""Nobody gets in without credentials, learns anything from trying, or finds them lying about."""

from __future__ import annotations

import ast
import base64
import inspect
import secrets
import statistics
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event as on
from sqlalchemy import update

from accsyn_orm.errors import AccsynError
from accsyn_orm.server.access import accounts, digests, sessions
from accsyn_orm.server.access.accounts import WRONG_CREDENTIALS
from accsyn_orm.server.access.digests import new_key
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.access.sessions import EXPIRED
from accsyn_orm.server.operations.plan import OPERATIONS
from accsyn_orm.server.operations.work import ROUTES
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules import RULES
from accsyn_orm.server.sign_in import Signature
from accsyn_orm.server.storage.tables import USERS
from accsyn_orm.server.workspace import Workspace
from accsyn_orm.wire.credentials import KeyCredentials, PasswordCredentials, SessionCredentials
from accsyn_orm.wire.versions import V1, V3

CODE = "acmefilm"
SECRET = ("digest", "password", "presented", "key", "derived")


def everything(generation: str) -> Iterator[tuple[str, str]]:
    """Give every verb and uri that a generation has."""
    for rules in RULES:
        name = rules.names.shown(generation)
        if name:
            for uri, operation in OPERATIONS.items():
                if generation in operation.generations:
                    yield operation.verb, f"{name}/{uri}"
    for route in ROUTES:
        if generation in route.generations:
            yield route.verb, route.uri.replace("{name}", "x")
    yield "GET", "user/api_key"
    if generation == "v1":
        yield "POST", "user/generate_session_key"


@pytest.fixture
def bad(studio) -> dict[str, list[Signature]]:
    """Give signatures that are good for nothing, or not any more."""
    admin, employee = studio.client("admin"), studio.client("employee")
    expired, revoked = studio.client("admin", "v1"), studio.client("standard", "v1")
    disabled, removed = studio.client("standard"), employee
    studio.clock.advance(days=31)
    fresh = studio.client("admin", "v1")
    key = admin.signature.credentials.api_key
    session = fresh.signature.credentials.session_key
    admin.delete("user", removed.user_id)
    with studio.database.writing() as connection:
        chosen = update(USERS.table).where(USERS.table.c.id == disabled.user_id)
        connection.execute(chosen.values(status="disabled"))
    name = admin.username
    return {
        "v3": [
            Signature(KeyCredentials(name, new_key()), CODE),
            Signature(KeyCredentials(name, ""), CODE),
            Signature(KeyCredentials("nobody@x.y", key), CODE),
            Signature(KeyCredentials("' OR 1=1 --", key), CODE),
            Signature(KeyCredentials(disabled.username, key), CODE),
            Signature(KeyCredentials(name, key), "other"),
            Signature(KeyCredentials(name, key.swapcase()), CODE),
            disabled.signature,
            removed.signature,
            fresh.signature,
        ],
        "v1": [
            Signature(SessionCredentials(name, new_key(), CODE), CODE),
            Signature(SessionCredentials(name, "", CODE), CODE),
            Signature(SessionCredentials("nobody@x.y", session, CODE), CODE),
            Signature(SessionCredentials(disabled.username, session, CODE), CODE),
            Signature(SessionCredentials(name, session, "other"), "other"),
            Signature(PasswordCredentials(name, "x", CODE), CODE),
            expired.signature,
            revoked.signature,
            admin.signature,
            Signature(KeyCredentials(name, key, CODE), CODE),
        ],
    }


@pytest.mark.parametrize(
    "empty_database",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.deep)],
    indirect=True,
)
def test_nothing_is_done_without_good_credentials(studio, bad, client_of, figure):
    written: list[str] = []

    def executes(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.split(None, 1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            written.append(statement)

    studio.client("admin").find("queue")  # what the workspace notes by itself
    on.listen(studio.database.engine, "before_cursor_execute", executes)
    tried, words, done = 0, set(), []
    try:
        for generation, signatures in bad.items():
            for signature in signatures:
                client = client_of(studio.service, signature, generation)
                for verb, uri in everything(generation):
                    tried += 1
                    try:
                        done.append((uri, client.call(verb, uri, {}, ident="0" * 24)))
                    except Refusal as refusal:
                        words.add(str(refusal))
    finally:
        on.remove(studio.database.engine, "before_cursor_execute", executes)
    assert words == {
        WRONG_CREDENTIALS,
        EXPIRED,
        "not signed in: the session key is wrong, or the user was signed out",
        "not signed in: these credentials are not for events",
        "the event and the credentials name different workspaces",
    }
    figure("calls without good credentials", tried, ">= 1_000")
    figure("calls done without good credentials", len(done), "= 0")
    figure("statements that wrote for them", len(written), "= 0")


def said(studio, generation, credentials) -> str:
    with pytest.raises(AccsynError) as caught:
        studio.service.sign_in(generation, Signature(credentials, CODE), {})
    return str(caught.value)


def test_nobody_learns_who_is_a_user(studio, client_of, monkeypatch):
    checked = []
    real = accounts.password_matches
    monkeypatch.setattr(
        accounts, "password_matches", lambda *given: checked.append(given) or real(*given)
    )
    name, nobody = studio.client("admin").username, "nobody@x.y"
    for generation, make in (
        (V3, lambda user: KeyCredentials(user, "wrong")),
        (V1, lambda user: KeyCredentials(user, "wrong", CODE)),
        (V1, lambda user: PasswordCredentials(user, "wrong", CODE)),
        (V1, lambda user: SessionCredentials(user, "wrong", CODE)),
    ):
        assert said(studio, generation, make(name)) == said(studio, generation, make(nobody))
    # Also for a user that is not there something is compared.
    assert len(checked) == 2
    words = []
    for user in (name, nobody):
        client = client_of(studio.service, Signature(KeyCredentials(user, "wrong"), CODE))
        with pytest.raises(Refusal) as caught:
            client.find("user")
        words.append(str(caught.value))
    assert words[0] == words[1]


@pytest.mark.parametrize("count", [100, pytest.param(2_000, marks=pytest.mark.deep, id="whole")])
@pytest.mark.parametrize("empty_database", ["sqlite"], indirect=True)
def test_an_unknown_user_takes_as_long_as_a_wrong_key(studio, figure, count):
    took: dict[str, list[float]] = {studio.client("admin").username: [], "nobody@acmefilm.com": []}
    for _ in range(count):
        for user, times in took.items():
            signature = Signature(KeyCredentials(user, new_key()), CODE)
            began = time.perf_counter()
            with pytest.raises(Refusal):
                studio.service.sign_in(V3, signature, {})
            times.append((time.perf_counter() - began) * 1_000)
    known, unknown = map(statistics.median, took.values())
    figure(f"unknown user or wrong key, difference of {count}", abs(known - unknown), "<= 0.2 ms")


def test_keys_come_from_the_system(monkeypatch, figure):
    keys = {new_key() for _ in range(20_000)}
    figure("session keys that are the same, of 20,000", 20_000 - len(keys), "= 0")
    bits = min(len(base64.urlsafe_b64decode(f"{key}=")) for key in keys) * 8
    figure("bits of a session key", bits, ">= 128 bits")
    monkeypatch.setattr(secrets, "token_bytes", lambda size=None: bytes(size or 32))
    assert new_key() == base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")


def test_secrets_are_compared_in_constant_time():
    """``==`` on something secret is for the database only, which looks digests up by an index."""
    for module in (accounts, digests, sessions):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
                words = ast.unparse(node)
                is_secret = any(
                    w in words for w in ("digest", "password", "presented", "key", "derived")
                )
                assert not is_secret or ".c." in words or "kind" in words, words
    for function in (digests.same_digest, digests.password_matches):
        assert "hmac.compare_digest(" in inspect.getsource(function)


def test_no_secret_lies_in_the_data_directory(tmp_path):
    workspace = Workspace(data=tmp_path, seed="empty")
    given = [workspace.new_credentials(role) for role in Role]
    keys = []
    for one in given:
        for credentials in (
            PasswordCredentials(one.username, one.password, CODE),
            KeyCredentials(one.username, one.api_key, CODE),
        ):
            login = workspace.service.sign_in(V1, Signature(credentials, CODE), {})
            keys.append(login["session_key"])
    names = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") for path in names)
    content = b"".join(path.read_bytes() for path in names)
    for secret in [*keys, *(one.api_key for one in given), *(one.password for one in given)]:
        raw = secret.encode()
        for spelling in (raw, base64.b64encode(raw), raw.hex().encode()):
            assert spelling not in content
    assert digests.key_digest(keys[0]).encode() in content  # it would be found
    workspace.stop()
