"""What an organisation says of itself, on both databases."""

import json

import pytest
from sqlalchemy import Connection

from config.errors import Refused
from crm_core import audit, cases
from crm_core.branding import kept
from crm_core.branding.kept import Branding, Given
from crm_core.casework import texts
from crm_core.casework.texts import Place
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.tables import audit_detail, audit_event
from tests.crm_core.test_branding import JPEG, png

NOW = 1_790_000_000.0
ACTING = system(NOW)


def told(conn: Connection) -> list[dict[str, list[str | None]]]:
    bodies = conn.execute(
        audit_detail.select()
        .join(audit_event, audit_event.c.seq == audit_detail.c.seq)
        .where(audit_event.c.entity == "branding")
        .order_by(audit_event.c.seq)
    )
    return [json.loads(each.body)["changes"] for each in bodies]


def test_what_is_said_is_kept_and_told_to_the_log(conn: Connection) -> None:
    """Tidied, with what was before; what changes nothing is not told again."""
    assert kept.read(conn) == Branding()
    given = Given(
        name="  大安 電子 ", address=" 台北市 \n\n 1 號 ", phone="+886 2 1234-5678", accent="#0B6B62"
    )
    for _ in range(2):
        found = kept.change(conn, ACTING, given)
    assert (found.name, found.address, found.accent) == ("大安 電子", "台北市\n1 號", "#0b6b62")
    assert (found.dialled, found.accent_dark) == ("+886212345678", None)
    kept.change(conn, ACTING, Given(name="大安"))
    first, second = told(conn)
    assert first["name"] == ["", "大安 電子"]
    assert set(second) == {"name", "address", "phone", "accent"}
    assert audit.verify(conn).broken_at is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (Given(name="x", accent="#ffee00"), "branding.contrast"),
        (Given(name="x", accent="#0b6b62", accent_dark="#222222"), "branding.contrast"),
        (Given(name="x", accent="teal"), "branding.colour"),
        (Given(name="x", phone="javascript:1"), "branding.phone"),
    ],
)
def test_what_cannot_be_read_or_dialled_changes_nothing(conn: Connection, given: Given, code: str) -> None:
    """It is refused as a whole."""
    with pytest.raises(Refused, match=code):
        kept.change(conn, ACTING, given)
    assert kept.read(conn) == Branding()
    assert told(conn) == []


def test_a_logo_is_kept_by_what_its_bytes_are(conn: Connection) -> None:
    """It comes back byte for byte; another takes its place; what is no picture leaves it; taken away, there is none."""
    assert kept.logo(conn) is None
    first = kept.set_logo(conn, ACTING, png()).logo
    assert kept.logo(conn) == ("image/png", png())
    with pytest.raises(Refused, match="logo_kind"):
        kept.set_logo(conn, ACTING, b"<svg/>")
    kept.change(conn, ACTING, Given(name="x"))
    second = kept.set_logo(conn, ACTING, JPEG).logo
    assert kept.logo(conn) == ("image/jpeg", JPEG)
    assert kept.remove_logo(conn, ACTING) == Branding(name="x")
    assert kept.logo(conn) is None
    assert [each["logo"] for each in told(conn) if "logo" in each] == [
        [None, first],
        [first, second],
        [second, None],
    ]


def test_texts_call_the_organisation_as_it_calls_itself(conn: Connection) -> None:
    """The placeholder for the centre's name is the name that was set, else that of the settings."""
    text = rows.create(
        conn,
        ACTING,
        known.entity("template"),
        {"name": "t", "channel": "email", "language": "en", "body": "{{centre.name}}"},
    ).id
    case = cases.open_case(conn, subject="s", party_id=None, queue_id=None, now=NOW).id
    place = Place(case_id=case, author_id=None, centre="Of the settings")
    assert texts.fill(conn, text, place, NOW).body == "Of the settings"
    kept.change(conn, ACTING, Given(name="Lamps & Co"))
    assert texts.fill(conn, text, place, NOW).body == "Lamps & Co"
