"""The documents about signing in, one's own account and the people who have one."""

from typing_extensions import TypedDict

from agent_console.answers import CentreDocument, UserDocument
from agent_console.coverage import WarningDocument
from crm_core.certificates import Standing


class WayDocument(TypedDict):
    """`label` is the provider's name; empty: none was given."""

    label: str


class WaysAnswer(TypedDict):
    """`oidc` is null without single sign-on."""

    oidc: WayDocument | None
    centre: CentreDocument


class LoginAnswer(TypedDict):
    """`user` is null while a code is to come; `ticket` goes with it."""

    user: UserDocument | None
    ticket: str | None


class FactorDocument(TypedDict):
    """`since` is null without a second factor; `available` is false while the settings have no key for secrets."""

    since: float | None
    recovery_codes_left: int
    required: bool
    available: bool


class SignInAnswer(TypedDict):
    """How one signs in."""

    has_password: bool
    password_changed_at: float | None
    factor: FactorDocument
    identities: int


class SecretAnswer(TypedDict):
    """To be taken into an app, now: it is never told again. `qr` is an SVG as a data URI."""

    secret: str
    address: str
    qr: str


class RecoveryCodesAnswer(TypedDict):
    """Each opens once; they are never told again."""

    codes: list[str]


class SessionDocument(TypedDict):
    id: str
    user: str
    name: str
    way: str
    strong: bool
    address: str
    program: str
    started_at: float
    seen_at: float | None
    expires_at: float
    current: bool


class SessionsAnswer(TypedDict):
    items: list[SessionDocument]


class TokenDocument(TypedDict):
    id: str
    name: str
    hint: str
    scope: str
    created_at: float
    expires_at: float | None
    used_at: float | None
    used_from: str | None


class TokensAnswer(TypedDict):
    items: list[TokenDocument]


class MadeToken(TypedDict):
    """`secret` is never told again."""

    token: TokenDocument
    secret: str


class SkillDocument(TypedDict):
    """`last_day` (YYYY-MM-DD, the centre's time zone) is null when it does not end; `standing`: good, soon (it ends within 30 days) or
    expired (it does not count any more)."""

    skill: str
    level: int
    last_day: str | None
    standing: Standing


class PersonDocument(TypedDict):
    """`record_share`: of a hundred of their calls so many are recorded; null: as the queue says."""

    id: str
    login: str
    name: str
    role: str
    language: str
    extension: str | None
    email: str | None
    service: bool
    state: str
    skills: list[SkillDocument]
    letters_at_once: int
    chats_at_once: int
    load_at_most: int
    record_share: int | None
    has_password: bool
    has_totp: bool
    must_change_password: bool
    password_changed_at: float | None
    identities: int
    sessions: int
    signed_in_at: float | None


class PersonAnswer(PersonDocument):
    """One of them; `only_they_serve`: the queues (by name) that no other active agent can serve; `warnings`: the queues that nobody can serve
    since what was just changed."""

    only_they_serve: list[str]
    warnings: list[WarningDocument]


class PeoplePage(TypedDict):
    """`next_cursor` asks for the next page; null on the last."""

    items: list[PersonDocument]
    next_cursor: str | None


class EndingSkillDocument(TypedDict):
    """Whose skill ends within 30 days, or has ended, and the last day on which it counts (YYYY-MM-DD, the centre's time zone)."""

    user: str
    name: str
    skill: str
    level: int
    last_day: str
    standing: Standing


class EndingSkillsAnswer(TypedDict):
    """The earliest end first."""

    items: list[EndingSkillDocument]


class SkillsAnswer(TypedDict):
    """Every skill there is, for choosing from."""

    items: list[str]


class TotpRolesAnswer(TypedDict):
    """Whose users must have a second factor."""

    roles: list[str]
