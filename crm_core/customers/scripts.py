"""What to say to whom: the script whose conditions a customer and the queue meet. The choice is pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from crm_core.parties import Party
from crm_core.tables.base import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Each condition that is given must be met; `traits`: all of them."""

    id: str
    name: str
    text: str
    traits: tuple[str, ...]
    tier: str | None
    queue_id: str | None
    language: str | None


def in_use(conn: Connection) -> list[Script]:
    row = metadata.tables["call_script"].c
    columns = [row[name] for name in Script.__dataclass_fields__]
    query = select(*columns).where(row.active.is_(True), row.deleted_at.is_(None)).order_by(row.name, row.id)
    return [Script(**each._asdict()) for each in conn.execute(query)]


def best(scripts: Iterable[Script], party: Party, queue_id: str | None) -> Script | None:
    """Of those that fit the one with the most conditions; of equals the first by name. One without conditions fits everybody."""
    fitting = [script for script in scripts if _fits(script, party, queue_id)]
    return max(fitting, key=_conditions, default=None)


def _fits(script: Script, party: Party, queue_id: str | None) -> bool:
    wanted = {trait.casefold() for trait in script.traits}
    return (
        wanted <= {trait.casefold() for trait in party.traits}
        and script.tier in (None, party.tier)
        and script.queue_id in (None, "", queue_id)
        and script.language in (None, party.language)
    )


def _conditions(script: Script) -> int:
    others: Sequence[str | None] = (script.tier, script.queue_id, script.language)
    return len(script.traits) + sum(bool(each) for each in others)
