"""Mailboxes beyond their records (secrets, how each fares, a test), and letters that could not be filed."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field
from typing_extensions import TypedDict

from agent_console.access import AsSupervisor, InContext
from agent_console.acting import AtAdministration, AtDesk
from agent_console.api.bodies import Body
from agent_console.api.letters import download
from agent_console.context import Context
from agent_console.ports import MailIn
from config.errors import Kind, Refused, Unavailable
from crm_core import audit
from crm_core.mail_in import mailboxes
from crm_core.store import Connection

router = APIRouter(tags=["mail in"])
_Secret = Annotated[str, Field(max_length=8000)] | None


class MailboxCondition(TypedDict):
    """How a mailbox fares. `secrets`: the names of those that are kept; `failing_since` with `reason` (`silent`, or what the server said): since when it
    cannot be read, or nothing came; `alarm`: those who keep watch were told."""

    secrets: list[str]
    read_at: float | None
    letter_at: float | None
    failing_since: float | None
    reason: str
    alarm: bool
    letters: int


@router.get("/mailboxes/{mailbox}/condition")
async def read_condition(mailbox: str, at: AtAdministration, within: InContext) -> MailboxCondition:
    """What is known of it now. 404 for one that there is not."""

    def look(conn: Connection) -> MailboxCondition:
        box = mailboxes.mailbox(conn, mailbox)
        kept = mailboxes.condition(conn, box.id)
        now = within.mail_in.conditions().get(box.id, kept) if within.mail_in else kept
        return MailboxCondition(
            secrets=mailboxes.secrets_there(conn, box.id),
            read_at=now.read_at,
            letter_at=now.letter_at,
            failing_since=now.failing_since,
            reason=now.reason,
            alarm=now.told_at is not None,
            letters=mailboxes.count_taken(conn, box.id),
        )

    return await within.store.read(look)


class MailboxSecrets(Body):
    """Those to be kept anew; an empty one is forgotten, one that is not given stays."""

    password: _Secret = None
    client_secret: _Secret = None
    refresh_token: _Secret = None


@router.put("/mailboxes/{mailbox}/secrets", status_code=204)
async def keep_secrets(mailbox: str, given: MailboxSecrets, at: AtAdministration, within: InContext) -> None:
    """Seal them; nobody is ever shown them again. 409 `mailbox.no_key` while the settings have no key for secrets."""
    told = {name: value for name, value in given.model_dump().items() if value is not None}
    for name, value in told.items():
        if any(sign in value for sign in "\r\n\0"):
            raise Refused("field.text", Kind.INVALID, pointer=f"/{name}")
    seal = within.seal
    if seal is None:
        raise Refused("mailbox.no_key")

    def unit(conn: Connection) -> None:
        box = mailboxes.mailbox(conn, mailbox)
        for name, value in told.items():
            mailboxes.keep_secret(conn, seal, box.id, name, value)
        entry = audit.Entry(
            at=within.clock.now(),
            origin=at.origin,
            action="secrets_kept",
            entity="mailbox",
            object_id=box.id,
            detail={"secrets": sorted(told)},
        )
        audit.record(conn, entry)

    await within.store.write(unit)
    # it is tried at once with what it has now
    if within.mail_in:
        within.mail_in.begin_anew(mailbox)


class MailboxSeen(TypedDict):
    """`letters` lie in the folder, `to_fetch` of them are not here yet; `tells`: the server tells of new ones by itself (IDLE)."""

    letters: int
    to_fetch: int
    tells: bool


@router.post("/mailboxes/{mailbox}/test")
async def test_mailbox(mailbox: str, at: AtAdministration, within: InContext) -> MailboxSeen:
    """Sign in and look into the folder; nothing is fetched or changed. 409 `mailbox.sign_in`, `mailbox.unreachable` with the server's words."""
    seen = await _mail_in(within).test(mailbox)
    return MailboxSeen(letters=seen.letters, to_fetch=seen.unread_by_us, tells=seen.tells)


class AsideAnswer(TypedDict):
    """A letter that could not be filed; `reason` in the program's words."""

    id: str
    at: float
    received_at: float
    sender: str
    recipients: list[str]
    size: int
    reason: str


@router.get("/set-aside")
async def read_set_aside(user: AsSupervisor, within: InContext) -> list[AsideAnswer]:
    """Letters that were accepted and could not be filed, the latest first. Nothing is lost, nothing behind them waits."""
    return [
        AsideAnswer(
            id=each.id,
            at=each.at,
            received_at=each.received_at,
            sender=each.sender,
            recipients=list(each.recipients),
            size=each.size,
            reason=each.reason,
        )
        for each in await _mail_in(within).aside()
    ]


@router.get("/set-aside/{letter}/raw", response_class=Response)
async def download_set_aside(letter: str, user: AsSupervisor, within: InContext, at: AtDesk) -> Response:
    """As it came (RFC 5322)."""
    raw = await _mail_in(within).aside_raw(letter)
    await at.tell("read", "set_aside", letter)
    return download(raw, f"{letter}.eml", "message/rfc822")


@router.post("/set-aside/{letter}/again", status_code=204)
async def file_again(letter: str, user: AsSupervisor, within: InContext, at: AtDesk) -> None:
    """Try to file it once more. 409 `set_aside.still` when that still cannot be done; it stays where it is then."""
    await _mail_in(within).again(letter)
    await at.tell("filed_again", "set_aside", letter)


def _mail_in(within: Context) -> MailIn:
    if within.mail_in is None:
        raise Unavailable("mail", "this server takes no mail in")
    return within.mail_in
