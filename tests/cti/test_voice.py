"""The telephone room when things cross, go missing, or come back."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from config.clock import SystemClock
from config.errors import Unavailable
from crm_core import parties, queues
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.tables import party, user_account
from cti.arriving.second_look import AFTER_S
from cti.switches import looking, switch
from routing.bus import CALLER_KNOWN
from routing.core.decisions import Offer
from routing.core.events import StatusChosen
from routing.core.facts import Abandoned, Connected, Described, Enqueued, Offered, OfferRang
from routing.core.model import InteractionId, Medium, OfferId, Phase, Status
from tests.cti.room import NOW, Room, add_agent, standing, telephone_room
from tests.fakes.ami import AmiPeer

ONE = InteractionId("tl-ast-1.1")
RINGS = (
    ("Uniqueid", "ast-1.1"),
    ("DestUniqueid", "leg-1"),
    ("DestChanVariable", f"TL_OFFER={ONE}/1"),
    ("DialStatus", "RINGING"),
)


async def _ringing(room: Room, extension: str) -> None:
    """A caller has been led from hold to this phone."""
    room.channels = [standing("ast-1.1", "trunkline-hold")]
    await room.call("ast-1.1")
    await room.until(lambda: ONE in room.floor.centre.interactions)
    await room.ready(extension)
    await room.until(lambda: room.count(Offered) == 1)
    await room.ami.wait_for("Redirect")


async def test_an_answer_that_crosses_a_withdrawal_is_a_talk(tmp_path: Path) -> None:
    """The agent pauses in the instant in which their phone answers: they talk, and no other phone takes the caller."""
    async with telephone_room(tmp_path) as room:
        await _ringing(room, "1001")
        await room.ready("1002")
        room.ledger.gate.clear()
        room.floor.submit(StatusChosen(agent=room.agents["1001"], status=Status.PAUSED, at=NOW))
        await asyncio.sleep(0.02)
        room.answered("ast-1.1", "1001", f"{ONE}/1")
        await asyncio.sleep(0.05)
        assert len(room.redirects()) == 1
        room.ledger.gate.set()
        await room.until(lambda: room.count(Connected) == 1)
        await asyncio.sleep(0.05)
        work = room.floor.centre.interactions[ONE]
        assert (work.phase, work.agent) == (Phase.CONNECTED, room.agents["1001"])
        assert len(room.redirects()) == 1


async def test_a_caller_who_left_unheard_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hang-up that came before its caller was known, or never, is found by the next look at the channels."""
    monkeypatch.setattr(switch, "SWEEP_EVERY_S", 0.05)
    async with telephone_room(tmp_path) as room:
        await room.call("ast-1.1")
        await room.until(lambda: room.count(Abandoned) == 1)


async def test_callers_leave_the_fallback_queue_when_the_floor_decides_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that stood still for a while sent callers to the fallback; they are led back without a reconnect."""
    monkeypatch.setattr(switch, "SWEEP_EVERY_S", 0.05)
    async with telephone_room(tmp_path) as room:
        room.channels = [standing("ast-1.1", "trunkline-hold")]
        await room.call("ast-1.1")
        await room.until(lambda: room.count(Enqueued) == 1)
        room.channels = [standing("ast-1.1", "trunkline-fallback")]
        redirect = await room.ami.wait_for("Redirect")
        assert (redirect["Channel"], redirect["Context"]) == ("ast-1.1", "trunkline-hold")


async def test_nonsense_on_the_agi_port_harms_nobody(tmp_path: Path) -> None:
    """A request without a channel, with one twice, or with a time that is none makes no caller and stops no server."""
    async with telephone_room(tmp_path) as room:
        await room.ready("1001")
        for channel in ("", 'x" y', "a:b"):
            reader, _ = await room.call(channel)
            assert await reader.read() == b""
        room.channels = [standing("ast-1.1", "trunkline-in")]
        twice = [await room.call("ast-1.1") for _ in range(2)]
        await room.until(lambda: room.count(Offered) == 1)
        for _, writer in twice:
            writer.close()
        await asyncio.sleep(0.05)
        await room.ready("1002")
        assert set(room.floor.centre.interactions) == {ONE}


@pytest.mark.parametrize("words", ["Redirect failed, channel not up.", "Channel does not exist: ast-1.1"])
async def test_a_caller_who_hangs_up_at_the_redirect_costs_the_agent_nothing(
    tmp_path: Path, words: str
) -> None:
    """Asterisk's refusal says that the caller is going: they left, and the agent stays ready."""

    async def refuse(peer: AmiPeer, action: dict[str, str]) -> None:
        peer.reply(action, "Error", ("Message", words))

    async with telephone_room(tmp_path) as room:
        room.ami.answers["Redirect"] = refuse
        await _ringing(room, "1001")
        await room.until(lambda: room.count(Abandoned) == 1)
        assert room.floor.centre.agents[room.agents["1001"]].status is Status.READY


async def test_a_caller_who_is_still_leaving_one_telephone_is_led_to_the_next(tmp_path: Path) -> None:
    """Asterisk refuses that in the same words as for one who hangs up; a moment later it does not, and nobody has left."""
    async with telephone_room(tmp_path) as room:
        await _ringing(room, "1001")
        refusals = 2

        async def on_the_way(peer: AmiPeer, action: dict[str, str]) -> None:
            nonlocal refusals
            if action["Context"] == "trunkline-connect" and refusals:
                refusals -= 1
                peer.reply(action, "Error", ("Message", "Redirect failed, channel not up."))
            else:
                peer.reply(action, "Success")

        room.ami.answers["Redirect"] = on_the_way
        await room.ready("1002")
        pause = StatusChosen(agent=room.agents["1001"], status=Status.PAUSED, at=SystemClock().now())
        await room.floor.settle(pause)
        await room.until(lambda: room.redirects()[-1]["Exten"] == "1002" and refusals == 0)
        await room.floor.settle()
        assert room.count(Abandoned) == 0
        assert room.floor.centre.interactions[ONE].agent == room.agents["1002"]


async def test_a_caller_who_was_not_led_though_asterisk_said_so_is_led_again(tmp_path: Path) -> None:
    """Once, when their telephone does not ring and they still hear music."""
    async with telephone_room(tmp_path) as room:
        await _ringing(room, "1001")
        await room.until(lambda: len(room.redirects()) == 2)
        assert [one["Exten"] for one in room.redirects()] == ["1001", "1001"]
        room.event("DialState", *RINGS)
        await room.until(lambda: room.count(OfferRang) == 1)


async def test_a_telephone_that_rings_is_not_rung_again(tmp_path: Path) -> None:
    """Nobody looks a second time."""
    async with telephone_room(tmp_path) as room:
        await _ringing(room, "1001")
        room.event("DialState", *RINGS)
        await room.until(lambda: room.count(OfferRang) == 1)
        await asyncio.sleep(AFTER_S + 0.2)
        assert len(room.redirects()) == 1


async def test_a_repeated_offer_does_not_ring_again(tmp_path: Path) -> None:
    """What has been carried out, or is over, is not carried out once more."""
    async with telephone_room(tmp_path) as room:
        await _ringing(room, "1001")
        for number in (1, 2):
            offer = Offer(
                offer=OfferId(f"{ONE}/{number}"),
                interaction=ONE,
                agent=room.agents["1001"],
                medium=Medium.VOICE,
                deadline=NOW,
                ring_s=20.0,
            )
            await room.voice.offer(offer)
        assert len(room.redirects()) == 1


async def test_a_database_that_is_away_for_a_moment_stops_no_telephone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The numbers and extensions read last are good until they can be read again."""
    async with telephone_room(tmp_path) as room:
        read = room.store.read

        async def away(_: object) -> object:
            raise Unavailable("database", "away")

        monkeypatch.setattr(room.store, "read", away)
        room.bus.publish("config", "")
        await asyncio.sleep(0.05)
        monkeypatch.setattr(room.store, "read", read)
        room.channels = [standing("ast-1.1", "trunkline-hold")]
        await room.call("ast-1.1")
        await room.until(lambda: room.count(Enqueued) == 1)


async def test_reattaching_without_asterisk_is_refused_in_words(tmp_path: Path) -> None:
    """While the link is down the console is told so, instead of waiting for a phone that never rings."""
    async with telephone_room(tmp_path) as room:
        await _ringing(room, "1001")
        room.answered("ast-1.1", "1001", f"{ONE}/1")
        await room.until(lambda: room.count(Connected) == 1)
        room.ami.answers["Login"] = _silent
        room.ami.peers[-1].close()
        await room.until(lambda: not room.voice.status().up)
        with pytest.raises(Unavailable):
            await room.voice.reattach(ONE)


async def _silent(*_: object) -> None:
    return


async def test_the_phone_of_a_new_agent_is_seen_though_it_spoke_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone that registered before we knew whose it is counts from the moment in which we do."""
    monkeypatch.setattr(switch, "SWEEP_EVERY_S", 0.05)
    async with telephone_room(tmp_path) as room:
        agent = await room.store.write(lambda conn: add_agent(conn, "1003"))
        room.devices = [(("Device", "PJSIP/1003"), ("State", "NOT_INUSE"))]
        room.event("DeviceStateChange", ("Device", "PJSIP/1003"), ("State", "NOT_INUSE"))
        await asyncio.sleep(0.02)
        await room.learn_rules()
        room.bus.publish("config", "")
        await room.until(lambda: room.floor.centre.agents[agent].device.value == "reachable")


async def test_a_caller_is_kept_for_whose_customer_they_are(tmp_path: Path) -> None:
    """The router hears of the caller at once, and of who they are once they are recognised; nobody else is asked then, and a resynchronisation
    begins nobody's wait anew."""
    async with telephone_room(tmp_path) as room:
        room.channels = [standing("ast-1.1", "trunkline-hold")]
        owner, other = room.agents["1001"], room.agents["1002"]

        def fill(conn: Connection) -> None:
            (queue,) = queues.list_queues(conn)
            wishes = {"preferred": "owner", "preferred_wait_s": 600.0, "tiers": "vip: 7"}
            rows.patch(conn, system(1.0), known.entity("queue"), queue.id, wishes)
            ann = parties.add_party(conn, kind="person", name="Ann", now=1.0, tier="vip")
            parties.add_contact_point(conn, ann.id, "phone", "+886912345678", "")
            conn.execute(update(party).where(party.c.id == ann.id).values(owner_id=owner))

        await room.store.write(fill)
        at = SystemClock().now()
        room.floor.submit(StatusChosen(agent=owner, status=Status.PAUSED, at=at))
        await room.call("ast-1.1", "+886912345678")
        await room.until(lambda: room.count(Described) == 1)
        work = room.floor.centre.interactions[ONE]
        assert (work.preferred, work.priority_points) == (owner, 7)
        assert work.preferred_until >= at + 600.0, (
            "it begins when they are known, however long they have waited"
        )
        await room.ready("1002")
        await room.call("ast-1.1", "+886912345678")
        await room.floor.settle()
        waits = room.floor.explain(ONE)
        assert waits is not None
        assert (waits.preferred, dict(waits.not_offered)) == (owner, {owner: "paused"})
        assert room.floor.centre.agents[other].status is Status.READY
        await room.ready("1001")
        await room.until(lambda: room.count(Offered) == 1)
        (offered,) = (fact for fact in room.facts if isinstance(fact, Offered))
        assert (offered.agent, offered.preferred) == (owner, True)
        assert room.count(Described) == 1


async def test_a_caller_is_for_their_territory_s_people(tmp_path: Path) -> None:
    """They are recognised before anybody is asked: the agent of the south is free and hears nothing of them, until it is everybody's turn."""
    async with telephone_room(tmp_path) as room:
        room.channels = [standing("ast-1.1", "trunkline-hold")]
        north, south = room.agents["1001"], room.agents["1002"]

        def fill(conn: Connection) -> None:
            (queue,) = queues.list_queues(conn)
            rows.patch(conn, system(1.0), known.entity("queue"), queue.id, {"territory_wait_s": 600.0})
            ann = parties.add_party(conn, kind="person", name="Ann", now=1.0)
            parties.add_contact_point(conn, ann.id, "phone", "+886912345678", "")
            conn.execute(update(party).where(party.c.id == ann.id).values(territory="north"))
            for agent, land in ((north, "north"), (south, "south")):
                of = update(user_account).where(user_account.c.id == agent)
                conn.execute(of.values(territories=[land]))

        await room.store.write(fill)
        room.bus.publish("config", "")
        await room.until(lambda: bool(room.voice.entry._directory._page.by_territory))
        await room.learn_rules()
        await room.ready("1002")
        await room.call("ast-1.1", "+886912345678", at=SystemClock().now())
        await room.until(lambda: room.count(Enqueued) == 1)
        await room.floor.settle()
        waits = room.floor.explain(ONE)
        assert waits is not None
        assert dict(waits.not_offered) == {south: "skill"}
        await room.ready("1001")
        await room.until(lambda: room.count(Offered) == 1)
        (offered,) = (fact for fact in room.facts if isinstance(fact, Offered))
        assert offered.agent == north


async def test_who_calls_is_told_to_the_screens_alone(tmp_path: Path) -> None:
    """When it is written down who calls, whoever shows it is woken, and nobody who looks after letters, cases and rules."""
    async with telephone_room(tmp_path) as room:
        await room.voice.looked()
        heard: dict[str, list[str]] = {"interaction": [], CALLER_KNOWN: []}
        for topic, told in heard.items():
            room.bus.subscribe(topic, told.append)
        room.channels = [standing("ast-1.1", "trunkline-hold")]
        await room.call("ast-1.1")
        await room.until(lambda: heard[CALLER_KNOWN] == [ONE])
        assert heard["interaction"] == []


async def test_what_differs_for_a_moment_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a look round some calls have just begun or ended, some phones just rung, and the news is on its way: offers wait for a comparison only when it is so at
    a second look, too."""
    monkeypatch.setattr(looking, "_AGAIN_AFTER_S", 0.05)
    async with telephone_room(tmp_path) as room:
        await room.voice.looked()
        await room.ready("1001")
        switch_now, looks = room.voice.switches.first, list[str]()

        async def show(peer: AmiPeer, action: dict[str, str]) -> None:
            """A stranger who waits, for as many looks as are wanted."""
            looks.append(action["Action"])
            peer.reply(action)
            if len(looks) <= strange:
                head = (("Event", "Status"), ("ActionID", action["ActionID"]))
                peer.send(*head, *standing("ast-1.7", "trunkline-hold"))
            peer.send(("Event", "StatusComplete"), ("ActionID", action["ActionID"]))

        room.ami.answers["Status"] = show
        strange = 1
        switch_now.sweep_wanted.set()
        await room.until(lambda: len(looks) == 2)
        await asyncio.sleep(0.1)
        assert (len(looks), room.count(Enqueued)) == (2, 0)
        looks.clear()
        strange = 9
        switch_now.sweep_wanted.set()
        await room.until(lambda: room.count(Enqueued) == 1)
        assert looks[:3] == ["Status"] * 3
