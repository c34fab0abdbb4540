"""Mailboxes and letters that were set aside, over the API."""

import time

from channels.email.receiving.set_aside import SetAside
from channels.email.receiving.spool import Envelope, Place, Spooled
from crm_core.mail_in import mailboxes
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from tests.agent_console.house import House
from tests.channels.rooms import letter


def _made(conn: Connection, queue_id: str) -> str:
    """A mailbox at a port of this machine where nobody listens."""
    given = {
        "name": "Support",
        "host": "127.0.0.1",
        "port": 1,
        "tls": "none",
        "user": "u",
        "queue_id": queue_id,
    }
    return rows.create(conn, system(time.time()), known.entity("mailbox"), given).id


def set_aside(house: House) -> str:
    """A letter that could not be filed; its id."""
    raw = letter("poison")
    envelope = Envelope(
        sender="ann@example.org", recipients=("service@example.com",), received_at=1e9, peer="x", helo="x"
    )
    spooled = Spooled(spool_id="s" * 64, envelope=envelope, raw=raw, place=Place(segment="", offset=0))
    folder = house.console.context.settings.spool_dir() / "set-aside"
    return SetAside(folder).put(spooled, "IntegrityError: no such thing", time.time())


async def test_a_mailboxes_secrets_are_kept_and_never_told(house: House) -> None:
    """Sealed in the store, named in its condition, in no answer and no audit entry; gone when it is read at another server."""
    box = await house.store.write(lambda conn: _made(conn, house.seed.queue))
    async with house.browser("adm") as adm:
        for given in ({"password": "open sesame"}, {"client_secret": "open sesame"}, {"client_secret": ""}):
            assert (await adm.put(f"/api/v1/mailboxes/{box}/secrets", json=given)).status_code == 204
        told = await adm.get(f"/api/v1/mailboxes/{box}/condition")
        assert told.json()["secrets"] == ["password"]
        pages = [
            told.text,
            (await adm.get(f"/api/v1/records/mailboxes/{box}")).text,
            (await adm.get("/api/v1/audit")).text,
        ]
        assert not any("open sesame" in page for page in pages)
        assert "secrets_kept" in pages[-1]
        bad = await adm.put(f"/api/v1/mailboxes/{box}/secrets", json={"password": "a\r\nb"})
        assert bad.status_code == 422
        answer = await adm.post(f"/api/v1/mailboxes/{box}/test")
        assert (answer.status_code, answer.json()["code"]) == (409, "mailbox.unreachable")
        assert (await adm.get("/api/v1/mailboxes/none/condition")).status_code == 404
        entity = known.entity("mailbox")
        await house.store.write(
            lambda c: rows.patch(c, system(time.time()), entity, box, {"host": "localhost"})
        )
        assert await house.store.read(lambda c: mailboxes.secrets_there(c, box)) == []


async def test_a_mailbox_that_could_not_work_is_refused(house: House) -> None:
    """No TLS over the net, a token endpoint that is none, the folder that it reads as the one that letters are moved to."""
    async with house.browser("adm") as adm:
        good = {"name": "x", "host": "imap.example.com", "user": "u", "queue_id": house.seed.queue}
        for wrong, pointer in (
            ({"tls": "none"}, "/tls"),
            ({"host": "a b"}, "/host"),
            ({"sign_in": "oauth", "token_url": "http://login.example.com/", "client_id": "c"}, "/token_url"),
            ({"sign_in": "oauth", "token_url": "https://login.example.com/"}, "/client_id"),
            ({"afterwards": "move"}, "/move_to"),
            ({"afterwards": "move", "move_to": "INBOX"}, "/move_to"),
            ({"user": "a\nb"}, "/user"),
        ):
            answer = await adm.post("/api/v1/records/mailboxes", json=good | wrong)
            assert answer.status_code == 422
            assert pointer in {each["pointer"] for each in answer.json().get("errors", [])} | {
                answer.json().get("pointer")
            }
        assert (await adm.post("/api/v1/records/mailboxes", json=good)).status_code == 201


async def test_what_was_set_aside_is_shown_read_and_filed(house: House) -> None:
    """As it came; filed it is gone from the list, and stands in the audit trail with whoever did it."""
    name = set_aside(house)
    async with house.browser("sue") as sue:
        (shown,) = (await sue.get("/api/v1/set-aside")).json()
        assert (shown["id"], shown["sender"], shown["reason"]) == (
            name,
            "ann@example.org",
            "IntegrityError: no such thing",
        )
        raw = await sue.get(f"/api/v1/set-aside/{name}/raw")
        assert (raw.headers["content-type"], b"poison" in raw.content) == ("message/rfc822", True)
        assert (await sue.post(f"/api/v1/set-aside/{name}/again")).status_code == 204
        assert (await sue.get("/api/v1/set-aside")).json() == []
        assert (await sue.get(f"/api/v1/set-aside/{name}/raw")).status_code == 404
    await house.console.context.floor.settle()
