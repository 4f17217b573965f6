from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

import accsyn_orm
from accsyn_orm import entities, errors
from accsyn_orm.entities.registry import CLASS_NAMES

PROBE = """
import logging, socket, sys, warnings

def surroundings():
    return (list(logging.root.handlers), logging.root.level, list(warnings.filters),
            warnings.showwarning, socket.socket, socket.getdefaulttimeout(), socket.getaddrinfo)

before = surroundings()
import accsyn_orm
loaded = {name.partition(".")[0] for name in sys.modules}
print(before == surroundings(), sorted(loaded & {"pydantic", "requests", "lark", "sqlalchemy"}))
"""


def test_all_names_every_public_name_once_and_sorted() -> None:
    names = accsyn_orm.__all__
    assert len(names) == len(set(names))
    assert sorted(names) == sorted([*accsyn_orm._MODULES, "__version__"])
    assert set(names) <= set(dir(accsyn_orm))


def test_every_entity_type_has_a_public_class() -> None:
    names = {*CLASS_NAMES}
    assert len(names) > 20
    assert names <= {*accsyn_orm.__all__}
    assert names <= {*entities.__all__}


@pytest.mark.parametrize("name", accsyn_orm.__all__)
def test_every_public_name_exists_and_is_documented(name) -> None:
    value = getattr(accsyn_orm, name)
    assert name == "__version__" or inspect.getdoc(value)


def test_every_error_can_be_caught_by_its_name_in_the_package() -> None:
    classes = {
        name
        for name, cls in vars(errors).items()
        if inspect.isclass(cls) and issubclass(cls, Exception)
    }
    assert classes <= set(accsyn_orm.__all__)


def test_version_is_that_of_the_distribution(monkeypatch) -> None:
    monkeypatch.delitem(vars(accsyn_orm), "__version__", raising=False)
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"{name} 9.9")
    assert accsyn_orm.__version__ == "accsyn_orm 9.9"
    monkeypatch.delitem(vars(accsyn_orm), "__version__")


def test_checkout_that_was_never_installed_has_a_version_too(monkeypatch) -> None:
    def not_installed(name):
        raise PackageNotFoundError(name)

    monkeypatch.delitem(vars(accsyn_orm), "__version__", raising=False)
    monkeypatch.setattr("importlib.metadata.version", not_installed)
    assert accsyn_orm.__version__ == "0+checkout"
    monkeypatch.delitem(vars(accsyn_orm), "__version__")


def test_unknown_names_raise_as_in_any_module() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Jbo'"):
        _ = accsyn_orm.Jbo


def test_import_has_no_side_effects_and_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "True []"
