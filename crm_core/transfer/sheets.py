"""A table in a file as rows of texts: CSV whose delimiter and header are guessed, and XLSX."""

import csv
import datetime as dt
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from config.errors import Kind, Refused
from crm_core.transfer.encodings import encoding_of

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_ROWS = 50
MOST_COLUMNS = 400
LONGEST_CELL = 1_000_000
"""Characters; a quote that is never closed would else read the rest of the file into one cell."""
MOST_XLSX_BYTES = 2_000_000_000
"""Unpacked; a workbook of 100 KB may unpack to terabytes."""
MOST_XLSX_OTHER_BYTES = 200_000_000
"""Of these what is no worksheet: texts and styles are held as a whole, rows only one by one."""
_XLSX = b"PK\x03\x04"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file is read; `encoding` and `delimiter` are empty for XLSX, `header` says that the first row has names."""

    format: str
    encoding: str = ""
    delimiter: str = ""
    header: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`number` counts all rows of the file from 1, so that the report names the row that people see."""

    number: int
    cells: Sequence[str]


def guess_layout(path: Path) -> Layout:
    """What the file seems to be; `Refused` (import.file_unreadable) for what is no table."""
    with path.open("rb") as file:
        if file.read(4) == _XLSX:
            layout = Layout(format="xlsx")
            return Layout(format="xlsx", header=_looks_like_header(_some(path, layout)))
    encoding = encoding_of(path)
    with _reading(path), path.open(encoding=encoding, errors="replace", newline="") as text:
        lines = list(islice(text, SAMPLE_ROWS))
    if any("\0" in line for line in lines):
        raise Refused("import.file_unreadable", Kind.INVALID, pointer="/file")
    layout = Layout(format="csv", encoding=encoding, delimiter=_delimiter(lines))
    header = _looks_like_header(_some(path, layout))
    return Layout(format="csv", encoding=encoding, delimiter=layout.delimiter, header=header)


def headings(path: Path, layout: Layout) -> list[str]:
    """The names of the columns; `1`, `2`, ... where the file has none."""
    first = next(all_rows(path, layout), None)
    if first is None or not any(first.cells):
        raise Refused("import.file_empty", Kind.INVALID, pointer="/file")
    if layout.header:
        return [cell.strip() for cell in first.cells]
    return [str(number) for number in range(1, len(first.cells) + 1)]


def data_rows(path: Path, layout: Layout, after: int = 0) -> Iterator[Row]:
    """The rows below the header that hold anything, from the one after row `after`."""
    skipped = max(after, 1 if layout.header else 0)
    for row in all_rows(path, layout):
        if row.number > skipped and any(row.cells):
            yield row


def all_rows(path: Path, layout: Layout) -> Iterator[Row]:
    """Every row of the file, the header too."""
    with _reading(path):
        rows = _xlsx_rows(path) if layout.format == "xlsx" else _csv_rows(path, layout)
        for number, cells in enumerate(rows, start=1):
            if len(cells) > MOST_COLUMNS:
                raise Refused("import.too_many_columns", Kind.INVALID, pointer="/file", at_most=MOST_COLUMNS)
            yield Row(number=number, cells=cells)


def _csv_rows(path: Path, layout: Layout) -> Iterator[list[str]]:
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding=layout.encoding, errors="replace", newline="") as text:
        yield from csv.reader(text, delimiter=layout.delimiter)


def _xlsx_rows(path: Path) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - a third of a second that only a workbook pays

    with zipfile.ZipFile(path) as packed:
        parts = packed.infolist()
        other = (part for part in parts if not part.filename.startswith("xl/worksheets/"))
        if (
            sum(part.file_size for part in parts) > MOST_XLSX_BYTES
            or sum(part.file_size for part in other) > MOST_XLSX_OTHER_BYTES
        ):
            raise Refused("import.file_too_large", Kind.INVALID, pointer="/file")
    # as an open file, for by name it would insist on the ending
    with path.open("rb") as file, closing(load_workbook(file, read_only=True, data_only=True)) as book:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what other programs say about the size is often wrong
        for cells in sheet.iter_rows(values_only=True):
            yield [_as_text(cell) for cell in _without_tail(cells)]


def _without_tail(cells: Sequence[Any]) -> Sequence[Any]:
    """A whole row that somebody has coloured has 16,384 cells."""
    width = len(cells)
    while width > MOST_COLUMNS and cells[width - 1] in (None, ""):
        width -= 1
    return cells[:width]


def _as_text(cell: Any) -> str:
    """A cell as people would have typed it into CSV: 0912 stays what it is, 3.0 is 3, a day is a day."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _some(path: Path, layout: Layout) -> list[Sequence[str]]:
    return [row.cells for row in islice(all_rows(path, layout), SAMPLE_ROWS)]


def _delimiter(lines: Sequence[str]) -> str:
    """The one that cuts most rows into the same number of more than one cell."""

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            return 0, 0
        usual = max(set(widths), key=widths.count, default=0)
        return (widths.count(usual), usual) if usual > 1 else (0, 0)

    return max(DELIMITERS, key=fit)


def _looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: texts, each once, without figures; or figures stand only below it."""
    if not rows:
        return False
    first = [cell.strip() for cell in rows[0] if cell.strip()]
    return bool(first) and len(set(first)) == len(first) and not any(_has_figures(cell) for cell in first)


def _has_figures(cell: str) -> bool:
    return sum(sign.isdigit() for sign in cell) * 2 > len(cell) or "@" in cell


class _reading:  # noqa: N801 - reads as a statement
    """Turns what the readers raise about a broken file into a refusal."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        broken = (csv.Error, UnicodeError, zipfile.BadZipFile, KeyError, ValueError, EOFError, SyntaxError)
        if isinstance(error, broken):
            raise Refused("import.file_unreadable", Kind.INVALID, pointer="/file") from error
