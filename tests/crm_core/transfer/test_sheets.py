"""Files of all kinds become the same rows, and rows become files that spreadsheets open without harm."""

import csv
import io
import pickle
import resource
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from config.errors import Refused
from crm_core.transfer.encodings import encoding_of
from crm_core.transfer.questions import LENGTH, Look
from crm_core.transfer.sheets import data_rows, guess_layout, headings
from crm_core.transfer.writing import XlsxFile, csv_heading, csv_lines, guarded, unguarded

CUSTOMERS = "姓名,電話,備註\r\n王小明,0912-345-678,訂單已寄送\r\n陳美麗,02-2345-6789,請回電給我\r\n"
MAINLAND = "姓名,电话,备注\r\n王小明,13912345678,订单已经发货了\r\n陈美丽,010-62345678,请给我回电话\r\n"


def written(folder: Path, data: bytes) -> Path:
    path = folder / "table"
    path.write_bytes(data)
    return path


def read(path: Path) -> tuple[list[str], list[list[str]]]:
    layout = guess_layout(path)
    return headings(path, layout), [list(row.cells) for row in data_rows(path, layout)]


@pytest.mark.parametrize(
    ("text", "codec", "found"),
    [
        (CUSTOMERS, "utf-8", "utf-8"),
        (CUSTOMERS, "utf-8-sig", "utf-8-sig"),
        (CUSTOMERS, "cp950", "cp950"),
        (CUSTOMERS, "utf-16", "utf-16"),
        (MAINLAND, "gb18030", "gb18030"),
        (MAINLAND, "utf-8", "utf-8"),
        ("name,city\nJosé,Málaga\n", "cp1252", "cp1252"),
        ("name,city\nAnn,Leeds\n", "ascii", "utf-8"),
    ],
)
def test_encodings_are_detected(tmp_path: Path, text: str, codec: str, found: str) -> None:
    """Big5, GB18030, UTF-8 with and without a mark, UTF-16 and Western files are told apart and read without loss."""
    path = written(tmp_path, text.encode(codec))
    assert encoding_of(path) == found
    names, rows = read(path)
    assert [names, *rows] == [line.split(",") for line in text.splitlines()]


def test_the_first_hanzi_may_stand_at_the_end(tmp_path: Path) -> None:
    """A file that is ASCII for megabytes and Big5 in its last row is read as Big5."""
    plain = b"".join(b"name %d,city\n" % number for number in range(150_000))
    path = written(tmp_path, plain + "王小明,請回電給我謝謝\n".encode("cp950"))
    assert encoding_of(path) == "cp950"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_guessed(tmp_path: Path, delimiter: str) -> None:
    """Also where cells hold the other delimiters, quotes and line ends."""
    text = io.StringIO()
    rows = [["name", "note"], ["Ann; Bob", 'says "a, b|c"'], ["Eve", "two\r\nlines\tand more"]]
    csv.writer(text, delimiter=delimiter).writerows(rows)
    names, found = read(written(tmp_path, text.getvalue().encode()))
    assert [names, *found] == rows


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("name,phone\nAnn,0912345678\n", True),
        ("姓名,電話\n王小明,0912345678\n", True),
        ("Ann,0912345678\nBob,0912345679\n", False),
        ("ann@example.com,Ann\n", False),
        ("name,name\nAnn,Bob\n", False),
    ],
)
def test_headers_are_guessed(tmp_path: Path, text: str, header: bool) -> None:
    """Names of columns are told from data; without names the columns are counted and no row is lost."""
    path = written(tmp_path, text.encode())
    layout = guess_layout(path)
    assert layout.header == header
    assert len(list(data_rows(path, layout))) == text.count("\n") - header


def test_rows_keep_their_numbers(tmp_path: Path) -> None:
    """Empty rows are passed over and counted, and reading goes on after a row: a report names the row that people see."""
    path = written(tmp_path, b"name,phone\nAnn,1\n\n,\nBob,2\nEve,3\n")
    layout = guess_layout(path)
    assert [row.number for row in data_rows(path, layout)] == [2, 5, 6]
    assert [row.cells[0] for row in data_rows(path, layout, after=5)] == ["Eve"]


def test_workbooks(tmp_path: Path) -> None:
    """Cells of a workbook become what one would have typed: figures, days, moments, yes and no, nothing."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["name", "n", "share", "none", "day", "moment", "flag"])
    sheet.append(
        ["王小明", 3.0, 2.5, None, date(2026, 2, 14), datetime.fromisoformat("2026-02-14 09:30"), True]
    )
    book.save(tmp_path / "table")
    names, rows = read(tmp_path / "table")
    assert names == ["name", "n", "share", "none", "day", "moment", "flag"]
    assert rows == [["王小明", "3", "2.5", "", "2026-02-14", "2026-02-14 09:30:00", "true"]]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"PK\x03\x04 no workbook",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"a,b\n" + b'"' + b"x" * 2_000_000,
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes) -> None:
    """An empty file, a broken workbook, a picture and a quote that never ends are refused with a code, not a crash."""
    path = written(tmp_path, data)
    with pytest.raises(Refused) as refusal:
        read(path)
    assert refusal.value.code.startswith("import.file_")


def test_a_workbook_that_unpacks_to_terabytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size it says it unpacks to is looked at before anything is unpacked."""
    monkeypatch.setattr("crm_core.transfer.sheets.MOST_XLSX_BYTES", 1_000_000)
    with zipfile.ZipFile(tmp_path / "table", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 1_000_001)
    with pytest.raises(Refused) as refusal:
        guess_layout(tmp_path / "table")
    assert refusal.value.code == "import.file_too_large"


cells = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)


def test_a_workbook_may_hold_no_mountain_beside_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its texts are held as a whole, so they are allowed less than its worksheets."""
    monkeypatch.setattr("crm_core.transfer.sheets.MOST_XLSX_OTHER_BYTES", 1_000_000)
    path = tmp_path / "table"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", b" " * 1_000_001)
    with pytest.raises(Refused) as refusal:
        guess_layout(path)
    assert refusal.value.code == "import.file_too_large"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_row_far_below_is_held_to_the_columns_too(tmp_path: Path, kind: str) -> None:
    """Not only the first row: one with more columns than we read is refused; blank cells at the end of a coloured one are not counted."""
    path = tmp_path / "table"
    rows = [["name", "note"], *([f"n{number}", "x"] for number in range(100)), ["x"] * 401]
    if kind == "csv":
        path.write_text("\n".join(",".join(row) for row in rows))
    else:
        book = Workbook()
        for row in rows[:-1]:
            book.active.append(row)
        book.active.cell(row=50, column=900).number_format = "0.00"
        book.save(path)
        layout = guess_layout(path)
        assert sum(1 for _ in data_rows(path, layout)) == 100
        book.active.append(rows[-1])
        book.save(path)
    layout = guess_layout(path)
    with pytest.raises(Refused) as refusal:
        list(data_rows(path, layout))
    assert (refusal.value.code, refusal.value.params) == ("import.too_many_columns", {"at_most": 400})


def test_the_reading_process_cannot_take_the_whole_machine(tmp_path: Path) -> None:
    """What wants more memory than the process may have is refused as too large; it asks for a limit by itself."""
    path, made, plain = tmp_path / "table", Workbook(), io.BytesIO()
    made.active.append(["name"])
    made.save(plain)
    with zipfile.ZipFile(plain) as small, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in small.namelist():
            packed.writestr(
                name, small.read(name).replace(b"<t>name</t>", b"<t>" + b"x" * 100_000_000 + b"</t>")
            )
    question = pickle.dumps(Look(path=path))
    little = 120_000_000
    done = subprocess.run(
        [sys.executable, "-m", "crm_core.transfer.worker"],
        input=LENGTH.pack(len(question)) + question,
        capture_output=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (little, little)),
    )
    (length,) = LENGTH.unpack(done.stdout[: LENGTH.size])
    told = pickle.loads(done.stdout[LENGTH.size : LENGTH.size + length])
    assert (told.code, told.pointer) == ("import.file_too_large", "/file")
    limited = subprocess.run([sys.executable, "-c", _GREEDY], input=b"", capture_output=True, check=False)
    assert limited.returncode == 3, limited.stderr


_GREEDY = """
import sys
from crm_core.transfer import worker
worker._read = lambda _: bytearray(3 * 1024**3)
try:
    worker.main()
except MemoryError:
    sys.exit(3)
"""


@given(rows=st.lists(st.lists(cells, min_size=3, max_size=3), max_size=8))
def test_csv_comes_back(rows: list[list[str]]) -> None:
    """Whatever stands in cells, the file read as Excel reads it gives the same cells, and none begins like a formula."""
    data = csv_heading(["一", "two", "=3"]) + csv_lines(rows)
    assert data.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in found for cell in row)
    assert [[unguarded(cell) for cell in row] for row in found[1:]] == [
        [unguarded(cell) for cell in row] for row in rows
    ]


@pytest.mark.parametrize("text", ["=1+1", "+886912345678", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_formulas_are_guarded(text: str) -> None:
    """Each beginning that a spreadsheet may calculate is made text, and comes back when it is imported."""
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


def test_lines_end_as_excel_wants() -> None:
    """CRLF; figures, nothing, yes and no as they are."""
    data = csv_lines([f"名{number}", number, None, True] for number in range(1_200))
    assert data.count(b"\r\n") == 1_200
    assert data.split(b"\r\n")[0].decode() == "名0,0,,true"


def test_workbooks_are_written(tmp_path: Path) -> None:
    """Texts stay texts (no formula, no link, no figure with leading zeros lost), figures are figures, and what XML cannot hold is left out."""
    rows: list[Sequence[str | int | float | bool | None]] = [
        ["=1+1", "0912", 5, 2.5],
        ["http://x.example/", "a\x00b\x1f", None, True],
    ]
    file = XlsxFile(tmp_path / "out.xlsx", ["一", "二", "三", "四"])
    assert file.append(rows)
    file.close()
    sheet = load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    found = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert found == [
        ["一", "二", "三", "四"],
        ["=1+1", "0912", 5, 2.5],
        ["http://x.example/", "ab", None, True],
    ]
    assert sheet["A2"].data_type == "s"
