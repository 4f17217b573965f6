"""Seeded defects of the way out: whom a session trusts, what it listens to, what it shows."""

from __future__ import annotations

from mutant import Mutant

ENVIRONMENT = "tests/transport/test_environment.py"
PROXIES = "tests/transport/test_http_proxies.py"
TLS = "tests/transport/test_tls.py::test_certificates_that_are_not_in_order_get_nothing"

MUTANTS = [
    # -- TLS ----------------------------------------------------------------------------------
    Mutant(
        "no certificate is refused",
        "transport/http.py",
        "verify=self._verify,",
        "verify=False,",
        (TLS,),
    ),
    Mutant(
        "names of certificates are not looked at",
        "transport/pools.py",
        "context.hostname_checks_common_name = False",
        "context.hostname_checks_common_name = True",
        (TLS,),
    ),
    Mutant(
        "keys of connections are written where the environment says",
        "transport/pools.py",
        "    context.minimum_version",
        '    if name := __import__("os").environ.get("SSLKEYLOGFILE"):\n'
        "        context.keylog_filename = name\n"
        "    context.minimum_version",
        (f"{ENVIRONMENT}::test_keys_of_connections_are_written_nowhere",),
    ),
    # -- environment --------------------------------------------------------------------------
    Mutant(
        "the proxy of the environment is used",
        "transport/http.py",
        "proxies=self._proxies,",
        "proxies=self._proxies or requests.utils.getproxies(),",
        (f"{ENVIRONMENT}::test_proxy_of_others_is_not_used",),
    ),
    Mutant(
        "the certificates of the environment are trusted",
        "transport/http.py",
        "verify=self._verify,",
        'verify=__import__("os").environ.get("REQUESTS_CA_BUNDLE") or self._verify,',
        (f"{ENVIRONMENT}::test_bundle_of_others_neither_replaces_nor_widens_trust",),
    ),
    Mutant(
        "credentials of .netrc replace those of the session",
        "transport/http.py",
        "prepared.prepare_body(request.body, None)",
        "prepared.prepare_body(request.body, None)\n"
        "        prepared.prepare_auth(requests.utils.get_netrc_auth(request.url))",
        (f"{ENVIRONMENT}::test_netrc_changes_no_credentials",),
    ),
    Mutant(
        "a .env in the working directory is read",
        "session/arguments.py",
        "if path := arguments.path_envfile:",
        'if path := arguments.path_envfile or (os.path.exists(".env") and ".env"):',
        (f"{ENVIRONMENT}::test_env_file_of_the_working_directory_changes_nothing",),
    ),
    # -- proxies ------------------------------------------------------------------------------
    Mutant(
        "a malformed proxy is read as an accsyn daemon",
        "transport/proxy.py",
        'raise ConfigurationError(setting, "is no proxy setting this library knows", hint=_FORMS)',
        'return Proxy("accsyn", "accsyn", "127.0.0.1", 80)',
        ("tests/transport/test_proxy.py::test_malformed_setting_is_refused_and_never_ignored",),
    ),
    Mutant(
        "plain http goes through an HTTP proxy",
        "transport/http.py",
        "        self._check_reach(request)\n",
        "",
        (f"{PROXIES}::test_plain_http_is_not_handed_to_the_proxy",),
    ),
    Mutant(
        "credentials of a proxy go to the host as well",
        "transport/http.py",
        "prepared.prepare_headers({**_HEADERS, **request.headers})",
        "prepared.prepare_headers({**_HEADERS, **request.headers, "
        '"Proxy-Authorization": "Basic x"})',
        (f"{PROXIES}::test_credentials_arrive_at_the_proxy_and_nowhere_else",),
    ),
    # -- secrets ------------------------------------------------------------------------------
    Mutant(
        "requests are logged as they are",
        "session/log.py",
        "verb, host, operation, self._shown(text))",
        "verb, host, operation, text)",
        ("tests/session/test_log.py::test_secrets_are_never_logged",),
    ),
    Mutant(
        "compressed payloads are logged as they are",
        "wire/redaction.py",
        'if name == "gz_data" and isinstance(value, str):',
        "if False:",
        ("tests/wire/test_redaction.py::test_compressed_data_is_replaced_by_its_length",),
    ),
    Mutant(
        "a session's own key is logged when the backend repeats it",
        "session/log.py",
        "self._formatter.mask = mask_of(*secrets)",
        "self._formatter.mask = mask_of()",
        ("tests/session/test_log.py::test_own_secrets_are_masked_wherever_they_stand",),
    ),
    Mutant(
        "errors keep the local variables of their frames",
        "session/tracebacks.py",
        "frame.clear()",
        "pass",
        ("tests/session/test_tracebacks.py::test_error_of_a_call_carries_no_values",),
    ),
    Mutant(
        "what a backend says forges lines",
        "errors/base.py",
        "    if text.isprintable():\n",
        "    if text:\n",
        ("tests/transport/test_canary.py::test_words_of_a_backend_stay_on_their_line",),
    ),
]
