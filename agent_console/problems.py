"""Errors as RFC 9457 problem documents: codes with parameters, never sentences; the console translates them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from typing_extensions import TypedDict

from config.errors import Kind, Param, Refused, RefusedFields, Unavailable
from config.logs import Transcript
from config.pointers import pointed

_TRANSCRIPT = Transcript("console")
CONTENT_TYPE = "application/problem+json"
STATUS_OF: Mapping[Kind, int] = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.MISSING: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.TOO_MANY: 429,
}
_CODE_OF_STATUS = {404: "route.unknown", 405: "route.method", 413: "request.too_large"}


class FieldProblem(TypedDict):
    """One field's fault; `pointer` is a JSON pointer into the request (RFC 6901)."""

    pointer: str
    code: str
    params: dict[str, Param]


class Problem(TypedDict):
    """The document of every error."""

    type: str
    title: str
    status: int
    code: str
    params: dict[str, Param]
    errors: list[FieldProblem]
    request_id: str


def problem(
    request: Request,
    status: int,
    code: str,
    params: Mapping[str, Param] | None = None,
    errors: Sequence[FieldProblem] = (),
) -> JSONResponse:
    """The answer; `retry_after_s` among the params becomes the Retry-After header (RFC 9110, 10.2.3)."""
    given = dict(params or {})
    document = Problem(
        type=f"urn:trunkline:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        params=given,
        errors=list(errors),
        request_id=getattr(request.state, "request_id", ""),
    )
    headers = {"Retry-After": str(given["retry_after_s"])} if "retry_after_s" in given else None
    return JSONResponse(document, status, headers, media_type=CONTENT_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of `app` as a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)  # noqa: S101 - Starlette calls by type
    errors = (
        [FieldProblem(pointer=error.pointer, code=error.code, params=error.params)] if error.pointer else []
    )
    if isinstance(error, RefusedFields):
        errors = [
            FieldProblem(pointer=each.pointer, code=each.code, params=dict(each.params))
            for each in error.faults
        ]
    return problem(request, STATUS_OF[error.kind], error.code, error.params, errors)


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Unavailable)  # noqa: S101 - Starlette calls by type
    _TRANSCRIPT.note("!", error.peer, f"{request.method} {request.url.path}: {error.reason}")
    return problem(request, 503, "peer.unavailable", {"peer": error.peer, "retry_after_s": 5})


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - Starlette calls by type
    return problem(
        request, 422, "request.invalid", errors=[_field(each, error.body) for each in error.errors()]
    )


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette calls by type
    code = _CODE_OF_STATUS.get(error.status_code, f"http.{error.status_code}")
    return problem(request, error.status_code, code)


def _field(error: Mapping[str, Any], body: Any) -> FieldProblem:
    # ("body", "text") -> /text; a header or a query parameter keeps its place: /header/idempotency-key
    origin, *where = error["loc"]
    pointer = pointed(where, body) if origin == "body" else pointed((origin, *where), None)
    context = {name: value for name, value in error.get("ctx", {}).items() if isinstance(value, Param)}
    return FieldProblem(
        pointer=pointer,
        code=f"field.{error['type']}",
        params=context,
    )
