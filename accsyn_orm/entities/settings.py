"""Settings as a mapping: ``volume.settings["transfer_speedlimit"] = 50``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NoReturn

from accsyn_orm.entities.capabilities import SettingsBackend
from accsyn_orm.entities.values.setting_texts import SettingValue, setting_text
from accsyn_orm.errors import EntityStateError, EntityValidationError, shown


@dataclass(frozen=True, slots=True)
class SettingsOwner:
    """Whose settings they are.

    Attributes:
        backend: where they are kept.
        entitytype: its type, in the words of the backend.
        ident: its id; ``None`` for the workspace.
        label: what it is called in messages.
    """

    backend: SettingsBackend
    entitytype: str
    ident: str | None
    label: str


class Settings(MutableMapping[str, str]):
    """What was set for the workspace or one entity itself; everything is text.

    The first reading loads all of them, in one request, and further readings of the same object
    cost nothing; ``entity.settings`` gives a new one each time. Setting and deleting take one
    request each, at once. The v1 generation cannot list settings: there each reading is a request,
    and tells what holds, whether it was set here or is inherited.
    """

    __slots__ = ("_known", "_owner")

    def __init__(self, owner: SettingsOwner) -> None:
        self._owner = owner
        self._known: dict[str, str] | None = None

    @property
    def effective(self) -> Mapping[str, str]:
        """What holds: set here, inherited or the default (v3); one request each time.

        Raises:
            ConfigurationError: the v1 generation cannot list settings.
        """
        return MappingProxyType(self._load(upstream=True, omit_defaults=False))

    def refresh(self) -> None:
        """Forget what was loaded: the next reading asks again."""
        self._known = None

    def __getitem__(self, name: str) -> str:
        owner = self._owner
        if owner.backend.protocol == "v3":
            return self._own[name]
        value = owner.backend.get_setting(name, owner.entitytype, owner.ident)
        if value is None:
            raise KeyError(name)
        return _received(value)

    def __setitem__(self, name: str, value: SettingValue) -> None:
        owner, text = self._owner, _given(name, value)
        if not owner.backend.set_setting(owner.entitytype, name, text, owner.ident):
            raise EntityStateError(owner.label, f"the backend did not set {name!r}")
        if self._known is not None:
            self._known[name] = text

    def __delitem__(self, name: str) -> None:
        """Take a value away, so that what is inherited or the default holds (v3)."""
        owner = self._owner
        if not owner.backend.delete_setting(owner.entitytype, name, owner.ident):
            raise KeyError(name)
        if self._known is not None:
            self._known.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._own))

    def __len__(self) -> int:
        return len(self._own)

    def __repr__(self) -> str:
        # Without values: some hold addresses and passwords.
        return f"<Settings of {self._owner.label}>"

    @property
    def _own(self) -> dict[str, str]:
        if self._known is None:
            self._known = self._load(upstream=False, omit_defaults=True)
        return self._known

    def _load(self, *, upstream: bool, omit_defaults: bool) -> dict[str, str]:
        owner = self._owner
        found = owner.backend.get_settings(
            owner.entitytype, owner.ident, upstream=upstream, omit_defaults=omit_defaults
        )
        return {name: _received(value) for name, value in found.items()}


class SettingsToCreate(Settings):
    """Settings of something that is new: they are sent when it is saved."""

    __slots__ = ("_given", "_label")

    def __init__(self, given: dict[str, str], label: str) -> None:
        self._given = given
        self._label = label

    @property
    def effective(self) -> NoReturn:
        """Refuse: what holds is known when it is saved."""
        reason = "is new, what it inherits is not known yet: save() it first"
        raise EntityStateError(self._label, reason)

    def refresh(self) -> None:
        """Do nothing: there is nothing to ask for."""

    def __getitem__(self, name: str) -> str:
        return self._given[name]

    def __setitem__(self, name: str, value: SettingValue) -> None:
        self._given[name] = _given(name, value)

    def __delitem__(self, name: str) -> None:
        del self._given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)

    def __repr__(self) -> str:
        return f"<Settings of a new {self._label}>"


def _given(name: object, value: object) -> str:
    """Return a value as text.

    Raises:
        EntityValidationError: it is none, or has no name.
    """
    if not isinstance(name, str) or not name.strip():
        raise EntityValidationError("setting", [("name", f"{shown(name)} is no name")])
    text = setting_text(value)
    if not isinstance(text, str):
        reason = f"{shown(value)} is no text, number or truth value: write others as JSON text"
        raise EntityValidationError("setting", [(name, reason)])
    return text


def _received(value: Any) -> str:
    """Return as text what a backend keeps otherwise, such as the lists of v1."""
    text = setting_text(value)
    return text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
