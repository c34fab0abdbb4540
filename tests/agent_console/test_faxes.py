"""Faxes over the API: who reads which, their pages, sending one, and what is refused."""

from base64 import b64encode
from pathlib import Path

from PIL import Image

from crm_core.faxes.spool import Report
from routing.core.model import InteractionId, Phase
from tests.agent_console.house import House
from tests.agent_console.test_api import ready

THEIRS = "0223456789"
CAME = Report(status="SUCCESS", pages=1, resolution="8031x3850", caller=THEIRS, number="0255550200")


def page(folder: Path) -> Path:
    path = folder / "page.tif"
    Image.new("1", (1728, 1145), 1).save(path, "TIFF", compression="group4", dpi=(204, 98))
    return path


async def test_a_fax_is_read_by_whoever_may_read_its_case_and_answered_by_its_agent(
    house: House, tmp_path: Path
) -> None:
    """Pages, PDF and TIFF; the answer is in the same case. Others are refused, and one without a page is for supervisors."""
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        await ready(house, ann, screen)
        made = await house.fax_arrives(page(tmp_path), CAME)
        silent = await house.fax_arrives(
            tmp_path / "none", Report(caller=THEIRS), name="tl-fax-2.1700000000000"
        )
        work = InteractionId(made.interaction_id or "")
        await house.until(work, Phase.OFFERED)
        assert (await ann.post(f"/api/v1/offers/{work}%2F1/accept")).status_code == 204
        read = (await ann.get(f"/api/v1/interactions/{work}/faxes")).json()
        assert [(each["state"], each["pages"], each["shown"]) for each in read["items"]] == [
            ("received", 1, 1)
        ]
        assert read["numbers"][0] == THEIRS
        picture = await ann.get(f"/api/v1/faxes/{made.id}/pages/1")
        assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
        assert (await ann.get(f"/api/v1/faxes/{made.id}/pages/2")).json()["code"] == "fax.no_page"
        assert (await ann.get(f"/api/v1/faxes/{made.id}/pdf")).content[:5] == b"%PDF-"
        assert (await ann.get(f"/api/v1/faxes/{made.id}/tiff")).content == page(tmp_path).read_bytes()
        path, key = f"/api/v1/interactions/{work}/faxes", {"Idempotency-Key": "key-of-this-test"}
        bad = {"to": THEIRS, "cover": False, "files": [{"base64": b64encode(b"no picture").decode()}]}
        assert (await ann.post(path, json=bad, headers=key)).json()["code"] == "fax.file_unreadable"
        given = {"to": THEIRS, "text": "您好", "subject": "Order"}
        sent = await ann.post(path, json=given, headers=key)
        assert sent.status_code == 201, sent.text
        answer = sent.json()["fax"]
        assert (answer["state"], answer["case_id"], answer["pages"], answer["author"]) == (
            "waiting",
            made.case_id,
            1,
            "Ann",
        )
        assert (await ann.post(path, json=given, headers=key)).json()["fax"]["id"] == answer["id"]
        assert (await ann.post(f"/api/v1/faxes/{answer['id']}/cancel")).json()["fax"]["state"] == "cancelled"
        assert (await ann.post(f"/api/v1/faxes/{answer['id']}/cancel")).json()["code"] == "fax.state"
        assert (await ann.post(f"/api/v1/faxes/{answer['id']}/again")).json()["fax"]["state"] == "waiting"
        assert (await ann.get(f"/api/v1/faxes/{silent.id}")).status_code == 403
    async with house.browser("bob") as bob:
        for way in ("", "/pdf", "/tiff", "/pages/1"):
            assert (await bob.get(f"/api/v1/faxes/{made.id}{way}")).status_code == 403
        assert (await bob.post(f"/api/v1/faxes/{answer['id']}/again")).status_code == 403
    async with house.browser("sue") as sue:
        listed = (await sue.get("/api/v1/faxes?state=failed")).json()
        assert [(each["id"], each["code"]) for each in listed["items"]] == [(silent.id, "no_page")]
        assert listed["today"] == {"in_received": 1, "in_failed": 1, "out_waiting": 1}
