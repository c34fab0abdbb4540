"""Placeholders in texts (pure): `{{party.name}}` and its like, replaced by what is known and by nothing else."""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{\{\s*([a-z_.]{1,60})\s*\}\}")
NAMES = (
    "party.name",
    "party.title",
    "party.organisation",
    "case.number",
    "case.subject",
    "case.type",
    "case.status",
    "case.product",
    "case.resolution",
    "case.due",
    "agent.name",
    "agent.first_name",
    "queue.name",
    "centre.name",
    "today",
)
"""All there are: nothing else of the store can be written into a letter."""


def unknown(text: str) -> list[str]:
    """The placeholders of a text that there are not."""
    return [name for name in _PLACE.findall(text) if name not in NAMES]


def filled(text: str, values: Mapping[str, str]) -> str:
    """Replaced in one pass: what a customer wrote is never read as a placeholder again. What is not known leaves nothing."""
    return _PLACE.sub(lambda found: values.get(found.group(1), ""), text)


def lacking(text: str, values: Mapping[str, str]) -> list[str]:
    """The placeholders for which there is no value: the agent should look before sending."""
    return list(dict.fromkeys(name for name in _PLACE.findall(text) if not values.get(name)))
