"""The gateway that tests talk to is itself held to docs/sms.md."""

import json
import time
from typing import Any

import httpx

from tests.fakes.sms_gateway import PICTURE, SECRET, generic_hook, running, signed

MESSAGE = {
    "id": "m1",
    "from": "+886900000001",
    "to": "+886912345678",
    "text": "您好",
    "report_to": "http://x/",
}


async def handed_over(client: httpx.AsyncClient, url: str, **more: Any) -> httpx.Response:
    body = json.dumps(MESSAGE | more).encode()
    at = str(int(time.time()))
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": at,
        "webhook-signature": signed(SECRET, "m1", at, body),
        "idempotency-key": str(more.get("id", "m1")),
    }
    return await client.post(f"{url}/send", content=body, headers=headers)


async def test_the_fake_gateway_keeps_to_the_contract() -> None:
    """It takes a message once by its key, refuses a foreign signature, and fails in the ways that it is told to."""
    async with running() as gateway, httpx.AsyncClient() as client:
        first = await handed_over(client, gateway.origin)
        again = await handed_over(client, gateway.origin)
        assert (first.status_code, first.json(), again.json()) == (202, {"id": "gw-1"}, {"id": "gw-1"})
        assert (len(gateway.taken), gateway.calls, gateway.taken[0].text) == (1, 2, "您好")
        headers = {
            "webhook-id": "m1",
            "webhook-timestamp": "1",
            "webhook-signature": "v1,x",
            "idempotency-key": "k",
        }
        foreign = await client.post(f"{gateway.origin}/send", content=b"{}", headers=headers)
        assert foreign.status_code == 401
        gateway.refuses = (429, {"code": "slow"})
        assert (await handed_over(client, gateway.origin, id="m2")).status_code == 429
        gateway.refuses, gateway.silent = None, True
        try:
            await handed_over(client, gateway.origin, id="m3")
        except httpx.RemoteProtocolError:
            pass
        else:
            raise AssertionError("it was to hang up")
        assert len(gateway.taken) == 2
        gateway.media["/p"] = ("image/png", PICTURE)
        assert (await client.get(f"{gateway.origin}/p")).content == PICTURE
        assert (await client.get(f"{gateway.origin}/q")).status_code == 404


def test_its_requests_are_signed_over_what_they_say() -> None:
    """Another body, time or secret gives another signature."""
    headers, body = generic_hook({"type": "message"}, at=1.0)
    given = headers["webhook-signature"]
    assert given == signed(SECRET, headers["webhook-id"], "1", body)
    assert given not in {
        signed(SECRET, headers["webhook-id"], "2", body),
        signed(SECRET, headers["webhook-id"], "1", b""),
    }
