"""A chat without a socket and without a clock: what each side is told, and what falls due when."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.chat import frames, session
from channels.chat.session import Session
from channels.chat.talk import TYPING_S, Due, Rules, Standing, Talk
from config.errors import Refused
from crm_core.chat.model import AGENT, SYSTEM, VISITOR, Chat, Line

RULES = Rules(away_after_s=60.0, idle_warning_s=300.0, idle_end_s=120.0)
TALKING = Standing(phase="talking", agent="Ann")
CHAT = Chat(
    id="c1",
    door="main",
    language="en",
    name="Lin",
    address="lin@example.com",
    started_at=0.0,
    ended_at=None,
    ended_by=None,
)


def line(seq: int, author: str = VISITOR, at: float = 0.0, **more: Any) -> Line:
    known = {"author_id": None, "name": "", "key": f"key-{seq}", "text": f"line {seq}"}
    return Line(seq=seq, author=author, at=at, **(known | more))


def talk(*lines: Line) -> Talk:
    there = Talk(CHAT, lines, 0.0)
    there.came()
    return there


class Screen:
    """What the widget makes of the frames (`web/src/chat-widget/talk.ts`)."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.state: dict[str, Any] = {}

    def take(self, frame: bytes | None) -> None:
        if frame is None:
            return
        news = json.loads(frame)
        assert news["after"] <= len(self.lines), "a gap"
        self.lines += [each for each in news["lines"] if each["seq"] > len(self.lines)]
        self.state = news.get("state", self.state)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from([VISITOR, AGENT, SYSTEM])),
        st.tuples(st.just("type"), st.sampled_from([VISITOR, AGENT])),
        st.tuples(st.just("read"), st.sampled_from([VISITOR, AGENT])),
        st.tuples(st.just("told"), st.booleans()),
        st.tuples(st.just("cut"), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_a_stale_screen_with_what_it_missed_is_a_fresh_one(steps: list[tuple[str, Any]]) -> None:
    """However often the line is cut, and whichever frames are lost with it: whoever comes back with the last line they saw sees what a new
    screen sees."""
    there, screen, now = talk(), Screen(), 0.0
    its = Session(0)
    screen.take(its.greet(there, TALKING, now))
    for what, how in steps:
        now += 1.0
        if what == "say":
            there.took(line(there.seq + 1, how, now))
        elif what == "type":
            there.types(how, now, on=True)
        elif what == "read":
            there.has_read(how, there.seq)
        elif what == "told":
            frame = its.news(there, TALKING, now)
            screen.take(frame if how else None)
            if not how and frame is not None:  # lost with the line
                its = Session(len(screen.lines))
                screen.take(its.greet(there, TALKING, now))
        else:
            its = Session(len(screen.lines))
            screen.take(its.greet(there, TALKING, now))
    screen.take(its.news(there, TALKING, now))
    fresh = Screen()
    fresh.take(Session(0).greet(there, TALKING, now))
    assert (screen.lines, screen.state) == (fresh.lines, fresh.state)
    assert its.news(there, TALKING, now) is None


def test_a_browser_that_claims_too_much_gets_everything() -> None:
    """More lines than there are were never seen: they are sent from the first on."""
    there = talk(line(1), line(2))
    frame = json.loads(Session(9).greet(there, TALKING, 0.0))
    assert (frame["after"], [each["seq"] for each in frame["lines"]]) == (0, [1, 2])


def test_a_visitor_sees_no_more_than_is_for_them() -> None:
    """Of a colleague the name alone; the ids of lines are told to their author only."""
    shown = session.line_of(line(1, AGENT, author_id="u1", name="Ann"))
    assert (shown["name"], "u1" in str(shown), "id" in shown) == ("Ann", False, False)
    assert session.line_of(line(2))["id"] == "key-2"


@pytest.mark.parametrize(
    "frame",
    [
        "nonsense",
        '{"type":"send","id":"short","text":"x"}',
        '{"type":"send","id":"long-enough","text":"x","more":1}',
        '{"type":"read","seq":-1}',
        '{"type":"hello","token":"' + "x" * 40 + '"}',
        "[]",
    ],
)
def test_what_no_widget_says_is_refused(frame: str) -> None:
    """Nothing of it is taken."""
    with pytest.raises(Refused):
        frames.read_said(frame)


def test_a_visitor_is_waited_for_and_then_given_up() -> None:
    """Sixty seconds from when their last page closed; one that is open anew begins nothing."""
    there = talk(line(1))
    there.came()
    there.went(10.0)
    assert there.deadline(RULES, connected=False) is None
    there.went(20.0)
    assert there.deadline(RULES, connected=False) == 80.0
    assert there.due(RULES, 79.9, connected=False) is None
    assert there.due(RULES, 80.0, connected=False) is Due.AWAY
    there.took(line(2, SYSTEM, 80.0, code="visitor_left", text=""))
    assert there.away
    assert there.due(RULES, 500.0, connected=False) is None
    assert there.came()


def test_who_does_not_answer_is_asked_and_then_let_go() -> None:
    """Only while an agent is there and it is the visitor's turn: whoever waits for us is never hurried."""
    there = talk(line(1, VISITOR, 0.0), line(2, AGENT, 100.0))
    assert there.deadline(RULES, connected=False) is None
    assert there.deadline(RULES, connected=True) == 400.0
    assert there.due(RULES, 400.0, connected=True) is Due.ASK
    there.took(line(3, SYSTEM, 400.0, code="idle_warning", text=""))
    assert there.due(RULES, 520.0, connected=True) is Due.IDLE
    there.took(line(4, VISITOR, 450.0))
    assert there.deadline(RULES, connected=True) is None


def test_typing_ends_by_itself_and_with_the_line() -> None:
    """After six seconds without a word of it, or when what was typed is said."""
    there = talk()
    assert there.types(AGENT, 10.0, on=True)
    assert not there.types(AGENT, 12.0, on=True)
    assert there.deadline(RULES, connected=True) == 12.0 + TYPING_S
    assert not there.stale_typing(17.9)
    assert there.stale_typing(18.0)
    there.types(AGENT, 20.0, on=True)
    there.took(line(1, AGENT, 21.0))
    assert there.deadline(RULES, connected=False) is None


def test_what_is_unread_and_unanswered() -> None:
    """The visitor's lines after what the agent saw; since when they wait; the last words, in one line."""
    there = talk(
        line(1, VISITOR, 1.0),
        line(2, AGENT, 2.0),
        line(3, VISITOR, 3.0),
        line(4, VISITOR, 4.0, text="two\nlines"),
    )
    assert (there.unread(), there.unanswered_since(), there.last_words()) == (2, 3.0, "two lines")
    there.has_read(AGENT, 99)
    assert (there.unread(), there.read[AGENT]) == (0, 4)
    there.took(line(5, AGENT, 5.0))
    assert there.unanswered_since() is None


def test_what_has_ended_is_due_for_nothing() -> None:
    """However long ago the visitor went."""
    there = talk(line(1, VISITOR, 1.0), line(2, AGENT, 2.0))
    there.went(3.0)
    there.ended("agent", 4.0)
    assert there.due(RULES, 1e9, connected=True) is None
    assert there.chat == replace(CHAT, ended_at=4.0, ended_by="agent")
