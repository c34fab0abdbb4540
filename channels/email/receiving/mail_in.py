"""What the console may ask of the way in: mailboxes and letters that were set aside."""

from channels.email.receiving.imap.mailboxes import Mailboxes
from channels.email.receiving.imap.reading import Seen
from channels.email.receiving.intake import Intake
from channels.email.receiving.set_aside import Aside
from crm_core.mail_in.mailboxes import Condition


class MailIn:
    """The console's MailIn port."""

    def __init__(self, intake: Intake, boxes: Mailboxes) -> None:
        self._intake = intake
        self._boxes = boxes

    def conditions(self) -> dict[str, Condition]:
        return self._boxes.conditions()

    def begin_anew(self, mailbox_id: str) -> None:
        self._boxes.begin_anew(mailbox_id)

    async def test(self, mailbox_id: str) -> Seen:
        return await self._boxes.test(mailbox_id)

    async def aside(self) -> list[Aside]:
        return await self._intake.aside()

    async def aside_raw(self, name: str) -> bytes:
        return await self._intake.aside_raw(name)

    async def again(self, name: str) -> None:
        await self._intake.again(name)
