"""What is recorded of signing in, in the chain that shows when it is touched. (001-19, 003-43)"""

import json
from typing import Any

from sqlalchemy import select

from crm_core import audit
from crm_core.store import Connection
from crm_core.tables import audit_detail, audit_event
from tests.agent_console.house import PASSWORD, House
from tests.agent_console.test_sign_in import code_of, enrol, first_step, second_step
from tests.agent_console.test_tokens import make, program

FINE = "a much better one"


def _read(conn: Connection) -> list[tuple[str, str, str | None, dict[str, Any]]]:
    query = (
        select(audit_event.c.action, audit_event.c.actor, audit_event.c.object_id, audit_detail.c.body)
        .join(audit_detail, audit_detail.c.seq == audit_event.c.seq)
        .where(audit_event.c.entity == "user")
        .order_by(audit_event.c.seq)
    )
    return [(row.action, row.actor, row.object_id, json.loads(row.body)) for row in conn.execute(query)]


async def log(house: House) -> list[tuple[str, str, str | None, dict[str, Any]]]:
    return await house.store.read(_read)


async def test_ways_in_and_out_are_recorded(house: House) -> None:
    """Sign-ins with way and factor, failures with the step and without a known name in the chain, sign-outs, codes, each
    with the address; the chain verifies."""
    ann = house.seed.users["ann"]
    async with house.browser() as client:
        await client.post("/api/v1/login", json={"login": "my secret passphrase", "password": "x"})
        await client.post("/api/v1/login", json={"login": "ann", "password": "wrong"})
        await client.post("/api/v1/login", json={"login": "ann", "password": PASSWORD})
        secret, codes = await enrol(client)
        await client.post("/api/v1/logout")
        ticket = await first_step(client)
        await second_step(client, ticket, "000000 wrong")
        await second_step(client, ticket, codes[0])
    told = await log(house)
    assert [(action, actor, about) for action, actor, about, _ in told] == [
        ("sign_in_failed", "unknown", None),
        ("sign_in_failed", "unknown", ann),
        ("signed_in", "ann", ann),
        ("totp_set_up", "ann", ann),
        ("signed_out", "ann", ann),
        ("sign_in_failed", "unknown", ann),
        ("recovery_code_used", "ann", ann),
        ("signed_in", "ann", ann),
    ]
    assert {detail["address"] for *_, detail in told} == {"127.0.0.1"}
    assert (told[0][3]["login"], told[0][3]["step"]) == ("my secret passphrase", "password")
    assert (told[5][3]["step"], told[6][3]["left"]) == ("code", 9)
    assert (told[2][3]["second_factor"], told[7][3]["second_factor"]) == (False, True)
    everything = str(told)
    assert not any(kept in everything for kept in (secret, PASSWORD, codes[0], code_of(secret)))
    verdict = await house.store.read(audit.verify)
    assert verdict.broken_at is None


async def test_what_administrators_do_is_recorded(house: House) -> None:
    """Who did what to whom, with what changed; never a password or a token."""
    async with house.browser("adm") as adm:
        body = {"login": "dan", "name": "Dan", "role": "agent", "password": FINE}
        dan = (await adm.post("/api/v1/users", json=body)).json()["id"]
        path = f"/api/v1/users/{dan}"
        await adm.patch(path, json={"role": "supervisor"})
        await adm.put(f"{path}/skills", json={"skills": [{"skill": "zh", "level": 5}]})
        await adm.put(f"{path}/password", json={"password": FINE + "!"})
        await adm.post(f"{path}/lock")
        await adm.post(f"{path}/unlock")
        await adm.delete(f"{path}/sessions")
        await adm.delete(path)
        await adm.post(f"{path}/restore")
        await adm.put("/api/v1/totp-roles", json={"roles": ["admin"]})
        refused = await adm.post(f"/api/v1/users/{house.seed.users['adm']}/lock")
        assert refused.is_error
    told = await log(house)
    assert [(action, actor, about) for action, actor, about, _ in told[1:]] == [
        ("user_added", "adm", dan),
        ("user_changed", "adm", dan),
        ("skills_set", "adm", dan),
        ("password_set", "adm", dan),
        ("user_locked", "adm", dan),
        ("user_unlocked", "adm", dan),
        ("session_ended", "adm", dan),
        ("user_removed", "adm", dan),
        ("user_restored", "adm", dan),
        ("totp_required", "adm", None),
    ]
    assert told[2][3]["role"] == "agent -> supervisor"
    assert told[3][3]["skills"] == "zh 5"
    assert FINE not in str(told)
    assert (await house.store.read(audit.verify)).broken_at is None


async def test_tokens_are_recorded_when_made_first_used_of_a_day_and_revoked(house: House) -> None:
    """Many uses of a day are one entry, which says that it was a program."""
    async with house.browser("ann") as ann:
        made = await make(ann)
        async with program(house, made["secret"]) as script:
            for _ in range(3):
                await script.get("/api/v1/me")
        await ann.delete(f"/api/v1/me/tokens/{made['token']['id']}")
    told = await log(house)
    assert [action for action, *_ in told] == ["signed_in", "token_made", "token_used", "token_revoked"]
    assert {detail["name"] for _, _, _, detail in told[1:]} == {"報表"}
    assert made["secret"] not in str(told)
    via = await house.store.read(
        lambda c: c.execute(
            select(audit_event.c.via).where(audit_event.c.action == "token_used")
        ).scalar_one()
    )
    assert via == "api"
