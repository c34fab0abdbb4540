"""Chats in both databases: begun once, lines once and without a gap, ended once, forgotten by rule."""

import pytest
from sqlalchemy import Connection

from config.errors import Refused
from crm_core import cases, interactions, queues
from crm_core.chat import doors, kept
from crm_core.chat.model import SYSTEM, VISITOR, NewChat, NewFile, NewLine
from crm_core.privacy import retention
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.tables import interaction

NOW = 1_790_000_000.0
DAY = 86_400.0


def new(conn: Connection, token: str = "t" * 40) -> NewChat:
    found = queues.list_queues(conn)
    queue = found[0] if found else queues.add_queue(conn, name="Support", language="en")
    return NewChat(
        token_sha256=kept.hash_of(token),
        door="main",
        queue_id=queue.id,
        language="zh-TW",
        name="林",
        address="",
        origin="https://shop.example",
        question="我的檯燈一直閃爍\n怎麼辦？",
        consented=True,
    )


def test_a_chat_begins_once_with_its_case_and_its_question(conn: Connection) -> None:
    """The same key again is the same chat; its first line is the question, its case is named after it."""
    first, fresh = kept.begin(conn, new(conn), NOW)
    again, anew = kept.begin(conn, new(conn), NOW + 5)
    assert (first, fresh, anew) == (again, True, False)
    assert [(line.seq, line.author, line.text) for line in kept.lines(conn, first.id)] == [
        (1, VISITOR, "我的檯燈一直閃爍\n怎麼辦？")
    ]
    row = interactions.interaction(conn, first.id)
    assert row is not None
    assert (row.medium, row.subject) == ("chat", "我的檯燈一直閃爍 怎麼辦？")
    case = cases.case(conn, row.case_id or "")
    assert case is not None
    assert case.subject == row.subject


def test_lines_are_kept_once_and_numbered_without_a_gap(conn: Connection) -> None:
    """The same key of the same author is the same line, whatever it says now; another author's is another one."""
    chat, _ = kept.begin(conn, new(conn), NOW)
    one = kept.say(conn, chat.id, NewLine(author=VISITOR, key="key-0001", text="one"), NOW)
    kept.say(conn, chat.id, NewLine(author=SYSTEM, key="key-0001", code="joined"), NOW)
    assert kept.say(conn, chat.id, NewLine(author=VISITOR, key="key-0001", text="other"), NOW) == one
    file = NewFile(name="單.png", content_type="image/png", content=b"png")
    sent = kept.say(conn, chat.id, NewLine(author=VISITOR, key="key-0002", file=file), NOW)
    assert [line.seq for line in kept.lines(conn, chat.id)] == [1, 2, 3, 4]
    assert sent.file is not None
    assert kept.file(conn, chat.id, sent.file.id) == file
    with pytest.raises(Refused):
        kept.file(conn, "another", sent.file.id)


def test_nothing_is_said_after_the_end(conn: Connection) -> None:
    """It ends once, and is open no more; what was said before its end is still told when it is sent again."""
    chat, _ = kept.begin(conn, new(conn), NOW)
    line = kept.say(conn, chat.id, NewLine(author=VISITOR, key="key-0001", text="one"), NOW)
    assert [each.id for each in kept.open_ones(conn)] == [chat.id]
    assert (kept.end(conn, chat.id, "visitor", NOW), kept.end(conn, chat.id, "agent", NOW)) == (True, False)
    assert kept.open_ones(conn) == []
    assert kept.say(conn, chat.id, NewLine(author=VISITOR, key="key-0001", text="one"), NOW) == line
    with pytest.raises(Refused) as refusal:
        kept.say(conn, chat.id, NewLine(author=VISITOR, key="key-0009", text="late"), NOW)
    assert refusal.value.code == "chat.ended"


def test_a_door_speaks_the_visitors_language(conn: Connection) -> None:
    """Else another one that it has; one that is not offered is none."""
    queue = queues.add_queue(conn, name="Q", language="en", mail_address="help@example.com")
    given = {"key": "Shop", "queue_id": queue.id, "greeting_en": "Hello", "greeting_zh_tw": "您好"}
    made = rows.create(conn, system(NOW), known.entity("chat_door"), given)
    greetings = [doors.door(conn, "shop", language) for language in ("zh-TW", "zh-CN")]
    assert [each.greeting for each in greetings if each] == ["您好", "Hello"]
    rows.patch(conn, system(NOW), known.entity("chat_door"), made.id, {"active": False})
    assert doors.door(conn, "shop", "en") is None


def test_words_go_when_the_rule_says_so(conn: Connection) -> None:
    """Also of somebody who gave neither name nor address; that they were here stays."""
    chat, _ = kept.begin(conn, new(conn), NOW)
    conn.execute(interaction.update().values(state="closed", closed_at=NOW, customer_name=""))
    given = {"what": "contacts", "after_days": 30, "active": True}
    rows.create(conn, system(NOW), known.entity("retention_rule"), given)
    assert retention.due(conn, NOW + 29 * DAY) == []
    for due in retention.due(conn, NOW + 31 * DAY):
        retention.carry_out(conn, due, NOW + 31 * DAY)
    assert [line.text for line in kept.lines(conn, chat.id)] == [""]
    assert retention.due(conn, NOW + 31 * DAY) == []
