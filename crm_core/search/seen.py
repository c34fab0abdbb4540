"""Documents as a reader sees them: the index knows all words of a row, also those of fields that are hidden from some.

Such readers are few, and what fits is found by the index first; so their hits are looked at again, without the hidden fields.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from crm_core.access.reader import Reader
from crm_core.records import known
from crm_core.records.declared import CUSTOM_PREFIX
from crm_core.search import index, sources
from crm_core.search.asked import Asked
from crm_core.search.sources import Document
from crm_core.search.spelling import fits

_WITH = {"party": ("contact_point", "party_identifier")}
"""Entities whose words are in the documents of others."""


def is_part(reader: Reader, kind: str) -> bool:
    """Whether some words of these documents may be hidden from the reader."""
    entity = known.named(kind)
    if entity is None:
        return False
    if any(reader.hidden(name) for name in _WITH.get(kind, ())):
        return True
    hidden = reader.hidden(kind)
    told = {entity.title, *(field.name for field in entity.fields if field.searched)}
    # what a body is made of, and which custom fields are searched, is not asked for here
    unsure = hidden if entity.body is not None else {n for n in hidden if n.startswith(CUSTOM_PREFIX)}
    return bool(unsure or hidden & told)


def fitting(
    conn: Connection, reader: Reader, kind: str, ids: Sequence[str], question: Asked
) -> Mapping[str, Document]:
    """Those of these documents that fit by what the reader sees of them, by id."""
    documents = sources.read(conn, kind, ids, reader.hidden)
    return {each.id: each for each in documents if _fits(question, each)}


def _fits(question: Asked, document: Document) -> bool:
    words = index.plain_words(document)
    found = [*words.title, "", *words.body, *sorted(words.keys)]
    without = (Asked(terms=(term,)) for term in question.without)
    return fits(question, found, words.keys) == 1.0 and not any(
        fits(each, found, words.keys) for each in without
    )
