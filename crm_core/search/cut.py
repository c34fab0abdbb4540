"""A document cut into words, and the tokens that say its kind and its time."""

from dataclasses import dataclass

ERA_DOCUMENTS = 32_768
"""Documents that share a token for their time, so that PostgreSQL can look at the newest alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A document's words before it has a place."""

    title: list[str]
    body: list[str]
    keys: set[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutWords:
    """What the index keeps of a document; `place` is its number, which rises with time."""

    place: int
    title: list[str]
    body: list[str]
    keys: list[str]


def title_token(token: str) -> str:
    """A token of a title, for PostgreSQL: GIN keeps no weights, so the title's words must be words of their own there."""
    return f"¶{token}"


def era_token(kind: str, place: int) -> str:
    """The token that a kind's documents of one time share; no text holds such a one."""
    return f"§{kind}{place // ERA_DOCUMENTS}"


def kind_token(kind: str) -> str:
    """The token that all documents of a kind have."""
    return f"§{kind}"
