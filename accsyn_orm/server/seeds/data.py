"""The seeds as data: users, queues and jobs of ``acmefilm``. `seed` puts them into a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.storage.projection import MAIN_SITE
from accsyn_orm.server.storage.tables import Scope

WORKSPACE_CODE = "acmefilm"
WORKSPACE_NAME = "Acme Film"

HQ = MAIN_SITE
"""As a party of a job: the workspace itself."""


@dataclass(frozen=True, slots=True)
class UserSeed:
    """One user. The first enabled one of each role is the one that credentials are made for."""

    code: str
    name: str
    role: Role
    ident: str | None = None
    status: str = "enabled"
    description: str = ""
    scope: Scope = Scope.ACTIVE


@dataclass(frozen=True, slots=True)
class JobSeed:
    """One job; the parties are e-mails, or `HQ`."""

    name: str
    status: str
    user: str
    source: str
    destination: str
    path: str
    queue: str = "medium"
    ident: str | None = None
    scope: Scope | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Seed:
    """A workspace."""

    users: tuple[UserSeed, ...]
    queues: Mapping[str, int] = field(default_factory=dict[str, int])
    jobs: tuple[JobSeed, ...] = ()


EMPTY = Seed(
    users=(
        UserSeed("admin@acmefilm.com", "Admin", Role.ADMIN),
        UserSeed("employee@acmefilm.com", "Employee", Role.EMPLOYEE),
        UserSeed("standard@acmefilm.com", "Standard", Role.STANDARD),
    )
)

_JOHN = "john@user.com"
_ANNA = "anna@acmefilm.com"
_LARS = "lars@acmefilm.com"
_LISA = "lisa@example.com"
_PETE = "pete@vendor.com"

_DELIVERIES = tuple(
    JobSeed(f"Turnover sh{shot:03}", status, _ANNA, HQ, to, f"projects/show/sh{shot:03}", queue)
    for shot, status, to, queue in (
        (10, "done", _LISA, "medium"),
        (20, "done", _PETE, "medium"),
        (30, "aborted", _LISA, "medium"),
        (40, "failed", _LISA, "high"),
        (50, "paused", _PETE, "medium"),
        (60, "waiting", _LISA, "medium"),
        (70, "waiting", _PETE, "low"),
        (80, "running", _LISA, "high"),
        (90, "pending", _PETE, "medium"),
        (100, "init", _LISA, "medium"),
    )
)

_RETURNS = tuple(
    JobSeed(f"Comp v{version:03}", status, user, user, HQ, f"projects/show/in/v{version:03}")
    for version, status, user in (
        (1, "done", _LISA),
        (2, "done", _PETE),
        (3, "done", _LISA),
        (4, "aborted", _PETE),
        (5, "failed", _LISA),
        (6, "waiting", _PETE),
        (7, "paused", _LISA),
        (8, "running", _PETE),
    )
)

_BACKUPS = (
    # What ((user=5bfeb0381da7ee4095fa217e AND source!=hq) OR status<>failed) AND code="Daily
    # backup" selects among the active: all but the first, the fourth and the fifth.
    JobSeed("Daily backup", "failed", _ANNA, HQ, _LARS, "projects", "low"),
    JobSeed("Daily backup", "failed", _ANNA, _LISA, HQ, "backup/lisa", "low"),
    JobSeed("Daily backup", "waiting", _JOHN, HQ, _LARS, "projects", "low"),
    JobSeed("Daily backup", "failed", _JOHN, HQ, _LARS, "assets", "low"),
    JobSeed("Daily backup", "failed", _LARS, _LISA, HQ, "backup/lisa", "low"),
    JobSeed("Daily backup", "running", _ANNA, HQ, _LARS, "library", "low"),
    JobSeed("Daily backup", "done", _ANNA, HQ, _LARS, "projects", "low"),
    JobSeed("Daily backup", "aborted", _JOHN, _LISA, HQ, "backup/lisa", "low"),
    JobSeed("Nightly backup", "waiting", _LARS, HQ, _ANNA, "library", "overnight"),
    JobSeed("Backup 26.07", "done", _JOHN, HQ, _LARS, "archive", "low", scope=Scope.ARCHIVED),
)

_OTHERS = (
    JobSeed(
        "my_transfer", "waiting", _JOHN, HQ, _LISA, "projects/show/edit", metadata={"shot": "010"}
    ),
    JobSeed(
        "Conform reel 2",
        "paused",
        _ANNA,
        HQ,
        _PETE,
        "projects/show/reel2",
        ident="614d660de50d45bb027c9bdd",
        metadata={"external": {"reel": 2}, "internal": {"priority": "client review"}},
    ),
    JobSeed("x and y.png", "done", _LISA, _LISA, HQ, "incoming"),
    JobSeed("Location A > Location B sync", "waiting", _LARS, HQ, _ANNA, "library", "overnight"),
    JobSeed("Götterdämmerung Plates", "waiting", _LARS, HQ, _PETE, "projects/götter"),
    JobSeed("Final Trailer.mov", "done", _JOHN, HQ, _LISA, "projects/trailer", "high"),
    JobSeed("Sound stems", "waiting", _PETE, _PETE, HQ, "projects/show/stems"),
    JobSeed("Grading LUTs", "failed", _LARS, HQ, _LISA, "library/luts"),
    JobSeed("Reference scans", "running", _ANNA, _PETE, HQ, "projects/show/scans", "high"),
    JobSeed("Old dailies", "done", _LARS, HQ, _LISA, "projects/dailies", scope=Scope.ARCHIVED),
    JobSeed("Wetransfer replacement test", "aborted", _JOHN, HQ, _PETE, "library/test"),
    JobSeed("Render cache", "waiting", _ANNA, HQ, _LARS, "cache", "overnight"),
)

DEMO = Seed(
    users=(
        UserSeed(_JOHN, "John User", Role.ADMIN),
        UserSeed(_ANNA, "Anna Berg", Role.EMPLOYEE, ident="5bfeb0381da7ee4095fa217e"),
        UserSeed(_LARS, "Lars Holm", Role.EMPLOYEE, description="Editorial"),
        UserSeed(_LISA, "Lisa Example", Role.STANDARD, description="Compositing, freelance"),
        UserSeed(_PETE, "Pete Vendor", Role.STANDARD),
        UserSeed("kim@vendor.com", "Kim Vendor", Role.STANDARD, status="disabled"),
        UserSeed("olga@example.com", "Olga Former", Role.STANDARD, scope=Scope.INACTIVE),
    ),
    queues={"Overnight": 100, "Dailies": 800},
    jobs=(*_DELIVERIES, *_RETURNS, *_BACKUPS, *_OTHERS),
)
