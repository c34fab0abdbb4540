"""Takes one caller through an entry flow: carries out what the machine (`crm_core.flows.machine`) says, over their AGI session.

Whatever fails (a prompt's file apart, which is left out) ends the flow as failed, and the caller goes on to the queue of the number they
dialled. Where they are stands on the channel (TL_FLOW, TL_LANGUAGE, TL_PARTY), for whoever finds them after the server was gone.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import assert_never

from config.clock import Clock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core import identification, passwords
from crm_core.flows import machine, outside
from crm_core.flows.kept import Version
from crm_core.flows.machine import (
    Answer,
    Ask,
    Came,
    Command,
    Dial,
    Done,
    End,
    EndKind,
    Failed,
    FindOut,
    KeepPlace,
    Keyed,
    Left,
    Speak,
    State,
)
from crm_core.flows.model import Callback, Caller, Contract, Hours, Identify, Lookup, Transfer
from crm_core.flows.outside import Person
from crm_core.flows.sound import LONGEST_S
from crm_core.guard.calls import Permit
from crm_core.recognition import Match
from crm_core.store import Store
from cti.agi import GONE, AgiSession
from cti.arriving.deadlines import in_time
from cti.arriving.dialogue import Dialogue
from cti.arriving.identification import End as IdentifiedEnd
from cti.arriving.identification import Identification
from cti.arriving.limits import telling

COMMAND_WITHIN_S = LONGEST_S + 120.0
"""Longer than the longest prompt with its keys, and than the product's own questions: then Asterisk says nothing any more."""
LOOK_UP_PATIENCE_S = 20
"""What the dialplan gives us for a look-up, which asks the store four times at most (`STORE_WITHIN_S`)."""
_log = Transcript("flow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """How they came through: the machine's last state and end, who they said they are, and what they were told of their contract."""

    state: State
    end: End
    identified: Match | None = None
    told: str | None = None


@dataclass(slots=True, kw_only=True)
class FlowRun:
    """One caller's. `may_call_back`: whether their number is called at all; `keep_place` and `put_through` are told before what they say
    happens: the first says whether it is kept, the second is given the state with which it is to be on record. `permit` and `over`: of calls outside."""

    session: AgiSession
    dialogue: Dialogue
    store: Store
    clock: Clock
    interaction: str
    number: str
    dialled: str
    version: Version
    may_call_back: Callable[[], bool]
    keep_place: Callable[[Passed], Awaitable[bool]]
    put_through: Callable[[Passed], Awaitable[None]]
    permit: Callable[[str], Awaitable[Permit]]
    over: Callable[[Permit], None]
    _identified: Match | None = field(default=None)
    _told: str | None = field(default=None)
    _marked: tuple[str, str] = field(default=("", ""))

    async def run(self, language: str) -> Passed:
        """To its end; `language` counts until they choose."""
        state, command = machine.begin(self.version.flow, language, self.clock.now())
        while not isinstance(command, End):
            await self._mark(state)
            answer = await self._answer(command, state)
            state, command = machine.advance(state, answer, self.clock.now())
        word = f"{command.kind} {command.reason}".rstrip()
        _log.note("=", self.interaction, f"flow {self.version.flow_id} ended at {state.step}: {word}")
        await self._mark(state)
        return self._passed(state, command)

    def _passed(self, state: State, end: End) -> Passed:
        return Passed(state=state, end=end, identified=self._identified, told=self._told)

    async def _mark(self, state: State) -> None:
        language, step = self._marked
        self.dialogue.prompts.language = state.language
        if state.chose and state.language != language:
            language = state.language
            await self.session.assign("TL_LANGUAGE", language)
        if state.step != step:
            place = f"{self.version.flow_id}/{self.version.number}/{state.step}"
            await self.session.assign("TL_FLOW", place)
        self._marked = (language, state.step)

    async def _answer(self, command: Command, state: State) -> Answer:
        try:
            if isinstance(command, Dial):  # a talk takes as long as it takes
                return await self._dial(command.step, state)
            async with asyncio.timeout(COMMAND_WITHIN_S):
                return await self._carried_out(command, state)
        except TimeoutError:
            self.session.leave()
            return Left()
        except Refused as refusal:
            _log.note("!", self.interaction, f"{state.step}: {refusal}")
            return Failed(refusal.code)
        except (Unavailable, ValueError) as problem:
            _log.note("!", self.interaction, f"{state.step}: {problem}")
            return Failed("unavailable")
        except Exception as bug:  # noqa: BLE001 - a bug that a flow finds must not end every call that comes through it
            _log.crash(self.interaction, bug)
            return Failed("bug")

    async def _carried_out(self, command: Command, state: State) -> Answer:
        match command:
            case Speak():
                said = await self.dialogue.say(command.prompt, interruptible=command.interruptible)
                return Done() if said else Left()
            case Ask():
                keys = await self.dialogue.ask(command.prompts, most=command.most, within_s=command.within_s)
                return Left() if keys is None else Keyed(keys)
            case FindOut():
                outcome = await self._find_out(command)
                return Left() if outcome is None else Came(outcome)
            case KeepPlace():
                end = machine.to_queue(command.step, EndKind.CALLBACK)
                kept = await self.keep_place(self._passed(state, end))
                if kept:
                    await self.dialogue.say("ours:callback-kept", interruptible=False)
                return Came("kept" if kept else "refused")
            case Dial() | End():
                raise AssertionError(command)
            case _:
                assert_never(command)

    # -- what only the outside knows; None: they left ---------------------------------------------------------------------

    async def _find_out(self, command: FindOut) -> str | None:
        await self.dialogue.prompts.be_given(LOOK_UP_PATIENCE_S)
        now = self.clock.now()
        who = Person(number=self.number, identified=self._identified)
        match command.step:
            case Hours():
                return await in_time(self.store.read(partial(outside.hours, step=command.step, at=now)))
            case Caller():
                looking = partial(outside.caller, step=command.step, who=who, at=now)
                return await in_time(self.store.read(looking))
            case Contract():
                return await self._contract(command.step, who, now)
            case Lookup():
                return await self._look_up(command.step, command.keyed, command.pin, now)
            case Identify():
                return await self._identify(command.step, now)
            case Callback():
                return "possible" if self.may_call_back() else "refused"
            case _:
                assert_never(command.step)

    async def _contract(self, step: Contract, who: Person, now: float) -> str | None:
        """What is left is told; of a contract that is used up only that the call is charged: where they go then is said by the flow."""
        word, left = await in_time(self.store.read(lambda conn: outside.contract(conn, who, now)))
        told = telling(left)
        if not step.tell or told.prompt is None or told.refused or told.queue is not None:
            return word
        self._told = told.prompt
        stayed = await self.dialogue.say(f"ours:{told.prompt}", interruptible=True)
        return word if stayed else None

    async def _identify(self, step: Identify, now: float) -> str | None:
        look = partial(outside.spared, number=self.number, when=step.ask, at=now)
        spared = await in_time(self.store.read(look))
        if spared.skip or self._identified is not None:
            return "known"
        block = Identification(store=self.store, clock=self.clock, caller=self.number)
        answer = await block.ask(self.dialogue.prompts, spared.among)
        if answer.end is IdentifiedEnd.LEFT:
            return None
        await self._is(answer.match)
        return "unknown" if answer.match is None else "known"

    async def _look_up(self, step: Lookup, keyed: str, pin: str, now: float) -> str:
        """Tries are limited as they are for the product's own questions: by the telephone, and a customer's PIN by the customer."""
        tried = await in_time(
            self.store.write(lambda conn: identification.try_number(conn, self.number, now))
        )
        if tried is None:
            return "missing"
        found = await in_time(self.store.read(lambda conn: outside.named(conn, step, keyed)))
        if found is None:
            return "missing"
        if found.pin_hash is not None:
            if not pin or not await self._proven(found.party_id, found.pin_hash, pin, now):
                return "missing"
            await in_time(self.store.write(lambda conn: identification.give_back(conn, tried)))
        await self._is(found.match())
        return "found"

    async def _proven(self, party_id: str, pin_hash: str, pin: str, now: float) -> bool:
        """A try is taken before the PIN is looked at."""
        taken = await in_time(self.store.write(lambda conn: identification.try_pin(conn, party_id, now)))
        if not taken or not await passwords.verify(pin, pin_hash):
            return False
        await in_time(self.store.write(lambda conn: identification.forget_tries(conn, party_id)))
        return True

    async def _is(self, match: Match | None) -> None:
        """Who it is, from now on; on the channel, too."""
        if match is not None:
            self._identified = match
            await self.session.assign("TL_PARTY", f"{match.strength}/{match.party_id}")

    # -- outside ---------------------------------------------------------------------------------------------------------

    async def _dial(self, step: Transfer, state: State) -> Answer:
        """Asterisk holds both until one hangs up; without us, too. As soon as somebody answers, `trunkline-put-through` says that the call is over
        when it comes back here; otherwise nobody was reached."""
        try:
            permit = await self.permit(step.number)
        except Refused as refusal:
            _log.note("!", self.interaction, f"{step.number} is not called: {refusal}")
            return Came("failed")
        await self.put_through(self._passed(state, End(kind=EndKind.TRANSFER)))
        await self.dialogue.prompts.be_given(0)
        shown = f"o({self.dialled})" if _is_number(self.dialled) else ""
        options = f"r{shown}b(trunkline-out-leg^s^1({permit.id}))U(trunkline-put-through)"
        _log.note(">", self.interaction, f"Dial {step.number}")
        result = await self.session.run(
            f'EXEC Dial "PJSIP/{permit.number}@trunk-out,{int(step.ring_s)},{options}"'
        )
        if result == GONE:
            return Left()
        self.over(permit)
        _log.note("<", self.interaction, f"{step.number} was not reached")
        return Came("failed")


def _is_number(text: str) -> bool:
    return text.removeprefix("+").isdigit() and text.isascii() and len(text) <= 17
