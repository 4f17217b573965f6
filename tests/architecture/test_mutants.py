"""The defects that ``make test-mutants`` seeds can be seeded: their source and tests are there."""

from __future__ import annotations

from pathlib import Path

import pytest

import accsyn_orm

PACKAGE = Path(accsyn_orm.__file__).parent
ROOT = Path(__file__).parents[2]


@pytest.fixture
def mutants(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tests" / "mutants")
    import collection

    return collection


def test_every_defect_can_be_seeded(mutants):
    found = mutants.collect()
    problems = {one.name: mutants.problem_of(one, PACKAGE, ROOT) for one in found}
    assert {name: problem for name, problem in problems.items() if problem} == {}
    assert len(problems) == len(found) > 0


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"file": "nope.py"}, "there is no nope.py"),
        ({"old": "this stands nowhere"}, "stands 0 times"),
        ({"old": "def "}, "times in"),
        ({"new": "return hashlib.sha256(key.encode()).hexdigest()"}, "changes nothing"),
        ({"tests": ()}, "names no test"),
        ({"tests": ("tests/server/test_accounts.py::test_nope",)}, "there is no test"),
        ({"tests": ("tests/server/nope.py::test_nope",)}, "there is no test"),
    ],
)
def test_a_defect_that_cannot_be_seeded_is_an_error(mutants, change, problem):
    sound = {
        "name": "n",
        "file": "server/access/digests.py",
        "old": "return hashlib.sha256(key.encode()).hexdigest()",
        "new": "return key",
        "tests": ("tests/server/test_accounts.py::test_only_digests_are_stored",),
    }
    mutant = type(mutants.collect()[0])(**{**sound, **change})
    assert problem in mutants.problem_of(mutant, PACKAGE, ROOT)
