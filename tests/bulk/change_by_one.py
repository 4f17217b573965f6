"""A process to be killed: begins, or goes on with, the change of every queue by one.

Arguments: the workspace's environment file, the journal. What it does is what a user would write.
"""

from __future__ import annotations

import sys
from pathlib import Path

from accsyn_orm import Queue, Session, bulk


def main(env_file: str, journal: Path) -> None:
    with Session(path_envfile=env_file) as session:
        session.login()
        sys.stdout.write("working\n")
        sys.stdout.flush()
        if journal.exists():
            report = bulk.resume(journal)
        else:
            queues = Queue.where(Queue.name.startswith("q"))
            report = queues.update(priority=lambda q: q.priority + 1).apply(journal=journal)
    report.raise_for_errors()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
