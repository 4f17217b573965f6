"""What the reference says of an entity class: attributes, relations, actions.

The metaclass takes the declarations out of a class body, so that autodoc cannot see them. Types and
descriptions are read from the source, the rules from what the class keeps of ``attr()``.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from accsyn_orm import Entity
from accsyn_orm.entities.attributes import AttributeSpec, Settable

_WRITTEN = {
    "create": "when created",
    "update": "once saved",
    "save": "always",
    "parent": "when created",
    None: "no",
}
_READ_AS = {
    "TasksAttr": "Query[Task]",
    "SettingsAttr": "Settings",
    "RecipientsAttr": "list[Recipient]",
    "FilesAttr": "Query[File]",
    "InnerTasksAttr": "list[Task]",
}
"""What attributes read as that have a class of their own for type checkers."""
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
    known = vars(sys.modules[cls.__module__])
    for line, below in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            text = ""
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                text = inspect.cleandoc(str(below.value.value))
            yield line.target.id, Declaration(_type_read(line.annotation, known), text)


def _type_read(annotation: ast.expr, known: Mapping[str, object]) -> str:
    """Return the type that reading gives: ``JobStatus`` of ``AttrFrom[JobStatus, …]``."""
    read = annotation
    if isinstance(annotation, ast.Subscript):
        match ast.unparse(annotation.value), annotation.slice:
            case "AttrFrom", ast.Tuple(elts=[read, _]):
                pass
            case "Attr" | "ReadOnlyAttr" | "ClassVar", read:
                pass
    text = ast.unparse(_WithoutRules(known).visit(read)).replace("'", "")
    return _READ_AS.get(text, text)


class _WithoutRules(ast.NodeTransformer):
    """Puts the type itself in the place of a name for a type with rules: ``int`` for a priority."""

    def __init__(self, known: Mapping[str, object]) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:  # the name ast looks for
        """Look a name up in the module that uses it."""
        meant = self._known.get(node.id)
        if node.id in _READ_AS or get_origin(meant) is not Annotated:
            return node
        return ast.parse(_spelled(meant), mode="eval").body


def _spelled(kind: Any) -> str:
    """Return a type as it is written in source."""
    if get_origin(kind) is Annotated:
        return _spelled(get_args(kind)[0])
    inner = [_spelled(part) for part in get_args(kind)]
    if get_origin(kind) in {Union, UnionType}:
        return " | ".join("None" if part == "NoneType" else part for part in inner)
    name = getattr(get_origin(kind) or kind, "__name__", str(kind))
    return f"{name}[{', '.join(inner)}]" if inner else name


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
    if spec.settable:
        written = _settable(spec.settable)
    if not spec.readable:
        written += ", not in queries"
    return written


def _settable(values: Settable) -> str:
    moments = {"when created": values.create, "once saved": values.update, "v1 also": values.v1}
    return "; ".join(f"{moment} {', '.join(those)}" for moment, those in moments.items() if those)


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
