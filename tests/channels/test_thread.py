"""Threading and reply addresses: the complaints of other systems' users as cases."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.addresses import case_of, reply_address, split
from channels.email.reading.parsed import Mark
from channels.email.receiving.thread import Evidence, Placement, Reference, place

SECRET = "a secret of some length"
ANN, BOB = "ann@example.org", "bob@example.net"
CASE = Reference(case_id="case-a", queue_id="service", participants=frozenset({ANN, "service@example.com"}))
OTHER = Reference(case_id="case-b", queue_id="service", participants=frozenset({BOB}))


def evidence(sender: str = ANN, queue_id: str = "service", **more: object) -> Evidence:
    return Evidence(sender=sender, queue_id=queue_id, **more)  # type: ignore[arg-type]


def test_a_reply_to_the_signed_address_finds_its_case() -> None:
    """Even when the relay rewrote our Message-ID and the mailer dropped all references."""
    assert place(evidence(signed=CASE)) == Placement(case_id="case-a")


def test_a_reply_by_reference_finds_its_case() -> None:
    """One known id is enough, whichever of the references it is."""
    assert place(evidence(cited=[OTHER, CASE])) == Placement(case_id="case-a")


def test_a_stranger_with_a_token_or_a_reference_gets_a_case_of_their_own() -> None:
    """Nothing is appended to another customer's case; the new one says what it refers to."""
    own = Placement(case_id=None, refers_to="case-a", marks=(Mark.STRANGER,))
    assert place(evidence(sender=BOB, signed=CASE)) == own
    assert place(evidence(sender=BOB, cited=[CASE])) == own
    assert place(evidence(sender="", signed=CASE)) == own


def test_a_letter_that_refers_to_nothing_opens_a_case() -> None:
    """Five customers who write `help` within a minute are five cases: no subject is ever looked at."""
    assert place(evidence()) == Placement(case_id=None)


def test_a_letter_forwarded_to_another_queue_opens_a_case_there() -> None:
    """Linked, not appended."""
    placed = place(evidence(queue_id="sales", cited=[CASE]))
    assert placed == Placement(case_id=None, refers_to="case-a", marks=(Mark.OTHER_QUEUE,))


def test_a_signed_address_follows_a_case_into_another_queue() -> None:
    """The customer answers to the old address after the case was moved."""
    assert place(evidence(queue_id="sales", signed=CASE)).case_id == "case-a"


def test_a_bounce_of_our_letter_belongs_to_its_case() -> None:
    """Mailer-daemons take part in nothing; a bounce of something else opens a case."""
    assert place(evidence(sender="mailer-daemon@x", signed=CASE, bounce=True)).case_id == "case-a"
    assert place(evidence(sender="mailer-daemon@x", cited=[CASE], bounce=True)).case_id == "case-a"
    assert place(evidence(sender="mailer-daemon@x", bounce=True)) == Placement(case_id=None)


@given(case=st.uuids(), secret=st.text(min_size=1))
def test_a_signed_address_gives_its_case_back(case: uuid.UUID, secret: str) -> None:
    """However a mailer changes its case; a valid local part (RFC 5321)."""
    address = reply_address(secret, "service@example.com", str(case))
    assert case_of(secret, address.upper()) == str(case)
    assert len(split(address).tag) + len("service+") <= 64


@pytest.mark.parametrize("at", range(8, 50))
def test_a_changed_address_is_no_token(at: int) -> None:
    """Every letter of the tag is protected."""
    address = reply_address(SECRET, "service@example.com", str(uuid.UUID(int=12345)))
    changed = address[:at] + ("a" if address[at] != "a" else "b") + address[at + 1 :]
    assert case_of(SECRET, changed) is None


def test_a_token_holds_for_its_queue_and_its_key_only() -> None:
    """Copied to another address or made with another key it means nothing."""
    address = reply_address(SECRET, "service@example.com", str(uuid.UUID(int=1)))
    assert case_of(SECRET, address.replace("service", "sales")) is None
    assert case_of("another secret of length", address) is None
    assert case_of(SECRET, "service@example.com") is None
    assert case_of(SECRET, "service+c--@example.com") is None


def test_an_address_too_long_to_sign_is_used_plain() -> None:
    """A local part has 64 letters at most."""
    long = f"{'s' * 40}@example.com"
    assert reply_address(SECRET, long, str(uuid.UUID(int=1))) == long
