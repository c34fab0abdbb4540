"""Twenty phones, two hundred callers who ask for three things, and letters in between, on real Asterisk: the ledger alone says whether every offer
went to whom the rules say, told without the router's index (`tests.routing.scan`)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from config.clock import SystemClock
from crm_core import interactions, queues, users
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from routing.core.capacity import Rooms
from routing.core.events import Accepted, Arrived, WorkEnded
from routing.core.facts import Fact, Finished, Offered
from routing.core.model import AgentId, AgentRule, By, InteractionId, Medium, Phase, QueueId, QueueRule
from routing.core.presence import AgentState, Work
from routing.core.state import Centre
from routing.recorder import StoreLedger
from routing.rules import read_rules
from routing.shown import Shown
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.sipp import caller_scenario, sipp
from tests.real.voice_lab import VoiceServer, prepare, voice_server, write_now
from tests.routing import scan

pytestmark = pytest.mark.real

EXTENSIONS = tuple(str(number) for number in range(1001, 1021))
CALLERS = {"100": 70, "200": 70, "300": 60}
LETTERS = 30
TALK_S = 1.5


def centre(conn: Connection) -> None:
    """Chinese, English, and important customers who want both and are put forward; after 2 s English is enough for them."""
    [care] = queues.list_queues(conn)
    chinese = {"name": "Chinese", "requires": "zh >= 3"}
    rows.patch(conn, system(1.0), known.entity("queue"), care.id, chinese)
    for name, number, fields in (
        ("English", "200", {"requires": "en"}),
        ("Important", "300", {"requires": "zh >= 3, en", "relaxation": "2: -zh", "priority_points": 1}),
        ("Letters", "", {"requires": ""}),
    ):
        given = {"name": name, "language": "en", "wrap_up_s": 0, "ring_s": 10} | fields
        made = rows.create(conn, system(1.0), known.entity("queue"), given)
        if number:
            queues.add_entry(conn, "voice", number, made.id)
    people = {user.extension: user.id for user in users.list_users(conn)}
    for place, extension in enumerate(EXTENSIONS):
        able = [("zh", 2 + place % 4)] if place < 9 else [("en", 3)] if place < 18 else [("zh", 5), ("en", 5)]
        queues.set_skills(conn, people[extension], able)


async def calls(lab: AsteriskLab, folder: Path, to: str, count: int) -> None:
    """So many callers, a few a second, who wait until they are hung up on."""
    scenario = caller_scenario(
        to=to, number=f"+88691234{to}", name="", hang_up_after_s=None, cancel_after_s=None, speak=None
    )
    target = ("127.0.0.1", lab.layout.sip_port)
    async with sipp(folder, scenario, target=target, calls=count, rate=count / 16) as calling:
        assert await calling.ended(within_s=120) == 0, calling.trouble()


async def letters(server: VoiceServer) -> None:
    """Some come in between; whoever is offered one opens it and is done after a second."""
    every = await server.store.read(queues.list_queues)
    queue = QueueId(next(each.id for each in every if each.name == "Letters"))
    clock = SystemClock()
    for number in range(LETTERS):
        letter, now = InteractionId(f"letter{number}"), clock.now()
        server.floor.submit(
            Arrived(interaction=letter, medium=Medium.EMAIL, queue=queue, enqueued_at=now, at=now)
        )
        await asyncio.sleep(0.5)


async def read_letters(server: VoiceServer, done: Callable[[], bool]) -> None:
    clock, seen = SystemClock(), 0
    while not done():
        await asyncio.sleep(0.02)
        for fact in server.facts[seen:]:
            if isinstance(fact, Offered) and fact.interaction.startswith("letter"):
                server.floor.submit(Accepted(offer=fact.offer, at=clock.now()))
                ended = WorkEnded(interaction=fact.interaction, by=By.AGENT, at=clock.now() + 1)
                asyncio.get_running_loop().call_later(1.0, server.floor.submit, ended)
        seen = len(server.facts)


@dataclass(frozen=True, slots=True)
class Moment:
    """The centre as it was when an offer was decided, as the ledger tells it."""

    offer: Offered
    work: Work
    waiting: list[Work]
    agents: dict[AgentId, AgentState]


def moments(facts: list[Fact]) -> Iterator[Moment]:
    """Each offer with what was before it."""
    state = Centre()
    for fact in facts:
        if isinstance(fact, Offered):
            waiting = [work for work in state.interactions.values() if work.phase is Phase.WAITING]
            yield Moment(fact, state.interactions[fact.interaction], waiting, dict(state.agents))
        state.apply(fact)


@dataclass(frozen=True, slots=True)
class Rules:
    queues: dict[QueueId, QueueRule]
    agents: dict[AgentId, AgentRule]
    rooms: Rooms

    def blocked(self, moment: Moment, agent: AgentId, work: Work) -> str:
        """Why this agent has no room for it in that moment; empty when they have."""
        openings = self.rooms.of(moment.agents[agent], self.agents[agent])
        return openings.reasons[self.rooms.number(work.medium, work.queue)]

    def free_for(self, moment: Moment, work: Work) -> list[AgentId]:
        """Who could be offered it in that moment."""
        rule, sight = self.queues[work.queue], scan.Sight(moment.offer.at, self.agents, moment.agents)
        return [
            agent.id
            for agent in self.agents.values()
            if sight.may_serve(agent, work, rule) and not self.blocked(moment, agent.id, work)
        ]

    def turn(self, moment: Moment, agent: AgentId) -> scan.Turn:
        rule = self.queues[moment.work.queue]
        wanted = scan.asked(rule, moment.work, moment.offer.at)[0]
        levels = scan.held(self.agents[agent], moment.offer.at)
        return scan.turn(moment.agents[agent], levels, rule.choice, wanted)


async def test_the_ledger_shows_the_order_that_the_rules_ask_for(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(asterisk_lab(tmp_path))
        url = write_now(prepare(tmp_path, ring_s=10.0, extensions=EXTENSIONS), centre)
        server = await stack.enter_async_context(voice_server(lab, url))
        clock = SystemClock()
        server.floor.add_channel(Shown(Medium.EMAIL, server.floor, clock))
        for extension in EXTENSIONS:
            await stack.enter_async_context(lab.phone(extension, answer_after_s=0.2, hang_up_after_s=TALK_S))
        for user in await server.store.read(users.list_users):
            server.ready(AgentId(user.id))
        wanted = sum(CALLERS.values()) + LETTERS

        def over() -> bool:
            return sum(isinstance(fact, Finished) for fact in server.facts) >= wanted

        async with asyncio.timeout(180), asyncio.TaskGroup() as tasks:
            tasks.create_task(read_letters(server, over))
            tasks.create_task(letters(server))
            for to, count in CALLERS.items():
                tasks.create_task(calls(lab, tmp_path, to, count))
        queue_rules, agent_rules = await server.store.read(partial(read_rules, now=clock.now()))
        facts = await StoreLedger(server.store, clock).history(0.0)
        made = await server.store.read(
            lambda conn: {
                offer.id: offer
                for fact in facts
                if isinstance(fact, Offered)
                for offer in interactions.offers(conn, fact.interaction)
            }
        )
    rules = Rules(
        {rule.id: rule for rule in queue_rules}, {rule.id: rule for rule in agent_rules}, Rooms(queue_rules)
    )
    seen = Counter(fact.queue for fact in facts if isinstance(fact, Finished) for fact in [of(facts, fact)])
    assert sum(seen.values()) == wanted
    waited = passed = relaxed = 0
    for moment in moments(facts):
        offer, work = moment.offer, moment.work
        rule = rules.queues[work.queue]
        free = rules.free_for(moment, work)
        assert offer.agent in free, "whoever is offered it may serve it and is free"
        assert rules.turn(moment, offer.agent) == min(rules.turn(moment, each) for each in free)
        before = [
            other
            for other in moment.waiting
            if scan.place(other, rules.queues[other.queue]) < scan.place(work, rule)
        ]
        assert not [other for other in before if rules.free_for(moment, other)], (
            "nobody before it could be served"
        )
        waited += offer.at - work.enqueued_at > 0.5
        relaxed += offer.steps > 0
        told = dict(made[offer.offer].passed_over)
        for each in free:
            if each != offer.agent and each in told:
                passed += 1
                assert told[each] in {"longer_idle", "less_busy"}, (
                    "free, and passed over by the rule of the queue"
                )
        for passed_by, reason in told.items():
            if passed_by not in free:
                why = rules.blocked(moment, AgentId(passed_by), work) or "skill"
                assert reason in {why, "skill"}
    assert waited > 20, "there was a line"
    assert passed > 20, "and there was a choice"
    assert relaxed, "and somebody important was content with English"


def of(facts: list[Fact], finished: Finished) -> Offered:
    """The last offer of what was finished."""
    return [fact for fact in facts if isinstance(fact, Offered) and fact.interaction == finished.interaction][
        -1
    ]
