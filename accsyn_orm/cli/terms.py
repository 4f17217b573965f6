"""How a bulk change is carried out: the options that its commands share."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from accsyn_orm.cli.options import Access, Form


class OnError(str, Enum):
    """What happens to the other rows when one failed."""

    CONTINUE = "continue"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody said on the command line.

    Attributes:
        dry_run: show the plan, and send nothing.
        yes: send without asking.
        journal: new file that remembers what was sent.
        workers: requests under way at once.
        on_error: what to do after a row failed.
        no_check: overwrite what somebody else changed meanwhile.
        form: form of plan and report; by default text.
        access: what to sign in with.
    """

    dry_run: bool = False
    yes: bool = False
    journal: Path | None = None
    workers: int = 8
    on_error: OnError = OnError.CONTINUE
    no_check: bool = False
    form: Form | None = None
    access: Access = field(default_factory=Access)
