"""Seeded defects of calls: what keeps them from happening twice, from hanging, from piling up."""

from __future__ import annotations

from mutant import Mutant

RETRYING = "tests/session/test_retrying.py"
FINDINGS = "tests/session/test_findings.py"
LIFE = "tests/session/test_life.py"
DEADLINE = "tests/transport/test_deadline.py"
SHARED = "tests/pacing/test_shared.py"
OUTCOMES = "tests/transport/test_outcomes.py"

MUTANTS = [
    Mutant(
        "creations are repeated blindly",
        "session/retrying.py",
        "return is_undone(failure) or is_harmless or finding.verdict is Verdict.UNDONE",
        "return True",
        (f"{RETRYING}::test_creation_is_never_repeated_blindly",),
    ),
    Mutant(
        "the last attempt vouches for those before",
        "session/retrying.py",
        "is_doubtful = is_doubtful or failure.outcome is Outcome.MAYBE_APPLIED",
        "is_doubtful = failure.outcome is Outcome.MAYBE_APPLIED",
        (f"{RETRYING}::test_last_attempt_does_not_vouch_for_those_before",),
    ),
    Mutant(
        "every attempt has an id of its own",
        "session/connection.py",
        "encode_event(generation, replace(event, session=session))",
        "encode_event(generation, replace(event, session=session, eid=str(uuid.uuid4())))",
        (f"{RETRYING}::test_what_did_nothing_is_repeated_under_the_same_id",),
    ),
    Mutant(
        "changes are sent again whoever has changed the entity",
        "session/findings.py",
        'return _UNDONE if _is_before(record.get("modified"), past) else _UNKNOWN',
        "return _UNDONE",
        (
            f"{FINDINGS}::test_lost_change_is_made_once_more_only_when_nobody_else_can_have_changed_it",
        ),
    ),
    Mutant(
        "what was done and taken back is done once more",
        "session/findings.py",
        'names = {*sent, "modified"}',
        "names = {*sent}",
        (f"{FINDINGS}::test_lost_change_that_was_done_and_taken_back_is_told",),
    ),
    Mutant(
        "the first byte is not noticed",
        "transport/pools.py",
        "departure.has_begun = True",
        "departure.has_begun = False",
        ("tests/transport/test_fault_matrix.py::test_nothing_is_called_undone_that_was_done",),
    ),
    Mutant(
        "sockets do not look at the clock",
        "transport/deadline.py",
        "left = seconds_left()",
        "left = None",
        ("tests/transport/test_deadline.py::test_answer_that_takes_too_long_is_given_up_in_time",),
    ),
    Mutant(
        "an address that never answers takes the time of all",
        "transport/pools.py",
        "return min(timeout, timeout if left is None else left) / of or _INSTANT",
        "return min(timeout, timeout if left is None else left) or _INSTANT",
        (f"{DEADLINE}::test_address_that_never_answers_leaves_time_for_the_next",),
    ),
    Mutant(
        "certificates are not verified",
        "transport/http.py",
        "verify=self._verify,",
        "verify=False,",
        ("tests/transport/test_http.py::test_unknown_authority_is_refused",),
    ),
    Mutant(
        "children share the connections of their parent",
        "transport/http.py",
        '"""Leave the connections to the parent process."""\n'
        "        self._adapter = DiscreetAdapter(self._proxy, _CONNECTIONS)",
        '"""Leave the connections to the parent process."""',
        (f"{LIFE}::test_child_uses_connections_of_its_own",),
    ),
    Mutant(
        "every thread signs in anew",
        "session/connection.py",
        "if self._signed_in is stale:",
        "if True:",
        (f"{LIFE}::test_expiry_met_by_all_threads_is_one_renewal",),
    ),
    Mutant(
        "repetitions cost nothing",
        "pacing/budget.py",
        "self._left -= cost",
        "self._left -= 0",
        ("tests/session/test_figures.py::test_backend_in_trouble_gets_few_requests_more",),
    ),
    Mutant(
        "what the backend asks for is not waited for",
        "pacing/patience.py",
        "if error.retry_after is not None:",
        "if False:",
        (f"{RETRYING}::test_what_the_backend_asks_for_is_waited_for",),
    ),
    Mutant(
        "children share the file lock of their parent",
        "pacing/shared.py",
        "        self._forget()\n\n    def _forget",
        "\n    def _forget",
        ("tests/pacing/test_shared.py::test_child_waits_for_the_lock_of_its_parent",),
    ),
    Mutant(
        "one that cannot be renewed keeps others from it",
        "pacing/forking.py",
        "            failures.append(error)\n",
        "            raise error\n",
        (
            f"{LIFE}::test_one_that_cannot_be_renewed_in_a_child_keeps_no_other_from_it",
            f"{LIFE}::test_child_uses_connections_of_its_own_when_the_lock_file_is_gone",
        ),
    ),
    Mutant(
        "a process that sleeps with the lock holds up all others",
        "pacing/shared.py",
        "_LONGEST_LOCKED = 1.0",
        "_LONGEST_LOCKED = 5.0",
        (f"{SHARED}::test_process_that_sleeps_with_the_lock_is_not_waited_for",),
    ),
    Mutant(
        "the level is written into whatever has got the number of the file",
        "pacing/shared.py",
        "            if not self._is_ours():\n                self._reopen()\n",
        "            if self._descriptor < 0:\n                self._reopen()\n",
        (f"{SHARED}::test_file_of_another_that_has_got_its_number_is_left_alone",),
    ),
    Mutant(
        "dates are told by the clock of this machine",
        "transport/http.py",
        'now = _moment(date or "") or datetime.now(timezone.utc)',
        "now = datetime.now(timezone.utc)",
        (f"{OUTCOMES}::test_retry_after_as_a_date_is_by_the_clock_of_the_host",),
    ),
    Mutant(
        "the workspace does everything again",
        "server/repetitions.py",
        "if found is not None:",
        "if False:",
        ("tests/server/test_repetitions.py::test_call_that_comes_again_gets_its_answer",),
    ),
    Mutant(
        "answers nest as deeply as they like",
        "wire/codec.py",
        "if _nests_deeper(value, MAX_DEPTH):",
        "if False:",
        ("tests/wire/test_replies.py::test_answer_that_nests_too_deeply_is_none",),
    ),
]
