"""Mistakes; each marked line must be reported. Never executed.

``# both`` – mypy and pyright must report the line. ``# pyright`` or ``# mypy`` – only that one can; the
reason follows the marker.
"""

# pyright: strict, reportUnusedExpression=false, reportUnusedVariable=false

from __future__ import annotations

from datetime import datetime

from generated import Queue as StudioQueue
from generated import Transfer as StudioTransfer

from accsyn_orm import (
    Volume,
    Server,
    Folder,
    Acl,
    AccsynPath,
    Compute,
    Delivery,
    Job,
    JobStatus,
    Query,
    Queue,
    Request,
    Task,
    User,
    Workspace,
)
from accsyn_orm.entities import Attr, MetadataKey, attr
from accsyn_orm.fields import colour  # both


def assignments(job: Job, user: User, queue: Queue, task: Task) -> None:
    job.id = "x"  # both
    job.progress = 5  # both
    job.created = datetime.now()  # both
    job.status = 5  # both
    job.stauts = "done"  # both
    job.metadata = "x"  # both
    job.settings = {"task_bucketsize": [1]}  # both
    job.hooks = [{"data": 1}]  # both
    job.tasks = 5  # both
    queue.priority = "high"  # both
    user.queue = 5  # both
    user.logged_in = None  # both
    task.uri = 0  # both


def packages(delivery: Delivery, request: Request, compute: Compute, home: Workspace) -> None:
    delivery.public = True  # both
    delivery.source = "share=a"  # both
    delivery.status = 5  # both
    delivery.parent = "high"  # both
    request.user = "lisa@example.com"  # both
    compute.engine_hr = "nuke"  # both
    compute.progress = 5  # both
    home.code = "acme"  # both
    delivery.pause()  # both
    delivery.add(5)  # both
    compute.wait(timeout="long")  # both
    compute.wait(progress=5)  # both


def places(path: AccsynPath, job: Job) -> None:
    path.name = "x"  # both
    path.kinds  # both
    path / 5  # both
    path.with_party(5)  # both
    path.relative_to(5)  # both
    open(path)  # both
    length: int = path.sequence.padding  # both
    job.source = 5  # both
    print(length)


def amounts() -> None:
    Job.where(Job.size > "1 GB")  # both
    Job.where(Job.speed == "fast")  # both
    Job.where(Job.etr == 5)  # both
    Job.where(Job.user == 5)  # both


def relations(job: Job, user: User, task: Task, folder: Folder) -> None:
    job.user.fetch().priority  # both
    user.jobs.all()[0].role  # both
    user.home.code  # both
    user.jobs = []  # both
    task.source.user.fetch()  # both
    task.source.path + "x"  # both
    job.source.fetch().code  # both
    folder.acls.fetch()  # both
    Job.where().prefetch(5)  # both
    Job.where(status="failed")  # both
    Job.where().order_by("code")  # both
    Job.where()[:5]  # both
    Job.where().prefetch(job.user.fetch())  # both
    Job.where().prefetch(job.tasks)  # both


def reads(job: Job) -> None:
    length: int = job.code  # both
    moment: datetime = job.finished  # both
    print(length, moment, job.stauts)  # both
    print(Job.stauts)  # both
    print(job.tasks.progress)  # both


def constructors() -> None:
    User()  # both
    User("lisa@example.com")  # both
    User(code="lisa@example.com", id="x")  # both
    User(code="lisa@example.com", status="enabled")  # both
    User(code=5)  # both
    Queue(name="x", prioritiy=5)  # both
    Queue(name="x", priority="high")  # both
    Job(status=5)  # both
    Job(tasks=5)  # both
    Job(tasks=[5])  # both
    Job(progress=5)  # both
    Compute(range="1-10")  # both
    Compute(engine=5)  # both
    Compute(engine="x", range=5)  # both
    Compute(engine="x", envs={"A": 1})  # both
    Compute(engine="x", parameters=5)  # both
    Task(deps="a")  # both
    Delivery(name="a", public=True)  # both
    Request(name="a", tasks=["share=a"])  # both
    Workspace(name="a")  # both


def conditions() -> None:
    Job.where(Job.progress == "half")  # both
    Job.where(Job.status == 5)  # both
    Job.where(Job.created > "yesterday")  # both
    Job.where(Job.progress.in_(["a"]))  # both
    Job.where(Job.progress.contains("5"))  # pyright: mypy does not enforce the type of self
    Job.where("status=failed")  # both
    Job.where(True)  # both
    Job.where(Job.code == "a" & Job.status == "b")  # both
    Job.where() & Job.code == "x" & (Job.code == "y")  # both
    if Job.code == "x":  # pyright: mypy takes a NoReturn truth value for unreachable code
        print()


def queries(query: Query[Job]) -> None:
    users: list[User] = query.all()  # both
    user: User = query.one()  # both
    query.limit("5")  # both
    query.only(5)  # both
    query.by_id([5])  # both
    query.pages(100, False)  # both
    query.using("acmefilm")  # both
    query.entity = User  # both
    print(users, user, query.first().code)  # both
    Job.where().where(Job.code)  # both
    status: JobStatus = Job.where()  # both
    print(status)


class StudioJob(Job):
    wrong_default: Attr[str] = attr(default=5)  # both
    wrong_factory: Attr[list[str]] = attr(default_factory=dict)  # both
    plain_default: Attr[str] = "comp"  # both


def bulk_changes(query: Query[Job]) -> None:
    query.update("paused")  # both
    query.update(lambda job: job.code)  # both
    query.delete(force="yes")  # both
    query.delete().apply(on_error="ignore")  # both
    query.delete().rows = ()  # both


def shares(folder: Folder, volume: Volume, server: Server, acl: Acl) -> None:
    folder.created = datetime.now()  # both
    folder.type = "home"  # both
    folder.status = 5  # both
    volume.paths = "P:"  # both
    volume.path = "/mnt"  # both
    server.code = "hq"  # both
    server.site = "hq"  # both
    acl.acknowledged = True  # both
    print(Folder.server)  # both
    print(volume.parent)  # both
    Folder(name="a")  # both
    Server(code="hq")  # both
    Volume(name="a", paths=["P:"])  # both


def acting(folder: Folder, volume: Volume) -> None:
    folder.grant(5)  # both
    folder.grant("lisa@example.com", True)  # both
    folder.ls(directories=True)  # both
    folder.move("a")  # both
    folder.assign("664b5db8ed9dc749a06f9bd6")  # both
    volume.assign(folder)  # both
    print(folder / 5)  # both


def configured(volume: Volume) -> None:
    volume.settings["transfer_mode"] = ["copy"]  # both
    volume.settings.effective["transfer_mode"] = "copy"  # both
    volume.settings = {"transfer_mode": "copy"}  # both


def of_the_studio(transfer: StudioTransfer, queue: StudioQueue) -> None:
    transfer.shot = 5  # both
    transfer.frame_no = "five"  # both
    transfer.labels = "a"  # both
    print(transfer.sht)  # both
    StudioTransfer(source="share=a/x", shot=5)  # both
    StudioTransfer(source="share=a/x", frame_no="five")  # both
    StudioTransfer(source="share=a/x", sht="sh010")  # both
    StudioQueue(name="Panic", shot="sh010")  # both
    StudioTransfer.where(StudioTransfer.frame_no == "five")  # both
    queue.frame_no = "five"  # both


class WrongKey(StudioTransfer):
    take: MetadataKey[int] = MetadataKey(str)  # both
