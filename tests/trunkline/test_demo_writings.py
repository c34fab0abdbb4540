"""What the demo centre was written by other ways than mail."""

from pathlib import Path

from sqlalchemy import Connection, select

from channels.fax.files import Place
from crm_core import cases, letters, parties, queues, users
from crm_core.chat import kept as chats
from crm_core.engines import writing_engine
from crm_core.faxes import kept as faxes
from crm_core.inquiries import kept as forms
from crm_core.recordings.chest import Chest
from crm_core.tables.base import metadata
from tests.templates import with_tables
from trunkline.demo import sheets, writings
from trunkline.demo.people import KNOWN_NUMBER, Customer

NOW = 1_790_000_000.0


def _known(conn: Connection) -> Customer:
    party = parties.add_party(conn, kind="person", name="陳怡君", now=1.0)
    email = "chen.yijun@example.org"
    parties.add_contact_point(conn, party.id, "phone", KNOWN_NUMBER)
    parties.add_contact_point(conn, party.id, "email", email)
    return Customer(party=party, language="zh-TW", phone=KNOWN_NUMBER, email=email)


def test_a_demo_has_something_of_each_way_to_write(tmp_path: Path) -> None:
    """A published form with its inquiry, a chat, a fax and a scan with their pages, a text message with its answer: each answered, ended, and
    its case solved; nothing younger than a day."""
    engine = writing_engine(with_tables(tmp_path / "trunkline.db"))
    drawn = sheets.draw(Place(tmp_path / "faxes", Chest()), NOW - writings.FAX_AGO_S)
    with engine.begin() as conn:
        queue = queues.add_queue(conn, name="客戶服務", language="zh-TW", mail_address="care@demo.test")
        agent = users.add_user(
            conn, login="wei", name="Wei", password_hash="x", role="agent", language="zh-TW"
        )
        writings.tell(conn, NOW, queue, {queue.id: [agent.id]}, _known(conn), drawn)
        told = {}
        interaction = metadata.tables["interaction"]
        for each in ("form", "chat", "fax", "sms", "post"):
            (row,) = conn.execute(select(interaction).where(interaction.c.medium == each)).all()
            case = cases.case(conn, row.case_id)
            assert case is not None
            assert (row.state, row.outcome, case.status) == ("closed", "handled", "solved"), each
            assert row.closed_at < NOW - 86_400
            told[each] = row.id
        (fax,) = faxes.of_interaction(conn, told["fax"])
        kinds = ("pdf", "tiff", "pictures")
        assert all(fax.place(tmp_path / "faxes", kind).stat().st_size > 500 for kind in kinds)
        (scan,) = letters.of_interaction(conn, told["post"])
        assert (len(fax.pictures), scan.attachments[0].name) == (1, "保固申請書.pdf")
        assert [each.direction for each in letters.of_interaction(conn, told["sms"])] == ["in", "out"]
        assert [line.seq for line in chats.lines(conn, told["chat"])] == [1, 2, 3, 4, 5, 6, 7]
        assert forms.shown(conn, "returns") is not None
    engine.dispose()
