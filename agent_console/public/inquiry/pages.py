"""A form as a page, by itself or within a page of another site; without a script as well as with one."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from agent_console.access import InContext
from agent_console.context import Context
from agent_console.gate import address_of, allowed_origin
from agent_console.public.inquiry import reading, taking
from agent_console.public.inquiry.reading import Sent
from agent_console.public.inquiry.shapes import questions
from agent_console.public.rendering import View
from agent_console.public.routes import PageRoute
from agent_console.rate import Rate
from channels.web import guard, status_links
from channels.web.guard import Came
from channels.web.inquiries import Filed, Inquiry
from config.errors import Fault, Kind, Refused
from config.logs import Transcript
from crm_core import cases
from crm_core.inquiries import submissions
from crm_core.inquiries.kept import Shown
from crm_core.inquiries.model import Form, said
from crm_core.store import Connection

router = APIRouter(include_in_schema=False, route_class=PageRoute, prefix="/forms")
log = Transcript("forms")
TRAP, TOKEN, PROOF = "website", "form_token", "form_proof"
PREFIX = "f."
"""Before the names of the form's own fields."""
_HOUR_S = 3600.0
_MB = 1_000_000
_RATES: dict[int, Rate] = {}


@router.get("/{key}")
async def show(key: str, request: Request, within: InContext) -> Response:
    """The form, empty; what the address gives as `f.<field>` is filled in."""
    form = await _known(within, key)
    view = spoken(request, within, form.form)
    given = {
        name.removeprefix(PREFIX): [value[:500]]
        for name, value in request.query_params.items()
        if name.startswith(PREFIX)
    }
    return page(request, within, view, form, given=given)


@router.post("/{key}")
async def send(key: str, request: Request, within: InContext) -> Response:
    """What was filled in becomes a case that waits."""
    form = await _known(within, key)
    view = spoken(request, within, form.form)
    sent = await _read(request, within, form.form)
    given = {
        name.removeprefix(PREFIX): words for name, words in sent.words.items() if name.startswith(PREFIX)
    }
    files = {name.removeprefix(PREFIX): each for name, each in sent.files.items()}
    now, secret = within.clock.now(), within.settings.mail.reply_secret.get_secret_value()
    token = sent.text(TOKEN, 200)
    how = guard.came(secret, form.id, token, sent.text(PROOF, 20), trap=sent.text(TRAP, 10), now=now)
    verdict = guard.judge(how, form.form.guard.least_s)
    if verdict.again:
        fresh = "" if verdict.again == "form.old" else token
        return page(
            request,
            within,
            view,
            form,
            given=given,
            problem=verdict.again,
            token=fresh,
            files=bool(files),
            status=422,
        )
    if verdict.caught and form.form.guard.caught == "drop":
        await _count(within, form, verdict.caught)
        return RedirectResponse(_thanks(request, view, key), 303)
    judged = await taking.judged(form, view.language, given, files)
    if judged.faults:
        return page(
            request,
            within,
            view,
            form,
            given=given,
            faults=judged.faults,
            token=token,
            files=bool(files),
            status=422,
        )
    if _is_too_much(within, form, address_of(request), how):
        await _count(within, form, "rate")
        return page(
            request,
            within,
            view,
            form,
            given=given,
            problem="form.too_many",
            token=token,
            files=bool(files),
            status=429,
        )
    inquiry = Inquiry(
        form=form,
        language=view.language,
        judged=judged,
        key=f"page\0{token}" if how.age_s is not None else f"caught\0{request.state.request_id}",
        via="frame" if is_framed(request) else "page",
        page=request.headers.get("referer", "")[:500],
        peer=address_of(request),
        suspected=verdict.caught or None,
        receipt=taking.receipt(within, form, view.language),
    )
    try:
        filed = await taking.take(within, inquiry)
    except Refused as refusal:
        if refusal.code != "inquiry.sent_already":
            raise
        await _count(within, form, "replay")
        return page(
            request, within, view, form, given=given, problem=refusal.code, files=bool(files), status=409
        )
    return RedirectResponse(_thanks(request, view, key, _link(within, form, filed)), 303)


@router.get("/{key}/thanks")
async def thanks(key: str, request: Request, within: InContext) -> Response:
    """What happens next; `s` is the link to the state, by which the number is found."""
    form = await _known(within, key)
    view = spoken(request, within, form.form)
    link = request.query_params.get("s", "")[:200]
    secret, now = within.settings.mail.reply_secret.get_secret_value(), within.clock.now()
    found = status_links.read(secret, link, now)
    number, receipted = await within.store.read(lambda c: _outcome(c, found)) if found else ("", False)
    return view.page(
        "inquiry_thanks.html",
        policy=policy(form.form, request),
        framed=is_framed(request),
        title=said(form.form.title, view.language),
        text=said(form.form.thanks, view.language),
        number=number,
        receipted=receipted,
        follow=view.at(f"{taking.STATUS}{link}") if number else "",
        again=view.at(f"/forms/{key}", embed=_embed(request)),
    )


def page(
    request: Request,
    within: Context,
    view: View,
    form: Shown,
    *,
    given: Mapping[str, Sequence[str]],
    faults: Sequence[Fault] = (),
    problem: str = "",
    token: str = "",
    files: bool = False,
    status: int = 200,
    preview: bool = False,
) -> Response:
    """With what was typed before, and what is wrong beside each field: nobody types twice because of us. `files`: some had been chosen, which a
    page cannot keep."""
    asked = questions(form.form, view, given, faults)
    wrong = [each for each in asked if each.fault]
    secret = within.settings.mail.reply_secret.get_secret_value()
    return view.page(
        "inquiry_form.html",
        status=status,
        policy=policy(form.form, request),
        framed=preview or is_framed(request),
        preview=preview,
        title=said(form.form.title, view.language),
        intro=said(form.form.intro, view.language),
        asked=asked,
        wrong=wrong,
        problem=view.told(problem) if problem else "",
        files_again=files,
        action=view.at(f"/forms/{form.key}", embed=_embed(request)),
        token=token or ("" if preview else guard.token(secret, form.id, within.clock.now())),
        bits=guard.BITS,
        least_s=form.form.guard.least_s,
    )


def spoken(request: Request, within: Context, form: Form) -> View:
    """In the reader's language, else in one that the form has."""
    view = View(request, within)
    view.speak(form.spoken(view.language), form.languages or (view.language,))
    return view


def is_framed(request: Request) -> bool:
    return bool(_embed(request))


def policy(form: Form, request: Request) -> str:
    """Only our own style and our own small script; shown within pages of ours and of the sites that the form names, and only as a frame."""
    ancestors = " ".join(("'self'", *form.origins)) if is_framed(request) else "'none'"
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {ancestors}"
    )


def check_origin(request: Request, within: Context) -> None:
    """Sent from our own page, also where that stands in another site's."""
    if not allowed_origin(request.headers.get("origin"), within.origins):
        raise Refused("request.origin", Kind.FORBIDDEN, origin=request.headers.get("origin", "")[:200])


def must_fit(request: Request, most_mb: int) -> None:
    """Nothing longer is read than the form's files could be."""
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise Refused("request.form", Kind.INVALID)
    if int(length) > (most_mb + 1) * _MB:
        raise Refused("request.too_large", Kind.INVALID)


def most_mb(form: Form) -> int:
    return sum(int(each.most or 1) * each.most_mb for each in form.fields if each.kind == "file")


def rate(limit: int) -> Rate:
    """So many in an hour; by their keys they are apart."""
    return _RATES.setdefault(limit, Rate(limit, _HOUR_S))


async def _read(request: Request, within: Context, form: Form) -> Sent:
    check_origin(request, within)
    must_fit(request, most_mb(form))
    return await reading.read(request)


async def _known(within: Context, key: str) -> Shown:
    form = await taking.shown(within, key)
    if form is None:
        raise Refused("inquiry.unknown", Kind.MISSING)
    return form


async def _count(within: Context, form: Shown, reason: str) -> None:
    now = within.clock.now()
    log.note("-", "", f"{form.key}: dropped, {reason}")
    await within.store.write(lambda c: submissions.caught(c, form.id, reason, now))


def _is_too_much(within: Context, form: Shown, peer: str, how: Came) -> bool:
    """Counted by place and by form, so that a new address costs no more than the form's own measure."""
    limits, now = form.form.guard, within.clock.monotonic()
    by_place = rate(guard.most_hourly(how, limits.place_hourly))
    return (
        by_place.wait_s(f"{form.id} {peer}", now) > 0
        or rate(limits.form_hourly).wait_s(f"{form.id} all", now) > 0
    )


def _link(within: Context, form: Shown, filed: Filed) -> str:
    secret = within.settings.mail.reply_secret.get_secret_value()
    return status_links.made(
        secret, filed.submission_id, filed.at + form.form.status_days * submissions.DAY_S
    )


def _outcome(conn: Connection, submission_id: str) -> tuple[str, bool]:
    kept = submissions.one(conn, submission_id)
    case = cases.case(conn, kept.case_id) if kept and kept.case_id else None
    return (case.number if case else "", kept.receipted if kept else False)


def _embed(request: Request) -> str:
    return "1" if request.query_params.get("embed") == "1" else ""


def _thanks(request: Request, view: View, key: str, link: str = "") -> str:
    return view.at(f"/forms/{key}/thanks", s=link, embed=_embed(request))
