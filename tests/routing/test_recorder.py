"""Facts survive the ledger."""

import inspect
from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.ledger import LedgerEntry
from routing.core.facts import Fact
from routing.core.record import usual
from routing.recorder import entry_of, fact_of
from routing.telling import told

facts = st.one_of(*(st.from_type(one) for one in get_args(Fact)))


@given(fact=facts)
def test_a_fact_comes_back_as_it_went(fact: Fact) -> None:
    """Fact to entry to fact is the identity, types included."""
    entry = entry_of(fact)
    again = fact_of(entry)
    assert again == fact
    assert [type(getattr(again, one.name)) for one in fields(again)] == [
        type(getattr(fact, one.name)) for one in fields(fact)
    ]
    assert entry.at == fact.at or fact.at != fact.at


@pytest.mark.parametrize("kind", get_args(Fact), ids=lambda kind: kind.__name__)
def test_what_is_usual_is_what_a_fact_has_that_is_told_nothing_else(kind: type) -> None:
    """It is not written in the ledger (`record.usual`): where `__init__` is written out the two could part."""
    optional = {
        name: one.default
        for name, one in inspect.signature(kind).parameters.items()
        if one.default is not inspect.Parameter.empty
    }
    assert usual(kind) == optional


def test_an_unknown_kind_is_named() -> None:
    """A ledger written by a later version is refused with the kind it does not know."""
    with pytest.raises(ValueError, match="'teleported'"):
        fact_of(LedgerEntry(kind="teleported", at=0.0))


@given(fact=facts)
def test_the_transcript_has_words_for_every_fact(fact: Fact) -> None:
    """Each line is about the interaction, or the agent where there is none, and says something."""
    subject, words = told(fact)
    assert subject == getattr(fact, "interaction", getattr(fact, "agent", None))
    assert words
