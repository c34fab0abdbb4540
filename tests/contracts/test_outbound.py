"""What goes out follows the customer's channel, language and hours: procedures' letters and call backs, and letters that agents begin."""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from agent_console.procedures import _next, _work
from config.errors import Refused, RefusedFields
from config.ids import new_id
from crm_core import parties
from crm_core.casework import activity, customer_letters, macros, overview, regrouping
from crm_core.casework.texts import Place
from crm_core.customers import outbound
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.rules import procedures
from crm_core.rules.model import Trigger
from crm_core.rules.procedures import Run, Started
from crm_core.tables import audit_event, waiting_letter
from tests.contracts.test_casework import CASE, HOUR_S, NOW, Pen, acting, make, user

# NOW is 22:13 of a Monday in Taipei
EVENING = {"preferred_channel": "email", "time_zone": "Asia/Taipei"}
NINE_NEXT_DAY = 1_790_000_000.0 + 10 * HOUR_S + 46 * 60 + 40
OFFICE = {"from": "09:00", "until": "18:00"}


def customer(conn: Connection, **given: Any) -> str:
    made = make(conn, "party", kind="person", name="Lin", **given).id
    parties.add_contact_point(conn, made, kind="email", raw="lin@example.com")
    parties.add_contact_point(conn, made, kind="phone", raw="+886 2 2345 6789")
    return made


def text(conn: Connection, language: str = "en", body: str = "Hello {{party.name}}", **given: Any) -> str:
    words = {"name": "Reminder", "shortcut": "remind", "channel": "email", **given}
    return make(conn, "template", language=language, body=body, **words).id


def start(conn: Connection, case_id: str, pen: Pen | None, *steps: Any, trigger: str = "time_passed") -> Run:
    name = make(conn, "procedure", name=new_id(), entity=CASE, steps=list(steps)).id
    run = procedures.run(conn, name, CASE, case_id, Started(key=name, trigger=Trigger(trigger)), NOW, pen)
    assert run is not None
    return run


def mail(template: str, **given: str) -> dict[str, str]:
    return {"kind": "send_mail", "template_id": template, **given}


def say(conn: Connection, party: str, state: str, at: float = NOW, **given: Any) -> str:
    words = {"purpose": "service", "channel": "email", "evidence": "by phone", **given}
    return make(conn, "consent", system(at), party_id=party, state=state, **words).id


def told(conn: Connection, case_id: str) -> list[tuple[str, Any]]:
    return [
        (each.kind, each.data.get("params", {}).get("reason"))
        for each in activity.of_case(conn, case_id)
        if each.kind.startswith("letter_")
    ]


def test_a_letter_is_in_the_customers_language_where_there_is_such_a_text(conn: Connection) -> None:
    """Of the same shortcut the one in their language; a customer whose language no text has gets the one that was chosen."""
    english = text(conn)
    text(conn, "zh-TW", "{{party.name}} 您好")
    text(conn, "zh-CN", "别的", shortcut="other")
    pen = Pen()
    for language in ("zh-TW", "zh-CN", "en"):
        case_id = make(conn, CASE, subject="x", party_id=customer(conn, language=language)).id
        start(conn, case_id, pen, mail(english))
    assert [words for _, words in pen.written] == ["Lin 您好", "Hello Lin", "Hello Lin"]


@pytest.mark.parametrize("trigger", ["created", "time_passed"])
def test_a_letter_that_is_not_wanted_is_not_sent_and_the_case_says_why(
    conn: Connection, trigger: str
) -> None:
    """After consent for e-mail was withdrawn neither a receipt nor a reminder goes; the run in the case tells the reason."""
    party, pen = customer(conn), Pen()
    say(conn, party, "withdrawn")
    case_id = make(conn, CASE, subject="x", party_id=party).id
    run = start(conn, case_id, pen, mail(text(conn)), trigger=trigger)
    assert (run.outcome, pen.written) == ("failed", [])
    (happened,) = [each for each in activity.of_case(conn, case_id) if each.kind == "procedure"]
    assert happened.data["steps"] == [
        {
            "kind": "send_mail",
            "outcome": "refused",
            "code": "letter.not_wanted",
            "params": {"reason": "withdrawn"},
        }
    ]


def test_who_is_not_to_be_contacted_gets_receipts_alone(conn: Connection) -> None:
    """A receipt for what they wrote goes, a reminder does not; and a survey needs their word."""
    party, pen, words = customer(conn, do_not_contact=True), Pen(), text(conn)
    case_id = make(conn, CASE, subject="x", party_id=party).id
    outcomes = [
        start(conn, case_id, pen, mail(words), trigger="customer_wrote").outcome,
        start(conn, case_id, pen, mail(words)).outcome,
        start(conn, case_id, pen, mail(words, purpose="receipt")).outcome,
        start(conn, case_id, pen, mail(words, purpose="survey"), trigger="created").outcome,
    ]
    assert (outcomes, len(pen.written)) == (["done", "failed", "done", "failed"], 2)


def test_a_case_that_a_rule_opened_has_no_receipt(conn: Connection) -> None:
    """The customer has asked for nothing there: the letter that its opening starts waits for their hours."""
    party, pen = customer(conn, contact_times=OFFICE, **EVENING), Pen()
    case_id = make(conn, CASE, subject="x", party_id=party, channel="rule").id
    run = start(conn, case_id, pen, mail(text(conn)), trigger="created")
    assert run.steps[0]["waits_until"] == NINE_NEXT_DAY


def test_a_letter_to_somebody_else_follows_nobodys_wishes(conn: Connection) -> None:
    """A step with an address of its own writes there, whatever the case's customer wants."""
    party, pen = customer(conn, do_not_contact=True), Pen()
    case_id = make(conn, CASE, subject="x", party_id=party).id
    run = start(conn, case_id, pen, mail(text(conn), address="partner@example.org"))
    assert (run.outcome, len(pen.written)) == ("done", 1)


def test_a_reminder_waits_for_the_customers_hours_and_goes_once(conn: Connection) -> None:
    """On Monday night it waits for Tuesday nine o'clock of the customer's clock; a receipt does not; the case tells both."""
    party, pen, words = customer(conn, contact_times=OFFICE, **EVENING), Pen(), text(conn)
    case_id = make(conn, CASE, subject="x", party_id=party).id
    assert start(conn, case_id, pen, mail(words), trigger="created").outcome == "done"
    assert len(pen.written) == 1
    run = start(conn, case_id, pen, mail(words))
    assert (run.outcome, run.steps[0]["waits_until"]) == ("done", NINE_NEXT_DAY)
    assert (len(pen.written), customer_letters.next_at(conn)) == (1, NINE_NEXT_DAY)
    assert _next(conn, NOW, pen, ()) is not None
    assert customer_letters.work(conn, NINE_NEXT_DAY - 1, pen) == []
    assert _work(conn, NINE_NEXT_DAY, pen, ()).sent_in == [case_id]
    assert customer_letters.work(conn, NINE_NEXT_DAY + 1, pen) == []
    assert (len(pen.written), told(conn, case_id)) == (2, [("letter_sent", None)])


def test_a_customer_without_a_clock_has_the_centres(conn: Connection) -> None:
    """Whose time zone nobody knows is written to by the hours of the centre's."""
    party, pen = customer(conn, contact_times=OFFICE), Pen()
    pen.zone = "Asia/Taipei"
    case_id = make(conn, CASE, subject="x", party_id=party).id
    assert start(conn, case_id, pen, mail(text(conn))).steps[0]["waits_until"] == NINE_NEXT_DAY


def test_what_is_said_while_a_letter_waits_counts(conn: Connection) -> None:
    """Consent that was withdrawn meanwhile keeps it back, later hours let it wait longer, and the case says so."""
    party, pen, words = customer(conn, contact_times=OFFICE, **EVENING), Pen(), text(conn)
    case_id = make(conn, CASE, subject="x", party_id=party).id
    start(conn, case_id, pen, mail(words))
    afternoon = {"contact_times": {"from": "14:00", "until": "18:00"}}
    rows.patch(conn, system(NOW), known.entity("party"), party, afternoon)
    customer_letters.work(conn, NINE_NEXT_DAY, pen)
    assert customer_letters.next_at(conn) == NINE_NEXT_DAY + 5 * HOUR_S
    say(conn, party, "withdrawn", NOW + HOUR_S)
    customer_letters.work(conn, NINE_NEXT_DAY + 5 * HOUR_S, pen)
    assert (pen.written, told(conn, case_id)) == ([], [("letter_kept", "withdrawn")])
    assert conn.execute(select(waiting_letter)).all() == []


def test_a_letter_that_waits_ends_with_its_case(conn: Connection) -> None:
    """A case that was merged away meanwhile sends nothing any more."""
    party, pen = customer(conn, contact_times=OFFICE, **EVENING), Pen()
    case_id = make(conn, CASE, subject="x", party_id=party).id
    start(conn, case_id, pen, mail(text(conn)))
    regrouping.merge(conn, case_id, make(conn, CASE, subject="y", party_id=party).id, NOW, None)
    customer_letters.work(conn, NINE_NEXT_DAY, pen)
    assert (pen.written, told(conn, case_id)) == ([], [("letter_kept", None)])


def test_who_likes_the_telephone_better_is_called(conn: Connection) -> None:
    """Instead of a reminder the case's owner gets a task to call, at a time that suits the customer; receipts are written."""
    wishes = {**EVENING, "preferred_channel": "phone", "contact_times": OFFICE}
    party, pen, words, ann = customer(conn, **wishes), Pen(), text(conn), user(conn, "ann")
    case_id = make(conn, CASE, acting(ann), subject="x", party_id=party).id
    start(conn, case_id, pen, mail(words), {"kind": "call_back", "due_in_s": HOUR_S})
    tasks = [(each.kind, each.due_at) for each in overview.tasks_about(conn, case_id)]
    assert (sorted(tasks), pen.written) == (
        [("callback", NINE_NEXT_DAY), ("contact", NINE_NEXT_DAY + 24 * HOUR_S)],
        [],
    )
    start(conn, case_id, pen, mail(words), trigger="created")
    assert len(pen.written) == 1


def test_who_may_not_be_called_either_gets_their_mail(conn: Connection) -> None:
    """The telephone is liked better, and was forbidden: then the letter goes."""
    party, pen = customer(conn, preferred_channel="phone"), Pen()
    say(conn, party, "withdrawn", channel="phone")
    case_id = make(conn, CASE, subject="x", party_id=party).id
    start(conn, case_id, pen, mail(text(conn)))
    assert len(pen.written) == 1


def test_an_agents_letter_against_the_customers_wish_is_confirmed_and_kept(conn: Connection) -> None:
    """A letter that an agent begins is refused to who wants none; confirmed it goes, and the audit chain says who and against what."""
    party, pen, ann = customer(conn, language="zh-TW"), Pen(), user(conn, "ann")
    say(conn, party, "withdrawn")
    text(conn, "zh-TW", "您好")
    macro = make(conn, "macro", name="m", template_id=text(conn)).id
    case_id = make(conn, CASE, acting(ann), subject="x", party_id=party).id
    place = Place(case_id=case_id, author_id=ann)
    with pytest.raises(Refused, match=r"letter\.not_wanted"):
        macros.run(conn, acting(ann), macro, place, post=pen, key="k")
    assert pen.written == []
    ran = macros.run(conn, acting(ann), macro, place, post=pen, key="k", confirmed=True)
    assert ran.letter_id is not None
    assert pen.written == [(case_id, "您好")]
    row = audit_event.c
    kept = conn.execute(audit_event.select().where(row.action == "sent_unwanted")).one()
    assert (kept.entity, kept.object_id, kept.actor) == (CASE, case_id, ann)


def test_an_address_that_was_opted_out_is_not_written_to(conn: Connection) -> None:
    """The other address of the same customer is."""
    party = customer(conn)
    point = make(conn, "contact_point", party_id=party, kind="email", raw="Old@Example.com", opted_out_at=NOW)
    assert point.id

    def ask(address: str) -> tuple[str, str]:
        found = outbound.ask(conn, party, "email", "service", NOW, "UTC", address)
        return found.outcome.value, found.reason

    assert (ask("old@example.com"), ask("lin@example.com")) == (("no", "opted_out"), ("go", "not_needed"))


def test_a_purpose_that_is_no_word_is_refused(conn: Connection) -> None:
    """A procedure whose step names its purpose with anything but a code is not kept."""
    with pytest.raises(RefusedFields) as refusal:
        make(conn, "procedure", name="p", entity=CASE, steps=[mail("t", purpose="Any Thing")])
    assert [each.code for each in refusal.value.faults] == ["procedure.step"]
