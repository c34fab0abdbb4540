"""What leaves the house as a file is what the list shows, and no more than may leave."""

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, select

from config.errors import Kind, Refused
from crm_core import audit
from crm_core.access.model import FieldRight, Rights, Role, allowed
from crm_core.access.reader import Reader
from crm_core.audit import Origin
from crm_core.parties import add_contact_point
from crm_core.records import known, lists, rows
from crm_core.records.change import Acting, system
from crm_core.records.lists import Asked
from crm_core.tables import audit_detail
from crm_core.transfer import export
from crm_core.transfer.export import Sheet, Wanted, opened, part
from crm_core.transfer.plan import Plan, check, targets
from crm_core.transfer.writing import Cell

NOW = 1_790_000_000.0
ADMIN = system(NOW)
LOCAL = datetime.fromtimestamp(NOW, ZoneInfo("Asia/Taipei")).strftime("%Y-%m-%d %H:%M:%S")
PARTY = known.entity("party")


def reader(fields: dict[str, FieldRight] | None = None, **scopes: Any) -> Reader:
    role = Role(scopes={"party": allowed(**scopes)}, fields={"party": fields or {}})
    return Reader(user_id="u-1", everything=False, teams=("t-1",), rights=Rights(roles=(role,)))


def make(conn: Connection, name: str, **given: Any) -> str:
    return rows.create(conn, ADMIN, PARTY, {"name": name, **given}).id


def everything(conn: Connection, who: Reader, sheet: Sheet) -> list[list[Cell]]:
    """All parts of a file."""
    found: list[list[Cell]] = []
    cursor = None
    while True:
        got = part(conn, who, sheet, cursor, NOW)
        found += got.rows
        cursor = got.cursor
        if cursor is None:
            return found


def names(conn: Connection, who: Reader, **asked: Any) -> list[Cell]:
    sheet = opened(conn, who, PARTY, Wanted(asked=Asked(**asked), columns=("name",)))
    return [row[1] for row in everything(conn, who, sheet)]


@pytest.mark.parametrize("sort", ["name", "-name", "title,-name", "-updated_at"])
def test_the_same_rows_in_the_same_order(
    conn: Connection, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    """Under any filter and order the file has the list's rows, each once, however many parts it takes."""
    monkeypatch.setattr(export, "PART_ROWS", 3)
    for number in range(11):
        make(conn, f"名{number % 4}-{number}", title=None if number % 3 else "boss")
    asked: dict[str, Any] = {"filter": {"field": "name", "is": "begins", "value": "名"}, "sort": sort}
    listed = lists.listed(conn, ADMIN.reader, PARTY, Asked(limit=200, **asked), now=NOW)
    assert names(conn, ADMIN.reader, **asked) == [row.values["name"] for row in listed.items]
    assert len(listed.items) == 11


def test_exporting_is_narrower_than_reading(conn: Connection) -> None:
    """Who reads all but exports their own takes their own along; who may not export takes nothing."""
    mine = make(conn, "mine")
    make(conn, "other")
    table = rows.table_of(PARTY)
    conn.execute(table.update().where(table.c.id == mine).values(owner_id="u-1"))
    assert names(conn, reader(read="all", export="own")) == ["mine"]
    assert sorted(map(str, names(conn, reader(read="all", export="all")))) == ["mine", "other"]
    assert names(conn, reader(read="own", export="all")) == ["mine"]
    with pytest.raises(Refused) as refusal:
        names(conn, reader(read="all"))
    assert refusal.value.kind is Kind.FORBIDDEN


def test_hidden_fields_stay_in_the_house(conn: Connection) -> None:
    """A field that they may not read is no column, cannot be asked for, and no filter or order gives it away; numbers likewise."""
    party = make(conn, "Ann", note="secret")
    add_contact_point(conn, party, "phone", "0912345678")
    who = reader({"note": FieldRight.HIDDEN, "phone": FieldRight.HIDDEN}, read="all", export="all")
    sheet = opened(conn, who, PARTY, Wanted(asked=Asked()))
    told = json.dumps([sheet.heading(), everything(conn, who, sheet)], ensure_ascii=False)
    assert "secret" not in told
    assert "0912345678" not in told
    for wanted in (
        Wanted(asked=Asked(), columns=("note",)),
        Wanted(asked=Asked(), columns=("phone",)),
        Wanted(asked=Asked(filter={"field": "note", "is": "has", "value": "s"})),
        Wanted(asked=Asked(sort="note")),
    ):
        with pytest.raises(Refused):
            opened(conn, who, PARTY, wanted)


def test_rights_are_looked_at_for_each_part(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever loses the right in the middle of a large export gets no further part."""
    monkeypatch.setattr(export, "PART_ROWS", 1)
    make(conn, "one")
    make(conn, "two")
    who = reader(read="all", export="all")
    sheet = opened(conn, who, PARTY, Wanted(asked=Asked(sort="name"), columns=("name",)))
    first = part(conn, who, sheet, None, NOW)
    assert first.cursor is not None
    with pytest.raises(Refused):
        part(conn, reader(read="all"), sheet, first.cursor, NOW)


def test_labels_for_people_codes_for_programs(conn: Connection) -> None:
    """Words, names, moments, and yes or no in the asked language and the centre's zone; or as programs know them."""
    company = make(conn, "遠東貿易", kind="organisation")
    make(conn, "王小明", organisation_id=company, language="zh-TW")
    asked = Asked(filter={"field": "name", "is": "eq", "value": "王小明"})
    columns = ("kind", "organisation_id", "language", "created_at")
    for people in (True, False):
        wanted = Wanted(
            asked=asked, columns=columns, as_codes=not people, language="zh-TW", zone="Asia/Taipei"
        )
        sheet = opened(conn, ADMIN.reader, PARTY, wanted)
        ((_, *cells),) = everything(conn, ADMIN.reader, sheet)
        if people:
            assert sheet.heading() == ["ID", "類別", "所屬組織", "語言", "建立時間"]
            assert cells == ["個人", "遠東貿易", "繁體中文", LOCAL]
        else:
            assert sheet.heading() == ["id", *columns]
            assert cells[:3] == ["person", company, "zh-TW"]


def test_it_is_told(conn: Connection) -> None:
    """The chain says who took how many rows under which filter, and still verifies."""
    sheet = opened(conn, ADMIN.reader, PARTY, Wanted(asked=Asked(sort="name"), columns=("name",)))
    acting = Acting(reader=ADMIN.reader, origin=Origin(user_id="u-1", name="sue", via="console"), now=NOW)
    export.tell(conn, acting, sheet, rows=7, kind="csv", whole=False)
    detail = json.loads(
        conn.execute(select(audit_detail.c.body).order_by(audit_detail.c.seq.desc())).scalars().first() or ""
    )
    assert (detail["rows"], detail["whole"], detail["columns"]) == (7, False, ["name"])
    assert audit.verify(conn).broken_at is None


def holder(**held: Any) -> Reader:
    """Somebody who may do all with customers, and this with what is kept beside them."""
    whole = allowed(read="all", create="all", update="all", export="all", **{"import": "all"})
    role = Role(scopes={"party": whole, **held}, fields={})
    return Reader(user_id="u-1", everything=False, rights=Rights(roles=(role,)))


def test_numbers_and_ids_leave_only_with_their_own_rights(conn: Connection) -> None:
    """Who may not export contact points or ids of other systems gets no column of them beside the customer; one asked for is unknown."""
    ann = make(conn, "Ann")
    add_contact_point(conn, ann, "phone", "0912345678")
    rows.create(
        conn, ADMIN, known.entity("party_identifier"), {"party_id": ann, "scheme": "erp", "value": "E-1"}
    )
    taken = allowed(read="all", export="all")

    def cells(who: Reader) -> list[Cell]:
        sheet = opened(conn, who, PARTY, Wanted(asked=Asked()))
        columns = sheet.heading()
        (row,) = everything(conn, who, sheet)
        return [row[columns.index(each)] for each in ("Phone", "ERP number") if each in columns]

    assert cells(holder(contact_point=taken, party_identifier=taken)) == ["0912345678", "E-1"]
    assert cells(holder(contact_point=allowed(read="all"), party_identifier=taken)) == ["E-1"]
    assert cells(holder(contact_point=taken)) == ["0912345678"]
    with pytest.raises(Refused) as refusal:
        opened(conn, holder(), PARTY, Wanted(asked=Asked(), columns=("name", "phone")))
    assert refusal.value.code == "field.unknown"


def test_a_right_that_is_taken_away_ends_a_file(conn: Connection) -> None:
    """From the next part on the cells of what may be taken no more are empty."""
    add_contact_point(conn, make(conn, "Ann"), "phone", "0912345678")
    taken = allowed(read="all", export="all")
    sheet = opened(conn, holder(contact_point=taken), PARTY, Wanted(asked=Asked(), columns=("name", "phone")))
    assert everything(conn, holder(contact_point=taken), sheet)[0][1:] == ["Ann", "0912345678"]
    assert everything(conn, holder(), sheet)[0][1:] == ["Ann", None]


def test_numbers_and_ids_come_only_with_their_own_rights(conn: Connection) -> None:
    """Who may not make contact points or ids brings none along with a file of customers, nor finds customers by them."""
    made = allowed(read="all", create="all")

    def offered(who: Reader) -> set[str]:
        names = {each.field.name for each in targets(conn, who, PARTY)}
        return names & {"name", "phone", "email_2", "erp_id"}

    assert offered(holder(contact_point=made, party_identifier=made)) == {
        "name",
        "phone",
        "email_2",
        "erp_id",
    }
    assert offered(holder(contact_point=allowed(read="all"), party_identifier=made)) == {"name", "erp_id"}
    assert offered(holder(contact_point=made)) == {"name", "phone", "email_2"}
    with pytest.raises(Refused) as refusal:
        check(conn, holder(), Plan(entity="party", columns=("name", "phone"), match="phone"))
    assert refusal.value.code == "field.unknown"
