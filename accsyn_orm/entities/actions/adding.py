"""Adding tasks to a job that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.validation import refusal, validated

if TYPE_CHECKING:
    from accsyn_orm.entities.types.submission import TaskSources
    from accsyn_orm.entities.types.task import Task


class TakesTasks(Entity):
    """A job that tasks can be added to."""

    def add(
        self,
        tasks: TaskSources,
        *,
        allow_duplicates: bool | None = None,
        replace_duplicates: bool | None = None,
    ) -> list[Task]:
        """Add tasks, in one request; a job that has ended wakes up.

        The tasks are given as for a new job, and checked as they are there.

        Args:
            tasks: a list of tasks, or a dictionary of tasks by uri.
            allow_duplicates: ``False`` refuses tasks that the job has already, which otherwise are
                retried.
            replace_duplicates: replace tasks that the job has already (v3).

        Returns:
            The tasks that were added or retried; the v1 generation may not say which.

        Raises:
            EntityValidationError: they are not tasks of such a job; nothing was sent.
            EntityStateError: it is new or deleted, or takes no tasks now.
            BackendError: the backend refused.
        """
        from accsyn_orm.entities.types.task import Task

        backend = self._saved_backend()
        self._refuse_tasks()
        checked, problems = validated(type(self), "tasks", tasks)
        if not problems and not checked:
            problems = [("tasks", "are none: name at least one")]
        if problems:
            raise refusal(type(self), problems)
        options = {"allow_duplicates": allow_duplicates, "replace_duplicates": replace_duplicates}
        given = {name: flag for name, flag in options.items() if flag is not None}
        data: dict[str, Any] = {"tasks": checked, **given}
        answer = backend.create("task", data, self._id)
        records = answer if isinstance(answer, list) else [answer]
        return [
            Task.load_record({"job": self._id, **record}, backend)
            for record in records
            if record.get("id")
        ]

    def _refuse_tasks(self) -> None:
        """Refuse to add tasks where they are never, or no longer, added."""
