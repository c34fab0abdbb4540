"""What is composed is read back the same: words with their looks, pictures, files with any name, headers."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.reading.parse import parse
from channels.email.reading.read_reports import Receipt, receipt_in
from channels.email.sending import rich_text
from channels.email.sending.composing import Envelope, Piece, Quoted, Words, compose, content_id
from channels.email.sending.unsubscribing import Asked, asked_by, token

PICTURE = "01a21d7c-364c-75e5-9ef9-1f0dc0aaf1a9"
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Co", "Cn")), max_size=60
)
LINES = st.lists(WORDS.map(str.strip), min_size=1, max_size=6).map("\n".join)
NAMES = WORDS.map(lambda words: re.sub(r"[/\\]", "", words).strip(" .")).filter(bool)


def envelope(**more: object) -> Envelope:
    given_ = {"sender": "help@example.com", "sender_name": "客服", "to": [("ann@example.org", "王小明")], "reply_to": "help@example.com",
        "subject": "Hi", "message_id": "<1@example.com>", "at": 0.0}  # fmt: skip
    return Envelope(**(given_ | more))  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(text=LINES, subject=WORDS, name=NAMES, file=NAMES, content=st.binary(min_size=1, max_size=300))
def test_what_is_composed_is_read_back(text: str, subject: str, name: str, file: str, content: bytes) -> None:
    """Words, subject, names and files come out of our own reader as they went in, formatted or not; seven bits on the way."""
    html = rich_text.of_text(text) + f'<p><img src="cid:{PICTURE}" alt="p"></p>'
    pieces = [
        Piece(id=PICTURE, name="p.png", content_type="image/png", content=b"\x89PNG1", inline=True),
        Piece(id="x", name=file, content_type="application/pdf", content=content),
    ]
    raw = compose(
        envelope(subject=subject, to=[("ann@example.org", name)]), Words(text=text, html=html), pieces
    )
    assert raw.isascii()
    read = parse(raw)
    assert [line.rstrip() for line in read.text.strip().split("\n")] == [
        line.rstrip() for line in text.strip().split("\n")
    ]
    assert read.subject.split() == subject.split()
    assert (read.to, read.from_name, read.reply_to) == (("ann@example.org",), "客服", "help@example.com")
    shown, attached = read.attachments
    assert (shown.inline, shown.content_id, shown.content) == (True, content_id(PICTURE), b"\x89PNG1")
    assert (attached.content, attached.inline) == (content, False)
    assert attached.name.split() == (file.split() or ["file"])
    assert f"cid:{content_id(PICTURE)}" in (read.html or "")


def test_the_plain_part_says_what_the_formatted_one_does() -> None:
    """Lists have their marks, quotes theirs, links where they lead; empty lines stay."""
    html = (
        '<p>Dear Ann,</p><p>see <a href="https://x.example/a">here</a>:</p><ol><li>one</li><li>two <b>bold</b></li></ol>'
        "<ul><li>point</li></ul><blockquote><p>you wrote</p><p>this</p></blockquote><p>a<br><br>b</p>"
    )
    assert rich_text.to_text(html) == (
        "Dear Ann,\n\nsee here <https://x.example/a>:\n\n1. one\n2. two bold\n\n- point\n\n> you wrote\n>\n> this\n\na\n\nb"
    )


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("<p onclick=x>a<script>b()</script></p>", "<p>a</p>"),
        ('<a href="javascript:x()">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<img src="https://spy.example/p.png"><img src="data:image/png;base64,AA">', ""),
        (f'<img src="cid:{PICTURE}" onerror="x()">', f'<img src="cid:{PICTURE}">'),
        ('<p style="position:fixed" class="x">a</p>', "<p>a</p>"),
    ],
)
def test_what_a_browser_sends_is_cleaned(given_: str, kept: str) -> None:
    """Nothing that runs, loads or covers leaves the composer; pictures are the draft's own."""
    assert rich_text.clean(given_) == kept


def test_pictures_that_were_taken_out_do_not_go_along() -> None:
    """A picture whose place in the words was deleted is in no letter."""
    piece = Piece(id=PICTURE, name="p.png", content_type="image/png", content=b"\x89PNG1", inline=True)
    assert parse(compose(envelope(), Words(text="a", html="<p>a</p>"), [piece])).attachments == ()


def test_the_answered_letter_stands_below() -> None:
    """Forty lines of it in an answer, all of it in a letter that is forwarded; nothing of its HTML."""
    long = "\n".join(f"line {number} <b>" for number in range(60))
    short = compose(envelope(), Words(text="a", html="<p>a</p>", quoted=Quoted(who="Ann", at=0.0, text=long)))
    whole = compose(envelope(), Words(text="a", quoted=Quoted(who="Ann", at=0.0, text=long, whole=True)))
    assert "> [...]" in parse(short).text
    assert "line 39 &lt;b&gt;" in (parse(short).html or "")
    assert "> line 59 <b>" in parse(whole).text


def test_mass_mail_says_how_to_end_it() -> None:
    """RFC 8058: both fields with an https address; without one, no one click is promised."""
    raw = compose(envelope(unsubscribe="https://desk.example.com/u"), Words(text="a"))
    assert (
        b"\r\nList-Unsubscribe: <https://desk.example.com/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        in raw
    )
    assert b"List-Unsubscribe-Post" not in compose(envelope(unsubscribe="http://desk/u"), Words(text="a"))


def test_nobody_ends_somebody_elses_letters() -> None:
    """The address names customer, purpose and letter, and is signed: a changed one is none."""
    asked = Asked(party_id=PICTURE, purpose="marketing", letter="ab12")
    made = token("a secret", asked)
    assert asked_by("a secret", made) == asked
    for other in (
        asked_by("another", made),
        asked_by("a secret", "B" + made[1:]),
        asked_by("a secret", "é.ü"),
        asked_by("a secret", ""),
    ):
        assert other is None


REPORT = """Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r
From: ann@example.org\r
\r
--b\r
Content-Type: text/plain\r
\r
Read.\r
--b\r
Content-Type: message/disposition-notification\r
\r
Final-Recipient: rfc822; ann@example.org\r
Original-Message-ID: <1@example.com>\r
Disposition: manual-action/MDN-sent-manually; {said}\r
\r
--b--\r
"""


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (REPORT.format(said="displayed"), Receipt(message_id="<1@example.com>", read=True)),
        (REPORT.format(said="Displayed/error"), Receipt(message_id="<1@example.com>", read=True)),
        (REPORT.format(said="deleted"), Receipt(message_id="<1@example.com>", read=False)),
        (REPORT.format(said="displayed").replace("Original-Message-ID", "X"), None),
        (REPORT.replace("multipart/report", "multipart/mixed"), None),
        ("Subject: about message/disposition-notification\r\n\r\nx", None),
    ],
)
def test_a_report_of_reading_is_told_from_other_letters(raw: str, found: Receipt | None) -> None:
    """Which letter, and whether it was shown or thrown away unread (RFC 8098)."""
    assert receipt_in(raw.encode()) == found
