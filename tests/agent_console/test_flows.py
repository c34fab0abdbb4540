"""Entry flows and prompts over the API: written, tried, published and counted; uploaded and heard."""

import time
from typing import Any

import httpx

from crm_core.flows import visits
from tests.agent_console.house import House
from tests.contracts.test_flows import visit
from tests.crm_core.flows.test_sound import wav
from tests.real.listener import loudness

API = "/api/v1/flows"


def document(queue: str) -> dict[str, Any]:
    return {
        "start": "menu",
        "steps": {
            "menu": {
                "kind": "menu", "prompt": "ours:callback-offer", "choices": [{"key": "1", "next": "queue"}],
                "otherwise": "bye",
            },
            "queue": {"kind": "queue", "queue_id": queue},
            "bye": {"kind": "hangup"},
        },
    }  # fmt: skip


async def made(adm: httpx.AsyncClient, queue: str) -> dict[str, Any]:
    answer = await adm.post(API, json={"name": "Main line", "document": document(queue)})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_flow_is_written_published_and_led_through_by_a_number(house: House) -> None:
    """A draft is kept half-written with what is wrong with it, published when it is whole, chosen for a number, and an old version put back; each
    change carries its version."""
    async with house.browser("adm") as adm, house.browser("sue") as sue:
        flow = await made(adm, "gone")
        at = f"{API}/{flow['id']}"
        assert [(each["code"], each["pointer"]) for each in flow["problems"]] == [
            ("flow.queue_unknown", "/steps/queue/queue_id")
        ]
        refused = await adm.post(f"{at}/publish", json={})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (
            422, "/document/steps/queue/queue_id",
        )  # fmt: skip
        body = {"name": "Main line", "document": document(house.seed.queue)}
        stale = await adm.put(at, json=body, headers={"If-Match": '"99"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "record.stale")
        saved = await adm.put(at, json=body, headers={"If-Match": f'"{flow["row_version"]}"'})
        assert (saved.json()["problems"], saved.json()["document"]["start"]) == ([], "menu")
        published = await adm.post(
            f"{at}/publish", json={"note": "the first"}, headers={"If-Match": saved.headers["etag"]}
        )
        assert (published.json()["published"], published.json()["changed"]) == (1, False)
        entry = {"medium": "voice", "address": "4711", "queue_id": house.seed.queue, "flow_id": flow["id"]}
        assert (await adm.post("/api/v1/records/entries", json=entry)).status_code == 201
        [listed] = (await sue.get(API)).json()["items"]
        assert (listed["numbers"], listed["published"]) == (["4711"], 1)
        assert (await adm.delete(at)).json()["code"] == "flow.in_use"
        await adm.put(at, json={"name": "Main line"})
        restored = await adm.post(f"{at}/restore", json={"version": 1})
        assert restored.json()["document"] == saved.json()["document"]
        [version] = (await sue.get(f"{at}/versions")).json()["items"]
        assert (version["version"], version["note"], version["by"]) == (1, "the first", "Adm")
        assert (await sue.get(f"{at}/versions/1")).json()["document"] == saved.json()["document"]
        told = (await adm.get("/api/v1/audit", params={"entity": "flow"})).json()["items"]
        assert [each["action"] for each in told][::-1] == [
            "created", "changed", "published", "changed", "restored",
        ]  # fmt: skip


async def test_what_is_no_flow_is_told_where(house: House) -> None:
    """Pointers lead into the request's own document, and nothing is kept."""
    async with house.browser("adm") as adm:
        wrong = document("q")
        wrong["steps"]["menu"]["choices"][0]["key"] = "11"
        wrong["steps"]["queue"]["more"] = 1
        answer = await adm.post(API, json={"name": "x", "document": wrong})
        assert (answer.status_code, sorted(each["pointer"] for each in answer.json()["errors"])) == (
            422,
            ["/document/steps/menu/choices/0/key", "/document/steps/queue/more"],
        )
        assert (await adm.get(API)).json()["items"] == []


async def test_a_flow_is_tried_and_counted(house: House) -> None:
    """A preview says what a caller would hear and where they would be; figures come from the calls of a time span."""
    async with house.browser("adm") as adm, house.browser("sue") as sue:
        flow = await made(adm, house.seed.queue)
        at = f"{API}/{flow['id']}"
        tried = (await sue.post(f"{at}/preview", json={"keys": ["9", "1"], "language": "zh-TW"})).json()
        assert [(each["step"], each["keys"], each["outcome"]) for each in tried["path"]] == [
            ("menu", ["9", "1"], "1"), ("queue", [], "queue"),
        ]  # fmt: skip
        assert (tried["end"]["kind"], tried["end"]["queue_id"]) == ("queue", house.seed.queue)
        assert tried["heard"] == [{"step": "menu", "prompt": "ours:callback-offer", "language": "zh-TW"}] * 2
        now = time.time()
        for number, path in enumerate((("menu", "queue"), ("menu",))):
            one = visit(number, *path, outcome="queue" if number == 0 else "left", at=now - 60)
            data = {name: getattr(one, name) for name in one.__dataclass_fields__} | {"flow_id": flow["id"]}
            await house.store.write(lambda conn, data=data: visits.keep(conn, visits.Visit(**data)))
        figures = (await sue.get(f"{at}/figures", params={"since": now - 100})).json()
        assert (figures["visits"], figures["outcomes"]) == (2, {"queue": 1, "left": 1})
        assert figures["steps"][0] == {"step": "menu", "visits": 2, "left": 1, "failed": 0}
        span = await sue.get(f"{at}/figures", params={"since": now, "until": now - 1})
        assert span.json()["code"] == "request.span"


async def test_a_prompt_is_uploaded_and_heard(house: House) -> None:
    """A WAV of a studio becomes a telephone's, also one larger than other requests may be; what is no WAV is refused with a code and changes nothing."""
    async with house.browser("adm") as adm, house.browser("sue") as sue:
        one = (await adm.post("/api/v1/prompts", json={"name": "Hello", "text": "您好"})).json()
        at = f"/api/v1/prompts/{one['id']}"
        studio = wav(rate=48_000, channels=2, bits=24, seconds=4.0)
        assert len(studio) > 1_000_000
        kept = await adm.put(f"{at}/sounds/zh-TW", content=studio)
        assert kept.status_code == 200, kept.text
        assert [(each["language"], each["seconds"]) for each in kept.json()["sounds"]] == [("zh-TW", 4.0)]
        heard = await sue.get(f"{at}/sounds/zh-TW")
        assert (heard.headers["content-type"], heard.content[:4]) == ("audio/wav", b"RIFF")
        assert loudness(heard.content[-8000:], 1000) > 10_000
        for content, code in ((b"ID3 an MP3", "prompt.no_wav"), (wav(seconds=0.05), "prompt.empty")):
            refused = await adm.put(f"{at}/sounds/en", content=content)
            assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert (await adm.put(f"{at}/sounds/fr", content=studio)).status_code == 422
        answer = (await sue.get("/api/v1/prompts")).json()
        assert [each["name"] for each in answer["items"]] == ["Hello"]
        assert {"callback-kept", "closed"} <= {each["name"] for each in answer["ours"]}
        assert (await adm.delete(f"{at}/sounds/zh-TW")).json()["sounds"] == []
        assert (await adm.delete(at)).status_code == 204
