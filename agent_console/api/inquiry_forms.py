"""Inquiry forms: administrators write, look at and publish them, supervisors read them; what was sent by one, for whoever may read the interaction."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field, StringConstraints

from agent_console import inquiry_documents as documents
from agent_console import scope
from agent_console.access import AsSupervisor, InContext, SignedIn
from agent_console.acting import AtAdministration, Desk
from agent_console.api.bodies import Body
from agent_console.inquiry_documents import (
    InquiryFormAnswer,
    InquiryFormsAnswer,
    InquiryKnown,
    InquiryProblems,
    InquiryVersionAnswer,
    InquiryVersionsAnswer,
    PreviewAnswer,
    SubmissionsAnswer,
)
from agent_console.public.inquiry import pages
from agent_console.public.rendering import View
from agent_console.tags import IfMatch, tag_of, version_of
from crm_core import letters
from crm_core.inquiries import kept, submissions, validation
from crm_core.inquiries import known as known_things
from crm_core.inquiries.kept import KeptForm, Shown
from crm_core.inquiries.model import Form, Key, Language
from crm_core.inquiries.submissions import DAY_S, Figures
from crm_core.inquiries.validation import Problem
from crm_core.interactions import Interaction
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(prefix="/inquiry-forms", tags=["forms"])
sent = APIRouter(prefix="/interactions/{interaction}", tags=["forms"])
COUNTED_S = 30 * DAY_S

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^[^\x00]*$")]


class GivenForm(Body):
    """Its key in the address, its name for us, and the whole draft. It may be unfinished; what it says must have the shape of a form."""

    key: Key
    name: Name
    document: Form = Field(default_factory=Form)


class LookedAt(Body):
    """A document to be looked at; left out: the draft as it is kept."""

    document: Form | None = None


class Previewed(Body):
    """A document, in the language of a visitor."""

    document: Form
    language: Language = "en"


class PublishedForm(Body):
    """What has changed, in a few words."""

    note: Note = ""


class RestoredForm(Body):
    version: Annotated[int, Field(ge=1)]


@router.get("")
async def list_inquiry_forms(user: AsSupervisor, within: InContext) -> InquiryFormsAnswer:
    """All, by name, with what came in the last 30 days."""
    since = within.clock.now() - COUNTED_S
    found, figures = await within.store.read(lambda c: (kept.listed(c), submissions.figures(c, since)))
    return InquiryFormsAnswer(items=[documents.brief(each, figures) for each in found])


@router.post("", status_code=201)
async def create_inquiry_form(
    given: GivenForm, at: AtAdministration, response: Response
) -> InquiryFormAnswer:
    """A new one, which no visitor sees yet. 409 `inquiry.key_taken`."""
    return await _changed(
        at,
        response,
        lambda c, acting: kept.create(c, acting, key=given.key, name=given.name, draft=given.document),
    )


@router.get("/known")
async def read_inquiry_known(user: AsSupervisor, within: InContext) -> InquiryKnown:
    """What a form may name."""
    return documents.known(await within.store.read(known_things.offered))


@router.post("/preview")
async def preview_inquiry_form(
    given: Previewed, user: AsSupervisor, within: InContext, request: Request
) -> PreviewAnswer:
    """The page as a visitor would see it. Nothing is kept, and nothing can be sent."""
    form = Shown(id="", key="preview", name="", version=0, form=given.document)
    view = View(request, within)
    view.speak(given.language, (given.language,))
    made = pages.page(request, within, view, form, given={}, preview=True)
    return PreviewAnswer(html=bytes(made.body).decode())


@router.get("/{form}")
async def read_inquiry_form(
    form: str, user: AsSupervisor, within: InContext, response: Response
) -> InquiryFormAnswer:
    """The draft, with what is wrong with it."""
    since = within.clock.now() - COUNTED_S
    found = await within.store.read(lambda c: _judged(c, kept.one(c, form), since))
    return _answer(response, min(within.origins), *found)


@router.put("/{form}")
async def save_inquiry_form(
    form: str, given: GivenForm, at: AtAdministration, response: Response, match: IfMatch = None
) -> InquiryFormAnswer:
    """Another key, name and draft; visitors go on with what is published. 412 `record.stale`: somebody was quicker."""
    version = version_of(match)
    return await _changed(
        at,
        response,
        lambda c, acting: kept.save(
            c, acting, form, key=given.key, name=given.name, draft=given.document, version=version
        ),
    )


@router.delete("/{form}", status_code=204)
async def remove_inquiry_form(form: str, at: AtAdministration, match: IfMatch = None) -> None:
    """409 `inquiry.published` while visitors see it."""
    version = version_of(match)
    await at.write(lambda c, acting: kept.remove(c, acting, form, version))


@router.post("/{form}/validate")
async def validate_inquiry_form(
    form: str, given: LookedAt, user: AsSupervisor, within: InContext
) -> InquiryProblems:
    """All that is wrong with a document, without keeping it."""

    def look(conn: Connection) -> list[Problem]:
        return validation.problems(given.document or kept.one(conn, form).draft, known_things.read(conn))

    return InquiryProblems(problems=documents.problems(await within.store.read(look)))


@router.post("/{form}/publish")
async def publish_inquiry_form(
    form: str, given: PublishedForm, at: AtAdministration, response: Response, match: IfMatch = None
) -> InquiryFormAnswer:
    """Visitors see the draft from now on. 422 with every error that is in it; a draft that is published already makes no new version."""
    version = version_of(match)
    return await _changed(
        at,
        response,
        lambda c, acting: kept.publish(
            c, acting, form, known_things.read(c), note=given.note, version=version
        ),
    )


@router.post("/{form}/withdraw")
async def withdraw_inquiry_form(
    form: str, at: AtAdministration, response: Response, match: IfMatch = None
) -> InquiryFormAnswer:
    """Visitors see it no more; what they sent stays."""
    version = version_of(match)
    return await _changed(at, response, lambda c, acting: kept.withdraw(c, acting, form, version))


@router.get("/{form}/versions")
async def list_inquiry_form_versions(
    form: str, user: AsSupervisor, within: InContext
) -> InquiryVersionsAnswer:
    """All that were published once."""
    found = await within.store.read(lambda c: kept.versions(c, form))
    name = within.hub.world.directory.user_name
    return InquiryVersionsAnswer(
        items=[documents.version_brief(each, name(each.published_by)) for each in found]
    )


@router.get("/{form}/versions/{version}")
async def read_inquiry_form_version(
    form: str, version: int, user: AsSupervisor, within: InContext
) -> InquiryVersionAnswer:
    """One with its document."""
    found = await within.store.read(lambda c: kept.of_version(c, form, version))
    return documents.version(found, within.hub.world.directory.user_name(found.published_by))


@router.post("/{form}/restore")
async def restore_inquiry_form(
    form: str, given: RestoredForm, at: AtAdministration, response: Response, match: IfMatch = None
) -> InquiryFormAnswer:
    """An old version is the draft again; publish it, and visitors see it."""
    version = version_of(match)
    return await _changed(
        at, response, lambda c, acting: kept.restore(c, acting, form, given.version, version)
    )


@sent.get("/submissions")
async def read_submissions(interaction: str, user: SignedIn, within: InContext) -> SubmissionsAnswer:
    """What was sent by a form in this interaction, else in its case."""
    found = await scope.readable_interaction(within, user, interaction)
    return await within.store.read(lambda c: _sent(c, found))


def _sent(conn: Connection, within: Interaction) -> SubmissionsAnswer:
    items = []
    for each in submissions.of_interaction(conn, within.id, within.case_id):
        letter = letters.letter(conn, each.letter_id)
        items.append(documents.submission(each, letter.attachments if letter else ()))
    return SubmissionsAnswer(items=items)


async def _changed(
    at: Desk, response: Response, work: Callable[[Connection, Acting], KeptForm]
) -> InquiryFormAnswer:
    changed = await at.write(lambda c, acting: _judged(c, work(c, acting), acting.now - COUNTED_S))
    at.within.bus.publish("config", changed[0].id)
    return _answer(response, min(at.within.origins), *changed)


def _judged(
    conn: Connection, form: KeptForm, since: float
) -> tuple[KeptForm, list[Problem], dict[str, Figures]]:
    return form, validation.problems(form.draft, known_things.read(conn)), submissions.figures(conn, since)


def _answer(
    response: Response, origin: str, form: KeptForm, found: list[Problem], figures: dict[str, Figures]
) -> InquiryFormAnswer:
    response.headers["ETag"] = tag_of(form.row_version)
    return documents.form(form, found, figures, origin)
