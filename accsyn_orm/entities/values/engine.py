"""What an engine is told: parameters, and the environment that it runs in.

Engines have parameters of their own. The documented ones are checked, others are sent as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias, cast

from pydantic import BeforeValidator, ConfigDict, with_config
from typing_extensions import NotRequired, TypedDict

from accsyn_orm.entities.validation import located
from accsyn_orm.entities.values.limits import NonEmpty
from accsyn_orm.entities.values.path import FilledGivenPathText
from accsyn_orm.entities.values.setting_texts import SettingTexts, setting_texts

System: TypeAlias = Literal["linux", "mac", "windows"]
"""An operating system."""

_ENVIRONMENTS = ("common", "linux", "mac", "windows")


def _flag(value: object) -> object:
    return ("true" if value else "false") if isinstance(value, bool) else value


@with_config(ConfigDict(extra="forbid"))
class MappedSharePath(TypedDict):
    """Where a share is mounted on the machines that compute.

    Attributes:
        remote: path as the project files spell it.
        local: the place that it means; ``share=<id>`` as well.
        os: the system that spells it so.
    """

    remote: NonEmpty
    local: FilledGivenPathText
    os: NotRequired[System]


@with_config(ConfigDict(extra="forbid"))
class SiteSettings(TypedDict, total=False):
    """Settings of synchronisation; for the site ``local``, up and down are swapped."""

    download: SettingTexts
    upload: SettingTexts
    common: SettingTexts


@with_config(ConfigDict(extra="forbid"))
class SiteParameters(TypedDict):
    """What holds at one site."""

    settings: SiteSettings


@with_config(ConfigDict(extra="allow"))
class EngineParameters(TypedDict, total=False):
    """The documented parameters; engines have others, which are taken as well.

    Attributes:
        arguments: extra command line.
        input_conversion: when paths in the input are rewritten.
        mapped_share_paths: where shares are mounted.
        remote_os: the system of who submits.
        clear_output_directory: empty the output folder first.
        site: what holds at a site, by its code or id, or at ``local``.
    """

    arguments: str | list[str]
    input_conversion: Literal["always", "platform", "never", "auto"]
    mapped_share_paths: list[MappedSharePath]
    remote_os: System
    clear_output_directory: Annotated[Literal["true", "false"], BeforeValidator(_flag)]
    site: dict[str, SiteParameters]


@with_config(ConfigDict(extra="forbid"))
class TaskCompute(TypedDict, total=False):
    """What a task of a compute job tells the engine; parameters of outer tasks hold as well."""

    parameters: EngineParameters


def environments(value: object) -> object:
    """Return environment variables: flat, or for ``common`` and each system; all values as text.

    Raises:
        PydanticCustomError: both forms are mixed, a system does not exist, or a value is no text.
    """
    if not isinstance(value, Mapping):
        return value
    given = cast("Mapping[str, object]", value)
    if not any(isinstance(item, Mapping) for item in given.values()):
        return _variables(given, "")
    problems = [
        (str(name), f"stands beside variables for a system: one of {', '.join(_ENVIRONMENTS)}")
        for name, item in given.items()
        if name not in _ENVIRONMENTS or not isinstance(item, Mapping)
    ]
    if problems:
        raise located(problems)
    systems = cast("Mapping[str, Mapping[str, object]]", given)
    return {name: _variables(item, f"{name}.") for name, item in systems.items()}


def _variables(given: Mapping[str, object], place: str) -> dict[str, object]:
    variables = cast("dict[str, object]", setting_texts(given))
    problems = [
        (f"{place}{name}", f"is text, not {type(item).__name__}")
        for name, item in variables.items()
        if not isinstance(item, str)
    ]
    if problems:
        raise located(problems)
    return variables


Environments: TypeAlias = Annotated[dict[str, Any], BeforeValidator(environments)]
"""Run-time type of environment variables."""


@with_config(ConfigDict(extra="forbid"))
class Hook(TypedDict):
    """Data for a hook of the workspace.

    Attributes:
        when: which hook, such as ``hook-job-publish-server``.
        data: what it is told.
    """

    when: NonEmpty
    data: NotRequired[Any]
