"""Requests that name themselves (`Idempotency-Key`): a repetition is answered as the first one was, and does nothing again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from config.errors import Kind, Refused
from crm_core.tables import answered_request

KEPT_S = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status and JSON body."""

    status: int
    body: Any


def fingerprint(*parts: Any) -> str:
    """Of what was asked: a key belongs to one request."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def once(
    conn: Connection,
    *,
    user_id: str,
    key: str | None,
    asked: str,
    now: float,
    work: Callable[[], Answer],
) -> Answer:
    """Do the work, or answer what was answered. `Refused` when the key was used for something else."""
    if key is None:
        return work()
    row = answered_request.c
    known = conn.execute(select(answered_request).where(row.user_id == user_id, row.key == key)).one_or_none()
    if known is not None and known.at > now - KEPT_S:
        if known.fingerprint != asked:
            raise Refused("request.key_reused", Kind.CONFLICT, pointer="/header/idempotency-key")
        return Answer(status=known.status, body=known.body)
    conn.execute(delete(answered_request).where(row.at <= now - KEPT_S))
    answer = work()
    values = {"user_id": user_id, "key": key, "fingerprint": asked, "at": now}
    conn.execute(insert(answered_request).values(status=answer.status, body=answer.body, **values))
    return answer
