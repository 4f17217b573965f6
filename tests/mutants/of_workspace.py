"""Seeded defects of the workspace: what it promises when it is attacked, or killed."""

from __future__ import annotations

from mutant import Mutant

GATE = "tests/server/test_gate.py"
HEAD = "tests/server/test_head.py"
READ_STRICTLY = "test_what_could_be_read_differently_is_refused"
CONTAINMENT = "tests/server/test_files__containment.py"

MUTANTS = [
    # -- requests ----------------------------------------------------------------------------
    Mutant(
        "chunks are taken",
        "server/http/head.py",
        'if b"transfer-encoding" in fields:',
        "if False:",
        (f"{GATE}::test_no_request_hides_in_another", f"{HEAD}::{READ_STRICTLY}"),
    ),
    Mutant(
        "of two lengths the last one counts",
        "server/http/head.py",
        "if name in fields and name in _ONCE:",
        "if False:",
        (f"{HEAD}::{READ_STRICTLY}",),
    ),
    Mutant(
        "what is sent along is taken for the next request",
        "server/http/gate.py",
        "                self.cycle.keep_alive = False\n",
        "                H11Protocol.data_received(self, data)\n",
        (f"{GATE}::test_what_is_sent_along_with_a_request_is_not_read",),
    ),
    Mutant(
        "heads are waited for for ever",
        "server/http/gate.py",
        "self._wait_until(self._began + self._limits.head_seconds)",
        "pass",
        (f"{GATE}::test_heads_that_drip_in_are_cut_off",),
    ),
    Mutant(
        "nobody counts connections",
        "server/http/doorman.py",
        "if self._limit and self._inside[address] >= self._limit:",
        "if False:",
        (f"{GATE}::test_one_address_has_a_hundred_connections_and_the_others_are_not_hurt",),
    ),
    Mutant(
        "bodies have no end",
        "server/http/head.py",
        "if int(length) > MAX_BODY:",
        "if False:",
        (f"{HEAD}::test_what_is_too_much_is_refused_by_its_own_name",),
    ),
    Mutant(
        "compressed data unfolds without end",
        "wire/events.py",
        "base64.b64decode(encoded, validate=True), MAX_INFLATED + 1)",
        "base64.b64decode(encoded, validate=True))",
        ("tests/server/test_bombs.py::test_bombs_do_not_go_off",),
    ),
    Mutant(
        "sign-ins may fail for ever",
        "server/http/throttle.py",
        "if len(moments) >= limit else 0",
        "if False else 0",
        ("tests/server/test_throttle.py::test_the_eleventh_failure_is_answered_with_429",),
    ),
    Mutant(
        "who guesses all at once gets more tries",
        "server/http/throttle.py",
        "        return len(self._failures.get(pair, ())) + self._trying[pair] >= limit\n",
        "        return False\n",
        ("tests/server/test_throttle.py::test_those_who_ask_all_at_once_get_no_more_tries",),
    ),
    # -- what callers write does not become SQL -----------------------------------------------
    Mutant(
        "a value is written into the statement",
        "server/search/comparisons.py",
        "clause = column == distinct[0] if",
        "from sqlalchemy import literal_column\n"
        "    clause = column == literal_column(f\"'{distinct[0]}'\") if",
        ("tests/server/test_injection.py::test_what_callers_write_never_becomes_sql",),
    ),
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
    Mutant(
        "an unknown user is answered in other words",
        "server/access/accounts.py",
        "digest: str = row.digest if row else NOBODY_PASSWORD",
        'digest: str = row.digest if row else ""\n'
        '    if not row:\n        raise Refusal("there is no such user")',
        ("tests/server/test_credentials.py::test_nobody_learns_who_is_a_user",),
    ),
    Mutant(
        "keys come from a generator that can be predicted",
        "server/access/digests.py",
        "return secrets.token_urlsafe(32)",
        'import random; return f"{random.getrandbits(256):064x}"',
        ("tests/server/test_credentials.py::test_keys_come_from_the_system",),
    ),
    Mutant(
        "sessions of disabled users stay good",
        "server/access/accounts.py",
        '            users.status == "enabled",\n',
        "",
        ("tests/server/test_credentials.py::test_nothing_is_done_without_good_credentials",),
    ),
    # -- durability -----------------------------------------------------------------------------
    Mutant(
        "commits are not synced",
        "server/storage/sqlite.py",
        '"synchronous=FULL",',
        '"synchronous=NORMAL",',
        ("tests/server/test_durability.py::test_each_commit_is_synced_before_it_is_answered",),
    ),
    Mutant(
        "answers are given before the commit",
        "server/storage/database.py",
        "            with connection.begin():\n                yield connection",
        "            with connection.begin():\n                yield connection\n"
        "                connection.rollback()",
        ("tests/server/test_durability.py::test_what_was_answered_survives_kills",),
    ),
    Mutant(
        "a full disk is a crash",
        "server/storage/database.py",
        "            if not isinstance(refusal, kind):",
        "            if True:",
        ("tests/server/test_durability.py::test_a_full_disk_is_said_and_ends_nothing",),
    ),
    Mutant(
        "damage is not looked for",
        "server/storage/sqlite.py",
        'return None if found == "ok" else',
        "return None if found else",
        ("tests/server/test_durability.py::test_a_damaged_database_is_refused_at_the_start",),
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
