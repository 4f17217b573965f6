"""Seeded defects of creating and steering jobs: what is checked, sent, overwritten and awaited."""

from __future__ import annotations

from mutant import Mutant

SUBMISSION = "tests/entities/types/test_submission.py"
FAMILY = "tests/entities/types/test_job_family.py"
ACTIONS = "tests/entities/actions/test_jobs.py"
WAITING = "tests/entities/actions/test_waiting.py"
RECIPIENTS = "tests/entities/actions/test_recipients.py"
CONFLICTS = "tests/entities/test_conflicts.py"
ADOPTING = "tests/entities/test_get_or_create.py"
PUBLISHING = "tests/entities/test_publishing.py"

MUTANTS = [
    Mutant(
        "a settings value that is changed in place is sent as it is",
        "entities/sending.py",
        "for name, value in checked.items():",
        "for name, value in values.items():",
        (f"{SUBMISSION}::test_what_is_spoilt_in_place_is_sent_as_it_should_be",),
    ),
    Mutant(
        "only the first wrong task is told",
        "entities/types/submission.py",
        "self.problems += self._wrong(place, error)",
        "self.problems = self.problems or self._wrong(place, error)",
        (f"{SUBMISSION}::test_problems_of_tasks_are_all_found_and_name_their_place",),
    ),
    Mutant(
        "inner tasks do not wait for what their holder waits for",
        "entities/types/task_order.py",
        "waits[node.uri] = {*node.deps, *inherited}",
        "waits[node.uri] = {*node.deps}",
        (f"{SUBMISSION}::test_problems_of_nested_tasks_name_their_place",),
    ),
    Mutant(
        "a holder is done before its tasks",
        "entities/types/task_order.py",
        "            waits[node.holder].add(node.uri)",
        "            pass",
        (f"{SUBMISSION}::test_problems_of_nested_tasks_name_their_place",),
    ),
    Mutant(
        "ranges may count down",
        "entities/values/frames.py",
        "last < (first or 0)",
        "last < 0",
        (f"{SUBMISSION}::test_what_is_no_range_is_refused",),
    ),
    Mutant(
        "duplicates are allowed in v1, whatever was said",
        "session/payloads.py",
        "payload.get(name) if flag is None else flag",
        "flag",
        (f"{SUBMISSION}::test_the_workspace_refuses_duplicates_if_it_is_told_to",),
    ),
    Mutant(
        "v1 is asked for all jobs instead of compute jobs",
        "entities/dialects.py",
        "asked if dialect.condition is None else [dialect.condition, *asked]",
        "asked",
        (f"{FAMILY}::test_compute_jobs_are_jobs_in_v1",),
    ),
    Mutant(
        "v1 gives any job as a compute job",
        "entities/base.py",
        "if record is None or not dialect_of(cls, backend).describes(record):",
        "if record is None:",
        (f"{FAMILY}::test_a_transfer_is_no_compute_job_whatever_v1_answers",),
    ),
    Mutant(
        "v1 is asked for deliveries",
        "entities/dialects.py",
        "if not dialect.exists:",
        "if False:",
        (f"{FAMILY}::test_v1_knows_no_packages_and_is_not_asked",),
    ),
    Mutant(
        "the same change twice is a conflict",
        "entities/merging.py",
        " and not is_same(mine, theirs)",
        "",
        (f"{CONFLICTS}::test_the_same_change_twice_is_no_conflict",),
    ),
    Mutant(
        "what others changed is overwritten without a word",
        "entities/conflicts.py",
        "    if conflicts:",
        "    if False:",
        (f"{CONFLICTS}::test_what_both_changed_is_a_conflict_and_nothing_is_sent",),
    ),
    Mutant(
        "what others changed is not taken over",
        "entities/stored.py",
        "        self._take_over_around(now, waiting, backend)",
        "        del waiting",
        (f"{CONFLICTS}::test_a_failed_save_leaves_the_changes_after_catching_up",),
    ),
    Mutant(
        "keys that others changed are overwritten",
        "entities/merging.py",
        "if _is_dict(begin) and _is_dict(mine) and _is_dict(theirs):",
        "if False:",
        (f"{CONFLICTS}::test_keys_that_others_changed_are_kept",),
    ),
    Mutant(
        "what was merged is another dictionary than the one that is held",
        "entities/stored.py",
        "refilled(vars(self)[name], both[name])",
        "both[name]",
        (f"{CONFLICTS}::test_what_was_merged_is_what_waits_when_the_backend_refuses",),
    ),
    Mutant(
        "who is refused does not look again",
        "entities/base.py",
        "            if (found := query.one_or_none()) is None:\n                raise",
        "            raise",
        (
            f"{ADOPTING}::test_who_is_refused_adopts_what_the_other_created",
            f"{ADOPTING}::test_of_many_who_create_the_same_all_get_the_one_that_was_created",
        ),
    ),
    Mutant(
        "what has ended is paused",
        "entities/actions/jobs.py",
        'self._refuse_status(_ENDED, "it has ended, so that there is nothing to pause")',
        "self._saved_backend()",
        (f"{ACTIONS}::test_what_the_status_rules_out_is_refused_before_sending",),
    ),
    Mutant(
        "an action sends changes that wait",
        "entities/stored.py",
        "        data = outgoing(cls, valid, backend, is_new=False, problems=problems)",
        "        valid = {**{n: c.after for n, c in self.changes.items()}, **valid}\n"
        "        data = outgoing(cls, valid, backend, is_new=False, problems=problems)",
        (f"{ACTIONS}::test_an_action_sends_a_status_and_nothing_else",),
    ),
    Mutant(
        "waiting forgets the time",
        "entities/actions/waiting.py",
        "time.sleep(min(interval, left))",
        "time.sleep(interval)",
        (f"{WAITING}::test_time_runs_out_and_the_job_goes_on",),
    ),
    Mutant(
        "what failed is done",
        "entities/actions/waiting.py",
        'if status == "done":',
        'if status in {"done", "failed"}:',
        (f"{WAITING}::test_what_fails_is_an_error_with_the_job_up_to_date",),
    ),
    Mutant(
        "waiting drops changes that were not saved",
        "entities/actions/waiting.py",
        "self._take_over_around(self.load_record(record, backend), self.changes, backend)",
        "self._take_over_around(self.load_record(record, backend), {}, backend)",
        (f"{WAITING}::test_the_job_is_returned_as_it_is_when_it_is_done",),
    ),
    Mutant(
        "names steer the terminal",
        "entities/actions/progress.py",
        "char if char.isprintable() else repr(char)[1:-1]",
        "char",
        (f"{WAITING}::test_names_from_elsewhere_do_not_steer_the_terminal",),
    ),
    Mutant(
        "everybody is invited",
        "entities/actions/recipients.py",
        '{"invite": invite}',
        '{"invite": True}',
        (f"{RECIPIENTS}::test_nobody_is_invited_against_ones_will",),
    ),
    Mutant(
        "what the studio rejects is published",
        "entities/publishing.py",
        "return self.can_publish and not self.rejected",
        "return self.can_publish",
        (f"{PUBLISHING}::test_what_the_studio_accepts_is_published",),
    ),
]
