"""The words by which mailers begin a quotation, in the languages that customers' mailers speak."""

import re

_WROTE = (
    "wrote", "writes", "schrieb", "a écrit", "ecrit", "escribió", "escribio", "ha scritto", "escreveu", "schreef", "geschreven", "skrev", "kirjoitti", "napisał", "napisała",
    "napisał(a)", "pisze", "napsal", "napsala", "napsal(a)", "írta", "a scris", "έγραψε", "yazdı", "написал", "написала", "пишет", "писал", "написав", "пише",
    "写道", "寫道", "写到", "寫到", "写了", "寫了", "のメッセージ", "書きました", "のメール", "작성", "썼습니다", "đã viết", "menulis", "เขียนว่า", "כתב", "כתבה", "كتب",
)  # fmt: skip
_FROM = (
    "From", "Von", "De", "Da", "Van", "Od", "От", "Від", "Från", "Fra", "Lähettäjä", "Feladó", "Kimden", "Gönderen", "Expéditeur", "Remitente", "Mittente", "Afzender", "Absender",
    "Nadawca", "Отправитель", "发件人", "發件人", "发信人", "寄件者", "寄件人", "差出人", "送信者", "送信元", "보낸 사람", "보낸사람", "발신", "Từ", "Dari",
)  # fmt: skip
_SENT = (
    "Sent", "Date", "Sent on", "Gesendet", "Gesendet am", "Datum", "Envoyé", "Envoyé le", "Enviado", "Enviado el", "Enviada em", "Enviado em", "Enviada", "Fecha", "Inviato", "Data", "Verzonden",
    "Отправлено", "Дата", "Надіслано", "Skickat", "Sendt", "Dato", "Wysłano", "Odesláno", "Lähetetty", "Päivämäärä", "Gönderildi", "Tarih", "Küldve", "Dátum",
    "发送时间", "發送時間", "寄件日期", "寄件時間", "傳送日期", "傳送時間", "日期", "时间", "時間", "送信日時", "日付", "日時", "보낸 날짜", "날짜", "발송 일시", "Ngày",
)  # fmt: skip
_TO = (
    "To", "An", "À", "A", "Para", "Aan", "Кому", "Til", "Till", "Do", "Komu", "Vastaanottaja", "Címzett", "Kime", "Alıcı", "Destinataire", "Destinatario", "Empfänger",
    "收件人", "收件者", "收信人", "宛先", "받는 사람", "받는사람", "수신", "Đến",
)  # fmt: skip
_CC = (
    "Cc",
    "CC",
    "Kopie",
    "Copie",
    "Copie à",
    "Copia",
    "Копия",
    "Копія",
    "抄送",
    "抄送人",
    "副本",
    "副本抄送",
    "참조",
    "Kopia",
)
_SUBJECT = (
    "Subject", "Betreff", "Objet", "Sujet", "Asunto", "Oggetto", "Onderwerp", "Assunto", "Тема", "Ämne", "Emne", "Temat", "Předmět", "Aihe", "Tárgy", "Konu",
    "主题", "主題", "主旨", "标题", "標題", "件名", "제목", "Chủ đề", "Θέμα",
)  # fmt: skip
_LETTER = (
    "message", "mail", "e-mail", "nachricht", "bericht", "mensaje", "messaggio", "mensagem", "сообщени", "письм", "повідомлен", "邮件", "郵件", "訊息", "信件", "原信", "メッセージ", "メール",
    "메시지", "메일", "courriel", "viesti", "wiadomo", "meddel", "zpráva", "üzenet", "ileti", "mesaj", "原文",
)  # fmt: skip
_FORWARDED = (
    "forward", "weitergeleitet", "transféré", "transmis", "reenviad", "inoltrat", "doorgestuurd", "encaminhad", "пересыла", "переслан", "转发", "轉寄", "轉發", "転送", "전달",
    "vidarebeford", "videresend", "przekazan", "przesłan", "välitetty", "továbbított", "iletilen", "přeposl",
)  # fmt: skip


def _any(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_KINDS = {"from": _FROM, "sent": _SENT, "to": _TO, "cc": _CC, "subject": _SUBJECT}
_KIND_OF = {word.casefold(): kind for kind, words in _KINDS.items() for word in words}
# "*From:* Ann", "| 发件人 | 王 |", "From : Ann"
_HEADER = re.compile(
    rf"[\s>*|_]{{0,8}}({'|'.join(_any(words) for words in _KINDS.values())})\*{{0,2}}\s{{0,3}}[:：|]\*{{0,2}}(.{{0,400}})",
    re.IGNORECASE,
)
_DIRECTIONS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202b\u202c"))
_WROTE_END = re.compile(rf"(?:{_any(_WROTE)})", re.IGNORECASE)
_DATE = re.compile(
    r"\d{1,4}\s?[-/.年년]\s?\d{1,2}\s?[-/.月월]|\b\d{1,2}:\d{2}\b|\b(?:19|20)\d\d\b|\d{1,2}[時时시点點]\d{1,2}|[上下]午|\d{1,2}月\d{1,2}日"
)
_ADDRESS = re.compile(r"[^\s<>@,;:\"']{1,64}@[^\s<>@,;:\"']{1,100}\.[^\s<>@,;:\"']{2,20}")
_COLON_END = re.compile(r"[:：]\s?[\"'“「]?$")
_RULED = re.compile(
    r"\s{0,4}[-—–_=*~#]{2,60}\s{0,3}([^-—–_=*~#\n][^\n]{0,60}?)\s{0,3}[-—–_=*~#]{2,60}\s{0,4}$"
)
_BARE_ORIGINAL = re.compile(
    r"\s{0,4}(?:original message|ursprüngliche nachricht|message d'origine|mensaje original|原始邮件|原始郵件|原始訊息)\s{0,3}[:：]?\s{0,4}$",
    re.IGNORECASE,
)
_LETTER_WORD = re.compile(_any(_LETTER), re.IGNORECASE)
_FORWARD_WORD = re.compile(_any(_FORWARDED), re.IGNORECASE)
_BEGIN_FORWARD = re.compile(
    rf"\s{{0,4}}(?:begin |anfang der |début du |inicio del |inizio ?(?:del )?)?[^\n]{{0,20}}(?:{_any(_FORWARDED)})[^\n]{{0,30}}[:：]\s{{0,4}}$",
    re.IGNORECASE,
)
_ABOVE = re.compile(r"(?:reply|write|respond|answer|type your reply) above this line|(?:antwort|antworten) .{0,20}über dieser (?:zeile|linie)|请在此行(?:之)?上方?(?:回复|输入)|請在此行(?:之)?上方?(?:回覆|輸入)|在此线以上回复|répon\w+ au-dessus de cette ligne", re.IGNORECASE)  # fmt: skip


def header_kind(line: str) -> tuple[str, str] | None:
    """What field of a quoted letter's header a line is, with its value; None if it is none."""
    match = _HEADER.match(line)
    return (_KIND_OF[match[1].casefold()], match[2].translate(_DIRECTIONS).strip(" |*\t")) if match else None


def may_end_attribution(line: str) -> bool:
    """Whether it is worth the while to look at what ends with this line; one of a mark or two says nothing."""
    return len(line) < 3 or line.endswith(_WROTE[0]) or any(colon in line[-3:] for colon in (":", "："))


def is_attribution(line: str) -> bool:
    """ "On Monday Ann wrote:", joined to one line, in any of the languages; or a date, an address and a colon."""
    if not line.endswith((":", "：", ":*")) and not _COLON_END.search(line[-3:]):
        # some leave the colon out, where an address stands right before the verb
        return line.endswith(_WROTE[0]) and has_address(line)
    dated, addressed = bool(_DATE.search(line)), has_address(line)
    if _WROTE_END.search(line[-120:]):
        return dated or addressed or len(line.split()) <= 8
    return dated and addressed


def looks_like_attribution(line: str) -> bool:
    """A weaker sign, enough where a quotation follows at once."""
    return line.endswith((":", "：")) and bool(
        _DATE.search(line) or has_address(line) or _WROTE_END.search(line)
    )


def is_separator(line: str) -> bool:
    """ "-----Original Message-----"."""
    match = _RULED.match(line)
    if match and not _ABOVE.search(line):
        return bool(_LETTER_WORD.search(match[1])) and not _FORWARD_WORD.search(match[1])
    return bool(_BARE_ORIGINAL.match(line) or _ABOVE.search(line))


def begins_forward(line: str) -> bool:
    """ "---------- Forwarded message ---------": what follows is what the letter is about."""
    match = _RULED.match(line)
    return bool(match and _FORWARD_WORD.search(match[1])) or bool(_BEGIN_FORWARD.match(line))


def is_complete(line: str) -> bool:
    """When and who."""
    return bool(_DATE.search(line) and has_address(line))


def says_when_or_who(line: str) -> bool:
    return bool(_DATE.search(line) or has_address(line))


def has_address(text: str) -> bool:
    # the pattern tries 64 characters from each place of a long word
    return "@" in text and bool(_ADDRESS.search(text))
