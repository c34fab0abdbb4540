"""IMAP taken apart and put together: whatever a server says is understood or refused, never believed."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.receiving.imap import grammar
from channels.email.receiving.imap.envelope import envelope_of
from channels.email.receiving.imap.grammar import Garbled, Literal


def test_a_fetched_letter_is_taken_apart() -> None:
    """Numbers, quoted strings, lists and literals, whatever order they come in and however sections are spelt."""
    pieces = [
        b'* 12 FETCH (FLAGS (\\Seen "x)y") UID 7 BODY[HEADER.FIELDS (MESSAGE-ID DATE)] {5}',
        Literal((b"ab", b"cde")),
        b' INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 99)',
    ]
    told = grammar.fetched(pieces)
    assert told
    assert (grammar.number_of(told[b"UID"]), grammar.number_of(told[b"RFC822.SIZE"])) == (7, 99)
    assert grammar.text_of(told[b"BODY[]"]) == b"abcde"
    assert grammar.moment_of(told[b"INTERNALDATE"]) == 837_596_665.0
    assert grammar.fetched([b"* 12 EXISTS"]) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [("INBOX", b'"INBOX"'), ("R&D", b'"R&-D"'), ("已處理", b'"&XfKGVXQG-"'), ('a"b\\', b'"a\\"b\\\\"')],
)
def test_folders_are_named_as_servers_want_them(name: str, said: bytes) -> None:
    """Modified UTF-7 (RFC 3501, 5.1.3), in quotes that nothing leaves."""
    assert grammar.folder(name) == said


@given(
    pieces=st.lists(
        st.one_of(st.binary(max_size=60), st.binary(max_size=20).map(lambda each: Literal((each,)))),
        max_size=5,
    )
)
def test_nonsense_is_garbled_and_nothing_else(pieces: list[bytes | Literal]) -> None:
    """Any bytes are values, or `Garbled`."""
    try:
        grammar.values(pieces)
        grammar.fetched([b"* 1 FETCH (", *pieces])
    except Garbled:
        pass


@given(uids=st.sets(st.integers(1, 4_000_000_000), min_size=1, max_size=50))
def test_ranges_name_exactly_their_numbers(uids: set[int]) -> None:
    """Neighbours are joined, none is added."""
    said = grammar.ranges(sorted(uids)).decode()
    named: set[int] = set()
    for span in said.split(","):
        first, _, last = span.partition(":")
        named.update(range(int(first), int(last or first) + 1))
    assert named == uids


@given(text=st.text(max_size=40))
def test_an_argument_is_one_argument(text: str) -> None:
    """Quoted, sent as a literal, or refused: no line break of a password begins a command."""
    try:
        said = grammar.quoted(text)
    except (Garbled, UnicodeEncodeError):
        return
    assert said is None or (b"\r" not in said and b"\n" not in said)


@pytest.mark.parametrize(
    ("header", "recipients", "sender"),
    [
        (
            "To: Service@Example.com\r\nReturn-Path: <ann@example.org>",
            ("service@example.com",),
            "ann@example.org",
        ),
        ("Delivered-To: service+c-abc@example.com\r\nTo: x@y", ("service+c-abc@example.com",), ""),
        ("To: service+a@other.example, SERVICE+b@example.com", ("service+b@example.com",), ""),
        ("", ("service@example.com",), ""),
    ],
)
def test_the_envelope_is_found_in_the_header(header: str, recipients: Sequence[str], sender: str) -> None:
    """The queue's address with its tag where the letter was sent to that; never somebody else's."""
    raw = f"{header}\r\nSubject: x\r\n\r\nbody".encode()
    found = envelope_of(raw, queue_id="q", address="service@example.com", received_at=1.0, peer="imap")
    assert (found.recipients, found.sender, found.queue_id) == (tuple(recipients), sender, "q")
