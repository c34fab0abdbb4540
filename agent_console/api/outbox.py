"""What is to go out and has not: for those who keep watch, and for whoever wrote it."""

from dataclasses import replace

from fastapi import APIRouter

from agent_console import drafting, scope
from agent_console import writing_documents as documents
from agent_console.access import AsSupervisor, InContext, SignedIn
from agent_console.acting import AtDesk
from agent_console.writing_documents import DraftAnswer, DraftDocument, OutboxAnswer
from config.errors import Kind, Refused
from crm_core import audit, letters
from crm_core.drafts import files, kept, sent
from crm_core.drafts.kept import Place
from crm_core.drafts.model import Content
from crm_core.letter_types import Letter
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(tags=["letters"])


@router.get("/outbox")
async def read_outbox(user: AsSupervisor, within: InContext) -> OutboxAnswer:
    """Letters that wait for their time or for the relay, that were refused, and that came back."""
    del user
    held, waiting = await within.store.read(lambda c: (kept.held(c), sent.waiting(c)))
    return OutboxAnswer(
        held=[documents.draft(each) for each in held], letters=[documents.outgoing(each) for each in waiting]
    )


@router.post("/letters/{letter}/retry", status_code=204)
async def retry_letter(letter: str, user: SignedIn, at: AtDesk) -> None:
    """Try once more to hand it to the relay, at once."""
    await scope.check_letter(at.within, user, await _written(at, letter))

    def write(conn: Connection, acting: Acting) -> None:
        sent.retry(conn, letter, acting.now)
        entry = audit.Entry(
            at=acting.now,
            origin=acting.origin,
            action="retried",
            entity="letter",
            object_id=letter,
            detail={},
        )
        audit.record(conn, entry)

    await at.write(write)
    at.within.bus.publish("outbox", letter)


@router.post("/letters/{letter}/again", status_code=201)
async def write_letter_again(letter: str, user: SignedIn, at: AtDesk) -> DraftAnswer:
    """The same letter as a draft, with its files, for another address."""
    found = await _written(at, letter)
    await scope.check_letter(at.within, user, found)

    def write(conn: Connection, acting: Acting) -> DraftDocument:
        place = Place(case_id=found.case_id, interaction_id=found.interaction_id, party_id=found.party_id)
        content, by_name = sent.written_as(conn, letter) or _as_content(found), {}
        drafting.must_write(conn, acting.reader, place)
        made = kept.begin(conn, place, at.user.id, content, acting.now)
        for each in found.attachments:
            full = letters.attachment(conn, each.id)
            if full is None:
                continue
            kept_file = files.add(
                conn, kept.draft(conn, made.id), full.name, full.content_type, full.content, acting.now,
                most_bytes=at.within.settings.mail.attachments_max_bytes, inline=each.inline,
            )  # fmt: skip
            by_name[each.content_id.partition("@")[0]] = kept_file.id
        html = content.html
        for before, now in by_name.items():
            html = html.replace(f"cid:{before}", f"cid:{now}") if before else html
        kept.save(conn, made.id, at.user.id, made.version, replace(content, html=html), acting.now)
        return drafting.shown(conn, kept.draft(conn, made.id), acting.now)

    made = await at.write(write)
    await drafting.tell(at, made)
    return DraftAnswer(draft=made)


async def _written(at: AtDesk, letter: str) -> Letter:
    found = await at.within.store.read(lambda c: letters.letter(c, letter))
    if found is None or found.direction != "out":
        raise Refused("letter.unknown", Kind.MISSING, id=letter)
    return found


def _as_content(found: Letter) -> Content:
    """Of one that was not written in the composer."""
    return Content(way="new", to=found.to, cc=found.cc, subject=found.subject, text=found.text)
