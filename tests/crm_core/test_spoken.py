"""By which words an erased person is named, and by which only somebody else."""

from typing import Any

import pytest

from crm_core.privacy.spoken import spoken

WHOM = spoken(
    party_id="p1",
    name="Dr Al Quincey 王小明",
    reached=("0912 345 678", "+886912345678", "quincey@example.org"),
    ids=("r1",),
)


@pytest.mark.parametrize(
    "told",
    [
        {"words": "quincey"},
        {"words": "QUINCEY, please"},
        {"words": "找王小明先生"},
        {"filter": {"all": [{"field": "name", "value": ["x", "dr al quincey 王小明"]}]}},
        {"words": "0912 345 678"},
        {"words": "mail quincey@example.org"},
        {"rows": ["r1"]},
        {"party": "p1"},
    ],
)
def test_values_with_their_words_name_them(told: Any) -> None:
    """Names, parts of names, numbers, addresses and ids of their rows name them, whatever the case and wherever they stand."""
    assert WHOM.named_in(told)


@pytest.mark.parametrize(
    "told",
    [
        {"words": "address"},
        {"words": "Dr Chen"},
        {"words": "al"},
        {"words": "quinceyson"},
        {"quincey": 1},
        {"address": "quincey", "request_id": "quincey"},
        {"words": "345"},
        {"words": "王"},
        {"words": "r12"},
        {"rows": 3, "filter": None},
    ],
)
def test_others_are_not_named_by_a_piece_of_a_word(told: Any) -> None:
    """Short Latin words, parts of longer words, names of fields and the origin's address name nobody."""
    assert not WHOM.named_in(told)


def test_a_short_name_is_meant_only_when_it_is_all_that_is_said() -> None:
    """Who has a name of two letters is named by a search for just that, and by no other with these letters in it."""
    whom = spoken(party_id="p", name="Li", reached=(), ids=())
    assert whom.named_in({"words": "li"})
    assert not whom.named_in({"words": "li chen"})
    assert spoken(party_id="p", name="小明", reached=(), ids=()).named_in({"words": "王小明"})
