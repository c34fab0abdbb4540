"""From what was sent to a case that waits: filed in one unit, told to the floor when that is durable."""

import asyncio

from agent_console.context import Context
from agent_console.public.words import words
from channels.web.inquiries import Filed, Inquiry, file_inquiry
from channels.web.receipts import Receipt
from config.logs import Transcript
from crm_core.inquiries import answers, kept
from crm_core.inquiries.answers import Files, Given, Judged
from crm_core.inquiries.kept import Shown
from crm_core.inquiries.model import said
from routing.core.events import TakenUp
from routing.core.model import InteractionId

log = Transcript("forms")
STATUS = "/forms/status/"


async def judged(form: Shown, language: str, given: Given, files: Files) -> Judged:
    """Off the loop: a text may be long and a file large."""
    return await asyncio.to_thread(answers.judge, form.form, language, given, files)


async def shown(within: Context, key: str) -> Shown | None:
    """The published form, where the centre has cases at all."""
    if "service" in within.settings.modules.off:
        return None
    return await within.store.read(lambda c: kept.shown(c, key))


def receipt(within: Context, form: Shown, language: str) -> Receipt | None:
    """Its words, without anything that the visitor wrote."""
    if not form.form.receipt:
        return None
    text, centre = words(language), within.centre_name
    title = said(form.form.title, language)
    fill = {
        "centre": centre,
        "title": title,
        "number": "{number}",
        "link": "{link}",
        "days": form.form.status_days,
    }
    return Receipt(
        subject=text["receipt_subject"].format_map(fill),
        text=text["receipt_text"].format_map(fill),
        kept=text["receipt_kept"].format_map(fill),
        centre=centre,
        page=f"{min(within.origins)}{STATUS}",
    )


async def take(within: Context, inquiry: Inquiry) -> Filed:
    """File it and let it wait. What is thanked for is durable."""
    mail = within.settings.mail
    secret, now = mail.reply_secret.get_secret_value(), within.clock.now()
    filed = await within.store.write(lambda c: file_inquiry(c, inquiry, mail.hostname, secret, now))
    tell_floor(within, filed)
    return filed


def tell_floor(within: Context, filed: Filed) -> None:
    """Should we end before this, `channels.web.forgotten` offers it later."""
    now = within.clock.now()
    if filed.arrived:
        within.floor.submit(filed.event(within.floor.centre, now))
        log.note("<", filed.interaction_id, f"a form became {filed.number}")
    elif filed.interaction_id and filed.queue_id:  # a further word; it may have been set aside until later
        within.floor.submit(TakenUp(interaction=InteractionId(filed.interaction_id), at=now))
    if filed.receipted:
        within.bus.publish("outbox", filed.receipted)
    if filed.interaction_id:
        within.bus.publish("interaction", filed.interaction_id)
    within.bus.publish("case", filed.case_id)
