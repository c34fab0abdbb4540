"""What every route works with: the rooms below and the hub, handed over once by the server."""

from dataclasses import dataclass
from pathlib import Path

from agent_console.chat_guard import ChatGuard
from agent_console.hub import Hub
from agent_console.links import Links
from agent_console.oidc.provider import Provider
from agent_console.ports import (
    Calls,
    Conferences,
    Consults,
    Dialling,
    Faxes,
    Letters,
    MailIn,
    Pauses,
    Phones,
    Talks,
    Watches,
)
from agent_console.rate import Rate
from channels.attachments.process import ReadingProcess
from channels.chat.rooms import ChatRooms
from config.clock import Clock
from config.settings import Settings
from crm_core.branding.kept import Branding
from crm_core.sealing import Seal
from crm_core.store import Store
from routing.bus import Bus
from routing.floor import Floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`origins` are those of our own pages; `build` names the console's build, so that old pages can reload. `seal` is
    None while the settings have no key for secrets, `provider` without single sign-on."""

    settings: Settings
    store: Store
    floor: Floor
    bus: Bus
    clock: Clock
    phones: Phones
    letters: Letters
    calls: Calls
    talks: Talks
    consults: Consults
    dialling: Dialling
    conferences: Conferences
    watches: Watches
    pauses: Pauses
    chats: ChatRooms
    chat_guard: ChatGuard
    links: Links
    hub: Hub
    origins: frozenset[str]
    build: str
    static: Path
    guests: Rate
    plays: Rate
    seal: Seal | None
    provider: Provider | None
    mail_in: MailIn | None = None
    faxes: Faxes | None = None
    pictures: ReadingProcess

    @property
    def branding(self) -> Branding:
        """How the organisation shows itself, as last read."""
        return self.hub.world.directory.branding

    @property
    def centre_name(self) -> str:
        """What the organisation calls itself, else what the settings call the centre."""
        return self.branding.name or self.settings.centre.name
