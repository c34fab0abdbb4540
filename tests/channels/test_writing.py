"""What we write is what we meant: no customer's text becomes a header of ours, no Message-ID is touched."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest

from channels.email.sending.writing import is_address
from channels.email.sending.written import Reply, compose, reply_subject

OUTLOOK = "<AM6PR08MB1234D5A8B2C3D4E5F6A7B8C9D0E1F2A3B4@AM6PR08MB1234.eurprd08.prod.outlook.com>"
HOSTILE = "=?utf-8?q?=0d=0aBcc:_eve=40example.net?="


def written(
    *, subject: str = "Re: Hi", to_name: str = "Ann", cited: str = "<a@b>", words: str = "Hello"
) -> bytes:
    reply = Reply(
        sender="service@example.com",
        sender_name="客服 Example",
        to="ann@example.org",
        to_name=to_name,
        reply_to="service@example.com",
        subject=subject,
        message_id="<1@example.com>",
        in_reply_to=cited,
        references=("<root@example.org>", cited),
        at=0.0,
    )
    return compose(reply, words, None)


@pytest.mark.parametrize(
    "text", [HOSTILE, "a\r\nBcc: eve@example.net", "\u2028Bcc: x\x85y", '"', "a\\", "王" * 150]
)
def test_a_customers_text_becomes_no_header_of_ours(text: str) -> None:
    """Whatever stands in a subject or a name, the letter has our eight fields and the body's three, and no other."""
    raw = written(subject=reply_subject(text), to_name=text)
    names = {
        line.split(b":")[0] for line in raw.split(b"\r\n\r\n")[0].split(b"\r\n") if line[:1] not in b" \t"
    }
    assert names == {
        *(b"From", b"To", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References", b"Reply-To"),
        *(b"Content-Type", b"Content-Transfer-Encoding", b"MIME-Version"),
    }


@pytest.mark.parametrize("text", ["Re: 您好" + "，訂單" * 40, f"Re: {HOSTILE}", "Re: plain"])
def test_a_subject_arrives_as_it_was_shown(text: str) -> None:
    """A mail program that decodes once shows the subject that the agent saw."""
    message = message_from_bytes(written(subject=text), policy=policy.compat32)
    assert str(make_header(decode_header(message["Subject"].replace("\r\n", "")))) == text


def test_message_ids_longer_than_a_line_are_not_encoded() -> None:
    """Outlook's ids of 82 characters stand in In-Reply-To and References as they came."""
    raw = written(cited=OUTLOOK)
    assert f"\r\nIn-Reply-To: {OUTLOOK}\r\n".encode() in raw
    assert f"\r\nReferences: <root@example.org>\r\n {OUTLOOK}\r\n".encode() in raw


def test_ids_outside_ascii_are_left_out() -> None:
    """An id that could not be read is not cited: there is no header without a value."""
    raw = written(cited="<a\ufffdb@c>")
    assert b"In-Reply-To" not in raw
    assert b"\r\nReferences: <root@example.org>\r\n" in raw


def test_a_letter_has_seven_bits() -> None:
    """Chinese words pass a relay that does not offer 8BITMIME (RFC 6152)."""
    assert written(words="您好\n" * 40, to_name="王小明").isascii()


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("a..b@example.jp", True),
        ("o'neil+x@example.org", True),
        ("王@例子.台灣", True),
        ("a@b@c", False),
        ("@example.org", False),
        ("a,b@example.org", False),
        ("a@example.org>", False),
        ("a\r\nb@example.org", False),
        ("", False),
    ],
)
def test_what_can_be_written_to(address: str, good: bool) -> None:
    """Strange local parts that exist are taken, what would end or double the address is not."""
    assert is_address(address) is good
