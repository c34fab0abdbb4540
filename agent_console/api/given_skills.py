"""Skills as administrators give them."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from agent_console.api.bodies import Body
from crm_core import certificates


class GivenSkill(Body):
    """A skill and how well; `last_day`: the last day on which it counts (a certificate), by the centre's time zone; null: it does not end."""

    skill: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]+$"),
    ]
    level: Annotated[int, Field(ge=1, le=10)]
    last_day: Annotated[date | None, Field(ge=date(1970, 1, 1), le=date(9998, 12, 31))] = None


class GivenSkills(Body):
    """All of them."""

    skills: list[GivenSkill] = Field(max_length=100)


def pairs(skills: Sequence[GivenSkill]) -> tuple[tuple[str, int], ...]:
    return tuple((each.skill, each.level) for each in skills)


def ends(skills: Sequence[GivenSkill], zone: str) -> dict[str, float]:
    """When those end that do; `zone` is the centre's."""
    return {each.skill: certificates.end_of(each.last_day, zone) for each in skills if each.last_day}


def told(skills: Sequence[GivenSkill]) -> str:
    """For the log."""
    return ", ".join(
        f"{each.skill} {each.level}{f' until {each.last_day}' if each.last_day else ''}" for each in skills
    )
