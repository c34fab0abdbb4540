"""Replies: what somebody wrote anew, without what they quote and without their signature."""

from pathlib import Path

import pytest

from channels.email.reading.parse import parse
from channels.email.reading.replies.reply import cut

CORPORA = Path(__file__).parents[3] / "shared" / "corpora" / "replies"
beside = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the corpora of foreign mail are not beside this clone"
)


def words(text: str) -> str:
    return " ".join(text.split())


@beside
def test_every_standard_reply_is_cut_exactly() -> None:
    """What twelve mailers quote is gone, and nothing else."""
    for path in sorted((CORPORA / "standard").glob("*.eml")):
        expected = path.with_name(f"{path.stem}_reply_text")
        parsed = parse(path.read_bytes())
        whole = f"{parsed.reply} {parsed.signature}"
        assert words(whole) == words(expected.read_text() if expected.exists() else "Hello"), path.name


@beside
def test_signatures_of_the_corpora_are_cut() -> None:
    """All of them, with the sender's name or address known."""
    for path in sorted((CORPORA / "signatures" / "stripped").glob("*_body")):
        sender = path.with_name(path.name.replace("_body", "_sender")).read_text().strip()
        signature = path.with_name(path.name.replace("_body", "_signature")).read_text()
        found = cut(
            path.read_text(), name="" if "@" in sender else sender, address=sender if "@" in sender else ""
        )
        assert words(found.signature) == words(signature), path.name


@beside
def test_replies_in_html_alone_are_cut() -> None:
    """Nine mailers' ways to quote in HTML."""
    for path in sorted((CORPORA / "html").glob("*.html")):
        raw = b"From: alex@example.com\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + path.read_bytes()
        parsed = parse(raw)
        assert words(f"{parsed.reply} {parsed.signature}") == "Hi. I am fine. Thanks, Alex", path.name


BEGINNINGS = {
    "Gmail": "On Mon, Jan 5, 2026 at 3:00 PM Ann Chen <ann@shop.example> wrote:\n\n> Hello",
    "Gmail, wrapped": "On Mon, Jan 5, 2026 at 3:00 PM Ann Chen the Second of Somewhere <\nann@shop.example> wrote:\n\n> Hello",
    "Gmail in Taiwan": "Ann Chen <ann@shop.example> 於 2026年1月5日 週一 下午3:00寫道：\n\n> 您好",
    "Gmail in China": "Ann Chen <ann@shop.example> 于2026年1月5日周一 15:00写道：\n\n> 您好",
    "Gmail in Japan": "2026年1月5日(月) 15:00 Ann Chen <ann@shop.example>:\n\n> こんにちは",
    "Gmail in Korea": "2026년 1월 5일 (월) 오후 3:00, Ann Chen <ann@shop.example>님이 작성:\n\n> 안녕",
    "Gmail in Germany": "Am Mo., 5. Jan. 2026 um 15:00 Uhr schrieb Ann Chen <ann@shop.example>:\n\n> Hallo",
    "Gmail in France": "Le lun. 5 janv. 2026 à 15:00, Ann Chen <ann@shop.example> a écrit :\n\n> Bonjour",
    "Gmail in Spain": "El lun, 5 ene 2026 a las 15:00, Ann Chen (<ann@shop.example>) escribió:\n\n> Hola",
    "Gmail in Italy": "Il giorno lun 5 gen 2026 alle ore 15:00 Ann Chen <ann@shop.example> ha scritto:\n\n> Ciao",
    "Gmail in Brazil": "Em seg., 5 de jan. de 2026 às 15:00, Ann Chen <ann@shop.example> escreveu:\n\n> Oi",
    "Gmail in Holland": "Op ma 5 jan 2026 om 15:00 schreef Ann Chen <ann@shop.example>:\n\n> Hallo",
    "Gmail in Russia": "пн, 5 янв. 2026 г. в 15:00, Ann Chen <ann@shop.example>:\n\n> Привет",
    "Apple Mail in China": "在 2026年1月5日，下午3:00，Ann Chen <ann@shop.example> 写道：\n\n> 您好",
    "Apple Mail in Taiwan": "> Ann Chen <ann@shop.example> 於 2026年1月5日 下午3:00 寫道：\n> \n> 您好",
    "not marked": "Ann Chen <ann@shop.example> 於 2026年1月5日 週一 下午3:00寫道：\n\n您好\n再見",
    "Outlook": "-----Original Message-----\nFrom: Ann Chen [mailto:ann@shop.example]\nSent: Monday\nTo: me\nSubject: Order\n\nHello",
    "Outlook, ruled": "________________________________\nFrom: Ann Chen <ann@shop.example>\nSent: Monday, January 5, 2026 3:00 PM\nTo: me <me@x.example>\nSubject: Order\n\nHello",
    "Outlook in Germany": "Von: Ann Chen <ann@shop.example>\nGesendet: Montag, 5. Januar 2026 15:00\nAn: me\nBetreff: Bestellung\n\nHallo",
    "Outlook in France": "De : Ann Chen <ann@shop.example>\nEnvoyé : lundi 5 janvier 2026 15:00\nÀ : me\nObjet : Commande\n\nBonjour",
    "Outlook in Spain": "De: Ann Chen <ann@shop.example>\nEnviado el: lunes, 5 de enero\nPara: me\nAsunto: Pedido\n\nHola",
    "Outlook in Taiwan": "寄件者: Ann Chen <ann@shop.example>\n寄件日期: 2026年1月5日 下午 03:00\n收件者: me\n主旨: 訂單\n\n您好",
    "Outlook in China": "发件人: Ann Chen <ann@shop.example>\n发送时间: 2026年1月5日 15:00\n收件人: me\n主题: 订单\n\n您好",
    "Outlook in Japan": "差出人: Ann Chen <ann@shop.example>\n送信日時: 2026年1月5日 15:00\n宛先: me\n件名: 注文\n\nこんにちは",
    "Outlook for the Mac": "From: Ann Chen <ann@shop.example>\nDate: Monday, January 5, 2026 at 15:00\nTo: me\nSubject: Re: Order\n\nHello",
    "QQ": "------------------ 原始邮件 ------------------\n发件人: \"Ann\"<ann@shop.example>;\n发送时间: 2026年1月5日(星期一) 下午3:00\n收件人: \"me\"<me@x.example>;\n主题: 订单\n\n您好",
    "163": "---- 回复的原邮件 ----\n| 发件人 | Ann<ann@shop.example> |\n| 日期 | 2026年01月05日 15:00 |\n| 收件人 | me |\n| 主题 | 订单 |\n\n您好",
    "163 on the web": "在 2026-01-05 15:00:00，\"Ann\" <ann@shop.example> 写道：\n\n您好",
    "Foxmail": "发件人： Ann Chen\n发送时间： 2026-01-05 15:00\n收件人： me\n主题： 订单\n\n您好",
    "Yahoo": "    On Monday, January 5, 2026 at 03:00:00 PM GMT+8, Ann Chen <ann@shop.example> wrote:\n\n Hello",
    "Thunderbird": "On 1/5/26 15:00, Ann Chen wrote:\n> Hello",
    "Proton": "On Monday, January 5th, 2026 at 3:00 PM, Ann Chen <ann@shop.example> wrote:\n\n> Hello",
    "a helpdesk": "##- Please type your reply above this line -##\n\nYour request has been updated.",
    "quotation marks alone": "> Hello\n> Bye",
    "a language nobody listed": "15:00 5.1.2026 Ann Chen <ann@shop.example> qhov no:\n> Hello",
}  # fmt: skip


@pytest.mark.parametrize("mailer", BEGINNINGS)
@pytest.mark.parametrize("own", ["Yes, please.\nTomorrow at 9:00.", "好的，謝謝您的協助！\n\n請寄到台北市。"])
def test_what_a_mailer_quotes_is_cut(mailer: str, own: str) -> None:
    """Each way to begin a quotation, below a text that stays whole."""
    found = cut(f"{own}\n\n{BEGINNINGS[mailer]}\n")
    assert (found.reply, found.quoted) == (own, True)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("> How many?\n\nThree.\n\n> And when?\n\nMonday.", "Three.\n\nMonday."),
        ("On 1/5/26 15:00, Ann wrote:\n> How many?\n\nThree.\n> And when?\nMonday.", "Three.\n\nMonday."),
        (
            "Yes\n\n> a quoted line that is so long that a mailer wraps its end out of the\nquotation\n> and goes on",
            "Yes",
        ),
    ],
)
def test_answers_between_quotations_stay(text: str, reply: str) -> None:
    """Whoever answers point by point."""
    assert cut(text).reply == reply


@pytest.mark.parametrize(
    "text",
    [
        "From: Taipei\nTo: Kaohsiung\nDate: Monday\n\nPlease book this.",
        "Please see below:\nthe first, at 15:00,\nthe second at 16:00.",
        "She wrote: I will come.\nAnd so I do.",
        "FYI\n\n---------- Forwarded message ---------\nFrom: Ann <ann@shop.example>\nDate: Mon, 5 Jan 2026\nSubject: Order\nTo: me\n\nThe order is late.",
        "> only a quotation",
        "Thanks!",
        "謝謝",
        "My new address:\n\nMain Street 5\nPhone: 02 2345 6789\nE-mail: li@b.example",
        "a > b\nand c < d",
        "您好\n謝謝\n請幫我把地址改成台北市\n信義路五段七號",
        "Hi,\nThanks\nplease change the address on my order to the new one\nMain Street 5",
        "Dear all,\n\nPlease call me back. My number is below. I am there from 9:00 to 17:00.",
    ],
)  # fmt: skip
def test_what_only_looks_quoted_or_signed_stays(text: str) -> None:
    """Journeys, forwarded letters, addresses that are the message, a reply that is only thanks."""
    assert cut(text, name="Li Wu", address="li@b.example").reply == text


SIGNATURES = [
    "-- \nLi Wu\nShop",
    "--\nLi Wu",
    "Best regards,\nLi",
    "Kind regards\n\nLi Wu\nHead of Sales\nTel: +886 2 2345 6789",
    "Thanks,\nLi",
    "Mit freundlichen Grüßen\n\nLi Wu",
    "Cordialement,\nLi Wu\nDirectrice",
    "Saludos,\nLi",
    "С уважением,\nЛи Ву",
    "此致\n敬禮\n\n吳莉",
    "順頌商祺\n\n吳莉 敬上",
    "祝商祺！\n吴莉",
    "祝好\n\n吴莉\n电话：021-12345678",
    "謝謝您\n吳莉",
    "よろしくお願いいたします。\n呉莉",
    "Sent from my iPhone",
    "从我的iPhone发送",
    "發自我的 iPhone",
    "傳送自我的 iPhone",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Enviado desde mi iPhone",
    "iPhoneから送信",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "获取 Outlook for Android",
    "Li Wu\nSales, Shop Ltd.\nli@b.example",
    "Li",
    "Best,\n\nLi\n\n-- \nLi Wu\nShop",
    "____________________\nLi Wu\nwww.shop.example",
]


@pytest.mark.parametrize("signature", SIGNATURES)
def test_signatures_in_many_languages_are_cut(signature: str) -> None:
    """Marks, closing formulas, names, telephones; the text above stays whole, and a quotation below does not hide them."""
    own = "The parcel has not come.\nOrder 12345, ordered on Monday.\n\n您好，包裹還沒有到。"
    for text in (
        f"{own}\n\n{signature}\n",
        f"{own}\n\n{signature}\n\nOn 1/5/26 15:00, Ann wrote:\n> Hello\n",
    ):
        found = cut(text, name="Li Wu", address="li@b.example")
        assert (found.reply, words(found.signature)) == (own, words(signature))
