"""Attachments found by themselves, on both databases."""

import hashlib
from contextlib import nullcontext

import pytest
from sqlalchemy import Connection, select

from config.errors import Refused
from crm_core import cases, letters, users
from crm_core.access.reader import Reader
from crm_core.access.roles import standing_of
from crm_core.attachments import finding, kept
from crm_core.attachments.finding import Found, Wanted
from crm_core.casework import regrouping
from crm_core.letter_types import NewAttachment, NewLetter, ParsedFields
from crm_core.paging import Page
from crm_core.search import index, rebuild
from crm_core.tables import search_document

NOW = 1_000_000.0


def stored(conn: Connection, name: str, case_id: str, sender: str, *files: NewAttachment) -> str:
    raw = name.encode()
    parsed = ParsedFields(
        message_id=name, from_address=sender, from_name="Ming", subject=f"about {name}", attachments=files
    )
    new = NewLetter(
        spool_id=name, raw=raw, sha256=hashlib.sha256(raw).hexdigest(), envelope_from=sender, envelope_to=("x@x",), received_at=NOW, parsed=parsed
    )  # fmt: skip
    return letters.store_letter(conn, new, case_id=case_id, interaction_id=None, party_id=None).id


def file(name: str, content_type: str = "application/octet-stream") -> NewAttachment:
    return NewAttachment(name=name, content_type=content_type, content=b"x")


def read_all(conn: Connection, **texts: str) -> None:
    """What the reader would have read, by the name's beginning."""
    for each in kept.unread(conn, "", 100):
        text = texts.get(each.name.partition(".")[0], "")
        kept.keep(conn, each, kept.READ if text else kept.NOTHING, text, None, NOW)


def reader_of(conn: Connection, login: str, role: str) -> Reader:
    user = users.add_user(conn, login=login, name=login, password_hash="x", role=role, language="en")
    standing = standing_of(conn, user.id, role)
    return Reader(user_id=user.id, everything=role != "agent", rights=standing.rights)


def find(conn: Connection, reader: Reader, words: str = "", **asked: str) -> list[str]:
    return [each.name for each in page(conn, reader, words, **asked).items]


def page(
    conn: Connection,
    reader: Reader,
    words: str = "",
    limit: int = 30,
    cursor: str | None = None,
    **asked: str,
) -> Page[Found]:
    wanted = Wanted(words=words, **asked)
    return finding.search(conn, reader, wanted, now=NOW, limit=limit, cursor=cursor)


def test_attachments_are_found_by_all_that_is_known_of_them(conn: Connection) -> None:
    """By name, words in either Chinese script, type, sender and case; what is asked together must fit together."""
    one = cases.open_case(conn, subject="Lamp", party_id=None, queue_id=None, now=NOW)
    two = cases.open_case(conn, subject="Chair", party_id=None, queue_id=None, now=NOW)
    stored(conn, "m1", one.id, "ming@example.tw", file("報價單.pdf"), file("photo", "image/png"))
    stored(conn, "m2", two.id, "ann@example.org", file("contract.docx"), file("photo.pdf", "image/png"))
    sue = reader_of(conn, "sue", "supervisor")
    assert find(conn, sue) == []
    read_all(conn, 報價單="發票號碼 4711 紅色的燈", contract="Termination after ninety days")
    assert find(conn, sue) == ["photo.pdf", "contract.docx", "photo", "報價單.pdf"]
    assert find(conn, sue, "发票") == ["報價單.pdf"]
    assert find(conn, sue, "報價") == ["報價單.pdf"]
    assert find(conn, sue, "terminat*") == ["contract.docx"]
    assert find(conn, sue, type="image") == ["photo"]
    assert sorted(find(conn, sue, type="pdf")) == ["photo.pdf", "報價單.pdf"]
    assert find(conn, sue, type="other") == []
    assert sorted(find(conn, sue, sender="MING@")) == ["photo", "報價單.pdf"]
    assert sorted(find(conn, sue, case=two.number[-4:])) == ["contract.docx", "photo.pdf"]
    assert find(conn, sue, "photo", sender="ann", type="pdf") == ["photo.pdf"]
    assert find(conn, sue, "燈", case=two.id) == []
    (hit,) = page(conn, sue, "4711").items
    assert (hit.snippet.text[:8], hit.case_number, hit.type, hit.verdict) == (
        "發票號碼 471",
        one.number,
        "pdf",
        "read",
    )
    assert [hit.snippet.text[begin:end] for begin, end in hit.snippet.marks] == ["4711"]
    with pytest.raises(Refused):
        find(conn, sue, type="cake")


def test_only_what_one_may_read_is_found(conn: Connection) -> None:
    """An agent finds those of their own cases, by words and without, also when a letter goes on in another case."""
    ann = reader_of(conn, "ann", "agent")
    theirs = cases.open_case(conn, subject="Mine", party_id=None, queue_id=None, now=NOW)
    other = cases.open_case(conn, subject="Others", party_id=None, queue_id=None, now=NOW)
    conn.execute(
        cases.support_case.update().where(cases.support_case.c.id == theirs.id).values(owner_id=ann.user_id)
    )
    stored(conn, "m1", theirs.id, "a@x.test", file("mine.txt"))
    moved = stored(conn, "m2", other.id, "b@x.test", file("others.txt"))
    read_all(conn, mine="zebra", others="zebra")
    assert find(conn, ann) == find(conn, ann, "zebra") == ["mine.txt"]
    regrouping.split(
        conn, other.id, subject="new", letters=[moved], interactions=[], type_id=None, now=NOW, actor_id=None
    )
    document = search_document.c
    placed = conn.execute(select(document.case_id).where(document.kind == "attachment")).scalars().all()
    assert other.id not in placed


def test_pages_go_on_where_they_ended(conn: Connection) -> None:
    """Without words too; and an index that is built anew finds the same."""
    case_id = cases.open_case(conn, subject="x", party_id=None, queue_id=None, now=NOW).id
    stored(conn, "m1", case_id, "a@x.test", *(file(f"{number}.txt") for number in range(5)))
    read_all(conn)
    sue = reader_of(conn, "sue", "supervisor")
    first = page(conn, sue, limit=3)
    second = page(conn, sue, limit=3, cursor=first.next_cursor)
    assert [each.name for each in (*first.items, *second.items)] == [
        f"{number}.txt" for number in (4, 3, 2, 1, 0)
    ]
    assert second.next_cursor is None
    with pytest.raises(Refused):
        page(conn, sue, cursor="nonsense")
    index.forget_many(conn, "attachment", [each.id for each in first.items])
    assert len(find(conn, sue)) == 2
    rebuild._rebuild_kind(lambda: nullcontext(conn), "attachment", lambda *_: None)
    assert len(find(conn, sue)) == 5
