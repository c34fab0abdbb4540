"""Into the portal and out of it: a link is mailed to an address that we know, and the answer is the same for every address."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask

from agent_console.access import InContext
from agent_console.context import Context
from agent_console.public import forms, portal_session
from agent_console.public.help_pages import peer
from agent_console.public.rendering import View
from agent_console.public.routes import PageRoute
from agent_console.public.words import words
from agent_console.rate import Rate
from channels.web.notices import queue_notice
from config.errors import Unavailable
from config.logs import Transcript
from crm_core.portal import links, profile
from crm_core.portal.links import Customer, Link
from crm_core.store import Connection

router = APIRouter(include_in_schema=False, route_class=PageRoute, prefix="/portal")
log = Transcript("portal")
_WINDOW_S = 900.0
_ASKED, _ENTERED = Rate(20, _WINDOW_S), Rate(40, _WINDOW_S)
_FORM = "trunkline_entry"


@router.post("/sign-in")
async def ask_for_link(request: Request, within: InContext) -> Response:
    """Send a link, if there is somebody to send it to. The mail is written after the answer, so that its time tells nothing."""
    portal_session.must_be_on(within)
    view = View(request, within)
    form = await forms.read(request, within)
    secret = within.settings.mail.reply_secret.get_secret_value()
    ours = forms.is_ours(
        secret, request.cookies.get(_FORM, ""), form.text(forms.TOKEN, 200), within.clock.now()
    )
    if not ours:
        return entry(request, within, problem="form.old", status=422)
    address = form.text("address", 254)
    if "@" not in address:
        return entry(request, within, problem="field.email", status=422)
    if _ASKED.wait_s(peer(request), within.clock.monotonic()) > 0:
        return entry(request, within, problem="form.too_many", status=429)
    answer = RedirectResponse(view.at("/portal/sent"), 303)
    answer.background = BackgroundTask(_mail, within, address, view.language)
    return answer


@router.get("/sent")
def look_in_mail(request: Request, within: InContext) -> Response:
    """The same for everybody."""
    portal_session.must_be_on(within)
    return View(request, within).page("portal_sent.html")


@router.get("/enter")
async def show_link(request: Request, within: InContext) -> Response:
    """Where a mailed link leads. It uses nothing up: programs that look through mail open links, too."""
    portal_session.must_be_on(within)
    token, now = request.query_params.get("token", "")[:100], within.clock.now()
    if not await within.store.read(lambda c: links.is_good(c, token, now)):
        return entry(request, within, problem="portal.link", status=410)
    return View(request, within).page("portal_enter.html", token=token)


@router.post("/enter")
async def use_link(request: Request, within: InContext) -> Response:
    """Sign in, or confirm an address; once."""
    portal_session.must_be_on(within)
    form = await forms.read(request, within)
    token, now = form.text("token", 100), within.clock.now()
    if _ENTERED.wait_s(peer(request), within.clock.monotonic()) > 0:
        return entry(request, within, problem="form.too_many", status=429)
    opened = await within.store.write(lambda c: _opened(c, token, now, request))
    if opened is None:
        return entry(request, within, problem="portal.link", status=410)
    session, purpose = opened
    log.note("<", peer(request), f"a link was used to {purpose}")
    view = View(request, within)
    to = (
        view.at("/portal/profile", done="address_confirmed")
        if purpose == "add_address"
        else view.at("/portal")
    )
    answer = RedirectResponse(to, 303)
    portal_session.remember(answer, within, session)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, within: InContext) -> Response:
    """Leave."""
    visited = await portal_session.visit(request, within)
    answer = RedirectResponse(View(request, within).at("/portal"), 303)
    if visited is not None:
        await visited.form()
        await within.store.write(lambda c: links.leave(c, visited.token))
    portal_session.forget(answer, within)
    return answer


def entry(request: Request, within: Context, *, problem: str = "", status: int = 200) -> Response:
    """The page on which one asks for a link."""
    view = View(request, within)
    bound = request.cookies.get(_FORM) or forms.new_cookie()
    secret = within.settings.mail.reply_secret.get_secret_value()
    answer = view.page(
        "portal_entry.html",
        status=status,
        token=forms.token(secret, bound, within.clock.now()),
        problem=view.told(problem) if problem else "",
    )
    secure = within.settings.http.cookies_are_secure
    answer.set_cookie(_FORM, bound, httponly=True, samesite="strict", secure=secure, path="/portal")
    return answer


async def mail_confirmation(within: Context, customer: Customer, address: str, language: str) -> None:
    """A link to a further address, which proves that it is theirs."""
    now = within.clock.now()

    def unit(connection: Connection) -> None:
        token = links.ask_for_address(connection, customer, address, now)
        if token is not None:
            made = Link(token=token, party_id=customer.party_id, name=customer.name, language=language)
            _queue(connection, within, address, [made], language, "mail_address", now)

    await within.store.write(unit)
    within.bus.publish("outbox", "")


async def mail_change(within: Context, name: str, address: str, language: str) -> None:
    """Tell the address by which they signed in that the ways to reach them changed: should it not have been them."""
    text, now = words(language), within.clock.now()
    centre = within.centre_name
    body = text["mail_changed_text"].format(name=name, centre=centre)
    await within.store.write(
        lambda c: queue_notice(
            c,
            to=address,
            subject=text["mail_changed_subject"].format(centre=centre),
            text=body,
            kept=body,
            centre=centre,
            hostname=within.settings.mail.hostname,
            key=f"changed\0{address}\0{now}",
            now=now,
        )
    )
    within.bus.publish("outbox", "")


async def _mail(within: Context, address: str, language: str) -> None:
    now = within.clock.now()

    def unit(connection: Connection) -> int:
        made = links.ask(connection, address, now)
        if made:
            _queue(connection, within, address, made, language, "mail", now)
        return len(made)

    try:
        made = await within.store.write(unit)
    except Unavailable as problem:  # the answer went already: they ask again when nothing comes
        log.note("!", problem.peer, f"a link could not be mailed: {problem.reason}")
        return
    if made:
        within.bus.publish("outbox", "")


def _queue(  # noqa: PLR0917 - the parts of a letter
    connection: Connection,
    within: Context,
    address: str,
    made: Sequence[Link],
    language: str,
    kind: str,
    now: float,
) -> None:
    text = words(made[0].language if made[0].language in ("en", "zh-TW", "zh-CN") else language)
    centre, origin = within.centre_name, min(within.origins)
    # several customers at one address (a family, a reception): a link for each, by name
    addresses = [f"{origin}/portal/enter?token={link.token}" for link in made]
    lines = (
        addresses
        if len(made) == 1
        else [f"{link.name}: {to}" for link, to in zip(made, addresses, strict=True)]
    )
    name = made[0].name if len(made) == 1 else centre
    letter = queue_notice(
        connection,
        to=address.strip(),
        subject=text[f"{kind}_subject"].format(centre=centre),
        text=text[f"{kind}_text"].format(name=name, link="\n".join(lines), centre=centre),
        kept=text["mail_kept"],
        centre=centre,
        hostname=within.settings.mail.hostname,
        key=made[0].token,
        now=now,
    )
    if letter is not None:
        links.carried_by(connection, [link.token for link in made], letter)


def _opened(connection: Connection, token: str, now: float, request: Request) -> tuple[str, str] | None:
    redeemed = links.redeem(connection, token, now)
    customer = None if redeemed is None else links.whose(connection, redeemed, now)
    if redeemed is None or customer is None:
        return None
    if redeemed.purpose == "add_address":
        acting = profile.acting_as(customer, now, peer=peer(request))
        profile.add_point(connection, acting, customer, "email", redeemed.address)
    agent = request.headers.get("user-agent", "")
    session = links.enter(connection, redeemed, now, peer=peer(request), agent=agent)
    return session, redeemed.purpose
