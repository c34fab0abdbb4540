"""How texts are counted, which words stop them, what parts and signatures are, and where a picture may lie: pure."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.outside.guard import Forbidden, choose, is_public, place
from channels.sms.counting import BASIC, EXTENSION, count, from_gsm7
from channels.sms.providers import generic, twilio
from channels.sms.providers.model import Concat, Malformed, concat_of_header
from channels.sms.words import Wish, answer, wish


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "left"),
    [
        ("", "gsm7", 1, 160),
        ("a" * 160, "gsm7", 1, 0),
        ("a" * 161, "gsm7", 2, 145),
        ("€" * 80, "gsm7", 1, 0),
        ("a" * 159 + "€", "gsm7", 2, 145),
        # the escape and its character do not stand in two parts
        ("a" * 152 + "€" + "a" * 10, "gsm7", 2, 141),
        ("中" * 70, "ucs2", 1, 0),
        ("中" * 71, "ucs2", 2, 63),
        ("😀" * 35, "ucs2", 1, 0),
        ("中" * 66 + "😀" + "中" * 10, "ucs2", 2, 55),
        ("ç", "ucs2", 1, 69),
    ],
)
def test_texts_take_the_parts_that_networks_give_them(
    text: str, encoding: str, parts: int, left: int
) -> None:
    """160 and 153 septets, 70 and 67 units; nothing is torn."""
    counted = count(text)
    assert (counted.encoding, counted.parts, counted.left) == (encoding, parts, left)


@given(st.text(alphabet=sorted(BASIC | EXTENSION), max_size=400))
def test_the_default_alphabet_goes_there_and_back(text: str) -> None:
    """Every character of the alphabet and its extension is read as it was meant, and none is counted as UCS-2."""
    table = {
        sign: bytes((place,)) for place in range(128) if place != 0x1B for sign in from_gsm7(bytes((place,)))
    }
    table |= {
        sign: bytes((0x1B, place))
        for place in range(128)
        for sign in from_gsm7(bytes((0x1B, place)))
        if sign in EXTENSION
    }
    assert from_gsm7(b"".join(table[sign] for sign in text)) == text
    assert count(text).encoding == "gsm7"


@pytest.mark.parametrize(
    "text", ["STOP", " stop. ", "ＳＴＯＰ", "Unsubscribe!", "退訂", "退订。", "TD", "取消", "取消 訂閱"]
)
def test_words_that_stop(text: str) -> None:
    """Alone, in any width and case, with whatever stands round it."""
    assert wish(text) is Wish.STOP


@pytest.mark.parametrize("text", ["", "stop it please", "我要取消訂單", "N", "please call", "1"])
def test_words_that_do_not(text: str) -> None:
    """A sentence is for a person to read."""
    assert wish(text) is None


def test_a_confirmation_names_the_centre_in_the_queues_language() -> None:
    """And says how to come back; an unknown language gets English."""
    assert answer(Wish.STOP, "zh-TW", "燈塔") == "您不會再收到燈塔的簡訊。如要恢復，請回覆 START。"
    assert "START" in answer(Wish.STOP, "fr", "Lighthouse")


def test_user_data_headers_are_read() -> None:
    """Both widths of reference, with other elements round them; anything else is refused or no concatenation."""
    assert concat_of_header("0500032A0302") == Concat(reference="2a", total=3, number=2)
    assert concat_of_header("0608042A2B0301") == Concat(reference="2a2b", total=3, number=1)
    assert concat_of_header("050003010101") is None
    assert concat_of_header("0424020000") is None
    for broken in ("", "zz", "0500032A03", "0500032A0304", "0500032A0000", "06"):
        with pytest.raises(Malformed):
            concat_of_header(broken)


def test_signatures_are_those_of_the_published_examples() -> None:
    """Twilio's example of its documentation, and that of Standard Webhooks."""
    form = (
        b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"
    )
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert twilio.signature("12345", url, form) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    signed = generic.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert generic.key("plain words") == b"plain words"
    assert generic.key("whsec_" + base64.b64encode(b"k").decode()) == b"k"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "nonsense"],
)  # fmt: skip
def test_addresses_within_are_not_asked(address: str) -> None:
    """Loopback, private, link-local, shared, multicast, and IPv4 in IPv6's clothes."""
    assert not is_public(address)
    with pytest.raises(Forbidden):
        choose(["8.8.8.8", address], "pictures.example")
    assert choose([address], "modem", {"modem"}) == address


def test_only_plain_addresses_are_asked() -> None:
    """https without a user in it; http only where the settings name the host."""
    assert place("https://pictures.example/x?y", https_only=True).port == 443
    assert place("http://modem:8080/x", https_only=True, inside=("modem",)).port == 8080
    for url in (
        "http://pictures.example/",
        "ftp://x/",
        "file:///etc/passwd",
        "https://a@b/",
        "https:///x",
        "https://x:99999/",
        "//x",
    ):
        with pytest.raises(Forbidden):
            place(url, https_only=True)
    assert choose(["8.8.8.8", "2001:4860:4860::8888"], "dns.example") == "8.8.8.8"
