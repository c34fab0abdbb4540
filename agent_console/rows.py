"""What the store's dataclasses look like in JSON."""

from collections.abc import Iterable
from dataclasses import asdict

from agent_console import flow_documents
from agent_console.answers import (
    AttachmentDocument,
    CaseDocument,
    CheckDocument,
    FailureDocument,
    InviteDocument,
    LetterDocument,
    PartyAnswer,
    PartyRowDocument,
    Person,
    PhoneDocument,
    SegmentDocument,
    UserDocument,
)
from agent_console.customer_rows import brief, contract, verdict
from agent_console.directory import Directory
from agent_console.documents import (
    CaseBrief,
    ClockDocument,
    Customer,
    InteractionBrief,
    MatchDocument,
    MatchStrength,
    MembershipDocument,
    PartyCard,
    PointDocument,
    PopDocument,
    ScriptDocument,
)
from config.peers import PhoneCredential
from crm_core.cases import Case
from crm_core.customers.contact_points import is_current
from crm_core.customers.relations import today
from crm_core.interactions import Interaction, Segment
from crm_core.letter_findings import Failure, Invite
from crm_core.letter_types import Letter
from crm_core.parties import ContactPoint, Party
from crm_core.pop import PastContact, Pop, PopParty
from crm_core.search.party_list import PartyRow
from crm_core.sla.clock import Clock
from crm_core.users import User

_STRENGTHS: dict[str, MatchStrength] = {"none": "none", "one": "one", "many": "many"}


def user(row: User) -> UserDocument:
    """Oneself, as the console keeps it."""
    return UserDocument(
        id=row.id,
        login=row.login,
        name=row.name,
        role=row.role,
        language=row.language,
        theme=row.theme,
        density=row.density,
        extension=row.extension,
    )


def phone(given: PhoneCredential) -> PhoneDocument:
    """What a browser registers with."""
    return PhoneDocument(uri=given.uri, user=given.user, password=given.password, ws_url=given.ws_url)


def pop(known: Pop, letters: int, version: int, clocks: Iterable[Clock]) -> PopDocument:
    """The store's part of an item; `version` rises with every reading, so that the console asks for the rest anew."""
    row = known.interaction
    return PopDocument(
        customer=Customer(address=row.customer_address, name=row.customer_name),
        entry=row.entry_address,
        attestation=row.attestation,
        subject=row.subject,
        match=MatchDocument(
            strength=_STRENGTHS.get(known.match, "pending"),
            parties=[party_card(each, today(row.enqueued_at)) for each in known.parties],
        ),
        case=case_brief(known.case) if known.case else None,
        contract=contract(known.contract, row.told) if known.contract else None,
        flow=flow_documents.visit(known.visit),
        clocks=[clock(each) for each in clocks],
        note=row.note,
        letters=letters,
        version=version,
    )


def clock(row: Clock) -> ClockDocument:
    """A promise, without anything that changes by the passing of time alone."""
    still = row.met_at is not None or row.due is None
    return ClockDocument(
        kind=row.kind,
        round=row.round,
        state=row.state,
        due=row.due,
        warn_at=row.warn_at,
        met_at=row.met_at,
        breached_at=row.breached_at,
        target_s=row.target_s,
        left_s=row.remaining_s if still else None,
    )


def case_brief(row: Case) -> CaseBrief:
    """A case in a list."""
    return CaseBrief(
        id=row.id, number=row.number, subject=row.subject, status=row.status, updated_at=row.updated_at
    )


def case(row: Case, names: Directory) -> CaseDocument:
    """A case by itself."""
    return CaseDocument(
        **case_brief(row),
        party_id=row.party_id,
        queue=names.queue_name(row.queue_id),
        created_at=row.created_at,
    )


def past_contact(row: PastContact) -> InteractionBrief:
    """An earlier interaction in a history."""
    return InteractionBrief(
        id=row.id,
        medium=row.medium,
        queue=row.queue,
        at=row.at,
        agent=row.agent,
        disposition=row.disposition,
        outcome=row.outcome,
        subject=row.subject,
    )


def interaction_brief(row: Interaction, names: Directory) -> InteractionBrief:
    """The same of a whole interaction."""
    return InteractionBrief(
        id=row.id,
        medium=row.medium,
        queue=names.queue_name(row.queue_id),
        at=row.enqueued_at,
        agent=names.user_name(row.agent_id),
        disposition=row.disposition,
        outcome=row.outcome,
        subject=row.subject,
    )


def segment(row: Segment, names: Directory) -> SegmentDocument:
    """One stay."""
    return SegmentDocument(
        kind=row.kind,
        queue=names.queue_name(row.queue_id),
        agent=names.user_name(row.agent_id),
        started_at=row.started_at,
        rang_at=row.rang_at,
        answered_at=row.answered_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
    )


def letter(row: Letter) -> LetterDocument:
    """A letter without its HTML, which is a page of its own."""
    return LetterDocument(
        {
            "id": row.id,
            "direction": row.direction,
            "from": Person(name=row.from_name, address=row.from_address),
            "to": _people(row.to),
            "cc": _people(row.cc),
            "subject": row.subject,
            "date": row.date,
            "received_at": row.received_at,
            "text": row.text,
            "reply": row.reply or row.text,
            "signature": row.signature,
            "language": row.language,
            "has_html": bool(row.html),
            "marks": list(row.marks),
            "automatic_rule": row.automatic_rule,
            "failures": [_failure(each) for each in row.bounce.failures] if row.bounce else [],
            "invite": _invite(row.invite) if row.invite else None,
            "authentication": [
                CheckDocument(
                    authority=each.authority, method=each.method, result=each.result, domain=each.domain
                )
                for each in row.authentication
            ],
            "attachments": [
                AttachmentDocument(
                    id=each.id,
                    name=each.name,
                    content_type=each.content_type,
                    size=each.size,
                    inline=each.inline,
                    danger=each.danger,
                )
                for each in row.attachments
            ],
            "delivery": row.delivery,
            "error": row.delivery_error or "",
            "refused": dict(row.refused or {}),
            "bcc": _people(row.bcc or ()),
            "receipt_wanted": bool(row.receipt_wanted),
            "read_at": row.read_at,
            "author": row.author,
        }
    )


def _invite(one: Invite) -> InviteDocument:
    return InviteDocument(
        method=one.method,
        summary=one.summary,
        place=one.place,
        organiser=one.organiser,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        all_day=one.all_day,
    )


def _failure(one: Failure) -> FailureDocument:
    return FailureDocument(
        recipient=one.recipient,
        status=one.status,
        reply_code=one.reply_code,
        reason=one.reason,
        hard=one.hard,
    )


def party_row(row: PartyRow) -> PartyRowDocument:
    """A customer in a list."""
    return PartyRowDocument(
        id=row.id,
        kind=row.kind,
        name=row.name,
        organisation=row.organisation,
        title=row.title,
        tier=row.tier,
        phone=row.phone,
        email=row.email,
    )


def party(
    row: Party, cases: Iterable[Case], contacts: Iterable[PastContact], superior: str | None, day: str
) -> PartyAnswer:
    """A customer with their history; `day`: on which numbers hold or not."""
    return PartyAnswer(
        id=row.id,
        kind=row.kind,
        name=row.name,
        organisation=row.organisation,
        title=row.title,
        department=row.department,
        tier=row.tier,
        language=row.language,
        note=row.note,
        contact_points=[point(each, day) for each in row.contact_points],
        superior=superior,
        traits=list(row.traits),
        lifecycle=row.lifecycle,
        membership=membership(row),
        preferred_channel=row.preferred_channel,
        contact_times=dict(row.contact_times) if row.contact_times else None,
        do_not_contact=bool(row.do_not_contact),
        cases=[case_brief(each) for each in cases],
        interactions=[past_contact(each) for each in contacts],
    )


def point(row: ContactPoint, day: str) -> PointDocument:
    """A number or address as it is on this day."""
    return PointDocument(
        id=row.id,
        kind=row.kind,
        raw=row.raw,
        normal=row.normal,
        label=row.label,
        primary=row.primary,
        current=is_current(asdict(row), day),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        verified_at=row.verified_at,
        invalid_since=row.invalid_since,
        invalid_reason=row.invalid_reason,
        opted_out_at=row.opted_out_at,
    )


def membership(row: Party) -> MembershipDocument | None:
    if row.membership_number is None and row.membership_tier is None:
        return None
    return MembershipDocument(
        number=row.membership_number, tier=row.membership_tier, until=row.membership_until
    )


def party_card(row: PopParty, day: str) -> PartyCard:
    """A customer as the pop shows them."""
    known = row.party
    return PartyCard(
        id=known.id,
        kind=known.kind,
        name=known.name,
        organisation=known.organisation,
        title=known.title,
        department=known.department,
        tier=known.tier,
        language=known.language,
        note=known.note,
        phones=list(known.reached_by("phone")),
        emails=list(known.reached_by("email")),
        points=[point(each, day) for each in known.contact_points],
        superior=row.superior,
        traits=list(known.traits),
        lifecycle=known.lifecycle,
        membership=membership(known),
        preferred_channel=known.preferred_channel,
        contact_times=dict(known.contact_times) if known.contact_times else None,
        do_not_contact=bool(known.do_not_contact),
        script=ScriptDocument(name=row.script.name, text=row.script.text) if row.script else None,
        cases=[case_brief(each) for each in row.cases],
        interactions=[past_contact(each) for each in row.interactions],
        strength=row.strength,
        remembered=verdict(row.verdict) if row.verdict else None,
        **brief(row.brief),
    )


def _people(addresses: Iterable[str]) -> list[Person]:
    return [Person(name="", address=each) for each in addresses]
