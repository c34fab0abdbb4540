"""A telephone that does what a step of a scenario says, when it says it: no process, no script, no clock of its own.

It rings when it is called, and then waits to be told: `answer`, `reject`, `hang_up`. Its own calls begin with `call`. What it hears and says is an
`Ear`.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

from tests.ports import free_port
from tests.real.listener import Ear, ear
from tests.scenarios import sip
from tests.scenarios.sip import SipMessage

Address = tuple[str, int]


class At(StrEnum):
    """Where a call is, as its telephone sees it."""

    CALLING = "calling"
    RINGING = "ringing"
    TALKING = "talking"
    OVER = "over"


@dataclass(slots=True, kw_only=True)
class Leg:
    """One call at one telephone. `invite` began it; `ours`: we called. `tag` is ours, `far` the other side's To or From, `target` where they are reached."""

    invite: SipMessage
    ours: bool
    tag: str
    at: At
    far: str = ""
    target: str = ""
    sequence: int = 1
    refused: int = 0
    hung_up_by_us: bool = False
    drops: bool = False
    said: SipMessage | None = None


class Telephone(asyncio.DatagramProtocol):
    """One address on the network; `answers_late`: it has picked up just before it hears that the caller left. `rejects`: what it says to every call
    (0: it rings). `dead`: it neither hears nor says anything any more."""

    def __init__(self, name: str, exchange: Address) -> None:
        self.name, self.exchange = name, exchange
        self.port, self.password = 0, ""
        self.legs: dict[str, Leg] = {}
        self.rejects, self.answers_late, self.dead = 0, False, False
        self.losers: list[str] = []
        self.refusals: list[int] = []
        self._transport: asyncio.DatagramTransport | None = None
        self._breath: asyncio.Task[None] | None = None
        self._pending: dict[str, asyncio.Future[SipMessage]] = {}

    ear: Ear

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    @property
    def contact(self) -> str:
        return f"<sip:{self.name}@127.0.0.1:{self.port}>"

    def find(self, at: At) -> Leg | None:
        """The newest call there."""
        return next((leg for leg in reversed(self.legs.values()) if leg.at is at), None)

    def the(self, at: At) -> Leg:
        leg = self.find(at)
        assert leg is not None, f"nothing is {at} at {self.name}: {[one.at for one in self.legs.values()]}"
        return leg

    def reset(self) -> None:
        """As new."""
        self.legs.clear()
        self.losers.clear()
        self.refusals.clear()
        self.ear.heard.clear()
        self.rejects, self.answers_late, self.dead = 0, False, False

    # -- what its owner does ---------------------------------------------------------------------------------------------

    def call(self, number: str, *, sender: str, headers: Mapping[str, str] | None = None) -> Leg:
        """`sender`: the From header without its tag."""
        tag, host = sip.token(), f"{self.exchange[0]}:{self.exchange[1]}"
        uri = f"sip:{number}@{host}"
        more = tuple((headers or {}).items())
        invite = SipMessage(
            start=f"INVITE {uri} SIP/2.0",
            headers=(
                ("Via", self._via()),
                ("From", f"{sender};tag={tag}"),
                ("To", f"<{uri}>"),
                ("Call-ID", f"{sip.token()}@{self.name}"),
                ("CSeq", "1 INVITE"),
                ("Contact", self.contact),
                ("Max-Forwards", "70"),
                *more,
                ("Content-Type", "application/sdp"),
            ),
            body=sip.sdp_for(self.ear.port),
        )
        leg = Leg(invite=invite, ours=True, tag=tag, at=At.CALLING, far=f"<{uri}>", target=uri)
        self.legs[invite.call] = leg
        self._send(invite)
        return leg

    def answer(self) -> None:
        self._answer(self.the(At.RINGING))

    def answer_twice(self) -> None:
        """What rings is two telephones behind one address, and both are picked up at once: two 200 with a tag each (RFC 3261, 13.2.2.4)."""
        leg = self.the(At.RINGING)
        second = sip.token()
        self.losers.append(second)
        self._answer(leg)
        self._send(
            sip.answer(leg.invite, 200, tag=second, contact=self.contact, sdp=sip.sdp_for(self.ear.port))
        )

    def loser_gives_up(self) -> None:
        leg, loser = self.the(At.TALKING), self.losers.pop()
        bye = self._within(leg, "BYE")
        headers = [
            (name, value.replace(leg.tag, loser) if name == "From" else value) for name, value in bye.headers
        ]
        self._send(SipMessage(start=bye.start, headers=tuple(headers)))

    def reject(self, status: int) -> None:
        leg = self.the(At.RINGING)
        leg.at = At.OVER
        self._reply(leg, status)

    def hang_up(self) -> None:
        """Whatever is going on: a call that rings at the other side is given up."""
        leg = next(leg for leg in reversed(self.legs.values()) if leg.at is not At.OVER)
        leg.hung_up_by_us = True
        if leg.ours and leg.at in {At.CALLING, At.RINGING}:
            self._send(self._beside(leg.invite, "CANCEL"))
            return
        self._over(leg)
        self._send(self._within(leg, "BYE"))

    def die(self) -> None:
        """As a telephone whose cable is pulled."""
        self.dead = True
        self._quiet()

    async def register(self, *, password: str, expires_s: int = 300) -> None:
        """Tell the exchange where we are (0: nowhere). Raises when it refuses."""
        self.password = password
        uri = f"sip:{self.exchange[0]}:{self.exchange[1]}"
        me, call, tag = f"<sip:{self.name}@{self.exchange[0]}>", sip.token(), sip.token()
        proof: tuple[tuple[str, str], ...] = ()
        for sequence in (1, 2):
            request = SipMessage(
                start=f"REGISTER {uri} SIP/2.0",
                headers=(
                    ("Via", self._via()),
                    ("From", f"{me};tag={tag}"),
                    ("To", me),
                    ("Call-ID", call),
                    ("CSeq", f"{sequence} REGISTER"),
                    ("Contact", self.contact),
                    ("Expires", str(expires_s)),
                    ("Max-Forwards", "70"),
                    *proof,
                ),
            )
            self._pending[call] = asyncio.get_running_loop().create_future()
            self._send(request)
            async with asyncio.timeout(5):
                reply = await self._pending[call]
            if reply.status == 200:
                return
            challenges = reply.all("WWW-Authenticate")
            assert challenges, reply.start
            said = sip.credentials(challenges, method="REGISTER", uri=uri, user=self.name, password=password)
            proof = (("Authorization", said),)
        raise AssertionError(reply.start)

    # -- what the exchange says ------------------------------------------------------------------------------------------

    def datagram_received(self, data: bytes, addr: object) -> None:
        if self.dead or not data.strip():
            return
        message = sip.parse(data)
        if message.status is not None:
            self._answered(message, message.status)
        elif message.method == "INVITE":
            self._invited(message)
        elif message.method == "ACK":
            self._acknowledged(message)
        else:
            self._asked(message)

    def _invited(self, message: SipMessage) -> None:
        leg = self.legs.get(message.call)
        if leg is not None and leg.said is not None and message["CSeq"] == leg.said["CSeq"]:
            self._send(leg.said)  # sent again: our answer is on its way, or lost
            return
        if leg is None:
            leg = Leg(
                invite=message,
                ours=False,
                tag=sip.token(),
                at=At.RINGING,
                far=message["From"],
                target=sip.uri_in(message["Contact"]),
            )
            self.legs[message.call] = leg
            if self.rejects:
                leg.at = At.OVER
            self._reply(leg, self.rejects or 180)
        else:  # within the call: other media, or the same again
            self._send(
                sip.answer(message, 200, tag=leg.tag, contact=self.contact, sdp=sip.sdp_for(self.ear.port))
            )

    def _acknowledged(self, message: SipMessage) -> None:
        leg = self.legs.get(message.call)
        if leg is not None and leg.drops and leg.at is At.TALKING:
            self.hang_up()

    def _asked(self, message: SipMessage) -> None:
        leg = self.legs.get(message.call)
        tag = leg.tag if leg is not None else sip.token()
        self._send(sip.answer(message, 200, tag=tag))
        if leg is None:
            return
        if message.method == "BYE" and sip.tag_in(message["To"]) not in self.losers:
            self._over(leg)
        elif message.method == "CANCEL" and leg.at is At.RINGING:
            if self.answers_late:
                self._answer(leg)
            else:
                leg.at = At.OVER
                self._reply(leg, 487)

    def _answered(self, message: SipMessage, status: int) -> None:
        leg = self.legs.get(message.call)
        if message.method == "REGISTER":
            waiting = self._pending.get(message.call)
            if waiting is not None and not waiting.done() and status >= 200:
                waiting.set_result(message)
        elif message.method == "INVITE" and leg is not None:
            self._progress(leg, message, status)

    def _progress(self, leg: Leg, message: SipMessage, status: int) -> None:
        if status < 180:
            return
        if status < 200:
            leg.at = At.RINGING if leg.at is At.CALLING else leg.at
            return
        leg.far, leg.target = message["To"], sip.uri_in(message["Contact"]) or leg.target
        if status >= 300:
            self._send(self._beside(leg.invite, "ACK", to=message["To"]))
            if status == 401 and self.password and leg.sequence == 1:
                self._call_again(leg, message)
                return
            leg.refused, leg.at = status, At.OVER
            self.refusals.append(status)
            return
        self._send(self._within(leg, "ACK", sequence=leg.sequence))
        if leg.at in {At.CALLING, At.RINGING}:
            self._talk(leg, message)
            if leg.hung_up_by_us:  # answered while we gave up
                self.hang_up()

    # -- messages ---------------------------------------------------------------------------------------------------------

    def _answer(self, leg: Leg) -> None:
        self._talk(leg, leg.invite)
        leg.said = sip.answer(
            leg.invite, 200, tag=leg.tag, contact=self.contact, sdp=sip.sdp_for(self.ear.port)
        )
        self._send(leg.said)

    def _reply(self, leg: Leg, status: int) -> None:
        leg.said = sip.answer(leg.invite, status, tag=leg.tag, contact=self.contact)
        self._send(leg.said)

    def _within(self, leg: Leg, method: str, *, sequence: int = 0) -> SipMessage:
        """A request of ours in a call that stands."""
        leg.sequence += 0 if sequence else 1
        ours = leg.invite["From"] if leg.ours else f"{leg.invite['To']};tag={leg.tag}"
        return SipMessage(
            start=f"{method} {leg.target} SIP/2.0",
            headers=(
                ("Via", self._via()),
                ("From", ours),
                ("To", leg.far),
                ("Call-ID", leg.invite.call),
                ("CSeq", f"{sequence or leg.sequence} {method}"),
                ("Max-Forwards", "70"),
            ),
        )

    def _beside(self, invite: SipMessage, method: str, *, to: str = "") -> SipMessage:
        """A request of the INVITE's own transaction."""
        return SipMessage(
            start=invite.start.replace("INVITE", method, 1),
            headers=(
                ("Via", invite["Via"]),
                ("From", invite["From"]),
                ("To", to or invite["To"]),
                ("Call-ID", invite.call),
                ("CSeq", f"{invite['CSeq'].split()[0]} {method}"),
                ("Max-Forwards", "70"),
            ),
        )

    def _call_again(self, leg: Leg, message: SipMessage) -> None:
        """With who we are."""
        leg.sequence, uri = 2, leg.invite.start.split()[1]
        asked = message.all("WWW-Authenticate")
        said = sip.credentials(asked, method="INVITE", uri=uri, user=self.name, password=self.password)
        changed = {"Via": self._via(), "CSeq": "2 INVITE"}
        kept = [(name, changed.get(name, value)) for name, value in leg.invite.headers]
        leg.invite = replace(leg.invite, headers=(*kept, ("Authorization", said)))
        leg.far, leg.target = f"<{uri}>", uri
        self._send(leg.invite)

    def _via(self) -> str:
        return f"SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch=z9hG4bK{sip.token()}"

    def _send(self, message: SipMessage) -> None:
        assert self._transport is not None
        if not self.dead:
            self._transport.sendto(message.encode(), self.exchange)

    # -- media ------------------------------------------------------------------------------------------------------------

    def _talk(self, leg: Leg, told: SipMessage) -> None:
        leg.at = At.TALKING
        self.ear._peer = told.media
        if self._breath is None:
            self._breath = asyncio.create_task(self.ear.breathes(), name=f"breath of {self.name}")

    def _over(self, leg: Leg) -> None:
        leg.at = At.OVER
        if self.find(At.TALKING) is None:
            self._quiet()

    def _quiet(self) -> None:
        if self._breath is not None:
            self._breath.cancel()
            self._breath = None


@asynccontextmanager
async def telephone(name: str, exchange: Address, *, pitch: int) -> AsyncIterator[Telephone]:
    """One until the block ends. `pitch`: of the tone with which its owner speaks."""
    port = free_port()
    async with ear(free_port()) as hears:
        transport, one = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Telephone(name, exchange), local_addr=("127.0.0.1", port)
        )
        one.port, one.ear, hears.pitch = port, hears, pitch
        try:
            yield one
        finally:
            one._quiet()
            transport.close()
