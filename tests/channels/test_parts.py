"""A letter's parts: each file exactly once, under its name; a text wherever there is one."""

import base64
import struct

import pytest

from channels.email.reading.charsets import decode
from channels.email.reading.parse import parse
from channels.email.reading.parsed import Mark, Parsed
from channels.email.reading.parts.plain import unflowed
from channels.email.reading.parts.tnef import decompressed, rtf_text


def letter(kind: str, *parts: str | bytes) -> Parsed:
    """A letter of these parts, each with its own header."""
    raw = [f"From: a@b.example\nMIME-Version: 1.0\nContent-Type: {kind}; boundary=b\n".encode()]
    raw += [b"\n--b\n" + (part if isinstance(part, bytes) else part.encode()) for part in parts]
    return parse(b"".join((*raw, b"\n--b--\n")).replace(b"\n", b"\r\n"))


HTML = 'Content-Type: text/html\n\n<p>Hi</p><img src="{}">'
IMAGE = "Content-Type: image/png; name=logo.png\nContent-ID: <{}>\nContent-Transfer-Encoding: base64\n{}\niVBORw0KGgo="


@pytest.mark.parametrize(
    ("source", "content_id", "disposition"),
    [
        ("cid:logo@1", "logo@1", "Content-Disposition: inline; filename=logo.png\n"),
        ("cid:logo@1", "logo@1", ""),
        ("cid:logo@1", "logo@1", "Content-Disposition: attachment; filename=logo.png\n"),
        ("logo@1", "logo@1", ""),
        ("cid:logo%401", "logo@1", ""),
        ("cid:a.long.name\n .that.was.folded@1", "a.long.name\n .that.was.folded@1", ""),
        ("CID:LOGO@1", "logo@1", ""),
        ("logo.png", "", ""),
    ],
)
def test_case_19_an_image_that_the_text_shows_is_inline_whatever_its_header_says(
    source: str, content_id: str, disposition: str
) -> None:
    """Case 19: cid without a disposition, without "cid:", split by white space, by its file's name."""
    parsed = letter("multipart/related", HTML.format(source), IMAGE.format(content_id, disposition))
    (image,) = parsed.attachments
    assert image.inline
    assert parsed.html == f'<p>Hi</p><img src="cid:{image.content_id}">'


def test_an_image_that_no_text_shows_is_a_file() -> None:
    """Case 19: marked inline, referred to by nothing: seen once, in the list of files."""
    parsed = letter(
        "multipart/mixed",
        "Content-Type: text/plain\n\nHi",
        IMAGE.format("x@1", "Content-Disposition: inline\n"),
    )
    assert [(one.name, one.inline) for one in parsed.attachments] == [("logo.png", False)]


def packed(*files: tuple[str, bytes], body: str = "") -> bytes:
    """winmail.dat as Outlook writes it."""

    def attribute(level: int, number: int, value: bytes) -> bytes:
        return struct.pack("<BII", level, number, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)

    def long_name(name: str) -> bytes:
        value = (name + "\0").encode("utf-16-le")
        return struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, len(value)) + value + b"\0" * (-len(value) % 4)

    out = [struct.pack("<IH", 0x223E9F78, 1), attribute(1, 0x69007, struct.pack("<II", 950, 0))]
    if body:
        out.append(attribute(1, 0x2800C, body.encode("cp950") + b"\0"))
    for name, content in files:
        out += [
            attribute(2, 0x69002, b"\0" * 14),
            attribute(2, 0x18010, b"SHORT~1.DAT\0"),
            attribute(2, 0x6800F, content),
        ]
        out.append(attribute(2, 0x69005, long_name(name)))
    return b"".join(out)


def test_the_files_in_winmail_dat_stand_in_its_stead() -> None:
    """TNEF: long names, contents, and the text where the letter has no other."""
    content = base64.encodebytes(
        packed(("發票.pdf", b"%PDF"), ("photo.jpg", b"\xff\xd8"), body="您好")
    ).decode()
    head = "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
    parsed = letter("multipart/mixed", "Content-Type: text/plain\n\n ", head + content)
    assert [(one.name, one.content_type, one.content) for one in parsed.attachments] == [
        ("發票.pdf", "application/pdf", b"%PDF"),
        ("photo.jpg", "image/jpeg", b"\xff\xd8"),
    ]
    assert parsed.text == "您好"


@pytest.mark.parametrize("cut_at", range(0, 260, 13))
def test_a_damaged_winmail_dat_stays_a_file_or_gives_what_it_has(cut_at: int) -> None:
    """Cut off anywhere: no exception, and never nothing."""
    content = base64.encodebytes(packed(("a.pdf", b"%PDF"), ("b.pdf", b"%PDF"))[:cut_at] or b"x").decode()
    parsed = letter(
        "multipart/mixed",
        f"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n{content}",
    )
    assert parsed.attachments


def test_outlooks_compressed_text_is_read() -> None:
    """[MS-OXRTFCP] 4.1.1: the example of the specification."""
    data = bytes.fromhex("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af320"
                         "68656c090020627705b06c647d0a800fa0")  # fmt: skip
    assert decompressed(data).startswith(b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}")
    assert rtf_text(
        b"{\\rtf1{\\fonttbl Arial;}\\pard a\\par \\'a7A \\u24744?{\\*\\x y}}", "cp950"
    ).startswith("a\n")


def test_an_invitation_says_what_when_where_and_by_whom() -> None:
    """Case 19: text/calendar, with Outlook's zone, folded lines and escapes; it stays a file too."""
    calendar = (
        "Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nDTSTART;TZID=Taipei Standard Time:20260105T150000\n"
        'DURATION:PT1H30M\nSUMMARY:拜訪\\, 報\n 價\nLOCATION:台北 101\nORGANIZER;CN="Chen, Ann":mailto:ann@shop.example\nBEGIN:VALARM\nSUMMARY:x\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR'
    )
    parsed = letter("multipart/alternative", "Content-Type: text/plain\n\nHi", calendar)
    invite = parsed.invite
    assert invite
    assert (invite.method, invite.summary, invite.place) == ("REQUEST", "拜訪, 報價", "台北 101")
    assert invite.organiser == "Chen, Ann <ann@shop.example>"
    assert (invite.starts_at, invite.ends_at, invite.all_day) == (1767596400.0, 1767601800.0, False)
    assert [one.content_type for one in parsed.attachments] == ["text/calendar"]


def test_a_letter_inside_is_a_file_called_by_its_subject() -> None:
    """Nested mail, and a letter that is nothing but another one."""
    inner = "Content-Type: message/rfc822\n\nSubject: Order / 5\nContent-Type: text/plain\n\nInside"
    parsed = letter("multipart/mixed", "Content-Type: text/plain\n\nSee below", inner)
    assert [(one.name, one.content_type) for one in parsed.attachments] == [("Order 5.eml", "message/rfc822")]
    assert parsed.text == "See below"
    assert letter("multipart/mixed", inner).text.strip() == "Inside"


def test_a_file_written_into_the_text_is_taken_out_of_it() -> None:
    """uuencode, the mailer of thirty years ago."""
    text = "Content-Type: text/plain\n\nHere it is:\n\nbegin 644 a note.txt\n%2&5L;&\\\n`\nend\nBye"
    parsed = letter("multipart/mixed", text)
    assert [(one.name, one.content) for one in parsed.attachments] == [("a note.txt", b"Hello")]
    assert parsed.text == "Here it is:\n\nBye"
    assert letter(
        "multipart/mixed", "Content-Type: text/plain\n\nbegin 644 is a command\nend of story"
    ).text.startswith("begin")


def test_flowed_lines_are_joined_as_deep_as_they_are_quoted() -> None:
    """RFC 3676, with and without DelSp; a signature's mark stands alone."""
    assert unflowed("a \nb\n> c \n> d\n-- \nx", delete_space=False) == "a b\n> c d\n-- \nx"
    assert unflowed("您好 \n退款", delete_space=True) == "您好退款"


def test_what_a_macintosh_adds_to_a_file_is_no_second_file() -> None:
    """AppleDouble: the resource fork is left out."""
    fork = "Content-Type: multipart/appledouble; boundary=c\n\n--c\nContent-Type: application/applefile; name=a.pdf\n\nx\n--c\nContent-Type: application/pdf; name=a.pdf\n\n%PDF\n--c--"
    assert [one.content_type for one in letter("multipart/mixed", fork).attachments] == ["application/pdf"]


@pytest.mark.parametrize(
    "disposition",
    [
        "attachment; filename*=utf-8''%E7%99%BC%E7%A5%A8.pdf",
        "attachment; filename*0*=utf-8''%E7%99%BC; filename*1*=%E7%A5%A8.pdf",
        "attachment; filename*0*=big5''%B5o%B2; filename*1*=%BC.pdf",
        'attachment; filename="=?utf-8?B?55m856Wo?=.pdf"',
        'attachment; filename="=?big5?B?tW+yvA==?=.pdf"',
        'attachment; filename="發票.pdf"',
    ],
)
def test_names_of_files_in_every_way_of_writing(disposition: str) -> None:
    """RFC 2231 in pieces, encoded words, bare bytes."""
    parsed = letter(
        "multipart/mixed", f"Content-Type: application/pdf\nContent-Disposition: {disposition}\n\n%PDF"
    )
    assert [one.name for one in parsed.attachments] == ["發票.pdf"]


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (b"~{4s<R~}", "hz-gb-2312", "大家"),
        (b"~{4s<R~}, ~{4s<R~}", "us-ascii", "大家"),
        ("안녕하세요".encode("iso2022_kr"), "iso-2022-kr", "안녕하세요"),
        ("お世話になります".encode("iso2022_jp"), None, "お世話になります"),
        ("①お世話".encode("iso2022_jp_2004"), "iso-2022-jp", "①お世話"),
        (b"+YhFgqDD8-", "utf-7", None),
        ("退款".encode("utf-16"), "utf-16", "退款"),
        ("嘅咗".encode("big5hkscs"), "big5", "嘅咗"),
    ],
)
def test_encodings_of_seven_bits_and_of_sixteen_are_read(
    data: bytes, label: str | None, text: str | None
) -> None:
    """HZ, ISO-2022-KR and -JP, also without a label, UTF-7, UTF-16, Hong Kong's characters."""
    found = decode(data, label).text
    assert found.startswith(text) if text else not found.isascii()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("您好，請問我的訂單什麼時候會寄到？", "zh-TW"),
        ("您好，请问我的订单什么时候会寄到？", "zh-CN"),
        ("注文した商品がまだ届きません。", "ja"),
        ("주문한 상품이 아직 도착하지 않았습니다.", "ko"),
        ("When will my order arrive? I have not heard from you.", "en"),
        ("Wann kommt meine Bestellung? Ich habe noch nichts gehört.", "de"),
        ("Quand est-ce que ma commande va arriver ? Je vous remercie.", "fr"),
        ("¿Cuándo llega mi pedido? Muchas gracias por su ayuda.", "es"),
        ("Quando arriva il mio ordine? Grazie per l'aiuto, non ho sentito nulla.", "it"),
        ("Когда придёт мой заказ?", "ru"),
        ("訂單 A-100, iPhone 15 Pro Max, 謝謝", "zh-TW"),
        ("12345", ""),
    ],
)
def test_the_language_of_a_letter_is_guessed(text: str, language: str) -> None:
    """By script, by the characters of one way of writing alone, by small words."""
    assert (
        parse(f"From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}".encode()).language
        == language
    )


@pytest.mark.parametrize(
    ("header", "text", "rule"),
    [
        ("Auto-Submitted: auto-replied (vacation)", "x", "auto_submitted"),
        ("X-Autoreply: yes", "x", "x_autoreply"),
        ("Precedence: auto_reply", "x", "precedence"),
        ("Return-Path: <>", "x", "null_sender"),
        ("List-Unsubscribe: <mailto:x@y.example>", "x", "list_unsubscribe"),
        ("Precedence: bulk", "x", "precedence_bulk"),
        ("Subject: Automatic reply: Order\r\nX-Auto-Response-Suppress: All", "x", "subject_and_suppress"),
        (
            "Subject: =?utf-8?B?6Ieq5Yqo5Zue5aSNOiDorqLljZU=?=",
            "我正在休假期间，会尽快回复您。",
            "subject_and_text",
        ),
        ("Subject: Abwesenheitsnotiz", "Ich bin im Urlaub.", "subject_and_text"),
        # people
        ("X-Auto-Response-Suppress: All", "x", ""),
        ("Auto-Submitted: no", "x", ""),
        ("Subject: Automatic reply", "Your automatic reply says nothing. Where is my order?", ""),
        ("Subject: Re: Automatic reply: Order", "I am out of the office tomorrow, please call today.", ""),
        ("Subject: Order", "I am out of the office tomorrow, please call today.", ""),
    ],
)
def test_machines_are_told_from_people_and_the_rule_is_named(header: str, text: str, rule: str) -> None:
    """Case 11: a header decides; words only together with another sign."""
    raw = f"From: a@b.example\r\n{header}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}"
    assert parse(raw.encode(), None).automatic_rule == rule


def test_what_the_edge_found_out_is_read_with_its_name() -> None:
    """RFC 8601: comments, properties, several results."""
    field = 'Authentication-Results: mx.centre.example 1;\r\n spf=pass (a;b) smtp.mailfrom=ann@Shop.example;\r\n dkim=fail reason="x" header.d=shop.example; nonsense; dmarc=none'
    found = parse(f"From: a@b.example\r\n{field}\r\n\r\nx".encode()).authentication
    assert [(one.authority, one.method, one.result, one.domain) for one in found] == [
        ("mx.centre.example", "spf", "pass", "shop.example"),
        ("mx.centre.example", "dkim", "fail", "shop.example"),
        ("mx.centre.example", "dmarc", "none", ""),
    ]


def test_a_header_without_end_and_a_nest_without_bottom_still_show_who_wrote() -> None:
    """What is cut or cannot be read is marked; sender and subject stay."""
    head = b"From: a@b.example\r\nSubject: s\r\n"
    long = parse(head + b"X-A: yyyyyyyy\r\n" * 60_000 + b"\r\nhello")
    assert (long.from_address, long.subject, long.text, long.marks) == (
        "a@b.example",
        "s",
        "hello",
        (Mark.TRUNCATED,),
    )
    nest = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(20_000)
    )
    deep = parse(head + nest)
    assert (deep.from_address, deep.subject) == ("a@b.example", "s")
    assert Mark.UNPARSABLE in deep.marks
