"""`trunkline import` and `trunkline seed` at the terminal: what they do, say, and end with."""

import asyncio
import csv
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crm_core.tables import import_batch, party, search_document
from tests.contracts.databases import run_in
from tests.trunkline.test_start import MISSING, ROOT, Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.write()
    made.make_database()
    return made


async def said(place: Place, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "trunkline.command", *arguments, "--config", str(place.file)),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def names(place: Place) -> list[str]:
    url = f"sqlite:///{place.folder}/data/trunkline.db"
    return sorted(run_in(url, lambda conn: conn.execute(select(party.c.name)).scalars().all()))


async def test_a_file_with_its_report(place: Place) -> None:
    """Rows become customers, the mapping overrules the guess, the report names what was not taken, and the code says so."""
    file, told = place.folder / "c.csv", place.folder / "told.csv"
    file.write_text("Name,Tel,Color\nAnn,0912345678,red\n,0912345679,blue\n", encoding="utf-8")
    options = ("--entity", "parties", "--mapping", "Tel=phone,Color=note", "--report", str(told))
    code, out, err = await said(place, "import", str(file), *options)
    assert code == MISSING, err
    assert "created 1, updated 0, unchanged 0, skipped 0, failed 1 of 2 rows" in out
    lines = list(csv.reader(told.read_text(encoding="utf-8-sig").splitlines()))
    assert lines[0][7:] == ["name", "phone", "note"]
    assert lines[2] == [
        "3",
        "failed",
        "",
        "Name",
        "Must be filled in",
        "field.required",
        "",
        "",
        "0912345679",
        "blue",
    ]
    assert names(place) == ["Ann"]
    again = await said(
        place, "import", str(file), *options[:4], "--match", "phone", "--mode", "update", "--dry-run"
    )
    assert "would be created 0, updated 0, unchanged 1, skipped 1" in again[1]
    assert list((place.folder / "data" / "imports").iterdir()) != [], (
        "a trial keeps its file for the real one"
    )


async def test_a_seed_can_be_searched_and_taken_back(place: Place) -> None:
    """Made-up customers are there, indexed, and one batch."""
    code, out, err = await said(place, "seed", "--parties", "300")
    assert code == 0, err
    assert "made 300 customers" in out
    url = f"sqlite:///{place.folder}/data/trunkline.db"
    for table, count in ((party, 300), (search_document, 300), (import_batch, 1)):
        assert (
            run_in(
                url,
                lambda conn, table=table: conn.execute(select(func.count()).select_from(table)).scalar_one(),
            )
            == count
        )


async def test_refusals_are_sentences(place: Place) -> None:
    """Unknown records, headings and fields, and a file that is no table: a code and no traceback, nothing made."""
    file = place.folder / "c.csv"
    file.write_text("Name\nAnn\n", encoding="utf-8")
    for options in (
        ("--entity", "nothing"),
        ("--entity", "parties", "--mapping", "Tel=phone"),
        ("--entity", "parties", "--mapping", "Name=secret"),
    ):
        code, _, err = await said(place, "import", str(file), *options)
        assert code == MISSING
        assert "Traceback" not in err
        assert err.splitlines()[-1].startswith("trunkline: ")
    file.write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    code, _, err = await said(place, "import", str(file), "--entity", "parties")
    assert code == MISSING
    assert "import.file_unreadable" in err
    assert names(place) == []
