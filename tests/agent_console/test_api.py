"""The API's answers: what commands do, what they refuse, and that every error is a problem document."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from agent_console import letter_page
from crm_core import interactions
from routing.core.events import Accepted
from routing.core.model import AgentId, InteractionId, OfferId, Phase, Status
from tests.agent_console.house import House, Screen
from tests.agent_console.test_socket import ready


@dataclass
class Desk:
    """Ann at work, with one open letter."""

    house: House
    ann: httpx.AsyncClient
    screen: Screen
    letter: InteractionId

    def url(self, rest: str = "") -> str:
        return f"/api/v1/interactions/{self.letter}{rest}"

    async def document(self) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.ann.get(self.url())).json()
        return answer


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[Desk]:
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        await ready(house, ann, screen)
        letter = await house.letter_arrives()
        await house.until(letter, Phase.OFFERED)
        accepted = await ann.post(f"/api/v1/offers/{letter}%2F1/accept")
        assert accepted.status_code == 204, accepted.text
        yield Desk(house, ann, screen, letter)


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """It is a problem document with this code."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert set(problem) == {"type", "title", "status", "code", "params", "errors", "request_id"}
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


async def test_a_letter_is_read_answered_and_wrapped_up(house: House) -> None:
    """Accept, read the thread, answer once however often it is sent, finish, wrap up with disposition and note, pause."""
    async with at_work(house) as desk:
        shown = await desk.document()
        assert shown["customer"] == {"address": "lin@example.com", "name": "Lin"}
        assert shown["match"]["parties"][0]["name"] == "林小美"
        assert shown["case"]["id"] == house.seed.case
        assert [letter["from"] for letter in shown["thread"]] == [
            {"name": "Lin", "address": "lin@example.com"}
        ]
        key = {"Idempotency-Key": "press-of-the-button"}
        answers = [
            await desk.ann.post(desk.url("/replies"), json={"text": "Sorry!"}, headers=key) for _ in range(2)
        ]
        assert {answer.status_code for answer in answers} == {201}
        assert answers[0].json() == answers[1].json()
        thread = (await desk.document())["thread"]
        assert [(each["direction"], each["text"], each["delivery"]) for each in thread] == [
            ("in", "It broke", None),
            ("out", "Sorry!", "queued"),
        ]
        await desk.screen.until("items", desk.letter, letters=2)
        assert (await desk.ann.post(desk.url("/finish"))).status_code == 204
        await desk.screen.until("items", desk.letter, state="wrap_up")
        body = {"disposition": "solved", "note": "sent a new one", "next_status": "lunch"}
        assert (await desk.ann.post(desk.url("/wrapup"), json=body)).status_code == 204
        closed = await desk.document()
        assert (closed["state"], closed["disposition"], closed["note"]) == (
            "closed",
            "solved",
            "sent a new one",
        )
        late = await desk.ann.put(desk.url("/note"), json={"text": "sent a new one, by post"})
        assert late.status_code == 204, "what was typed when wrap-up ended is not lost"
        assert (await desk.document())["note"] == "sent a new one, by post"
        async with house.browser("bob") as bob:
            refused(await bob.put(desk.url("/note"), json={"text": "mine"}), 403, "interaction.not_yours")
        assert [segment["kind"] for segment in closed["segments"]] == ["queue", "agent"]
        ann = house.floor.centre.agents[AgentId(house.seed.users["ann"])]
        assert (ann.status, ann.reason) == (Status.PAUSED, "lunch")


async def test_answering_may_finish_the_letter(house: House) -> None:
    """`finish` ends the work with the answer."""
    async with at_work(house) as desk:
        body, key = {"text": "Done", "finish": True}, {"Idempotency-Key": "finishing"}
        assert (await desk.ann.post(desk.url("/replies"), json=body, headers=key)).status_code == 201
        assert house.floor.centre.interactions[desk.letter].phase is Phase.WRAP_UP


async def test_a_letter_goes_back_to_its_queue(house: House) -> None:
    """Returned, it waits at its old age, and the agent is told."""
    async with at_work(house) as desk:
        before = house.floor.centre.interactions[desk.letter].enqueued_at
        await desk.ann.put("/api/v1/me/status", json={"status": "paused", "reason": "break"})
        assert (await desk.ann.post(desk.url("/return"))).status_code == 204
        work = house.floor.centre.interactions[desk.letter]
        assert (work.phase, work.enqueued_at) == (Phase.WAITING, before)
        while not desk.screen.docs.get("notices"):
            await desk.screen.frame()
        [notice] = desk.screen.docs["notices"].values()
        assert notice["code"] == "work.requeued"


async def test_an_offer_that_is_gone_is_refused(house: House) -> None:
    """Accepting twice, or what never was, changes nothing and says so."""
    async with at_work(house) as desk:
        refused(await desk.ann.post(f"/api/v1/offers/{desk.letter}%2F1/accept"), 409, "offer.gone")
        refused(await desk.ann.post("/api/v1/offers/nothing%2F1/decline"), 409, "offer.gone")


async def test_declining_pauses_and_tells(house: House) -> None:
    """The declined call waits on, the agent is paused `declined` and has a notice."""
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        await ready(house, ann, screen)
        call = await house.call_arrives()
        await house.until(call, Phase.OFFERED)
        refused(await ann.post(f"/api/v1/offers/{call}%2F1/accept"), 409, "offer.by_phone")
        assert (await ann.post(f"/api/v1/offers/{call}%2F1/decline")).status_code == 204
        await screen.until("me", "me", status="paused", reason="declined")
        await screen.until("notices", f"{call}/1", code="offer.declined")
        assert house.floor.centre.interactions[call].phase is Phase.WAITING


async def test_a_call_is_hung_up_and_reattached_by_its_agent(house: House) -> None:
    """Commands on a talking call reach the calls' room; letters' commands do not fit it."""
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        await ready(house, ann, screen)
        call = await house.call_arrives()
        await house.until(call, Phase.OFFERED)
        await house.floor.settle(Accepted(offer=OfferId(f"{call}/1"), at=time.time()))
        url = f"/api/v1/interactions/{call}"
        assert (await ann.post(f"{url}/reattach")).status_code == 204
        assert house.calls.reattached == [call]
        refused(await ann.post(f"{url}/finish"), 409, "interaction.state")
        made = await ann.post(f"{url}/case", json={"subject": "Lamp again"})
        assert made.status_code == 201
        await screen.until_docs(lambda docs: docs["items"][call]["case"] is not None, "items", call)
        assert screen.docs["items"][call]["case"]["number"] == made.json()["case"]["number"]
        assert (await ann.post(f"{url}/hangup")).status_code == 204
        await screen.until("items", call, state="wrap_up")
        refused(await ann.post(f"{url}/hangup"), 409, "interaction.state")


async def test_the_agent_says_who_it_is(house: House) -> None:
    """Choosing a party changes the pop on the screen; an unknown one is refused at its field."""
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        await ready(house, ann, screen)
        call = await house.call_arrives()
        await house.until(call, Phase.OFFERED)
        url = f"/api/v1/interactions/{call}/party"
        assert (await ann.put(url, json={"party_id": house.seed.stranger})).status_code == 204
        item = await screen.until_docs(
            lambda docs: docs["items"][call]["match"]["strength"] == "one", "items", call
        )
        assert item["match"]["parties"][0]["name"] == "Zed Other"
        problem = refused(await ann.put(url, json={"party_id": "nobody"}), 404, "party.unknown")
        assert problem["errors"][0]["pointer"] == "/party_id"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"disposition": "solved", "mood": "good"}, "/mood", "field.extra_forbidden"),
        ({}, "/disposition", "field.missing"),
        ({"disposition": 7}, "/disposition", "field.string_type"),
        ({"disposition": "solved", "next_status": "asleep"}, "/next_status", "field.literal_error"),
    ],
)
async def test_bodies_that_do_not_fit_are_refused_by_field(
    house: House, body: Any, pointer: str, code: str
) -> None:
    """Unknown, missing and wrong fields: 422 with a pointer and a code for each."""
    async with at_work(house) as desk:
        problem = refused(await desk.ann.post(desk.url("/wrapup"), json=body), 422, "request.invalid")
        assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]


async def test_other_refusals_are_problems_too(house: House) -> None:
    """Unknown routes, methods, things, dispositions, missing keys, broken JSON and bodies too large."""
    async with at_work(house) as desk:
        ann = desk.ann
        refused(await ann.get("/api/v1/nothing"), 404, "route.unknown")
        refused(await ann.delete("/api/v1/me"), 405, "route.method")
        refused(await ann.get("/api/v1/interactions/nothing"), 404, "interaction.unknown")
        refused(await ann.get("/api/v1/cases/nothing"), 404, "case.unknown")
        refused(await ann.get("/api/v1/parties/nothing"), 404, "party.unknown")
        refused(await ann.get("/api/v1/parties?cursor=nothing"), 422, "cursor.unknown")
        refused(await ann.get("/api/v1/letters/nothing/html"), 404, "letter.unknown")
        refused(await ann.get("/api/v1/attachments/nothing"), 404, "attachment.unknown")
        refused(
            await ann.post(desk.url("/wrapup"), json={"disposition": "solved"}),
            409,
            "interaction.state",
        )
        refused(await ann.post(desk.url("/replies"), json={"text": "no key"}), 422, "request.invalid")
        headers = {"Content-Type": "application/json"}
        refused(await ann.put(desk.url("/note"), content=b"{", headers=headers), 422, "request.invalid")
        large = await ann.put(desk.url("/note"), content=b"x" * 1_000_001, headers=headers)
        refused(large, 413, "request.too_large")
        chunks = await ann.put(desk.url("/note"), content=_chunks(), headers=headers)
        refused(chunks, 413, "request.too_large")
        await ann.post(desk.url("/finish"))
        unknown = await ann.post(desk.url("/wrapup"), json={"disposition": "nonsense"})
        assert refused(unknown, 422, "disposition.unknown")["errors"][0]["pointer"] == "/disposition"


async def _chunks() -> AsyncIterator[bytes]:
    for _ in range(20):
        yield b"x" * 100_000


async def test_a_bug_is_a_problem_without_details(house: House) -> None:
    """An unexpected error answers 500 with a code and a request id, and nothing of what went wrong."""

    async def broken(extension: str) -> None:
        raise RuntimeError("secret detail")

    house.phones.credential = broken  # type: ignore[method-assign,assignment]
    async with house.browser("ann") as ann:
        answer = await ann.post("/api/v1/me/shift")
        refused(answer, 500, "server.bug")
        assert "secret" not in answer.text


async def test_a_letters_html_can_do_nothing(house: House) -> None:
    """Scripts, handlers and remote pictures are gone, its own picture is built in, and the policy forbids the rest."""
    async with at_work(house) as desk:
        letter = (await desk.document())["thread"][0]["id"]
        page = await desk.ann.get(f"/api/v1/letters/{letter}/html")
        assert "<b>broke</b>" in page.text
        assert "data:image/png;base64," in page.text
        for gone in ("script>", "onclick", "spy", "alert"):
            assert gone not in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        # a link must open a page of its own: in the frame our own policy would refuse it and the letter would be gone
        assert "sandbox allow-popups allow-popups-to-escape-sandbox;" in policy


def test_a_letters_links_open_a_page_of_their_own() -> None:
    """Whatever target the sender chose; the page that opens knows nothing of ours."""
    shown = letter_page.render('<a href="https://x.test/" target="_top">here</a>', ())
    assert 'target="_blank"' in shown
    assert "_top" not in shown
    assert 'rel="noopener noreferrer nofollow"' in shown


async def test_attachments_are_only_ever_downloads(house: House) -> None:
    """Whatever its type and name, an attachment is saved, not shown; the name cannot break the header."""
    async with at_work(house) as desk:
        [picture, page] = (await desk.document())["thread"][0]["attachments"]
        assert picture["name"] == "p.png"
        answer = await desk.ann.get(f"/api/v1/attachments/{page['id']}")
        assert answer.content == b"<script>1</script>"
        disposition = answer.headers["content-disposition"]
        assert disposition.startswith('attachment; filename="v_il__.html"; filename*=UTF-8')
        assert answer.headers["x-content-type-options"] == "nosniff"
        raw = await desk.ann.get(f"/api/v1/letters/{(await desk.document())['thread'][0]['id']}/raw")
        assert (raw.headers["content-type"], raw.content[:7]) == ("message/rfc822", b"Subject")


async def test_history_is_readable_and_strangers_are_not(house: House) -> None:
    """An agent reads the earlier contacts of the customer on their screen, and nothing of other customers."""
    async with at_work(house) as desk:
        await house.letter_arrives("m-older")
        assert (await desk.ann.get("/api/v1/interactions/m-older")).status_code == 200
        await desk.ann.put("/api/v1/me/status", json={"status": "paused", "reason": "break"})
        await house.call_arrives("tl-stranger")
        await house.store.write(lambda c: interactions.set_party(c, "tl-stranger", house.seed.stranger))
        refused(await desk.ann.get("/api/v1/interactions/tl-stranger"), 403, "interaction.not_yours")


async def test_customers_are_found(house: House) -> None:
    """By a part of the Chinese name or the number; the profile has numbers, and the cases that one may read."""
    async with house.browser("bob") as bob, house.browser("sue") as sue:
        for text in ("小美", "0912345678"):
            page = (await bob.get("/api/v1/parties", params={"search": text})).json()
            assert [row["name"] for row in page["items"]] == ["林小美"]
        profile = (await bob.get(f"/api/v1/parties/{house.seed.party}")).json()
        assert profile["contact_points"][0]["normal"] == "+886912345678"
        assert profile["cases"] == []
        whole = (await sue.get(f"/api/v1/parties/{house.seed.party}")).json()
        assert [case["id"] for case in whole["cases"]] == [house.seed.case]
        codes = (await bob.get("/api/v1/dispositions", params={"queue": house.seed.queue})).json()
        assert [item["code"] for item in codes["items"]] == ["solved", "called_back"]
        assert codes["items"][0]["labels"]["zh-TW"] == "已解決"


async def test_a_shift_gives_a_phone_when_there_is_one(house: House) -> None:
    """An agent with an extension gets a credential; without one, or while Asterisk is away, null."""
    async with house.browser("ann") as ann, house.browser("bob") as bob:
        assert (await ann.post("/api/v1/me/shift")).json()["phone"]["user"] == "1001"
        assert (await bob.post("/api/v1/me/shift")).json() == {"phone": None}
        house.phones.away = True
        assert (await ann.post("/api/v1/me/shift")).json() == {"phone": None}
        refused(await ann.post("/api/v1/callus"), 503, "peer.unavailable")


async def test_anybody_may_call_us_a_few_times(house: House) -> None:
    """A guest's phone and the lines; after ten in a minute from one address: wait."""
    async with house.browser() as guest:
        answers = [await guest.post("/api/v1/callus") for _ in range(11)]
        given = answers[0].json()
        assert given["target"] == "sip:100@127.0.0.1"
        assert given["lines"] == [{"queue": "Support", "language": "en", "number": "100"}]
        refused(answers[10], 429, "callus.too_many")
        assert 0 < int(answers[10].headers["retry-after"]) <= 61


async def test_machines_can_watch(house: House) -> None:
    """Health, readiness with reasons, and figures as Prometheus reads them."""
    async with house.browser() as machine:
        assert (await machine.get("/healthz")).json() == {"status": "ok"}
        assert (await machine.get("/readyz")).status_code == 200
        house.mail.up = False
        answer = await machine.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["parts"]["mail"] == {"up": False, "reason": "mail.port_busy"}
        assert answer.json()["parts"]["database"]["up"] is True
        house.mail.up, house.calls.servers = True, {"north": True, "south": False}
        answer = await machine.get("/readyz")
        assert answer.status_code == 200
        assert answer.json()["parts"]["asterisk.south"] == {"up": False, "reason": "asterisk.unreachable"}
        house.mail.up = False
        await house.call_arrives()
        lines = (await machine.get("/metrics")).text.splitlines()
        assert 'trunkline_link_up{peer="asterisk.south"} 0' in lines
        assert f'trunkline_waiting{{queue="{house.seed.queue}",medium="voice"}} 1' in lines
        assert 'trunkline_link_up{peer="mail"} 0' in lines
        assert 'trunkline_sockets{view="agent"} 0' in lines
        assert "trunkline_lanes 0" in lines
        assert "# TYPE trunkline_transactions_total counter" in lines
        assert f"trunkline_transactions_total {house.store.spent.transactions}" in lines
        assert f"trunkline_transactions_slow_total {house.store.spent.slow}" in lines


async def test_search_shows_what_one_may_read(house: House) -> None:
    """The agent whose customer it is and a supervisor find a letter, with what fits marked, and can read it on; another
    agent finds the customer alone."""
    async with at_work(house) as desk, house.browser("sue") as sue, house.browser("bob") as bob:
        await house.letter_arrives("m-found", subject="😀 檯燈壞了")
        for client in (desk.ann, sue):
            (hit,) = (await client.get("/api/v1/search", params={"q": "台灯", "kinds": "letter"})).json()[
                "items"
            ]
            assert hit["title"] == {"text": "😀 檯燈壞了", "marks": [[2, 4]]}
            assert (hit["kind"], hit["party"]) == ("letter", {"id": house.seed.party, "name": "林小美"})
            assert (await client.get(f"/api/v1/cases/{hit['case_id']}")).status_code == 200
        assert (await bob.get("/api/v1/search", params={"q": "台灯"})).json()["items"] == []
        (party,) = (await bob.get("/api/v1/search", params={"q": "小美"})).json()["items"]
        assert (party["kind"], party["id"]) == ("party", house.seed.party)


async def test_searches_that_cannot_be(house: House) -> None:
    """Each is refused with a code of its own, and none is a fault of the server."""
    async with house.browser("bob") as bob:
        for wrong, code in (
            ({"q": ""}, "search.nothing_sought"),
            ({"q": "a " * 20}, "search.too_long"),
            ({"q": "a", "kinds": "robot"}, "search.kind_unknown"),
            ({"q": "a", "cursor": "x"}, "cursor.unknown"),
            ({}, "request.invalid"),
            ({"q": "a", "limit": "0"}, "request.invalid"),
            ({"q": "a", "colour": "red"}, "request.invalid"),
        ):
            refused(await bob.get("/api/v1/search", params=wrong), 422, code)
