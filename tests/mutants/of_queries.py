"""Seeded defects of queries: what keeps paging from skipping, repeating and lingering."""

from __future__ import annotations

from mutant import Mutant

PAGING = "tests/entities/querying/test_paging.py"
AHEAD = "tests/entities/querying/test_ahead.py"
ALGEBRA = "tests/entities/querying/test_algebra.py"
COME_AND_GO = f"{PAGING}::test_rows_that_stay_are_given_once_and_in_order"
ANYTHING = f"{PAGING}::test_whatever_comes_and_goes_nothing_is_skipped_or_repeated"

MUTANTS = [
    Mutant(
        "pages go on where they would, whatever is there",
        "entities/querying/paging.py",
        "if place.anchor is not None and window.index(place.anchor) != 0:",
        "if False and place.anchor is not None:",
        (COME_AND_GO, ANYTHING),
    ),
    Mutant(
        "what was given is given again",
        "entities/querying/paging.py",
        "if ident not in seen and ident not in written:",
        "if ident not in written:",
        (f"{PAGING}::test_rows_that_move_behind_the_place_are_not_given_twice",),
    ),
    Mutant(
        "what the loop has written is given again",
        "entities/querying/paging.py",
        "if ident not in seen and ident not in written:",
        "if ident not in seen:",
        (f"{PAGING}::test_entities_that_a_write_moves_are_not_given_again",),
    ),
    Mutant(
        "the place is looked for at the start of the query only",
        "entities/querying/paging.py",
        "if before > 0 and",
        "if before > here.position and",
        (COME_AND_GO,),
    ),
    Mutant(
        "rows that the backend has put into another order prove the place",
        "entities/querying/paging.py",
        "if not found or positions != sorted(positions):",
        "if not found:",
        (f"{PAGING}::test_order_that_the_backend_changed_is_no_proof_of_the_place",),
    ),
    Mutant(
        "the search for the place has no end",
        "entities/querying/paging.py",
        "_MOST_SEARCHES = 10",
        "_MOST_SEARCHES = 10_000",
        (f"{PAGING}::test_search_for_the_place_is_bounded",),
    ),
    Mutant(
        "pages ask for no row more",
        "entities/querying/paging.py",
        "left = self._size + 1 if place.left is None else place.left",
        "left = self._size if place.left is None else place.left",
        (f"{PAGING}::test_each_page_is_one_request_with_one_row_more",),
    ),
    Mutant(
        "all pages are kept",
        "entities/querying/pages.py",
        "deque(maxlen=2)",
        "deque()",
        (f"{PAGING}::test_iterating_takes_the_memory_of_a_few_pages",),
    ),
    Mutant(
        "the next page is loaded from the first one on",
        "entities/querying/pages.py",
        "if self.is_ahead and not is_first and",
        "if self.is_ahead and",
        (f"{AHEAD}::test_from_the_second_page_on_the_next_one_is_loaded_meanwhile",),
    ),
    Mutant(
        "errors of the thread are lost",
        "entities/querying/ahead.py",
        "            raise self._error\n",
        "            pass\n",
        (f"{AHEAD}::test_error_appears_where_its_page_is_due_and_ends_the_iteration",),
    ),
    Mutant(
        "the thread has a context of its own",
        "entities/querying/ahead.py",
        "target=copy_context().run, args=(self._run,),",
        "target=self._run,",
        (f"{AHEAD}::test_thread_sees_the_context_of_who_iterates",),
    ),
    Mutant(
        "a forked process waits for a thread that it does not have",
        "entities/querying/ahead.py",
        "return self._value[0] if self._value else self._call()",
        "return self._value[0]",
        (f"{AHEAD}::test_forked_process_goes_on_by_itself",),
    ),
    Mutant(
        "queries that are combined lose a session",
        "entities/querying/narrowing.py",
        "return self.backend or other.backend",
        "return self.backend",
        (f"{ALGEBRA}::test_combined_queries_keep_the_session_of_either",),
    ),
]
