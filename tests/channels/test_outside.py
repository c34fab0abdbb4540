"""Requests to addresses that somebody else names: judged at every step, bounded, and with nothing that opens another house's door."""

import pytest

from channels.outside.guard import Forbidden
from channels.outside.web import Limits, NoAnswer, NotSent, OutsideWeb, TooLong
from tests.fakes.sms_gateway import running

INSIDE = Limits(https_only=True, inside=("127.0.0.1",), within_s=5, most_bytes=1000)


async def test_redirects_are_judged_as_the_first_address_was() -> None:
    """One may lead on in the same house; none into a network that is not public, none without end, and a key goes to its own house alone."""
    async with running() as gateway:
        gateway.media |= {"/b": ("text/plain", b"there")}
        here = gateway.origin
        gateway.leads |= {
            "/a": "/b",
            "/within": "http://localhost:1/b",
            "/meta": "https://169.254.169.254/",
            "/round": "/round",
        }
        web = OutsideWeb()
        found = await web.get(f"{here}/a", {"Authorization": "key"}, INSIDE)
        assert (found.status, found.body, gateway.asked[-1][1]["authorization"]) == (200, b"there", "key")
        for path in ("/within", "/meta", "/round"):
            with pytest.raises(Forbidden):
                await web.get(f"{here}{path}", {}, INSIDE)
        gateway.leads["/other"] = here.replace("127.0.0.1", "localhost") + "/b"
        both = Limits(https_only=True, inside=("127.0.0.1", "localhost"), within_s=5)
        assert (await web.get(f"{here}/other", {"Authorization": "key"}, both)).status == 200
        assert "authorization" not in gateway.asked[-1][1]
        with pytest.raises(Forbidden):
            await web.get(f"{here}/b", {}, Limits(within_s=5))


async def test_answers_are_bounded() -> None:
    """More than was wanted is not read; nobody there is not the same as no answer."""
    async with running() as gateway:
        gateway.media["/large"] = ("text/plain", b"x" * 2000)
        web = OutsideWeb()
        with pytest.raises(TooLong):
            await web.get(f"{gateway.origin}/large", {}, INSIDE)
        gateway.silent = True
        with pytest.raises(NoAnswer):
            await web.post(f"{gateway.origin}/v2/unknown", {}, b"{}", INSIDE)
    with pytest.raises(NotSent):
        await web.post(f"{gateway.origin}/send", {}, b"{}", INSIDE)
