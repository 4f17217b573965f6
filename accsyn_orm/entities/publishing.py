"""Publishing: asking the workspace what it makes of files, and submitting those that it takes.

A studio decides with a hook what may be published, and where it goes. Its answer is kept whole: the
keys that are read here are those that are documented.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import Self

from accsyn_orm.entities.active import required_backend
from accsyn_orm.entities.capabilities import PublishBackend, unable
from accsyn_orm.entities.values.path import ANYWHERE
from accsyn_orm.errors import EntityStateError, EntityValidationError
from accsyn_orm.paths import AccsynPath

if TYPE_CHECKING:
    import os

    from accsyn_orm.entities.backend import Backend, Record
    from accsyn_orm.entities.types.job import Transfer

HOOK = "hook-job-publish-server"
"""The hook that is told what was published."""


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """What the workspace makes of one file.

    Attributes:
        id: links it to its task.
        source: where it is.
        filename: its name.
        can_publish: it may be published.
        rejected: it may not, for a reason that ``warning`` or ``info`` tells.
        warning: what to mind, or empty.
        info: what else there is to say, or empty.
        values: everything that was answered about it.
    """

    id: str
    source: str
    filename: str
    can_publish: bool
    rejected: bool
    warning: str
    info: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, entry: Record, source: str) -> Self:
        """Return an entry of the answer about the file at a place."""
        return cls(
            id=str(entry.get("id", "")),
            source=source,
            filename=str(entry.get("filename", "")),
            can_publish=bool(entry.get("can_publish")),
            rejected=bool(entry.get("rejected")),
            warning=str(entry.get("warning") or ""),
            info=str(entry.get("info") or ""),
            values=MappingProxyType(entry),
        )

    @property
    def is_accepted(self) -> bool:
        """Whether it is published with the others."""
        return self.can_publish and not self.rejected


@dataclass(frozen=True, slots=True)
class Publication:
    """Files to be published, and what the workspace said about them.

    Example:
        >>> publication = Publication.prepare(["/renders/comp_v001.mov"])  # doctest: +SKIP
        >>> for file in publication.files:
        ...     print(file.filename, file.is_accepted, file.warning)  # doctest: +SKIP
        >>> publication.job(destination="volume=projects/in/").save()  # doctest: +SKIP

    Attributes:
        files: each file, in the order in which they were given.
        guidelines: what the studio asks for, or ``None``.
        values: everything that was answered: comment, time report, statuses to choose from …
    """

    files: tuple[PublishedFile, ...]
    guidelines: str | None
    values: Mapping[str, Any]

    @classmethod
    def prepare(
        cls,
        sources: Sequence[str | AccsynPath | os.PathLike[str]],
        *,
        session: Backend | None = None,
    ) -> Self:
        """Ask the workspace about files; one request, which takes as long as the studio's hook.

        What is on this computer is measured, folders with all that is in them.

        Args:
            sources: files and folders.
            session: whom to ask; the active session unless given.

        Raises:
            EntityValidationError: there are none, or one has no name or is no path; nothing was
                asked.
            EntityStateError: the backend knows nothing of publishing.
        """
        backend = required_backend(cls, session)
        if not isinstance(backend, PublishBackend):
            raise unable(cls, "publishing")
        entries = {str(uuid.uuid4()): str(source) for source in sources}
        asked = [{"id": ident, **_described(source)} for ident, source in entries.items()]
        if not asked:
            raise EntityValidationError(cls.__name__, [("sources", "are none: name at least one")])
        answer = backend.prepublish(asked)
        files = cast("list[Record]", answer.get("files") or [])
        known = [file for file in files if file.get("id") in entries]
        return cls(
            files=tuple(PublishedFile.of(file, entries[file["id"]]) for file in known),
            guidelines=answer.get("guidelines"),
            values=MappingProxyType(answer),
        )

    @property
    def accepted(self) -> list[PublishedFile]:
        """The files that may be published."""
        return [file for file in self.files if file.is_accepted]

    def job(
        self,
        *,
        destination: str | AccsynPath | None = None,
        answers: Mapping[str, Mapping[str, Any]] | None = None,
        **attributes: Any,
    ) -> Transfer:
        """Return the new job that publishes the accepted files; ``save()`` submits it.

        Args:
            destination: where they go; where the workspace puts them unless given.
            answers: by id or name of a file, what its publisher says: ``comment``, ``status``,
                ``time_report`` …
            attributes: of the job, such as ``name`` or ``metadata``.

        Raises:
            EntityStateError: no file was accepted.
            EntityValidationError: an answer is for no file, or an attribute is wrong.
        """
        from accsyn_orm.entities.types.job import Transfer

        if not self.accepted:
            said = (f"{file.filename}: {file.warning or file.info or 'no'}" for file in self.files)
            reason = f"the workspace accepts none of the files ({'; '.join(said)})"
            raise EntityStateError(type(self).__name__, reason)
        where = {} if destination is None else {"destination": str(destination)}
        tasks = [{"id": file.id, "source": file.source, **where} for file in self.accepted]
        hook: dict[str, Any] = {"when": HOOK, "data": {"files": self._told(answers or {})}}
        given: dict[str, Any] = {"tasks": tasks, "hooks": [hook], **attributes}
        return Transfer(**given)

    def _told(self, answers: Mapping[str, Mapping[str, Any]]) -> list[Record]:
        names = {name for file in self.files for name in (file.id, file.filename)}
        if unknown := [name for name in answers if name not in names]:
            problems = [(f"answers.{name}", "is no file of the publication") for name in unknown]
            raise EntityValidationError(type(self).__name__, problems)
        return [
            {**file.values, **answers.get(file.filename, {}), **answers.get(file.id, {})}
            for file in self.accepted
        ]


def _described(source: str) -> Record:
    """Return what the workspace is told of a file or folder: its name, and how large it is."""
    if reason := ANYWHERE(source):
        raise EntityValidationError("Publication", [("sources", reason)])
    name = AccsynPath.parse(source, strict=False).name
    if not name:
        raise EntityValidationError("Publication", [("sources", f"{source!r} has no name")])
    place = Path(source)
    is_here = place.is_absolute() and place.exists()
    return _measured(place, name) if is_here else {"filename": name, "size": 0}


def _measured(place: Path, name: str) -> Record:
    if not place.is_dir():
        return {"filename": name, "size": place.stat().st_size}
    files = [_measured(inner, inner.name) for inner in sorted(_inside(place))]
    return {"filename": name, "is_dir": True, "files": files, "size": sum(f["size"] for f in files)}


def _inside(folder: Path) -> Iterator[Path]:
    # A link to a folder above would have no end.
    return (inner for inner in folder.iterdir() if not inner.is_symlink())
