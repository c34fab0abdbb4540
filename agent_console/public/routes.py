"""Failures of the public pages as pages: people are never shown a problem document."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute

from agent_console.access import context
from agent_console.problems import STATUS_OF
from agent_console.public.rendering import View
from config.errors import Kind, Refused, Unavailable
from config.logs import Transcript

log = Transcript("help")


class PageRoute(APIRoute):
    """A route whose refusals are told in the reader's words."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def page(request: Request) -> Response:
            try:
                _refuse_nul(request)
                return await handler(request)
            except Refused as refusal:
                return _refused(request, refusal)
            except Unavailable as problem:
                log.note("!", problem.peer, f"{request.method} {request.url.path}: {problem.reason}")
                answer = told(request, 503, "unavailable", "unavailable_more")
                answer.headers["Retry-After"] = "10"
                return answer

        return page


def _refuse_nul(request: Request) -> None:
    """No address of ours has one, and PostgreSQL takes none."""
    if "\0" in request.url.path or "%00" in request.url.query:
        raise Refused("request.invalid", Kind.INVALID)


def _refused(request: Request, refusal: Refused) -> Response:
    if refusal.kind is Kind.UNAUTHENTICATED:
        return RedirectResponse(View(request, context(request)).at("/portal"), 303)
    if refusal.kind is Kind.MISSING:
        return told(request, 404, "missing", "missing_more")
    code = f"problem_{refusal.code.replace('.', '_')}"
    known = code in View(request, context(request)).words
    return told(request, STATUS_OF[refusal.kind], "not_possible", code if known else "problem_other")


def told(request: Request, status: int, heading: str, text: str) -> Response:
    """A page that says what is the matter, and leads back."""
    view = View(request, context(request))
    back = "/portal" if request.url.path.startswith("/portal") else "/help"
    return view.page(
        "problem.html",
        status=status,
        heading=view.words[heading],
        text=view.words[text].format(most=""),
        back=back,
    )
