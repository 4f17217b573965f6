"""Writing classes for what only one workspace has, as plain Python to be committed.

The code needs nothing of this package's that applications do not use; run the command again when
the workspace changes.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accsyn_orm.entities import Entity
from accsyn_orm.entities.metadata import METADATA
from accsyn_orm.errors import ConfigurationError
from accsyn_orm.schema.classes import classes_of, declared_schema, understood

if TYPE_CHECKING:
    from accsyn_orm.session.schema import AttributeSchema, Schema

_HEAD = '''"""Entities of the workspace {workspace}: what only it has, typed.

Written by ``accsyn-orm schema generate``; run that again instead of changing this file.
"""

from __future__ import annotations
'''
_IN_THE_WAY = frozenset(dir(Entity)) | set(keyword.kwlist) | set(keyword.softkwlist)


@dataclass(frozen=True, slots=True)
class _Class:
    """One class to be written.

    Attributes:
        name: its name, and that of the class of ours that it extends.
        kind: wire type, when no class of ours stands for it.
        lines: its body.
    """

    name: str
    kind: str | None
    lines: tuple[str, ...]

    def text(self) -> str:
        """Return the code of the class."""
        base = "Entity" if self.kind else f"accsyn_orm.{self.name}"
        what = "A type that only" if self.kind else "With what only"
        head = f'class {self.name}({base}):\n    """{what} this workspace has."""\n'
        type_line = f"\n    __entity_type__ = {_quoted(self.kind)}\n" if self.kind else ""
        return head + type_line + "\n" + "\n".join(f"    {line}" for line in self.lines) + "\n"


def generate(
    schema: Schema,
    kinds: Mapping[str, Mapping[str, str]],
    metadata: Mapping[str, Mapping[str, str]],
) -> str:
    """Return a module with subclasses for what our classes do not know of a workspace.

    Args:
        schema: what the workspace says.
        kinds: by wire type and attribute: its annotation; ``Any`` where it is not told.
        metadata: by wire type: agreed keys of metadata, and their types; ``job`` stands for all
            kinds of jobs also where the workspace has no such type.

    Raises:
        ConfigurationError: metadata was agreed on of a type that has none, or does not exist.
    """
    ours = [kind for kind in metadata if classes_of(kind, schema.protocol)]
    every = dict.fromkeys([*schema.types, *ours])
    unknown = sorted(metadata.keys() - every.keys())
    if unknown:
        known = ", ".join(schema.types)
        reason = f"this workspace has no type {', '.join(unknown)}"
        raise ConfigurationError("metadata", reason, hint=f"there are {known}")
    without = [kind for kind in metadata if _metadata_of(schema, kind) is None]
    if without:
        raise ConfigurationError("metadata", f"{', '.join(without)}: has no metadata here")
    found = [_class(schema, kind, kinds.get(kind, {}), metadata.get(kind, {})) for kind in every]
    classes = [item for item in found if item.lines]
    body = "\n\n".join(item.text() for item in classes)
    head = _HEAD.format(workspace=re.sub(r"[^\w.-]", "_", schema.workspace))
    names = ", ".join(sorted(_quoted(item.name) for item in classes))
    return f"{head}{_imports(body)}\n__all__ = [{names}]\n\n\n{body}" if classes else head


def _class(
    schema: Schema, kind: str, kinds: Mapping[str, str], metadata: Mapping[str, str]
) -> _Class:
    classes = classes_of(kind, schema.protocol)
    ours: set[str] = {*declared_schema(kind, schema.protocol), *understood(kind, schema.protocol)}
    if not classes:
        ours = set[str]()
    taken = {name for cls in classes for name in dir(cls)}
    if metadata:
        kinds = {**kinds, METADATA: "dict[str, Any]"}
    lines = [
        _attribute(_free_name(item.name, taken), item, kinds.get(item.name, "Any"))
        for name, item in schema.types.get(kind, {}).items()
        if name not in ours
    ]
    held = _metadata_of(schema, kind)
    is_given = held is not None and held.create
    lines += [
        _metadata_key(_free_name(key, taken), key, annotation, is_given=is_given)
        for key, annotation in metadata.items()
    ]
    if classes:
        exact = next((cls for cls in classes if cls.__entity_type__ == kind), classes[0])
        return _Class(exact.__name__, None, tuple(lines))
    return _Class(_python_name(kind).title().replace("_", ""), kind, tuple(lines))


def _attribute(name: str, item: AttributeSchema, annotation: str) -> str:
    options = [] if name == item.name else [f"wire={_quoted(item.name)}"]
    match item.create, item.update:
        case True, True:
            kind, options = "Attr", ["default=UNSET", *options]
        case True, False:
            kind, options = "Attr", ["default=UNSET", 'on="create"', *options]
        case False, True:
            kind, options = "Attr", ["init=False", 'on="update"', *options]
        case _:
            kind, options = "ReadOnlyAttr", ["init=False", *options]
    if not item.read:
        options.append("readable=False")
    return f"{name}: {kind}[{annotation}] = attr({', '.join(options)})"


def _metadata_key(name: str, key: str, annotation: str, *, is_given: bool) -> str:
    """Return the line of a key; with an annotation, type checkers let the constructor take it."""
    kind = {"dict": "dict[str, Any]", "list": "list[Any]"}.get(annotation, annotation)
    begin = f"{name}: MetadataKey[{kind}]" if is_given else name
    return f"{begin} = MetadataKey({kind if name == key else f'{kind}, {_quoted(key)}'})"


def _metadata_of(schema: Schema, kind: str) -> AttributeSchema | None:
    """Return what is known of the metadata of a type: by our classes, or else by the workspace."""
    is_ours = bool(classes_of(kind, schema.protocol))
    known = declared_schema(kind, schema.protocol) if is_ours else schema.types[kind]
    return known.get(METADATA)


def _free_name(name: str, taken: set[str]) -> str:
    """Return a name for an attribute that nothing else of the class has, and take it."""
    free = _python_name(name)
    while free in taken:
        free += "_"
    taken.add(free)
    return free


def _quoted(text: str) -> str:
    """Return text as a literal of Python's, which JSON's are, too."""
    return json.dumps(text, ensure_ascii=False)


def _python_name(name: str) -> str:
    """Return a name that Python and entities leave free."""
    free = re.sub(r"\W", "_", name, flags=re.ASCII).strip("_")
    if not free or free[0].isdigit():
        free = f"attribute_{free}"
    return f"{free}_" if free in _IN_THE_WAY else free


def _imports(body: str) -> str:
    return "\n".join(["", *_import_lines(body), ""])


def _import_lines(body: str) -> Iterator[str]:
    """Give the imports that the code needs."""
    if "Any" in body:
        yield "from typing import Any\n"
    if "(accsyn_orm." in body:
        yield "import accsyn_orm"
    names = ("UNSET", "Attr", "Entity", "MetadataKey", "ReadOnlyAttr", "attr")
    used = [name for name in names if _uses(body, name)]
    yield f"from accsyn_orm.entities import {', '.join(used)}"
    if "UtcDatetime" in body:
        yield "from accsyn_orm.entities.values.dates import UtcDatetime"


def _uses(body: str, name: str) -> bool:
    marks = {
        "Entity": "(Entity)",
        "Attr": ": Attr[",
        "attr": " attr(",
        "MetadataKey": "MetadataKey(",
    }
    return marks.get(name, name) in body
