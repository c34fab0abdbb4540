"""Stand-ins for the edges: they keep what they were asked and do what a peer would."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from agent_console.ports import Keep
from config.errors import Kind, Refused, Unavailable
from config.peers import LinkStatus, PhoneCredential
from crm_core import interactions, letters
from crm_core.calls_out import CallOut
from crm_core.casework import texts
from crm_core.casework.texts import Place
from crm_core.store import Connection, Store
from crm_core.users import User
from routing.core.decisions import Offer, Withdraw
from routing.core.events import (
    ConferenceBegan,
    ConferenceEnded,
    ConsultBegan,
    DialAsked,
    HandedOver,
    HoldBegan,
    HoldEnded,
    OfferFailed,
    Rang,
    RecordingPauseBegan,
    RecordingPauseEnded,
    Transferred,
    WatchBegan,
    WatchEnded,
    WorkEnded,
)
from routing.core.facts import Requeued
from routing.core.model import AgentId, By, InteractionId, Medium, Outcome, PauseKind, QueueId
from routing.core.presence import Conference
from routing.core.words import WatchMode
from routing.floor import Floor


@dataclass
class RingingChannel:
    """A medium whose offers reach the agent at once."""

    medium: Medium
    floor: Floor
    offered: list[Offer] = field(default_factory=list)
    withdrawn: list[Withdraw] = field(default_factory=list)

    async def offer(self, decision: Offer) -> None:
        self.offered.append(decision)
        self.floor.submit(Rang(offer=decision.offer, at=decision.deadline - decision.ring_s))

    async def withdraw(self, decision: Withdraw) -> None:
        self.withdrawn.append(decision)


@dataclass
class DeskPhones:
    """Credentials without an Asterisk; `away` plays one that cannot be reached."""

    away: bool = False
    given: list[str] = field(default_factory=list)

    async def credential(self, extension: str) -> PhoneCredential:
        self.given.append(extension)
        return self._made(extension)

    async def guest(self) -> PhoneCredential:
        return self._made("guest-1")

    def _made(self, name: str) -> PhoneCredential:
        if self.away:
            raise Unavailable("asterisk", "connection refused")
        return PhoneCredential(
            uri=f"sip:{name}@127.0.0.1", user=name, password="of-this-shift", ws_url="ws://127.0.0.1:8088/ws"
        )


@dataclass
class PlainCalls:
    """Calls that end when hung up."""

    floor: Floor
    up: bool = True
    servers: dict[str, bool] = field(default_factory=dict)
    reattached: list[InteractionId] = field(default_factory=list)
    called_back: list[tuple[InteractionId, AgentId]] = field(default_factory=list)

    async def hang_up(self, interaction: InteractionId) -> None:
        await self.floor.settle(WorkEnded(interaction=interaction, by=By.AGENT, at=time.time()))

    async def call_back(self, message: InteractionId, agent: AgentId) -> InteractionId:
        self.called_back.append((message, agent))
        return InteractionId(f"tl-{message}")

    async def dial(self, caller: AgentId, wanted: CallOut, keep: Keep) -> InteractionId:
        """Whoever is called answers when a test says so (`Accepted`, then `Reached`)."""
        name = InteractionId(f"tl-out-{wanted.number}")
        if reason := self.floor.no_room_to_dial(caller, QueueId(wanted.queue)):
            raise Refused("call.no_room", reason=reason)
        await keep(replace(wanted, interaction=name, shown=self.shown_by(QueueId(wanted.queue))))
        await self.floor.settle(
            DialAsked(interaction=name, queue=QueueId(wanted.queue), agent=caller, at=time.time())
        )
        return name

    def shown_by(self, queue: QueueId) -> str:
        return "0212345678"

    async def cancel(self, interaction: InteractionId, caller: AgentId) -> None:
        work = self.floor.centre.interactions.get(interaction)
        if work is None or work.agent != caller or work.offer is None:
            raise Refused("interaction.state", interaction=interaction)
        await self.floor.settle(OfferFailed(offer=work.offer, outcome=Outcome.DECLINED, at=time.time()))

    async def reattach(self, interaction: InteractionId) -> None:
        self.reattached.append(interaction)

    async def hold(self, interaction: InteractionId) -> None:
        await self.floor.settle(HoldBegan(interaction=interaction, at=time.time()))

    async def resume(self, interaction: InteractionId) -> None:
        await self.floor.settle(HoldEnded(interaction=interaction, at=time.time()))

    async def watch(
        self, interaction: InteractionId, watcher: AgentId, extension: str, mode: WatchMode
    ) -> None:
        """The supervisor's phone answers at once."""
        if not self.up:
            raise Unavailable("asterisk", "connection refused")
        assert extension
        others = [one for one in self.floor.centre.interactions.values() if one.id != interaction]
        at = time.time()
        left = [
            WatchEnded(interaction=work.id, watcher=watcher, at=at)
            for work in others
            if any(one.who == watcher for one in work.watchers)
        ]
        await self.floor.settle(*left, WatchBegan(interaction=interaction, watcher=watcher, mode=mode, at=at))

    async def take_over(self, interaction: InteractionId, watcher: AgentId) -> None:
        if watcher not in {one.who for one in self.floor.centre.interactions[interaction].watchers}:
            raise Refused("watch.not_there", interaction=interaction)
        await self.floor.settle(WorkEnded(interaction=interaction, by=By.AGENT, at=time.time()))

    def leave(self, watcher: AgentId) -> None:
        at = time.time()
        for work in self.floor.centre.interactions.values():
            self.floor.submit(WatchEnded(interaction=work.id, watcher=watcher, at=at))

    async def ask_colleague(self, interaction: InteractionId, colleague: AgentId) -> None:
        await self._ask(interaction, colleague)

    async def ask_outside(self, interaction: InteractionId, number: str) -> None:
        if not number.startswith("0"):
            raise Refused("number.not_allowed", Kind.INVALID, pointer="/number")
        await self._ask(interaction, number)

    async def _ask(self, interaction: InteractionId, whom: str) -> None:
        """Whoever is called answers when a test says so (`ConsultReached`)."""
        at = time.time()
        await self.floor.settle(
            HoldBegan(interaction=interaction, at=at), ConsultBegan(interaction=interaction, whom=whom, at=at)
        )

    async def hand_over(self, interaction: InteractionId, agent: AgentId) -> None:
        consult = self.floor.centre.interactions[interaction].consult
        if consult is None or consult.reached_at is None:
            raise Refused("consult.not_reached", interaction=interaction)
        at, to = time.time(), AgentId(consult.whom)
        if to in self.floor.centre.agents:
            await self.floor.settle(HandedOver(interaction=interaction, agent=agent, to=to, at=at))
        else:
            await self.floor.settle(WorkEnded(interaction=interaction, by=By.AGENT, at=at))

    async def join(self, interaction: InteractionId) -> None:
        consult = self.floor.centre.interactions[interaction].consult
        if consult is None or consult.reached_at is None:
            raise Refused("consult.not_reached", interaction=interaction)
        colleague = AgentId(consult.whom) if AgentId(consult.whom) in self.floor.centre.agents else None
        began = ConferenceBegan(
            interaction=interaction, whom=consult.whom, colleague=colleague, at=time.time()
        )
        await self.floor.settle(began)

    async def release(self, interaction: InteractionId) -> None:
        self._conference(interaction)
        await self.floor.settle(ConferenceEnded(interaction=interaction, reason="released", at=time.time()))

    async def step_out(self, interaction: InteractionId) -> None:
        conference, at = self._conference(interaction), time.time()
        agent = self.floor.centre.interactions[interaction].agent
        if conference.colleague is None or agent is None:
            await self.floor.settle(WorkEnded(interaction=interaction, by=By.AGENT, at=at))
        else:
            to = conference.colleague
            await self.floor.settle(HandedOver(interaction=interaction, agent=agent, to=to, at=at))

    def _conference(self, interaction: InteractionId) -> Conference:
        conference = self.floor.centre.interactions[interaction].conference
        if conference is None:
            raise Refused("conference.none", interaction=interaction)
        return conference

    async def transfer(self, event: Transferred) -> bool:
        facts = await self.floor.settle(event)
        return any(isinstance(fact, Requeued) for fact in facts)

    def status(self) -> LinkStatus:
        return LinkStatus(up=self.up, since=1.0, reason="" if self.up else "asterisk.refused")

    def statuses(self) -> Mapping[str, LinkStatus]:
        return {
            name: LinkStatus(up=up, since=1.0, reason="" if up else "asterisk.unreachable")
            for name, up in self.servers.items()
        }


@dataclass
class PlainPauses:
    """Recordings that pause when asked to; `away` plays an Asterisk that cannot be told."""

    floor: Floor
    away: bool = False

    async def pause(self, interaction: InteractionId, kind: PauseKind) -> None:
        self._check(interaction)
        await self.floor.settle(RecordingPauseBegan(interaction=interaction, pause=kind, at=time.time()))

    async def resume(self, interaction: InteractionId, kind: PauseKind) -> None:
        self._check(interaction)
        pause = self.floor.centre.interactions[interaction].recording_pause
        if pause is not None and pause.kind in {kind, PauseKind.FORM}:
            await self.floor.settle(RecordingPauseEnded(interaction=interaction, at=time.time()))

    def _check(self, interaction: InteractionId) -> None:
        if not self.floor.centre.interactions[interaction].recorded:
            raise Refused("recording.not_recorded", interaction=interaction)
        if self.away:
            raise Unavailable("asterisk", "connection refused")


@dataclass
class OutboxLetters:
    """Answers that are recorded in the real store, once per key."""

    store: Store
    zone: str = "Asia/Taipei"

    async def reply(
        self, *, interaction: InteractionId, author: User, text: str, idempotency_key: str
    ) -> str:
        return await self.store.write(
            lambda connection: self._record(connection, interaction, author, text, idempotency_key)
        )

    def from_template(
        self,
        conn: Connection,
        *,
        case_id: str,
        template_id: str,
        address: str | None,
        key: str,
        author_id: str | None,
        now: float,
        purpose: str | None = None,
    ) -> str:
        place = Place(case_id=case_id, author_id=author_id, centre="Centre")
        filled = texts.fill(conn, template_id, place, now)
        to = address or "customer@example.org"
        return self._queued(conn, case_id, to, filled.subject, filled.body, key, author_id, now)

    def to_watcher(
        self, conn: Connection, *, case_id: str, address: str, code: str, text: str, key: str, now: float
    ) -> str:
        return self._queued(conn, None, address, code, text, key, None, now)

    def _queued(  # noqa: PLR0917 - a letter's parts
        self,
        conn: Connection,
        case_id: str | None,
        to: str,
        subject: str,
        words: str,
        key: str,
        author_id: str | None,
        now: float,
    ) -> str:
        return letters.queue_reply(
            conn,
            interaction_id=None,
            case_id=case_id,
            author_id=author_id,
            envelope_from="desk@example.com",
            to=[to],
            cc=[],
            subject=subject,
            text=words,
            message_id=f"<{key}@example.com>",
            in_reply_to="",
            references=[],
            raw=words.encode(),
            now=now,
        ).id

    def _record(
        self, connection: Connection, interaction: InteractionId, author: User, text: str, key: str
    ) -> str:
        about = interactions.interaction(connection, interaction)
        assert about is not None
        recorded = letters.queue_reply(
            connection,
            interaction_id=interaction,
            case_id=about.case_id,
            author_id=author.id,
            envelope_from="desk@example.com",
            to=[about.customer_address],
            cc=[],
            subject=about.subject,
            text=text,
            message_id=f"<{key}@example.com>",
            in_reply_to="",
            references=[],
            raw=text.encode(),
            now=time.time(),
        )
        return recorded.id


@dataclass
class SteadyMail:
    """A mail part that works, unless told otherwise."""

    up: bool = True

    def status(self) -> LinkStatus:
        return LinkStatus(up=self.up, since=2.0, reason="" if self.up else "mail.port_busy")


class PlainNumbers:
    """A telephone that takes every number as it is typed."""

    def spelt(self, typed: str) -> str:
        return typed

    def shown_by(self, queue: str | None) -> str:
        return "0255550200"
