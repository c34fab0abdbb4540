"""Knowledge over the API: written, reviewed, suggested, used in a reply, kept on the case; memos read."""

import asyncio
import time

from agent_console.librarian import Librarian
from config.clock import SystemClock
from crm_core import cases
from crm_core.knowledge import publishing
from crm_core.knowledge.texts import Words
from crm_core.records.change import system
from routing.core.model import Phase
from tests.agent_console.house import House

API = "/api/v1/knowledge"
ARTICLE = {
    "language": "en",
    "title": "Lamp flickers",
    "body": "Tighten the bulb until the lamp stops flickering.",
}


async def published(
    house: House, title: str = "Lamp flickers", body: str = ARTICLE["body"], **given: object
) -> str:
    """The id of a published article."""

    def unit(connection):
        fields = {"language": "en", **given}
        made = publishing.create(connection, system(time.time()), fields, Words(title=title, body=body))
        publishing.move(connection, system(time.time()), made, "en", "published")
        return made

    return await house.store.write(unit)


async def test_an_article_from_an_agent_to_everybody(house: House) -> None:
    """An agent writes and submits, may not publish; a supervisor finds it in the review, compares, publishes."""
    async with house.browser("ann") as ann, house.browser("sue") as sue, house.browser("bob") as bob:
        made = await ann.post(f"{API}/articles", json=ARTICLE)
        assert made.status_code == 201, made.text
        article = made.json()["record"]["id"]
        place = f"{API}/articles/{article}"
        text = made.json()["texts"][0]
        changed = {
            "title": "Lamp flickers",
            "body": "Tighten the bulb.\nThen wait.",
            "base": text["version"],
            "note": "shorter",
        }
        assert (await ann.put(f"{place}/texts/en", json=changed)).status_code == 200
        assert (await ann.put(f"{place}/texts/en", json=changed)).json()["code"] == "article.stale"
        assert (await bob.get(place)).status_code == 403
        await ann.post(f"{place}/texts/en/state", json={"to": "in_review"})
        refused = await ann.post(f"{place}/texts/en/state", json={"to": "published"})
        assert (refused.status_code, refused.json()["code"]) == (403, "article.not_reviewer")
        (waiting,) = (await sue.get(f"{API}/review")).json()["items"]
        assert (waiting["why"], waiting["article_id"], waiting["by"]) == ("submitted", article, "Ann")
        versions = (await sue.get(f"{place}/texts/en/versions")).json()["items"]
        assert [each["version"] for each in versions] == [3, 2, 1]
        differing = await sue.get(f"{place}/texts/en/difference", params={"before": 2, "after": 3})
        assert {each["what"] for each in differing.json()["body"]} == {"added", "removed"}
        assert (await sue.post(f"{place}/texts/en/state", json={"to": "published"})).json()["record"][
            "state"
        ] == "published"
        seen = (await bob.get(place)).json()
        assert (seen["editable"], seen["publishable"], seen["texts"][0]["body"]) == (
            False,
            False,
            "Tighten the bulb.\nThen wait.",
        )
        assert (await bob.get(f"{place}/texts/en/versions")).status_code == 403


async def test_suggested_put_in_sent_and_kept_on_the_case(house: House) -> None:
    """What fits the letter is proposed; put into the reply and sent, it counts as used and is kept on the case."""
    article = await published(house)
    house.at_hand("ann")
    async with house.browser("ann") as ann, house.listening(ann):
        await ann.put("/api/v1/me/status", json={"status": "ready"})
        letter = await house.letter_arrives(subject="My lamp is flickering")
        await house.until(letter, Phase.OFFERED)
        offer = house.floor.centre.interactions[letter].offer
        assert offer is not None
        accepted = await ann.post(f"/api/v1/offers/{offer.replace('/', '%2F')}/accept")
        assert accepted.status_code == 204, accepted.text
        await house.until(letter, Phase.CONNECTED)
        asked = {"text": "my lamp keeps flickering", "interaction_id": letter, "case_id": house.seed.case}
        (best,) = (await ann.post(f"{API}/suggest", json=asked)).json()["items"]
        assert (best["article_id"], best["kind"], best["link"]) == (article, "article", None)
        used = {"kind": "inserted", "interaction_id": letter}
        assert (await ann.post(f"{API}/articles/{article}/uses", json=used)).status_code == 204
        key = {"Idempotency-Key": "reply-number-one"}
        for _ in range(2):
            sent = await ann.post(
                f"/api/v1/interactions/{letter}/replies",
                json={"text": f"Hello\n{ARTICLE['body']}"},
                headers=key,
            )
            assert sent.status_code == 201, sent.text
        kept = (await ann.get(f"{API}/cases/{house.seed.case}/articles")).json()["items"]
        assert [(each["id"], set(each["kinds"])) for each in kept] == [(article, {"inserted", "replied"})]
        whole = (await ann.get(f"{API}/articles/{article}")).json()
        assert whole["usefulness"] == {"helpful": 0, "not_helpful": 0, "used": 1, "linked": 0}
        assert (await ann.post(f"{API}/articles/{article}/votes", json={"helpful": True})).status_code == 204
        assert (await ann.post(f"{API}/articles/{article}/votes", json={"helpful": True})).status_code == 204
        assert (await ann.get(f"{API}/articles/{article}")).json()["usefulness"]["helpful"] == 1


async def test_what_is_not_theirs_stays_closed(house: House) -> None:
    """An agent links and lists on their own cases alone, and supervisors see who has read a memo."""
    article = await published(house)
    async with house.browser("bob") as bob, house.browser("sue") as sue:
        place = f"{API}/cases/{house.seed.case}"
        assert (await bob.get(f"{place}/articles")).status_code == 403
        assert (await bob.post(f"{place}/draft")).status_code == 403
        used = {"kind": "linked", "case_id": house.seed.case}
        assert (await bob.post(f"{API}/articles/{article}/uses", json=used)).status_code == 403
        assert (await sue.post(f"{API}/articles/{article}/uses", json=used)).status_code == 204
        assert len((await sue.get(f"{place}/articles")).json()["items"]) == 1
        assert (await sue.delete(f"{place}/articles/{article}")).status_code == 204
        assert (await sue.get(f"{place}/articles")).json()["items"] == []


async def test_the_librarian_makes_drafts_of_what_is_solved(house: House) -> None:
    """The round makes one draft of each solved case with an answer; an agent gets the same by one click."""
    house.at_hand("ann")
    librarian = Librarian(house.store, house.bus, SystemClock())
    await house.letter_arrives()
    async with house.browser("sue") as sue:
        assert (await sue.post(f"{API}/cases/{house.seed.case}/draft")).json()[
            "code"
        ] == "article.no_solution"
        await house.store.write(lambda c: _answer(c, house))
        await librarian.round()
        await librarian.round()
        drafts = (await sue.get("/api/v1/records/articles")).json()["items"]
        assert [(each["source_case_id"], each["state"]) for each in drafts] == [(house.seed.case, "draft")]
        again = await sue.post(f"{API}/cases/{house.seed.case}/draft")
        assert again.json()["record"]["id"] == drafts[0]["id"]
        assert "lin@example.com" not in again.json()["texts"][0]["body"]


async def test_without_knowledge_the_librarian_collects_nothing(house: House) -> None:
    """While the module is switched off no case becomes a draft; switched on, it does."""
    house.at_hand("ann")
    await house.letter_arrives()
    async with house.browser("sue") as sue:
        await house.store.write(lambda c: _answer(c, house))
        for off, drafts in ((("knowledge",), 0), ((), 1)):
            await Librarian(house.store, house.bus, SystemClock(), off).round()
            assert len((await sue.get("/api/v1/records/articles")).json()["items"]) == drafts


def _answer(connection, house: House) -> None:
    from crm_core import letters

    letters.queue_reply(
        connection, interaction_id=None, case_id=house.seed.case, author_id=house.seed.users["ann"], envelope_from="help@example.com",
        to=["lin@example.com"], cc=[], subject="Re", text="Change the bulb, lin@example.com.", message_id="<a@x>", in_reply_to="",
        references=(), raw=b"x", now=time.time(),
    )  # fmt: skip
    cases.set_status(connection, house.seed.case, "solved", time.time())


async def test_memos_are_read_and_counted(house: House) -> None:
    """A memo of a queue is shown with work of that queue; confirmed, it stays told as read, and supervisors see by whom."""
    async with house.browser("ann") as ann, house.browser("sue") as sue:
        letter = await house.letter_arrives()
        memo = {"title": "Recall", "body": "**Model 7** only", "urgent": True, "queue_id": house.seed.queue}
        made = (await sue.post("/api/v1/records/memos", json=memo)).json()["record"]
        assert (await ann.post("/api/v1/records/memos", json=memo)).status_code == 403
        assert (await ann.get(f"{API}/memos")).json()["items"] == []
        (shown,) = (await ann.get(f"{API}/memos", params={"interaction": letter})).json()["items"]
        assert (shown["id"], shown["read_at"], "<strong>Model 7</strong>" in shown["html"]) == (
            made["id"],
            None,
            True,
        )
        for _ in range(2):
            assert (await ann.post(f"{API}/memos/{made['id']}/read")).status_code == 204
        told = (await sue.get(f"{API}/memos/{made['id']}/readings")).json()
        assert (told["read"], told["of"]) == (1, 2)
        assert (await ann.get(f"{API}/memos/{made['id']}/readings")).status_code == 403
        assert (await ann.post(f"{API}/memos/none/read")).status_code == 404


async def test_files_are_kept_as_what_they_are(house: House) -> None:
    """A picture is told by its bytes, never by its claim; a page of HTML is only ever downloaded; too large is refused."""
    article = await published(house, audience="public")
    async with house.browser("sue") as sue, house.browser() as anybody:
        place = f"{API}/articles/{article}/files"
        picture = (
            await sue.put(
                f"{place}/p.png", content=b"\x89PNG\r\n\x1a\n x", headers={"Content-Type": "text/html"}
            )
        ).json()
        page = (
            await sue.put(
                f"{place}/x.html", content=b"<script>1</script>", headers={"Content-Type": "image/png"}
            )
        ).json()
        assert (picture["content_type"], page["content_type"]) == ("image/png", "application/octet-stream")
        assert (await sue.put(f"{place}/big", content=b"x" * 900_001)).status_code in {413, 422}
        shown = await anybody.get(f"/help/files/{picture['id']}")
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
        kept = await anybody.get(f"/help/files/{page['id']}")
        assert kept.headers["content-disposition"].startswith("attachment")
        await sue.post(f"{API}/articles/{article}/texts/en/state", json={"to": "retired"})
        assert (await anybody.get(f"/help/files/{picture['id']}")).status_code == 404
        assert (await sue.get(f"{API}/files/{page['id']}")).status_code == 200
        await asyncio.sleep(0)


async def test_files_that_may_go_along_with_a_letter_are_found(house: House) -> None:
    """Of published articles alone, those that are kept on the case first; by the file's name and the article's title; nobody looks through the
    eyes of a case that is not theirs."""
    lamp, chair = await published(house), await published(house, title="Chair wobbles")
    async with house.browser("sue") as sue, house.browser("bob") as bob:
        draft = (await sue.post(f"{API}/articles", json={**ARTICLE, "title": "Not yet"})).json()["record"][
            "id"
        ]
        for article, name in ((lamp, "bulb.pdf"), (draft, "secret.pdf"), (chair, "legs 100%.pdf")):
            assert (
                await sue.put(
                    f"{API}/articles/{article}/files/{name.replace('%', '%25')}", content=b"%PDF-1.7"
                )
            ).status_code == 201
        case = house.seed.case
        await sue.post(f"{API}/articles/{lamp}/uses", json={"kind": "linked", "case_id": case})

        async def found(**asked: str) -> list[tuple[str, bool]]:
            items = (await sue.get(f"{API}/files", params=asked)).json()["items"]
            return [(each["name"], each["of_case"]) for each in items]

        assert await found(case=case) == [("bulb.pdf", True), ("legs 100%.pdf", False)]
        assert await found() == [("legs 100%.pdf", False), ("bulb.pdf", False)]
        assert await found(q="flickers BULB") == [("bulb.pdf", False)]
        assert await found(q="100%") == [("legs 100%.pdf", False)]
        assert await found(q="%") == [("legs 100%.pdf", False)]
        assert (await bob.get(f"{API}/files", params={"case": case})).status_code == 403
        begun = (await sue.post("/api/v1/drafts", json={"case_id": case})).json()["draft"]["id"]
        (file, _) = (await sue.get(f"{API}/files", params={"case": case})).json()["items"]
        taken = await sue.post(f"/api/v1/drafts/{begun}/files", json={"article_file_id": file["id"]})
        assert (taken.status_code, taken.json()["name"]) == (201, "bulb.pdf")
