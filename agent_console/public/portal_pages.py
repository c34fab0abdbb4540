"""The portal of somebody who is signed in: own cases, data, consents. Whatever is not theirs is not there (404)."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from agent_console.access import InContext
from agent_console.api.letters import download
from agent_console.public import portal_session
from agent_console.public.help_pages import tell_floor
from agent_console.public.portal_entry import entry, mail_change, mail_confirmation
from agent_console.public.portal_export import archive
from agent_console.public.portal_session import Visit
from agent_console.public.routes import PageRoute
from agent_console.rate import Rate
from channels.web.requests import Filed, file_request
from channels.web.requests import Request as Written
from config.errors import Kind, Refused, RefusedFields
from crm_core import audit, cases
from crm_core.portal import own, profile
from crm_core.store import Connection

router = APIRouter(include_in_schema=False, route_class=PageRoute, prefix="/portal")
_WRITTEN = Rate(20, 3600.0)
_DONE = frozenset(
    {
        "saved",
        "nothing_changed",
        "added",
        "removed",
        "link_to_new",
        "address_confirmed",
        "sent_to_us",
        "case_closed",
    }
)


@router.get("")
async def home(request: Request, within: InContext) -> Response:
    """Own cases and contracts; the way in for whoever is not signed in."""
    visited = await portal_session.visit(request, within)
    if visited is None:
        return entry(request, within)
    party, now = visited.customer.party_id, visited.now
    found, contracts = await within.store.read(
        lambda c: (own.own_cases(c, party), own.contracts(c, party, now))
    )
    return visited.page("portal_home.html", cases=found, contracts=contracts, done=_done(request))


@router.get("/cases/{case}")
async def read_case(case: str, request: Request, within: InContext) -> Response:
    """A case with its letters."""
    visited = await _signed_in(request, within)
    return await _case_page(visited, case, done=_done(request))


@router.post("/cases/{case}/reply")
async def reply(case: str, request: Request, within: InContext) -> Response:
    """Go on with a case; a solved one is open again."""
    visited = await _signed_in(request, within)
    form = await visited.form()
    found = await within.store.read(lambda c: own.own_case(c, visited.customer.party_id, case))
    if found is None:
        raise _nothing()
    text = form.text("text", 20_000)
    if len(text) < 2:
        return await _case_page(visited, case, problem="form.text", status=422, text=text)
    filed = await _file(
        visited, f"Re: {found.case.subject}", text, key=form.text("form_token", 200), case_id=case
    )
    if filed is None:
        return await _case_page(visited, case, problem="form.too_many", status=429, text=text)
    return _to(visited, f"/portal/cases/{case}", "sent_to_us")


@router.post("/cases/{case}/close")
async def close(case: str, request: Request, within: InContext) -> Response:
    """The customer says that it is solved."""
    visited = await _signed_in(request, within)
    await visited.form()
    acting = visited.acting()

    def unit(connection: Connection) -> None:
        if own.own_case(connection, visited.customer.party_id, case) is None:
            raise _nothing()
        cases.set_status(connection, case, "solved", acting.now)
        entry_ = audit.Entry(
            at=acting.now, origin=acting.origin, action="closed_by_customer", entity="case", object_id=case
        )
        audit.record(connection, entry_)

    try:
        await within.store.write(unit)
    except Refused as refusal:
        if refusal.kind is Kind.MISSING:
            raise
        # its life cycle asks for something first that only we can give
        return await _case_page(visited, case, problem="case.step", status=409)
    within.bus.publish("case", case)
    return _to(visited, f"/portal/cases/{case}", "case_closed")


@router.get("/cases/{case}/files/{file}")
async def read_file(case: str, file: str, request: Request, within: InContext) -> Response:
    """A file of an own letter, to be kept."""
    visited = await _signed_in(request, within)
    found = await within.store.read(lambda c: own.own_file(c, visited.customer.party_id, case, file))
    if found is None:
        raise _nothing()
    return download(found.content, found.name, found.content_type)


@router.get("/new")
async def new_request(request: Request, within: InContext) -> Response:
    """The form for a new request."""
    visited = await _signed_in(request, within)
    return visited.page("portal_new.html", given={"subject": "", "text": ""})


@router.post("/new")
async def send_request(request: Request, within: InContext) -> Response:
    """A new request: a case of theirs that waits like a letter."""
    visited = await _signed_in(request, within)
    form = await visited.form()
    subject, text = " ".join(form.text("subject", 200).split()), form.text("text", 20_000)
    given = {"subject": subject, "text": text}
    problem = "form.subject" if not subject else "form.text" if len(text) < 3 else ""
    if problem:
        return visited.page("portal_new.html", given=given, problem=problem, status=422)
    filed = await _file(visited, subject, text, key=form.text("form_token", 200))
    if filed is None:
        return visited.page("portal_new.html", given=given, problem="form.too_many", status=429)
    return _to(visited, f"/portal/cases/{filed.case_id}", "sent_to_us")


@router.get("/profile")
async def read_profile(request: Request, within: InContext) -> Response:
    """What we know of them, to be corrected."""
    visited = await _signed_in(request, within)
    return await _profile_page(visited, done=_done(request))


@router.post("/profile")
async def correct_profile(request: Request, within: InContext) -> Response:
    """Corrections, checked as anybody's are."""
    visited = await _signed_in(request, within)
    form = await visited.form()
    given = {name: form.fields[name][:500] for name in profile.CORRECTED if name in form.fields}
    acting = visited.acting()
    try:
        changed = await within.store.write(lambda c: profile.correct(c, acting, visited.customer, given))
    except RefusedFields as refusal:
        wrong = {
            each.pointer.lstrip("/"): visited.view.told(each.code, each.params) for each in refusal.faults
        }
        return await _profile_page(visited, given=given, wrong=wrong, problem="other", status=422)
    except Refused as refusal:
        wrong = {refusal.pointer.lstrip("/"): visited.view.told(refusal.code, refusal.params)}
        return await _profile_page(visited, given=given, wrong=wrong, problem=refusal.code, status=422)
    within.bus.publish("party", visited.customer.party_id)
    return _to(visited, "/portal/profile", "saved" if changed else "nothing_changed")


@router.post("/points")
async def change_points(request: Request, within: InContext) -> Response:
    """Add or take away a number or address; a new e-mail address counts when a link to it was opened."""
    visited = await _signed_in(request, within)
    form = await visited.form()
    kind, raw, customer = form.text("kind", 10), form.text("raw", 254), visited.customer
    acting = visited.acting()
    try:
        if form.text("remove", 254):
            normal = form.text("remove", 254)
            await within.store.write(lambda c: profile.remove_point(c, acting, customer, kind, normal))
            done = "removed"
        elif kind == "email":
            address = profile.checked_point(kind, raw)
            await mail_confirmation(within, customer, address, visited.view.language)
            return _to(visited, "/portal/profile", "link_to_new")
        else:
            await within.store.write(lambda c: profile.add_point(c, acting, customer, kind, raw))
            done = "added"
    except Refused as refusal:
        if refusal.kind is Kind.MISSING:
            raise
        return await _profile_page(visited, problem=refusal.code, status=422)
    await mail_change(within, customer.name, customer.address, visited.view.language)
    within.bus.publish("party", customer.party_id)
    return _to(visited, "/portal/profile", done)


@router.get("/consents")
async def read_consents(request: Request, within: InContext) -> Response:
    """What they allowed."""
    visited = await _signed_in(request, within)
    party, now = visited.customer.party_id, visited.now
    choices = await within.store.read(lambda c: own.choices(c, party, now))
    return visited.page("portal_consents.html", choices=choices, done=_done(request))


@router.post("/consents")
async def choose(request: Request, within: InContext) -> Response:
    """Give or withdraw; the evidence is kept with it."""
    visited = await _signed_in(request, within)
    form = await visited.form()
    purpose, given = form.text("purpose", 60), form.text("state", 10) == "given"
    acting, now, customer = visited.acting(), visited.now, visited.customer

    def unit(connection: Connection) -> None:
        if purpose not in {each.purpose for each in own.choices(connection, customer.party_id, now)}:
            raise _nothing()
        own.choose(connection, acting, customer, purpose, given=given)

    await within.store.write(unit)
    within.bus.publish("party", customer.party_id)
    return _to(visited, "/portal/consents", "saved")


@router.get("/data")
async def data_page(request: Request, within: InContext) -> Response:
    """Take along, or have erased."""
    visited = await _signed_in(request, within)
    return visited.page("portal_data.html")


@router.post("/data/download")
async def take_along(request: Request, within: InContext) -> Response:
    """Everything in one file; that it was taken is told to the audit chain."""
    visited = await _signed_in(request, within)
    await visited.form()
    customer, now, acting = visited.customer, visited.now, visited.acting()
    told = audit.Entry(
        at=now, origin=acting.origin, action="exported", entity="party", object_id=customer.party_id
    )
    gathered = await within.store.read(lambda c: own.everything(c, customer, now))
    await within.store.write(lambda c: audit.record(c, told))
    content = await archive(gathered, visited.view)
    return download(content, "my-data.zip", "application/zip")


@router.post("/data/erasure")
async def ask_erasure(request: Request, within: InContext) -> Response:
    """A case of its own: a person decides, since law may ask us to keep some of it."""
    visited = await _signed_in(request, within)
    form = await visited.form()
    words = visited.view.words
    text = f"{words['erasure_text']}\n\n{form.text('reason', 5_000)}".strip()
    key = form.text("form_token", 200)
    filed = await _file(visited, words["erasure_subject"], text, key=key, mark="erasure_request")
    if filed is None:
        return visited.page("portal_data.html", problem="form.too_many", status=429)
    return _to(visited, f"/portal/cases/{filed.case_id}", "sent_to_us")


async def _signed_in(request: Request, within: InContext) -> Visit:
    visited = await portal_session.visit(request, within)
    if visited is None:
        raise Refused("portal.signed_out", Kind.UNAUTHENTICATED)
    return visited


async def _case_page(
    visited: Visit, case: str, *, done: str = "", problem: str = "", status: int = 200, text: str = ""
) -> Response:
    found = await visited.within.store.read(lambda c: own.own_case(c, visited.customer.party_id, case))
    if found is None:
        raise _nothing()
    return visited.page("portal_case.html", own=found, text=text, done=done, problem=problem, status=status)


async def _profile_page(
    visited: Visit,
    *,
    given: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    done: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    known = await visited.within.store.read(lambda c: profile.read(c, visited.customer.party_id))
    values = {field.name: known.values.get(field.name) or "" for field in known.shown} | (given or {})
    return visited.page(
        "portal_profile.html",
        known=known,
        values=values,
        corrected=frozenset(profile.CORRECTED),
        label={
            field.name: getattr(field.label, visited.view.language.replace("-", "_").lower())
            for field in known.shown
        },
        choices={
            field.name: [
                (one.code, getattr(one.label, visited.view.language.replace("-", "_").lower()))
                for one in field.choices
            ]
            for field in known.shown
        },
        wrong=wrong or {},
        done=done,
        problem=problem,
        status=status,
    )


async def _file(
    visited: Visit, subject: str, text: str, *, key: str, case_id: str | None = None, mark: str = "portal"
) -> Filed | None:
    """As a letter of theirs; None when they wrote too much at once."""
    within, customer = visited.within, visited.customer
    if _WRITTEN.wait_s(customer.party_id, within.clock.monotonic()) > 0:
        return None
    written = Written(
        key=f"portal\0{customer.party_id}\0{key}\0{subject}\0{text}",
        address=customer.address,
        name=customer.name,
        subject=subject,
        text=text,
        mark=mark,
        language=visited.view.language,
        queue=within.settings.portal.queue,
        party_id=customer.party_id,
        case_id=case_id,
        case_type="erasure" if mark == "erasure_request" else "",
    )
    hostname, now = within.settings.mail.hostname, visited.now
    filed = await within.store.write(lambda c: file_request(c, written, hostname, now))
    await tell_floor(within, filed)
    return filed


def _to(visited: Visit, path: str, done: str) -> Response:
    return RedirectResponse(visited.view.at(path, done=done), 303)


def _done(request: Request) -> str:
    word = request.query_params.get("done", "")
    return word if word in _DONE else ""


def _nothing() -> Refused:
    return Refused("portal.unknown", Kind.MISSING)
