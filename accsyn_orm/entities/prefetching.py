"""What a query fetches with each page: what its entities refer to, and what refers to them.

A name says what: an attribute or a relation, a key or a property of a task's party behind a dot
(``source.user``), and what is then found may be followed further (``user.queue``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.entities.children import load_children
from accsyn_orm.entities.dialects import dialect_of, refuse_foreign
from accsyn_orm.entities.links import load
from accsyn_orm.entities.literals import attribute_name
from accsyn_orm.entities.registry import ENTITY_CLASSES
from accsyn_orm.entities.relations import Beneath, Many, One, Relation
from accsyn_orm.entities.siblings import Link, Siblings
from accsyn_orm.entities.values.party import Party, TaskParty, party_links
from accsyn_orm.entities.values.references import links
from accsyn_orm.entities.views import View, view_in
from accsyn_orm.errors import QueryFieldError
from accsyn_orm.query.fields import FieldRef

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Backend, Speaker
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.model import EntityModel


def checked_name(cls: type[Entity], item: FieldRef[Any] | Relation[Any] | str) -> str:
    """Return the name of what shall be fetched, in its current spelling.

    Raises:
        QueryFieldError: there is no such attribute, it refers to nothing, or the backend has no
            request for all of them.
    """
    spelling = item.name if isinstance(item, (FieldRef, Relation)) else str(item)
    head, part, rest = _parts(cls, spelling)
    targets = _targets(cls, head, part)
    names = [head, part]
    if rest:
        known = [target for target in targets if _can_follow(target, rest)]
        if not targets:
            reason = "can be of any type, so that nothing is known to follow from it"
            raise QueryFieldError(cls.__name__, head, reason=reason)
        names.append(checked_name((known or targets)[0], rest))
    return ".".join(name for name in names if name)


def steps(cls: type[EntityModel], names: Iterable[str]) -> set[str]:
    """Return what is fetched for a page, each once: ``user`` and ``user.queue`` for the latter.

    Args:
        cls: class of the entities.
        names: what to follow, as ``checked_name()`` returns it.
    """
    found: set[str] = set()
    for name in names:
        head, part, rest = _parts(cls, name)
        step = f"{head}.{part}" if part else head
        found.add(step)
        targets = [target for target in _targets(cls, head, part) if _can_follow(target, rest)]
        if rest and targets:
            found |= {f"{step}.{further}" for further in steps(targets[0], [rest])}
    return found


def refuse_foreign_names(cls: type[EntityModel], names: Iterable[str], speaker: Speaker) -> None:
    """Refuse to fetch what only the other generation has; this one would find nothing.

    Args:
        cls: class of the entities.
        names: what to follow, as ``checked_name()`` returns it.
        speaker: whose generation it is.

    Raises:
        QueryFieldError: there is such a name.
    """
    for name in names:
        head, part, rest = _parts(cls, name)
        _refuse_foreign_name(cls, head, part, speaker)
        known = [target for target in _targets(cls, head, part) if _can_follow(target, rest)]
        if rest and len(known) == 1:  # of several, what this generation has may be any
            refuse_foreign_names(known[0], [rest], speaker)


def prefetch(
    names: Iterable[str], entities: Sequence[EntityModel], siblings: Siblings, backend: Backend
) -> None:
    """Fetch what some entities refer to, as far as it is not there.

    Args:
        names: what to follow, as ``checked_name()`` returns it.
        entities: some that were loaded together, all of one class.
        siblings: all of these.
        backend: where.
    """
    cls = type(entities[0])
    for name in names:
        head, part, rest = _parts(cls, name)
        relation = _relation(cls, head)
        if isinstance(relation, Many):
            found = load_children(relation, entities, siblings, backend)
            _prefetch_further(rest, found, backend)
            continue
        for link in _links(cls, head, part, entities, backend):
            _prefetch_further(rest, load(link, entities, siblings, backend), backend)


def _prefetch_further(name: str, entities: Iterable[Entity], backend: Backend) -> None:
    for group in _groups(entities) if name else ():
        if _can_follow(type(group[0]), name):
            prefetch([name], group, group[0].siblings, backend)


def _refuse_foreign_name(cls: type[EntityModel], head: str, part: str, speaker: Speaker) -> None:
    relation, attribute = _relation(cls, head), "id"
    if isinstance(relation, One):
        attribute = relation.link(speaker.protocol).key
    elif isinstance(relation, Relation):
        attribute = relation.attribute
    else:
        refuse_foreign(cls, head, speaker)
    targets = _targets(cls, head, part)
    only = {_only(target, attribute, speaker) for target in targets}
    if targets and not only & {None, speaker.protocol}:
        reason = f"cannot be asked for here: only the {only.pop()} generation has it"
        raise QueryFieldError(cls.__name__, head, reason=reason)


def _only(cls: type[Entity], attribute: str, speaker: Speaker) -> str | None:
    """Return the only generation that has an attribute of a class, if there is one."""
    if not dialect_of(cls, speaker).exists:
        return "v3" if speaker.protocol == "v1" else "v1"
    return cls.__entity_attributes__[attribute].shown_by


def _parts(cls: type[EntityModel], name: str) -> tuple[str, str, str]:
    """Separate what is followed here, the part of it that is meant, and what follows behind."""
    spelling, _, rest = name.partition(".")
    if isinstance(_relation(cls, spelling), (Relation, Beneath)):
        return spelling, "", rest
    head = attribute_name(cls, spelling)
    if _view(cls, head) is TaskParty.__view__:
        part, _, rest = rest.partition(".")
        return head, part, rest
    return head, "", rest


def _targets(cls: type[EntityModel], head: str, part: str) -> list[type[Entity]]:
    """Return the classes that a name leads to; none for parties, which can be anything.

    Raises:
        QueryFieldError: it leads nowhere.
    """
    relation = _relation(cls, head)
    if isinstance(relation, Beneath) or (isinstance(relation, Many) and relation.is_beneath):
        reason = (
            "cannot be prefetched: the backend gives them for one parent at a time, "
            "so ask where they are needed, one request for each"
        )
        raise QueryFieldError(cls.__name__, head, reason=reason)
    if isinstance(relation, Relation):
        return [ENTITY_CLASSES.named(relation.target_name)]
    view = _view(cls, head)
    if view is Party.__view__:
        return []
    names = view.targets if view else ()
    if view is TaskParty.__view__:
        names = _part_targets(cls, head, part)
    if not names:
        raise QueryFieldError(cls.__name__, head, reason="refers to no other entity")
    return [ENTITY_CLASSES.named(name) for name in names]


def _part_targets(cls: type[EntityModel], head: str, part: str) -> tuple[str, ...]:
    if part not in TaskParty.parts:
        choices = ", ".join(f"{head}.{name}" for name in TaskParty.parts)
        reason = f"names no entity of a task's party: that is one of {choices}"
        raise QueryFieldError(cls.__name__, f"{head}.{part}".rstrip("."), reason=reason)
    return TaskParty.parts[part].targets


def _can_follow(cls: type[EntityModel], name: str) -> bool:
    head = name.partition(".")[0]
    return isinstance(_relation(cls, head), Relation) or head in cls.__entity_attributes__


def _links(
    cls: type[EntityModel],
    head: str,
    part: str,
    entities: Iterable[EntityModel],
    backend: Backend,
) -> Iterator[Link]:
    relation = _relation(cls, head)
    if isinstance(relation, One):
        yield relation.link(backend.protocol)
    elif part:
        yield from TaskParty.parts[part].links(head)
    elif head in links(cls):
        yield links(cls)[head]
    else:
        yield from party_links(head, entities)


def _groups(entities: Iterable[Entity]) -> Iterable[list[Entity]]:
    """Return entities by class, and by what was loaded together."""
    groups: dict[tuple[type[Entity], int], list[Entity]] = {}
    for entity in entities:
        groups.setdefault((type(entity), id(entity.siblings)), []).append(entity)
    return groups.values()


def _relation(cls: type[EntityModel], name: str) -> Relation[Any] | Beneath | None:
    found = next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)
    is_one = isinstance(found, (Relation, Beneath))
    return cast("Relation[Any] | Beneath", found) if is_one else None


def _view(cls: type[EntityModel], name: str) -> View | None:
    field = cls.model_fields[name]
    return view_in(field.annotation, field.metadata)
