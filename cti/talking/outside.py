"""Every number outside that is dialled goes through here: whether it may be, and what became of it."""

import asyncio
import re
from collections.abc import Callable, Collection, Iterable
from decimal import Decimal
from functools import partial

from config.clock import Clock
from config.errors import Kind, Refused, Unavailable
from config.logs import Transcript
from config.settings import Asterisk, Guard
from crm_core.guard import calls, plan
from crm_core.guard.alarms import Watched
from crm_core.guard.calls import Asked, Permit, Why
from crm_core.guard.plan import Forbidden, Plan
from crm_core.phone_numbers import dialled_at_home
from crm_core.store import Connection, Store
from cti.ami.protocol import Message
from cti.directory import Directory
from cti.ports import Bus
from routing.core.model import AgentId, InteractionId, QueueId

OUTGOING = "PJSIP/trunk-out-"
"""So the channels of calls out are named."""
CALLING_BACK = "Local/s@trunkline-callback"
"""And those in the place of somebody who is to be called back."""
RETRY_S = 1.0
_BETWEEN_DIGITS = re.compile(r"[ ().\-/\u2010-\u2013]")
Unit = Callable[[Connection], object]
_log = Transcript("voice")


class Outside:
    """`servers`: their names."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        clock: Clock,
        directory: Directory,
        *,
        settings: Asterisk,
        guard: Guard,
        time_zone: str,
        servers: Collection[str] = ("",),
    ) -> None:
        self._servers = frozenset(servers)
        self._standing: dict[str, set[str]] = {}
        self._store, self._bus, self._clock, self._directory = store, bus, clock, directory
        self._asking = plan.from_settings(settings.outside_numbers)
        self._calling_back = plan.from_settings(settings.callback_numbers)
        self._watched = Watched(
            zone=time_zone,
            factor=guard.alarm_factor,
            least_calls=guard.alarm_least_calls,
            least_cost=Decimal(str(guard.alarm_least_cost)),
            locks=guard.alarm_locks,
        )
        self._news: asyncio.Queue[Unit] = asyncio.Queue()

    async def permit(
        self,
        number: str,
        *,
        why: Why,
        interaction: InteractionId | None,
        who: AgentId | None = None,
        queue: QueueId | None = None,
    ) -> Permit:
        """Ask before Asterisk is told of any number outside; it is judged at this moment and counts from now on.

        Who dials by hand gives `why=Why.MANUAL` and `who`, since a person's own plan decides; calling back and flows give `queue`. Have Asterisk dial
        `Permit.number`, and nothing else, on `trunk-out`, with the channel variable TL_OUT set to `Permit.id` on the leg that is called (in the
        dialplan `b(trunkline-out-leg^s^1(id))`): by it the call is seen to be answered and to end. When it is not dialled after all: `not_dialled`.

        `Refused`: number.not_allowed, outside.locked, outside.night, outside.at_once, outside.budget; told to the audit trail. `Unavailable`: the
        store is away, and nothing is dialled of which nobody would know.
        """
        asked = Asked(number=number, why=why, user_id=who, queue_id=queue, interaction_id=interaction)
        judging = partial(
            calls.permit,
            asked=asked,
            otherwise=self._otherwise(why),
            watched=self._watched,
            now=self._clock.now(),
        )
        verdict = await self._store.write(judging)
        if isinstance(verdict, Forbidden):
            _log.note("!", interaction or "", f"{why} outside is refused: {verdict.code}")
            invalid = verdict.code == "number.not_allowed"
            kind, pointer = (Kind.INVALID, "/number") if invalid else (Kind.CONFLICT, "")
            raise Refused(verdict.code, kind, pointer=pointer, **verdict.params)
        if verdict.told:
            self._bus.publish("notification", "")
        return verdict

    def may_call_back(self, number: str, queue: QueueId) -> bool:
        """Whether a caller with this number, in this queue, is told that they may be called back; from memory, as callers wait."""
        decide = self._directory.plans.of_queue(queue) or (self._calling_back,)
        return any(plan.may_dial(each, number) for each in decide)

    def spelt(self, number: str) -> str:
        """As it may be dialled where the settings decide, which look at the spelling: as it was typed, or as one dials it within this country."""
        plain = _BETWEEN_DIGITS.sub("", number)
        spellings = (plain, dialled_at_home(plain))
        return next((each for each in spellings if plan.may_dial(self._asking, each)), plain)

    def not_dialled(self, permit: Permit) -> None:
        """Asterisk was not told of it, or refused: it does not count."""
        self._news.put_nowait(partial(calls.not_dialled, call=permit.id))

    def over(self, permit: Permit) -> None:
        """It is known to have ended, or nobody was reached."""
        self._news.put_nowait(partial(calls.ended, call=permit.id, at=self._clock.now()))

    def hear(self, message: Message) -> None:
        """An event of Asterisk: a call out that is answered, or ends."""
        if message.event == "DialEnd":
            if message["DestChannel"].startswith(OUTGOING) and message["DialStatus"] == "ANSWER":
                self._keep_of(message["DestChanVariable/TL_OUT"], calls.answered, message.at)
        elif message.event == "Hangup":
            channel = message["Channel"]
            if channel.startswith(CALLING_BACK):
                # the agent did not answer, or the customer's leg has ended before
                call = message["ChanVariable/TL_OUT"]
                self._news.put_nowait(partial(calls.not_dialled, call=call))
            elif channel.startswith(OUTGOING):
                self._keep_of(message["ChanVariable/TL_OUT"], calls.ended, message.at)

    def align(self, status: Iterable[Message], server: str) -> None:
        """What stands in this server; calls out of which no channel is there any more are over, as soon as every server has said what stands in it."""
        self._standing[server] = {
            one["Variable/TL_OUT"] for one in status if one["Channel"].startswith(OUTGOING)
        }
        if not self._servers <= self._standing.keys():
            return
        seen = frozenset().union(*self._standing.values())
        self._news.put_nowait(partial(calls.end_unseen, seen=seen, now=self._clock.now()))

    async def run(self) -> None:
        """Keep what is heard, until cancelled; while the store is away it waits."""
        while True:
            units = [await self._news.get()]
            while not self._news.empty():
                units.append(self._news.get_nowait())
            await self._keep(units)

    async def _keep(self, units: list[Unit]) -> None:
        def together(conn: Connection) -> None:
            for unit in units:
                unit(conn)

        while True:
            try:
                await self._store.write(together)
            except Unavailable as problem:
                _log.note("!", "", f"calls out are not kept yet: {problem}")
                await asyncio.sleep(RETRY_S)
            else:
                return

    def _keep_of(self, call: str, keep: Callable[[Connection, str, float], None], at: float | None) -> None:
        if call:
            moment = at or self._clock.now()
            self._news.put_nowait(lambda conn: keep(conn, call, moment))

    def _otherwise(self, why: Why) -> Plan:
        return self._calling_back if why is Why.CALLBACK else self._asking
