"""Gateways with what opens them, and which of our numbers something is sent from."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from config.errors import Kind, Refused
from crm_core.sealing import Seal
from crm_core.tables import sms_secret
from crm_core.tables.base import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """One gateway as it is used. `secret` opens it to us; `signing` proves that a request is the gateway's (empty: `secret` does both)."""

    id: str
    name: str
    provider: str
    endpoint: str
    account: str
    active: bool
    secret: str = ""
    signing: str = ""

    @property
    def proof(self) -> str:
        return self.signing or self.secret


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """One of our numbers, and the gateway that it belongs to."""

    number: str
    gateway_id: str


def gateway(conn: Connection, gateway_id: str, seal: Seal | None) -> Gateway | None:
    """One by its id, with its secrets where the settings have the key; removed ones are gone."""
    row = metadata.tables["sms_gateway"].c
    found = conn.execute(
        select(row.id, row.name, row.provider, row.endpoint, row.account, row.active).where(
            row.id == gateway_id, row.deleted_at.is_(None)
        )
    ).one_or_none()
    if found is None:
        return None
    return Gateway(
        id=found.id,
        name=found.name,
        provider=found.provider,
        endpoint=found.endpoint or "",
        account=found.account or "",
        active=bool(found.active),
        **_secrets(conn, gateway_id, seal),
    )


def set_secrets(  # noqa: PLR0917 - whose, what, under which key, when
    conn: Connection, gateway_id: str, secret: str, signing: str, seal: Seal, now: float
) -> None:
    """Keep them sealed, in place of the ones before."""
    sealed = seal.close(json.dumps({"secret": secret, "signing": signing}), purpose=_purpose(gateway_id))
    conn.execute(delete(sms_secret).where(sms_secret.c.gateway_id == gateway_id))
    conn.execute(insert(sms_secret).values(gateway_id=gateway_id, sealed=sealed, set_at=now))


def secret_set_at(conn: Connection, gateway_id: str) -> float | None:
    """Since when it has its secrets."""
    row = sms_secret.c
    return conn.execute(select(row.set_at).where(row.gateway_id == gateway_id)).scalar_one_or_none()


def sender(conn: Connection, queue_id: str | None, number: str = "") -> From:
    """What a queue's messages are sent from: the number that was written to, where it is still ours; else the queue's first; else the first that
    a gateway in use has. `Refused` when there is none."""
    ours, gateways = metadata.tables["sms_number"].c, metadata.tables["sms_gateway"].c
    query = (
        select(ours.number, ours.gateway_id, ours.queue_id)
        .join(metadata.tables["sms_gateway"], gateways.id == ours.gateway_id)
        .where(ours.deleted_at.is_(None), gateways.deleted_at.is_(None), gateways.active)
        .order_by(ours.created_at, ours.id)
    )
    rows = conn.execute(query).all()
    for fits in (
        lambda row: bool(number) and row.number == number,
        lambda row: queue_id is not None and row.queue_id == queue_id,
        lambda _: True,
    ):
        for row in rows:
            if fits(row):
                return From(number=row.number, gateway_id=row.gateway_id)
    raise Refused("sms.no_number", Kind.CONFLICT)


def is_there(conn: Connection) -> bool:
    """Whether messages can be sent at all."""
    try:
        sender(conn, None)
    except Refused:
        return False
    return True


def _secrets(conn: Connection, gateway_id: str, seal: Seal | None) -> dict[str, Any]:
    row = conn.execute(select(sms_secret.c.sealed).where(sms_secret.c.gateway_id == gateway_id)).one_or_none()
    if row is None or seal is None:
        return {}
    kept = json.loads(seal.open_own(row.sealed, purpose=_purpose(gateway_id)))
    return {"secret": str(kept["secret"]), "signing": str(kept["signing"])}


def _purpose(gateway_id: str) -> str:
    return f"sms gateway {gateway_id}"
