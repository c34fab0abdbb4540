"""What an operator may set: one TOML file, environment on top, every error at once with its place and what to do.

Precedence: environment (`TRUNKLINE__SECTION__KEY`) over the file over the defaults. Secrets may stand in a file of
their own (`ami_secret_file`); its first line counts. Unknown keys are errors. Queues, agents, numbers and mail
addresses are data in the database, not settings.
"""

import os
import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

Port = Annotated[int, Field(ge=1, le=65535)]
ENVIRONMENT_PREFIX = "TRUNKLINE__"


def _absolute(path: Path) -> Path:
    return path.expanduser()


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        message = f"there is no time zone {name!r}; give an IANA name such as Asia/Taipei or Europe/London"
        raise ValueError(message) from problem
    return name


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < 16:
        raise ValueError("the secret is too short; give 16 characters or more, as `trunkline init` does")
    return secret


def _usable_url(url: str) -> str:
    if url and not re.match(r"(sqlite:///[^:]|postgresql(\+\w+)?://)", url):
        raise ValueError(
            "is neither sqlite:///PATH nor postgresql+pg8000://USER@HOST/NAME; mend it or leave it out"
        )
    return url


def _empty_or_long_enough(secret: SecretStr) -> SecretStr:
    return _long_enough(secret) if secret.get_secret_value() else secret


def _usable_issuer(issuer: str) -> str:
    parts = urlsplit(issuer)
    local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if issuer and not ((parts.scheme == "https" or local) and parts.hostname and not parts.query):
        raise ValueError("is no issuer; give its https address as the provider's own documentation writes it")
    return issuer


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    parts = (part.rpartition("=") for part in text.split(",") if part.strip())
    return tuple((group.strip(), role.strip()) for group, _, role in parts)


def _usable_roles(text: str) -> str:
    for group, role in _pairs(text):
        if not group or role not in {"agent", "supervisor", "admin"}:
            raise ValueError(
                f"{group or role!r} names no role; write VALUE=agent, VALUE=supervisor or VALUE=admin, with commas between"
            )
    return text


FilePath = Annotated[Path, AfterValidator(_absolute)]


class ConfigurationError(Exception):
    """All that is wrong with the settings, one sentence each: where, what, and what to do."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Section(BaseModel):
    """A table of the file: frozen, and unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Secretive(Section):
    """A section in which `NAME_file` may stand for `NAME`: the first line of that file is the secret."""

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        merged = dict(given)
        for key in [
            key for key in given if key.endswith("_file") and key.removesuffix("_file") in cls.model_fields
        ]:
            path = Path(str(merged.pop(key))).expanduser()
            try:
                merged[key.removesuffix("_file")] = path.read_text(encoding="utf-8").splitlines()[0]
            except (OSError, IndexError) as problem:
                message = f"the secret's file {path} cannot be read ({problem}); create it with the secret as its first line"
                raise ValueError(message) from problem
        return merged


class Centre(Section):
    """The centre as a whole."""

    name: str = Field(default="Trunkline", min_length=1, max_length=80)
    """Shown in the console's title and in letters."""
    data_dir: FilePath = Path("data")
    """Where the database, the mail spool and attachments live; relative to the settings file."""
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Taipei"
    """IANA name; "today" on the boards begins at its midnight."""
    listening_is_shown: bool = True
    """Whether agents see that a supervisor listens to their call. Where it must be shown by law or agreement, leave it so; who whispers or barges in is always shown."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much the transcript on standard error tells."""


class Http(Section):
    """The console and the API: one port for pages, API and sockets."""

    host: str = "127.0.0.1"
    """Address to listen on. Beyond loopback the microphone needs https: put a TLS proxy in front."""
    port: Port = 8080
    """TCP port to listen on."""
    public_origin: str = ""
    """Origin browsers use, e.g. `https://desk.example.com`; empty: `http://HOST:PORT`, and localhost for loopback."""
    secure_cookies: bool = False
    """Set the Secure attribute on cookies even where the public origin is not https (with https it is always set)."""
    call_us: bool = False
    """Offer the public page `/callus`, from which anybody's browser may call the centre's own numbers, and no others."""

    @model_validator(mode="after")
    def _reachable_by_name(self) -> "Http":
        if self.host in {"0.0.0.0", "::", ""} and not self.public_origin:  # noqa: S104 - refused here
            message = (
                f"host {self.host!r} listens everywhere, so public_origin must say which address browsers use"
                ' (public_origin = "https://desk.example.com"); others are refused as foreign'
            )
            raise ValueError(message)
        return self

    @property
    def cookies_are_secure(self) -> bool:
        """Whether browsers may send our cookies over https only."""
        return self.secure_cookies or self.public_origin.startswith("https://")


class Database(Section):
    """Where the truth is."""

    url: Annotated[str, AfterValidator(_usable_url)] = ""
    """`sqlite:///PATH`, or `postgresql+pg8000://USER:PASSWORD@HOST/NAME` (install pg8000 for it); empty: SQLite in `data_dir/trunkline.db` (WAL, synchronous=FULL)."""


def _usable_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]{0,19}", name):
        raise ValueError(
            "is no name for a server; give letters a to z and digits, 20 at most, a letter first"
        )
    return name


def _usable_address(address: str) -> str:
    if address and not re.fullmatch(r"[0-9A-Za-z.-]{1,253}:[0-9]{1,5}", address):
        raise ValueError("is no SIP address; give host:port, as the other servers reach it")
    return address


ServerName = Annotated[str, AfterValidator(_usable_name)]
SipAddress = Annotated[str, AfterValidator(_usable_address)]


class FurtherAsterisk(Secretive):
    """An Asterisk server beside the first ([several-asterisks.md](several-asterisks.md)): as `[asterisk]`, as far as it is its own."""

    name: ServerName
    """Its `systemname` in asterisk.conf."""
    sip_address: SipAddress
    """Where the other servers reach its SIP, as host:port."""
    ami_host: str = "127.0.0.1"
    """Host of its manager interface."""
    ami_port: Port = 5038
    """Port of that."""
    ami_user: str = "trunkline"
    """Manager user."""
    ami_secret: SecretStr
    """Its secret; or `ami_secret_file`."""
    http_url: str = "http://127.0.0.1:8088"
    """Its HTTP server."""
    ari_user: str = "trunkline"
    """ARI user."""
    ari_secret: SecretStr
    """Its secret; or `ari_secret_file`."""
    browser_ws_url: str = "ws://127.0.0.1:8088/ws"
    """Where browsers reach its SIP over WebSocket."""


class Asterisk(Secretive):
    """The Asterisk server, as reached from here. Further ones follow as `[[asterisk.more]]` ([several-asterisks.md](several-asterisks.md))."""

    ami_host: str = "127.0.0.1"
    """Host of the manager interface (AMI)."""
    ami_port: Port = 5038
    """Port of the manager interface."""
    ami_user: str = "trunkline"
    """Manager user; `trunkline asterisk-config` writes one with the privileges it needs."""
    ami_secret: SecretStr
    """Its secret; or `ami_secret_file`."""
    http_url: str = "http://127.0.0.1:8088"
    """Asterisk's HTTP server, used for ARI push configuration of the agents' phones."""
    ari_user: str = "trunkline"
    """ARI user."""
    ari_secret: SecretStr
    """Its secret; or `ari_secret_file`."""
    browser_ws_url: str = "ws://127.0.0.1:8088/ws"
    """Where browsers reach Asterisk's SIP over WebSocket."""
    fastagi_host: str = "127.0.0.1"
    """Address on which Trunkline answers AGI, as the dialplan dials it."""
    fastagi_port: Port = 4573
    """Port of that."""
    callback_numbers: tuple[str, ...] = ("0", "!00", "!0203", "!0204", "!0209")
    """Beginnings of the numbers that callers may be called back at; of several that fit the longest decides, and one with `!` before it forbids. As
    it comes: numbers within Taiwan without the dear ones (0203, 0204, 0209), none abroad. Empty: nobody is called back. Of queues without a dial plan."""
    outside_numbers: tuple[str, ...] = ("0", "!00", "!0203", "!0204", "!0209")
    """Beginnings of the numbers that agents may call: customers, or somebody outside to ask or to hand a caller over to; read like `callback_numbers`. Empty:
    none. Of people without a dial plan."""
    name: ServerName = "trunkline"
    """Its `systemname` in asterisk.conf, by which calls of several servers are told apart. Matters only beside others."""
    sip_address: SipAddress = ""
    """Where the other servers reach its SIP, as host:port. Needed only beside others."""
    peer_secret: SecretStr = SecretStr("")
    """With what the servers sign in with each other, at least 16 characters; or `peer_secret_file`. Needed only where there are several."""
    more: tuple[FurtherAsterisk, ...] = ()
    """Further servers, each as `[[asterisk.more]]` with what it has of its own: `name`, `sip_address`, `ami_host`, `ami_port`, `ami_user`, `ami_secret`, `http_url`, `ari_user`, `ari_secret`, `browser_ws_url`."""
    prompts_dir: str = ""
    """Folder into which this server writes uploaded prompts for Asterisk to play, by the same path for both; empty: `prompts` in `data_dir`."""

    @model_validator(mode="after")
    def _told_apart(self) -> "Asterisk":
        names = [self.name, *(other.name for other in self.more)]
        if len(set(names)) < len(names):
            raise ValueError(
                f"two servers have the same name ({', '.join(names)}); give each its own systemname"
            )
        if self.more and not (self.sip_address and all(other.sip_address for other in self.more)):
            raise ValueError(
                "sip_address is needed of each of several servers; say where the others reach its SIP"
            )
        if self.more and len(self.peer_secret.get_secret_value()) < 16:
            raise ValueError(
                "peer_secret is needed where there are several servers; give 16 random characters or more"
            )
        return self

    def servers(self) -> "tuple[Asterisk, ...]":
        """Each as a section of its own, this one first: what they share is as it is here."""
        shared = {"more": (), "peer_secret": self.peer_secret}
        own = FurtherAsterisk.model_fields
        return (
            self.model_copy(update=shared),
            *(
                self.model_copy(update=shared | {key: getattr(other, key) for key in own})
                for other in self.more
            ),
        )


class Mail(Secretive):
    """Letters in and out."""

    listen_host: str = "127.0.0.1"
    """Address on which the drop accepts SMTP."""
    listen_port: Port = 2525
    """Port of that."""
    lmtp_port: int = Field(default=0, ge=0, le=65535)
    """Port on the same address for LMTP, by which a mail server on this machine hands letters over and is told of each recipient; 0: none."""
    certificate: str = ""
    """File with the certificate chain (PEM) for STARTTLS; empty: letters come in the clear, as from a mail server on this machine."""
    certificate_key: str = ""
    """File with its private key; empty: it is in the certificate's file."""
    hostname: str = "trunkline.localdomain"
    """Name in the SMTP greeting and in Message-IDs."""
    max_message_bytes: int = Field(default=50_000_000, ge=10_000)
    """Larger letters are refused with 552."""
    authserv_id: str = ""
    """Name under which the mail server before this one writes Authentication-Results; only its results are shown. Empty: nobody's."""
    check_dkim: bool = False
    """Check DKIM signatures here, with keys from DNS: for a server that takes mail from the Internet itself."""
    clamd: str = ""
    """Virus scanner (clamd) that is asked about attachments: a socket's path, or host:port. Empty: none."""
    relay_host: str = "127.0.0.1"
    """SMTP server that takes what we send."""
    relay_port: Port = 25
    """Port of that."""
    relay_user: str = ""
    """User for SMTP AUTH; empty: none."""
    relay_password: SecretStr = SecretStr("")
    """Password for SMTP AUTH; or `relay_password_file`."""
    relay_tls: Literal["none", "starttls", "tls"] = "none"
    """How the connection to the relay is protected."""
    undo_send_s: float = Field(default=10.0, ge=0, le=120)
    """For so long a letter that an agent has sent can be taken back; 0: it goes at once."""
    attachments_max_bytes: int = Field(default=20_000_000, ge=100_000, le=50_000_000)
    """All files of a letter that an agent writes, together; what the relay takes is a third more, since files travel as text."""
    reply_secret: Annotated[SecretStr, AfterValidator(_long_enough)]
    """Key that signs reply addresses, at least 16 characters; or `reply_secret_file`. Changing it breaks threading by address."""


class Portal(Section):
    """What customers do for themselves in their browsers."""

    help: bool = True
    """Offer the public answers at `/help`: articles for everybody, search, and a form for questions."""
    sign_in: bool = False
    """Offer the customers' portal at `/portal`: they sign in by a link that is mailed to an address we know."""
    queue: str = ""
    """Name of the queue that takes questions and requests; empty: the first e-mail queue, by language where there are several."""
    session_minutes: int = Field(default=30, ge=5, le=1440)
    """How long a customer stays signed in without doing anything; eight hours at most in all."""


def _listed(given: object) -> object:
    """In the environment, words by comma."""
    return [word.strip() for word in given.split(",") if word.strip()] if isinstance(given, str) else given


class Modules(Section):
    """Parts that this centre does without."""

    off: Annotated[tuple[Literal["service", "knowledge", "sales"], ...], BeforeValidator(_listed)] = ()
    """Modules whose records have no menu and no API, and for which nothing works by itself: service (cases, contracts, products), knowledge, sales. Nothing is deleted."""


class Chat(Section):
    """Chats with visitors of a site ([chat.md](chat.md)). Where they begin is kept under Settings, Chats on sites."""

    origins: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Origins of the sites that may show the widget, e.g. `["https://shop.example.com"]`; our own page `/chat` always may."""
    away_after_s: float = Field(default=60.0, ge=1, le=3600)
    """So long a visitor whose page is gone is waited for; then who still waited has given up, and an agent is told that they left."""
    agent_away_s: float = Field(default=30.0, ge=1, le=3600)
    """So long an agent whose console is gone keeps their chats; then these go back to their queues, at their age."""
    idle_warning_s: float = Field(default=300.0, ge=10, le=86_400)
    """After so long without an answer to the agent the visitor is asked whether they are still there."""
    idle_end_s: float = Field(default=120.0, ge=10, le=86_400)
    """So long after that question the chat ends by itself."""
    unanswered_becomes_mail: bool = True
    """A chat to which nobody came (the visitor left, or was turned away) waits as e-mail at its age, if its visitor gave an address: what was asked is answered all the same."""
    message_chars: int = Field(default=4000, ge=100, le=20_000)
    """The longest message."""
    file_mb: int = Field(default=5, ge=1, le=20)
    """The largest file that visitors and agents send each other."""
    begun_at_most: int = Field(default=10, ge=1, le=10_000)
    """So many chats may be begun from one address on the network in ten minutes."""
    puzzle_bits: int = Field(default=12, ge=0, le=22)
    """The work that a browser does before it begins a chat, so that programs do not begin thousands; each bit doubles it. 12 take a telephone a tenth of a second."""


class SignIn(Secretive):
    """How people get in with a password."""

    secrets_key: Annotated[SecretStr, AfterValidator(_empty_or_long_enough)] = SecretStr("")
    """Key that encrypts second factors in the database, at least 16 characters; or `secrets_key_file`. Empty: no second factors and no single sign-on. Changing it voids the second factors that are set up."""


class Oidc(Secretive):
    """Single sign-on with OpenID Connect (authorization code with PKCE). Register `ORIGIN/api/v1/login/oidc/callback` with the provider."""

    issuer: Annotated[str, AfterValidator(_usable_issuer)] = ""
    """The provider's issuer, e.g. `https://login.example.com/realms/desk`; empty: no single sign-on."""
    client_id: str = ""
    """Our name at the provider."""
    client_secret: SecretStr = SecretStr("")
    """Our secret there; or `client_secret_file`. Empty: a public client, which PKCE alone protects."""
    label: str = Field(default="", max_length=60)
    """What the button on the sign-in page calls the provider, e.g. `Example account`; empty: single sign-on."""
    scopes: str = "openid profile email"
    """What is asked for; `openid` must be in it."""
    further_origins: str = ""
    """Origins, apart from the issuer's, on which its endpoints may be, e.g. `https://oauth2.googleapis.com https://www.googleapis.com`; none other is ever asked."""
    link_by_email: bool = False
    """At the first sign-in take the user whose e-mail address the provider has verified. Only for a provider that you trust with every address."""
    create_users: bool = False
    """At the first sign-in make a user for whoever has a role by `roles` or `default_role`."""
    role_claim: str = "groups"
    """The claim (dots lead inwards, `realm_access.roles`) in which `roles` looks, when a user is made."""
    roles: Annotated[str, AfterValidator(_usable_roles)] = ""
    """What a value of that claim makes somebody, the first that fits counts: `desk-admins=admin, desk-leads=supervisor, desk=agent`."""
    default_role: Literal["", "agent", "supervisor", "admin"] = ""
    """The role of those whom `roles` does not name; empty: they are not let in."""
    trust_second_factor: bool = False
    """The provider has asked for a second factor already; otherwise ours is asked for where a user has one."""

    @model_validator(mode="after")
    def _complete(self) -> "Oidc":
        if self.issuer and not self.client_id:
            raise ValueError(
                "issuer is set, so client_id must be; the provider gives one to its administrators"
            )
        if "openid" not in self.scopes.split():
            raise ValueError('scopes must name openid, e.g. scopes = "openid profile email"')
        if self.create_users and not (self.roles or self.default_role):
            raise ValueError("create_users needs roles or default_role, or nobody could be made")
        return self

    def role_of(self, groups: Collection[str]) -> str | None:
        """The role of somebody new with these values of the claim; None: not let in."""
        named = (role for group, role in _pairs(self.roles) if group in groups)
        return next(named, self.default_role or None)


class Recordings(Secretive):
    """Recorded talks. Which calls are recorded is said by their queue and their agent."""

    recordings_key: Annotated[SecretStr, AfterValidator(_empty_or_long_enough)] = SecretStr("")
    """Key that encrypts recordings on the disk, at least 16 characters; or `recordings_key_file`. Empty: they are kept as they are. What was encrypted under another key cannot be heard any more, so keep a copy apart from the backups."""
    spool_dir: str = ""
    """Folder into which Asterisk writes talks while they last, by the same path for Asterisk and this server; empty: `recording-spool` in `data_dir`. `trunkline asterisk-config` writes it into the dialplan."""
    keep_days: int = Field(default=90, ge=1, le=36_500)
    """Recordings are kept for so many days, where their queue says nothing else."""
    agents_listen: bool = False
    """Agents may hear the recordings of their own talks; supervisors may hear all."""
    pause_ends_after_s: float = Field(default=0.0, ge=0.0, le=86_400.0)
    """A recording that its agent has paused goes on by itself after so many seconds; 0: it stays paused until the agent ends the pause, or the talk is over. Agents are reminded every minute either way."""


def _usable_pauses(given: object) -> object:
    """In the environment, seconds by comma."""
    words = given.split(",") if isinstance(given, str) else given
    return [float(word) for word in words if str(word).strip()] if isinstance(words, list | tuple) else given


class Fax(Section):
    """Faxes. Which numbers take them is said under *Numbers and addresses*; who may send them where, by dial plans. Their files are kept with the recordings' key."""

    retry_pauses_s: Annotated[
        tuple[Annotated[float, Field(ge=1.0, le=86_400.0)], ...], BeforeValidator(_usable_pauses)
    ] = (120.0, 300.0, 900.0)
    """After a try that failed (busy, nobody, broken off) a fax is sent again after so many seconds, as many times as there are numbers; then it is shown as failed."""
    at_once: int = Field(default=2, ge=1, le=50)
    """So many faxes go out at the same time."""
    most_pages: int = Field(default=100, ge=1, le=500)
    """A fax that is longer is not sent."""
    font: str = ""
    """Font file with which cover pages are written; empty: Noto Sans CJK where the machine has it (Debian: `fonts-noto-cjk`), else a font with Latin letters only, and faxes with Chinese words are refused."""


class Guard(Section):
    """Calls out that are far beyond what is usual, calls in that come too fast, and what the network says of callers' numbers. Who may dial what is said by dial plans, in the console."""

    flood_calls: int = Field(default=120, ge=0, le=100_000)
    """A caller's number from which more calls than this come within `flood_within_s` hears that it is busy until it calls less; 0: never. Those who hide their number are many, and are not held back."""
    flood_within_s: float = Field(default=60.0, ge=1.0, le=3600.0)
    """The time for that."""
    alarm_factor: float = Field(default=3.0, ge=0.0, le=1000.0)
    """Calls out (or their cost) of an hour are conspicuous from so many times the mean of the same hours of the last four weeks on: supervisors and administrators are told. 0: nobody is."""
    alarm_least_calls: int = Field(default=20, ge=1, le=100_000)
    """Fewer calls out in an hour are never conspicuous."""
    alarm_least_cost: float = Field(default=0.0, ge=0.0, le=1e9)
    """Less cost in an hour is never conspicuous; 0: cost is not looked at. Needs dial plans with rates."""
    alarm_locks: bool = False
    """Lock calls out at once when they are conspicuous, until a supervisor lifts it. Emergency numbers can be dialled all the same."""
    caller_verification: Literal["", "provider", "asterisk"] = ""
    """Who says whether a caller's number is theirs (STIR/SHAKEN): `provider`, in the `verstat` of P-Asserted-Identity or From, which the provider must take out of what callers send; `asterisk`, with res_stir_shaken set up there; empty: nobody."""


class Sms(Section):
    """Text messages. Gateways and numbers are records, in the console."""

    thread_days: float = Field(default=7.0, ge=0.0, le=365.0)
    """A message goes on with the case of the last one between the same two numbers for so many days; 0: each is a case of its own."""
    part_wait_s: float = Field(default=300.0, ge=1.0, le=86_400.0)
    """A long message of which a part is missing is shown without it after so many seconds."""
    hourly_parts: int = Field(default=1000, ge=0, le=1_000_000)
    """No more than so many messages (a long one counts as its parts) are written in an hour, all agents together; 0: no limit."""
    most_media_bytes: int = Field(default=5_000_000, ge=0, le=100_000_000)
    """Larger pictures are not fetched."""
    media_hosts: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Hosts in your own network from which pictures may be fetched, also without TLS; all others must be public ones and have TLS."""


class Paper(Section):
    """Letters on paper that were scanned."""

    folder: str = ""
    """Folder that is watched for scans: in it a folder for each queue, named as the queue is. Empty: none. Scanned letters are moved to `done` there, those that cannot be read to `failed`."""
    settle_s: float = Field(default=2.0, ge=0.0, le=600.0)
    """A file that was changed less than so many seconds ago is still being written."""
    look_every_s: float = Field(default=5.0, ge=0.2, le=3600.0)
    """How often the folder is looked at."""


class Settings(Section):
    """The whole file."""

    centre: Centre = Centre()
    http: Http = Http()
    database: Database = Database()
    asterisk: Asterisk
    mail: Mail
    modules: Modules = Modules()
    portal: Portal = Portal()
    chat: Chat = Chat()
    sign_in: SignIn = SignIn()
    oidc: Oidc = Oidc()
    recordings: Recordings = Recordings()
    guard: Guard = Guard()
    fax: Fax = Fax()
    sms: Sms = Sms()
    paper: Paper = Paper()

    @model_validator(mode="after")
    def _sealed(self) -> "Settings":
        if self.oidc.issuer and not self.sign_in.secrets_key.get_secret_value():
            raise ValueError(
                "[oidc] issuer is set, so [sign_in] secrets_key must be; give 16 random characters or more"
            )
        return self

    def database_url(self) -> str:
        """The SQLAlchemy URL, with the default filled in."""
        return self.database.url or f"sqlite:///{self.centre.data_dir / 'trunkline.db'}"

    def imports_dir(self) -> Path:
        """Where files that are imported are kept until they are done with."""
        return self.centre.data_dir / "imports"

    def recordings_dir(self) -> Path:
        """Where recordings are kept, by day."""
        return self.centre.data_dir / "recordings"

    def faxes_dir(self) -> Path:
        """Where the pages of faxes are kept, by day."""
        return self.centre.data_dir / "faxes"

    def recording_spool_dir(self) -> Path:
        """Where Asterisk writes talks while they last."""
        given = self.recordings.spool_dir
        return Path(given).expanduser() if given else (self.centre.data_dir / "recording-spool").resolve()

    def prompts_dir(self) -> Path:
        """Where Asterisk finds uploaded prompts."""
        given = self.asterisk.prompts_dir
        return Path(given).expanduser() if given else (self.centre.data_dir / "prompts").resolve()

    def spool_dir(self) -> Path:
        """Where accepted letters are durable before they are in the database."""
        return self.centre.data_dir / "spool"


def load(path: Path, environment: "os._Environ[str] | dict[str, str]" = os.environ) -> Settings:
    """Read the file and the environment; raise `ConfigurationError` with every problem found."""
    given = _read(path)
    for name, value in environment.items():
        if name.startswith(ENVIRONMENT_PREFIX):
            section, _, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
            table = given.setdefault(section, {})
            if isinstance(table, dict):
                table[key] = value
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        raise ConfigurationError([_sentence(path, problem) for problem in error.errors()]) from error
    data_dir = path.resolve().parent / settings.centre.data_dir
    return settings.model_copy(update={"centre": settings.centre.model_copy(update={"data_dir": data_dir})})


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"{path}: there is no such file; write one with `trunkline init {path}` or name another with --config"
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}); check its owner and mode"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path}: is not valid TOML ({error}); mend that line"
    raise ConfigurationError([message])


def _sentence(path: Path, problem: Any) -> str:
    where = [str(part) for part in problem["loc"]]
    place = f"{path}: [{where[0]}] {'.'.join(where[1:])}".rstrip() if where else str(path)
    variable = ENVIRONMENT_PREFIX + "__".join(where).upper()
    match problem["type"]:
        case "missing" if len(where) == 1:
            return f"{path}: the section [{where[0]}] is missing; add it (docs/configuration.md shows one)"
        case "missing":
            return f"{place} is missing; add it to the file or set {variable}"
        case "extra_forbidden":
            return f"{place} is not a setting; remove it or mend its spelling ({_known(where)})"
        case "value_error":
            return f"{place}: {problem['ctx']['error']}"
        case _:
            return f"{place}: {problem['msg'].lower()} (given: {_shown(where, problem['input'])}); mend the value"


def _shown(where: list[str], value: Any) -> str:
    secret = any(word in where[-1] for word in ("secret", "password", "secrets_key", "recordings_key"))
    return "a secret" if secret else repr(value)[:60]


def _known(where: list[str]) -> str:
    if len(where) == 1:
        return "sections: " + ", ".join(Settings.model_fields)
    section = Settings.model_fields[where[0]].annotation
    fields = section.model_fields if isinstance(section, type) and issubclass(section, BaseModel) else {}
    return f"settings of [{where[0]}]: " + ", ".join(fields)
