"""Seeded defects of the workspace: what it promises when it is attacked, or killed."""

from __future__ import annotations

from mutant import Mutant

CONTAINMENT = "tests/server/test_files__containment.py"

MUTANTS = [
    # -- what callers write does not become SQL -----------------------------------------------
    Mutant(
        "regular expressions run on Python's engine",
        "server/search/regex.py",
        "return _compiled(pattern).search(text) is not None",
        "import re; return re.search(pattern, text, re.IGNORECASE) is not None",
        ("tests/server/test_patterns.py::test_no_pattern_takes_long",),
    ),
    # -- rights -------------------------------------------------------------------------------
    Mutant(
        "searches do not look at rights",
        "server/search/searches.py",
        "== caller.workspace, access(entity.name, caller).read(caller)]",
        "== caller.workspace]",
        ("tests/server/test_roles.py::test_who_sees_which_users",),
    ),
    Mutant(
        "changes do not look at the right to write",
        "server/storage/store.py",
        'if not rows_where(call, entity, entity.table.c.sequence == row["sequence"], may_write):',
        'if not rows_where(call, entity, entity.table.c.sequence == row["sequence"]):',
        ("tests/server/test_matrix.py::test_every_cell_of_the_matrix",),
    ),
    Mutant(
        "every attribute can be written",
        "server/rules/schema.py",
        "return [f for f in self._of(generation) if role in f.writers]",
        "return self._of(generation)",
        ("tests/server/test_roles.py::test_attributes_depend_on_the_role",),
    ),
    # -- credentials --------------------------------------------------------------------------
    Mutant(
        "keys are stored as they are",
        "server/access/digests.py",
        "return hashlib.sha256(key.encode()).hexdigest()",
        "return key",
        ("tests/server/test_accounts.py::test_only_digests_are_stored",),
    ),
    # -- files --------------------------------------------------------------------------------
    Mutant(
        "links on disks are followed",
        "server/disk/directory.py",
        '_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)',
        "_NO_FOLLOW = 0",
        (f"{CONTAINMENT}::test_hostile_paths_are_refused_and_change_nothing",),
    ),
    Mutant(
        "paths may go up",
        "server/disk/inside.py",
        '    (_leads_elsewhere, "leads elsewhere: a path goes down only"),\n',
        "",
        ("tests/server/test_inside.py::test_paths_that_lead_elsewhere_are_refused",),
    ),
]
