"""Every error is in the catalogue, with a message that it really has: each is provoked here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path

import pytest

import accsyn_orm
from accsyn_orm import (
    AccsynError,
    AccsynPath,
    BackendError,
    Job,
    PagingError,
    Queue,
    Session,
    SessionExpiredError,
    TransportTimeoutError,
    User,
    bulk,
    exports,
)
from accsyn_orm.testing import EmbeddedWorkspace, Fault, Faults, no_waiting

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "errors.md"
SHOWN = re.compile(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
MESSAGE = re.compile(r"```text\n(.*?)\n```", re.DOTALL)
ROOTS = {"AccsynError", "QueryError", "EntityError", "SessionError", "BulkError"}
IDENT = "5bfeb0381da7ee4095fa2171"
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Studio:
    """What the errors are provoked with."""

    workspace: EmbeddedWorkspace
    session: Session

    @contextmanager
    def trouble(self, fault: Fault) -> Iterator[Session]:
        """Give a session whose every call ends in a fault."""
        with no_waiting(attempts=1), self.workspace.session() as session:
            session.login()
            self.workspace.faults = Faults(1, [fault])
            try:
                yield session
            finally:
                self.workspace.faults = None


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    with EmbeddedWorkspace() as workspace, workspace.session("admin") as session:
        yield Studio(workspace, session)


def _conflict(_: Studio):
    mine, theirs = (Queue.where(Queue.code == "low").one() for _ in "12")
    theirs.description = "theirs"
    theirs.save()
    mine.description = "mine"
    mine.save(check=True)


def _crash(studio: Studio):
    with studio.trouble("crash") as session:
        session.find("Queue")


def _nonsense(studio: Studio):
    with studio.trouble("cut") as session:
        session.find("Queue")


def _ambiguous(studio: Studio):
    with studio.trouble("drop") as session:
        session.create("job", {"tasks": ["volume=projects/a.mov"], "destination": "/x/"})


def _strict(studio: Studio):
    with studio.session.strict():
        _ = Job.where().first().user.fetch()


def _no_session(_: Studio):
    Context().run(Job.where().all)


def _closed(studio: Studio):
    session = studio.workspace.session()
    session.close()
    session.find("Job")


def _refused(studio: Studio):
    _elsewhere(studio, api_key="not-the-key", url=studio.workspace.url).login()


def _tls(_: Studio):
    with EmbeddedWorkspace(tls=True, seed="empty") as workspace:
        Session("acmefilm", "a@b.c", "key", url=workspace.url, environ={}, retries=0).login()


def _elsewhere(_: Studio, api_key: str = "key", url: str = NOWHERE, **options: object) -> Session:
    return Session("acmefilm", "john@user.com", api_key, url=url, environ={}, retries=0, **options)


def _partial(_: Studio):
    plans = [User.where(User.role == "standard").update(description=text) for text in ("a", "b")]
    plans[0].apply().raise_for_errors()
    plans[1].apply().raise_for_errors()


def _journal(_: Studio):
    Path("fast.journal").touch()
    Queue.where().update(description="x").apply(journal="fast.journal")


def _default_queue(studio: Studio):
    default = Queue.where(Queue.default == True).one()
    studio.session.delete_one("queue", default.id)


def _half_merged(studio: Studio):
    show, rest = Queue.where(Queue.code.in_(["dailies", "overnight"])).all()
    update, changes = studio.session.update, iter(range(2))

    def fails_late(*arguments: object):
        if next(changes):
            raise BackendError("queue/edit", "the backend is busy")
        return update(*arguments)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(studio.session, "update", fails_late)
        show.merge_into(rest)


def _proxy(studio: Studio):
    url, proxy = "https://acmefilm.example", "socks5:127.0.0.1:9"
    _elsewhere(studio, url=url, proxy=proxy).login()


def _timeout(_: Studio):
    host, reason = "acmefilm.accsyn.com:443", "no complete answer within 120 s"
    _raise(TransportTimeoutError("job/find", host, reason))


def _misfit(_: Studio):
    exports.to_arrow([Job.loaded(id=IDENT, size="much")])


def _plan(_: Studio):
    bulk.create(Queue, [{"code": "HIGH"}, {"code": "a", "priority": -1}]).apply()


def _raise(error: AccsynError):
    raise error


PROVOKED: dict[str, Callable[[Studio], object]] = {
    "QuerySyntaxError": lambda s: Job.parse('Job WHERE status="failed'),
    "QueryFieldError": lambda s: Job.parse("Job WHERE statsu=failed"),
    "QueryValueError": lambda s: Job.where(Job.status == "faild"),
    "PayloadError": lambda s: s.session.create("queue", {"name": "Night", "metadata": {"a": {1}}}),
    "PathError": lambda s: AccsynPath.parse("volume=projects").with_name("a.mov"),
    "PathSyntaxError": lambda s: AccsynPath.parse("volum=projects/a.mov"),
    "ConfigurationError": lambda s: Session("acmefilm", "john@user.com", environ={}),
    "EntityValidationError": lambda s: Queue(name="Panic", priority=7000),
    "ReadOnlyAttributeError": lambda s: setattr(Job.where().first(), "progress", 5),
    "AttributeNotLoadedError": lambda s: Job.where().only(Job.code).first().size,
    "HalfDoneError": _half_merged,
    "HiddenRequestError": _strict,
    "EntityNotFoundError": lambda s: Job.get(IDENT),
    "MultipleEntitiesError": lambda s: Job.where(Job.code == "Daily backup").one(),
    "ConflictError": _conflict,
    "EntityStateError": lambda s: Queue(name="Panic").delete(),
    "JobFailedError": lambda s: Job.where(Job.status == "failed").first().wait(),
    "JobTimeoutError": lambda s: Job.where(Job.status == "waiting").first().wait(timeout=0.01),
    "PagingError": lambda s: _raise(PagingError("Job", "Job WHERE status=failed", 1500)),
    "NoSessionError": _no_session,
    "SessionClosedError": _closed,
    "AuthenticationError": _refused,
    "SessionExpiredError": lambda s: _raise(SessionExpiredError("Session has expired")),
    "BackendError": _default_queue,
    "BackendCrashError": _crash,
    "TransportError": lambda s: _elsewhere(s).login(),
    "TlsError": _tls,
    "ProxyError": _proxy,
    "TransportTimeoutError": _timeout,
    "ProtocolError": _nonsense,
    "AmbiguousOutcomeError": _ambiguous,
    "ExportError": _misfit,
    "PlanError": _plan,
    "JournalError": _journal,
    "PartialFailureError": _partial,
}


def shown() -> dict[str, str]:
    """Return the message that the catalogue shows of each error."""
    sections = SHOWN.findall(PAGE.read_text("utf-8"))
    return {name: MESSAGE.findall(text)[0] for name, text in sections}


def test_catalogue_shows_a_message_of_every_error():
    errors = {name for name in accsyn_orm.__all__ if name.endswith("Error")}
    assert set(shown()) == set(PROVOKED) == errors - ROOTS


def test_catalogue_says_of_every_error_what_to_do():
    lines = PAGE.read_text("utf-8").splitlines()
    cells = [[cell.strip(" `") for cell in line.split("|")] for line in lines if line[:1] == "|"]
    told = {row[1]: row[4] for row in cells if len(row) == 6}
    assert {name for name in {*PROVOKED, *ROOTS} if not told.get(name)} == set()


@pytest.mark.parametrize("name", PROVOKED)
def test_message_is_the_one_of_the_catalogue(
    studio: Studio, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(getattr(accsyn_orm, name)) as caught:
        PROVOKED[name](studio)
    assert type(caught.value).__name__ == name
    assert _alike(str(caught.value)) == _alike(shown()[name])


def _alike(message: str) -> str:
    """Leave out what differs from run to run: ids, ports, seconds."""
    message = re.sub(r"\b[0-9a-f]{24}\b|\b[0-9a-f-]{36}\b|\b[0-9a-f]{32}\b", "<id>", message)
    return re.sub(r"127\.0\.0\.1:\d+|\(\d\.\d s\)", "<n>", message)
