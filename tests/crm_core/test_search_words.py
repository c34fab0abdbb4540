"""How text is cut and questions are read."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import Refused
from crm_core.search import asked, spelling
from crm_core.search.shown import excerpt
from crm_core.search.words import fold, keys, phrase, places, tokens

TEXTS = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("退款訂單订单臺台aÉß0９ .-+\"'*():&|!<>\\§"))
)
SAFE = re.compile(r"[^\x00-\x2f\x3a-\x60\x7b-\x7f]+")
"""Above ASCII, or a digit or small letter: what neither FTS5 nor tsquery takes for its own."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("退款", ["退款", "款"]),
        ("訂單A12", ["订单", "单", "a", "12"]),
        ("MSKU402 ＡＢ", ["msku", "402", "ab"]),
        ("Søren MÜLLER straße", ["soren", "muller", "strasse"]),
        ("k.brandt@nordlicht.example", ["k", "brandt", "nordlicht", "example"]),
        ("かな 한국", ["かな", "な", "한국"]),
        ("，。 \x00\ud800", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    """Chinese in pairs with the last character alone, Latin without accents and case, letters apart from digits."""
    assert tokens(fold(text)) == [fold(token) for token in expected]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("訂單", "订单"),
        ("臺灣", "台湾"),
        ("頭髮", "头发"),
        ("發票", "发票"),
        ("祕密", "秘密"),
        ("爲什麼", "为什么"),
        ("裡麵", "里面"),
    ],
)
def test_traditional_and_simplified_are_one(one: str, other: str) -> None:
    """Both scripts, and common variants, fold to the same characters."""
    assert fold(one) == fold(other)


NUMBERS = (
    "0912-345-678", "+886912345678", "886912345678", "912345678", "+8613800138000", "13800138000", "8613800138000", "(02) 2345-6789", "1234567",
)  # fmt: skip


@pytest.mark.parametrize("first", NUMBERS)
@pytest.mark.parametrize("second", NUMBERS)
def test_the_numbers_of_a_text_have_the_keys_that_each_has_alone(first: str, second: str) -> None:
    """Also where the second is the first as numbers are compared, which is not read again."""
    assert keys(fold(f"{first}, {second}")) == keys(fold(first)) | keys(fold(second))


@pytest.mark.parametrize(
    "text",
    ["0912-345-678", "+886 912 345 678", "0912345678", "（0912）345678", "００８８６９１２３４５６７８"],
)
def test_a_number_in_any_notation_has_one_key(text: str) -> None:
    """However a number is grouped and prefixed, its keys name the same national number and the same whole one."""
    assert {"n912345678", "n886912345678"} <= keys(fold(f"請撥 {text}。"))


@given(TEXTS)
def test_no_token_means_anything_to_a_database(text: str) -> None:
    """Whatever was written, tokens hold nothing that an FTS5 expression or a tsquery would read as its own."""
    folded = fold(text)
    assert all(SAFE.fullmatch(token) for token in [*tokens(folded), *keys(folded)])


@given(TEXTS)
def test_places_are_the_tokens(text: str) -> None:
    """The tokens with their places are those that are indexed, and each place folds to its token."""
    found = list(places(text))
    assert [place.token for place in found] == tokens(fold(text))
    assert all(0 <= place.begin < place.end <= len(text) for place in found)
    assert all(place.token in fold(text[place.begin : place.end]) for place in found)


@given(TEXTS)
def test_every_question_is_read_or_refused(text: str) -> None:
    """Any text is a question with at least one word, or refused with a code."""
    words = [word for word in re.split(r"\s+", unicodedata.normalize("NFKC", text)) if tokens(fold(word))]
    try:
        question = asked.read(text)
    except Refused:
        assert len(words) > asked.MOST_TERMS or all(word.startswith("-") for word in words)
        return
    assert question.terms
    assert spelling.fts5(question)
    assert spelling.tsquery(question)
    assert spelling.exact(question)


@given(TEXTS)
def test_a_text_holds_its_own_phrase(text: str) -> None:
    """The tokens to look for stand in a row in the text that they come from."""
    sought, goes_on = phrase(fold(text))
    row = f" {' '.join(tokens(fold(text)))} "
    assert f" {' '.join(sought)}" + ("" if goes_on or not sought else " ") in row


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "nothing_sought"),
        ("-without", "nothing_sought"),
        ("。。", "nothing_sought"),
        ("a " * 17, "too_long"),
    ],
)
def test_what_is_no_question(text: str, code: str) -> None:
    """A question without a word, with unwanted words alone, or with too many words is refused."""
    with pytest.raises(Refused, match=code):
        asked.read(text)


@pytest.mark.parametrize(
    ("question", "text", "marked"),
    [
        ("退款", "我要申請退款，謝謝", ["退款"]),
        ("订单", "關於訂單", ["訂單"]),
        ("單", "訂單", ["單"]),
        ("strasse", "Hauptstraße; Straße 5", ["Straße"]),
        ('"red lamp"', "a red lamp, red", ["red lamp"]),
        ("lamp*", "Lamps and lamp", ["Lamps", "lamp"]),
        ("0912345678", "call +886 912-345-678 now, 0912-345-679", ["+886 912-345-678"]),
        ("訂單發票", "訂單發票", ["訂單發票"]),
        ("x", "😀 x", ["x"]),
    ],
)
def test_excerpts_mark_what_fits(question: str, text: str, marked: list[str]) -> None:
    """The marked ranges of an excerpt are what was asked for, as it was written."""
    shown = excerpt(asked.read(question), text, 140)
    assert [shown.text[low:high] for low, high in shown.marks] == marked


def test_an_excerpt_stands_round_what_fits() -> None:
    """In a long text the excerpt is short and holds the place that fits."""
    shown = excerpt(asked.read("退款"), "無" * 500 + "退款" + "無" * 500, 140)
    assert len(shown.text) == 140
    assert [shown.text[low:high] for low, high in shown.marks] == ["退款"]
