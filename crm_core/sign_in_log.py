"""What is recorded of signing in: one function, so that it has one place and one form."""

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection

from config.errors import Param

What = Literal[
    "signed_in", "sign_in_failed", "signed_out", "session_ended", "password_changed", "password_set", "totp_set_up",
    "totp_removed", "totp_reset", "recovery_codes_renewed", "recovery_code_used", "totp_required", "token_made",
    "token_used", "token_revoked", "user_added", "user_changed", "user_locked", "user_unlocked", "user_removed",
    "user_restored", "skills_set", "identity_linked",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInEvent:
    """`user_id` is whom it is about, `actor_id` who did it (None: nobody who is known, or the command line)."""

    what: What
    at: float
    user_id: str | None
    actor_id: str | None
    address: str = ""
    details: dict[str, Param] = field(default_factory=dict)


def note(conn: Connection, event: SignInEvent) -> None:
    """Keep it in the unit in which it happens."""
