"""Seeded defects for figures that have to be zero: each against the test that measures it.

Where only a long run reports a figure, the test named here is its fast variant.
"""

from __future__ import annotations

from mutant import Mutant

FAULTS = "tests/session/test_figures.py::test_nothing_is_done_twice_or_lost_among_faults"
INJECTION = "tests/server/test_injection.py::test_what_callers_write_never_becomes_sql"
CANARY = "tests/transport/test_canary.py::test_secrets_are_in_nothing_that_comes_out"
HTTP = "tests/transport/test_http.py"

MUTANTS = [
    # -- R4: calls among faults -----------------------------------------------------------------
    Mutant(
        "R4 done twice: creations are repeated blindly among faults",
        "session/retrying.py",
        "return is_undone(failure) or is_harmless or finding.verdict is Verdict.UNDONE",
        "return True",
        (FAULTS,),
    ),
    Mutant(
        "R4 acknowledged and lost: what was looked for is done, whatever was found",
        "session/findings.py",
        "return Finding.done(answer) if is_as_wanted else _UNDONE",
        "return Finding.done(answer)",
        (FAULTS,),
    ),
    Mutant(
        "R4 failed in silence: the last failure hides those before",
        "session/retrying.py",
        "call.operation_class is OperationClass.READ or not is_doubtful:",
        "True:",
        (FAULTS,),
    ),
    Mutant(
        "R4 unresolved: a host that remembers ids is not asked again",
        "session/retrying.py",
        "return is_undone(failure) or is_harmless or finding.verdict is Verdict.UNDONE",
        "return is_undone(failure) or finding.verdict is Verdict.UNDONE",
        (FAULTS,),
    ),
    # -- R6: the rate ---------------------------------------------------------------------------
    Mutant(
        "R6 failed calls: nobody waits for his turn",
        "session/exchange.py",
        "            self._queue(bucket, request)\n",
        "            pass\n",
        ("tests/session/test_retrying.py::test_sessions_keep_to_the_rate_limit_together",),
    ),
    # -- R8: hostile answers --------------------------------------------------------------------
    Mutant(
        "R8 answers taken: they may unfold to anything",
        "transport/http.py",
        "if len(body) > MAX_RESPONSE or _is_bomb(len(body), answer.raw.tell()):",
        "if False:",
        (f"{HTTP}::test_answer_that_unfolds_to_too_much_is_refused",),
    ),
    Mutant(
        "R8 untyped errors: any JSON is an object",
        "wire/replies.py",
        "if not isinstance(payload, dict):",
        "if False:",
        ("tests/transport/test_hostile.py::test_any_answer_is_a_payload_or_a_typed_error",),
    ),
    # -- R9: what is left open ------------------------------------------------------------------
    Mutant(
        "R9 connections: each call takes a new one",
        "transport/http.py",
        "prepared.prepare_headers({**_HEADERS, **request.headers})",
        'prepared.prepare_headers({**_HEADERS, **request.headers, "Connection": "close"})',
        ("tests/session/test_figures.py::test_calls_one_after_the_other_share_a_connection",),
    ),
    Mutant(
        "R9 descriptors: sessions keep their connections",
        "session/exchange.py",
        "                self._transport.close()\n",
        '                self.__class__.__dict__.get("kept") or setattr(Exchange, "kept", [])\n'
        "                Exchange.kept.append(self._transport)\n",
        ("tests/session/test_figures.py::test_sessions_leave_nothing_open",),
    ),
    # -- R12: the state machine -----------------------------------------------------------------
    Mutant(
        "R12 otherwise than said: what was looked for is done, whatever was found",
        "session/findings.py",
        "return Finding.done(answer) if is_as_wanted else _UNDONE",
        "return Finding.done(answer)",
        ("tests/acceptance/test_agreement.py::test_everything_ends_as_it_says",),
    ),
    # -- R18: proxies ---------------------------------------------------------------------------
    Mutant(
        "R18 crossed: a proxy is not gone through",
        "transport/http.py",
        "proxies=self._proxies,",
        "proxies={},",
        (f"{HTTP}::test_two_transports_keep_to_their_own_proxies",),
    ),
    Mutant(
        "R18 seen by a proxy: TLS is left out behind one",
        "transport/http.py",
        "prepared.url = request.url  # the connection adds the query",
        "prepared.url = request.url\n"
        "        if self._proxies:\n"
        '            prepared.url = prepared.url.replace("https:", "http:", 1)',
        (f"{HTTP}::test_socks_carries_tls_and_resolves_where_it_should",),
    ),
    Mutant(
        "R18 the sockets of the whole program go through a proxy",
        "transport/pools.py",
        "                greeting.proxy = (*greeting.proxy[:4], None, None)",
        "                socket.socket = socks.socksocket  # type: ignore[misc]\n"
        "                greeting.proxy = (*greeting.proxy[:4], None, None)",
        (f"{HTTP}::test_nothing_of_the_process_is_changed",),
    ),
    # -- S2: secrets ----------------------------------------------------------------------------
    Mutant(
        "S2 secrets show themselves",
        "secret.py",
        "return _MASK",
        "return str(self.reveal())",
        (CANARY,),
    ),
    Mutant(
        "S2 the library logs what is asked",
        "transport/pools.py",
        "        conn.query = _departure.get().query\n",
        '        url = f"{url}?{_departure.get().query}"\n',
        (CANARY,),
    ),
    Mutant(
        "S2 sessions let their secrets go to other processes",
        "session/core.py",
        'make one in each process instead"\n        raise TypeError(msg)\n',
        'make one in each process instead"\n        return object.__reduce__(self)\n',
        (CANARY,),
    ),
    # -- S4: hostile texts ----------------------------------------------------------------------
    Mutant(
        "S4 queries nest as deeply as they like",
        "query/lalr.py",
        "    if level > MAX_NESTING:\n",
        "    if False:\n",
        (
            "tests/query/test_parser.py::test_deeper_alternation_is_refused_at_the_deepest_parenthesis",
        ),
    ),
    # -- S6: SQL --------------------------------------------------------------------------------
    Mutant(
        "S6 questions that do more: a search makes a table",
        "server/search/searches.py",
        "    if not search.rules.has_scopes or search.ident is not None:\n",
        '    call.connection.exec_driver_sql("CREATE TEMP TABLE IF NOT EXISTS seen (x)")\n'
        "    if not search.rules.has_scopes or search.ident is not None:\n",
        (INJECTION,),
    ),
    Mutant(
        "S6 answers other than the evaluator's: what is another text is found",
        "server/search/comparisons.py",
        "    clause = column == distinct[0] if",
        "    clause = column != distinct[0] if",
        (INJECTION,),
    ),
    Mutant(
        "S6 the server fails: a regular expression that is none is not expected",
        "server/search/patterns.py",
        "except (re.error, Warning, OverflowError, RecursionError) as error:",
        "except ZeroDivisionError as error:",
        (INJECTION,),
    ),
    # -- S12: attributes ------------------------------------------------------------------------
    Mutant(
        "S12 attributes that may not be set are taken",
        "server/rules/schema.py",
        "return [f for f in self._of(generation) if role in f.writers]",
        "return self._of(generation)",
        ("tests/server/test_mass_assignment.py::test_no_attribute_is_set_that_may_not_be",),
    ),
    # -- R1: durability -------------------------------------------------------------------------
    Mutant(
        "R1 torn rows: of what is stored, a part gets lost",
        "server/storage/store.py",
        "    call.connection.execute(insert(entity.table), columns)\n",
        '    columns = [{**row, "description": None} if "description" in row else row'
        " for row in columns]\n"
        "    call.connection.execute(insert(entity.table), columns)\n",
        ("tests/server/test_durability.py::test_what_was_answered_survives_kills",),
    ),
]
