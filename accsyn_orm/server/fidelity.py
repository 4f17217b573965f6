"""The table of everything the workspace does, and how each of it is known to be accsyn's way.

It is made from the declarations that run: the behaviours, the attributes, what can be written, and
the role matrix. Nothing is written down for the table alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from accsyn_orm.server.access.policy import MATRIX
from accsyn_orm.server.access.rights import Access, Rights, everything, nothing
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.provenance import BEHAVIOURS, Source
from accsyn_orm.server.rules import RULES
from accsyn_orm.server.rules.schema import Field
from accsyn_orm.server.storage.tables import Generation
from accsyn_orm.server.workspace import Workspace

_DECLARED_BY = Workspace
"""Importing it imports every module that declares behaviours."""

_GENERATIONS: tuple[Generation, ...] = ("v1", "v3")


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One line of the table.

    Attributes:
        subject: entity type and operation (``queue/delete``), attribute (``queue.code``), right
            (``queue for employee``), or another subject.
        statement: what holds for it.
        source: how it is known.
    """

    subject: str
    statement: str
    source: Source


def fidelity() -> list[Cell]:
    """Return the whole table, sorted by subject."""
    return sorted({*_behaviours(), *_attributes(), *_writable(), *_rights()})


def summary(cells: Sequence[Cell]) -> Mapping[Source, int]:
    """Count the lines by source, the best known first."""
    counted = Counter(cell.source for cell in cells)
    return {source: counted[source] for source in Source}


def _behaviours() -> Iterator[Cell]:
    for one in BEHAVIOURS:
        yield Cell(one.area, one.sentence, one.source)


def _attributes() -> Iterator[Cell]:
    for rules in RULES:
        for attribute in rules.entity.attributes.values():
            shown = [name for name in _GENERATIONS if name in attribute.shown_in]
            if shown:
                subject = f"{rules.name}.{attribute.name}"
                yield Cell(subject, f"can be read ({', '.join(shown)})", attribute.source)


def _writable() -> Iterator[Cell]:
    for rules in RULES:
        for field in rules.schema.fields:
            for statement in _writing(field, MATRIX[rules.name]):
                yield Cell(f"{rules.name}.{field.name}", statement, field.source)


def _writing(field: Field, rights: Rights) -> Iterator[str]:
    """Say who writes an attribute: who may set it, and has the right to write the entity at all."""
    creators = {role for role, allowed in rights.items() if allowed.create}
    changers = {role for role, allowed in rights.items() if allowed.write is not nothing}
    must = "must" if field.required else "can"
    if field.create:
        yield f"{must} be given at creation by {_who(field, creators)}"
    if field.update:
        yield f"can be changed by {_who(field, changers)}"


def _who(field: Field, allowed: Collection[Role]) -> str:
    roles = ", ".join(sorted(role.value for role in field.writers if role in allowed))
    shown = ", ".join(name for name in _GENERATIONS if name in field.generations)
    return f"{roles} ({shown})"


def _rights() -> Iterator[Cell]:
    for kind, rights in MATRIX.items():
        for role, allowed in rights.items():
            yield Cell(f"{kind} for {role.value}", _allowed(allowed), allowed.source)


def _allowed(allowed: Access) -> str:
    reads, writes = _extent(allowed.read), _extent(allowed.write)
    creates = "creates" if allowed.create else "creates none"
    return f"reads {reads}; writes {writes}; {creates}"


def _extent(condition: object) -> str:
    named: Mapping[object, str] = {everything: "all", nothing: "none"}
    return named.get(condition) or str(getattr(condition, "__name__", "")).replace("_", " ").strip()
