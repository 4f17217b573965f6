"""Sphinx directive ``entity``: the reference of an entity class, made from the class itself."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any, ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from entity_rows import Row, attribute_rows, own_members, relation_rows
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

import accsyn_orm
from accsyn_orm import Entity


class EntityDirective(SphinxDirective):
    """``.. entity:: Job`` documents ``accsyn_orm.Job``."""

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Leave the class to autodoc, with its attributes as tables inside."""
        cls = getattr(accsyn_orm, self.arguments[0])
        container = nodes.container()
        lines = StringList(list(_source(cls)), source=inspect.getfile(cls))
        self.state.nested_parse(lines, self.content_offset, container)
        return container.children


def _source(cls: type[Entity]) -> Iterator[str]:
    path = f"accsyn_orm.{cls.__name__}"
    yield from [f".. autoclass:: {path}", ""]
    yield from _table(["Attribute", "Type", "Written", ""], attribute_rows(cls))
    if relations := relation_rows(cls):
        yield from _table(["Relation", "Gives", ""], relations)
    for directive, name in own_members(cls):
        yield from [f"   .. {directive}:: {path}.{name}", ""]


def _table(columns: list[str], rows: list[Row]) -> Iterator[str]:
    yield from ["   .. list-table::", "      :header-rows: 1", ""]
    yield from _cells(columns)
    for row in rows:
        written = [row.written] if "Written" in columns else []
        yield from _cells([f"``{row.name}``", f"``{row.type}``", *written, row.description])
    yield ""


def _cells(texts: list[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        lead = "* - " if number == 0 else "  - "
        first, *others = text.splitlines() or [""]
        yield f"      {lead}{first}".rstrip()
        yield from (f"          {line}".rstrip() for line in others)


def _hide_signature(_app: Sphinx, kind: str, _name: str, item: Any, *_: Any) -> Any:
    """Leave out the constructor's signature: the table says it better."""
    is_entity = kind == "class" and isinstance(item, type) and issubclass(item, Entity)
    return ("", None) if is_entity else None


def _import_everything() -> None:
    """Load the package before autodoc does, which would set ``TYPE_CHECKING`` while it loads."""
    for module in pkgutil.walk_packages(accsyn_orm.__path__, "accsyn_orm."):
        if module.name not in {"accsyn_orm.__main__", "accsyn_orm.mypy"}:
            importlib.import_module(module.name)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register with Sphinx."""
    _import_everything()
    app.add_directive("entity", EntityDirective)
    app.connect("autodoc-process-signature", _hide_signature)
    return {"version": "1", "parallel_read_safe": True}
