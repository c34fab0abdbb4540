"""Where a signature begins: its mark, a closing formula, the writer's name over contact data, the line of a telephone's mailer."""

import re
from collections.abc import Sequence

_MARK = re.compile(r"\s{0,2}(?:--|—|– –)\s{0,3}$")
_RULE = re.compile(r"\s*[-—–_=*~]{4,}\s*$")
_DEVICE = re.compile(
    r"\s*[-—*(\[<]{0,3}\s*(?:"
    r"(?:sent|written|typed|posted) (?:from|with|via|using|by|on) .{1,60}|sent (?:wirelessly|securely) .{0,60}|get (?:outlook|yahoo mail|boxer|bluemail|spark|aqua mail)\b.{0,200}|via mobile|on the (?:move|go),? .{0,30}"
    r"|(?:von|aus) (?:meinem|meiner|outlook|der|mobil|unterwegs).{0,50}(?:gesendet|geschickt|verschickt)|gesendet (?:von|mit|aus|über) .{1,60}|diese nachricht wurde von .{1,60} gesendet|holen sie sich outlook .{0,200}"
    r"|envoyé (?:de|depuis|à partir|avec) .{1,60}|(?:télécharger|obtenez?) outlook .{0,200}|enviado (?:desde|de|do|a partir|com) .{1,60}|(?:obtener|obtenha) (?:o )?outlook .{0,200}|inviato (?:da|dal|con) .{1,60}|(?:scarica|ottieni) outlook .{0,200}"
    r"|verzonden (?:vanaf|met|via) .{1,60}|verstuurd vanaf .{1,60}|skickat från .{1,60}|sendt fra .{1,60}|lähetetty .{1,60}|wysłane? z .{1,60}|отправлено (?:с|из|от) .{1,60}|надіслано з .{1,60}|gönderildi .{0,40}|.{1,40}(?:gönderildi|ile gönderilmiştir)"
    r"|(?:从|由|從)我?的?.{1,40}(?:发送|發送|傳送|寄出)|(?:发自|發自|来自|來自|傳送自|发送自|發送自|寄自|由)我?的?\s?.{1,40}|(?:获取|下载|取得|下載|獲取)\s?(?:适用于|適用於)?.{0,20}outlook.{0,200}|.{1,40}から送信(?:されました)?|.{1,40}で送信|(?:나의|내) .{1,30}에서 보냄|.{1,30}에서 보냄|đã gửi từ .{1,40}"
    r")[\s.)\]>-]{0,6}(?:<?https?://\S{1,300})?[\s>)]{0,3}$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"\s*(?:(?:with |many |my |our )?(?:kind(?:est)?|best|warm(?:est)?|cordial|sincere|very best|all the best|friendly)?\s?(?:personal )?(?:regards|wishes|greetings|rgds|brgds)|(?:all the )?best|(?:yours|most|very)?\s?(?:sincerely|faithfully|truly|respectfully|cordially)(?: yours)?|yours|respectfully|cheers|brs?"
    r"|(?:many |with )?thanks?(?: you)?(?: (?:so much|very much|a lot|again|in advance|and (?:kind |best )?regards|for your (?:help|time|assistance|attention)))*|thx|tks|ta|(?:take care|looking forward.{0,40}|talk soon|love|xoxo)"
    r"|(?:mit |viele |liebe |beste |herzliche |freundliche |schöne |lieben |besten |freundlichen |vielen |sonnige )*(?:grüße?n?|gruß|gruss|grüsse?n?|dank)(?: (?:aus|nach|und) .{1,30})?|mfg|lg|vg|hochachtungsvoll"
    r"|(?:bien |très )?(?:cordialement|amicalement|sincèrement|respectueusement)|(?:bien )?à (?:vous|toi|bientôt)|(?:meilleures?|sincères|cordiales) salutations|(?:merci|bonne journée)(?: .{0,30})?|salutations.{0,40}|cdlt|bàv"
    r"|(?:un )?(?:cordial(?:es)?|atent[oa]s?|muchos|un) ?(?:saludos?)|saludos(?: cordiales)?|atentamente|(?:muchas )?gracias(?: .{0,30})?|un abrazo|(?:cordiali |distinti )?saluti|cordialmente|grazie(?: .{0,20})?"
    r"|(?:com os melhores )?cumprimentos|atenciosamente|abraços?|obrigad[oa]|(?:met |vriendelijke |hartelijke )*(?:groet(?:en)?)|mvg|(?:med )?(?:vänliga?|venlig|vennlig|bästa) ?(?:hälsning(?:ar)?|hilsen)|mvh|(?:ystävällisin )?terveisin|z poważaniem|pozdrawiam|s pozdravem"
    r"|с (?:уважением|наилучшими пожеланиями)|з повагою|saygılarımla|üdvözlettel"
    r"|此致|此\s?致|敬[禮礼]|致\s?[礼禮]|[順顺][頌颂].{0,6}|敬[頌颂].{0,6}|[謹谨][致祝].{0,6}|[恭敬]祝.{0,8}|祝(?:[好您你].{0,8}|[商順顺][祺利].{0,4}|.{1,8})?|(?:商|時|时|大|台|春|夏|秋|冬|文)[祺安綏绥]|敬上|[謝谢][謝谢](?:您|你|大家|！)?|(?:非常)?感[謝谢](?:您|你)?.{0,6}|多[謝谢]|以上"
    r"|(?:以上、?|何卒|どうぞ)?.{0,10}(?:よろしく|宜しく)(?:お願い.{0,12})?|敬具|草々|失礼(?:いた)?します|감사합니다|.{0,6}드림|trân trọng|ขอแสดงความนับถือ)"
    r"\s{0,3}[,.!，。！、;:：~～]{0,3}\s*$",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\s*(?:(?:many |with |all the )*th(?:an)?(?:ks?|x)|tks|ta\b|(?:vielen )?dank|merci|(?:muchas )?gracias|grazie|obrigad|[謝谢多感])",
    re.IGNORECASE,
)
_LONGEST_CHINESE_NAME = 5
_MOST_NAME_WORDS = 4
_CONTACT = re.compile(
    r"[^\s@]{1,64}@[^\s@]{2,100}|\bhttps?://|\bwww\.|\(?\+?\d[\d\s().\-/]{6,20}\d|\b(?:tel|phone|mobile|mob|cell|fax|email|e-mail|mail|web|skype|wechat|line id|ext|tél|móvil|telefon|mobil)\b\s?[.:#：]|\b[tfmpe]\s?[.:]\s?[+(\d]|(?:电话|電話|手机|手機|传真|傳真|邮箱|郵箱|信箱|地址|微信|分機|分机|携帯|住所)\s?[:：]",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.?!。？！…;；]\s*$")
_ABBREVIATED = re.compile(
    r"\b(?:ltd|inc|co|corp|ph\.?d|m\.?d|b\.?a|s\.?a|jr|sr|dr|dipl|ing|etc|u\.s)\.$", re.IGNORECASE
)
_LONGEST_LINE = 72
_MOST_LINES = 14
_MOST_AFTER_MARK = 30


def beginning(lines: Sequence[str], name: str, address: str) -> int:
    """The line with which the signature begins; their number if there is none. Never 0: a letter is not all signature."""
    end = len(lines)
    # from the outside in: a mailer's line below a mark below a closing formula
    for _ in range(4):
        found = _begins(lines[:end], name, address)
        while 0 < found < end and not lines[found - 1].strip():
            found -= 1
        if found >= end or not any(line.strip() for line in lines[:found]):
            return end
        end = found
    return end


def _begins(lines: Sequence[str], name: str, address: str) -> int:
    rules = (
        _by_mark(lines),
        _by_device(lines),
        _by_rule(lines, name, address),
        _by_closing(lines, name, address),
        _by_name(lines, name, address),
        _by_contacts(lines),
    )
    return next((found for found in rules if found is not None), len(lines))


def _written(lines: Sequence[str], start: int = 0) -> list[tuple[int, str]]:
    return [(start + number, line) for number, line in enumerate(lines[start:]) if line.strip()]


def _by_mark(lines: Sequence[str]) -> int | None:
    """ "-- " (RFC 3676, 4.3), which many send without its space."""
    first = next((number for number, line in enumerate(lines) if _MARK.match(line)), None)
    if first is None:
        return None
    # without its space it may be a line that somebody drew between two thoughts
    most = _MOST_AFTER_MARK if lines[first].endswith(" ") else _MOST_LINES
    if len(_written(lines, first + 1)) > most:
        return None
    return first


def _by_device(lines: Sequence[str]) -> int | None:
    tail = _written(lines)[-4:]
    return next((number for number, line in tail if len(line) < 300 and _DEVICE.match(line)), None)


def _by_rule(lines: Sequence[str], name: str, address: str) -> int | None:
    """A drawn line over contact data."""
    tail = _written(lines)[-_MOST_LINES:]
    number = next((number for number, line in tail if _RULE.match(line)), None)
    if number is None:
        return None
    below = [line for _, line in _written(lines, number + 1)]
    telling = any(_contact(line) or _names(line, name, address) for line in below)
    return number if below and telling and all(_short(line) for line in below) else None


def _by_closing(lines: Sequence[str], name: str, address: str) -> int | None:
    """A formula, and below it nothing but a name and the like. Thanks are said in the middle of letters too: below them the name must be one."""
    tail = _written(lines)[-_MOST_LINES:]
    for place, (number, line) in enumerate(tail):
        below = [text for _, text in tail[place + 1 :]]
        if not (
            len(line) <= _LONGEST_LINE
            and _CLOSING.match(line)
            and below
            and all(_plain(text) for text in below)
        ):
            continue
        if not _THANKS.match(line) or _signed(below, name, address):
            return number
    return None


def _signed(below: Sequence[str], name: str, address: str) -> bool:
    if any(_contact(line) or _CLOSING.match(line) or _names(line, name, address) for line in below):
        return True
    first = below[0].strip(" ,.，。-")
    wide = sum(not letter.isascii() and letter >= "\u2e80" for letter in first)
    few = wide <= _LONGEST_CHINESE_NAME if wide else len(first.split()) <= _MOST_NAME_WORDS
    return few and len(below) <= _MOST_NAME_WORDS


def _plain(line: str) -> bool:
    """Such as stands in a signature: a name, a title, contact data, another formula."""
    return _short(line) and (
        bool(_contact(line) or _CLOSING.match(line) or _ABBREVIATED.search(line))
        or not _SENTENCE_END.search(line)
    )


def _contact(line: str) -> bool:
    return bool(_CONTACT.search(line[:300]))


def _short(line: str) -> bool:
    return len(line.strip()) <= _LONGEST_LINE


def _by_name(lines: Sequence[str], name: str, address: str) -> int | None:
    """The writer's name in a line of its own, as the first of the last lines, all of them short."""
    tail = _written(lines)[-_MOST_LINES:]
    candidates = [
        place
        for place, (number, line) in enumerate(tail)
        if (
            _names(line, name, address)
            or _above_contacts(line, [text for _, text in tail[place + 1 :]], name, address)
        )
        and (number == 0 or not lines[number - 1].strip() or place == len(tail) - 1)
    ]
    return next(
        (tail[place][0] for place in candidates if all(_plain(text) for _, text in tail[place:])), None
    )


def _above_contacts(line: str, below: Sequence[str], name: str, address: str) -> bool:
    """A line with part of the writer's name is theirs where ways to reach them stand below it."""
    known = set(re.split(r"[\W\d_]+", f"{name} {address.partition('@')[0]}".casefold())) - {""}
    said = [word for word in re.split(r"[\W\d_]+", line.casefold()) if word]
    return len(said) <= 8 and bool(known & set(said)) and any(map(_contact, below))


def _names(line: str, name: str, address: str) -> bool:
    """Whether a line is the writer's name, perhaps with a title."""
    said = {word for word in re.split(r"[\W\d_]+", line.casefold()) if word}
    if (
        not said
        or len(said) > 6
        or len(line) > _LONGEST_LINE
        or ("," in line[:-1].strip(" ,") and len(said) > 5)
    ):
        return False
    words = re.split(r"[\W\d_]+", f"{name} {address.partition('@')[0]}".casefold())
    known = {word for word in words if len(word) > 1 and not word.isspace()}
    hits = said & known
    joined = re.sub(r"[\W\d_]+", "", line.casefold())
    hanzi = re.sub(r"[\W\d_]+", "", name.casefold())
    return (bool(hits) and len(hits) * 2 >= len(said) - 2) or (
        bool(hanzi) and not hanzi.isascii() and hanzi in joined and len(joined) <= len(hanzi) + 8
    )


def _by_contacts(lines: Sequence[str]) -> int | None:
    """The last lines that stand together, most of them ways to reach somebody; after a colon they are what the letter says."""
    written = _written(lines)
    if not written:
        return None
    start = written[-1][0]
    while start > 0 and lines[start - 1].strip():
        start -= 1
    block = lines[start : written[-1][0] + 1]
    before = next((line for line in reversed(lines[:start]) if line.strip()), "")
    reached = sum(map(_contact, block))
    told = before.rstrip().endswith((":", "：")) or block[0].rstrip().endswith((":", "："))
    fits = 2 <= len(block) <= _MOST_LINES and reached >= 2 and reached * 5 >= len(block) * 2
    return start if before and fits and not told and all(_plain(line) for line in block) else None
