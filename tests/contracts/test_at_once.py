"""Two servers that change the same record at the same time, on both databases."""

import threading
import time

import pytest

from config.errors import Kind, Refused
from crm_core.engines import writing_engine
from crm_core.records import known, lists, rows
from crm_core.records.change import system

NOW = 1_790_000_000.0
ADMIN = system(NOW)
PRODUCT = known.entity("product")
GIVEN = {"code": "A", "name": "lamp", "kind": "goods", "warranty_months": 12}


def test_changes_to_different_fields_are_both_kept(url: str) -> None:
    """Who changes one field while another server is changing a second one of the same row takes nothing back, and neither who removes it."""
    here, there = writing_engine(url), writing_engine(url)
    with here.begin() as conn:
        row_id = rows.create(conn, ADMIN, PRODUCT, GIVEN).id

    def elsewhere() -> None:
        with there.begin() as conn:
            rows.patch(conn, ADMIN, PRODUCT, row_id, {"warranty_months": 24})

    other = threading.Thread(target=elsewhere)
    with here.begin() as conn:
        rows.patch(conn, ADMIN, PRODUCT, row_id, {"name": "desk lamp"})
        other.start()
        # long enough for the other to read the row as it was; that it does is no condition
        time.sleep(0.5)
    other.join()
    with here.begin() as conn:
        row = lists.read(conn, ADMIN.reader, PRODUCT, row_id)
    here.dispose()
    there.dispose()
    assert (row.values["name"], row.values["warranty_months"], row.version) == ("desk lamp", 24, 3)


def test_a_row_that_is_not_the_one_that_was_read_is_not_written(url: str) -> None:
    """Writing a row that has got another version since it was read is refused as stale, and changes nothing."""
    engine = writing_engine(url)
    with engine.begin() as conn:
        row_id = rows.create(conn, ADMIN, PRODUCT, GIVEN).id
        read = lists.row_of(conn, PRODUCT, row_id)
        rows.patch(conn, ADMIN, PRODUCT, row_id, {"name": "desk lamp"})
        with pytest.raises(Refused, match=r"record\.stale") as refusal:
            rows.change_row(conn, ADMIN, PRODUCT, read, {"name": "torch"})
        assert refusal.value.kind is Kind.STALE
        assert lists.read(conn, ADMIN.reader, PRODUCT, row_id).values["name"] == "desk lamp"
    engine.dispose()
