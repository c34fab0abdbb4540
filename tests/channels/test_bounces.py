"""Bounces: who was not reached, why, and whether it is of use to write again; and what is none."""

import json
from pathlib import Path

import pytest

from channels.email.reading import parse_worker
from channels.email.reading.parse import parse
from channels.email.reading.parsed import Bounce, Mark

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
beside = pytest.mark.skipif(
    not CORPORA.is_dir(), reason="the corpora of foreign mail are not beside this clone"
)


def read(head: str, body: str) -> Bounce | None:
    raw = f"{head}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{body}"
    return parse(raw.replace("\n", "\r\n").encode(), None).bounce


DAEMON = "From: MAILER-DAEMON@relay.example\nSubject: failure notice"


@beside
def test_the_reports_of_the_corpora_are_understood() -> None:
    """Recipient and hard or soft, of at least 95 %; a vacation notice is none, and one system calls an unknown user filtered."""
    expected = json.loads((CORPORA / "bounces" / "expected.json").read_text())
    wrong: list[str] = []
    for name, failures in expected.items():
        found = parse((CORPORA / "bounces" / name).read_bytes()).bounce
        told = [(bool(one.recipient), one.hard) for one in found.failures] if found else []
        if told != [(True, one["hard"]) for one in failures]:
            wrong.append(name)
    assert set(wrong) <= {"lhost-x1-01.eml", "rfc3834-02.eml"}


@beside
def test_nothing_else_of_the_corpora_is_a_bounce() -> None:
    """Of all other letters only the true reports."""
    paths = [path for folder in ("mail", "replies", "dkim") for path in sorted((CORPORA / folder).rglob("*"))]
    paths += sorted((CORPORA / "bounces").glob("not-a-bounce-*"))
    found = [
        path.stem
        for path in paths
        if path.is_file() and path.suffix != ".json" and parse(path.read_bytes()).bounce
    ]
    assert all(
        "report" in name or "bounce" in name or "delivery-status" in name or "without_content" in name
        for name in found
    )
    assert len(found) < 20


@pytest.mark.parametrize(
    ("family", "head", "body", "recipient", "reason", "hard"),
    [
        ("qmail", DAEMON, "Hi. This is the qmail-send program at relay.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<chen@shop.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <ours@centre.example>\nSubject: x\n", "chen@shop.example", "userunknown", True),
        ("qmail remote", DAEMON, "Hi. This is the qmail-send program.\n\n<chen@shop.example>:\nConnected to 192.0.2.1 but sender was rejected.\nRemote host said: 554 5.7.1 Blocked by our list\n", "chen@shop.example", "rejected", False),
        ("qmail host", DAEMON, "Hi. This is the qmail-send program.\nI wasn't able to deliver your message to the following addresses.\n\n<chen@no.example>:\nSorry, I couldn't find any host named no.example. (#5.1.2)\n", "chen@no.example", "hostunknown", True),
        ("qmail quota", DAEMON, "Hi. This is the qmail-send program.\nI wasn't able to deliver your message to the following addresses.\n\n<chen@shop.example>:\nuser is over quota\n\n<li@shop.example>:\nThis user doesn't have a shop.example account (li@shop.example) [0]\n", "chen@shop.example", "mailboxfull", False),
        ("Postfix", "From: Mail Delivery System <MAILER-DAEMON@a.example>\nSubject: Undelivered Mail Returned to Sender", "This is the mail system at host a.example.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<li@b.example>: host mx.b.example[192.0.2.9] said: 550 5.1.1 <li@b.example>:\n    Recipient address rejected: User unknown in relay recipient table (in reply to RCPT TO command)\n", "li@b.example", "userunknown", True),
        ("Postfix DNS", "From: MAILER-DAEMON@a.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender", "I'm sorry to have to inform you that your message could not be delivered.\n\n<li@b.example>: Host or domain name not found. Name service error for\n    name=b.example type=MX: Host not found\n", "li@b.example", "hostunknown", True),
        ("Postfix DNS for now", "From: MAILER-DAEMON@a.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender", "I'm sorry to have to inform you that your message could not be delivered.\n\n<li@b.example>: Host or domain name not found. Name service error for\n    name=b.example type=MX: Host not found, try again\n", "li@b.example", "networkerror", False),
        ("Postfix loop", "From: MAILER-DAEMON@a.example\nSubject: Undelivered Mail Returned to Sender", "your message could not be delivered\n\n<li@b.example>: mail for b.example loops back to myself\n", "li@b.example", "networkerror", False),
        ("Exim", "From: Mail Delivery System <Mailer-Daemon@a.example>\nSubject: Mail delivery failed: returning message to sender\nX-Failed-Recipients: li@b.example", "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  li@b.example\n    Unrouteable address\n\n------ This is a copy of the message, including all the headers. ------\n\nReturn-path: <ours@centre.example>\n", "li@b.example", "userunknown", True),
        ("Exim domain", "From: Mail Delivery System <Mailer-Daemon@a.example>\nSubject: Mail delivery failed: returning message to sender", "The following address(es) failed:\n\n  li@b.example\n    all relevant MX records point to non-existent hosts\n", "li@b.example", "hostunknown", True),
        ("Exim retry", "From: Mail Delivery System <Mailer-Daemon@a.example>\nSubject: Mail delivery failed: returning message to sender", "This is a permanent error. The following address(es) failed:\n\n  li@b.example\n    host mx.b.example [192.0.2.3]: 421 4.7.0 try later: retry timeout exceeded\n", "li@b.example", "expired", False),
        ("Sendmail", "From: Mail Delivery Subsystem <MAILER-DAEMON@a.example>\nSubject: Returned mail: see transcript for details", "The original message was received at Thu, 1 Jan 2026 00:00:00 GMT\n\n   ----- The following addresses had permanent fatal errors -----\n<li@b.example>\n    (reason: 550 5.1.1 <li@b.example>... User unknown)\n\n   ----- Transcript of session follows -----\n... while talking to mx.b.example.:\n>>> RCPT To:<li@b.example>\n<<< 550 5.1.1 <li@b.example>... User unknown\n", "li@b.example", "userunknown", True),
        ("Exchange 2003", "From: System Administrator <postmaster@b.example>\nSubject: Undeliverable: Order", "Your message did not reach some or all of the intended recipients.\n\n      Subject:  Order\n      Sent:     2026/1/1 10:00\n\nThe following recipient(s) could not be reached:\n\n      li@b.example on 2026/1/1 10:00\n            The e-mail account does not exist at the organization this message was sent to.  Check the e-mail address, or contact the recipient directly.\n            <mx.b.example #5.1.1>\n", "li@b.example", "userunknown", True),
        ("Exchange 2010", "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@b.example>\nSubject: Undeliverable: Order", "Delivery has failed to these recipients or groups:\n\nli@b.example<mailto:li@b.example>\nThe e-mail address you entered couldn't be found. Please check the recipient's e-mail address.\n\nDiagnostic information for administrators:\n\nGenerating server: b.example\n\nli@b.example\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n", "li@b.example", "userunknown", True),
        ("Exchange full", "From: postmaster@b.example\nSubject: Undeliverable: Order", "Delivery has failed to these recipients or distribution lists:\n\nli@b.example\nThe recipient's mailbox is full and can't accept messages now. Please try resending this message later.\n\n#550 5.2.2 STOREDRV.Deliver; mailbox full ##\n", "li@b.example", "mailboxfull", False),
        ("Exchange in German", "From: postmaster@b.example\nSubject: Unzustellbar: Anfrage", "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\nDie Nachricht konnte nicht zugestellt werden.\n\nli@b.example\nDie eingegebene E-Mail-Adresse wurde nicht gefunden.\n\n#550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup ##\n", "li@b.example", "userunknown", True),
        ("Domino", "From: Postmaster@b.example\nSubject: DELIVERY FAILURE: User li (li@b.example) not listed in Domino Directory", "Your message\n\n  Subject: Order\n\nwas not delivered to:\n\n  li@b.example\n\nbecause:\n\n  User li (li@b.example) not listed in Domino Directory\n", "li@b.example", "userunknown", True),
        ("Gmail", "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nSubject: Delivery Status Notification (Failure)", "Delivery to the following recipient failed permanently:\n\n     li@b.example\n\nTechnical details of permanent failure:\nGoogle tried to deliver your message, but it was rejected by the server for the recipient domain b.example.\n\nThe error that the other server returned was:\n550 5.1.1 The email account that you tried to reach does not exist.\n\n----- Original message -----\n\nFrom: ours@centre.example\n", "li@b.example", "userunknown", True),
        ("Gmail delay", "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nSubject: Delivery Status Notification (Delay)", "This is an automatically generated Delivery Status Notification\n\nTHIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the following recipient has been delayed:\n\n     li@b.example\n\nMessage will be retried for 2 more day(s)\n", "li@b.example", "expired", False),
        ("Courier", "From: Mail delivery <postmaster@b.example>\nSubject: NOTICE: mail delivery status.", "This is a delivery status notification from b.example,\nrunning the Courier mail server.\n\nThe original message was received on Thu, 1 Jan 2026\n\nUNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<li@b.example>:\n    mx.b.example [192.0.2.8]:\n<<< 550 User unknown\n", "li@b.example", "userunknown", True),
        ("OpenSMTPD", "From: Mailer Daemon <MAILER-DAEMON@b.example>\nSubject: Delivery status notification: error", "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\nli@b.example: 550 5.2.2 <li@b.example>... Mailbox Full\n\n    Below is a copy of the original message:\n", "li@b.example", "mailboxfull", False),
        ("Yahoo", "From: MAILER-DAEMON@yahoo.com\nSubject: Failure Notice", "Sorry, we were unable to deliver your message to the following address.\n\n<li@b.example>:\nRemote host said: 550 5.1.1 Mailbox does not exist [RCPT_TO]\n\n--- Below this line is a copy of the message.\n", "li@b.example", "userunknown", True),
        ("suspended", "From: MAILER-DAEMON@b.example\nSubject: failure notice", "unable to deliver your message\n\n<li@b.example>:\nRemote host said: 554 delivery error: dd This user's account is suspended\n", "li@b.example", "suspend", False),
        ("spam", "From: MAILER-DAEMON@b.example\nSubject: failure notice", "could not be delivered\n\n<li@b.example>: host mx said: 554 5.7.1 The message was refused because its content looks like spam, see https://b.example/user-unknown\n", "li@b.example", "spamdetected", False),
        ("too large", "From: MAILER-DAEMON@b.example\nSubject: failure notice", "could not be delivered\n\n<li@b.example>: message size 31457280 exceeds size limit 20480000 of server mx.b.example\n", "li@b.example", "mesgtoobig", False),
        ("relay", "From: MAILER-DAEMON@b.example\nSubject: failure notice", "could not be delivered\n\n<li@b.example>: 550 5.7.1 Unable to relay for li@b.example\n", "li@b.example", "norelaying", False),
        ("null MX", "From: MAILER-DAEMON@b.example\nSubject: Undelivered Mail Returned to Sender", "could not be delivered\n\n<li@b.example>: Domain b.example does not accept mail (nullMX)\n", "li@b.example", "notaccept", True),
        ("NetEase", "From: Postmaster@163.example\nSubject: 系统退信", "抱歉，您的邮件被退回来了……\n原邮件信息：\n收件人：li@b.example\n退信原因：\n无法发送到 li@b.example\n收件人邮件地址（li@b.example）不存在，邮件无法送达。\nSMTP error, RCPT TO: 550 User not found: li@b.example\n", "li@b.example", "userunknown", True),
        ("a full mailbox in Chinese", "From: 郵件系統 <postmaster@b.example>\nSubject: 無法傳遞: 訂單", "您的郵件無法傳遞給下列收件者：\n\nli@b.example\n收件者的信箱已滿，目前無法接收郵件。\n", "li@b.example", "mailboxfull", False),
        ("Tencent", "From: PostMaster@qq.example\nSubject: 系统退信/System bounce", "很抱歉您发送的邮件被退回，以下是该邮件的相关信息：\n收件人邮箱 li@b.example\n退信原因 收件人的邮箱地址不存在，无法送达\nhost mx said: 550 Mailbox not found\n", "li@b.example", "userunknown", True),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 22 and "@" not in value else "",
)  # fmt: skip
def test_reports_in_words_of_many_systems(  # noqa: PLR0917 - a row of the table
    family: str, head: str, body: str, recipient: str, reason: str, hard: bool
) -> None:
    """Each system has its own sentences; recipient, reason and verdict come out all the same."""
    bounce = read(head, body)
    assert bounce, family
    assert (bounce.recipients[0], bounce.reason, bounce.hard) == (recipient, reason, hard)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("From: Chen <chen@shop.example>\nSubject: Re: Undelivered Mail Returned to Sender", "My mail could not be delivered, why?\n\n> <li@b.example>: 550 5.1.1 User unknown\n"),
        ("From: Chen <chen@shop.example>\nSubject: Delivery failed!", "You promised delivery on Monday. It could not be delivered to li@b.example, says the driver.\n"),
        ("From: Chen <chen@shop.example>\nSubject: Automatic reply: Order\nAuto-Submitted: auto-replied\nReturn-Path: <>", "I am out of the office and cannot be reached. Write to li@b.example.\n"),
        ("From: postmaster@shop.example\nSubject: Invoices", "Please send the invoices for March to li@b.example.\n"),
        ("From: info@shop.example\nSubject: 退貨", "您好，上次的包裹無法寄達，請退回 li@b.example。\n"),
    ],
)  # fmt: skip
def test_people_who_write_about_failures_are_no_reports(head: str, body: str) -> None:
    """Quoted reports, deliveries of goods, vacation notices and postmasters who are people."""
    assert read(head, body) is None


def report(block: str, text: str = "Not delivered.", kind: str = "delivery-status") -> Bounce | None:
    raw = (
        f"From: MAILER-DAEMON@relay.example\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary=b\n\n"
        f"--b\n\n{text}\n--b\nContent-Type: message/{kind}\n\n{block}\n--b--\n"
    )
    return parse(raw.replace("\n", "\r\n").encode(), "").bounce


def test_a_report_of_success_or_of_reading_is_no_bounce() -> None:
    """RFC 3461's NOTIFY=SUCCESS, and receipts (RFC 8098)."""
    assert (
        report(
            "Reporting-MTA: dns;a.example\n\nFinal-Recipient: rfc822; li@b.example\nAction: relayed\nStatus: 2.1.5\n"
        )
        is None
    )
    receipt = (
        "Final-Recipient: rfc822; li@b.example\nDisposition: manual-action/MDN-sent-manually; displayed\n"
    )
    assert report(receipt, "Your message could not be deleted", "disposition-notification") is None


def test_each_recipient_of_a_report_has_its_own_fate() -> None:
    """One unknown, one full; the fields of the bounce are the first one's, and what was first written to is kept."""
    bounce = report(
        "Reporting-MTA: dns;a.example\n\nOriginal-Recipient: rfc822;sales@b.example\nFinal-Recipient: rfc822;li@b.example\nAction: failed\nStatus: 5.0.0\n"
        "Diagnostic-Code: smtp; 550-5.1.1 The account does not\n 550 5.1.1 exist\n\n"
        "Final-Recipient: rfc822;wu@b.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 quota exceeded\n"
    )
    assert bounce
    assert (bounce.recipients, bounce.status, bounce.reply_code, bounce.hard) == (
        ("li@b.example", "wu@b.example"),
        "5.1.1",
        "550",
        True,
    )
    first, second = bounce.failures
    assert (first.original, second.reason, second.hard) == ("sales@b.example", "mailboxfull", False)


def test_a_complaint_is_not_hard_and_names_its_reader() -> None:
    """ARF (RFC 5965): the letter arrived."""
    bounce = report(
        "Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: <li@b.example>\n",
        kind="feedback-report",
    )
    assert bounce
    assert (bounce.recipients, bounce.reason, bounce.hard) == (("li@b.example",), "feedback", False)


def test_amazons_notifications_are_bounces_with_or_without_their_wrapping() -> None:
    """The JSON of SES, bare and as the message of its notification service."""
    people = [
        {"emailAddress": "li@b.example", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
    ]
    notice = {
        "notificationType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": people},
    }
    head = "From: SES <no-reply@sns.example>\nSubject: AWS Notification Message"
    for text in (json.dumps(notice), json.dumps({"Type": "Notification", "Message": json.dumps(notice)})):
        bounce = read(head, text)
        assert bounce
        assert (bounce.recipients, bounce.status, bounce.hard) == (("li@b.example",), "5.1.1", True)
    assert read(head, '{"notificationType": "Bounce", "bounce": [1, {"x": ') is None


def test_a_bounce_survives_the_way_out_of_the_worker() -> None:
    """As JSON and back."""
    block = "Final-Recipient: rfc822;li@b.example\nAction: failed\nStatus: 5.1.1\n"
    raw = (
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + block.encode()
    )
    parsed = parse(raw, "")
    encoded = parse_worker.encode(parsed)
    assert Mark.BOUNCE in parsed.marks
    (length,) = parse_worker.ANSWER.unpack(encoded[:4])
    assert parse_worker.decode(encoded[4 : 4 + length], encoded[4 + length :]) == parsed
