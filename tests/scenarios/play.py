"""What the words of a scenario do. A line that `says` matches calls the method below it; `until` lines are waited for, with a deadline."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from config.clock import SystemClock
from routing.core.events import Transferred, WrapUpEnded
from routing.core.model import Device, InteractionId, QueueId, Status
from routing.core.presence import Work
from routing.core.words import WatchMode
from tests.real.listener import PITCHES
from tests.scenarios.centre import EXTENSIONS, NUMBERS, PASSWORD, SUPERVISOR, Centre
from tests.scenarios.script import Scenario, Spoken, Step, Unreadable
from tests.scenarios.telephone import At, Telephone, telephone

WITHIN_S = 15.0
CROWD_WITHIN_S = 25.0
Act = Callable[..., Awaitable[None]]
ACTS: list[tuple[re.Pattern[str], str]] = []
WAITS: list[tuple[re.Pattern[str], str]] = []
DEVICES: Mapping[str, Device] = {
    "free": Device.REACHABLE,
    "engaged": Device.IN_USE,
    "unreachable": Device.UNREACHABLE,
}


def says(pattern: str) -> Callable[[Any], Any]:
    """The act that these words are: each group is an argument."""
    return _in(ACTS, pattern)


def waits(pattern: str) -> Callable[[Any], Any]:
    """What is waited for: the method tells whether it is so."""
    return _in(WAITS, pattern)


def _in(words: list[tuple[re.Pattern[str], str]], pattern: str) -> Callable[[Any], Any]:
    def note(method: Any) -> Any:
        words.append((re.compile(pattern), method.__name__))
        return method

    return note


def understood(scenario: Scenario) -> None:
    """Raise `Unreadable` for a line that nobody understands, before anything is started."""
    callers = {found[1] for step in scenario.steps if (found := re.match(r"([a-z]\w*) calls ", step.words))}
    for step in scenario.steps:
        _method(step, scenario.file)
    for named in (scenario.ledger, scenario.segments, scenario.takes, scenario.callers):
        for who in set(named) - callers:
            raise Unreadable(f"{scenario.file}: {who!r} does not call")
    for who in callers - set(scenario.ledger):
        raise Unreadable(f"{scenario.file}: the ledger of {who!r} is not told")


def _method(step: Step, file: str) -> tuple[str, tuple[str, ...]]:
    for pattern, name in WAITS if step.until else ACTS:
        if found := pattern.fullmatch(step.words):
            return name, found.groups()
    raise Unreadable(f"{file}:{step.line}: nobody understands {'until ' * step.until + step.words!r}")


class Play:
    """One scenario in the centre."""

    def __init__(self, centre: Centre, scenario: Scenario, numbers: Callable[[], str]) -> None:
        self.centre, self.scenario, self._numbers = centre, scenario, numbers
        self.before = {row["id"] for row in centre.rows("SELECT id FROM interaction")}
        self.callers: dict[str, Telephone] = {}
        self.addresses: dict[str, str] = {}
        self.interactions: dict[str, InteractionId] = {}
        self.crowd_number, self.crowd_size = "", 0

    async def perform(self) -> None:
        for step in self.scenario.steps:
            name, words = _method(step, self.scenario.file)
            try:
                await (self._until if step.until else self._do)(name, words)
            except Exception as error:
                told = {who: self.told(who) for who in self.callers}
                at = f"{self.scenario.file}:{step.line}: {step.words}"
                raise AssertionError(f"{at}: {type(error).__name__} {error}; the ledger: {told}") from error

    async def _do(self, name: str, words: tuple[str, ...]) -> None:
        async with asyncio.timeout(WITHIN_S * 2):
            await getattr(self, name)(*words)

    async def _until(self, name: str, words: tuple[str, ...]) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not await getattr(self, name)(*words):
                await asyncio.sleep(0.02)

    # -- who is who ---------------------------------------------------------------------------------------------------------

    def phone(self, name: str) -> Telephone:
        return self.callers.get(name) or self.centre.telephones[name]

    def of(self, name: str) -> InteractionId | None:
        """The interaction of a caller: by the number that they call from, or, where that is none, as the next that has begun."""
        if name not in self.interactions:
            new = self.centre.rows(
                "SELECT id, customer_address FROM interaction WHERE medium = 'voice' ORDER BY id"
            )
            taken = set(self.interactions.values()) | self.before
            fresh = [row for row in new if row["id"] not in taken]
            ours = [row for row in fresh if row["customer_address"] == self.addresses[name]]
            strange = [row for row in fresh if row["customer_address"] not in self.addresses.values()]
            if ours or (strange and name in self.scenario.callers):
                self.interactions[name] = InteractionId((ours or strange)[0]["id"])
        return self.interactions.get(name)

    def told(self, name: str) -> list[str]:
        found = self.of(name)
        return [] if found is None else self.centre.ledger(found)

    def work(self, name: str) -> Work:
        """The talk of an agent."""
        works = self.centre.up.floor.centre.interactions.values()
        return next(one for one in works if one.agent == self.centre.agent(name))

    # -- customers ------------------------------------------------------------------------------------------------------------

    @says(r"([a-z]\w*) calls ([\w%]+)")
    async def calls(self, who: str, queue: str) -> None:
        one = self.callers.get(who)
        if one is None:
            exchange = ("127.0.0.1", self.centre.lab.layout.sip_port)
            one = await self.centre.stack.enter_async_context(telephone(who, exchange, pitch=PITCHES[1]))
            self.callers[who] = one
        spoken = self.scenario.callers.get(who, Spoken())
        self.addresses[who] = number = spoken.number or self.addresses.get(who) or self._numbers()
        name = (spoken.name + "n" * spoken.long_name_bytes).replace("\\", "\\\\").replace('"', '\\"')
        headers = dict(spoken.headers)
        if spoken.long_header_bytes:
            headers["X-Long"] = "x" * spoken.long_header_bytes
        one.call(NUMBERS.get(queue, queue), sender=f'"{name}" <sip:{number}@127.0.0.1>', headers=headers)

    @says(r"(\d+) calls from one number to (\w+)")
    async def crowd_calls(self, count: str, queue: str) -> None:
        """By SIPp, 60 a second; each is answered, and hangs up a second later."""
        self.crowd_number = self._numbers()
        lab, stay = self.centre.lab, {"hang_up_after_s": 1.0, "calls": int(count), "rate": 60.0}
        async with lab.caller(to=NUMBERS[queue], number=self.crowd_number, **stay) as sipp:
            assert await sipp.ended(CROWD_WITHIN_S) == 0, sipp.trouble()
        self.crowd_size = int(count)

    @property
    def crowd(self) -> set[InteractionId]:
        """What a crowd's calls became."""
        found = self.centre.rows("SELECT id FROM interaction WHERE customer_address = ?", self.crowd_number)
        return {row["id"] for row in found}

    @says(r"(\w+) floods with (\d+) keys")
    async def floods(self, who: str, count: str) -> None:
        self.phone(who).ear.flood(int(count))

    @says(r"(\w+) presses ([0-9*#]+)(?: (\d+) times)?")
    async def presses(self, who: str, keys: str, times: str | None) -> None:
        await self.phone(who).ear.press(keys * int(times or 1))

    @waits(r"(\w+) is answered")
    async def is_answered(self, who: str) -> bool:
        return self.phone(who).find(At.TALKING) is not None

    @waits(r"(\w+) is gone")
    async def is_gone(self, who: str) -> bool:
        """Their call is over, for us too."""
        over = all(leg.at is At.OVER for leg in self.phone(who).legs.values())
        return over and self.of(who) not in self.centre.up.floor.centre.interactions

    @waits(r"(\w+) is refused")
    async def is_refused(self, who: str) -> bool:
        return bool(self.phone(who).refusals)

    @waits(r"(\w+) is cut off")
    async def is_cut_off(self, who: str) -> bool:
        """Asterisk has ended the call of this telephone."""
        return all(leg.at is At.OVER for leg in self.phone(who).legs.values())

    @waits(r"(\w+): (.+?)(?: x(\d+))?")
    async def ledger_says(self, who: str, fact: str, times: str | None) -> bool:
        return self.told(who).count(fact) >= int(times or 1)

    # -- telephones -----------------------------------------------------------------------------------------------------------

    @waits(r"(\w+) rings")
    async def rings(self, who: str) -> bool:
        """And where an agent is offered somebody, we know it."""
        return self.phone(who).find(At.RINGING) is not None and not self._untold(who)

    def _untold(self, who: str) -> bool:
        server = self.centre.server
        if who not in EXTENSIONS or server is None or not server.voice.status().up:
            return False
        works = server.floor.centre.interactions.values()
        return any(one.agent == self.centre.agent(who) and one.offer and one.rang_at is None for one in works)

    @waits(r"(\w+) rings no more")
    async def rings_no_more(self, who: str) -> bool:
        return self.phone(who).find(At.RINGING) is None

    @says(r"(\w+) answers")
    async def answers(self, who: str) -> None:
        self.phone(who).answer()

    @says(r"(\w+) answers and drops")
    async def answers_and_drops(self, who: str) -> None:
        one = self.phone(who)
        one.the(At.RINGING).drops = True
        one.answer()

    @says(r"(\w+) answers on two telephones")
    async def answers_twice(self, who: str) -> None:
        self.phone(who).answer_twice()

    @says(r"the other telephone of (\w+) gives up")
    async def loser_gives_up(self, who: str) -> None:
        """Nobody has acknowledged its answer (RFC 3261, 13.3.1.4)."""
        self.phone(who).loser_gives_up()

    @says(r"(\w+) answers just as (\w+) hangs up")
    async def crosses(self, who: str, caller: str) -> None:
        self.phone(who).answers_late = True
        self.phone(caller).hang_up()

    @says(r"(\w+) rejects (\d{3})")
    async def rejects(self, who: str, status: str) -> None:
        self.phone(who).reject(int(status))

    @says(r"(\w+)'s telephone rejects all with (\d{3})")
    async def rejects_all(self, who: str, status: str) -> None:
        self.phone(who).rejects = int(status)

    @says(r"(\w+) hangs up")
    async def hangs_up(self, who: str) -> None:
        self.phone(who).hang_up()

    @says(r"(\w+)'s telephone dies")
    async def dies(self, who: str) -> None:
        self.phone(who).die()
        if who in EXTENSIONS:
            self.centre.gone.add(who)

    @says(r"(\w+)'s telephone signs off")
    async def signs_off(self, who: str) -> None:
        await self.phone(who).register(password=PASSWORD, expires_s=0)
        self.centre.gone.add(who)

    @says(r"(\w+)'s telephone signs on(?: again)?")
    async def signs_on(self, who: str) -> None:
        await self.phone(who).register(password=PASSWORD)

    @says(r"(\w+) signs on with another telephone")
    async def signs_on_anew(self, who: str) -> None:
        """The first one is dead."""
        await self.centre.another_telephone(who)

    @says(r"(\w+) dials (\*43)")
    async def dials(self, who: str, number: str) -> None:
        one = self.phone(who)
        one.call(number, sender=one.contact)

    @waits(r"(\w+)'s telephone is (free|engaged|unreachable)")
    async def device_is(self, who: str, state: str) -> bool:
        return self.centre.device(who) is DEVICES[state]

    @says(r"(\w+) and (\w+) hear each other")
    async def hear_each_other(self, one: str, other: str) -> None:
        first, second = self.phone(one).ear, self.phone(other).ear
        first.pitch, second.pitch = PITCHES[0], PITCHES[1]
        while True:
            since = time.time()
            for ear in (first, second):
                ear.speak_for(0.4)
            await asyncio.sleep(0.5)
            until = time.time()
            if first.pitch in second.pitches(since, until) and second.pitch in first.pitches(since, until):
                return

    # -- agents at their screens ------------------------------------------------------------------------------------------------

    @says(r"(\w+) goes on a break")
    async def pauses(self, who: str) -> None:
        self.centre.chooses(who, Status.PAUSED, "break")

    @says(r"(\w+) is ready")
    async def is_ready(self, who: str) -> None:
        if not self.centre.presence.is_here(self.centre.agent(who)):
            self.centre.opens(who)
        self.centre.chooses(who, Status.READY)

    @says(r"(\w+) signs out")
    async def signs_out(self, who: str) -> None:
        self.centre.chooses(who, Status.SIGNED_OUT)

    @waits(r"(\w+) is (ready|paused|signed_out)(?: (\w+))?")
    async def status_is(self, who: str, status: str, reason: str | None) -> bool:
        agent = self.centre.up.floor.centre.agents[self.centre.agent(who)]
        return agent.status.value == status and reason in {None, agent.reason}

    @says(r"(\w+)'s browser closes")
    async def browser_closes(self, who: str) -> None:
        """With the telephone in it: it signs off, hears nothing more, and says so to nobody in a talk."""
        self.centre.closes(who)
        await self.signs_off(who)
        self.phone(who).die()

    @says(r"(\w+)'s browser stays closed")
    async def browser_stays_closed(self, who: str) -> None:
        """For longer than a reload takes."""
        self.centre.grace_is_over()

    @says(r"(\w+)'s browser opens")
    async def browser_opens(self, who: str) -> None:
        await self.centre.another_telephone(who)
        self.centre.opens(who)

    @says(r"(\w+)'s telephone is rung again")
    async def reattached(self, who: str) -> None:
        """As the console asks after a reload."""
        await self.centre.up.voice.reattach(self.work(who).id)

    @says(r"(\w+) holds")
    async def holds(self, who: str) -> None:
        await self.centre.up.voice.talks.hold(self.work(who).id)

    @says(r"(\w+) resumes")
    async def resumes(self, who: str) -> None:
        await self.centre.up.voice.talks.resume(self.work(who).id)

    @says(r"(\w+) ends the call")
    async def ends(self, who: str) -> None:
        await self.centre.up.voice.hang_up(self.work(who).id)

    @says(r"(\w+) wraps up")
    async def wraps_up(self, who: str) -> None:
        event = WrapUpEnded(
            interaction=self.work(who).id,
            agent=self.centre.agent(who),
            disposition="solved",
            at=SystemClock().now(),
        )
        await self.centre.up.floor.settle(event)

    @says(r"(\w+) transfers to (\w+)")
    async def transfers(self, who: str, whom: str) -> None:
        work, queue = self.work(who), None
        if whom in NUMBERS:
            queue = next(id_ for id_, name in self.centre.names.items() if name == whom)
        event = Transferred(
            interaction=work.id,
            agent=self.centre.agent(who),
            queue=QueueId(queue or work.queue),
            to=None if queue else self.centre.agent(whom),
            wait_s=0.0 if queue else 10.0,
            at=SystemClock().now(),
        )
        await self.centre.up.voice.talks.transfer(event)

    @says(r"(\w+) asks (\w+)")
    async def asks(self, who: str, whom: str) -> None:
        consults, work = self.centre.up.voice.consults, self.work(who)
        if whom in EXTENSIONS:
            await consults.ask_colleague(work.id, self.centre.agent(whom))
        else:
            await consults.ask_outside(work.id, whom)

    @says(r"(\w+) hands over")
    async def hands_over(self, who: str) -> None:
        await self.centre.up.voice.consults.hand_over(self.work(who).id, self.centre.agent(who))

    @says(r"(\w+) joins all three")
    async def joins(self, who: str) -> None:
        await self.centre.up.voice.conferences.join(self.work(who).id)

    @says(rf"{SUPERVISOR} (listens|whispers|barges) at (\w+)")
    async def watches(self, how: str, whom: str) -> None:
        mode = {"listens": WatchMode.LISTEN, "whispers": WatchMode.WHISPER, "barges": WatchMode.BARGE}[how]
        watcher = self.centre.agent(SUPERVISOR)
        await self.centre.up.voice.watches.watch(self.work(whom).id, watcher, EXTENSIONS[SUPERVISOR], mode)

    # -- machines ---------------------------------------------------------------------------------------------------------------

    @says(r"the server dies")
    async def server_dies(self) -> None:
        await self.centre.kill_server()

    @says(r"the server starts")
    async def server_starts(self) -> None:
        await self.centre.start_server()

    @says(r"the link is cut")
    async def link_cut(self) -> None:
        self.centre.wire.break_off()

    @says(r"the link goes dead")
    async def link_dead(self) -> None:
        self.centre.wire.dead = True

    @says(r"the link works")
    async def link_works(self) -> None:
        self.centre.wire.mend()

    @waits(r"the link is (up|down)")
    async def link_is(self, state: str) -> bool:
        return self.centre.up.voice.status().up is (state == "up")

    @says(r"asterisk is killed and starts")
    async def asterisk_restarts(self) -> None:
        await self.centre.telephones_are_kept()
        await self.centre.lab.stop(kill=True)
        await self.centre.lab.start()
        # which asks each telephone at some time in the next half minute whether it is still there
        self.centre.gone |= set(EXTENSIONS)

    @says(r"the database is locked")
    async def database_locked(self) -> None:
        self.centre.lock_database()

    @says(r"the database is free")
    async def database_free(self) -> None:
        self.centre.free_database()

    @says(r"the sweep looks round")
    async def sweeps(self) -> None:
        self.centre.up.voice.switches.first.sweep_wanted.set()

    @says(r"(\d+(?:\.\d+)?) s pass")
    async def passes(self, seconds: str) -> None:
        """For what must not happen; nothing that must is waited for so."""
        await asyncio.sleep(float(seconds))
