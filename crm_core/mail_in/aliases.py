"""Message-IDs of letters that we never saw and that lead to a case all the same: somebody answered past us, or a relay gave our letter another id."""

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from crm_core.letter_types import CaseLetter
from crm_core.letters import participants
from crm_core.tables import inserting, letter, letter_alias

MOST_OF_A_LETTER = 20
"""Ids that one letter may teach: the newest. A chain of a hundred is made up."""


def remember(conn: Connection, case_id: str, ids: Sequence[str], now: float) -> None:
    """A letter of this case names these ids; those of letters that we have need no alias."""
    wanted = list(dict.fromkeys(each for each in ids if each))[:MOST_OF_A_LETTER]
    if not wanted:
        return
    row = letter.c
    seen = set(conn.execute(select(row.message_id).where(row.message_id.in_(wanted))).scalars())
    for each in wanted:
        if each not in seen:
            made = inserting(conn, letter_alias).values(digest=_digest(each), case_id=case_id, at=now)
            conn.execute(made.on_conflict_do_nothing())


def cases_of(conn: Connection, ids: Iterable[str]) -> list[CaseLetter]:
    """The cases whose letters named these ids, in the order of `ids`, with everybody who takes part in each."""
    digests = {_digest(each): each for each in ids if each}
    row = letter_alias.c
    query = select(row.digest, row.case_id).where(row.digest.in_(list(digests)))
    found = [
        (digests[each.digest], each.case_id) for each in conn.execute(query.order_by(row.at, row.case_id))
    ]
    order = list(digests.values())
    taking_part = {case_id: participants(conn, case_id) for _, case_id in found}
    return [
        CaseLetter(case_id=case_id, message_id=message_id, participants=taking_part[case_id])
        for message_id, case_id in sorted(found, key=lambda pair: order.index(pair[0]))
    ]


def _digest(message_id: str) -> str:
    return hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()
