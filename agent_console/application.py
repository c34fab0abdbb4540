"""The HTTP side put together: routes, who may use them, errors, headers. `server` gives it its context."""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter, Depends, FastAPI, params
from fastapi.routing import APIRoute

from agent_console import pages, problems
from agent_console.access import present, same_site, signed_in
from agent_console.api import (
    account,
    article_files,
    article_uses,
    attachments,
    audit,
    board,
    branding,
    built_in_roles,
    by_hand,
    call_records,
    call_us,
    calls_out,
    case_work,
    cases,
    chats,
    closing,
    conferences,
    contracts,
    customer_work,
    customers,
    departments,
    draft_files,
    drafts,
    duplicates,
    exports,
    faxes,
    flows,
    forecast,
    form_submissions,
    guard,
    health,
    imports,
    inquiry_forms,
    interactions,
    knowledge,
    letters,
    login,
    mail_in,
    offers,
    outbound,
    outbox,
    paper,
    parties,
    portal,
    privacy,
    prompts,
    recognition,
    recording_pauses,
    recordings,
    records,
    regroupings,
    routing,
    search,
    sla,
    sso,
    suggestions,
    talks,
    texts,
    user_access,
    user_names,
    user_rights,
    users,
    watches,
    work,
)
from agent_console.audited import audited
from agent_console.context import Context
from agent_console.headers import BoundedBodies, SafeAnswers
from agent_console.problems import Problem
from agent_console.public import (
    brand_files,
    chat_pages,
    help_pages,
    hooks,
    portal_entry,
    portal_pages,
    unsubscribe_pages,
)
from agent_console.public.inquiry import frames as inquiry_frames
from agent_console.public.inquiry import pages as inquiry_pages
from agent_console.public.inquiry import status as inquiry_status

_PREFIX = "/api/v1"
_DESCRIPTION = (
    "Errors are RFC 9457 problem documents whose `code` is stable. A browser's session is a cookie, and every request of it"
    " that changes something carries `X-Trunkline: 1`; programs send `Authorization: Bearer tl_...` alone. Moments are seconds since 1970-01-01 UTC. The socket at /api/v1/socket is in docs/contracts.md."
)


def build(context: Context | None = None) -> FastAPI:
    """The application; without a context it can only describe itself."""
    app = _empty()
    app.router.routes = list(routed().router.routes)
    app.state.context = context
    problems.install(app)
    app.add_middleware(BoundedBodies)
    app.add_middleware(SafeAnswers)
    return app


def _empty() -> FastAPI:
    return FastAPI(
        title="Trunkline",
        version=_version(),
        description=_DESCRIPTION,
        openapi_url=f"{_PREFIX}/openapi.json",
        docs_url=None,  # the stock pages load scripts from elsewhere
        redoc_url=None,
        generate_unique_id_function=_operation,
        responses={"default": {"model": Problem, "description": "A problem (RFC 9457)"}},
    )


@cache
def routed() -> FastAPI:
    """The routes, put together once, which takes a second: before the floor begins, whose heartbeat waits for nobody. They know their context by the request, so that every server of a process shares them."""
    app = _empty()
    # before the API, so that a customer's page does not wait for all of its routes to be looked through
    for part in (
        hooks.router,
        brand_files.router,
        help_pages.router,
        chat_pages.pages,
        chat_pages.router,
        portal_entry.router,
        portal_pages.router,
        unsubscribe_pages.router,
    ):
        app.include_router(part)
    # the status before the forms, whose keys would take its place
    for part in (inquiry_frames.router, inquiry_status.router, inquiry_pages.router):
        app.include_router(part)
    _include_api(_Api(app))
    app.include_router(health.router)
    app.include_router(pages.router)
    _look_at_every_route(app)
    return app


def _look_at_every_route(app: FastAPI) -> None:
    """FastAPI puts a route together when one first looks at it: now, and not in the first request, which would hold up calls for a second."""
    nowhere = {"type": "http", "method": "GET", "path": "/api/v1/-", "root_path": "", "headers": []}
    for route in app.router.routes:
        route.matches(nowhere)


class _Api:
    """Puts routers straight into the application: a router of routers between would have FastAPI put every route together once more, which is a
    quarter of the console's start."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def include_router(self, part: APIRouter, dependencies: Sequence[params.Depends] = ()) -> None:
        """With what holds for the whole API."""
        self._app.include_router(part, prefix=_PREFIX, dependencies=[Depends(same_site), *dependencies])


def _include_api(api: _Api) -> None:
    api.include_router(login.public)
    api.include_router(sso.router)
    api.include_router(call_us.router)
    # What may be done by those who must do something first: choose a password, set up a second factor.
    for part in (login.limited, account.limited):
        api.include_router(part, dependencies=[Depends(present)])
    # Denied by default: what is not above needs a session, whatever its own route asks for.
    for part in (
        login.private,
        user_names.router,  # before whatever reads one user by id
        account.private,
        users.router,
        user_access.router,
        user_rights.router,
        departments.router,
        branding.router,
        offers.router,
        interactions.router,
        chats.router,
        customer_work.router,
        duplicates.router,
        customers.router,
        parties.router,
        outbound.router,
        guard.router,
        recognition.router,
        contracts.router,
        case_work.router,
        regroupings.router,
        work.router,
        cases.router,
        attachments.router,
        paper.router,
        letters.router,
        mail_in.router,
        drafts.router,
        draft_files.router,
        outbox.router,
        faxes.router,
        texts.router,
        search.router,
        sla.router,
        knowledge.router,
        article_uses.router,
        article_files.router,
        suggestions.router,
        portal.router,
        privacy.router,
        imports.router,
        *exports.routers(),  # before the records, whose paths would take theirs
        *records.routers(),
        audit.router,
        built_in_roles.router,
    ):
        api.include_router(part, dependencies=[Depends(signed_in), Depends(audited, scope="function")])
    api.include_router(board.router, dependencies=[Depends(signed_in)])
    api.include_router(routing.router, dependencies=[Depends(signed_in)])
    api.include_router(closing.router, dependencies=[Depends(signed_in)])
    api.include_router(forecast.router, dependencies=[Depends(signed_in)])
    api.include_router(recordings.router, dependencies=[Depends(signed_in)])
    api.include_router(call_records.router, dependencies=[Depends(signed_in)])
    api.include_router(talks.router, dependencies=[Depends(signed_in)])
    api.include_router(calls_out.router, dependencies=[Depends(signed_in)])
    api.include_router(conferences.router, dependencies=[Depends(signed_in)])
    api.include_router(watches.router, dependencies=[Depends(signed_in)])
    api.include_router(recording_pauses.router, dependencies=[Depends(signed_in)])
    api.include_router(flows.router, dependencies=[Depends(signed_in)])
    api.include_router(prompts.router, dependencies=[Depends(signed_in)])
    api.include_router(by_hand.router, dependencies=[Depends(signed_in)])
    for part in (inquiry_forms.router, form_submissions.router):
        api.include_router(part, dependencies=[Depends(signed_in)])
    api.include_router(
        inquiry_forms.sent, dependencies=[Depends(signed_in), Depends(audited, scope="function")]
    )


def _operation(route: APIRoute) -> str:
    return route.name


def _version() -> str:
    try:
        return version("trunkline")
    except PackageNotFoundError:
        return "0"
