"""Reports in words only: who is a mail system, which recipients a text names, and what it says of each."""

import re
from typing import Protocol

from channels.email.reading.bounces.fields import addresses_in, reply_code_in, trimmed


class Told(Protocol):
    """What is looked at; `report.Evidence` is one."""

    @property
    def envelope(self) -> str | None: ...
    @property
    def origin(self) -> str: ...
    @property
    def origin_name(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def failed_header(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def returned(self) -> "object": ...


_DAEMON = re.compile(
    r"^(?:mailer-?daemon|mail-?daemon|post[_-]?master|poostmaster|mdaemon|mailerdaemon|mail-?delivery\S*|mailer|bounces?|mta|smtpd?|mmdf|no-?reply-?mta|daemon|exchange|microsoftexchange\w{0,40}|system|symantec\S*|double-bounce|mail[-_.]?(?:admin|system)|delivery\S*)(?:[+.-]\S*)?(?:@|$)",
    re.IGNORECASE,
)
_DAEMON_NAME = re.compile(
    r"mail(?:er)?[ -]?(?:deliver|daemon|administrator|system|server|router|transport)|delivery (?:sub)?system|postmaster|system administrator|mail deliver|microsoft (?:outlook|exchange)|internet mail|mail (?:service|gateway)",
    re.IGNORECASE,
)
_FAILURE_SUBJECT = re.compile(
    r"undeliver|non-?deliver|not (?:be )?deliver|fail\w* .{0,20}deliver|deliver\w*.{0,30}(?:fail|fehl|err|problem|status|delay|notif|impossible|incomplete)|fail(?:ure|ed)\b|return(?:ed|ing) (?:mail|e-?mail|message|to sender)|mail (?:system )?error|mail (?:delivery|could not)|bounce"
    r"|(?:delayed|warning).{0,40}(?:mail|message|deliver|delay)|unzustellbar|nicht zugestellt|zustell|non (?:remis|distribu)|[ée]chec|no entregad|error de entrega|mancata consegna|onbestelbaar|devolvid|n[aã]o entregue"
    r"|退信|无法投递|無法投遞|無法傳遞|投递失败|投遞失敗|未(?:能)?送达|傳送失敗|传送失败|退回|配信(?:不能|できません|エラー)|送信(?:できません|エラー)|エラー|배달|전송 실패|undeliverable|message you sent|unknown (?:user|recipient|address)|notify:|nondelivery|dsn",
    re.IGNORECASE,
)
_FAILURE_TEXT = re.compile(
    r"cannot be|(?:could|can|was|were|has|have|did|is|are)(?: ?n[o']t|not) (?:yet )?(?:be(?:en)? )?(?:deliver|relay|sent|reach|accept|transmit|forward)|unable to (?:deliver|send|relay|transmit|forward)|undeliver|deliver\w* .{0,60}(?:fail|problem|error|delayed|aborted)|fail\w* .{0,40}deliver"
    r"|permanent(?:ly)? (?:fatal )?(?:error|fail)|fatal errors?|returned (?:mail|to sender|below|message)|did not (?:reach|like)|failed (?:permanently|address|recipient)|following (?:recipients?|address(?:es)?|problem)|non-?deliver|rejected by|transcript of session"
    r"|user unknown|unknown user|no such user|wasn'?t delivered|weren'?t sent|couldn'?t be (?:delivered|found)|unzustellbar|konnte nicht .{0,60}(?:zugestellt|geliefert)|n'a pas pu|n'ont pas pu|no (?:se )?pudo|non (?:è stato|ha potuto)|退信|无法(?:送达|投递)|無法(?:送達|投遞|傳遞|寄達)|未能(?:送达|送達)|できません|배달되지|error delivering|message could not|mailbox (?:is )?full|quota|not deliver",
    re.IGNORECASE,
)
# Where the letter that came back begins.
_RETURNED = re.compile(
    r"^[ \t]*(?:[-=*_#>+ ]{2,}[ \t]*(?:this is a copy|below this line|original (?:message|mail|headers?)|(?:the )?header|returned (?:message|mail|original)|unsent message|message (?:text|headers?|header)|copy of|begin(?:ning)? of|start of|forwarded|received message|message follows|undelivered message|returned).{0,100}"
    r"|(?:message headers? follow|original message (?:follows|headers|header)|the original message (?:follows|is|below|reads)|your (?:original )?message (?:follows|headers?|reads|is (?:attached|enclosed|below))|original headers|included is a copy|here is (?:a copy|the (?:original|message))|unsent message|content-type: *(?:message/rfc822|text/rfc822-headers)|message text follows|----- message header).{0,60}"
    r"|received: *(?:from|by|\(qmail)\b.{0,200}|return-path: ?<.{0,200}|begin message .{0,40}|x-(?:mailer|originating|originalarrivaltime): .{0,200})$",
    re.IGNORECASE | re.MULTILINE,
)
_STRICT = (
    # alone in its line, or with the error behind it: qmail, Postfix, Exim, Courier, Sendmail, Exchange, Yahoo
    re.compile(r"^[ \t>*|-]*[<\"'(\[]{0,2}([^\s<>\"',;:()\[\]：（），。；、]{1,128}@[^\s<>\"',;:()\[\]：（），。；、]{1,255})[>\"')\]]{0,2}(?:<mailto:[^>\n]{1,300}>)?[ \t]*(?:$|:|;|\[|\(|\.\.\.|,|- | on )", re.MULTILINE),
    re.compile(r"\brcpt to:? ?<([^\s<>]{3,320})>", re.IGNORECASE),
    re.compile(r"\b(?:failed|following|intended|original|final)? ?(?:recipients?|address(?:ed to|es)?|user|收件人|收件者|宛先)(?: (?:was|is|name))?[ \t]*[:=：][ \t]*[<\"']{0,2}([^\s<>\"',;:()\[\]：（），。；、]{1,128}@[^\s<>\"',;:()\[\]：（），。；、]{1,255})", re.IGNORECASE),
    re.compile(r"\b(?:to|for|an|à|a|reach|address|recipient|mailbox|user|account|empf[aä]nger|destinatario)[ \t\n]+(?:the[ \t]+)?(?:(?:address|recipient|user|mailbox|following address)[ \t]+)?[<\"'(]{0,2}([^\s<>\"',;:()\[\]：（），。；、]{1,128}@[^\s<>\"',;:()\[\]：（），。；、]{1,255})", re.IGNORECASE),
    re.compile(r"<([^\s<>@]{1,128}@[^\s<>]{1,255})>\.\.\."),
    re.compile(r"\(([^\s<>\"',;:()\[\]：（），。；、]{1,128}@[^\s<>\"',;:()\[\]：（），。；、]{1,255})\)"),
)  # fmt: skip
_TO = re.compile(
    r"^(?:x-failed-recipients|to|x-apparently-to|delivered-to|x-rcpt-to):[ \t]*(.{1,1000})$",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_RECIPIENT = re.compile(
    r"^(?:postmaster|mailer-daemon|mail-?admin|abuse|support|helpdesk|hostmaster|webmaster|noc|admin(?:istrator)?|info-?mail)@",
    re.IGNORECASE,
)
_ROBOT = re.compile(r"(?:no|do-?not|donot)[-_.]?reply", re.IGNORECASE)
_ANSWER = re.compile(r"(?:re|aw|sv|antw|odp|回复|回覆|答复|答覆)\s*[:：]", re.IGNORECASE)
_LONGEST = 40_000
_LONGEST_HEAD = 6_000


def is_daemons(told: Told) -> bool:
    """Whether a mail system wrote this about a failure. Its address, name or null sender alone is not enough (vacation notices use the
    null sender too), nor is a subject, which people quote in their answers."""
    named = _DAEMON.match(told.origin) or _DAEMON_NAME.search(told.origin_name)
    if named or not told.origin:
        spoken = bool(_FAILURE_TEXT.search(told.text[:_LONGEST_HEAD]))
        return spoken or bool(
            _FAILURE_SUBJECT.search(told.subject) and reply_code_in(told.text[:_LONGEST_HEAD])
        )
    return (
        (told.envelope == "" or bool(_ROBOT.match(told.origin)))
        and not _ANSWER.match(told.subject)
        and bool(_FAILURE_SUBJECT.search(told.subject))
        and bool(_FAILURE_TEXT.search(told.text[:_LONGEST_HEAD]))
    )


def explanation(text: str) -> str:
    """What the mail system wrote, without the letter that came back."""
    text = text[:_LONGEST]
    match = _RETURNED.search(text)
    # a report may quote the letter first and speak afterwards
    return text[: match.start()] if match and match.start() > 40 else text


def recipients(told: Told) -> list[str]:
    """Whom the report is about, as far as it says: a field for it, its words, the letter that came back."""
    if found := addresses_in(told.failed_header):
        return found
    said = explanation(told.text)
    others = {told.origin.lower(), *_writers(said)}
    for pattern in _STRICT:
        named = [trimmed(match[1]) for match in pattern.finditer(said)]
        kept = [one for one in dict.fromkeys(named) if "@" in one and one.lower() not in others]
        if kept := [one for one in kept if not _NOT_RECIPIENT.match(one)] or kept:
            return kept[:100]
    rest = [one for one in addresses_in(said) if one.lower() not in others and not _NOT_RECIPIENT.match(one)]
    return rest[:1] or _of_returned(told)


def _of_returned(told: Told) -> list[str]:
    returned = told.returned
    texts = [str(one) for one in returned] if isinstance(returned, (list, tuple)) else []
    behind = told.text[len(explanation(told.text)) :]
    for text in (*texts, behind):
        for match in _TO.finditer(text[:_LONGEST]):
            if found := addresses_in(match[1]):
                return found[:1]
    return []


def _writers(said: str) -> set[str]:
    """Who wrote the letter that failed: named in reports as well."""
    pattern = r"(?:mail from:? ?|a message sent by\s+|message from\s+|return-path: ?|from: ?|sender: ?|\bfrom +)<?([^\s<>\"',;:()\[\]：（），。；、]{1,128}@[^\s<>\"',;:()\[\]：（），。；、]{1,255})"
    return {trimmed(match[1]).lower() for match in re.finditer(pattern, said, re.IGNORECASE)}


def about(text: str, recipient: str) -> str:
    """What the report says of this recipient: what follows its address up to the next recipient, and the session with its server."""
    said = explanation(text)
    place = said.lower().find(recipient.lower()) if recipient else -1
    if place < 0:
        return said[:4000]
    ends = [
        match.start()
        for pattern in _STRICT[:1]
        for match in pattern.finditer(said, place + len(recipient))
        if trimmed(match[1]).lower() != recipient.lower()
    ]
    own = said[place : min([place + 2500, *ends])]
    bare = own.replace(recipient, "").strip(" \n<>:*()[]\"'")
    return own if len(bare) > 8 else said[:4000]


def answers(told: str) -> str:
    """What the other server said, in a transcript of the session: "<<< 550 ..."."""
    return "\n".join(line[3:] for line in told.split("\n") if line.startswith("<<<"))


def paragraph(told: str) -> str:
    """The lines that stand together with the address."""
    blank = re.search(r"\n[ \t]*\n", told.lstrip())
    first = told.lstrip()[: blank.start()] if blank else told
    return (
        first
        if len(first) < len(told)
        and re.search(r"[^\W\d_]{3}.*\s\S*[^\W\d_]{3}", first.partition("\n")[2] or first.partition(" ")[2])
        else ""
    )
