"""Search on both databases: what is found, in which order, and by whom."""

import random
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import pytest
from sqlalchemy import Connection, delete, text

from config.errors import Refused
from crm_core import cases, interactions, letters, parties, rights, schema
from crm_core.access.model import Rights
from crm_core.access.reader import SYSTEM, Reader
from crm_core.access.roles import built_in
from crm_core.letter_types import NewLetter, ParsedFields
from crm_core.search import find, index, rebuild
from crm_core.search.find import Hit
from crm_core.search.shown import show
from crm_core.search.words import fold, tokens
from crm_core.tables import interaction as interaction_table
from crm_core.tables import party as party_table
from crm_core.tables import search_document, segment
from tests.contracts.databases import run_in

NOW = 1_790_000_000.0
EVERYTHING = Reader(user_id="sue", everything=True, rights=Rights(roles=(built_in("supervisor"),)))
AGENT = Rights(roles=(built_in("agent"),))


def letter(
    conn: Connection, name: str, body: str, subject: str = "", at: float = NOW, **about: str | None
) -> str:
    given = {"case_id": None, "interaction_id": None, "party_id": None} | about
    if given["case_id"] is None and given["interaction_id"] is None:
        # a letter of no case and no interaction (a link to sign in with) is nobody's to find
        given["interaction_id"] = note(conn, f"about-{name}", "")
    parsed = ParsedFields(subject=subject, text=body, from_address=f"{name}@example.org", from_name=name)
    new = NewLetter(
        spool_id=name, raw=b"", sha256="", envelope_from="", envelope_to=(), received_at=at, parsed=parsed
    )
    return letters.store_letter(conn, new, **given).id


def note(conn: Connection, name: str, body: str, **columns: object) -> str:
    interactions.ensure(
        conn,
        id=name,
        medium="voice",
        direction="in",
        queue_id="q",
        customer_address="",
        customer_name="",
        entry_address="",
        subject="",
        enqueued_at=NOW,
    )
    conn.execute(
        interaction_table.update().where(interaction_table.c.id == name).values(**columns or {"state": "new"})
    )
    interactions.set_note(conn, name, body)
    return name


def found(conn: Connection, sought: str, reader: Reader = EVERYTHING, **more: object) -> list[str]:
    return [hit.id for hit in hits(conn, sought, reader, **more)]


def hits(conn: Connection, sought: str, reader: Reader = EVERYTHING, **more: object) -> Sequence[Hit]:
    return find.find(conn, reader, sought, now=NOW, **more).items


@pytest.mark.parametrize(
    "sought",
    [
        "退款",
        "申請",
        "申请退款",
        "請",
        "请",
        '"申請退款"',
        "「申請退款」",
        "iPhone手机",
        "手機 iphone",
        "REFUND",
        "ｒｅｆｕｎｄ",
        "refu*",
        "refu",
        "müller",
        "muller",
        "Sorensen",
        '"refund for Müller"',
        "0912345678",
        "+886 912 345 678",
        "(0912) 345678",
        "0912345",
        "912-345-678",
        "MSKU402",
        "402",
        "msku4*",
        "ann@example.org",
        "ann@example*",
        "退款 -order",
        'refund -"for Meier"',
        "2026 402",
    ],
)
def test_a_letter_is_found(conn: Connection, sought: str) -> None:
    """Chinese words of one, two and more characters in either script, Latin ones, phrases, numbers in any notation,
    beginnings, whole addresses and their parts, and without what is excluded."""
    body = "您好，我要申請退款。iPhone手機，refund for Müller Sørensen, 0912-345-678, MSKU402, 2026"
    it = letter(conn, "ann", body)
    letter(conn, "bob", "別的事 something else 0913-345-679")
    assert found(conn, sought) == [it]


@pytest.mark.parametrize(
    "sought",
    [
        "款退",
        "退貨",
        "refunds",
        '"Müller refund"',
        "und",
        "+44 912 345 678",
        "refund -退款",
        "4020",
        "iphone申請",
    ],
)
def test_a_letter_is_not_found(conn: Connection, sought: str) -> None:
    """Characters in another order, longer words, ends of words, another country's number, and what is excluded."""
    letter(conn, "a", "我要申請退款。iPhone手機，refund for Müller, 0912-345-678, MSKU402")
    assert found(conn, sought) == []


def test_simplified_text_is_found_by_traditional_words(conn: Connection) -> None:
    """The scripts fold in both directions."""
    it = letter(conn, "a", "请问发票什么时候寄到台湾？")
    assert found(conn, "發票") == found(conn, "發票 臺灣") == found(conn, '"發票什麼時候"') == [it]


def test_all_kinds_are_found(conn: Connection) -> None:
    """A party, a case, a letter and a note, each with what a list shows of it and whose it is."""
    chen = parties.add_party(conn, kind="person", name="陳怡君", now=NOW, note="發票寄公司")
    case = cases.open_case(conn, subject="發票金額不符", party_id=chen.id, queue_id=None, now=NOW)
    mail = letter(conn, "a", "十月份的發票", "發票", case_id=case.id)
    call = note(conn, "tl-1", "客戶問發票", party_id=chen.id)
    rows = {row.hit.kind: row for row in show(conn, SYSTEM, hits(conn, "发票"), "发票")}
    assert {kind: row.hit.id for kind, row in rows.items()} == {
        "party": chen.id,
        "case": case.id,
        "letter": mail,
        "note": call,
    }
    assert {row.party and row.party.name for row in rows.values()} == {"陳怡君"}
    assert rows["case"].title.text == f"{case.number} 發票金額不符"
    marks = rows["letter"].snippet.marks
    assert [rows["letter"].snippet.text[low:high] for low, high in marks] == ["發票"]
    assert found(conn, case.number) == found(conn, case.number.lower()) == [case.id]
    assert found(conn, "發票", kinds=("note",)) == [call]


def test_the_title_stands_above_the_text_and_the_new_above_the_old(conn: Connection) -> None:
    """A word in the title weighs more than in the text, the whole title most; among equals the newer comes first."""
    old = letter(conn, "a", "lamp", at=NOW - 400 * 86_400)
    new = letter(conn, "b", "lamp")
    titled = letter(conn, "c", "x", "A broken lamp", at=NOW - 400 * 86_400)
    whole = letter(conn, "d", "x", "Lamp", at=NOW - 400 * 86_400)
    assert found(conn, "lamp") == [whole, titled, new, old]


@pytest.mark.parametrize(
    ("sought", "name"),
    [("Katarina", "Katharina"), ("Bradnt", "Brandt"), ("Brant", "Brandt"), ("Brandtt", "Brandt")],
)
def test_a_slip_in_a_name_is_forgiven(conn: Connection, sought: str, name: str) -> None:
    """One letter left out, added, changed or swapped still finds the customer, below whoever is spelt so."""
    slip = parties.add_party(conn, kind="person", name=f"{name} Meier", now=NOW).id
    exact = parties.add_party(conn, kind="person", name=f"{sought} Meier", now=NOW).id
    parties.add_party(conn, kind="person", name="Somebody Else", now=NOW)
    first, second = hits(conn, f"{sought} ")
    assert [first.id, second.id] == [exact, slip]
    assert second.rank < 0 < first.rank


def test_what_changed_is_found_as_it_is(conn: Connection) -> None:
    """A note rewritten is found by its new words alone, an emptied one not at all."""
    name = note(conn, "tl-1", "wants a refund")
    interactions.set_note(conn, name, "wants an exchange")
    assert (found(conn, "refund"), found(conn, "exchange")) == ([], [name])
    interactions.set_note(conn, name, "")
    assert found(conn, "exchange") == []


def test_what_is_deleted_leaves_nothing(conn: Connection) -> None:
    """A document that is forgotten is found no more, and no table of the index holds a word of it."""
    ann = parties.add_party(conn, kind="person", name="Annabel", now=NOW)
    assert found(conn, "annabel") == [ann.id]
    index.forget(conn, "party", ann.id)
    assert found(conn, "annabel") == []
    assert conn.execute(text("SELECT count(*) FROM search_words")).scalar() == 0
    index.forget(conn, "party", ann.id)


def test_a_rebuilt_index_finds_the_same(conn: Connection) -> None:
    """Built anew from the rows, the index finds what it found, what came in behind its back, and nothing that is gone."""
    kept = letter(conn, "a", "退款 refund", "subject")
    note(conn, "tl-1", "refund")
    gone = parties.add_party(conn, kind="person", name="refund", now=NOW)
    conn.execute(delete(party_table).where(party_table.c.id == gone.id))
    index.forget(conn, "note", "tl-1")
    heard: list[tuple[str, int, int]] = []

    assert rebuild.rebuild(lambda: nullcontext(conn), lambda *step: heard.append(step)) == 2
    assert rebuild.is_current(conn)
    assert sorted(found(conn, "refund")) == sorted([kept, "tl-1"])
    assert ("letter", 1, 1) in heard


@pytest.mark.parametrize(
    "sought",
    [
        "' OR 1=1 --",
        '"; DROP TABLE search_words; --',
        "title : refund",
        "{title body} : refund",
        "refund NEAR(a b)",
        "rowid:1 refund^",
        "'refund':*A | !x",
        "§party refund",
        "§letter0 refund",
        "refund\\' & \x00",
        "NOT refund",
        "AND OR refund",
    ],
)
def test_injected_syntax_means_nothing(conn: Connection, sought: str) -> None:
    """What is syntax to a database is words to a search: a letter without those words is not found, and all stays."""
    letter(conn, "a", "refund")
    letter(conn, "b", "x")
    words = tokens(fold(sought))
    assert found(conn, sought) == ([found(conn, "refund")[0]] if set(words) <= {"refund"} else [])
    assert conn.execute(text("SELECT count(*) FROM search_words")).scalar() == 2


@pytest.mark.parametrize(
    ("sought", "more", "code"),
    [
        ("", {}, "nothing_sought"),
        ("a", {"kinds": ("robot",)}, "kind_unknown"),
        ("a", {"cursor": "x"}, "cursor.unknown"),
    ],
)
def test_what_cannot_be_asked(conn: Connection, sought: str, more: dict[str, object], code: str) -> None:
    """No words, kinds that there are not and foreign cursors are refused."""
    with pytest.raises(Refused, match=code):
        found(conn, sought, **more)


def test_pages_cover_everything_once(conn: Connection) -> None:
    """Following the cursors gives every hit once, in the order of one large page."""
    for number in range(9):
        letter(conn, str(number), "lamp", "lamp" if number % 2 else "", at=NOW - number)
    whole = found(conn, "lamp")
    seen: list[str] = []
    cursor = None
    while True:
        page = find.find(conn, EVERYTHING, "lamp", now=NOW, limit=2, cursor=cursor)
        seen += [hit.id for hit in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == whole
    assert len(set(seen)) == 9


def test_a_word_in_very_many_documents(conn: Connection) -> None:
    """Of a word that is everywhere, the newest and those that have it in the title are found, however old."""
    titled = letter(conn, "t", "x", "lamp")
    names = [letter(conn, str(number), "lamp") for number in range(find.MOST_OF_A_KIND + 5)]
    seen = [hit.id for hit in hits(conn, "lamp", limit=100)]
    assert seen[0] == titled
    assert set(seen[1:]) <= set(names[5:])


@pytest.mark.parametrize("seed", range(12))
def test_what_was_indexed_is_found_by_each_of_its_words(conn: Connection, seed: int) -> None:
    """Every word of random notes finds them, alone and as a phrase, until they are emptied."""
    draw = random.Random(seed)
    texts = ["".join(draw.choices("退款訂單订单臺abcé09 -.\n", k=draw.randint(1, 30))) for _ in range(6)]
    for number, body in enumerate(texts):
        note(conn, f"tl-{number}", body)
    for number, body in enumerate(texts):
        for word in filter(tokens, map(fold, body.replace("-", " ").replace(".", " ").split())):
            assert f"tl-{number}" in found(conn, word, kinds=("note",)), word
            assert f"tl-{number}" in found(conn, f'"{word}"', kinds=("note",)), word
    for number in range(len(texts)):
        interactions.set_note(conn, f"tl-{number}", "")
    assert conn.execute(text("SELECT count(*) FROM search_words")).scalar() == 0


@pytest.mark.parametrize("little", [0, rights.LITTLE])
@pytest.mark.parametrize("seed", range(6))
def test_search_and_reading_agree(
    conn: Connection, seed: int, little: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may read a document finds it, and nobody else does: over random work, holders, customers and
    cases, in both spellings of the rule."""
    monkeypatch.setattr(rights, "LITTLE", little)
    draw = random.Random(seed)
    people = [parties.add_party(conn, kind="person", name=f"lamp {n}", now=NOW).id for n in range(4)]
    matters = [
        cases.open_case(
            conn, subject="lamp", party_id=draw.choice([*people, None]), queue_id=None, now=NOW
        ).id
        for _ in range(5)
    ]
    calls = [
        note(
            conn,
            f"tl-{number}",
            "lamp",
            party_id=draw.choice([*people, None]),
            case_id=draw.choice([*matters, None]),
            agent_id=draw.choice(["ann", "bob", None]),
        )
        for number in range(12)
    ]
    for call in draw.sample(calls, 4):
        conn.execute(
            segment.insert().values(
                interaction_id=call, kind="agent", agent_id=draw.choice(["ann", "eve"]), started_at=NOW
            )
        )
    for number in range(12):
        letter(
            conn,
            str(number),
            "lamp",
            case_id=draw.choice([*matters, None]),
            interaction_id=draw.choice([*calls, None]),
        )
    for reader in (
        EVERYTHING,
        Reader(user_id="ann", everything=False, rights=AGENT),
        Reader(
            user_id="bob",
            everything=False,
            rights=AGENT,
            interactions=(calls[0],),
            parties=(people[0],),
            cases=(matters[0],),
        ),
        Reader(user_id="eve", everything=False, rights=AGENT, parties=(people[1], people[2])),
        Reader(user_id="nobody", everything=False, rights=AGENT),
    ):
        documents = conn.execute(search_document.select()).all()
        readable = {row.source_id for row in documents if _may_read(conn, reader, row)}
        assert set(found(conn, "lamp", reader, limit=100)) == readable


def _may_read(conn: Connection, reader: Reader, row: Any) -> bool:
    """By the rule for single rows."""
    kind, case, interaction = row.kind, row.case_id, row.interaction_id
    if kind == "party" or reader.everything:
        return True
    if case is not None:
        return rights.may_read_case(conn, reader, case)
    return interaction is not None and rights.may_read_interaction(conn, reader, interaction)


def test_an_upgrade_indexes_what_is_there(empty_url: str) -> None:
    """Rows from before the index are found after the upgrade, and once more after a downgrade and another upgrade."""
    schema.upgrade(empty_url, "0001")
    ann = {"id": "p1", "kind": "person", "name": "陳怡君", "sought": "陳怡君", "created_at": NOW}
    run_in(empty_url, lambda conn: conn.execute(party_table.insert().values(**ann)))
    for _ in range(2):
        schema.upgrade(empty_url)
        assert run_in(empty_url, lambda conn: found(conn, "怡君")) == ["p1"]
        schema.downgrade(empty_url, "0001")


def test_a_reindex_tells_how_far_it_is(url: str) -> None:
    """Built anew beside a running server, in transactions of its own, the index holds every document."""
    run_in(url, lambda conn: [letter(conn, str(number), "lamp") for number in range(3)])
    heard: list[tuple[str, int, int]] = []
    assert schema.reindex(url, lambda *step: heard.append(step)) == 3
    assert heard[:4] == [("party", 0, 0), ("case", 0, 0), ("letter", 3, 3), ("note", 0, 0)]
    assert {step[1:] for step in heard[4:]} == {(0, 0)}
    assert len(run_in(url, lambda conn: found(conn, "lamp"))) == 3
