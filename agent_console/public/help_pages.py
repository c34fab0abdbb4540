"""Answers for everybody: the list, search, an article, a vote, and a question when nothing helped."""

import asyncio
import hashlib
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from agent_console.access import InContext
from agent_console.api.letters import download
from agent_console.context import Context
from agent_console.public import forms
from agent_console.public.rendering import STYLE, View
from agent_console.public.routes import PageRoute
from agent_console.rate import Rate
from channels.web.requests import Filed, file_request
from channels.web.requests import Request as Written
from config.errors import Kind, Refused
from config.logs import Transcript
from crm_core.chat import doors
from crm_core.knowledge import files, markdown, public, usefulness
from crm_core.store import Connection

router = APIRouter(include_in_schema=False, route_class=PageRoute, prefix="/help")
log = Transcript("help")
CACHED_S = 60
_READER = "trunkline_reader"
_QUICKEST_S = 2.0
_ASKED, _VOTED, _SEARCHED = Rate(5, 600.0), Rate(60, 600.0), Rate(120, 60.0)


@router.get("/style")
def style() -> Response:
    """The one style sheet of all public pages."""
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


@router.get("")
async def index(request: Request, within: InContext) -> Response:
    """All articles by category; with `q`, those that fit."""
    must_be_on(within)
    view = View(request, within)
    sought = request.query_params.get("q", "").strip()[:200]
    if sought:
        return await _found(request, within, view, sought)
    listed, categories, door = await within.store.read(
        lambda c: (
            public.listed(c, view.language),
            public.categories(c),
            doors.door(c, doors.MAIN, view.language),
        )
    )
    groups = _groups(listed, categories, view)
    return view.page(
        "help_index.html",
        cached_s=CACHED_S,
        sought="",
        groups=groups,
        count=len(listed),
        problem="",
        chat=door is not None,
    )


@router.get("/ask")
async def ask(request: Request, within: InContext) -> Response:
    """The form for a question; `about` names the article that did not help."""
    must_be_on(within)
    view = View(request, within)
    about = await _about(within, view, request.query_params.get("about", ""))
    subject = about.text.title if about else request.query_params.get("q", "")[:200]
    return _form(
        request, within, view, {"subject": subject, "about": about.slug if about else ""}, about=about
    )


@router.post("/ask")
async def send(request: Request, within: InContext) -> Response:
    """A question becomes a case that waits in the queue, exactly as a letter does."""
    must_be_on(within)
    view = View(request, within)
    form = await forms.read(request, within)
    now = within.clock.now()
    given = {
        "name": form.text("name", 200),
        "address": form.text("address", 254),
        "subject": " ".join(form.text("subject", 200).split()),
        "text": form.text("text", 20_000),
        "about": form.text("about", 120),
    }
    about = await _about(within, view, given["about"])
    token = form.text(forms.TOKEN, 200)
    secret = within.settings.mail.reply_secret.get_secret_value()
    if form.text(forms.TRAP, 10):
        # a program: it is thanked, and nothing happens
        return RedirectResponse(view.at("/help/sent"), 303)
    problem = _wrong(given)
    if not forms.is_ours(secret, request.cookies.get(forms.COOKIE, ""), token, now):
        problem = "form.old"
    elif forms.age_s(token, now) < _QUICKEST_S:
        problem = "form.quick"
    elif not problem and _ASKED.wait_s(peer(request), within.clock.monotonic()) > 0:
        problem = "form.too_many"
    if problem:
        return _form(request, within, view, given, about=about, problem=problem, status=422)
    try:
        filed = await _file(within, view, given, token, about=about)
    except Refused as refusal:
        return _form(request, within, view, given, about=about, problem=refusal.code, status=422)
    await tell_floor(within, filed)
    return RedirectResponse(view.at("/help/sent", number=filed.number), 303)


@router.get("/sent")
async def sent(request: Request, within: InContext) -> Response:
    """Thanks, and what happens next."""
    must_be_on(within)
    number = request.query_params.get("number", "")[:30]
    shown = number if number.replace("-", "").isalnum() else ""
    return View(request, within).page("help_sent.html", number=shown)


@router.get("/files/{file}")
async def read_file(file: str, within: InContext) -> Response:
    """A file of a public article: pictures are shown, everything else is downloaded."""
    must_be_on(within)
    found, content = await within.store.read(lambda c: files.content(c, file, public=True))
    if found.content_type not in files.PICTURES:
        return download(content, found.name, found.content_type)
    headers = {
        "Cache-Control": f"public, max-age={CACHED_S}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, media_type=found.content_type, headers=headers)


@router.get("/{slug}")
async def article(slug: str, request: Request, within: InContext) -> Response:
    """One article."""
    must_be_on(within)
    view = View(request, within)
    found = await _about(within, view, slug)
    if found is None:
        raise Refused("article.unknown", Kind.MISSING)
    attached = await within.store.read(lambda c: files.of_article(c, found.id))
    html = await asyncio.to_thread(markdown.render, found.text.body)
    shown = [each for each in attached if f"{markdown.FILES}{each.id}" not in found.text.body]
    return view.page("help_article.html", cached_s=CACHED_S, article=found, html=html, files=shown)


@router.post("/{slug}/vote")
async def vote(slug: str, request: Request, within: InContext) -> Response:
    """Did it help? One vote for each browser; a "no" leads to a question."""
    must_be_on(within)
    view = View(request, within)
    form = await forms.read(request, within)
    helpful = form.text("helpful", 5)
    found = await _about(within, view, slug)
    if found is None or helpful not in ("yes", "no"):
        raise Refused("article.unknown", Kind.MISSING)
    cookie = request.cookies.get(_READER, "")
    reader = cookie if 16 <= len(cookie) <= 100 else forms.new_cookie()
    if _VOTED.wait_s(peer(request), within.clock.monotonic()) <= 0:
        now = within.clock.now()
        voter = f"guest:{hashlib.sha256(reader.encode()).hexdigest()}"
        await within.store.write(
            lambda c: usefulness.vote(
                c, found.id, voter, helpful=helpful == "yes", language=found.text.language, now=now
            )
        )
    to = view.at("/help/ask", about=slug) if helpful == "no" else view.at("/help/sent")
    answer = RedirectResponse(to, 303)
    secure = within.settings.http.cookies_are_secure
    answer.set_cookie(
        _READER, reader, max_age=31_536_000, httponly=True, samesite="strict", secure=secure, path="/help"
    )
    return answer


def must_be_on(within: Context) -> None:
    """`[portal] help`, and the module of knowledge."""
    if not within.settings.portal.help or "knowledge" in within.settings.modules.off:
        raise Refused("route.unknown", Kind.MISSING)


def peer(request: Request) -> str:
    return request.client.host if request.client else ""


async def tell_floor(within: Context, filed: Filed) -> None:
    """The case is durable; now it waits like any letter. Should we end here, the intake offers it later."""
    if filed.arrived:
        within.floor.submit(filed.event(within.floor.centre))
    log.note("<", filed.interaction_id, f"a form became {filed.number}")
    within.bus.publish("interaction", filed.interaction_id)
    within.bus.publish("case", filed.case_id)


async def _found(request: Request, within: Context, view: View, sought: str) -> Response:
    now = within.clock.now()
    if _SEARCHED.wait_s(peer(request), within.clock.monotonic()) > 0:
        return view.page(
            "help_index.html",
            status=429,
            sought=sought,
            groups=[],
            count=0,
            problem=view.told("form.too_many"),
            chat=False,
        )
    try:
        listed = await within.store.read(lambda c: public.found(c, sought, view.language, now))
        problem = ""
    except Refused as refusal:
        listed, problem = [], view.told(refusal.code)
    groups = [(view.words["results"], listed)] if listed else []
    return view.page(
        "help_index.html",
        cached_s=CACHED_S,
        sought=sought,
        groups=groups,
        count=len(listed),
        problem=problem,
        chat=False,
    )


def _groups(
    listed: Sequence[public.Listed], categories: Sequence[public.Category], view: View
) -> list[tuple[str, list[public.Listed]]]:
    named = [
        (category.labels[view.language], [each for each in listed if each.category == category.code])
        for category in categories
    ]
    codes = {category.code for category in categories}
    rest = [each for each in listed if each.category not in codes]
    return [group for group in (*named, (view.words["other_questions"], rest)) if group[1]]


async def _about(within: Context, view: View, slug: str) -> public.Page | None:
    if not slug or len(slug) > 120:
        return None
    return await within.store.read(lambda c: public.page(c, slug, view.language))


def _wrong(given: dict[str, str]) -> str:
    if not given["name"]:
        return "form.name"
    if "@" not in given["address"]:
        return "field.email"
    if not given["subject"]:
        return "form.subject"
    return "" if len(given["text"]) >= 3 else "form.text"


def _form(
    request: Request,
    within: Context,
    view: View,
    given: dict[str, str],
    *,
    about: public.Page | None,
    problem: str = "",
    status: int = 200,
) -> Response:
    """With what was written before: nobody types twice because of us."""
    bound = request.cookies.get(forms.COOKIE) or forms.new_cookie()
    secret = within.settings.mail.reply_secret.get_secret_value()
    values = {"name": "", "address": "", "subject": "", "text": "", "about": "", **given}
    return view.page(
        "help_ask.html",
        status=status,
        cookie=(forms.COOKIE, bound),
        given=values,
        about=about,
        problem=view.told(problem) if problem else "",
        token=forms.token(secret, bound, within.clock.now()),
    )


async def _file(
    within: Context, view: View, given: dict[str, str], token: str, *, about: public.Page | None
) -> Filed:
    text = (
        given["text"]
        if about is None
        else f"{given['text']}\n\n-- \n{about.text.title}\n{min(within.origins)}/help/{about.slug}"
    )
    written = Written(
        key=f"help\0{token}\0{given['address']}\0{given['text']}",
        address=given["address"],
        name=given["name"],
        subject=given["subject"],
        text=text,
        mark="web_form",
        language=view.language,
        queue=within.settings.portal.queue,
    )
    hostname, now = within.settings.mail.hostname, within.clock.now()

    def unit(connection: Connection) -> Filed:
        filed = file_request(connection, written, hostname, now)
        if about is not None:
            usefulness.use(
                connection,
                about.id,
                "linked",
                case_id=filed.case_id,
                interaction_id=None,
                user_id=None,
                now=now,
            )
        return filed

    return await within.store.write(unit)
