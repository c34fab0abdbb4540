"""Parsing: any bytes become a visible letter."""

import base64
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.email.reading import parse_worker
from channels.email.reading.charsets import codec_for, decode
from channels.email.reading.headers import decode_words, file_name, loose_base64
from channels.email.reading.markup import clean, text_of
from channels.email.reading.parse import parse
from channels.email.reading.parsed import Mark

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


def letters(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((CORPORA / folder).rglob("*"))]
    return [
        path
        for path in found
        if path.is_file() and path.suffix not in {".json", ".md", ".html"} and path.name != "LICENSE"
    ]


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora of foreign mail are not beside this clone")
def test_every_letter_of_the_corpora_is_read() -> None:
    """No exception, none given up, something readable wherever the letter has a body or a subject."""
    found = letters("mail", "dkim", "replies", "bounces")
    assert len(found) > 250
    for path in found:
        parsed = parse(path.read_bytes())
        assert Mark.UNPARSABLE not in parsed.marks, path
        readable = parsed.text or parsed.attachments or parsed.subject
        assert readable or "signatures" in path.parts, path
        "".join((parsed.text, parsed.html or "", parsed.subject, parsed.from_name)).encode()


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora of foreign mail are not beside this clone")
def test_reports_with_a_delivery_status_are_bounces_and_others_are_not() -> None:
    """RFC 3464 reports are marked; what only looks like one is not."""
    reports = [path for path in letters("bounces") if not path.name.startswith("not-a-bounce")]
    marked = sum(Mark.BOUNCE in parse(path.read_bytes()).marks for path in reports)
    assert marked / len(reports) > 0.7
    for path in letters("bounces"):
        if path.name.startswith("not-a-bounce"):
            assert Mark.BOUNCE not in parse(path.read_bytes(), "someone@example.org").marks, path


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        (base64.b64decode("1eLKx7rcu7W1xE1pbnVzIKhDIEJsYWJsYQ=="), "gb2312", "这是很坏的Minus – Blabla"),
        (
            bytes.fromhex("a4a4a4c4a4e2a4aacac0d492a4cba4caa4c3a4c6a4aaa4eaa4dea4b9a1a3"),
            "gb2312",
            "いつもお世話になっております。",
        ),
        (base64.b64decode("5oKo5aW977yBIOS9oOS7iuWkqeWlveWQl++8nw=="), "Big5", "您好！ 你今天好吗？"),
        (base64.b64decode("tv2hSafapFe5cbX4pEahSQ=="), "Big5", "媽！我上電視了！"),
        ("裏恒碁粧嫺".encode("big5hkscs"), "big5", "裏恒碁粧嫺"),
        ("您好，退款還沒有收到".encode("big5"), None, "您好，退款還沒有收到"),
        ("您好，退款还没有收到".encode("gbk"), None, "您好，退款还没有收到"),
        ("您好，退款还没有收到".encode("gbk"), "us-ascii", "您好，退款还没有收到"),
        ("退貨單號".encode(), "iso-8859-1", "退貨單號"),
        ("café".encode("latin-1"), "iso-8859-1", "café"),
        ("“quoted”".encode("cp1252"), "iso-8859-1", "“quoted”"),
        ("お世話".encode("iso2022_jp"), "iso-2022-jp", "お世話"),
        ("안녕하세요".encode("cp949"), "ks_c_5601-1987", "안녕하세요"),
        ("联通".encode("gbk"), "gb2312", "联通"),
    ],
)
def test_cases_13_and_14_labels_that_lie_have_known_answers(
    data: bytes, label: str | None, text: str
) -> None:
    """Wrong labels of real Chinese mail are seen through."""
    assert decode(data, label).text == text


@given(
    data=st.binary(max_size=200),
    label=st.none() | st.text(max_size=20) | st.sampled_from(["utf-7", "hz", "utf-16", "idna", "rot13"]),
)
def test_decoding_never_raises(data: bytes, label: str | None) -> None:
    """Any bytes under any label give text."""
    assert isinstance(decode(data, label).text, str)


def test_codecs_that_are_no_charsets_are_not_used() -> None:
    """A label cannot start Python's escapes and compressors."""
    assert [codec_for(name) for name in ("rot13", "unicode_escape", "zlib", "idna", "x\0y", "")] == [None] * 6


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?gb2312?B?1eLKx7rc?= =?gb2312?B?u7W1xA==?=", "这是很坏的"),
        ("=?utf-8?B?6YCA?= =?utf-8?B?5qy+?=", "退款"),
        ("=?big5?B?" + base64.b64encode("訂單".encode("big5")[:3]).decode() + "?=\r\n =?big5?B?" + base64.b64encode("訂單".encode("big5")[3:]).decode() + "?=", "訂單"),
        ("Re: =?utf-8?q?caf=C3=A9?= x", "Re: café x"),
        ("=?utf-8*en?Q?a_b?=", "a b"),
        ("=?utf-8?B?6YCA5qy?=", "退�"),
        ("plain", "plain"),
    ],
)  # fmt: skip
def test_encoded_words_are_joined_before_they_are_decoded(value: str, text: str) -> None:
    """RFC 2047 as mailers really write it, hanzi cut in two included."""
    raw = value.encode().replace(b"\r\n", b"")
    assert decode_words(raw).text.rstrip("�") == text.rstrip("�")


def test_a_hostile_header_is_only_text() -> None:
    """Line breaks, directions and events inside a subject stay on one line and mean nothing."""
    subject = base64.b64encode("Hi\r\nEvent: Hangup\r\nBcc: x\u202egnp.exe <script>\"'".encode()).decode()
    parsed = parse(
        f'Subject: =?utf-8?B?{subject}?=\r\nFrom: "A\r\n B" <a@b.example>\r\n\r\nx'.encode(), "s@x.example"
    )
    assert parsed.subject == "Hi  Event: Hangup  Bcc: x gnp.exe <script>\"'"
    assert (parsed.from_name, parsed.from_address) == ("A B", "a@b.example")


def test_the_parts_of_an_ordinary_letter() -> None:
    """Plain text, clean HTML, an inline image that the HTML refers to, and an attachment with a Chinese name."""
    raw = (
        b"From: =?utf-8?B?6Zmz5oCh5ZCb?= <Chen@Example.org>\r\nTo: Service <service@example.com>, x@y.example\r\n"
        b"Message-ID: <1@example.org>\r\nIn-Reply-To: <>\r\nReferences: <a@b> <> <c@d>\r\nDate: Mon, 23 Nov 2026 02:00:00 +0800\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
        b"--m\r\nContent-Type: multipart/related; boundary=r\r\n\r\n"
        b"--r\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
        b"--a\r\nContent-Type: text/plain; charset=big5\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.b64encode("您好，訂單".encode("big5"))
        + b"\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p onclick=x()>Hi<script>alert(1)</script>"
        b'<img src="cid:logo@1"><img src="https://track.example/p.gif"></p>\r\n--a--\r\n'
        b"--r\r\nContent-Type: image/png\r\nContent-ID: <logo@1>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBO\r\n--r--\r\n"
        b"--m\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment;\r\n"
        b" filename*=utf-8''%E7%99%BC%E7%A5%A8.pdf\r\n\r\n%PDF\r\n--m--\r\n"
    )
    parsed = parse(raw, "chen@example.org")
    assert (parsed.from_name, parsed.from_address) == ("陳怡君", "Chen@Example.org")
    assert parsed.to == ("service@example.com", "x@y.example")
    assert (parsed.in_reply_to, parsed.references) == ((), ("<a@b>", "<c@d>"))
    assert parsed.date == 1795370400.0
    assert parsed.text == "您好，訂單"
    assert parsed.html == '<p>Hi<img src="cid:logo@1"><img></p>'
    assert parsed.marks == (Mark.REMOTE_BLOCKED,)
    logo, invoice = parsed.attachments
    assert (logo.inline, logo.content_id, logo.content) == (True, "logo@1", b"\x89PN")
    assert (invoice.name, invoice.content) == ("發票.pdf", b"%PDF")


def test_a_letter_of_html_alone_has_text() -> None:
    """Blocks become lines, script and style say nothing."""
    html = "<html><head><title>t</title><style>p{}</style></head><body><p>One<br>two</p><script>x</script><div>three &amp; 四</div>"
    assert text_of(html) == "One\ntwo\n\nthree & 四"


@pytest.mark.parametrize(
    "html",
    [
        '<img src="//evil.example/x.png">',
        '<img src=" https://evil.example/x.png">',
        '<p style="background:url(https://evil.example/x)">a</p>',
        '<table background="https://evil.example/x"><tr><td>a</td></tr></table>',
        '<a href="javascript:alert(1)">x</a>',
        '<svg onload="alert(1)"></svg>',
        '<link rel="stylesheet" href="https://evil.example/x.css">',
        '<iframe src="https://evil.example"></iframe>',
        '<form action="https://evil.example"><input name="p"></form>',
        '<div style="position:fixed;top:0">x</div>',
        '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
    ],
)
def test_cleaned_html_runs_and_loads_nothing(html: str) -> None:
    """Nothing of another server, no script, nothing that covers the page."""
    cleaned = clean(html).html
    assert "evil" not in cleaned
    for word in ("javascript", "onload", "alert", "position", "url(", "<form", "<input"):
        assert word not in cleaned.lower()


@pytest.mark.parametrize(
    "style",
    ["font-size:10.0p ~ { t;font-family:Arial", "color:red}b{color:blue", "font-weight:( that will; a =", "color:red /* x", "font-family:'Arial"],
)  # fmt: skip
def test_what_is_clean_stays_as_it_is(style: str) -> None:
    """Cleaned again, cleaned HTML is the same, also where its styles are broken."""
    whole = "color:rgb(1,2,3);font-family:'PMingLiU'"
    cleaned = clean(f'<p style="{style}">x</p><p style="{whole}">y</p>').html
    assert cleaned == '<p>x</p><p style="color:rgb(1, 2, 3);font-family:&quot;PMingLiU&quot;">y</p>'
    assert clean(cleaned).html == cleaned


def test_automatic_mail_is_told_from_people() -> None:
    """RFC 3834 with parameters; X-Auto-Response-Suppress alone is a person's mailer."""

    def marks(header: str) -> tuple[str, ...]:
        return parse(f"From: a@b.example\r\n{header}\r\n\r\nx".encode(), "a@b.example").marks

    assert marks("Auto-Submitted: auto-replied; owner-email=x") == (Mark.AUTOMATIC,)
    assert marks("Auto-Submitted: no") == ()
    assert marks("X-Auto-Response-Suppress: All") == ()
    assert marks("Precedence: bulk") == (Mark.BULK,)
    assert marks("List-Id: <x.example>") == (Mark.BULK,)


def test_a_bounce_names_the_letter_that_came_back() -> None:
    """The Message-ID inside the returned letter leads to its case."""
    raw = (
        b"From: MAILER-DAEMON@relay.example\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\n\r\nNot delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <ours@example.com>\r\nSubject: x\r\n\r\nHello\r\n--b--\r\n"
    )
    parsed = parse(raw)
    assert Mark.BOUNCE in parsed.marks
    assert parsed.returned_ids == ("<ours@example.com>",)
    assert parsed.text.strip() == "Not delivered."


def test_limits_cut_and_say_so() -> None:
    """Hundreds of parts, a deep nest and a header without end neither stop nor vanish."""
    parts = b"".join(b"--b\r\nContent-Disposition: attachment; filename=a\r\n\r\nx\r\n" for _ in range(600))
    many = parse(
        b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n"
    )
    assert Mark.TRUNCATED in many.marks
    assert len(many.attachments) == 200
    nest = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(300)
    )
    assert parse(nest + b"\r\nx").subject == ""
    assert parse(b"Subject: " + b"x" * 600_000 + b"\r\n\r\nx").marks == (Mark.UNPARSABLE,)


@settings(max_examples=300, deadline=None)
@given(
    raw=st.lists(
        st.sampled_from(
            [b"Content-Type: multipart/mixed; boundary=b\r\n", b"--b\r\n", b"--b--\r\n", b"\r\n", b"From: ((((\xff\r\n", b"Subject: =?x?B?\xff?=\r\n",
             b"Content-Type: text/html; charset=\"\xff\r\n", b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: message/rfc822\r\n",
             b"Content-Disposition: attachment; filename*0*=x'y'%ff; filename*1=\"\r\n", b"To: <<>>,;:@[\r\n", b"Date: 99 Foo\r\n", b"=\xff\n", b"\x00",
             b"Content-Transfer-Encoding: x-uuencode\r\n", b"begin 644 x\r\n", b"Content-ID: <\r\n", b"<p style='\xe4"]
        )
        | st.binary(max_size=20),
        max_size=30,
    )
)  # fmt: skip
def test_case_12_no_bytes_raise_or_are_given_up(raw: list[bytes]) -> None:
    """Hostile structure comes out as a letter that databases and JSON take, and survives the way out of the worker."""
    parsed = parse(b"".join(raw))
    assert Mark.UNPARSABLE not in parsed.marks
    encoded = parse_worker.encode(parsed)
    (length,) = parse_worker.ANSWER.unpack(encoded[:4])
    assert parse_worker.decode(encoded[4 : 4 + length], encoded[4 + length :]) == parsed
    assert "\0" not in parsed.text + parsed.subject + (parsed.html or "")


@given(data=st.binary(max_size=100))
def test_loose_base64_never_raises(data: bytes) -> None:
    """Any bytes; valid base64 comes back as it was."""
    loose_base64(data)
    assert loose_base64(base64.encodebytes(data)) == data


def test_file_names_are_safe() -> None:
    """No folders, no hidden files, no control characters."""
    names = ["../../etc/passwd", "C:\\x\\發票.pdf", "..", "a\r\nb\u202egnp.exe", "", "x" * 500 + ".pdf"]
    safe = [file_name(name, "attachment-1") for name in names]
    assert safe[:5] == ["passwd", "發票.pdf", "attachment-1", "a  b gnp.exe", "attachment-1"]
    assert (len(safe[5]), safe[5][-4:]) == (200, ".pdf")


@pytest.mark.parametrize(
    "html", ["<img " * 400_000, "<a" * 500_000, "</" * 500_000, "<![CDATA[" * 100_000, "url(" + " " * 900_000]
)
def test_html_that_is_made_to_take_for_ever_does_not(html: str) -> None:
    """A megabyte of broken HTML is read in a time that grows with its length: else this test stands for hours."""
    raw = b"From: a@example.org\r\nContent-Type: text/html\r\n\r\n" + html.encode()
    assert parse(raw).from_address == "a@example.org"


@pytest.mark.parametrize("depth", [8, 20, 100])
def test_links_within_links_settle(depth: int) -> None:
    """What the cleaner would read otherwise each time is cleaned until it stays, or shown by its words."""
    html = f"<a>{'<blockquote>' * depth}<a href='http://b.example'>x{'<a>' * depth}says\xa0&lt;y&gt;</blockquote></a>z"
    cleaned = clean(html).html
    assert "says" in cleaned
    assert clean(cleaned).html == cleaned


@pytest.mark.parametrize("inner", ["", "Content-Type: multipart/mixed; boundary=c\r\n"])
def test_a_letter_inside_is_kept_whatever_its_headers_hold(inner: str) -> None:
    """The library refuses to write a header with a form feed in it; the letter inside becomes a file all the same, with what it says."""
    within = f"Date: Mon, 29 Jul 1996 \x0c2:04:52 -0700\r\nSubject: within\r\n{inner}\r\n"
    within += "--c\r\n\r\nwhat it says\r\n--c--\r\n" if inner else "what it says\r\n"
    raw = f"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n{within}--b--\r\n"
    (file,) = parse(raw.encode()).attachments
    assert b"Subject: within" in file.content
    assert b"what it says" in file.content
