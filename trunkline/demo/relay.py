"""The demo's mail world: a relay that keeps what Trunkline sends, and a customer's letter to Trunkline."""

import asyncio
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session

from config.errors import Unavailable
from config.ids import new_id
from config.logs import Transcript

log = Transcript("relay")

Language = Literal["en", "zh-TW", "zh-CN"]
_LARGEST_BYTES = 50_000_000
_RCPT_REFUSED = re.compile(r"^refused\+?", re.IGNORECASE)


class Relay:
    """Accepts every letter on `host:port` and keeps it as a file under `folder`; between `async with` and its end.

    A recipient that begins with `refused` is refused for good, so that one can see what the console shows then.
    """

    def __init__(self, host: str, port: int, folder: Path) -> None:
        self._host = host
        self._port = port
        self._folder = folder
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port it listens on, also when 0 was asked for."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server else self._port

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(
                lambda: SMTP(
                    self, hostname="relay.demo", ident="Trunkline demo relay", enable_SMTPUTF8=True,
                    data_size_limit=_LARGEST_BYTES, loop=loop,
                ),
                self._host, self._port,
            )  # fmt: skip
        except OSError as problem:
            raise Unavailable(
                "demo relay", f"cannot listen on {self._host}:{self._port}: {problem}"
            ) from problem
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.close()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if _RCPT_REFUSED.match(address):
            return "550 5.1.1 Nobody here has this address"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        path = self._folder / f"{new_id()}.eml"
        await asyncio.to_thread(path.write_bytes, raw)
        subject = str(message_from_bytes(raw, policy=policy.default)["subject"] or "")
        log.note("<", path.stem, f"letter to {', '.join(envelope.rcpt_tos)}: {subject}")
        return "250 2.0.0 Kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    name: str
    address: str
    subject: str
    words: str


_TEXTS: dict[Language, _Text] = {
    "en": _Text(
        name="Emma Clarke",
        address="emma.clarke@example.org",
        subject="Invoice 2026-1187: the delivery address is wrong",
        words="Hello,\n\nour invoice 2026-1187 shows our old address in Bristol. We moved in March; the new one is\n"
        "14 Harbour Street, Cardiff CF10 4GA.\n\nCould you please correct it and send the invoice again? We would like to pay it this week.\n\n"
        "Kind regards\nEmma Clarke\n",
    ),
    "zh-TW": _Text(
        name="陳怡君",
        address="chen.yijun@example.org",
        subject="訂單 A-20931 少了一件商品",
        words="您好：\n\n我今天收到訂單 A-20931，箱子裡只有兩個檯燈，第三個沒有寄來。\n"
        "請問可以補寄嗎？下週五以前需要用到，謝謝您的幫忙。\n\n陳怡君\n台北市大安區\n",
    ),
    "zh-CN": _Text(
        name="王小明",
        address="wang.xiaoming@example.org",
        subject="关于订单 B-55120 的退款",
        words="您好：\n\n我上个月退回了订单 B-55120 的耳机，物流显示已经签收，但是退款还没有到账。\n"
        "麻烦帮我查一下进度，谢谢！\n\n王小明\n上海\n",
    ),
}


async def send_demo_letter(
    host: str, port: int, language: Language, *, to: str, sender: str = "", sender_name: str = ""
) -> str:
    """Submit a customer's letter over SMTP, as any mail server would; its subject.

    `sender` is an address of a seeded customer, so that the console shows who writes. Raises `Unavailable` when nobody
    accepts letters there.
    """
    text = _TEXTS[language]
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = f"{sender_name or text.name} <{sender or text.address}>"
    message["To"] = to
    message["Subject"] = text.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="customer.example.org")
    message.set_content(text.words, charset="utf-8")
    message.add_alternative(
        f"<html><body>{_paragraphs(text.words)}</body></html>", subtype="html", charset="utf-8"
    )
    try:
        await aiosmtplib.send(
            message.as_bytes(), sender=sender or text.address, recipients=[to], hostname=host, port=port,
            start_tls=False, timeout=10,
        )  # fmt: skip
    except (aiosmtplib.SMTPException, OSError) as problem:
        raise Unavailable("mail drop", f"nobody accepts letters on {host}:{port}: {problem}") from problem
    return text.subject


def _paragraphs(words: str) -> str:
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in words.strip().split("\n\n"))
