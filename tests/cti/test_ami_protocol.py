"""AMI's bytes: nothing that a caller can say breaks the framing, nothing that we say can hold a second action."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.ami.protocol import Framer, MessageTooLong, UnsafeText, encode, moment, parse

STREAM = "Asterisk Call Manager/11.0.0\r\nEvent: A\r\nCallerIDName: Zoë 王\r\n\r\nEvent: B\r\n\r\n".encode()


@given(st.lists(st.integers(1, len(STREAM) - 1), max_size=8))
def test_cuts_anywhere_give_the_same_messages(cuts: list[int]) -> None:
    """However TCP cuts the stream, inside characters too, the messages are the same."""
    framer, edges = Framer(), sorted({0, len(STREAM), *cuts})
    messages = [
        message for begin, end in itertools.pairwise(edges) for message in framer.feed(STREAM[begin:end])
    ]
    assert [message.event for message in messages] == ["A", "B"]
    assert messages[0]["CallerIDName"] == "Zoë 王"
    assert framer.banner == "Asterisk Call Manager/11.0.0"


def test_what_follows_a_cut_banner_is_found_at_once() -> None:
    """A short message right behind a banner that came in two parts; and empty lines between messages are none themselves."""
    framer = Framer()
    assert framer.feed(b"Asterisk Call Manager/11.0.0\r") == []
    messages = framer.feed(b"\nResponse: Success\r\n\r\n")
    assert [each["Response"] for each in messages] == ["Success"]
    assert framer.feed(b"\r\n\r\n\r\n") == []
    assert [each.event for each in framer.feed(b"Event: A\r\n\r\n")] == ["A"]


def test_a_banner_later_on_is_none() -> None:
    """However what comes before it is cut."""
    for cut in range(1, 5):
        framer, data = Framer(), b"\r\n\r\nAsterisk Call Manager/11\r\n\r\nEvent: A\r\n\r\n"
        messages = framer.feed(data[:cut]) + framer.feed(data[cut:])
        assert framer.banner == ""
        assert [each.event for each in messages] == ["", "A"]


def test_first_value_of_a_doubled_header_counts() -> None:
    """A caller's name that smuggles headers into a user event cannot change what the event is."""
    message = parse(b"Event: UserEvent\r\nUniqueid: 1.1\r\nName: x\r\nEvent: Hangup\r\nUniqueid: 9.9")
    assert (message.event, message["Uniqueid"]) == ("UserEvent", "1.1")


def test_variables_are_read_by_name() -> None:
    """Several variables of one message are all there, values with `=` and `:` included."""
    message = parse(
        b"Event: Status\r\nVariable: TL_ID=tl-1\r\nVariable: TL_X=a=b: c\r\nChanVariable: TL_OFFER=o/1"
    )
    assert message["Variable/TL_ID"] == "tl-1"
    assert message["Variable/TL_X"] == "a=b: c"
    assert message["ChanVariable/TL_OFFER"] == "o/1"


NAMES = ("Event", "ActionID", "Uniqueid", "Name", "CallerIDName", "odd name", "Variable", "ChanVariable")
VALUES = st.text(alphabet=st.sampled_from("abA=:/ \t,王é-_."), max_size=12)
LINES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(NAMES), VALUES).map(": ".join),
        st.tuples(st.sampled_from(NAMES[:6]), VALUES).map(":".join),
        VALUES,
    ),
    max_size=8,
)


@given(LINES)
def test_one_header_is_the_same_as_among_all(lines: list[str]) -> None:
    """Asked for before the message was taken apart, or afterwards: whatever lines it has."""
    block = "\r\n".join(lines).encode()
    for name in (*parse(block).headers, *NAMES, "Variable/a", "Variable/", "Name/a"):
        whole = parse(block)
        assert parse(block)[name] == whole.headers.get(name, ""), name
        assert whole[name] == whole.headers.get(name, "")
        assert whole.event == whole.headers.get("Event", "")
        assert whole == parse(block)


def test_odd_content_raises_nothing() -> None:
    """Lines without a colon, broken UTF-8 and absent or odd timestamps are read as far as they make sense."""
    message = parse(b"garbage\r\nEvent: X\r\nCallerIDName: \xff\xfe\r\nTimestamp: soon")
    assert message["CallerIDName"] == "��"
    assert message.at is None
    assert message["Nothing"] == ""
    assert parse(b"Timestamp: 1700000000.5").at == 1700000000.5


def test_a_message_without_end_is_refused_at_the_cap() -> None:
    """Memory and time spent on one message are bounded, however slowly it comes."""
    framer = Framer(cap_bytes=1000)
    assert framer.feed(b"A: " + b"x" * 900) == []
    with pytest.raises(MessageTooLong):
        framer.feed(b"x" * 200)


@given(st.text(max_size=40), st.text(max_size=40))
def test_one_action_is_one_message(key: str, value: str) -> None:
    """Whatever the values are, what is written is one action with one line for each header, or nothing."""
    try:
        written = encode("Setvar", "tl1", [(key, value)])
    except UnsafeText:
        return
    assert written.count(b"\r\n\r\n") == 1
    assert written.endswith(b"\r\n\r\n")
    assert written.count(b"\n") == 4


@pytest.mark.parametrize("value", ["a\r\nAction: Hangup", "a\nb", "a\rb", "a\0b", "x" * 1100, "\ud800"])
def test_what_could_end_a_line_is_refused(value: str) -> None:
    """CR, LF, NUL, lines that Asterisk would cut and unwritable text never leave."""
    with pytest.raises(UnsafeText):
        encode("Setvar", "tl1", [("Value", value)])


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e999", "", "x", "1.5 1.5"])
def test_what_is_no_time_is_none(text: str) -> None:
    """A time that is no number would order and compare with nothing: it counts as not said."""
    assert parse(f"Event: Hangup\r\nTimestamp: {text}".encode()).at is None
    assert moment(text) is None
    assert moment("1.5") == 1.5
