"""A document's words (pure, and without the database's libraries): the dear part of indexing, done where it holds nobody up."""

from collections.abc import Sequence

from crm_core.search.cut import Cut, marked
from crm_core.search.words import LONGEST_WORD, cut, fold, may_be_misspelt, misspelt, numbers_in

MOST_TITLE_WORDS = 500
MOST_BODY_WORDS = 15_000
"""A tsvector counts places up to 16,383; what stands behind is not found, on either database."""


def kept_words(kind: str, title: str, body: str, heard: Sequence[str] = ()) -> Cut:
    """As they are kept, with the kind's mark."""
    plain = plain_words(kind, title, body, heard)
    return Cut(
        title=marked(kind, plain.title), body=marked(kind, plain.body), keys=set(marked(kind, plain.keys))
    )


def plain_words(kind: str, title: str, body: str, heard: Sequence[str] = ()) -> Cut:
    """The same without the mark. `heard`: how the title is typed by its sound."""
    title_tokens, title_signs = cut(folded_title := fold(title))
    body_tokens, body_signs = cut(folded_body := fold(body))
    found = title_signs | body_signs | numbers_in(folded_title) | numbers_in(folded_body)
    del title_tokens[MOST_TITLE_WORDS:], body_tokens[MOST_BODY_WORDS:]
    if kind == "party":
        for word in filter(may_be_misspelt, title_tokens):
            found |= misspelt(word)
    # a token each: plain letters as they are typed
    sounds = [word[:LONGEST_WORD] for word in heard if word.isascii() and word.isalpha()]
    words = [*body_tokens[: MOST_BODY_WORDS - len(sounds)], *sounds]
    return Cut(title=title_tokens, body=words, keys=found)


def letter_body(text: str, from_name: str, from_address: str, to: Sequence[str], cc: Sequence[str]) -> str:
    """What of a letter is searched beside its subject."""
    return "\n".join([text, f"{from_name} {from_address}", *to, *cc])
