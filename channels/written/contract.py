"""The contract of a written channel: what it hands over, what it is asked for, what it may answer.

A channel turns what its peer says into `Incoming` and hands that to `Intake`, and implements `Peer` for `Dispatcher`. The rest is the same for
all of them: customers, cases, conversations, offers, retries, what agents see. `tests/channels/written_contract.py` is the suite that each passes.
"""

from dataclasses import dataclass
from typing import Protocol

from crm_core.letter_types import NewAttachment
from crm_core.written.media import Link
from crm_core.written.outgoing import Outgoing
from routing.core.model import Medium

__all__ = ["Dead", "Incoming", "Later", "Link", "Outcome", "Outgoing", "Peer", "Sent", "Unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Something that somebody wrote.

    `account_id` with `key` names it: the same pair again is the same message, whatever else is said with it. `theirs`, `ours`: the addresses as the
    medium compares them. `kind`: of the contact points by which customers are recognised (phone, email; empty: none). `raw`: as the peer gave it, and
    kept so. `queue_id` None: the first queue there is. `thread_days`: so long the two addresses talk about the same case. `channel`: the case's word
    for the medium. `sender_name`: what they call themselves.
    """

    medium: Medium
    account_id: str
    key: str
    theirs: str
    ours: str
    text: str
    raw: bytes
    at: float
    queue_id: str | None
    kind: str = ""
    channel: str = ""
    subject: str = ""
    sender_name: str = ""
    thread_days: float = 0.0
    marks: tuple[str, ...] = ()
    attachments: tuple[NewAttachment, ...] = ()
    media: tuple[Link, ...] = ()
    case_id: str | None = None
    """A case that it is known to belong to, by a reference of ours on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The peer has it. `peer_id`: what later reports call it; `parts`: what it counts."""

    peer_id: str | None = None
    parts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """The peer does not have it and may take it later; `after_s` where it said when."""

    reason: str
    after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dead:
    """The peer will never take this one."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Asked, and not answered: the peer may have it. Sent again only where the peer knows a message that it had before."""

    reason: str


Outcome = Sent | Later | Dead | Unknown


class Peer(Protocol):
    """The other side of a channel, as messages are handed over to it."""

    @property
    def medium(self) -> Medium:
        """Whose messages it takes."""
        ...

    async def send(self, message: Outgoing) -> Outcome:
        """Hand one over. Never raises for what a peer does; takes at most a minute."""
        ...

    async def knows_repeats(self, account_id: str) -> bool:
        """Whether the same message, with the same id, may be handed over twice and goes out once."""
        ...
