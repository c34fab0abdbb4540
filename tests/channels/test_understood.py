"""What was understood of a letter is kept with it, and its case knows the language."""

import asyncio
from pathlib import Path

from crm_core.records import known
from crm_core.records.tables import table_of
from tests.channels.rooms import mail_room

RAW = (
    "From: Ann <ann@example.org>\r\nTo: service@example.com\r\nSubject: x\r\nMessage-ID: <1@example.org>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n您好，請問訂單什麼時候會寄到？\r\n\r\n-- \r\nAnn\r\n\r\nOn 1/5/26 15:00, Service wrote:\r\n> Hello\r\n"
    "--b\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\nSUMMARY:Visit\r\nDTSTART:20260105T070000Z\r\nEND:VEVENT\r\n--b--\r\n"
).encode()
REPORT = b"From: MAILER-DAEMON@relay.example\r\nMessage-ID: <2@relay.example>\r\nSubject: failure notice\r\n\r\nI was unable to deliver your message.\r\n\r\n<li@b.example>:\r\n550 5.1.1 no such user\r\n"


async def test_a_letter_is_kept_with_what_was_understood_of_it(tmp_path: Path) -> None:
    """Reply, signature, language, meeting and bounce come back out of the store; a rule can ask the case for its language."""
    async with mail_room(tmp_path) as room:
        tasks = [asyncio.create_task(part.run()) for part in (room.floor, room.intake)]
        await room.deliver(RAW)
        await room.deliver(REPORT, sender="")
        async with asyncio.timeout(20):
            while len(cases := await room.cases()) < 2:
                await asyncio.sleep(0.02)
        first, second = [(await room.thread(case.id))[0] for case in cases]
        case_table = table_of(known.entity("case"))
        query = case_table.select().where(case_table.c.id == cases[0].id)
        row = await room.store.read(lambda conn: conn.execute(query).one())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert (first.reply, first.signature, first.language) == (
        "您好，請問訂單什麼時候會寄到？",
        "--\nAnn",
        "zh-TW",
    )
    assert row.language == "zh-TW"
    assert first.invite
    assert (first.invite.summary, first.invite.starts_at) == ("Visit", 1767596400.0)
    assert second.bounce
    assert (second.bounce.recipients, second.bounce.hard) == (("li@b.example",), True)
    assert second.automatic_rule == "null_sender"
