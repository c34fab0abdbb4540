"""A question in the words of a database: an FTS5 expression or a tsquery. Pure.

Safe by make: tokens hold letters, digits and our own mark alone (tests/crm_core/test_search_words.py), so nothing is escaped.
"""

from crm_core.search.asked import Asked, Phrase, Term
from crm_core.search.cut import title_token
from crm_core.search.words import is_han, may_be_misspelt, misspelt


def fts5(asked: Asked, *, also: str = "", title: bool = False) -> str:
    """For SQLite; `also` is a token that must be there, `title` looks at titles alone."""
    words = " AND ".join(_fts5_term(term) for term in asked.terms)
    whole = f"{{title}} : ({words})" if title else f"({words})"
    if also:
        whole = f'("{also}" AND {whole})'
    return " NOT ".join([whole, *(_fts5_term(term) for term in asked.without)])


def _fts5_term(term: Term) -> str:
    ways = (" AND ".join(_fts5_phrase(phrase) for phrase in way) for way in term)
    return "(" + " OR ".join(f"({way})" for way in ways) + ")"


def _fts5_phrase(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.tokens)}"' + (" *" if phrase.begins else "")


def tsquery(asked: Asked, *, also: str = "", title: bool = False) -> str:
    """For PostgreSQL, what its index can tell: words in a row need only be there, and what must not be there is not asked. `also` is a part of a
    tsquery that must hold. `is_loose` says whether `exact` has to be asked of what is found."""
    words = [_tsquery_term(term, loose=True, title=title) for term in asked.terms]
    return " & ".join([*([f"({also})"] if also else []), *words])


def is_loose(asked: Asked) -> bool:
    """Whether the index of PostgreSQL tells less than was asked: it does not know where in a document a word stands."""
    phrases = (phrase for term in asked.terms for way in term for phrase in way)
    return bool(asked.without) or any(len(phrase.tokens) > 1 for phrase in phrases)


def exact(asked: Asked, *, title: bool = False) -> str:
    """For PostgreSQL, all that was asked, to be asked of a document's words."""
    words = [_tsquery_term(term, title=title) for term in asked.terms]
    return " & ".join([*words, *("!" + _tsquery_term(term) for term in asked.without)])


def _tsquery_term(term: Term, *, loose: bool = False, title: bool = False) -> str:
    spell = _tsquery_words if loose else _tsquery_phrase
    ways = (" & ".join(spell(phrase, title=title) for phrase in way) for way in term)
    return "(" + " | ".join(f"({way})" for way in ways) + ")"


def _tsquery_words(phrase: Phrase, *, title: bool) -> str:
    """All of its words anywhere: titles have words of their own, so that the index knows them."""
    tokens = [title_token(token) if title else token for token in phrase.tokens]
    end = ":*" if phrase.begins else ""
    return "(" + " & ".join([*(f"'{token}'" for token in tokens[:-1]), f"'{tokens[-1]}'{end}"]) + ")"


def _tsquery_phrase(phrase: Phrase, *, title: bool) -> str:
    *before, last = phrase.tokens
    mark = ":A" if title else ""
    end = (":*A" if title else ":*") if phrase.begins else mark
    return "(" + " <-> ".join([*(f"'{token}'{mark}" for token in before), f"'{last}'{end}"]) + ")"


def forgiving(asked: Asked) -> Asked | None:
    """The question with one slip allowed in each longer Latin word; None when it has no such word."""
    terms = tuple(_forgiving(term) for term in asked.terms)
    return None if terms == asked.terms else Asked(terms=terms, without=asked.without)


def _forgiving(term: Term) -> Term:
    (first, *_), *others = term
    if others or len(first.tokens) != 1 or not may_be_misspelt(first.tokens[0]):
        return term
    return (*term, *((Phrase(tokens=(token,)),) for token in sorted(misspelt(first.tokens[0]))))


def fits(asked: Asked, found: list[str], signs: set[str]) -> float:
    """The share of terms (0 to 1) that are among these tokens of a title; `signs` are its single Chinese characters."""
    row = f" {' '.join(found)} "
    known = sum(any(all(_stands(p, row, signs) for p in way) for way in term) for term in asked.terms)
    return known / len(asked.terms)


def _stands(phrase: Phrase, row: str, signs: set[str]) -> bool:
    sought = " " + " ".join(phrase.tokens) + ("" if phrase.begins else " ")
    single = len(phrase.tokens) == 1 and len(phrase.tokens[0]) == 1 and is_han(phrase.tokens[0])
    return sought in row or (single and phrase.tokens[0] in signs)
