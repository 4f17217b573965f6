"""The public API as people use it; both checkers must accept every line. Never executed."""

# pyright: strict, reportUnusedExpression=false, reportUnusedVariable=false

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, TypeVar

from generated import Queue as StudioQueue
from generated import Transfer as StudioTransfer
from typing_extensions import assert_type

from accsyn_orm import (
    Access,
    AccsynError,
    AccsynPath,
    Acl,
    AmbiguousOutcomeError,
    App,
    AttributeNotLoadedError,
    AuthenticationError,
    BackendCrashError,
    BackendError,
    Browser,
    BulkError,
    Change,
    Client,
    ClientStatus,
    ClientType,
    Collection,
    Compute,
    ConfigurationError,
    ConflictError,
    Delivery,
    DeliveryStatus,
    Duration,
    Engine,
    EngineStatus,
    Entity,
    EntityError,
    EntityNotFoundError,
    EntityStateError,
    EntityValidationError,
    Explanation,
    ExportError,
    Field,
    FieldRef,
    File,
    FileInfo,
    FileSequence,
    Folder,
    GenericEntity,
    HalfDoneError,
    HiddenRequestError,
    Home,
    Job,
    JobFailedError,
    JobStatus,
    JobTimeoutError,
    JournalError,
    Lane,
    LogEntry,
    MultipleEntitiesError,
    NoSessionError,
    Outcome,
    PagingError,
    PartialFailureError,
    Party,
    PartyKind,
    PathError,
    PathKind,
    PathParty,
    PathSyntaxError,
    PayloadError,
    Plan,
    PlanError,
    ProtocolError,
    ProxyError,
    Publication,
    PublishedFile,
    Query,
    QueryError,
    QueryFieldError,
    QuerySyntaxError,
    QueryValueError,
    Queue,
    QueueStatus,
    ReadOnlyAttributeError,
    Recipient,
    Ref,
    Refs,
    Report,
    Request,
    Server,
    Session,
    SessionClosedError,
    SessionError,
    SessionExpiredError,
    Settings,
    Share,
    ShareStatus,
    ShareType,
    Site,
    SiteStatus,
    Size,
    Speed,
    Stream,
    Task,
    TaskParty,
    TaskStatus,
    TlsError,
    Transfer,
    TransportError,
    TransportTimeoutError,
    User,
    UserRole,
    UserServer,
    UserStatus,
    Volume,
    Workspace,
    bulk,
    entity_class,
    raw,
)
from accsyn_orm.entities import UNSET, Attr, AttrFrom, MetadataKey, ReadOnlyAttr, Results, attr
from accsyn_orm.entities.actions.recipients import Recipients
from accsyn_orm.entities.capabilities import (
    AccessBackend,
    AssignmentBackend,
    FileBackend,
    LifecycleBackend,
    MemberBackend,
    SettingsBackend,
)
from accsyn_orm.fields import status
from accsyn_orm.query import Comparison, Expression

E = TypeVar("E", bound=Entity)

# -- attributes of the class are query fields, attributes of an object are values ------------------

assert_type(Job.status, FieldRef[JobStatus])
assert_type(Job.id, FieldRef[str])
assert_type(Job.progress, FieldRef[int])
assert_type(Job.finished, FieldRef[datetime | None])
assert_type(Job.metadata, FieldRef[dict[str, Any]])
assert_type(Transfer.status, FieldRef[JobStatus])
assert_type(User.role, FieldRef[UserRole])
assert_type(Compute.status, FieldRef[JobStatus])
assert_type(Delivery.status, FieldRef[DeliveryStatus])
assert_type(Stream.where(Stream.status == "waiting"), Query[Stream])


# Numbers first: what is compared before must not change what a checker knows of the rest.
assert_type(Job.progress > 50, Comparison)
assert_type(Job.size > 10**9, Comparison)
assert_type(Job.size >= Size.parse("1.5 GB"), Comparison)
assert_type(Job.speed < 12.5, Comparison)
assert_type(Job.size.in_([1, Size(2), None]), Expression)
assert_type(Job.etr == Duration(minutes=5), Comparison)
assert_type(Job.status == "failed", Comparison)
assert_type(Job.user == "lisa@example.com", Comparison)
assert_type(Job.source != "hq", Comparison)


def read(job: Job, user: User, queue: Queue, task: Task) -> None:
    assert_type(job.status, JobStatus)
    assert_type(job.id, str)
    assert_type(job.code, str)
    assert_type(job.progress, int)
    assert_type(job.size, Size | None)
    assert_type(job.etr, Duration | None)
    assert_type(job.user, Ref[User])
    assert_type(job.user.fetch(), User)
    assert_type(job.speed, Speed)
    assert_type(job.created, datetime)
    assert_type(job.finished, datetime | None)
    assert_type(job.metadata, dict[str, Any])
    assert_type(job.settings, Settings)
    assert_type(job.tasks, Query[Task])
    assert_type(user.role, UserRole)
    assert_type(user.status, UserStatus)
    assert_type(user.queue, Ref[Queue] | None)
    assert_type(queue.status, QueueStatus)
    queue.merge_into(queue)
    queue.merge_into("6989982945131d8f16277b71")
    assert_type(Speed.parse("1 MB/s"), Speed)
    assert_type(Duration.parse("1h"), Duration)
    assert_type(queue.default, bool)
    assert_type(task.source, TaskParty)
    assert_type(task.source.user, Ref[User] | None)
    assert_type(job.source, Party)
    assert_type(job.source.fetch(), Entity)
    assert_type(job.parent.fetch(), Queue | Delivery | Request | Stream)
    assert_type(Job.user == user, Comparison)
    assert_type(Job.user.in_([user, "id", job.user]), Expression)
    assert_type(user.jobs, Query[Job])
    assert_type(Job.where().prefetch(Job.user, "parent", "user.queue").strict(), Query[Job])
    assert_type(User.where().prefetch(User.home), Query[User])
    assert_type(Queue.where().prefetch(Queue.jobs, "jobs.user").strict(), Query[Queue])
    assert_type(Task.where().prefetch(Task.source["user"]), Query[Task])
    assert_type(user.home, Home | None)
    assert_type(queue.jobs, Query[Job])
    assert_type(task.job, Ref[Job | Compute | Delivery | Request | Stream])
    if job.finished is not None:
        assert_type(job.finished, datetime)


def packages(delivery: Delivery, request: Request, compute: Compute, home: Workspace) -> None:
    lisa = "lisa@example.com"
    Job(
        tasks=[Task(source="share=a", settings={"x": 1}), "share=b", {"source": "c"}],
        destination=lisa,
        settings={"transfer_speedlimit": -1, "transfer_mode": "copy", "x": True},
        hooks=[{"when": "hook-job-publish-server", "data": {}}],
        allow_duplicates=False,
    )
    Compute(
        engine="nuke-13",
        input=AccsynPath("share=a/b.nk"),
        dependencies=["share=a", AccsynPath("share=b")],
        parameters={"arguments": "-x", "of_the_engine": 5},
        envs={"common": {"A": "1"}},
        tasks={"A": Task(tasks=[Task(uri="x")], deps=["B"]), "B": {}},
    )
    Delivery(name="a", recipients=[lisa, request.user.fetch()])
    assert_type(delivery.status, DeliveryStatus)
    assert_type(delivery.public, bool)
    assert_type(delivery.tasks, Query[Task])
    assert_type(delivery.parent, Ref[Queue])
    assert_type(request.user.fetch(), User)
    request.status = "pending"
    assert_type(compute.engine.fetch(), Engine)
    assert_type(Compute(engine=Engine.get("a")).save(), Compute)
    assert_type(compute.status, JobStatus)
    assert_type(Delivery(name="a", tasks=["share=a"], recipients=["b@c.d"]).save(), Delivery)
    assert_type(Compute(engine="nuke-13", range="1-10").engine, Ref[Engine])
    home.name = "Acme"
    assert_type(Job(source="a").save().wait(timeout=5, progress=True), Job)
    Compute.get("a").wait(progress=lambda job: job.progress)
    assert_type(delivery.add_recipient(lisa, invite=False), Recipient | None)
    assert_type(request.remove_recipient(User.get("a")), bool)
    assert_type(delivery.recipients, Recipients)
    assert_type([recipient.email for recipient in request.recipients], list[str])
    assert_type(delivery.add(["share=a", Task(source="share=b")]), list[Task])
    assert_type(delivery.submit(), None)
    publication = Publication.prepare(["/renders/a.mov", PurePosixPath("/b"), AccsynPath("~/c")])
    assert_type(publication.accepted, list[PublishedFile])
    assert_type(publication.job(answers={"a.mov": {"comment": "x"}}, name="x").save(), Transfer)
    assert_type(Queue.get_or_create({"priority": 1}, code="x"), tuple[Queue, bool])
    assert_type(Queue.where().one_or_none(), Queue | None)
    assert_type(home.save(check=True), Workspace)


# -- conditions ------------------------------------------------------------------------------------

assert_type(Job.status == "failed", Comparison)
assert_type(Job.status != JobStatus.FAILED, Comparison)
assert_type(Job.status == raw("hibernating"), Comparison)
assert_type(Job.progress >= 50, Comparison)
assert_type(Job.finished == None, Comparison)  # null of the language
assert_type(Job.created > datetime(2026, 1, 1), Comparison)  # local time is meant
assert_type(Job.name.contains("backup"), Comparison)
assert_type(Job.name.matches(r"^\d+"), Comparison)
assert_type(Job.status.in_(["failed", "aborted"]), Expression)
assert_type(status != "failed", Comparison)
assert_type(Job.metadata["shot"] == "sh010", Comparison)


def references(job: Job, queue: Queue, user: User) -> None:
    assert_type(Job.queue == queue, Comparison)
    assert_type(Job.user != user, Comparison)
    assert_type(Job.parent.in_([queue, "high"]), Expression)
    assert_type(Task.where(Task.job == job), Query[Task])
    assert_type(Task.get("0", job=job), Task)
    assert_type(Job(queue=queue, source="share=a/b").queue, Ref[Queue])
    user.queue = queue


query = Job.where(status != "failed") & (Job.code == "Daily backup")
assert_type(query, Query[Job])
assert_type(Job.where((Job.code == "a") | ~(Job.code == "b")), Query[Job])
assert_type(Job.where(Job.code == "a") | Job.where(Job.code == "b"), Query[Job])
assert_type(Transfer.where(), Query[Transfer])
assert_type(Job.parse("Job WHERE status=failed"), Query[Job])

assert_type(entity_class("gadget").where(status == "broken"), Query[Entity])


def by_name(session: Session) -> None:
    assert_type(session.query("gadget"), Query[Any])


# -- queries ---------------------------------------------------------------------------------------

assert_type(query.limit(5).skip(2).only(Job.status, "code").finished().archived(), Query[Job])
assert_type(User.where().inactive(), Query[User])
assert_type(Task.where().under("6971e16fceadd67b955b1995"), Query[Task])
assert_type(query.all(), Results[Job])
assert_type(query.first(), Job | None)
assert_type(query.one(), Job)
assert_type(query.count(), int)
assert_type(query.exists(), bool)
assert_type(query.pages(100, ahead=False), Generator[list[Job], None, None])
assert_type(query.by_id(["6971e16fceadd67b955b1995"]), dict[str, Job])
assert_type(query.using(None), Query[Job])
assert_type(query.explain(count=True).requests, int)
assert_type(query.explain(), Explanation)
for found in query:
    assert_type(found, Job)
    for task in found.tasks:
        assert_type(task, Task)


def by_id(model: type[E], session: Session, ident: str) -> E:
    assert_type(session.query(model), Query[E])
    return model.get(ident, session=session)


assert_type(by_id(User, Session(), "x"), User)


# -- writing ---------------------------------------------------------------------------------------


def write(job: Job, queue: Queue, user: User, task: Task, session: Session) -> None:
    job.status = "paused"
    assert_type(job.status, JobStatus)  # whatever was assigned
    job.status = JobStatus.PAUSED
    job.metadata = {"shot": "010"}
    job.metadata["shot"] = 20
    queue.priority = 1000
    queue.status = "disabled"
    user.role = UserRole.EMPLOYEE
    user.queue = None
    task.status = "excluded"
    assert_type(job.save(), Job)
    assert_type(queue.save(session=session), Queue)
    assert_type(job.refresh(), Job)
    assert_type(job.changes, Mapping[str, Change])
    assert_type(job.extra, Mapping[str, Any])
    assert_type(job.is_new, bool)
    job.delete(force=True)


assert_type(Queue(name="Panic", priority=1000).save(), Queue)
User(code="lisa@example.com", role="employee", volumes=["a"], mail=False)
Job(source="share=a/b", destination="site=berlin", settings={"transfer_mode": "onewaysync"})
Job(tasks=["share=a/b", {"source": "share=a/c"}, Task(source="share=a/d")], status="paused")
paths: list[str] = []
Job(tasks=paths, metadata={"shot": {"frames": [1, 2]}})
Job(tasks={"0": {"source": "share=a/b"}}, recipients=["lisa@example.com"], append=True)
Task(job=Job.get("6971e16fceadd67b955b1995"), source="share=a/b", priority=1)
{Job.get("6971e16fceadd67b955b1995"), Job.where().one()}
by_class: dict[type[Entity], int] = {Job: 1}

try:
    Job.where().one()
except AttributeNotLoadedError as error:
    assert_type(error.attribute, str)

# -- classes of a studio ---------------------------------------------------------------------------


class StudioJob(Job):
    department: Attr[str] = attr(default="comp", wire="dept")
    reviewers: Attr[list[str]] = attr(default_factory=list[str])
    grade: AttrFrom[int, int | str] = attr(default=UNSET)
    reviewed: ReadOnlyAttr[bool] = attr(init=False)
    show: Attr[str]


assert_type(StudioJob(show="x", grade="5").save(), StudioJob)
assert_type(StudioJob.department, FieldRef[str])
assert_type(StudioJob.where(StudioJob.department == "fx", StudioJob.code == "x"), Query[StudioJob])


# -- calls with dictionaries have one return type each, or one for each kind of argument -----------


def calls(session: Session, ident: str) -> None:
    assert_type(session.getsize("share=a"), int)
    assert_type(session.getsize({"share": "a"}, include="*.exr"), int)
    assert_type(session.getsize(["share=a", "share=b"]), list[dict[str, Any]])
    assert_type(session.exists("share=a"), bool)
    assert_type(session.exists(["share=a"]), list[dict[str, Any]])
    assert_type(session.ls("share=a", recursive=True, exclude=["a"]), list[dict[str, Any]])
    assert_type(session.delete("share=a", force=True), bool)
    assert_type(session.grant("user", ident, "folder", ident), dict[str, Any] | bool)
    assert_type(session.access("folder", ident), list[dict[str, Any]])
    assert_type(session.revoke("user", ident, "folder", ident), int)
    assert_type(session.logs(), list[dict[str, Any]])
    assert_type(session.get_settings(), dict[str, Any])
    assert_type(session.app_is_running(), bool | None)
    assert_type(session.report("Job"), str)
    assert_type(session.dump({"a": 1}), str)
    assert_type(session.str(None), str)
    assert_type(session.deactivate_one("user", ident), bool)


# -- paths -----------------------------------------------------------------------------------------


def places(session: Session, job: Job, task: Task) -> None:
    plate = AccsynPath.volume("projects") / "sh010" / PurePosixPath("plate.exr")
    assert_type(plate, AccsynPath)
    assert_type(AccsynPath.parse("share=../a", strict=False).problem, PathSyntaxError | None)
    assert_type(plate.kind, PathKind)
    assert_type(plate.party, PathParty | None)
    assert_type(plate.parents, tuple[AccsynPath, ...])
    assert_type(plate.sequence, FileSequence | None)
    assert_type(plate.with_party(PathParty(PartyKind.SITE, "london")).as_folder(), AccsynPath)
    assert_type(plate.relative_to("volume=projects"), PurePosixPath)
    assert_type(plate.to_local(), PurePosixPath | PureWindowsPath)
    assert_type(min({plate, AccsynPath.local(PurePosixPath("/a"))}) < plate, bool)
    job.source = plate
    assert_type(job.source, Party)
    task.destination = plate
    assert_type(Job(source=plate, destination="hq", tasks=[plate, "share=a"]), Job)
    assert_type(session.exists(plate), bool)
    assert_type(session.getsize([plate, plate.parent]), list[dict[str, Any]])


# -- bulk changes ---------------------------------------------------------------------------------


def priority_of(queue: Queue) -> int:
    return queue.priority + 1


def bulk_changes(query: Query[Job], job: Job, session: Session) -> None:
    assert_type(query.update(status="paused"), Plan)
    assert_type(query.update(lambda found: {"metadata": {"shot": found.code}}), Plan)
    assert_type(Queue.where().update(priority=priority_of), Plan)
    assert_type(query.delete(force=True), Plan)
    assert_type(bulk.create(Queue, [{"name": "x"}, Queue(name="y")], session=session), Plan)
    assert_type(bulk.save([job, Queue(name="z")]), Plan)
    assert_type(bulk.upsert(User, [{"code": "a@b.c"}], key="code"), Plan)
    plan = Plan.from_json(query.delete().to_json(), session=session)
    ended: list[bulk.Tally] = []
    report = plan.apply(workers=4, progress=ended.append, journal="x", on_error="stop")
    assert_type(report, Report)
    assert_type(report.retry(), Report)
    assert_type(report.failed, tuple[bulk.RowResult, ...])
    assert_type(bulk.resume("x", session=session), Report)
    assert_type(bulk.undo("x"), Plan)


# -- shares, machines, access ----------------------------------------------------------------------

assert_type(Volume.status, FieldRef[ShareStatus])
assert_type(Client.type_hr, FieldRef[ClientType])
assert_type(Share.where(), Query[Share])


def shares(volume: Volume, folder: Folder, home: Home, collection: Collection, file: File) -> None:
    assert_type(volume.status, ShareStatus)
    assert_type(volume.type, ShareType)
    assert_type(volume.paths, dict[str, str])
    assert_type(volume.server, Ref[Server] | None)
    assert_type(volume.siteservers, Refs[Server])
    assert_type(volume.siteservers.fetch(), list[Server])
    assert_type(volume.siteservers[0], Ref[Server])
    assert_type(folder.parent, Ref[Volume])
    assert_type(folder.parent.fetch(), Volume)
    assert_type(home.user, Ref[User])
    assert_type(collection.files, Query[File])
    assert_type(file.collection, Ref[Collection])
    folder.status = "disabled"
    folder.queue = None
    volume.paths = {"linux": "/mnt/projects"}
    Folder(name="a", path="a", parent=volume)
    Home(user="lisa@example.com")
    Collection(name="a", files=["volume=a/b"])


def machines(server: Server, lane: Lane, site: Site, engine: Engine, acl: Acl) -> None:
    assert_type(server.status, ClientStatus)
    assert_type(server.last_checkin, datetime | None)
    assert_type(lane.parent, Ref[Server] | None)
    assert_type(site.status, SiteStatus)
    assert_type(engine.status, EngineStatus)
    assert_type(acl.read, bool)
    server.status = ClientStatus.ONLINE
    site.status = "disabled"


def acting(volume: Volume, folder: Folder, collection: Collection, lisa: User) -> None:
    assert_type(folder.grant(lisa, read=True, path="show"), Acl | None)
    assert_type(folder.revoke("lisa@example.com"), int)
    assert_type(folder.access(), list[Access])
    assert_type(folder.ls("show", include=["*.exr"]), list[FileInfo])
    assert_type(folder / "show", AccsynPath)
    assert_type(folder.mkdir(folder / "show"), AccsynPath)
    assert_type(folder.size(), Size)
    assert_type(next(folder.walk()).path, AccsynPath)
    assert_type(volume.assignments(), list[Server])
    assert_type(collection.add(volume / "a.mov"), list[File])
    volume.assign("664b5db8ed9dc749a06f9bd6")
    volume.disable()
    folder.deactivate()


def act_with(
    access: AccessBackend,
    assignment: AssignmentBackend,
    files: FileBackend,
    lifecycle: LifecycleBackend,
    members: MemberBackend,
    settings: SettingsBackend,
) -> None: ...


def sessions_can_all_of_it(session: Session) -> None:
    act_with(session, session, session, session, session, session)


def configured(volume: Volume, queue: Queue, job: Job, session: Session) -> None:
    assert_type(volume.settings, Settings)
    assert_type(queue.settings["transfer_mode"], str)
    assert_type(job.settings.effective, Mapping[str, str])
    assert_type(session.settings, Settings)
    assert_type(volume.logs(), list[LogEntry])
    volume.settings["transfer_speedlimit"] = 50
    session.settings["download/enable"] = True
    del job.settings["transfer_mode"]


# -- classes that were generated for one workspace -------------------------------------------------
assert_type(StudioQueue.colour, FieldRef[str])
assert_type(StudioQueue.shot, FieldRef[str])
assert_type(StudioQueue.frame_no > 5, Comparison)
assert_type(StudioQueue.where(StudioQueue.shot == "sh010"), Query[StudioQueue])


def of_the_studio(queue: StudioQueue) -> None:
    assert_type(queue.colour, str)
    assert_type(queue.class_, str | None)
    assert_type(queue.shot, str | None)
    assert_type(queue.frame_no, int | None)
    queue.shot = "sh010"
    queue.shot = None
    queue.colour = "red"


StudioTransfer(source="share=a/x", destination="lisa@example.com", shot="sh010", frame_no=5)
StudioTransfer(source="share=a/x", shot=None, labels=["a"], metadata={"other": 1})
StudioTransfer(source="share=a/x")


class ShotTransfer(StudioTransfer):
    """With a key more."""

    version: MetadataKey[int] = MetadataKey(int)
    note = MetadataKey(str)  # as generated before: an attribute, but nothing to construct with


ShotTransfer(source="share=a/x", shot="sh010", version=3)
assert_type(ShotTransfer.version > 2, Comparison)
assert_type(ShotTransfer.where().only(ShotTransfer.shot, ShotTransfer.note), Query[ShotTransfer])


def of_a_shot(transfer: ShotTransfer) -> None:
    assert_type(transfer.shot, str | None)
    assert_type(transfer.version, int | None)
    assert_type(transfer.note, str | None)
    transfer.version = 4
    transfer.labels = None


# -- what goes wrong -------------------------------------------------------------------------------
def told(error: AccsynError) -> None:
    """One root, one word for what became of the call."""
    assert_type(error.outcome, Outcome)
    assert_type(error.retry_after, float | None)
    if error.outcome is Outcome.NOT_SENT:
        return
    if isinstance(error, (EntityError, QueryError, PathError, SessionError, ExportError)):
        raise error


def told_of_queues(queue: Queue) -> None:
    try:
        queue.merge_into(queue)
    except HalfDoneError as error:
        assert_type((error.done, error.left), tuple[tuple[str, ...], tuple[str, ...]])


def told_of_entities(job: Job) -> None:
    try:
        job.save(check=True)
    except ConflictError as error:
        assert_type(error.id, str)
        assert_type(error.entity, str)
    except (ReadOnlyAttributeError, EntityValidationError) as error:
        for name, reason in error.problems:
            assert_type((name, reason), tuple[str, str])
    except (EntityNotFoundError, MultipleEntitiesError) as error:
        assert_type(error.sought, str)
    except EntityStateError as error:
        assert_type(error.reason, str)
    except HiddenRequestError as error:
        assert_type(error.attribute, str)


def told_of_waiting(job: Job) -> None:
    try:
        job.wait(timeout=5)
    except JobTimeoutError as error:
        assert_type(error.seconds, float)
    except JobFailedError as error:
        assert_type(error.status, str)
    except PagingError as error:
        assert_type(error.given, int)


def told_of_queries(text: str) -> None:
    try:
        Job.parse(text)
    except QuerySyntaxError as error:
        assert_type(error.position, int)
        assert_type(error.line, int)
        assert_type(error.column, int)
        assert_type(error.hint, str | None)
    except QueryFieldError as error:
        assert_type(error.suggestion, str | None)
    except QueryValueError as error:
        assert_type(error.reason, str)


def told_of_sessions(session: Session) -> None:
    try:
        session.login()
    except ConfigurationError as error:
        assert_type(error.setting, str)
    except (AuthenticationError, SessionExpiredError) as error:
        assert_type(error.reason, str)
    except (NoSessionError, SessionClosedError) as error:
        told(error)
    except PayloadError as error:
        assert_type(error.where, str)


def told_of_calls(session: Session) -> None:
    try:
        session.find("Job")
    except BackendCrashError as error:
        assert_type(error.status_code, int)
    except BackendError as error:
        assert_type(error.message_hr, str | None)
    except AmbiguousOutcomeError as error:
        assert_type(error.eid, str)
        assert_type(error.candidates, tuple[str, ...])
        if error.reconcile() == "done":
            return
    except (TlsError, ProxyError, TransportTimeoutError, ProtocolError) as error:
        assert_type(error.host, str)
    except TransportError as error:
        assert_type(error.status_code, int | None)


def told_of_bulk(plan: Plan) -> None:
    try:
        plan.apply().raise_for_errors()
    except PartialFailureError as error:
        assert_type(error.report, Report)
    except (PlanError, JournalError) as error:
        told(error)
    except BulkError as error:
        assert_type(error.outcome, Outcome)


# -- clients, and what no class knows --------------------------------------------------------------
for kind in (App, Browser, UserServer):
    assert_type(kind.where(), Query[App] | Query[Browser] | Query[UserServer])


def of_no_class(gadget: GenericEntity, field: Field) -> None:
    assert_type(gadget.id, str)
    assert_type(gadget.colour, Any)  # of any name: not known before
    assert_type(field == "red", Comparison)


def of_tasks(task: Task) -> None:
    assert_type(task.status, TaskStatus)
    if task.status == "excluded":
        task.requeue()
