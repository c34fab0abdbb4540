"""What the demo centre promises: Taiwan's office hours with its holidays, and more to gold customers."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from crm_core import calendars, policies
from crm_core.public_holidays import proposed
from crm_core.sla.calendar import Calendar, Hours
from crm_core.sla.clock import Targets
from crm_core.sla.policy import Match

ZONE = "Asia/Taipei"
_YEARS = (2026, 2027)
_DAY = (Hours(start_minute=9 * 60, end_minute=12 * 60), Hours(start_minute=13 * 60, end_minute=18 * 60))
_HOUR_S = 3600.0
_BUSINESS_DAY_S = 8 * _HOUR_S


def promise(conn: Connection, now: float) -> None:
    """Gold: a first answer within an hour, others within four; solved within two and five business days."""
    kept = calendars.add_calendar(conn, office(now), now)
    for name, match, answer_s, days in (
        ("黃金 Gold", Match(tier="gold"), _HOUR_S, 2),
        ("一般 Standard", Match(), 4 * _HOUR_S, 5),
    ):
        policies.add_policy(
            conn,
            name=name,
            match=match,
            calendar_id=kept.id,
            targets=Targets(
                first_response_s=answer_s, next_response_s=answer_s, resolution_s=days * _BUSINESS_DAY_S
            ),
            now=now,
        )


def office(now: float) -> Calendar:
    """Monday to Friday, 9 to 12 and 13 to 18; the holidays of 2026 and 2027, and of the present and the next year."""
    year = datetime.fromtimestamp(now, ZoneInfo(ZONE)).year
    years = sorted({*_YEARS, year, year + 1})
    special = {each.day: each for each in proposed("TW", years, "zh-TW", _DAY)}
    return Calendar(name="臺灣辦公時間", zone=ZONE, week=(_DAY,) * 5 + ((),) * 2, special=special)
