"""A hit as a list shows it: the part of the text that fits, what fits in it, and whose it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, select

from crm_core.access.reader import Reader
from crm_core.search import asked as asking
from crm_core.search import sources
from crm_core.search.asked import Asked, Phrase
from crm_core.search.find import Hit
from crm_core.search.words import Place, number_keys, numbers, places
from crm_core.tables import interaction, letter, party, search_document, support_case

SNIPPET = 140
"""Characters of a text that are shown."""
_BEFORE = 30
_LOOKED_AT = 20_000
"""Characters of a text in which what fits is looked for."""

Range = tuple[int, int]
"""Begin and end, half open, in characters (code points)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Some of a text, with what fits in it."""

    text: str
    marks: tuple[Range, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The customer whose document it is."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A hit, ready to be read. `case_id` and `interaction_id` say where to read on."""

    hit: Hit
    title: Excerpt
    snippet: Excerpt
    party: Owner | None


def show(conn: Connection, reader: Reader, hits: Sequence[Hit], text: str) -> list[Shown]:
    """The hits of one page with their excerpts, as the reader sees them; one whose row has gone meanwhile is left out."""
    question = asking.read(text)
    bodies = {
        document.id: document.body
        for kind in {hit.kind for hit in hits}
        for document in sources.read(conn, kind, [hit.id for hit in hits if hit.kind == kind], reader.hidden)
    }
    owners = {} if "name" in reader.hidden("party") else _owners(conn, hits)
    return [
        Shown(
            hit=hit,
            title=excerpt(question, hit.title, len(hit.title)),
            snippet=excerpt(question, bodies[hit.id], SNIPPET),
            party=owners.get(hit.id),
        )
        for hit in hits
        if hit.id in bodies
    ]


def excerpt(question: Asked, text: str, most: int) -> Excerpt:
    """At most `most` characters of `text` round the first that fits; its beginning when none does."""
    text = text[:_LOOKED_AT]
    marks = _merged(sorted([*_marks(question, list(places(text))), *_number_marks(question, text)]))
    begin = max(0, marks[0][0] - _BEFORE) if marks and marks[0][1] > most else 0
    end = min(len(text), begin + most)
    inside = ((low - begin, min(high, end) - begin) for low, high in marks if begin <= low < end)
    return Excerpt(text=text[begin:end], marks=tuple(inside))


def _marks(question: Asked, found: Sequence[Place]) -> Iterator[Range]:
    for term in question.terms:
        for way in term:
            for phrase in way:
                yield from _marks_of(phrase, found)


def _number_marks(question: Asked, text: str) -> Iterator[Range]:
    sought = tuple(
        phrase.tokens[0]
        for term in question.terms
        for (phrase, *_) in term[1:]
        if phrase.begins and phrase.tokens[0][1:].isdigit()
    )
    if sought:
        for number in numbers(text):
            if any(key.startswith(sought) for key in number_keys(number[0])):
                yield number.span()


def _marks_of(phrase: Phrase, found: Sequence[Place]) -> Iterator[Range]:
    length = len(phrase.tokens)
    sign = phrase.tokens[0] if length == 1 and len(phrase.tokens[0]) == 1 else None
    for index, place in enumerate(found):
        if sign is not None and sign in place.token and not place.token.isascii():
            yield place.begin + place.token.index(sign), place.begin + place.token.index(sign) + 1
        elif place.token[:1] == phrase.tokens[0][:1] and _stands_at(phrase, found[index : index + length]):
            yield place.begin, found[index + length - 1].end


def _stands_at(phrase: Phrase, found: Sequence[Place]) -> bool:
    *before, last = phrase.tokens
    if len(found) < len(phrase.tokens) or [place.token for place in found[:-1]] != before:
        return False
    return found[-1].token.startswith(last) if phrase.begins else found[-1].token == last


def _merged(ranges: Sequence[Range]) -> list[Range]:
    merged: list[Range] = []
    for low, high in ranges:
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _owners(conn: Connection, hits: Sequence[Hit]) -> dict[str, Owner]:
    """By document: the party of its case, else of its interaction, else a letter's own."""
    document = search_document.c
    whose = case(
        (document.kind == "party", document.source_id),
        (support_case.c.party_id.is_not(None), support_case.c.party_id),
        (interaction.c.party_id.is_not(None), interaction.c.party_id),
        else_=letter.c.party_id,
    )
    query = (
        select(document.source_id, party.c.id, party.c.name)
        .outerjoin(support_case, support_case.c.id == document.case_id)
        .outerjoin(interaction, interaction.c.id == document.interaction_id)
        .outerjoin(letter, letter.c.id == document.source_id)
        .join(party, party.c.id == whose)
        .where(document.source_id.in_([hit.id for hit in hits]))
    )
    return {row.source_id: Owner(id=row.id, name=row.name) for row in conn.execute(query)}
