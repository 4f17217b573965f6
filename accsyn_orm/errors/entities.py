"""What an entity cannot do or be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accsyn_orm.errors.base import AccsynError, shown


class EntityError(AccsynError):
    """Something an entity cannot do or be."""


class EntityValidationError(EntityError, ValueError):
    """Values that an entity cannot take; nothing was changed and nothing was sent.

    Attributes:
        entity: name of the entity class.
        problems: ``(attribute, what is wrong and what to write instead)`` for every problem found.
    """

    def __init__(self, entity: str, problems: Sequence[tuple[str, str]]) -> None:
        self.entity = entity
        self.problems = tuple(problems)
        if len(self.problems) == 1:
            message = f"{entity}.{self.problems[0][0]}: {self.problems[0][1]}"
        else:
            lines = [f"  {name}: {reason}" for name, reason in self.problems]
            message = "\n".join([f"{entity}: {len(lines)} problems", *lines])
        super().__init__(message)


class ReadOnlyAttributeError(EntityValidationError, AttributeError):
    """An attribute that only the backend sets, or that cannot change any more once created."""


class AttributeNotLoadedError(EntityError, AttributeError):
    """An attribute that this object does not hold a value for.

    Attributes:
        entity: name of the entity class.
        attribute: name of the attribute.
        is_new: the entity was never saved, so the backend has not set it yet.
        only: the generation that returns it, when that is not the one the entity came from.
    """

    def __init__(
        self, entity: str, attribute: str, *, is_new: bool = False, only: str | None = None
    ) -> None:
        self.entity = entity
        self.attribute = attribute
        self.is_new = is_new
        self.only = only
        if only:
            reason = f"is not returned by this generation: only the {only} generation has it"
        elif is_new:
            reason = "was not given; unless it is, the backend sets it when the entity is saved"
        else:
            reason = (
                f"was not loaded: add it to only({attribute!r}, …) in the query, "
                "or call refresh() to load everything the backend has"
            )
        super().__init__(f"{entity}.{attribute} {reason}")


class HiddenRequestError(EntityError, RuntimeError):
    """Reading an attribute would ask the backend, where only what is written out may.

    Attributes:
        entity: name of the entity class.
        attribute: what leads to the other entity.
    """

    def __init__(self, entity: str, attribute: str) -> None:
        self.entity = entity
        self.attribute = attribute
        super().__init__(
            f"{entity}.{attribute} was not fetched, and strict() refuses to ask for it unseen: "
            f"add .prefetch({attribute!r}) to the query that loads the {entity}"
        )


class EntityNotFoundError(EntityError, LookupError):
    """No entity matches.

    Attributes:
        entity: name of the entity class or type.
        sought: the id or the query text.
    """

    def __init__(self, entity: str, sought: str) -> None:
        self.entity = entity
        self.sought = sought
        super().__init__(f"no {entity} found for {sought}")


class MultipleEntitiesError(EntityError, LookupError):
    """More than one entity matches where exactly one was asked for.

    Attributes:
        entity: name of the entity class.
        sought: the query text.
    """

    def __init__(self, entity: str, sought: str) -> None:
        self.entity = entity
        self.sought = sought
        super().__init__(
            f"more than one {entity} found for {sought}: narrow the query, or use first()"
        )


_NOT_LOADED = "not loaded"


def _known(value: object) -> str:
    """Return a value that was read; of one that was not, that it was not."""
    return _NOT_LOADED if repr(value) == "UNSET" else shown(value)


class ConflictError(EntityError, RuntimeError):
    """The entity was changed by somebody else since it was read.

    Attributes:
        entity: name of the entity class.
        id: id of the entity.
        differences: by attribute, or by key as in ``metadata.shot``, what it was when it was read,
            what it was to become, and what the backend has now; ``entities.ABSENT`` stands for a
            key that is not there. Empty when only the time of change tells.
    """

    def __init__(
        self, entity: str, ident: str, differences: Mapping[str, tuple[object, object, object]]
    ) -> None:
        self.entity = entity
        self.id = ident
        self.differences = dict(differences)
        told = "; ".join(
            f"{name} was {_known(was)}, is {shown(now)}, was to become {shown(mine)}"
            for name, (was, mine, now) in self.differences.items()
        )
        is_guessed = self.differences and all(
            _known(was) == _NOT_LOADED for was, _, _ in self.differences.values()
        )
        what = "may have been" if is_guessed else "was"
        message = f"{entity} {ident} {what} changed since it was read"
        super().__init__(f"{message}: {told}" if told else message)


class JobFailedError(EntityError, RuntimeError):
    """A job that was waited for has failed, or was aborted.

    Attributes:
        entity: name of the entity class.
        id: id of the job.
        status: ``failed`` or ``aborted``.
        hint: what can be done about it.
    """

    def __init__(self, entity: str, ident: str, status: str, *, hint: str) -> None:
        self.entity = entity
        self.id = ident
        self.status = status
        self.hint = hint
        what = "was aborted" if status == "aborted" else "has failed"
        super().__init__(f"{entity} {ident} {what}: {hint}")


class JobTimeoutError(EntityError, TimeoutError):
    """A job that was waited for was not done in time; it goes on, unless it waits itself.

    Attributes:
        entity: name of the entity class.
        id: id of the job.
        status: its status when it was last looked at.
        seconds: how long was waited.
        hint: what can be done about it.
    """

    def __init__(
        self, entity: str, ident: str, status: str, seconds: float, *, hint: str = "wait() longer"
    ) -> None:
        self.entity = entity
        self.id = ident
        self.status = status
        self.seconds = seconds
        self.hint = hint
        super().__init__(f"{entity} {ident} is {status} after {seconds:g} s: {hint}")


class EntityStateError(EntityError, RuntimeError):
    """An operation that makes no sense in the entity's state.

    Attributes:
        entity: name of the entity class.
        reason: why not, and what to do instead.
    """

    def __init__(self, entity: str, reason: str) -> None:
        self.entity = entity
        self.reason = reason
        super().__init__(f"{entity}: {reason}")


class HalfDoneError(EntityError, RuntimeError):
    """An action of several requests failed on the way, and could not be taken back.

    What made it fail is its ``__cause__``.

    Attributes:
        entity: name of the entity class.
        done: what was done, one sentence each.
        left: what is left to do, one sentence each.
    """

    def __init__(self, entity: str, *, done: Sequence[str], left: Sequence[str]) -> None:
        self.entity = entity
        self.done = tuple(done)
        self.left = tuple(left)
        super().__init__(f"{entity}: {'; '.join(self.done)}: {'; '.join(self.left)}")


class PagingError(EntityError, RuntimeError):
    """Rows came and went while page after page was read, and the place to go on is lost.

    Nothing was skipped or given twice up to there.

    Attributes:
        entity: name of the entity class.
        sought: the query text.
        given: how many entities were given before.
    """

    def __init__(self, entity: str, sought: str, given: int) -> None:
        self.entity = entity
        self.sought = sought
        self.given = given
        super().__init__(
            f"{sought}: cannot go on after {given}, because so many rows were added or removed "
            "meanwhile that the place is lost: narrow the query, use larger pages(), or begin "
            "again and collect with all()"
        )
