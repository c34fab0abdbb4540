"""What is recorded of signing in: one function, so that it has one place and one form."""

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection

from config.errors import Param
from crm_core import audit, users

What = Literal[
    "signed_in", "sign_in_failed", "signed_out", "session_ended", "password_changed", "password_set", "totp_set_up",
    "totp_removed", "totp_reset", "recovery_codes_renewed", "recovery_code_used", "totp_required", "token_made",
    "token_used", "token_revoked", "user_added", "user_changed", "user_locked", "user_unlocked", "user_removed",
    "user_restored", "skills_set", "rights_set", "identity_linked",
]  # fmt: skip


_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInEvent:
    """`user_id` is whom it is about, `actor_id` who did it (None: nobody who is known, or the command line)."""

    what: What
    at: float
    user_id: str | None
    actor_id: str | None
    via: str = "console"
    address: str = ""
    details: dict[str, Param] = field(default_factory=dict)


def note(conn: Connection, event: SignInEvent) -> None:
    """Into the audit, in the unit in which it happens.

    A login that nobody has is told in the detail, which can be erased, and never in the chain: people type their password
    there.
    """
    actor = users.by_id(conn, event.actor_id) if event.actor_id is not None else None
    origin = audit.Origin(
        user_id=event.actor_id,
        name=actor.login if actor else _UNKNOWN if event.via == "console" else event.via,
        via=event.via,
        address=event.address,
    )
    audit.record(
        conn,
        audit.Entry(
            at=event.at,
            origin=origin,
            action=event.what,
            entity="user",
            object_id=event.user_id,
            detail=event.details,
        ),
    )
