"""Inquiry forms end to end without a browser: written in the console, filled in on the page or by a program, a case that waits once, its state by a link."""

import asyncio
import base64
import re
import time
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from agent_console.public.inquiry import pages, status
from channels.email.reading.parsed import Parsed
from channels.email.receiving.filing import file_letter
from channels.email.receiving.spool import Envelope, Place, Spooled
from channels.email.sending.composer import Composer
from channels.web import guard
from channels.web.forgotten import ForgottenForms
from channels.web.inquiries import Inquiry, file_inquiry
from config.clock import SystemClock
from config.settings import Mail
from crm_core import cases, interactions, letters, outbox, parties, users
from crm_core.access.reader import SYSTEM
from crm_core.audit.chain import THE_SYSTEM
from crm_core.inquiries import kept, submissions
from crm_core.inquiries.answers import judge
from crm_core.interactions import Interaction
from crm_core.records import known, lists
from crm_core.records.lists import Asked
from routing.core.model import InteractionId, Phase
from tests.agent_console.house import House
from tests.agent_console.test_help import fields
from tests.crm_core.inquiries.drawn_forms import whole

SECRET = "a secret of the desk"
PIXEL = b"\x89PNG\r\n\x1a\n tiny"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests fill in forms in no time."""
    monkeypatch.setattr(guard, "WITHOUT_PROOF_S", 0.0)
    pages._RATES.clear()
    for rate in (status._WORDS, status._LOOKED):
        rate._seen.clear()


async def published(house: House, **more: Any) -> dict[str, Any]:
    """A form that visitors see; no quicker than they like."""
    document = whole(house.seed.queue, guard={"least_s": 0, **more.pop("guard", {})}, **more)
    for field in document["fields"]:
        for choice in field.get("choices", ()):
            choice["skills"] = []
        field.pop("purpose", None) if field["kind"] != "consent" else field.update(purpose="marketing")
    async with house.browser("adm") as admin:
        made = await admin.post(
            "/api/v1/inquiry-forms", json={"key": "returns", "name": "Returns", "document": document}
        )
        assert made.status_code == 201, made.text
        done = await admin.post(f"/api/v1/inquiry-forms/{made.json()['id']}/publish", json={"note": "first"})
        assert done.status_code == 200, done.text
        return dict(done.json())


FILLED: dict[str, Any] = {
    "f.name": "Mei Wu",
    "f.mail": "Mei@example.org",
    "f.topic": "return",
    "f.order": "A-1001",
    "f.reason": "It does not shine.",
    "f.parts": ["lamp", "cable"],
}


async def sent(client: httpx.AsyncClient, path: str = "/forms/returns", **given: Any) -> httpx.Response:
    form = fields(await client.get(path))
    token = {name: form[name] for name in (pages.TOKEN, pages.TRAP)}
    files = given.pop("files", None) or {"f.photo": ("", b"")}
    return await client.post(path, data=token | FILLED | given, files=files)


async def waiting(house: House) -> list[Interaction]:
    return await house.store.read(lambda c: interactions.open_ones(c, "form"))


async def test_what_is_sent_waits_with_its_answers_and_files_once(house: House) -> None:
    """A case with its own subject, a letter with the answers in order and the files, the interaction offered; pressed twice it is one; a receipt
    with a link and nothing that the visitor wrote; the agent's answer goes to the visitor and theirs comes to the case."""
    await published(house)
    async with house.browser() as visitor:
        form = fields(await visitor.get("/forms/returns?lang=en"))
        data = FILLED | {name: form[name] for name in (pages.TOKEN, pages.TRAP)}
        files = {"f.photo": ("../lamp.png", PIXEL, "text/html")}
        first = await visitor.post("/forms/returns?lang=en", data=data, files=files)
        second = await visitor.post("/forms/returns?lang=en", data=data, files=files)
        assert (first.status_code, second.status_code) == (303, 303), first.text
        thanks = await visitor.get(first.headers["location"])
        assert "We answer within a day." in thanks.text
        other = await visitor.post("/forms/returns?lang=en", data=data | {"f.order": "B-7"}, files=files)
        assert other.status_code == 409
        assert "B-7" in other.text
    (one,) = await waiting(house)
    assert (one.subject, one.customer_address, one.customer_name) == (
        "Return: A-1001",
        "mei@example.org",
        "Mei Wu",
    )
    await house.until(InteractionId(one.id), Phase.WAITING)
    assert house.floor.centre.interactions[InteractionId(one.id)].priority_points == 600
    (letter,) = await house.store.read(lambda c: letters.thread(c, one.case_id or ""))
    assert letter.text.startswith("Your name: Mei Wu\nE-mail: Mei@example.org\nWhat is it about? Return\n")
    assert [(each.name, each.content_type) for each in letter.attachments] == [("lamp.png", "image/png")]
    case = await house.store.read(lambda c: cases.case(c, one.case_id or ""))
    assert case is not None
    assert re.search(rf"number\">{case.number}<", thanks.text)
    await _receipt_is_sound(house, case.number)
    await _answered(house, one)


async def _receipt_is_sound(house: House, number: str) -> None:
    (receipt,) = await house.store.read(
        lambda c: [letters.letter(c, each.letter_id) for each in outbox.due(c, 4e9, 10)]
    )
    assert receipt is not None
    assert (receipt.to, receipt.case_id) == (("mei@example.org",), None)
    raw = await house.store.read(lambda c: letters.raw(c, receipt.id))
    assert raw is not None
    body = (
        base64.b64decode(raw.partition(b"\r\n\r\n")[2].split(b"\r\n\r\n")[-1]).decode()
        if b"base64" in raw
        else raw.decode()
    )
    assert number in body
    assert f"{house.origin}/forms/status/" in body.replace(
        "127.0.0.1", house.origin.split("//")[1].split(":")[0]
    )
    assert "A-1001" not in body
    assert "/forms/status/" not in receipt.text


async def _answered(house: House, one: Interaction) -> None:
    """By the composer that answers mail; the customer's mail in turn is seen in the same interaction."""
    mail = Mail(hostname="desk.example", reply_secret=SecretStr(SECRET))
    composer = Composer(mail, "Desk", house.store, house.bus, SystemClock())
    ann = await house.store.read(lambda c: users.by_login(c, "ann"))
    assert ann is not None
    ours = await composer.reply(
        interaction=one.id, author=ann, text="Try another bulb.", idempotency_key="k" * 8
    )
    answer = await house.store.read(lambda c: letters.letter(c, ours))
    assert answer is not None
    assert (answer.to, answer.subject) == (("mei@example.org",), "Re: Return: A-1001")
    envelope = Envelope(
        sender="mei@example.org", recipients=(answer.envelope_from,), received_at=4e9, peer="", helo=""
    )
    parsed = Parsed(from_address="mei@example.org", text="It works.", in_reply_to=(answer.message_id,))
    spooled = Spooled(spool_id="s1", envelope=envelope, raw=b"x", place=Place(segment="", offset=0))
    (filed,) = await house.store.write(lambda c: file_letter(c, spooled, parsed, SECRET, 4e9))
    assert (filed.interaction, filed.arrived) == (one.id, False)


async def test_faults_stand_at_their_fields_and_nothing_typed_is_lost(house: House) -> None:
    """With a summary that leads to each; files must be chosen anew, and it is said."""
    await published(house)
    async with house.browser() as visitor:
        answer = await sent(
            visitor, **{"f.mail": "nobody", "f.reason": "", "lang": "en"}, files={"f.photo": ("a.exe", b"MZ")}
        )
        assert answer.status_code == 422
        page = answer.text
        assert 'id="e-mail"' in page
        assert 'href="#f-mail"' in page
        assert 'value="nobody"' in page
        assert 'value="A-1001"' in page
        assert 'id="e-reason"' in page
        assert 'id="e-photo"' in page
        assert "Please choose your files again" in page
        assert not re.search(r"<script(?! src=\"/forms/script\")", page)
    assert await waiting(house) == []


async def test_programs_are_dropped_or_marked_and_counted(house: House) -> None:
    """As the form says; a supervisor sees how many; too many from one place wait; what was caught gets no receipt."""
    made = await published(house, guard={"caught": "drop", "place_hourly": 6})
    async with house.browser() as visitor, house.browser("adm") as admin:
        assert (await sent(visitor, website="http://spam")).status_code == 303
        assert await waiting(house) == []
        path = f"/api/v1/inquiry-forms/{made['id']}"
        document = made["document"] | {"guard": made["document"]["guard"] | {"caught": "mark"}}
        assert (
            await admin.put(path, json={"key": "returns", "name": "Returns", "document": document})
        ).status_code == 200
        assert (await admin.post(f"{path}/publish", json={})).status_code == 200
        assert (await sent(visitor, website="http://spam")).status_code == 303
        assert (await sent(visitor)).status_code == 303
        assert (await sent(visitor)).status_code == 429
    async with house.browser("sue") as supervisor:
        (counted,) = (await supervisor.get("/api/v1/inquiry-forms")).json()["items"]
    assert (counted["received"], counted["suspected"], counted["caught"]) == (2, 1, {"rate": 1, "trap": 1})
    marks = [
        letter.marks
        for one in await waiting(house)
        for letter in await house.store.read(lambda c, n=one.id: letters.of_interaction(c, n))
    ]
    assert sorted(marks) == [("form",), ("form", "suspected")]
    receipts = await house.store.read(lambda c: outbox.due(c, 4e9, 10))
    assert len(receipts) == 1


async def test_the_visitor_is_the_customer_and_what_they_agreed_to_is_kept(house: House) -> None:
    """Recognised by the address; consent with the words that were read. A stranger's is theirs when an agent says who it is."""
    await published(house)
    party = house.seed.party
    await house.store.write(lambda c: parties.add_contact_point(c, party, "email", "mei@example.org"))

    def said(party_id: str) -> Any:
        asked = Asked(filter={"field": "party_id", "is": "eq", "value": party_id})
        return lambda c: [
            each.values for each in lists.listed(c, SYSTEM, known.entity("consent"), asked, now=4e9).items
        ]

    async with house.browser() as visitor:
        assert (await sent(visitor, "/forms/returns?lang=zh-TW", **{"f.news": "yes"})).status_code == 303
        assert (await sent(visitor, **{"f.news": "yes", "f.mail": "new@example.org"})).status_code == 303
    known_one, stranger = await waiting(house)
    assert (known_one.party_id, stranger.party_id) == (party, None)
    (consent,) = await house.store.read(said(party))
    assert (consent["purpose"], consent["state"]) == ("marketing", "given")
    assert "我們可以寄送最新消息給您。" in consent["evidence"]
    assert "2026-11" in consent["evidence"]
    other = house.seed.stranger
    for _ in range(2):
        await house.store.write(lambda c: submissions.settle_consents(c, stranger.id, other, THE_SYSTEM, 4e9))
    assert len(await house.store.read(said(other))) == 1


async def test_the_link_shows_the_state_takes_a_word_and_no_more(house: House) -> None:
    """The word and its file come into the case and to whoever works on it; nothing else of the case is shown; a spoilt link shows nothing."""
    await published(house)
    async with house.browser() as visitor:
        done = await sent(visitor, "/forms/returns?lang=en")
        link = "/forms/status/" + done.headers["location"].split("s=")[1].split("&")[0]
        page = await visitor.get(link)
        assert page.status_code == 200
        assert "Being worked on" in page.text
        assert "A-1001" not in page.text
        assert (await visitor.get(link[:-1] + ("0" if link[-1] != "0" else "1"))).status_code == 404
        form = fields(page)
        data = {pages.TOKEN: form[pages.TOKEN], pages.TRAP: "", "text": "The cable is black."}
        files = {"files": ("more.txt", b"words")}
        for _ in range(2):
            assert (await visitor.post(link, data=data, files=files)).status_code == 303
        assert (await visitor.post(link, data=data | {"text": ""}, files=files)).status_code == 422
    (one,) = await waiting(house)
    thread = await house.store.read(lambda c: letters.thread(c, one.case_id or ""))
    assert [(each.text, each.interaction_id, [a.name for a in each.attachments]) for each in thread[1:]] == [
        ("The cable is black.", one.id, ["more.txt"])
    ]


async def test_a_program_sends_what_was_filled_in_elsewhere(house: House) -> None:
    """With a token that can do nothing else; the same key is the same case; faults point into what was sent, in JSON and in parts."""
    await published(house)
    async with house.browser("adm") as admin:
        made = await admin.post("/api/v1/me/tokens", json={"name": "shop", "scope": "forms"})
        token = made.json()["secret"]
    path = "/api/v1/forms/returns/submissions"
    values = {
        "name": "Mei Wu",
        "mail": "mei@example.org",
        "topic": "repair",
        "count": 2,
        "parts": ["lamp"],
        "again": False,
    }
    photo = [{"name": "a.png", "content": base64.b64encode(PIXEL).decode()}]
    async with httpx.AsyncClient(base_url=house.origin, headers={"Authorization": f"Bearer {token}"}) as shop:
        keyed = {"Idempotency-Key": "order-1001-a"}
        body = {"language": "zh-TW", "values": values, "files": {"photo": photo}}
        first = await shop.post(path, json=body, headers=keyed)
        assert first.status_code == 201, first.text
        again = await shop.post(path, json=body, headers=keyed)
        assert (again.status_code, again.json()) == (201, first.json())
        other = await shop.post(path, json=body | {"values": values | {"count": 3}}, headers=keyed)
        assert (other.status_code, other.json()["code"]) == (409, "request.key_reused")
        wrong = await shop.post(
            path,
            json={
                "values": values | {"mail": "x", "colour": "red"},
                "files": {"photo": [{"name": "a.exe", "content": ""}]},
            },
            headers={"Idempotency-Key": "order-1001-b"},
        )
        assert {(each["pointer"], each["code"]) for each in wrong.json()["errors"]} == {
            ("/values/mail", "field.email"),
            ("/values/colour", "field.unknown"),
            ("/files/photo", "field.file_empty"),
        }
        parts = await shop.post(
            path,
            data={"name": "Bo", "mail": "no", "topic": "repair"},
            files={"photo": ("a.png", PIXEL)},
            headers={"Idempotency-Key": "order-1001-c"},
        )
        assert [(each["pointer"], each["code"]) for each in parts.json()["errors"]] == [
            ("/mail", "field.email")
        ]
        assert (await shop.get("/api/v1/me")).json()["code"] == "token.forms_only"
        assert (
            await shop.post("/api/v1/forms/none/submissions", json=body, headers=keyed)
        ).status_code == 404
    (one,) = await waiting(house)
    (kept,) = await house.store.read(lambda c: submissions.of_interaction(c, one.id, None))
    assert (
        kept.via,
        kept.language,
        [each["shown"]["en"] for each in kept.answers if each["name"] == "topic"],
    ) == ("api", "zh-TW", ["Repair"])
    async with house.browser() as visitor:
        assert (await visitor.get(first.json()["status_url"])).status_code == 200
    async with house.browser("ann") as agent:
        assert (await agent.get(f"/api/v1/interactions/{one.id}/submissions")).status_code == 403


async def test_only_the_sites_that_a_form_names_may_show_it(house: House) -> None:
    """By itself it is shown in no frame; the script that shows it is everybody's."""
    await published(house, origins=["https://shop.example"])
    async with house.browser() as visitor:
        alone, framed = await visitor.get("/forms/returns"), await visitor.get("/forms/returns?embed=1")
        assert "frame-ancestors 'none'" in alone.headers["content-security-policy"]
        assert "frame-ancestors 'self' https://shop.example" in framed.headers["content-security-policy"]
        assert "<footer" not in framed.text
        script = await visitor.get("/forms.js")
        assert script.headers["cross-origin-resource-policy"] == "cross-origin"
        foreign = await visitor.post("/forms/returns", data={}, headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403
        for kind, body in (
            ("multipart/form-data", b"x"),
            ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data"),
            ("application/json", b"{}"),
            ("application/x-www-form-urlencoded", b"f.name=%00&f.name=%ff"),
        ):
            odd = await visitor.post("/forms/returns", content=body, headers={"Content-Type": kind})
            assert odd.status_code == 422, kind
        large = await visitor.post(
            "/forms/returns", content=b"x" * 3_100_000, headers={"Content-Type": "text/plain"}
        )
        assert large.status_code == 422


async def test_a_form_is_written_looked_at_published_and_withdrawn(house: House) -> None:
    """A draft is nobody's to see; what is wrong is told; only administrators write; a withdrawn form is gone for visitors and its versions stay."""
    async with house.browser("adm") as admin, house.browser("sue") as supervisor, house.browser() as visitor:
        made = (
            await admin.post("/api/v1/inquiry-forms", json={"key": "returns", "name": "R", "document": {}})
        ).json()
        path = f"/api/v1/inquiry-forms/{made['id']}"
        assert "inquiry.no_fields" in [each["code"] for each in made["problems"]]
        refused = await admin.post(f"{path}/publish", json={})
        assert refused.status_code == 422
        assert (await visitor.get("/forms/returns")).status_code == 404
        document = whole(house.seed.queue)
        document["fields"] = document["fields"][:3]
        document["subject"] = ""
        given = {"key": "returns", "name": "R", "document": document}
        stale = await admin.put(path, json=given, headers={"If-Match": '"9"'})
        assert stale.status_code == 412
        assert (await supervisor.put(path, json=given)).status_code == 403
        assert (await admin.put(path, json=given)).json()["problems"] == []
        seen = (
            await supervisor.post(
                "/api/v1/inquiry-forms/preview", json={"document": document, "language": "zh-CN"}
            )
        ).json()
        assert "退货与维修" in seen["html"]
        assert (await admin.post(f"{path}/publish", json={})).json()["published"] == 1
        assert (await visitor.get("/forms/returns")).status_code == 200
        assert (await admin.post("/api/v1/inquiry-forms", json=given)).json()["code"] == "inquiry.key_taken"
        assert (await admin.delete(path)).json()["code"] == "inquiry.published"
        assert (await admin.post(f"{path}/withdraw")).json()["published"] is None
        assert (await visitor.get("/forms/returns")).status_code == 404
        assert [each["version"] for each in (await supervisor.get(f"{path}/versions")).json()["items"]] == [1]
        assert (await admin.delete(path)).status_code == 204


async def test_what_the_queue_never_heard_of_is_offered_after_a_start(house: House) -> None:
    """Filed, and then the server ended: whoever starts next finds it and lets it wait, with the points of its choices."""
    await published(house)
    form = await house.store.read(lambda c: kept.shown(c, "returns"))
    assert form is not None
    given = {
        name.removeprefix("f."): [words] if isinstance(words, str) else words
        for name, words in FILLED.items()
    }
    inquiry = Inquiry(
        form=form,
        language="en",
        judged=judge(form.form, "en", given, {}),
        key="k",
        via="page",
        page="",
        peer="",
        suspected=None,
        receipt=None,
    )
    filed = await house.store.write(lambda c: file_inquiry(c, inquiry, "desk.example", SECRET, time.time()))
    interaction = InteractionId(filed.interaction_id)
    assert interaction not in house.floor.centre.interactions
    looking = asyncio.create_task(ForgottenForms(house.store, house.floor, SystemClock()).run())
    async with asyncio.timeout(5):
        while interaction not in house.floor.centre.interactions:
            await asyncio.sleep(0.005)
    looking.cancel()
    assert house.floor.centre.interactions[interaction].priority_points == 600
