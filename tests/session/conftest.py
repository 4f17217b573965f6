"""Sessions with the recording server, and the same calls run with the official clients."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from accsyn_orm.session import Session

DATA = Path(__file__).with_name("data") / "job.json"


@pytest.fixture
def make_session(recorder, loopback_tls) -> Iterator[Callable[..., Session]]:
    """Make sessions with the recorder, closed after the test."""
    made: list[Session] = []

    def make(**arguments: Any) -> Session:
        given = {
            "workspace": "acmefilm",
            "username": "john@user.com",
            "api_key": "key-1",
            "url": recorder.url,
            "verify": loopback_tls.ca_path,
            "timeout": 10,
            "retries": 0,
        }
        session = Session(**{k: v for k, v in {**given, **arguments}.items() if v is not None})
        made.append(session)
        return session

    yield make
    for session in made:
        session.close()


@pytest.fixture
def session(make_session) -> Session:
    return make_session()


@pytest.fixture
def v1_session(make_session) -> Session:
    return make_session(protocol="v1")


# -- side by side with the official clients -------------------------------------------------------

OFFICIAL = """
import datetime, ssl, urllib.request
EAST = datetime.timezone(datetime.timedelta(hours=2))
trusting = ssl._create_unverified_context() if {url!r}.startswith("https") else None
def mark():
    urllib.request.urlopen({url!r}, context=trusting).close()
session = accsyn_api.Session({arguments})
mark()
for source in {calls!r}:
    try:
        eval(source, {{**{names!r}, "session": session, "datetime": datetime, "EAST": EAST}})
    except BaseException as error:
        if not {may_fail!r}:
            raise RuntimeError(source) from error
    mark()
"""


class SideBySide:
    """Runs calls with an official client and with ours, and gives the requests of each call.

    The first item of a result is the sign-in.
    """

    def __init__(
        self,
        official_client: Callable[[str], Any],
        recorder: Any,
        make_session: Callable[..., Session],
    ) -> None:
        self._official_client = official_client
        self._recorder = recorder
        self._make_session = make_session
        self.names = {**recorder.names, "DATA": str(DATA)}

    def theirs(
        self, version: str, calls: list[str], *, may_fail: bool = False, **arguments: str
    ) -> list[list[dict[str, Any]]]:
        tenant = "workspace" if version == "3.4.0" else "domain"
        given = {tenant: "acmefilm", "username": "john@user.com", "api_key": "key-1", **arguments}
        given["hostname"] = "127.0.0.1"
        shown = [f"{name}={value!r}" for name, value in given.items() if value]
        script = OFFICIAL.format(
            url=self._recorder.mark,
            arguments=", ".join([*shown, f"port={self._recorder.port}"]),
            calls=calls,
            names=self.names,
            may_fail=may_fail,
        )
        self._official_client(version).run(script)
        return self._recorder.taken()[:-1]

    def ours(
        self,
        version: str,
        calls: list[str],
        *,
        refused: tuple[type[Exception], ...] = (),
        **arguments: Any,
    ) -> list[list[dict[str, Any]]]:
        given = {"protocol": "v3" if version == "3.4.0" else "v1", "lowercase_queries": True}
        given |= {name: value or None for name, value in arguments.items()}
        session = self._make_session(**given)
        session.login()
        groups = self._recorder.taken()
        names = {**self.names, "session": session, "datetime": dt}
        names["EAST"] = dt.timezone(dt.timedelta(hours=2))
        for source in calls:
            with suppress(*refused):
                eval(source, names)
            groups += self._recorder.taken()
        return groups


@pytest.fixture
def side_by_side(official_client, recorder, make_session) -> SideBySide:
    """Run the same calls with an official client and with ours."""
    return SideBySide(official_client, recorder, make_session)


@pytest.fixture
def plain_side_by_side(official_client, plain_recorder, make_session) -> SideBySide:
    """The same without TLS."""
    return SideBySide(official_client, plain_recorder, make_session)
