"""Facts in the words of the transcript."""

from typing import assert_never

from routing.core.facts import (
    Abandoned,
    BesideFact,
    CallbackDropped,
    CallbackKept,
    CallbackMissed,
    CallbackPutOff,
    ConferenceOver,
    Conferring,
    Connected,
    ConsoleSeen,
    Consulted,
    Consulting,
    ConsultOver,
    CustomerReached,
    Described,
    DeviceSeen,
    DialDropped,
    Dialled,
    Enqueued,
    Fact,
    Finished,
    Held,
    LaterFact,
    LedOn,
    Offered,
    OfferEnded,
    OfferRang,
    Parked,
    RecordingPaused,
    RecordingResumed,
    Requeued,
    Resumed,
    StatusChanged,
    TurnedAway,
    Unanswered,
    Unparked,
    Watched,
    WatchOver,
    WrappedUp,
)


def told(fact: Fact) -> tuple[str, str]:
    """Whom the fact is about (the interaction, or the agent) and what changed."""
    match fact:
        case StatusChanged():
            return fact.agent, f"{fact.status} {fact.reason}".rstrip()
        case ConsoleSeen():
            return fact.agent, "console connected" if fact.present else "console lost"
        case DeviceSeen():
            return fact.agent, f"phone {fact.device}"
        case RecordingPaused():
            return fact.interaction, f"not recorded: {fact.pause}"
        case RecordingResumed():
            return fact.interaction, "recorded again"
        case _:
            return fact.interaction, _of_interaction(fact)


def _of_interaction(fact: Enqueued | Dialled | LaterFact) -> str:
    if isinstance(fact, BesideFact):
        return _beside(fact)
    match fact:
        case Enqueued():
            words = f"waiting in {fact.queue}"
        case Dialled() | DialDropped() | Unanswered():
            words = _of_dialling(fact)
        case Described():
            words = f"asks for {_asked(fact)}"
        case LedOn() | TurnedAway() | Parked() | Unparked() | Abandoned():
            words = _elsewhere(fact)
        case CallbackKept() | CustomerReached() | CallbackMissed() | CallbackPutOff() | CallbackDropped():
            words = _of_callback(fact)
        case Offered() | OfferRang() | OfferEnded():
            words = _of_offer(fact)
        case Connected():
            words = f"connected to {fact.agent}" + (", recorded" if fact.recorded else "")
        case Requeued():
            words = f"connected -> waiting: {fact.reason}"
        case Finished():
            words = f"ended by {fact.by}" + ("" if fact.wrap_up_until is None else ", wrap-up begins")
        case WrappedUp():
            words = f"closed {fact.disposition}".rstrip()
        case _:
            assert_never(fact)
    return words


def _of_offer(fact: Offered | OfferRang | OfferEnded) -> str:
    match fact:
        case Offered():
            return f"waiting -> offered to {fact.agent}"
        case OfferRang():
            return f"rings at {fact.agent}"
        case OfferEnded():
            return f"offer to {fact.agent} ended: {fact.outcome}"
        case _:
            assert_never(fact)


def _beside(fact: BesideFact) -> str:
    match fact:
        case Held():
            words = "on hold"
        case Resumed():
            words = "off hold"
        case Consulting():
            words = f"{fact.agent} calls {fact.whom} meanwhile"
        case Consulted():
            words = f"{fact.agent} has reached them"
        case ConsultOver():
            words = f"{fact.agent} talks to them no more: {fact.reason}"
        case Conferring():
            words = f"{fact.agent} and {fact.whom} talk with them"
        case ConferenceOver():
            words = f"three no more: {fact.reason}"
        case Watched():
            words = f"{fact.watcher} is at the talk of {fact.agent}: {fact.mode}"
        case WatchOver():
            words = f"{fact.watcher} is at the talk of {fact.agent} no more"
        case _:
            assert_never(fact)
    return words


def _elsewhere(fact: LedOn | TurnedAway | Parked | Unparked | Abandoned) -> str:
    match fact:
        case Abandoned():
            return "abandoned"
        case LedOn():
            return f"led on from {fact.origin} to {fact.queue}: {fact.why}"
        case TurnedAway():
            return f"leaves a message: {fact.why}" if fact.voicemail else f"turned away: {fact.why}"
        case Parked():
            return f"set aside by {fact.agent}"
        case Unparked():
            return f"waits again, for {fact.agent} first"
        case _:
            assert_never(fact)


def _of_callback(
    fact: CallbackKept | CustomerReached | CallbackMissed | CallbackPutOff | CallbackDropped,
) -> str:
    match fact:
        case CallbackKept():
            return "is to be called back"
        case CustomerReached():
            return f"reached by {fact.agent}"
        case CallbackMissed():
            return f"not reached by {fact.agent}: {fact.reason}"
        case CallbackPutOff():
            return "is called back when the queue opens"
        case CallbackDropped():
            return "is not called back any more"
        case _:
            assert_never(fact)


def _of_dialling(fact: Dialled | DialDropped | Unanswered) -> str:
    match fact:
        case Dialled():
            return f"{fact.agent} calls them for {fact.queue}"
        case DialDropped():
            return f"is not called by {fact.agent}: {fact.reason}"
        case Unanswered():
            return f"not reached by {fact.agent}: {fact.reason}"
        case _:
            assert_never(fact)


def _asked(fact: Described) -> str:
    needs = [f"{need.skill} {need.level}" for need in sorted(fact.needs, key=lambda need: need.skill)]
    return (
        ", ".join(needs + ([fact.preferred] if fact.preferred else [])) or "nothing beside its queue's skills"
    )
