"""How far an inquiry is, for whoever has its link, and a word more about it. Nothing else of the case is shown."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from agent_console.access import InContext
from agent_console.context import Context
from agent_console.public.inquiry import reading, taking
from agent_console.public.inquiry.pages import TOKEN, TRAP, check_origin, must_fit
from agent_console.public.rendering import View
from agent_console.public.routes import PageRoute
from agent_console.rate import Rate
from channels.web import guard, status_links
from channels.web.inquiries import add_word
from config.errors import Fault, Kind, Refused
from crm_core import cases
from crm_core.cases import Case
from crm_core.inquiries import answers, kept, submissions
from crm_core.inquiries.answers import Judged
from crm_core.inquiries.model import LONGEST_TEXT, Field, Form, said
from crm_core.inquiries.submissions import Submission
from crm_core.store import Connection

router = APIRouter(include_in_schema=False, route_class=PageRoute, prefix="/forms/status")
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_WORDS, _LOOKED = Rate(6, 600.0), Rate(120, 600.0)
_MORE = Form(
    fields=(
        Field(name="text", kind="long_text", required=True),
        Field(name="files", kind="file", most=5, most_mb=5, groups=("image", "document")),
    )
)
"""What may be added: words, and a few files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    submission: Submission
    case: Case
    form: Form


@router.get("/{link}")
async def show(link: str, request: Request, within: InContext) -> Response:
    """The state."""
    found = await _found(request, within, link)
    return _page(request, within, found, link)


@router.post("/{link}")
async def add(link: str, request: Request, within: InContext) -> Response:
    """A word, and files."""
    found = await _found(request, within, link)
    check_origin(request, within)
    must_fit(request, 26)
    sent = await reading.read(request)
    text, token = sent.text("text", LONGEST_TEXT + 1), sent.text(TOKEN, 200)
    mail, now = within.settings.mail, within.clock.now()
    how = guard.came(
        mail.reply_secret.get_secret_value(),
        found.submission.id,
        token,
        "",
        trap=sent.text(TRAP, 10),
        now=now,
    )
    if how.trapped:
        return RedirectResponse(_back(request, within, link), 303)
    judged = answers.judge(_MORE, found.submission.language, {"text": (text,)}, sent.files)
    if how.age_s is None or judged.faults:
        problem = "form.old" if how.age_s is None else ""
        return _page(request, within, found, link, text=text, problem=problem, judged=judged, status=422)
    if _WORDS.wait_s(found.submission.id, within.clock.monotonic()) > 0:
        return _page(request, within, found, link, text=text, problem="form.too_many", status=429)
    filed = await within.store.write(
        lambda c: add_word(
            c,
            found.submission,
            text=text,
            files=judged.taken,
            key=f"word\0{token}",
            hostname=mail.hostname,
            now=now,
        )
    )
    taking.tell_floor(within, filed)
    return RedirectResponse(_back(request, within, link), 303)


async def _found(request: Request, within: Context, link: str) -> _Found:
    """`Refused` (MISSING) alike for what is not ours, over, or gone."""
    if _LOOKED.wait_s(request.client.host if request.client else "", within.clock.monotonic()) > 0:
        raise Refused("form.too_many", Kind.TOO_MANY)
    secret, now = within.settings.mail.reply_secret.get_secret_value(), within.clock.now()
    submission_id = status_links.read(secret, link, now)
    found = await within.store.read(lambda c: _look(c, submission_id)) if submission_id else None
    if found is None:
        raise Refused("inquiry.unknown", Kind.MISSING)
    return found


def _look(conn: Connection, submission_id: str) -> _Found | None:
    submission = submissions.one(conn, submission_id)
    case = cases.leading(conn, submission.case_id) if submission and submission.case_id else None
    if submission is None or case is None:
        return None
    return _Found(
        submission=submission, case=case, form=kept.form_of(conn, submission.form_id, submission.version)
    )


def _page(
    request: Request,
    within: Context,
    found: _Found,
    link: str,
    *,
    text: str = "",
    problem: str = "",
    judged: Judged | None = None,
    status: int = 200,
) -> Response:
    view = View(request, within, found.submission.language)
    faults: dict[str, Fault] = {
        each.pointer.removeprefix("/"): each for each in (judged.faults if judged else ())
    }
    secret, now = within.settings.mail.reply_secret.get_secret_value(), within.clock.now()
    return view.page(
        "inquiry_status.html",
        status=status,
        policy=POLICY,
        case=found.case,
        title=said(found.form.title, view.language),
        sent_at=found.submission.at,
        by_mail=bool(found.submission.address),
        added=request.query_params.get("added") == "1" and request.method == "GET",
        text=text,
        problem=view.told(problem) if problem else "",
        text_fault=_told(view, faults.get("text")),
        files_fault=_told(view, faults.get("files")),
        until=view.words["status_until"].format(moment=view.moment(float(link.split(".")[1]))),
        action=view.at(f"{taking.STATUS}{link}"),
        token=guard.token(secret, found.submission.id, now),
    )


def _told(view: View, fault: Fault | None) -> str:
    return view.told(fault.code, fault.params) if fault else ""


def _back(request: Request, within: Context, link: str) -> str:
    return View(request, within).at(f"{taking.STATUS}{link}", added="1")
