"""Relations to many, for all entities that were loaded together: their jobs, folders, clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities.links import bring_together
from accsyn_orm.entities.querying.chunks import chunks

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Backend
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.model import EntityModel
    from accsyn_orm.entities.relations import Many
    from accsyn_orm.entities.siblings import Siblings


def load_children(
    relation: Many[Any], parents: Iterable[EntityModel], siblings: Siblings, backend: Backend
) -> list[Entity]:
    """Fetch what names some entities, as far as it is not there; return all of it.

    Args:
        relation: what the entities call it.
        parents: some that were loaded together.
        siblings: all of these.
        backend: where.
    """
    with siblings.lock:
        fetched = siblings.children(relation.name)
        idents = [str(vars(parent)["id"]) for parent in parents]
        fresh: list[Entity] = []
        for chunk in chunks([ident for ident in idents if ident not in fetched]):
            found = relation.of_all(chunk, backend).all()
            fetched.update(_shared_out(relation, found, chunk))
            fresh += found
        bring_together(fresh, is_strict=siblings.is_strict)
        return [child for ident in idents for child in fetched.get(ident, ())]


def _shared_out(
    relation: Many[Any], children: Sequence[Entity], idents: Sequence[str]
) -> Mapping[str, tuple[Entity, ...]]:
    """Return which child is whose.

    If one does not say so by an id that was asked for, nothing is known: who reads the relation
    then asks for it, as without prefetching.
    """
    found: dict[str, list[Entity]] = {ident: [] for ident in idents}
    for child in children:
        if (ident := relation.ident_in(child)) not in found:
            return {}
        found[ident].append(child)
    return {ident: tuple(members) for ident, members in found.items()}
