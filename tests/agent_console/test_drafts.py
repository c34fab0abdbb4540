"""Letters that are written together: drafts, sending with a way back, a second reply that warns, files, the outbox."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection

from channels.email.sending.dispatch import Dispatch
from config.clock import SystemClock
from config.settings import Mail
from crm_core import letters, outbox, parties
from crm_core.drafts import kept
from crm_core.letter_types import Letter, NewLetter, ParsedFields
from crm_core.records import known, rows
from crm_core.records.change import system
from tests.agent_console.house import PIXEL, House, open_house

LIN = "lin@example.com"


class MovedClock(SystemClock):
    """Runs ahead by so much."""

    ahead_s = 0.0

    def now(self) -> float:
        return super().now() + self.ahead_s


@dataclass
class Post:
    """The house with its dispatch on a clock that the test moves."""

    house: House
    dispatch: Dispatch
    clock: MovedClock

    async def later(self, seconds: float) -> None:
        """What has become due so much later is a letter."""
        self.clock.ahead_s = seconds
        await self.dispatch.round()
        self.clock.ahead_s = 0.0

    async def thread(self) -> list[Letter]:
        return await self.house.store.read(lambda c: letters.thread(c, self.house.seed.case))

    async def raw(self, letter_id: str) -> EmailMessage:
        raw = await self.house.store.read(lambda c: letters.raw(c, letter_id))
        assert raw is not None
        return message_from_bytes(raw, policy=policy.default)

    async def customer_writes(self, spool: str) -> None:
        new = NewLetter(
            spool_id=spool, raw=b"x", sha256="0" * 64, envelope_from=LIN, envelope_to=("help@example.com",),
            received_at=self.clock.now(), parsed=ParsedFields(message_id=f"<{spool}@example.com>", from_address=LIN, text="And?"),
        )  # fmt: skip
        await self.house.store.write(
            lambda c: letters.store_letter(
                c, new, case_id=self.house.seed.case, interaction_id=None, party_id=None
            )
        )


@pytest.fixture(scope="module")
async def post(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Post]:
    folder: Path = tmp_path_factory.mktemp("drafts")
    async with open_house(folder) as house:
        clock = MovedClock()
        settings = Mail(reply_secret="a secret of the tests", hostname="desk.example.com")  # type: ignore[arg-type]
        await house.store.write(lambda c: parties.add_contact_point(c, house.seed.party, "email", LIN))
        await house.letter_arrives("m1")
        yield Post(house, Dispatch(settings, "Test centre", house.store, house.bus, clock), clock)


@pytest.fixture
async def sue(post: Post) -> AsyncIterator[httpx.AsyncClient]:
    async with post.house.browser("sue") as client:
        yield client


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    return dict(answer.json())


async def begin(client: httpx.AsyncClient, post: Post, **more: Any) -> dict[str, Any]:
    given = {"case_id": post.house.seed.case, **more}
    answer = await client.post("/api/v1/drafts", json=given)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["draft"])


async def write(client: httpx.AsyncClient, draft: dict[str, Any], **changes: Any) -> dict[str, Any]:
    content = {name: draft["content"][name] for name in ("to", "cc", "bcc", "subject", "rich", "html", "text", "quote", "texts", "receipt", "queue_id")}  # fmt: skip
    answer = await client.put(
        f"/api/v1/drafts/{draft['id']}", json={"version": draft["version"], **content, **changes}
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["draft"])


async def send(client: httpx.AsyncClient, draft: dict[str, Any], **more: Any) -> httpx.Response:
    return await client.post(f"/api/v1/drafts/{draft['id']}/send", json={"version": draft["version"], **more})


async def test_a_letter_is_composed_held_and_sent(post: Post, sue: httpx.AsyncClient) -> None:
    """To, copies, looks, a picture and a file arrive; nothing is a letter before the seconds are over in which it can be taken back."""
    before = len(await post.thread())
    draft = await begin(sue, post)
    assert (draft["content"]["to"], draft["content"]["way"], draft["content"]["subject"]) == (
        [LIN],
        "reply",
        "Re: Broken lamp",
    )
    base = f"/api/v1/drafts/{draft['id']}"
    picture = (await sue.put(f"{base}/files/lamp.png?inline=true", content=PIXEL)).json()
    await sue.put(
        f"{base}/files/{'發票'}.pdf", content=b"%PDF-1", headers={"Content-Type": "application/pdf"}
    )
    html = f'<p>Hello <b>Lin</b><script>x</script></p><img src="cid:{picture["id"]}" alt="lamp"><img src="https://spy/x">'
    draft = await write(
        sue,
        draft,
        rich=True,
        html=html,
        cc=["boss@example.com"],
        bcc=["quiet@example.com"],
        receipt=True,
        to=[LIN, "x@other.org"],
    )
    assert (draft["strangers"], "script" in draft["content"]["html"]) == (["x@other.org"], False)
    held = (await send(sue, draft)).json()["draft"]
    assert held["send_at"] - post.clock.now() == pytest.approx(10, abs=5)
    await post.later(0)
    assert len(await post.thread()) == before
    await post.later(11)
    letter = (await post.thread())[-1]
    assert (letter.to, letter.cc, letter.bcc, letter.author) == (
        (LIN, "x@other.org"),
        ("boss@example.com",),
        ("quiet@example.com",),
        "Sue",
    )
    assert letter.envelope_to == (LIN, "x@other.org", "boss@example.com", "quiet@example.com")
    message = await post.raw(letter.id)
    assert (message["Bcc"], message["Disposition-Notification-To"]) == (None, "<help@example.com>")
    assert [part.get_content_type() for part in message.walk() if not part.is_multipart()] == ["text/plain", "text/html", "image/png", "application/pdf"]  # fmt: skip
    assert [(each.name, each.inline) for each in letter.attachments] == [
        ("lamp.png", True),
        ("發票.pdf", False),
    ]
    page = (await sue.get(f"/api/v1/letters/{letter.id}/html")).text
    assert "data:image/png" in page
    assert "spy" not in page
    refused(await sue.post(f"{base}/undo"), 409, "draft.gone")
    row = (await post.house.store.read(lambda c: outbox.due(c, post.clock.now() + 60, 10)))[-1]
    assert row.envelope_from.startswith("help+l-")


async def test_a_letter_is_taken_back(post: Post, sue: httpx.AsyncClient) -> None:
    """Undo gives the draft back as it was, also after a reload; what is sent twice is held once."""
    before = len(await post.thread())
    draft = await write(sue, await begin(sue, post), text="Too quick")
    first, second = await send(sue, draft), await send(sue, draft)
    assert first.json()["draft"]["send_at"] == second.json()["draft"]["send_at"]
    listed = (await sue.get("/api/v1/drafts/held")).json()["items"]
    assert draft["id"] in [each["id"] for each in listed]
    refused(await sue.put(f"/api/v1/drafts/{draft['id']}/files/a.txt", content=b"x"), 409, "draft.held")
    back = (await sue.post(f"/api/v1/drafts/{draft['id']}/undo")).json()["draft"]
    assert (back["send_at"], back["content"]["text"]) == (None, "Too quick")
    await post.later(60)
    assert len(await post.thread()) == before
    assert (await sue.delete(f"/api/v1/drafts/{draft['id']}")).status_code == 204


async def test_a_letter_is_sent_at_its_time(post: Post, sue: httpx.AsyncClient) -> None:
    """The time is the customer's clock's; it can be moved and cancelled, and what waits is listed."""
    await post.house.store.write(lambda c: rows.patch(c, system(post.clock.now()), known.entity("party"), post.house.seed.party, {"time_zone": "America/New_York"}))  # fmt: skip
    draft = await write(sue, await begin(sue, post), text="Good morning")
    refused(await send(sue, draft, at="2001-01-01T09:00"), 422, "draft.time")
    year = 1970 + int(post.clock.now() / 31_556_952) + 1
    held = (await send(sue, draft, at=f"{year}-01-15T09:00", anyway=True)).json()["draft"]
    assert (held["scheduled"], int(held["send_at"]) % 86_400) == (True, 14 * 3600)
    moved = (await sue.put(f"/api/v1/drafts/{draft['id']}/time", json={"at": f"{year}-01-15T10:30"})).json()[
        "draft"
    ]
    assert moved["send_at"] - held["send_at"] == 5400
    listed = (await sue.get("/api/v1/outbox")).json()["held"]
    assert draft["id"] in [each["id"] for each in listed]
    await sue.delete(f"/api/v1/drafts/{draft['id']}")
    assert await post.house.store.read(kept.next_due) is None


async def test_case_24_a_second_reply_warns_before_it_is_sent(post: Post, sue: httpx.AsyncClient) -> None:
    """Two write in one case: whoever sends second is told, also when the customer wrote meanwhile; they may send anyway."""
    async with post.house.browser("adm") as adm:
        mine, theirs = await begin(sue, post), await begin(adm, post)
        here = (await sue.get(f"/api/v1/drafts?case={post.house.seed.case}")).json()
        assert {each["owner"] for each in here["items"]} == {"Sue", "Adm"}
        mine, theirs = await write(sue, mine, text="A"), await write(adm, theirs, text="B")
        assert (await send(sue, mine)).status_code == 200
        told = refused(await send(adm, theirs), 409, "letter.crossed_by")
        assert told["params"] == {"name": "Sue"}
        await post.later(11)
        refused(await send(adm, theirs), 409, "letter.crossed")
        assert (await send(adm, theirs, anyway=True)).status_code == 200
        third = await write(sue, await begin(sue, post), text="C")
        await post.later(11)
        await post.customer_writes("meanwhile")
        refused(await send(sue, third), 409, "letter.crossed")
        await sue.delete(f"/api/v1/drafts/{third['id']}")


async def test_a_colleague_takes_a_draft_over(post: Post, sue: httpx.AsyncClient) -> None:
    """One writes at a time: whoever lost it is told by whom, and an old window changes nothing."""
    async with post.house.browser("adm") as adm:
        draft = await write(sue, await begin(sue, post), text="Half a sen")
        body = {
            **{name: draft["content"][name] for name in ("to", "subject", "text")},
            "version": draft["version"],
        }
        refused(await adm.put(f"/api/v1/drafts/{draft['id']}", json=body), 409, "draft.taken")
        taken = (await adm.post(f"/api/v1/drafts/{draft['id']}/take")).json()["draft"]
        assert (taken["owner"], taken["content"]["text"]) == ("Adm", "Half a sen")
        refused(await sue.put(f"/api/v1/drafts/{draft['id']}", json=body), 409, "draft.taken")
        refused(await adm.put(f"/api/v1/drafts/{draft['id']}", json=body), 409, "draft.changed")
        await adm.delete(f"/api/v1/drafts/{draft['id']}")


async def test_a_colleagues_writing_is_told_over_the_socket(post: Post, sue: httpx.AsyncClient) -> None:
    """Whoever has the letter on the screen learns at once that somebody began to write in its case."""
    house = post.house
    house.at_hand("ann")
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        await ann.post("/api/v1/me/shift")
        await ann.put("/api/v1/me/status", json={"status": "ready"})
        item = await screen.until("items", "m1", state="offered")
        await ann.post(f"/api/v1/offers/{item['offer']['id'].replace('/', '%2F')}/accept")
        item = await screen.until("items", "m1", state="connected")
        draft = await begin(sue, post)
        await screen.until_docs(lambda docs: docs["items"]["m1"]["version"] > item["version"], "items", "m1")
        here = (await ann.get("/api/v1/drafts?interaction=m1")).json()["items"]
        assert [each["owner"] for each in here] == ["Sue"]
        await sue.delete(f"/api/v1/drafts/{draft['id']}")


async def test_whoever_has_the_case_open_hears_that_somebody_writes_in_it(
    post: Post, sue: httpx.AsyncClient
) -> None:
    """When a draft begins and when it ends, a browser that shows the case is told to look, one that shows another is not; what makes no sense is
    passed by."""
    house, case = post.house, post.house.seed.case
    async with house.browser("cyd") as cyd, house.socket(cyd) as looking, house.socket(cyd) as elsewhere:

        async def news(connection: ClientConnection) -> str:
            while (frame := json.loads(await connection.recv()))["type"] != "news":
                pass
            return str(frame["case"])

        for connection, shown in ((looking, case), (elsewhere, "another")):
            await connection.send(json.dumps({"type": "hello", "view": "board", "resume": None}))
            await connection.send("[]")
            await connection.send(json.dumps({"type": "look", "case": shown}))
        async with asyncio.timeout(8):
            while {each.looks_at for each in house.console.context.hub.sockets} != {case, "another"}:
                await asyncio.sleep(0.005)
            draft = await begin(sue, post)
            assert await news(looking) == case
            (mine,) = (await cyd.get("/api/v1/drafts", params={"case": case})).json()["items"]
            assert (mine["id"], mine["owner"]) == (draft["id"], "Sue")
            house.bus.publish("case", "another")
            assert await news(elsewhere) == "another"
            await sue.delete(f"/api/v1/drafts/{draft['id']}")
            assert await news(looking) == case


async def test_a_letter_is_forwarded_with_its_files(post: Post, sue: httpx.AsyncClient) -> None:
    """It goes to somebody else, quotes the whole letter, and answers nobody's promise."""
    first = (await post.thread())[0]
    draft = await begin(sue, post, way="forward", letter_id=first.id)
    assert (draft["content"]["to"], draft["content"]["subject"], len(draft["files"])) == (
        [],
        "Fwd: Broken lamp",
        2,
    )
    refused(await send(sue, draft), 409, "letter.no_address")
    draft = await write(sue, draft, to=["workshop@example.org"])
    await send(sue, draft, anyway=True)
    await post.later(11)
    message = await post.raw((await post.thread())[-1].id)
    assert "> It broke" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert message["In-Reply-To"] is None


async def test_a_first_letter_to_a_customer_opens_a_case(post: Post, sue: httpx.AsyncClient) -> None:
    """Nothing was written before; the case is theirs, and the letter is in it."""
    queue = post.house.seed.queue
    begun = await sue.post("/api/v1/drafts", json={"party_id": post.house.seed.party, "way": "new"})
    draft = await write(
        sue, begun.json()["draft"], subject="Your contract", text="It ends soon.", queue_id=queue
    )
    assert draft["content"]["to"] == [LIN]
    made = (await send(sue, draft)).json()["draft"]
    await post.later(11)
    (letter,) = await post.house.store.read(lambda c: letters.thread(c, made["case_id"]))
    assert (letter.subject, letter.to) == ("Your contract", (LIN,))


async def test_what_cannot_be_sent_comes_back_with_its_reason(post: Post, sue: httpx.AsyncClient) -> None:
    """A letter that fails at its time is a draft again, and its author is told; one that the relay refused can be written again."""
    draft = await write(sue, await begin(sue, post), text="x", to=["a b@example.com"])
    refused(await send(sue, draft, anyway=True), 409, "letter.address")
    draft = await write(sue, draft, to=[LIN], text="To be refused")
    await send(sue, draft, anyway=True)
    await post.house.store.write(lambda c: kept.give_back(c, kept.draft(c, draft["id"]), "letter.no_sender"))
    draft = (await sue.get(f"/api/v1/drafts/{draft['id']}")).json()["draft"]
    assert (draft["problem"], draft["send_at"]) == ("letter.no_sender", None)
    await send(sue, draft, anyway=True)
    await post.later(11)
    letter = (await post.thread())[-1]
    row = next(each for each in await post.house.store.read(lambda c: outbox.due(c, post.clock.now() + 60, 100)) if each.letter_id == letter.id)  # fmt: skip
    await post.house.store.write(
        lambda c: outbox.failed(c, row.id, 1.0, f"{LIN}: 550 no", None, {LIN: "550 no such user"})
    )
    shown = next(
        each for each in (await sue.get("/api/v1/outbox")).json()["letters"] if each["letter_id"] == letter.id
    )
    assert (shown["state"], shown["refused"]) == ("failed", {LIN: "550 no such user"})
    again = (await sue.post(f"/api/v1/letters/{letter.id}/again")).json()["draft"]
    assert again["content"]["text"] == "To be refused"
    assert (await sue.post(f"/api/v1/letters/{letter.id}/retry")).status_code == 204
    assert letter.id in [
        each.letter_id
        for each in await post.house.store.read(lambda c: outbox.due(c, post.clock.now() + 1, 100))
    ]
    await sue.delete(f"/api/v1/drafts/{again['id']}")


async def test_who_may_not_read_the_case_sees_no_draft(post: Post, sue: httpx.AsyncClient) -> None:
    """An agent without business in the case gets neither its drafts nor their files; the outbox is for those who keep watch."""
    draft = await begin(sue, post)
    file = (await sue.put(f"/api/v1/drafts/{draft['id']}/files/a.txt", content=b"x")).json()
    async with post.house.browser("bob") as bob:
        for path in (
            f"?case={post.house.seed.case}",
            f"/{draft['id']}",
            f"/{draft['id']}/files/{file['id']}",
        ):
            assert (await bob.get(f"/api/v1/drafts{path}")).status_code in {403, 404}
        assert (await bob.post(f"/api/v1/drafts/{draft['id']}/take")).status_code in {403, 404}
        refused(await bob.get("/api/v1/outbox"), 403, "access.role")
    await sue.delete(f"/api/v1/drafts/{draft['id']}")
