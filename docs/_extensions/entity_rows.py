"""What the reference says of an entity class: attributes, relations, actions.

The metaclass takes the declarations out of a class body, so that autodoc cannot see them. Types and
descriptions are read from the source, the rules from what the class keeps of ``attr()``.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from accsyn_orm import Entity
from accsyn_orm.entities.attributes import AttributeSpec

_WRITTEN = {
    "create": "when created",
    "update": "once saved",
    "save": "always",
    "parent": "when created",
    None: "no",
}
_OVERRIDDEN = {"get", "save", "delete", "refresh"}
"""What every entity has; told again where a class has its own."""
_INNER = {"settings_kept", "recipients_backend"}
"""What parts of entities call of each other."""


@dataclass(frozen=True)
class Declaration:
    """One line of a class body: type as it is read, and the text below it."""

    type: str
    description: str


@dataclass(frozen=True)
class Row:
    """One attribute or relation as the reference shows it."""

    name: str
    type: str
    written: str
    description: str


def declarations(cls: type) -> dict[str, Declaration]:
    """Return what the body of a class and those of its bases annotate and describe."""
    found: dict[str, Declaration] = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, Entity) or base.__module__.startswith("accsyn_orm."):
            found |= _in_body(base)
    return found


@cache
def _in_body(cls: type) -> dict[str, Declaration]:
    return dict(_lines_of_body(cls))


def _lines_of_body(cls: type) -> Iterator[tuple[str, Declaration]]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(tree, ast.ClassDef)
    for line, below in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            text = ""
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                text = inspect.cleandoc(str(below.value.value))
            yield line.target.id, Declaration(_type_read(line.annotation), text)


def _type_read(annotation: ast.expr) -> str:
    """Return the type that reading gives: ``JobStatus`` of ``AttrFrom[JobStatus, …]``."""
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.value, ast.Name):
        inner = annotation.slice
        match annotation.value.id:
            case "Attr" | "ReadOnlyAttr":
                return _text(inner)
            case "AttrFrom":
                assert isinstance(inner, ast.Tuple)
                return _text(inner.elts[0])
            case "ClassVar":
                return _text(inner)
    return {"TasksAttr": "Query[Task]", "SettingsAttr": "Settings"}.get(
        _text(annotation), _text(annotation)
    )


def _text(annotation: ast.expr) -> str:
    return ast.unparse(annotation).replace("'", "")


def attribute_rows(cls: type[Entity]) -> list[Row]:
    """Return all attributes of an entity class, in the order in which it declares them."""
    told = declarations(cls)
    specs: dict[str, AttributeSpec] = cls.__entity_attributes__
    return [
        Row(name, told[name].type, _written(spec), _with_generation(told[name].description, spec))
        for name, spec in specs.items()
    ]


def relation_rows(cls: type[Entity]) -> list[Row]:
    """Return what others say about an entity: ``user.jobs``."""
    return [
        Row(name, told.type, "", told.description)
        for name, told in declarations(cls).items()
        if told.type.startswith(("Many[", "One["))
    ]


def _written(spec: AttributeSpec) -> str:
    written = _WRITTEN[spec.moment]
    if spec.is_required:
        written += ", required"
    if not spec.readable:
        written += ", not read"
    return written


def _with_generation(description: str, spec: AttributeSpec) -> str:
    if spec.only and f"{spec.only} only" not in description:
        return f"{description} ({spec.only} only)"
    return description


def own_members(cls: type[Entity]) -> list[tuple[str, str]]:
    """Return ``(directive of autodoc, name)`` for what an entity class adds to ``Entity``."""
    found: dict[str, str] = {}
    for base in cls.__mro__:
        if base in Entity.__mro__:
            continue
        for name, member in vars(base).items():
            if (
                name[0] == "_"
                or name in _INNER
                or (hasattr(Entity, name) and name not in _OVERRIDDEN)
            ):
                continue
            if isinstance(member, property):
                found.setdefault(name, "autoproperty")
            elif inspect.isfunction(member) or isinstance(member, classmethod):
                found.setdefault(name, "automethod")
    return [(directive, name) for name, directive in found.items()]


def _is_shown(name: str) -> bool:
    is_inner = name.startswith("_") or name in _INNER
    return not is_inner and (name in _OVERRIDDEN or not hasattr(Entity, name))
