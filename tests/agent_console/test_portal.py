"""The customers' portal: in by a mailed link, own data and cases and nobody else's, every change checked, told and flagged."""

import asyncio
import email
import io
import json
import re
import threading
import time
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import select, update

from agent_console.public import portal_entry, portal_pages
from crm_core import audit, cases, interactions, letters, outbox, parties
from crm_core.customers import consent
from crm_core.portal import links
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.tables import audit_event, contact_point, letter_raw, portal_link, portal_session
from crm_core.tables.base import metadata
from tests.agent_console.house import House
from tests.agent_console.test_help import fields

ADDRESS = "mei@example.org"
OTHER = "zed@example.org"


@pytest.fixture(autouse=True)
def _unhurried() -> None:
    for rate in (portal_entry._ASKED, portal_entry._ENTERED, portal_pages._WRITTEN):
        rate._seen.clear()


@pytest.fixture
async def door(house: House) -> House:
    """A house whose customers have addresses."""

    def unit(connection: Connection) -> None:
        parties.add_contact_point(connection, house.seed.party, "email", ADDRESS)
        parties.add_contact_point(connection, house.seed.stranger, "email", OTHER)

    await house.store.write(unit)
    return house


async def mailed(house: House, to: str = ADDRESS) -> list[str]:
    """The links in the letters that lie in the outbox for an address, the latest last."""
    rows = await house.store.read(lambda c: outbox.due(c, time.time() + 60, 100))
    texts = [
        email.message_from_bytes(row.raw).get_payload(decode=True).decode()
        for row in rows
        if row.to == (to,)  # type: ignore[union-attr]
    ]
    return [found for text in texts for found in re.findall(r"http://\S+/portal/enter\?token=\S+", text)]


async def asked(house: House, client: httpx.AsyncClient, address: str = ADDRESS) -> httpx.Response:
    form = fields(await client.get("/portal")) | {"address": address}
    answer = await client.post("/portal/sign-in", data=form)
    await house.store.write(lambda _: None)  # what was begun before is durable now
    return answer


@asynccontextmanager
async def signed_in(house: House, address: str = ADDRESS) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=house.origin, timeout=60) as client:
        assert (await asked(house, client, address)).status_code == 303
        token = (await mailed(house, address))[-1].partition("token=")[2]
        entered = await client.post("/portal/enter", data={"token": token})
        assert (entered.status_code, entered.headers["location"]) == (303, "/portal"), entered.text
        yield client


async def press(client: httpx.AsyncClient, page: str, to: str, **given: str) -> httpx.Response:
    """Fill in a form of a page and send it."""
    token = fields(await client.get(page))["form_token"]
    return await client.post(to, data={"form_token": token, **given})


async def test_a_link_lets_in_once(door: House) -> None:
    """A mailed link shows a page, however often a scanner looks; it signs in once, and then never again."""
    async with httpx.AsyncClient(base_url=door.origin, timeout=60) as client:
        await asked(door, client)
        (link,) = await mailed(door)
        for _ in range(3):
            assert (await client.get(link)).status_code == 200
        assert "林小美" not in (await client.get("/portal")).text
        token = link.partition("token=")[2]
        assert (await client.post("/portal/enter", data={"token": token})).status_code == 303
        assert "林小美" in (await client.get("/portal")).text
        cookie = next(each for each in client.cookies.jar if each.name == "trunkline_portal")
        assert (cookie.path, cookie.has_nonstandard_attr("HttpOnly")) == ("/portal", True)
    async with httpx.AsyncClient(base_url=door.origin, timeout=60) as thief:
        assert (await thief.get(link)).status_code == 410
        assert (await thief.post("/portal/enter", data={"token": token})).status_code == 410


async def test_the_answer_tells_nobody_who_is_known(door: House) -> None:
    """Known, unknown and too-often-asked addresses are answered alike, byte by byte; only the known one gets mail."""
    answers = []
    async with httpx.AsyncClient(base_url=door.origin, timeout=60) as client:
        for address in (ADDRESS, "nobody@example.org", ADDRESS, ADDRESS, ADDRESS):
            answer = await asked(door, client, address)
            kept = {
                name: value for name, value in answer.headers.items() if name not in ("x-request-id", "date")
            }
            answers.append((answer.status_code, answer.content, kept))
            assert "look" in (await client.get(answer.headers["location"])).text
    assert all(each == answers[0] for each in answers)
    assert len(await mailed(door)) == links.MOST_LINKS
    assert await mailed(door, "nobody@example.org") == []


async def test_tokens_are_kept_as_hashes_and_run_out(door: House) -> None:
    """Neither a link's nor a session's token stands in the database but in the letter; old ones open nothing, and the letter of a
    used link is emptied."""
    async with signed_in(door) as client:
        session = next(each.value for each in client.cookies.jar if each.name == "trunkline_portal")
        token = (await mailed(door))[-1].partition("token=")[2]
        kept = await door.store.read(
            lambda c: [*c.execute(select(portal_link)).all(), *c.execute(select(portal_session)).all()]
        )
        assert session not in repr(kept)
        assert token not in repr(kept)
        await door.store.write(lambda c: links.sweep(c, time.time()))
        bodies = await door.store.read(lambda c: c.execute(select(letter_raw.c.raw)).scalars().all())
        assert all(token.encode() not in body for body in bodies)
        await door.store.write(lambda c: c.execute(update(portal_session).values(seen_at=time.time() - 1801)))
        assert "林小美" not in (await client.get("/portal")).text
        assert (await client.get("/portal/profile")).status_code == 303
    now = time.time()
    (made,) = await door.store.write(lambda c: links.ask(c, OTHER, now))
    assert await door.store.read(lambda c: links.is_good(c, made.token, now + 899))
    assert await door.store.write(lambda c: links.redeem(c, made.token, now + 901)) is None


async def test_the_letter_with_the_link_is_nobody_s(door: House) -> None:
    """Neither search nor download gives a supervisor the letter that carries a link."""
    async with httpx.AsyncClient(base_url=door.origin, timeout=60) as client:
        await asked(door, client)
    (row,) = await door.store.read(lambda c: outbox.due(c, time.time() + 60, 10))
    async with door.browser("sue") as sue:
        assert (await sue.get(f"/api/v1/letters/{row.letter_id}/raw")).status_code == 403
        found = (await sue.get("/api/v1/search", params={"q": "sign", "kinds": "letter"})).json()["items"]
        assert found == []


async def test_own_cases_and_the_public_part_of_them(door: House) -> None:
    """Own cases are listed with their letters; an agent's note is in none of the pages."""
    await door.letter_arrives("m9")
    await door.store.write(lambda c: interactions.set_note(c, "m9", "grumpy customer"))
    async with signed_in(door) as client:
        home = await client.get("/portal")
        assert "Lamp" in home.text
        page = await client.get(f"/portal/cases/{door.seed.case}")
        assert "It broke" in page.text
        gathered = await press(client, "/portal/data", "/portal/data/download")
        everything = (
            page.text + home.text + _unzipped(gathered)["my-data.json"] + _unzipped(gathered)["my-data.html"]
        )
        assert "grumpy" not in everything
        file = re.search(rf"/portal/cases/{door.seed.case}/files/[^\"]+", page.text)
        assert file is not None
        assert (await client.get(file[0])).headers["content-disposition"].startswith("attachment")


def _unzipped(answer: httpx.Response) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


async def test_whoever_guesses_ids_finds_nothing(door: House) -> None:
    """Every page and button of another's case, file or address answers 404 and changes nothing; so does one that there is not."""
    await door.letter_arrives("m9")
    thread = await door.store.read(lambda c: letters.thread(c, door.seed.case))
    file = thread[0].attachments[0].id
    async with signed_in(door, OTHER) as thief:
        for case in (door.seed.case, "none"):
            assert (await thief.get(f"/portal/cases/{case}")).status_code == 404
            assert (await thief.get(f"/portal/cases/{case}/files/{file}")).status_code == 404
            for action in ("reply", "close"):
                pressed = await press(
                    thief, "/portal/new", f"/portal/cases/{case}/{action}", text="let me in"
                )
                assert pressed.status_code == 404
        removed = await press(thief, "/portal/new", "/portal/points", kind="email", remove=ADDRESS)
        assert removed.status_code == 404
        own = await thief.post("/portal/new", data={})
        assert own.status_code in {403, 422}
    case = await door.store.read(lambda c: cases.case(c, door.seed.case))
    assert case is not None
    assert case.status == "open"
    assert len(await door.store.read(lambda c: letters.thread(c, door.seed.case))) == len(thread)
    party = await door.store.read(lambda c: parties.party(c, door.seed.party))
    assert party is not None
    assert party.reached_by("email") == (ADDRESS,)


async def test_every_page_needs_a_session_and_every_button_its_token(door: House) -> None:
    """Signed out, pages lead to the door and buttons do nothing; signed in, a form without its token, with another session's or
    from a foreign page is refused."""
    pages = (
        "/portal/profile",
        "/portal/consents",
        "/portal/data",
        "/portal/new",
        f"/portal/cases/{door.seed.case}",
    )
    buttons = (
        "/portal/profile", "/portal/points", "/portal/consents", "/portal/data/download", "/portal/data/erasure", "/portal/new",
        f"/portal/cases/{door.seed.case}/reply", f"/portal/cases/{door.seed.case}/close",
    )  # fmt: skip
    async with httpx.AsyncClient(base_url=door.origin, timeout=60) as nobody:
        for path in pages:
            assert (await nobody.get(path)).headers["location"] == "/portal"
        for path in buttons:
            assert (await nobody.post(path, data={"form_token": "x"})).headers["location"] == "/portal"
    async with signed_in(door) as client, signed_in(door, OTHER) as other:
        foreign = fields(await other.get("/portal/new"))["form_token"]
        own = fields(await client.get("/portal/new"))["form_token"]
        for path in (*buttons, "/portal/sign-out"):
            for data in ({}, {"form_token": foreign}):
                assert (await client.post(path, data={"text": "abc", **data})).status_code == 403
            refused = await client.post(
                path, data={"form_token": own, "text": "abc"}, headers={"Origin": "http://evil.example"}
            )
            assert refused.status_code == 403
    assert (await door.store.read(lambda c: cases.for_party(c, door.seed.party, 10)))[0].status == "open"


async def test_a_new_request_a_reply_and_a_close(door: House) -> None:
    """A new request waits like a letter with the customer known; a reply opens a closed case again; both once, however often sent."""
    async with signed_in(door) as client:
        token = fields(await client.get("/portal/new"))["form_token"]
        given = {"form_token": token, "subject": "Second lamp", "text": "It is broken too."}
        first, second = [await client.post("/portal/new", data=given) for _ in range(2)]
        assert first.headers["location"] == second.headers["location"]
        place = first.headers["location"].partition("?")[0]
        case = place.rpartition("/")[2]
        (waiting,) = await door.store.read(lambda c: interactions.open_ones(c, "email"))
        assert (waiting.party_id, waiting.case_id, waiting.match) == (door.seed.party, case, "one")
        assert (await press(client, place, f"{place}/close")).status_code == 303
        assert "Solved" in (await client.get(place, params={"lang": "en"})).text
        assert (await press(client, place, f"{place}/reply", text="Not solved at all.")).status_code == 303
        page = await client.get(place, params={"lang": "en"})
        assert "Not solved at all." in page.text
        assert "Being worked on" in page.text
    thread = await door.store.read(lambda c: letters.thread(c, case))
    assert [letter.direction for letter in thread] == ["in", "in"]
    assert len(await door.store.read(lambda c: interactions.open_ones(c, "email"))) == 1


async def test_corrections_are_checked_audited_and_flagged(door: House) -> None:
    """A wrong value is told by its field and changes nothing; a right one is kept, told to the chain as the portal's, and shown to
    whoever looks after the customer until they have seen it."""
    async with signed_in(door) as client:
        for given, faults in (({"time_zone": "x", "language": "xx"}, 2), ({"name": ""}, 1)):
            wrong = await press(client, "/portal/profile", "/portal/profile", **given)
            assert wrong.status_code == 422
            assert wrong.text.count('aria-invalid="true"') == faults
        right = await press(
            client,
            "/portal/profile",
            "/portal/profile",
            name="林小梅",
            language="zh-TW",
            tier="vip",
            owner_id="me",
        )
        assert right.headers["location"].endswith("done=saved")
        page = await client.get("/portal/profile")
        assert "林小梅" in page.text
        assert '<html lang="zh-TW">' in page.text
    party = await door.store.read(lambda c: parties.party(c, door.seed.party))
    assert party is not None
    assert (party.name, party.language, party.tier) == ("林小梅", "zh-TW", "gold")
    told = await door.store.read(
        lambda c: c.execute(select(audit_event).where(audit_event.c.via == "portal")).all()
    )
    assert [(row.action, row.object_id, row.actor) for row in told if row.entity == "party"] == [
        ("changed", door.seed.party, f"party:{door.seed.party}")
    ]
    async with door.browser("ann") as ann:
        (flag,) = (await ann.get("/api/v1/portal/corrections")).json()["items"]
        assert flag["changes"]["name"] == ["林小美", "林小梅"]
        assert (await ann.post(f"/api/v1/portal/corrections/{flag['id']}/seen")).status_code == 204
        assert (await ann.get("/api/v1/portal/corrections")).json()["items"] == []
        assert (await ann.post("/api/v1/portal/corrections/none/seen")).status_code == 404


async def test_a_new_address_counts_when_its_link_was_opened(door: House) -> None:
    """A phone counts at once; an e-mail address only after the link to it, and the old address is told; the last one stays."""
    async with signed_in(door) as client:
        assert (
            await press(client, "/portal/profile", "/portal/points", kind="phone", raw="x")
        ).status_code == 422
        await press(client, "/portal/profile", "/portal/points", kind="phone", raw="02 2345 6789")
        await press(client, "/portal/profile", "/portal/points", kind="email", raw="new@example.org")
        assert "new@example.org" not in (await client.get("/portal/profile")).text
        last = await press(client, "/portal/profile", "/portal/points", kind="email", remove=ADDRESS)
        assert last.status_code == 422
        token = (await mailed(door, "new@example.org"))[-1].partition("token=")[2]
        assert (await client.post("/portal/enter", data={"token": token})).status_code == 303
        page = await client.get("/portal/profile")
        assert "new@example.org" in page.text
        assert "02 2345 6789" in page.text
        gone = await press(client, "/portal/profile", "/portal/points", kind="email", remove=ADDRESS)
        assert gone.status_code == 303
    now = time.time() + 3600
    assert await door.store.write(lambda c: links.ask(c, ADDRESS, now)) == []
    assert len(await door.store.write(lambda c: links.ask(c, "new@example.org", now))) == 1
    rows = await door.store.read(lambda c: outbox.due(c, now, 100))
    assert [row.to for row in rows].count((ADDRESS,)) >= 2


async def test_consents_are_given_and_withdrawn_with_evidence(door: House) -> None:
    """What is said is kept with who said it, from where and when; the latest word counts; a purpose that there is not is none."""
    async with signed_in(door) as client:
        assert "Not given" in (await client.get("/portal/consents", params={"lang": "en"})).text
        for state in ("given", "withdrawn"):
            said = await press(
                client, "/portal/consents", "/portal/consents", purpose="marketing", state=state
            )
            assert said.status_code == 303
            verdict = await door.store.read(
                lambda c: consent.allows(c, door.seed.party, "email", "marketing")
            )
            assert (verdict.allowed, verdict.reason) == (state == "given", state)
        assert (
            await press(client, "/portal/consents", "/portal/consents", purpose="x", state="given")
        ).status_code == 404
        gathered = _unzipped(await press(client, "/portal/data", "/portal/data/download"))
        assert [each["state"] for each in json.loads(gathered["my-data.json"])["consents"]] == [
            "withdrawn",
            "given",
        ]
    kept = await door.store.read(lambda c: c.execute(select(metadata.tables["consent"])).all())
    assert all(ADDRESS in row.evidence and row.party_id == door.seed.party for row in kept)


async def test_everything_to_take_along(door: House) -> None:
    """The download holds the customer's data as JSON and as a page that runs nothing, and that it was taken is in the chain."""
    await door.letter_arrives("m9", subject="<script>alert(1)</script>")
    async with signed_in(door) as client:
        answer = await press(client, "/portal/data", "/portal/data/download")
        assert answer.headers["content-disposition"].startswith("attachment")
        files = _unzipped(answer)
        told = json.loads(files["my-data.json"])
        assert told["profile"]["name"] == "林小美"
        assert {each["kind"] for each in told["contact_points"]} == {"phone", "email"}
        assert told["cases"][0]["letters"][0]["text"] == "It broke"
        assert "林小美" in files["my-data.html"]
        assert "<script" not in files["my-data.html"]
        assert "Zed Other" not in files["my-data.json"]
    taken = await door.store.read(
        lambda c: (
            c.execute(select(audit_event.c.object_id).where(audit_event.c.action == "exported"))
            .scalars()
            .all()
        )
    )
    assert taken == [door.seed.party]
    assert (await door.store.read(audit.verify)).broken_at is None


async def test_a_request_for_erasure_is_a_case(door: House) -> None:
    """It becomes a case with a mark of its own, and nothing is erased before a person has decided."""
    async with signed_in(door) as client:
        asked_for = await press(client, "/portal/data", "/portal/data/erasure", reason="moving away")
        case = asked_for.headers["location"].partition("?")[0].rpartition("/")[2]
    (letter,) = await door.store.read(lambda c: letters.thread(c, case))
    assert letter.marks == ("erasure_request",)
    assert "moving away" in letter.text
    opened = await door.store.read(lambda c: cases.case(c, case))
    assert opened is not None
    assert (opened.type_id, opened.party_id) == ("case-type-erasure", door.seed.party)
    assert await door.store.read(lambda c: parties.party(c, door.seed.party)) is not None


async def test_sign_out_ends_the_session(door: House) -> None:
    """Afterwards the same cookie opens nothing, and the console's session is another one all along."""
    async with signed_in(door) as client:
        session = next(each.value for each in client.cookies.jar if each.name == "trunkline_portal")
        assert (await client.get("/api/v1/me")).status_code == 401
        assert (
            await client.get("/api/v1/me", headers={"Cookie": f"trunkline_session={session}"})
        ).status_code == 401
        await press(client, "/portal", "/portal/sign-out")
        again = await client.get("/portal/data", headers={"Cookie": f"trunkline_portal={session}"})
        assert again.status_code == 303


async def test_too_many_tries_wait(door: House) -> None:
    """The forty-first link in a quarter of an hour from one place is not looked at."""
    async with httpx.AsyncClient(base_url=door.origin, timeout=60) as guesser:
        answers = [
            (await guesser.post("/portal/enter", data={"token": f"guess{n}"})).status_code for n in range(41)
        ]
    assert answers == [410] * 40 + [429]


async def test_two_customers_at_one_address_get_a_link_each(door: House) -> None:
    """Whoever shares an address chooses by name, and each link opens one customer's data alone."""
    await door.store.write(lambda c: parties.add_contact_point(c, door.seed.stranger, "email", ADDRESS))
    async with httpx.AsyncClient(base_url=door.origin, timeout=60) as client:
        await asked(door, client)
        found = await mailed(door)
        assert len(found) == 2
    names = set()
    for link in found:
        async with httpx.AsyncClient(base_url=door.origin, timeout=60) as each:
            await each.post("/portal/enter", data={"token": link.partition("token=")[2]})
            home = (await each.get("/portal")).text
            names.add(next(name for name in ("林小美", "Zed Other") if name in home))
    assert names == {"林小美", "Zed Other"}


async def test_switched_off_there_is_no_portal(door: House) -> None:
    """Without `[portal] sign_in` no page and no button answers."""
    within = door.console.context
    off = within.settings.model_copy(
        update={"portal": within.settings.portal.model_copy(update={"sign_in": False})}
    )
    object.__setattr__(within, "settings", off)
    async with door.browser("ann") as ann:
        for path in ("/portal", "/portal/profile", "/portal/enter?token=x"):
            assert (await ann.get(path)).status_code == 404
        assert (await ann.post("/portal/sign-in", data={"address": ADDRESS})).status_code == 404
        assert (await ann.get("/api/v1/portal/corrections")).status_code == 404


async def test_letters_to_and_from_others_stay_inside(door: House) -> None:
    """What we and a supplier wrote each other about a customer's case is on no page, in no download, and its file is not there."""
    await door.letter_arrives("m9")
    now = time.time()

    def unit(connection: Connection) -> None:
        for name, to in (("ask", "supplier@example.com"), ("answer", ADDRESS.upper())):
            letters.queue_reply(
                connection, interaction_id="m9", case_id=door.seed.case, author_id=door.seed.users["ann"],
                envelope_from="help@example.com", to=(to,), cc=(), subject="Lamp", text=f"our {name}",
                message_id=f"{name}@example.com", in_reply_to="", references=(), raw=b"", now=now,
            )  # fmt: skip
        parsed = letters.ParsedFields(
            from_address="supplier@example.com",
            to=("help@example.com",),
            text="she is a difficult one",
            attachments=(
                letters.NewAttachment(name="price.pdf", content_type="application/pdf", content=b"x"),
            ),
        )
        new = letters.NewLetter(
            spool_id="supplier", raw=b"", sha256="", envelope_from="supplier@example.com",
            envelope_to=("help@example.com",), received_at=now, parsed=parsed,
        )  # fmt: skip
        letters.store_letter(
            connection, new, case_id=door.seed.case, interaction_id="m9", party_id=door.seed.stranger
        )

    await door.store.write(unit)
    thread = await door.store.read(lambda c: letters.thread(c, door.seed.case))
    file = next(each for each in thread if each.text == "she is a difficult one").attachments[0].id
    async with signed_in(door) as client:
        page = await client.get(f"/portal/cases/{door.seed.case}")
        gathered = _unzipped(await press(client, "/portal/data", "/portal/data/download"))
        refused = await client.get(f"/portal/cases/{door.seed.case}/files/{file}")
    for text in (page.text, gathered["my-data.json"], gathered["my-data.html"]):
        assert "It broke" in text
        assert "our answer" in text
        for secret in ("our ask", "supplier", "difficult", "price.pdf"):
            assert secret not in text
    assert refused.status_code == 404


async def test_an_address_that_is_taken_away_opens_nothing(door: House) -> None:
    """Whoever signed in by it is out, and the links that were mailed to it, or that were asked for from there, are over."""
    async with signed_in(door) as client:
        await press(client, "/portal/profile", "/portal/points", kind="email", raw="evil@example.org")
        further = (await mailed(door, "evil@example.org"))[-1]
        async with httpx.AsyncClient(base_url=door.origin, timeout=60) as other:
            await asked(door, other)
            link = (await mailed(door))[-1]
            assert (await other.get(link)).status_code == 200

            def take_away(connection: Connection) -> None:
                entity, now = known.entity("contact_point"), time.time()
                query = select(contact_point.c.id).where(contact_point.c.normal == ADDRESS)
                rows.remove(connection, system(now), entity, connection.execute(query).scalar_one())

            await door.store.write(take_away)
            assert "林小美" not in (await client.get("/portal")).text
            assert (await client.get(f"/portal/cases/{door.seed.case}")).status_code == 303
            for dead in (link, further):
                token = dead.partition("token=")[2]
                assert (await other.get(dead)).status_code == 410
                assert (await other.post("/portal/enter", data={"token": token})).status_code == 410
    party = await door.store.read(lambda c: parties.party(c, door.seed.party))
    assert party is not None
    assert party.reached_by("email") == ()


async def test_reading_waits_for_no_writer(door: House) -> None:
    """While the one writer is busy, pages of somebody who was here a moment ago come at once."""
    busy = threading.Event()
    async with signed_in(door) as client:
        writing = asyncio.create_task(door.store.write(lambda _: busy.wait(50)))
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(40):
                assert "林小美" in (await client.get("/portal")).text
            assert not writing.done()
        finally:
            busy.set()
            await writing
