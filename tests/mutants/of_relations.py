"""Seeded defects of following references: what is asked together, shared, forgotten and refused."""

from __future__ import annotations

from mutant import Mutant

REFERENCES = "tests/entities/values/test_references.py"
PARTIES = "tests/entities/values/test_party.py"
PREFETCHING = "tests/entities/test_prefetching.py"
RELATIONS = "tests/entities/test_relations.py"
CHILDREN = "tests/entities/test_children.py"
EQUALITY = "tests/entities/test_equality.py"
LISTS = "tests/entities/values/test_reference_lists.py"
STATS = "tests/session/test_stats.py"

MUTANTS = [
    Mutant(
        "the ids of a list are not fetched together",
        "entities/siblings.py",
        "if isinstance(value, list) else [value]",
        "if False else [value]",
        (f"{LISTS}::test_all_that_were_loaded_together_take_one_request",),
    ),
    Mutant(
        "a list of references takes entities of any class",
        "entities/values/reference_lists.py",
        "given = BeforeValidator(partial(ids_of, targets=targets))",
        "given = BeforeValidator(ids_of)",
        (f"{LISTS}::test_servers_and_ids_are_given_and_ids_are_sent",),
    ),
    Mutant(
        "a query that was changed gives what was prefetched for another one",
        "entities/querying/narrowing.py",
        "selection=replace(self.selection, **changes), known=None)",
        "selection=replace(self.selection, **changes))",
        (f"{CHILDREN}::test_query_that_is_changed_asks",),
    ),
    Mutant(
        "a plan believes what was prefetched",
        "entities/querying/query.py",
        "plan_update(self.with_known(None), change, values)",
        "plan_update(self, change, values)",
        (f"{CHILDREN}::test_plans_read_what_there_is_by_now",),
    ),
    Mutant(
        "what names its parent in another way is left out",
        "entities/children.py",
        "            return {}\n",
        "            continue\n",
        (f"{CHILDREN}::test_what_names_its_parent_by_no_id_is_asked_for_where_it_is_needed",),
    ),
    Mutant(
        "what was prefetched for entities that are gone is kept",
        "entities/siblings.py",
        "for ident in children.keys() - idents:",
        "for ident in ():",
        (f"{CHILDREN}::test_children_are_let_go_with_their_parents",),
    ),
    Mutant(
        "what came with several requests is followed one request after the other",
        "entities/children.py",
        "        bring_together(fresh, is_strict=siblings.is_strict)\n",
        "",
        (f"{CHILDREN}::test_many_parents_are_named_a_hundred_at_a_time",),
    ),
    Mutant(
        "what only the other generation has is prefetched as nothing",
        "entities/querying/request.py",
        "        refuse_foreign_names(cls, selection.prefetch, speaker)",
        "        del refuse_foreign_names",
        (f"{CHILDREN}::test_what_only_the_other_generation_has_is_not_prefetched",),
    ),
    Mutant(
        "two entities of different types are equal when their ids are",
        "entities/value.py",
        " and _ids_of(type(self)) == _ids_of(type(other))",
        "",
        (f"{EQUALITY}::test_saved_entities_are_equal_by_id_and_by_what_they_can_be",),
    ),
    Mutant(
        "a job is unequal to the transfer that it is",
        "entities/value.py",
        "return cls.__ids_of__ or cls.__entity_type__ or cls",
        "return cls.__entity_type__ or cls",
        (f"{EQUALITY}::test_what_an_entity_holds_is_nothing_to_its_equality",),
    ),
    Mutant(
        "a reference is fetched for itself alone",
        "entities/links.py",
        "_fetch(link, [ident, *wanted], siblings, backend)",
        "_fetch(link, [ident], siblings, backend)",
        (f"{REFERENCES}::test_loop_over_500_jobs_users_takes_two_requests",),
    ),
    Mutant(
        "what was fetched are no siblings",
        "entities/links.py",
        "    bring_together(found.values(), is_strict=siblings.is_strict)",
        "    pass",
        (f"{REFERENCES}::test_what_was_fetched_is_fetched_from_together_as_well",),
    ),
    Mutant(
        "the archive is not looked at",
        "entities/links.py",
        "        yield from ((cls, _ARCHIVE) for cls in classes)",
        "        pass",
        (f"{REFERENCES}::test_what_is_inactive_or_archived_is_found_as_well",),
    ),
    Mutant(
        "each thread asks for itself",
        "entities/links.py",
        "    with siblings.lock:\n        fetched = siblings.fetched(link)\n        if refresh",
        "    if True:\n        fetched = siblings.fetched(link)\n        if refresh",
        (f"{REFERENCES}::test_threads_share_one_request",),
    ),
    Mutant(
        "v1 is asked for shares as a whole, and for each kind besides",
        "entities/links.py",
        "    classes = _most_general(",
        "    classes = list(",
        (f"{PARTIES}::test_shares_are_asked_for_by_kind_in_v3_and_as_a_whole_in_v1",),
    ),
    Mutant(
        "one entity keeps the whole page",
        "entities/siblings.py",
        "self._members += map(ref, entities)",
        "self._members += [(lambda kept: lambda: kept)(entity) for entity in fresh]",
        (f"{REFERENCES}::test_page_is_not_kept_alive_by_one_entity_of_it",),
    ),
    Mutant(
        "what was fetched is never forgotten",
        "entities/siblings.py",
        "                self._forget_unused()",
        "                pass",
        (f"{REFERENCES}::test_iterating_forgets_what_only_earlier_pages_refer_to",),
    ),
    Mutant(
        "an entity that was saved is alone",
        "entities/stored.py",
        "        self.settle(self._state.settled(backend))\n\n    def _change",
        "        self.settle(EntityState(backend, is_new=False))\n\n    def _change",
        (f"{REFERENCES}::test_saving_one_does_not_take_it_from_the_others",),
    ),
    Mutant(
        "counting prefetches",
        "entities/querying/query.py",
        'return self._with(attributes=("id",), prefetch=())',
        'return self._with(attributes=("id",))',
        (f"{PREFETCHING}::test_counting_prefetches_nothing",),
    ),
    Mutant(
        "a dot leads where the entity has nothing",
        "entities/prefetching.py",
        "if _can_follow(type(group[0]), name):",
        "if True:",
        (f"{PREFETCHING}::test_what_can_be_of_several_types_is_followed_where_it_can_be",),
    ),
    Mutant(
        "strictness ends with the first reference",
        "entities/links.py",
        "    bring_together(found.values(), is_strict=siblings.is_strict)",
        "    bring_together(found.values(), is_strict=False)",
        (f"{PREFETCHING}::test_strictness_goes_on_with_what_was_prefetched",),
    ),
    Mutant(
        "strictness of one session is that of all",
        "entities/strictness.py",
        "strict is backend",
        "True",
        (f"{PREFETCHING}::test_strict_block_is_of_its_session_thread_and_time",),
    ),
    Mutant(
        "the query of a relation is not bound to the session",
        "entities/relations.py",
        "Query(self.target, backend=instance.session)",
        "Query(self.target)",
        (f"{RELATIONS}::test_many_is_the_query_for_what_names_this_one_and_asks_nothing",),
    ),
    Mutant(
        "a replay is no retry",
        "session/connection.py",
        "        self.stats.count_retry(event.uri)\n",
        "",
        (f"{STATS}::test_replay_after_an_expired_session_is_a_retry",),
    ),
]
