"""What the store's dataclasses about people look like in JSON."""

from agent_console.identity_answers import (
    EndingSkillDocument,
    FactorDocument,
    PersonDocument,
    SessionDocument,
    SkillDocument,
    TokenDocument,
)
from crm_core import certificates
from crm_core.api_tokens import ApiToken
from crm_core.certificates import Ending
from crm_core.people import Person
from crm_core.second_factor import Factor
from crm_core.sessions import Session


def session(row: Session, current: str | None) -> SessionDocument:
    """`current` is the id of the session that asks."""
    return SessionDocument(
        id=row.id,
        user=row.user.id,
        name=row.user.name,
        way=row.way,
        strong=row.strong,
        address=row.address,
        program=row.agent,
        started_at=row.started_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        current=row.id == current,
    )


def token(row: ApiToken) -> TokenDocument:
    """What may be told of it again and again."""
    return TokenDocument(
        id=row.id,
        name=row.name,
        hint=row.hint,
        scope=row.scope,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        used_from=row.used_from,
    )


def factor(row: Factor, *, available: bool) -> FactorDocument:
    """How it stands with a second factor."""
    return FactorDocument(
        since=row.since,
        recovery_codes_left=row.recovery_codes_left,
        required=row.required,
        available=available,
    )


def ending_skill(row: Ending, zone: str, now: float) -> EndingSkillDocument:
    """One to renew; `zone` is the centre's."""
    return EndingSkillDocument(
        user=row.user_id,
        name=row.name,
        skill=row.skill,
        level=row.level,
        last_day=certificates.last_day(row.valid_until, zone).isoformat(),
        standing=certificates.standing(row.valid_until, now),
    )


def _skill(skill: str, level: int, valid_until: float | None, zone: str, now: float) -> SkillDocument:
    return SkillDocument(
        skill=skill,
        level=level,
        last_day=None if valid_until is None else certificates.last_day(valid_until, zone).isoformat(),
        standing=certificates.standing(valid_until, now),
    )


def person(row: Person, zone: str, now: float) -> PersonDocument:
    """A user as administrators see them; `zone` is the centre's."""
    user = row.user
    return PersonDocument(
        id=user.id,
        login=user.login,
        name=user.name,
        role=user.role,
        language=user.language,
        extension=user.extension,
        email=user.email,
        service=user.service,
        state=row.state,
        skills=[_skill(skill, level, row.skill_ends.get(skill), zone, now) for skill, level in row.skills],
        letters_at_once=row.letters_at_once,
        chats_at_once=row.chats_at_once,
        load_at_most=row.load_at_most,
        record_share=row.record_share,
        has_password=row.has_password,
        has_totp=row.has_totp,
        must_change_password=row.must_change_password,
        password_changed_at=row.password_changed_at,
        identities=row.identities,
        sessions=row.sessions,
        signed_in_at=row.signed_in_at,
    )
