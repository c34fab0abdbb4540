"""Parties, recognition, search, cases, interactions and the screen pop."""

import pytest
from sqlalchemy import Connection

from config.errors import Refused
from crm_core import cases, interactions, lease, ledger, parties, pop, queues, recognition, users
from crm_core.ledger import LedgerEntry
from crm_core.recognition import Match
from crm_core.search import party_list


def person(conn: Connection, name: str, *numbers: str, **others: str | None) -> str:
    made = parties.add_party(conn, kind="person", name=name, now=1.0, **others)
    for number in numbers:
        parties.add_contact_point(conn, made.id, "phone", number, "mobile")
    return made.id


def call(
    conn: Connection, name: str, number: str = "+886912345678", at: float = 100.0, **others: object
) -> bool:
    given = {
        "id": name,
        "medium": "voice",
        "direction": "in",
        "queue_id": "q",
        "customer_address": number,
        "customer_name": "",
        "entry_address": "100",
        "subject": "",
        "enqueued_at": at,
    }
    return interactions.ensure(conn, **(given | others))


def enqueue(conn: Connection, name: str, at: float = 100.0) -> None:
    epoch = lease.take(conn, lease.FLOOR, "test", 60.0)
    data = {"medium": "voice", "priority_points": 0}
    entry = LedgerEntry(kind="enqueued", at=at, interaction=name, queue="q2", data=data)
    ledger.append(conn, epoch or 0, [entry])


def test_a_party_with_its_contact_points(conn: Connection) -> None:
    """A person carries the organisation's name and all numbers and addresses, as written and as compared."""
    firm = parties.add_party(conn, kind="organisation", name="群山科技", now=1.0)
    ann = person(conn, "王小明", "0912-345-678", organisation_id=firm.id, title="會計", tier="gold")
    parties.add_contact_point(conn, ann, "email", " Ming@Example.TW ", "")
    parties.add_contact_point(conn, ann, "phone", "分機", "desk")
    found = parties.party(conn, ann)
    assert found is not None
    assert (found.name, found.organisation, found.title, found.tier) == ("王小明", "群山科技", "會計", "gold")
    assert [(point.raw, point.normal) for point in found.contact_points] == [
        ("0912-345-678", "+886912345678"),
        (" Ming@Example.TW ", "ming@example.tw"),
        ("分機", "分機"),
    ]
    assert found.reached_by("phone") == ("+886912345678", "分機")
    assert parties.party(conn, "nobody") is None


def test_a_contact_point_is_added_once(conn: Connection) -> None:
    """The same number written otherwise is the same contact point."""
    ann = person(conn, "Ann", "0912-345-678")
    assert parties.add_contact_point(conn, ann, "phone", "+886 912 345 678", "x").raw == "0912-345-678"
    found = parties.party(conn, ann)
    assert found is not None
    assert len(found.contact_points) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [({"kind": "robot"}, "party.kind_unknown"), ({"name": "  "}, "party.name_missing")],
)
def test_a_bad_party_is_refused(conn: Connection, change: dict[str, str], code: str) -> None:
    """An unknown kind and an empty name are refused."""
    with pytest.raises(Refused, match=code.replace(".", r"\.")):
        parties.add_party(conn, **({"kind": "person", "name": "Ann", "now": 1.0} | change))


def test_an_unknown_kind_of_contact_point_is_refused(conn: Connection) -> None:
    """Numbers and addresses are all there is."""
    with pytest.raises(Refused, match=r"contact_point\.kind_unknown"):
        parties.add_contact_point(conn, person(conn, "Ann"), "pigeon", "coo", "")


def test_hostile_text_is_kept_as_text(conn: Connection) -> None:
    """Quotes, markup, NUL and lone surrogates neither break a statement nor reach another one."""
    name = "Robert'); DROP TABLE party;-- <script>\x00\ud800"
    ann = person(conn, name, "'; DELETE FROM party; --")
    found = parties.party(conn, ann)
    assert found is not None
    assert found.name == "Robert'); DROP TABLE party;-- <script>\ufffd\ufffd"
    assert party_list.search(conn, "drop table", 10).items[0].id == ann
    assert recognition.by_phone(conn, "' OR 1=1 --") == []


@pytest.mark.parametrize(
    ("stored", "caller", "strength"),
    [
        ("0912-345-678", "+886912345678", "exact"),
        ("+886 912 345 678", "0912345678", "exact"),
        ("0912345678", "00886912345678", "exact"),
        ("0912345678", "886912345678", "exact"),
        ("0912345678", "912345678", "national"),
        ("138 0013 8000", "+8613800138000", "exact"),
        ("+86 138 0013 8000", "13800138000", "national"),
        ("+86 138 0013 8000", "8613800138000", "national"),
        ("(02) 2345-6789", "+886223456789", "exact"),
        ("(02) 2345-6789", "23456789", "tail"),
        ("2345-6789", "+886223456789", "tail"),
        ("+1 206 555 0123", "2065550123", "national"),
        ("(02) 2345-6789", "+886423456789", None),
        ("+44 20 2345 6789", "+886223456789", None),
        ("0912345678", "+886912345679", None),
        ("0912345678", "anonymous", None),
        ("0912345678", "", None),
        ("0912345678", "78", None),
        ("0912345678", "345678", None),
        ("1001", "1001", "national"),
        ("分機", "分機", None),
    ],
)
def test_recognition_by_number(conn: Connection, stored: str, caller: str, strength: str | None) -> None:
    """National and international spellings meet; two whole numbers that differ never do."""
    ann = person(conn, "Ann", stored)
    expected = [] if strength is None else [Match(party_id=ann, name="Ann", strength=strength)]
    assert recognition.by_phone(conn, caller) == expected


def test_all_matches_best_first(conn: Connection) -> None:
    """Everybody with the number is found once, the strongest first, then by name."""
    carl = person(conn, "Carl", "(02) 2345-6789", "2345-6789")
    bob = person(conn, "Bob", "(02) 2345-6789")
    ann = person(conn, "Ann", "2345-6789")
    person(conn, "Dora", "(02) 2345-6780")
    found = recognition.by_phone(conn, "+886223456789")
    assert [(match.party_id, match.strength) for match in found] == [
        (bob, "exact"),
        (carl, "exact"),
        (ann, "tail"),
    ]


def test_recognition_by_address(conn: Connection) -> None:
    """An address finds its parties whatever its case; a number is no address."""
    ann = person(conn, "Ann", "0912345678")
    parties.add_contact_point(conn, ann, "email", "Ann@Example.com")
    assert recognition.by_email(conn, " ANN@example.COM") == [
        Match(party_id=ann, name="Ann", strength="exact")
    ]
    assert recognition.by_email(conn, "+886912345678") == []
    assert recognition.by_email(conn, "") == []


@pytest.mark.parametrize(
    ("strengths", "word"), [([], "none"), (["exact"], "one"), (["exact", "exact"], "many")]
)
def test_identify(conn: Connection, strengths: list[str], word: str) -> None:
    """None, one and many are told apart, and only exactly one becomes the interaction's party."""
    call(conn, "c1")
    matches = [
        Match(party_id=person(conn, f"P{number}"), name=f"P{number}", strength=strength)
        for number, strength in enumerate(strengths)
    ]
    recognition.identify(conn, "c1", matches)
    found = interactions.interaction(conn, "c1")
    assert found is not None
    assert found.match == word
    assert found.party_id == (matches[0].party_id if word == "one" else None)
    assert [shown.strength for shown in pop.pop(conn, "c1").parties] == strengths


def test_the_best_strength_decides(conn: Connection) -> None:
    """One exact match is one, however many weaker ones stand beside it."""
    call(conn, "c1")
    ann, bob = person(conn, "Ann"), person(conn, "Bob")
    matches = [
        Match(party_id=ann, name="Ann", strength="exact"),
        Match(party_id=bob, name="Bob", strength="tail"),
    ]
    recognition.identify(conn, "c1", matches)
    assert [shown.party.id for shown in pop.pop(conn, "c1").parties] == [ann]


def test_what_the_agent_chose_stands(conn: Connection) -> None:
    """Recognition that comes late does not undo an agent's choice; unknown interactions are refused."""
    call(conn, "c1")
    ann, bob = person(conn, "Ann"), person(conn, "Bob")
    interactions.set_party(conn, "c1", ann)
    recognition.identify(conn, "c1", [Match(party_id=bob, name="Bob", strength="exact")])
    shown = pop.pop(conn, "c1")
    assert [(one.party.id, one.strength) for one in shown.parties] == [(ann, "chosen")]
    assert shown.match == "one"
    with pytest.raises(Refused, match=r"interaction\.unknown"):
        recognition.identify(conn, "c9", [])
    with pytest.raises(Refused, match=r"party\.unknown"):
        interactions.set_party(conn, "c1", "nobody")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("王", ["王小明", "王淑芬"]),
        ("小明", ["王小明"]),
        ("EMMA", ["Emma Clarke"]),
        ("ｅｍｍａ", ["Emma Clarke"]),
        ("群山", ["王小明", "群山科技"]),
        ("0912345", ["王小明"]),
        ("+886912", ["王小明"]),
        ("912345678", ["王小明"]),
        ("emma@", ["Emma Clarke"]),
        ("C-2026-000001", ["王淑芬"]),
        ("c-2026-000001", ["王淑芬"]),
        ("%", []),
        ("_", []),
        ("nobody", []),
    ],
)
def test_search(conn: Connection, text: str, names: list[str]) -> None:
    """Parts of names and organisations, beginnings of numbers and addresses, and cases find their parties."""
    firm = parties.add_party(conn, kind="organisation", name="群山科技", now=1.0)
    person(conn, "王小明", "0912-345-678", organisation_id=firm.id)
    shufen = person(conn, "王淑芬", "0988-000-111")
    emma = person(conn, "Emma Clarke")
    parties.add_contact_point(conn, emma, "email", "emma@example.com")
    cases.open_case(conn, subject="x", party_id=shufen, queue_id=None, now=1_790_000_000.0)
    assert sorted(row.name for row in party_list.search(conn, text, 10).items) == sorted(names)


def test_pages_cover_everything_once(conn: Connection) -> None:
    """Following the cursors gives every party once, in order, also those with one name."""
    for number in range(7):
        person(conn, f"P{number % 3}", "0912-345-678")
    seen, cursor = [], None
    while True:
        page = party_list.search(conn, "p", 2, cursor)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [row.name for row in seen] == ["P0"] * 3 + ["P1"] * 2 + ["P2"] * 2
    assert len({row.id for row in seen}) == 7
    assert seen[0].phone == "+886912345678"
    for wrong in ("nonsense", "ABC", "é", "W10"):
        with pytest.raises(Refused, match=r"cursor\.unknown"):
            party_list.search(conn, "p", 2, wrong)


def test_cases_count_within_their_year(conn: Connection) -> None:
    """Case numbers go up within a year and begin again in the next."""
    numbers = [
        cases.open_case(conn, subject="x", party_id=None, queue_id=None, now=now).number
        for now in (1_790_000_000.0, 1_790_000_001.0, 1_830_000_000.0)
    ]
    assert numbers == ["C-2026-000001", "C-2026-000002", "C-2027-000001"]


def test_the_life_of_a_case(conn: Connection) -> None:
    """A case is found by id, number and party; its status changes; interactions are linked to it."""
    ann = person(conn, "Ann")
    opened = cases.open_case(conn, subject="發票", party_id=ann, queue_id="q", now=100.0)
    later = cases.open_case(conn, subject="x", party_id=ann, queue_id="q", now=200.0)
    assert cases.case(conn, opened.id) == opened
    assert cases.by_number(conn, opened.number.lower()) == opened
    assert cases.for_party(conn, ann, 5) == [later, opened]
    solved = cases.set_status(conn, opened.id, "solved", 300.0)
    assert (solved.status, solved.updated_at) == ("solved", 300.0)
    assert cases.for_party(conn, ann, 1) == [solved]
    assert cases.touch(conn, later.id, 400.0).updated_at == 400.0
    call(conn, "c1")
    cases.link(conn, "c1", opened.id)
    assert [found.id for found in interactions.for_case(conn, opened.id, 5)] == ["c1"]
    for attempt in (
        lambda: cases.set_status(conn, opened.id, "lost", 1.0),
        lambda: cases.set_status(conn, "nothing", "open", 1.0),
        lambda: cases.link(conn, "c9", opened.id),
        lambda: cases.link(conn, "c1", "nothing"),
    ):
        with pytest.raises(Refused):
            attempt()


def test_the_edge_speaks_first(conn: Connection) -> None:
    """An interaction described before the ledger speaks of it keeps what was said, and takes the ledger's times."""
    assert call(conn, "c1", at=99.0)
    assert not call(conn, "c1", number="+886900000000")
    described = interactions.interaction(conn, "c1")
    assert described is not None
    assert (described.state, described.enqueued_at, described.queue_id) == ("new", 99.0, "q")
    enqueue(conn, "c1", at=100.0)
    found = interactions.interaction(conn, "c1")
    assert found is not None
    assert (found.state, found.enqueued_at, found.queue_id) == ("waiting", 100.0, "q2")
    assert found.customer_address == "+886912345678"


def test_the_ledger_speaks_first(conn: Connection) -> None:
    """An interaction that the ledger made is filled in once, and its course stands."""
    enqueue(conn, "c1", at=100.0)
    assert call(conn, "c1", at=99.0, subject="hello")
    assert not call(conn, "c1", number="+886900000000")
    found = interactions.interaction(conn, "c1")
    assert found is not None
    assert (found.state, found.enqueued_at, found.queue_id) == ("waiting", 100.0, "q2")
    assert (found.customer_address, found.subject, found.direction) == ("+886912345678", "hello", "in")


def test_open_ones_by_age(conn: Connection) -> None:
    """Open interactions of a medium come by age; closed ones and other media do not."""
    enqueue(conn, "old", at=10.0)
    enqueue(conn, "older", at=5.0)
    enqueue(conn, "left", at=7.0)
    call(conn, "letter", medium="email")
    epoch = lease.take(conn, lease.FLOOR, "test", 60.0) or 0
    ledger.append(conn, epoch, [LedgerEntry(kind="abandoned", at=9.0, interaction="left", queue="q2")])
    assert [found.id for found in interactions.open_ones(conn, "voice")] == ["older", "old"]


def test_notes(conn: Connection) -> None:
    """A note is replaced as a whole; unknown interactions are refused."""
    call(conn, "c1")
    interactions.set_note(conn, "c1", "一")
    interactions.set_note(conn, "c1", "二")
    found = interactions.interaction(conn, "c1")
    assert found is not None
    assert found.note == "二"
    with pytest.raises(Refused, match=r"interaction\.unknown"):
        interactions.set_note(conn, "c9", "x")


def test_the_pop_shows_who_and_what(conn: Connection) -> None:
    """A pop carries profile, the last cases and contacts with names instead of ids, and never the call itself."""
    agent = users.add_user(conn, login="ann", name="林雅婷", password_hash="x", role="agent", language="en")
    queue = queues.add_queue(conn, name="客戶服務", language="zh-TW")
    ming = person(conn, "王小明", "0912-345-678", tier="gold")
    epoch = lease.take(conn, lease.FLOOR, "test", 60.0) or 0
    for number in range(7):
        name = f"past{number}"
        call(conn, name, at=float(number))
        interactions.set_party(conn, name, ming)
        data = {"medium": "voice", "priority_points": 0}
        facts = [
            LedgerEntry(kind="enqueued", at=float(number), interaction=name, queue=queue.id, data=data),
            LedgerEntry(kind="connected", at=number + 0.5, interaction=name, queue=queue.id, agent=agent.id),
        ]
        ledger.append(conn, epoch, facts)
    opened = [
        cases.open_case(conn, subject=f"s{number}", party_id=ming, queue_id=queue.id, now=float(number))
        for number in range(4)
    ]
    call(conn, "now", at=100.0)
    recognition.identify(conn, "now", recognition.by_phone(conn, "+886912345678"))
    cases.link(conn, "now", opened[0].id)
    shown = pop.pop(conn, "now")
    (who,) = shown.parties
    assert (shown.match, shown.interaction.id, shown.case) == ("one", "now", opened[0])
    assert (who.party.name, who.party.tier, who.strength) == ("王小明", "gold", "exact")
    assert [case.subject for case in who.cases] == ["s3", "s2", "s1"]
    assert [past.id for past in who.interactions] == ["past6", "past5", "past4", "past3", "past2"]
    assert (who.interactions[0].queue, who.interactions[0].agent) == ("客戶服務", "林雅婷")
    assert pop.concerned(conn, ["now", "no such call"]) == ((ming,), (opened[0].id,))


def test_the_pop_shows_ten_at_most(conn: Connection) -> None:
    """A number that many share shows the first ten of them, and says that they are many."""
    for number in range(12):
        person(conn, f"P{number:02}", "0912-345-678")
    call(conn, "c1")
    recognition.identify(conn, "c1", recognition.by_phone(conn, "+886912345678"))
    shown = pop.pop(conn, "c1")
    assert shown.match == "many"
    assert [one.party.name for one in shown.parties] == [f"P{number:02}" for number in range(10)]
    assert pop.concerned(conn, ["c1"]) == (tuple(sorted(one.party.id for one in shown.parties)), ())
    with pytest.raises(Refused, match=r"interaction\.unknown"):
        pop.pop(conn, "c9")
