"""What the console asks of the edges. `cti` and `channels.email` implement these; `trunkline.app` hands them over.

All raise `Unavailable` when their peer (Asterisk, the database) cannot be reached and `Refused` when the request does
not fit the state of the interaction.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Protocol

from config.peers import LinkStatus, PhoneCredential
from crm_core.calls_out import CallOut
from crm_core.casework.post import Post
from crm_core.faxes.kept import Fax
from crm_core.faxes.outgoing import Wanted
from crm_core.mail_in.mailboxes import Condition as MailboxCondition
from crm_core.records.change import Acting
from crm_core.users import User
from routing.core.events import Transferred
from routing.core.model import AgentId, InteractionId, PauseKind, QueueId
from routing.core.words import WatchMode

__all__ = [
    "Calls",
    "Condition",
    "Conferences",
    "Consults",
    "Dialling",
    "Faxes",
    "Letters",
    "LinkStatus",
    "MailIn",
    "MailPart",
    "Pauses",
    "PhoneCredential",
    "Phones",
    "Talks",
    "Watches",
]


Keep = Callable[[CallOut], Awaitable[None]]
"""Writes down who is called, or refuses."""


class Phones(Protocol):
    """SIP accounts for browsers."""

    async def credential(self, extension: str) -> PhoneCredential:
        """The agent's phone: a password that is random per shift and known to Asterisk when this returns."""
        ...

    async def guest(self) -> PhoneCredential:
        """A customer's phone for one visit to the *Call us* page."""
        ...


class Calls(Protocol):
    """Commands on calls; results come as facts."""

    async def hang_up(self, interaction: InteractionId) -> None:
        """End the conversation for both sides."""
        ...

    async def call_back(self, message: InteractionId, agent: AgentId) -> InteractionId:
        """Have this agent call whoever left that message; the call that comes of it."""
        ...

    async def reattach(self, interaction: InteractionId) -> None:
        """Ring the agent's phone again for a call whose browser leg was lost (a reload)."""
        ...

    def status(self) -> LinkStatus:
        """The telephone as a whole."""
        ...

    def statuses(self) -> Mapping[str, LinkStatus]:
        """Each of several Asterisk servers by its name; nothing where there is one alone."""
        ...


class Talks(Protocol):
    """What an agent does with a caller they talk with."""

    async def hold(self, interaction: InteractionId) -> None:
        """The caller hears music."""
        ...

    async def resume(self, interaction: InteractionId) -> None:
        """Both hear each other again."""
        ...

    async def transfer(self, event: Transferred) -> bool:
        """The caller waits for somebody else; false when there is nobody any more to whom they could be passed on."""
        ...


class Dialling(Protocol):
    """Calls that agents make by themselves; how they go comes as facts."""

    async def dial(self, caller: AgentId, wanted: CallOut, keep: Keep) -> InteractionId:
        """Ring the agent's phone, and then the customer's; `keep` writes the call down first."""
        ...

    def shown_by(self, queue: QueueId) -> str:
        """The number that customers see when they are called on behalf of this queue."""
        ...

    async def cancel(self, interaction: InteractionId, caller: AgentId) -> None:
        """As long as the customer has not answered."""
        ...


class Consults(Protocol):
    """Asking somebody while a caller is on hold."""

    async def ask_colleague(self, interaction: InteractionId, colleague: AgentId) -> None:
        """Call a colleague."""
        ...

    async def ask_outside(self, interaction: InteractionId, number: str) -> None:
        """Call a number outside."""
        ...

    async def hand_over(self, interaction: InteractionId, agent: AgentId) -> None:
        """The caller talks with whom the agent has called."""
        ...


class Pauses(Protocol):
    """Talks that are recorded, and are not for a while; that it is so comes as a fact."""

    async def pause(self, interaction: InteractionId, kind: PauseKind) -> None:
        """Record nothing until `resume`."""
        ...

    async def resume(self, interaction: InteractionId, kind: PauseKind) -> None:
        """Record again; a form ends only what a form has paused."""
        ...


class Conferences(Protocol):
    """Three at a talk; that it is so comes as a fact."""

    async def join(self, interaction: InteractionId) -> None:
        """Caller, agent and whom the agent has called talk, all three."""
        ...

    async def release(self, interaction: InteractionId) -> None:
        """The third is hung up."""
        ...

    async def step_out(self, interaction: InteractionId) -> None:
        """The two others talk on."""
        ...


class Watches(Protocol):
    """Supervisors at agents' talks; that they are there comes as a fact."""

    async def watch(
        self, interaction: InteractionId, watcher: AgentId, extension: str, mode: WatchMode
    ) -> None:
        """Be at the talk in this way: their phone rings, unless they are at one already."""
        ...

    async def take_over(self, interaction: InteractionId, watcher: AgentId) -> None:
        """Have it alone with the customer."""
        ...

    def leave(self, watcher: AgentId) -> None:
        """Hang their phone up."""
        ...


class Letters(Post, Protocol):
    """Answers to letters, and letters about cases."""

    async def reply(
        self, *, interaction: InteractionId, author: User, text: str, idempotency_key: str
    ) -> str:
        """Record the answer with its outbox row; the letter's id. The same key returns the same letter."""
        ...


class Faxes(Protocol):
    """Faxes that go out, and the pages of all."""

    async def write(self, acting: Acting, author_name: str, wanted: Wanted, key: str) -> Fax:
        """Make its pages and put it into the outbox; the same key again gives the same fax."""
        ...

    def wake(self, fax: Fax) -> None:
        """Something of it was decided by hand."""
        ...

    def read(self, fax: Fax, kind: str, *, first: int = 0, length: int | None = None) -> Iterator[bytes]:
        """A file of it, or a part of one; in a thread. `Damaged` when it is not as it was written."""
        ...


class Condition(Protocol):
    """What a part says of itself: working, since when, and otherwise why not."""

    @property
    def up(self) -> bool: ...

    @property
    def since(self) -> float: ...

    @property
    def reason(self) -> str: ...


class Seen(Protocol):
    """What a test of a mailbox found."""

    @property
    def letters(self) -> int: ...

    @property
    def tells(self) -> bool: ...

    @property
    def unread_by_us(self) -> int: ...


class Aside(Protocol):
    """A letter that could not be filed."""

    @property
    def id(self) -> str: ...

    @property
    def at(self) -> float: ...

    @property
    def received_at(self) -> float: ...

    @property
    def sender(self) -> str: ...

    @property
    def recipients(self) -> tuple[str, ...]: ...

    @property
    def size(self) -> int: ...

    @property
    def reason(self) -> str: ...


class MailIn(Protocol):
    """Mailboxes that are read, and letters that were set aside."""

    def conditions(self) -> Mapping[str, MailboxCondition]:
        """How mailboxes fare now, by id; one that is not read is not in it."""
        ...

    def begin_anew(self, mailbox_id: str) -> None:
        """Its secrets are others now."""
        ...

    async def test(self, mailbox_id: str) -> Seen:
        """Sign in and look; `Refused` says what is wrong."""
        ...

    async def aside(self) -> Sequence[Aside]:
        """The latest first."""
        ...

    async def aside_raw(self, name: str) -> bytes:
        """As it came."""
        ...

    async def again(self, name: str) -> None:
        """Try to file it once more; `Refused` when it still cannot be."""
        ...


class MailPart(Protocol):
    """A part without which letters do not come or go: the drop, the intake, the postman."""

    def status(self) -> Condition:
        """Its condition now."""
        ...
