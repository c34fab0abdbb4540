"""What is known of a customer before anybody speaks, what is remembered of their numbers, and by which number and PIN they identify themselves."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from agent_console import rows, sight
from agent_console.acting import AtDesk
from agent_console.answers import NumbersAnswer, PinAnswer
from agent_console.api.bodies import Body
from agent_console.customer_rows import verdict
from agent_console.documents import PartyCard, VerdictDocument
from config.errors import Kind, Refused
from crm_core import audit, identification, passwords, remembered
from crm_core.access.model import Action, Rights
from crm_core.access.reader import Reader
from crm_core.customers.relations import today
from crm_core.pop import PopParty, card
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.remembered import Verdict
from crm_core.store import Connection

router = APIRouter(tags=["customers"])


class Trust(Body):
    """Whether whoever calls from this number need not identify themselves."""

    trusted: bool


class Pin(Body):
    """What the customer keys on the telephone."""

    customer_number: Annotated[str, Field(min_length=1, max_length=100)]
    pin: Annotated[str, Field(min_length=1, max_length=100)]


@router.get("/parties/{party}/brief")
async def read_brief(party: str, at: AtDesk) -> PartyCard:
    """What the pop would show of them: to be read before dialling out."""
    now = at.within.clock.now()

    def read(connection: Connection, reader: Reader) -> tuple[PopParty, Rights]:
        _must(connection, reader, party, Action.READ)
        return card(connection, party, now, reader), reader.rights

    found, rights = await at.read(read)
    return sight.of_customer(rows.party_card(found, today(now)), rights)


@router.get("/parties/{party}/numbers")
async def read_numbers(party: str, at: AtDesk) -> NumbersAnswer:
    """What was said of numbers and addresses with regard to this customer, and still holds."""

    def read(connection: Connection, reader: Reader) -> list[Verdict]:
        _must(connection, reader, party, Action.READ)
        return remembered.of_party(connection, party)

    return NumbersAnswer(items=[verdict(each) for each in await at.read(read)])


@router.put("/numbers/{number}")
async def trust_number(number: str, given: Trust, at: AtDesk) -> VerdictDocument:
    """Mark a confirmed number as trusted, or take the mark away."""

    def change(connection: Connection, acting: Acting) -> Verdict:
        changed = remembered.trust(connection, number, trusted=given.trusted)
        _must(connection, acting.reader, changed.party_id, Action.UPDATE)
        word = "number_trusted" if given.trusted else "number_untrusted"
        _tell(connection, acting, word, changed.party_id, {"number": changed.normal})
        return changed

    return verdict(await at.write(change))


@router.delete("/numbers/{number}", status_code=204)
async def undo_number(number: str, at: AtDesk) -> None:
    """Take back what was said of a number: it is judged by its likeness again."""
    name = at.user.name

    def undo(connection: Connection, acting: Acting) -> Verdict:
        undone = remembered.undo(connection, number, name, acting.now)
        _must(connection, acting.reader, undone.party_id, Action.UPDATE)
        _tell(connection, acting, "number_undone", undone.party_id, {"number": undone.normal})
        return undone

    undone = await at.write(undo)
    if undone.interaction_id is not None:
        at.within.bus.publish("interaction", undone.interaction_id)


@router.get("/parties/{party}/pin")
async def read_pin(party: str, at: AtDesk) -> PinAnswer:
    """The customer number that goes with their PIN; the PIN itself is nowhere to be read."""

    def read(connection: Connection, reader: Reader) -> str | None:
        _must(connection, reader, party, Action.READ)
        return identification.customer_number(connection, party)

    return PinAnswer(customer_number=await at.read(read))


@router.put("/parties/{party}/pin", status_code=204)
async def set_pin(party: str, given: Pin, at: AtDesk) -> None:
    """Give the customer a number and a PIN; also gives them back the tries they have used up."""
    identification.check_pin(given.customer_number, given.pin)
    # hashing takes its time: nobody without the right starts it
    await at.read(lambda c, reader: _must(c, reader, party, Action.UPDATE))
    pin_hash = await passwords.hash_password(given.pin)
    name = at.user.name

    def write(connection: Connection, acting: Acting) -> None:
        _must(connection, acting.reader, party, Action.UPDATE)
        identification.set_pin(
            connection,
            party,
            customer_number=given.customer_number,
            pin_hash=pin_hash,
            by=name,
            now=acting.now,
        )
        _tell(connection, acting, "pin_set", party, {})

    await at.write(write)


@router.delete("/parties/{party}/pin", status_code=204)
async def remove_pin(party: str, at: AtDesk) -> None:
    """They identify themselves by PIN no more."""

    def write(connection: Connection, acting: Acting) -> None:
        _must(connection, acting.reader, party, Action.UPDATE)
        identification.remove_pin(connection, party)
        _tell(connection, acting, "pin_removed", party, {})

    await at.write(write)


def _must(connection: Connection, reader: Reader, party: str, action: Action) -> None:
    entity = known.entity("party")
    try:
        lists.row_of(connection, entity, party)
    except Refused as missing:
        raise Refused("party.unknown", Kind.MISSING, id=party[:100]) from missing
    if action is Action.READ:
        lists.must_reach(connection, reader, entity, party, action)
    else:
        lists.may(connection, reader, entity, party, action)


def _tell(connection: Connection, acting: Acting, action: str, party: str, detail: dict[str, str]) -> None:
    audit.record(
        connection,
        audit.Entry(
            at=acting.now,
            origin=acting.origin,
            action=action,
            entity="party",
            object_id=party,
            detail=detail,
        ),
    )
