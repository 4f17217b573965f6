"""The metaclass that makes ``Job.status`` a query field while Pydantic sees an ordinary model."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, PrivateAttr
from typing_extensions import dataclass_transform

from accsyn_orm.entities.attributes import QUERY_FIELD, AttributeSpec, attr
from accsyn_orm.entities.literals import literal_text
from accsyn_orm.entities.metadata import METADATA, MetadataKey
from accsyn_orm.entities.querying.elsewhere import elsewhere
from accsyn_orm.entities.registry import can_be
from accsyn_orm.entities.shape import type_choices
from accsyn_orm.entities.validation import did_you_mean, known_names
from accsyn_orm.entities.views import View, ViewedAttribute, view_in
from accsyn_orm.errors import QueryValueError
from accsyn_orm.query.fields import FieldRef

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    # The module is private, the metaclass of a public class is not.
    ModelMetaclass = type(BaseModel)

_bases_in_construction: ContextVar[tuple[type, ...]] = ContextVar("bases", default=())


@dataclass_transform(
    kw_only_default=True, eq_default=False, field_specifiers=(attr, Field, PrivateAttr)
)
class EntityMeta(ModelMetaclass):
    """Class of entity classes: collects what ``attr()`` declared, answers ``Job.status``."""

    if TYPE_CHECKING:
        # Pyright takes the metaclass for one of the data classes that Pydantic's metaclass makes.
        __hash__ = type.__hash__
    else:

        def __new__(
            mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
        ) -> Any:
            """Build the class as Pydantic does, after taking out what ``attr()`` declared."""
            declared = _declared_attributes(name, namespace)
            known: dict[str, AttributeSpec] = {}
            for base in reversed(bases):
                known |= getattr(base, "__entity_attributes__", {})
            known |= declared
            _take_out_keys(name, bases, namespace, known)
            namespace.update({key: spec.to_field(key) for key, spec in declared.items()})
            # Pydantic takes what getattr() finds on a base for the default of an inherited field,
            # so the bases must not answer with query fields while a subclass is under construction.
            token = _bases_in_construction.set(bases)
            try:
                cls = super().__new__(mcs, name, bases, namespace, **kwargs)
            finally:
                _bases_in_construction.reset(token)
            cls.__entity_attributes__ = known
            cls.__query_fields__ = {}
            for key in declared:
                if (view := _view(cls, key)) is not None:
                    type.__setattr__(cls, key, ViewedAttribute(key, view))
            return cls

        def __getattr__(cls, name: str) -> Any:  # noqa: N805  # of a class
            fields = cls.__dict__.get("__pydantic_fields__", {})
            if name in fields and cls not in _bases_in_construction.get():
                if (found := cls.__query_fields__.get(name)) is not None:
                    return found
                if QUERY_FIELD in fields[name].metadata:
                    return cls.__query_fields__.setdefault(name, _field_ref(cls, name))
            if name.startswith("_"):
                return super().__getattr__(name)
            if cls.__is_open__:
                return cls.__query_fields__.setdefault(
                    name, FieldRef(name, label=f"{cls.__name__}.{name}", is_mapping=True)
                )
            raise AttributeError(_no_attribute(cls, fields, name), name=name, obj=cls)

        def __dir__(cls) -> list[str]:  # noqa: N805  # of a class
            return [*super().__dir__(), *cls.__dict__.get("__pydantic_fields__", {})]


def _no_attribute(cls: Any, fields: Mapping[str, Any], name: str) -> str:
    """Say why a class has no such query field, and which one was probably meant."""
    if name in fields:
        return f"{cls.__name__}.{name} cannot be queried: it is only given when one is created"
    from accsyn_orm.entities.querying.query import Query  # made of entities

    hint = elsewhere(name, cls.__name__, [m for m in dir(Query) if m[0] != "_"])
    hint = hint or did_you_mean(name, known_names(cls))
    return f"{cls.__name__} has no attribute {name!r}{hint}"


def _declared_attributes(cls: str, namespace: dict[str, Any]) -> dict[str, AttributeSpec]:
    """Return the specification of every attribute that a class body annotates or assigns.

    Raises:
        TypeError: an annotation is no ``Attr``, or a default was not given with ``attr()``.
    """
    declared: dict[str, AttributeSpec] = {}
    for name, annotation in namespace.get("__annotations__", {}).items():
        value = namespace.get(name)
        if isinstance(value, AttributeSpec):
            declared[name] = value
        elif isinstance(value, MetadataKey):
            continue
        elif not name.startswith("_") and "ClassVar" not in str(annotation):
            if name in namespace or not _is_marked(str(annotation)):
                raise TypeError(_how_to_declare(cls, name, str(annotation), value))
            declared[name] = _bare(str(annotation))
    return declared


def _take_out_keys(
    cls: str, bases: tuple[type, ...], namespace: dict[str, Any], known: Mapping[str, Any]
) -> None:
    """Hide the annotations of agreed keys from Pydantic, which would take them for fields.

    Raises:
        TypeError: a key is called like something else, or there is no metadata to keep it in.
    """
    annotations: dict[str, Any] = namespace.get("__annotations__", {})
    keys = [name for name, value in namespace.items() if isinstance(value, MetadataKey)]
    for name in keys:
        annotations.pop(name, None)
        held = [vars(base)[name] for one in bases for base in one.__mro__ if name in vars(base)]
        if name in known or not all(isinstance(item, MetadataKey) for item in held):
            how = f"write {name}_ = MetadataKey(…, {name!r})"
            raise TypeError(f"{cls}.{name} is something else already: {how}")
    if keys and METADATA not in known:
        raise TypeError(f"{cls}.{keys[0]} has nowhere to be kept: {cls} has no metadata")


def _is_marked(annotation: str) -> bool:
    return "Attr" in annotation or "QueryField" in annotation


def _how_to_declare(cls: str, name: str, annotation: str, value: object) -> str:
    if "MetadataKey" in annotation:
        return f"{cls}.{name} is not declared as a key: write {name}: {annotation} = MetadataKey(…)"
    kind = annotation if _is_marked(annotation) else f"Attr[{annotation}]"
    default = "" if value is None else f" = attr(default={value!r})"
    return f"{cls}.{name} is not declared as an attribute: write {name}: {kind}{default}"


def _bare(annotation: str) -> AttributeSpec:
    """Return what an annotation without ``attr()`` declares: required, unless it is read-only."""
    if "ReadOnlyAttr" in annotation or "frozen=True" in annotation:
        return AttributeSpec()
    return AttributeSpec(moment="save", is_required=True)


def _view(cls: Any, name: str) -> View | None:
    field = cls.__pydantic_fields__[name]
    return view_in(field.annotation, field.metadata)


def _field_ref(cls: Any, name: str) -> FieldRef[Any]:
    spec: AttributeSpec = cls.__entity_attributes__[name]
    label = f"{cls.__name__}.{name}"
    is_mapping = dict in type_choices(cls, name)
    view = _view(cls, name)
    kinds = view.targets or view.parties if view else ()
    literal = partial(_reference_text if kinds else literal_text, cls, name)
    return FieldRef(
        spec.wire or name,
        label=label,
        literal=literal,
        is_mapping=is_mapping,
        unordered=view.unordered if view else "",
    )


def _reference_text(cls: Any, name: str, value: object) -> str:
    """Return the literal for what a reference or party is compared with.

    Raises:
        QueryValueError: it is an entity that the attribute can never name.
    """
    if isinstance(type(value), EntityMeta):
        view = _view(cls, name)
        kinds = view.targets or view.parties if view else ()
        if not can_be(type(value), kinds):
            wanted = " or ".join(kinds)
            reason = f"{cls.__name__}.{name} never names a {type(value).__name__}"
            raise QueryValueError(value, reason, hint=f"compare it with a {wanted}, or with an id")
    return literal_text(cls, name, value)
