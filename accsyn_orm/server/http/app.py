"""The HTTP side of the workspace: routes, and answers that always are JSON.

Refusals are answered with status 200 and a ``message``, as accsyn does; official clients look at
nothing else. What goes wrong inside is logged here under a reference, and only the reference
leaves.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any, cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from accsyn_orm.errors import AccsynError, PayloadError
from accsyn_orm.server.http.limits import MAX_SMALL
from accsyn_orm.server.http.throttle import Throttle
from accsyn_orm.server.refusals import Refusal, Unwritable
from accsyn_orm.server.service import Service
from accsyn_orm.server.sign_in import Signature
from accsyn_orm.wire.codec import from_query_string, loads
from accsyn_orm.wire.credentials import KeyCredentials, parse_authorization
from accsyn_orm.wire.events import decode_event
from accsyn_orm.wire.replies import encode_exception, encode_members, encode_message
from accsyn_orm.wire.sign_in import Endpoint
from accsyn_orm.wire.versions import GENERATIONS, Generation

_BODILESS = frozenset({"GET", "DELETE"})
_log = logging.getLogger("accsyn_orm.server")

_Answer = Callable[[Request, str], Mapping[str, Any]]
"""Takes a request and the JSON text it carries; returns the members of the answer."""


def make_app(service: Service) -> Starlette:
    """Make the ASGI application that serves both generations of the protocol."""
    throttle = Throttle()
    routes = [
        route
        for generation in GENERATIONS.values()
        for route in _routes(service, generation, throttle)
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _http_error})


def _routes(service: Service, generation: Generation, throttle: Throttle) -> list[Route]:
    def discover(request: Request, text: str) -> Mapping[str, Any]:
        host, port = cast("tuple[str, int]", request.scope["server"])
        return service.discover(generation, _object(text), Endpoint(host, port))

    def sign_in(request: Request, text: str) -> Mapping[str, Any]:
        signature = _signature(generation, request)
        device = request.headers.get(generation.device_header, "")
        with throttle.attempt(_address(request), signature.credentials.username):
            return service.sign_in(generation, signature, _object(text), device=device)

    def event(request: Request, text: str) -> Mapping[str, Any]:
        signature = _signature(generation, request)
        return service.handle(generation, signature, decode_event(generation, text), request.method)

    return [
        _route(
            generation.prefix + generation.discovery_path, [generation.discovery_verb], discover
        ),
        _route(generation.prefix + generation.login_path, ["PUT"], sign_in),
        _route(generation.event_path, ["GET", "PUT", "POST", "DELETE"], event),
    ]


def _route(path: str, verbs: list[str], answer: _Answer) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            text = await _read(request)
        except PayloadError as error:
            return _json(encode_message(str(error)))
        except ClientDisconnect:
            # Nobody hears the answer, and nothing was asked for in full.
            return Response(status_code=400)
        # Storage blocks, so it runs in a thread.
        return await run_in_threadpool(_respond, answer, request, text)

    route = Route(path, endpoint, methods=verbs)
    # Starlette answers HEAD wherever it answers GET; the protocol has none.
    route.methods = set(verbs)
    return route


def _respond(answer: _Answer, request: Request, text: str) -> Response:
    try:
        return _json(encode_members(answer(request, text)))
    except Unwritable as problem:
        _log.error("request refused: %s", problem)
        return _json(encode_message(problem.message), status=507)
    except Refusal as refusal:
        return _json(encode_message(refusal.message, session_expired=refusal.session_expired))
    except AccsynError as error:
        return _json(encode_message(str(error)))
    except HTTPException:
        raise
    except Exception:  # noqa: BLE001  # whatever it is, it must not leave as a stack trace
        reference = secrets.token_hex(4)
        _log.exception("request failed, reference %s", reference)
        description = f"internal error, reference {reference}: the server's log says more"
        return _json(encode_exception(description), status=500)


async def _read(request: Request) -> str:
    """Read the JSON text of a request: its whole query string, or its body."""
    if request.method in _BODILESS:
        return _decoded(cast("bytes", request.scope["query_string"]))
    body = await request.body()
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise PayloadError("body", "is not UTF-8") from error


def _decoded(query: bytes) -> str:
    try:
        return from_query_string(query)
    except PayloadError as error:
        raise HTTPException(400, str(error)) from error


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _object(text: str) -> Mapping[str, Any]:
    if len(text) > MAX_SMALL:
        raise PayloadError("payload", f"holds more than {MAX_SMALL} characters")
    document: Any = loads(text)
    if not isinstance(document, dict):
        raise PayloadError("payload", "is not a JSON object")
    return cast("dict[str, Any]", document)


def _signature(generation: Generation, request: Request) -> Signature:
    credentials = parse_authorization(request.headers.get("Authorization", ""))
    if generation.tenant_header is not None:
        tenant = request.headers.get(generation.tenant_header)
        # A v1 header would bring a workspace of its own.
        is_own = isinstance(credentials, KeyCredentials) and credentials.tenant is None
    else:
        tenant, is_own = credentials.tenant, True
    if tenant is None or not is_own:
        raise Refusal(f"these are no credentials of {generation.name}, or the workspace is missing")
    return Signature(credentials, tenant)


async def _http_error(_request: Request, error: Exception) -> Response:
    problem = cast("HTTPException", error)
    headers = dict(problem.headers or {})
    return _json(encode_message(problem.detail), status=problem.status_code, headers=headers)


def _json(text: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(text, status_code=status, headers=headers, media_type="application/json")
