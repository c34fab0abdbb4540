"""What came by other ways than calls and mail: an inquiry by a form, a chat, a fax, a text message, a letter on paper; each answered by an agent."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

from sqlalchemy import Connection

from channels.web.inquiries import Inquiry, file_inquiry
from channels.written.contract import Incoming
from channels.written.filing import file_message
from crm_core import cases, interactions, lease, ledger
from crm_core.chat import kept as chats
from crm_core.chat.model import AGENT, SYSTEM, VISITOR, NewChat, NewLine
from crm_core.faxes import filing
from crm_core.faxes.spool import Came, Report
from crm_core.inquiries import answers, document, known
from crm_core.inquiries import kept as forms
from crm_core.letter_types import NewAttachment
from crm_core.queues import Queue
from crm_core.records.change import system
from crm_core.written import outgoing
from crm_core.written.outgoing import NewMessage
from routing.core.model import Medium
from trunkline.demo import words
from trunkline.demo.course import Course, handled
from trunkline.demo.people import KNOWN_NUMBER, SHARED_NUMBER, Customer
from trunkline.demo.sheets import Sheets

DAY_S = 86_400.0
HOSTNAME = "demo.trunkline.test"
OURS = "+886900000100"
"""The number that text messages come to; no gateway is behind it."""
FAX_AGO_S = 5 * DAY_S


class Writings:
    """Tells them in the order in which they came, the last of them two days ago."""

    def __init__(
        self, conn: Connection, now: float, queue: Queue, agents: Sequence[str], customer: Customer
    ) -> None:
        self._conn = conn
        self._now = now
        self._queue = queue
        self._agents = agents
        self._customer = customer
        self._random = Random(1)  # noqa: S311 - of their own: the other customers' past stays as it is
        self._epoch = 0

    def tell(self, sheets: Sheets | None) -> None:
        """All of them; the floor's lease is held meanwhile and given back. Without `sheets` no paper."""
        self._epoch = lease.take(self._conn, lease.FLOOR, "seed", 3600.0) or 0
        self._inquiry(self._now - 6 * DAY_S)
        if sheets is not None:
            self._fax(sheets)
            self._paper(sheets.scan, self._now - 4 * DAY_S)
        self._chat(self._now - 3 * DAY_S)
        self._text(self._now - 2 * DAY_S)
        lease.release(self._conn, lease.FLOOR, "seed", self._epoch)

    def _inquiry(self, at: float) -> None:
        form = document.read({**words.FORM, "queues": {"": self._queue.id}})
        made = forms.create(self._conn, system(at), key="returns", name="退換貨與維修", draft=form)
        forms.publish(self._conn, system(at), made.id, known.read(self._conn), note="", version=None)
        shown = forms.shown(self._conn, "returns")
        if shown is None:
            return
        inquiry = Inquiry(
            form=shown,
            language="zh-TW",
            judged=answers.judge(shown.form, "zh-TW", words.INQUIRY, {}),
            key="demo",
            via="page",
            page="https://shop.example/returns",
            peer="",
            suspected=None,
            receipt=None,
        )
        self._done(file_inquiry(self._conn, inquiry, HOSTNAME, "", at).interaction_id, Medium.FORM, at)

    def _fax(self, sheets: Sheets) -> None:
        report = Report(
            status="SUCCESS",
            pages=sheets.fax.count,
            resolution="8031x7700",
            caller=SHARED_NUMBER,
            number="100",
            queue=self._queue.id,
            station="HONG DA",
        )
        nowhere = Path()  # its pages lie in their place already
        came = Came(
            name=sheets.fax_name, call_id="demo", began_at=sheets.fax_at, pages=nowhere, report_place=nowhere,
            report=report, touched_at=sheets.fax_at,
        )  # fmt: skip
        made = filing.file(self._conn, came, sheets.fax, sheets.fax_at)
        if made.interaction_id is not None:
            self._done(made.interaction_id, Medium.FAX, sheets.fax_at)

    def _paper(self, scan: bytes, at: float) -> None:
        came = Incoming(
            medium=Medium.POST,
            account_id=f"paper {self._queue.id}",
            key="demo",
            theirs=self._customer.email,
            ours="",
            text="",
            raw=b"",
            at=at,
            queue_id=self._queue.id,
            kind="email",
            channel="letter",
            subject=words.PAPER.title,
            sender_name=self._customer.party.name,
            marks=("scan",),
            attachments=(NewAttachment(name="保固申請書.pdf", content_type="application/pdf", content=scan),),
        )
        self._done(file_message(self._conn, came, at).interaction_id, Medium.POST, at)

    def _chat(self, at: float) -> None:
        new = NewChat(
            token_sha256=chats.hash_of(f"demo {at}"),
            door="main",
            queue_id=self._queue.id,
            language="zh-TW",
            name=self._customer.party.name,
            address=self._customer.email,
            origin="https://shop.example",
            question=words.CHAT[0][1],
            consented=False,
        )
        chat, _ = chats.begin(self._conn, new, at)
        agent = self._agent()
        joined = NewLine(author=SYSTEM, key="joined", code="joined", author_id=agent)
        chats.say(self._conn, chat.id, joined, at + 15)
        for number, (author, text) in enumerate(words.CHAT[1:], start=1):
            by = agent if author == "agent" else None
            line = NewLine(author=AGENT if by else VISITOR, key=f"demo {number}", text=text, author_id=by)
            chats.say(self._conn, chat.id, line, at + 20 + number * 25)
        chats.end(self._conn, chat.id, VISITOR, at + 200)
        self._done(chat.id, Medium.CHAT, at, agent)

    def _text(self, at: float) -> None:
        asked, answered = words.TEXTED
        came = Incoming(
            medium=Medium.SMS, account_id="demo", key="demo", theirs=KNOWN_NUMBER, ours=OURS, text=asked, raw=asked.encode(),
            at=at, queue_id=self._queue.id, kind="phone", marks=("sms",),
        )  # fmt: skip
        taken = file_message(self._conn, came, at)
        agent = self._agent()
        answer = NewMessage(
            medium="sms", account_id="demo", sender=OURS, recipient=KNOWN_NUMBER, text=answered, key="demo", parts=1,
            case_id=taken.case_id, interaction_id=taken.interaction_id, party_id=taken.party_id, author_id=agent,
            sender_name=self._queue.name,
        )  # fmt: skip
        outgoing.put(self._conn, answer, at + 300)
        for each in outgoing.take(self._conn, "sms", at + 300, 1):
            outgoing.sent(self._conn, each.id, None, 1, at + 301)
        self._done(taken.interaction_id, Medium.SMS, at, agent)

    def _agent(self) -> str:
        return self._random.choice(self._agents)

    def _done(self, interaction: str, medium: Medium, at: float, agent: str = "") -> None:
        """Offered, worked on and ended; its case solved."""
        course = Course(interaction=interaction, medium=medium.value, queue=self._queue.id, enqueued_at=at)
        by = agent or self._agent()
        facts = handled(self._random, course, by, [by])
        ledger.append(self._conn, self._epoch, facts)
        found = interactions.interaction(self._conn, interaction)
        if found is not None and found.case_id is not None:
            cases.set_status(self._conn, found.case_id, "solved", facts[-1].at + 60)


def tell(  # noqa: PLR0917 - whose past it becomes
    conn: Connection,
    now: float,
    queue: Queue,
    agents: Mapping[str, Sequence[str]],
    customer: Customer,
    sheets: Sheets | None,
) -> None:
    Writings(conn, now, queue, agents[queue.id], customer).tell(sheets)
