"""What a gateway says, into the store: messages, parts of them, reports, and the words by which somebody wants no more."""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.sms import composing, words
from channels.sms.providers.model import Message, Report, Said
from channels.sms.words import Wish
from channels.written.contract import Incoming
from channels.written.filing import Taken, file_message, known, spool_id, who
from config.errors import Unavailable
from config.settings import Sms
from crm_core import letters, queues
from crm_core.recognition import verdict
from crm_core.sms import numbers, parts, stops
from crm_core.sms.parts import Part
from crm_core.store import Connection
from crm_core.written import conversations, outgoing
from routing.core.model import Medium

INCOMPLETE = "incomplete"
STOPPED = "sms.stopped"
_GAP = "[…]"
_FUTURE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came of it. `taken`: a message was filed; `told`: the letter of ours that a report was about; `sends`: something is to be sent."""

    taken: Taken | None = None
    told: str | None = None
    sends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What receiving works with."""

    settings: Sms
    centre: str


def receive(  # noqa: PLR0917 - where, from whom, what, when
    conn: Connection, desk: Desk, gateway_id: str, said: Said, raw: bytes, now: float
) -> Received:
    """File it, each once. `Unavailable` for a report on what may be on its way still: it is to be told again."""
    if isinstance(said, Report):
        return _reported(conn, gateway_id, said, now)
    if said.concat is not None:
        return _part(conn, desk, gateway_id, said, raw, now)
    return _message(conn, desk, _incoming(conn, desk, gateway_id, said, raw, now), now)


def give_up_waiting(conn: Connection, desk: Desk, account_id: str, key: str, now: float) -> Received:
    """File what there is of a message."""
    return _assembled(conn, desk, parts.of(conn, account_id, key), now)


def _reported(conn: Connection, gateway_id: str, said: Report, now: float) -> Received:
    told = outgoing.reported(conn, gateway_id, said.id, said.state, said.reason, now)
    if told is None and outgoing.is_sending(conn, gateway_id):
        raise Unavailable("sms", "the message that this is about is being sent")
    return Received(told=told)


def _part(  # noqa: PLR0917 - as `receive`
    conn: Connection, desk: Desk, gateway_id: str, said: Message, raw: bytes, now: float
) -> Received:
    assert said.concat is not None  # noqa: S101 - asked by the caller
    if parts.is_known(conn, gateway_id, said.id):
        return Received()
    if not parts.has_room(conn):
        raise Unavailable("sms", "too many parts wait for others already")
    sender, recipient = numbers.theirs(said.sender), numbers.spelt(conn, said.recipient)
    key = parts.key_of(sender, recipient, said.concat.reference, said.concat.total)
    part = Part(
        account_id=gateway_id,
        key=key,
        number=said.concat.number,
        total=said.concat.total,
        peer_id=said.id,
        sender=sender,
        recipient=recipient,
        text=said.text,
        raw=raw.decode("utf-8", "replace"),
        at=_at(said, now),
    )
    parts.keep(conn, part, now + desk.settings.part_wait_s)
    found = parts.of(conn, gateway_id, key)
    return _assembled(conn, desk, found, now) if len(found) == said.concat.total else Received()


def _assembled(conn: Connection, desk: Desk, found: Sequence[Part], now: float) -> Received:
    if not found:
        return Received()
    first = found[0]
    by_number = {part.number: part.text for part in found}
    text = "".join(by_number.get(number, _GAP) for number in range(1, first.total + 1))
    whole = len(by_number) == first.total
    incoming = Incoming(
        medium=Medium.SMS,
        account_id=first.account_id,
        # of the very parts: a reference is used again after 256 messages
        key="\n".join(part.peer_id for part in found),
        theirs=first.sender,
        ours=first.recipient,
        text=_tidy(text),
        raw="\n".join(part.raw for part in found).encode(),
        at=min(part.at for part in found),
        queue_id=numbers.queue_of(conn, first.recipient),
        kind="phone",
        channel="sms",
        thread_days=desk.settings.thread_days,
        marks=() if whole else (INCOMPLETE,),
    )
    received = _message(conn, desk, incoming, now)
    parts.filed(conn, first.account_id, first.key, now)
    return received


def _incoming(  # noqa: PLR0917 - as `receive`
    conn: Connection, desk: Desk, gateway_id: str, said: Message, raw: bytes, now: float
) -> Incoming:
    ours = numbers.spelt(conn, said.recipient)
    return Incoming(
        medium=Medium.SMS,
        account_id=gateway_id,
        key=said.id,
        theirs=numbers.theirs(said.sender),
        ours=ours,
        text=_tidy(said.text),
        raw=raw,
        at=_at(said, now),
        queue_id=numbers.queue_of(conn, ours),
        kind="phone",
        channel="sms",
        thread_days=desk.settings.thread_days,
        media=said.media,
    )


def _message(conn: Connection, desk: Desk, incoming: Incoming, now: float) -> Received:
    wish = words.wish(incoming.text) if not incoming.media else None
    if wish is Wish.STOP or (wish is Wish.START and stops.stopped(conn, incoming.theirs)):
        return _wished(conn, desk, incoming, wish, now)
    return Received(taken=file_message(conn, incoming, now))


def _wished(conn: Connection, desk: Desk, incoming: Incoming, wish: Wish, now: float) -> Received:
    """No work for anybody: it is kept, it holds from now on, and it is confirmed once."""
    if known(conn, incoming) is not None:
        return Received()
    matches = who(conn, incoming, now)
    party_id = verdict([(match.party_id, match.strength) for match in matches])[1]
    since = now - desk.settings.thread_days * 86_400.0
    case_id = conversations.of(conn, Medium.SMS, incoming.theirs, incoming.ours, since)
    stored = letters.store_letter(
        conn, composing.kept(incoming, wish), case_id=case_id, interaction_id=None, party_id=party_id
    )
    if wish is Wish.STOP:
        news = stops.stop(conn, incoming.theirs, incoming.text, now)
        if news:  # a second STOP must not take the confirmation of the first away
            outgoing.withhold(conn, Medium.SMS, incoming.theirs, STOPPED, now)
    else:
        news = stops.start(conn, incoming.theirs)
    if party_id is not None and news:
        state = "withdrawn" if wish is Wish.STOP else "given"
        stops.say(conn, party_id, state, f"SMS {incoming.text.strip()[:40]}", stored.id, now)
    return Received(sends=news and _confirm(conn, desk, incoming, wish, case_id, now))


def _confirm(  # noqa: PLR0917 - what of which message, when
    conn: Connection, desk: Desk, incoming: Incoming, wish: Wish, case_id: str | None, now: float
) -> bool:
    name = incoming.queue_id
    queue = queues.queue_by_id(conn, name) if name else None
    text = words.answer(wish, queue.language if queue else "en", desk.centre)
    key = f"wish {spool_id(Medium.SMS, incoming.account_id, incoming.key)}"
    return composing.confirm(conn, incoming, text, key, case_id, now)


def _at(said: Message, now: float) -> float:
    """When they wrote it, as far as that can be; a clock of theirs that goes wrong must not make somebody wait for days."""
    if said.at is None or said.at > now + _FUTURE_S or said.at < now - 7 * 86_400.0:
        return now
    return min(said.at, now)


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")[:20_000]
