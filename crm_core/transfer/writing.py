"""Rows into files for people: CSV that Excel opens in Chinese, and XLSX; both row by row, whatever their number."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""At the beginning, or Excel takes UTF-8 for the code page of the machine."""
FLUSH_ROWS = 500
MOST_XLSX_ROWS = 1_048_575
"""Below the header; Excel's own limit."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Cell = str | int | float | bool | None


def csv_parts(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file in parts: UTF-8 with a mark, CRLF, no cell that a spreadsheet would calculate."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    text.write(MARK)
    writer.writerow([guarded(cell) for cell in heading])
    for number, row in enumerate(rows, start=1):
        writer.writerow([_shown(cell) for cell in row])
        if number % FLUSH_ROWS == 0:
            yield _taken(text)
    yield _taken(text)


def guarded(text: str) -> str:
    """A text that begins like a formula gets an apostrophe before it (OWASP, CSV injection); +886 and what follows would
    else be shown as 8.86912E+11."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """What `guarded` was given, so that an exported file can be imported again."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def write_xlsx(path: Path, heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a workbook with one sheet, row by row (only the current one is held); returns the number of rows.

    Texts are written as texts, never as formulas or links. Stops at Excel's last row."""
    import xlsxwriter  # noqa: PLC0415 - only an export to XLSX pays for it

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    written = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(heading):
            sheet.write_string(0, place, name, bold)
        for number, row in enumerate(rows, start=1):
            if number > MOST_XLSX_ROWS:
                break
            _write_row(sheet, number, row)
            written = number
    return written


class _Sheet(Protocol):
    def write_string(self, row: int, column: int, text: str) -> Any: ...
    def write_number(self, row: int, column: int, number: float) -> Any: ...
    def write_boolean(self, row: int, column: int, value: bool) -> Any: ...


def _write_row(sheet: _Sheet, number: int, row: Sequence[Cell]) -> None:
    for place, cell in enumerate(row):
        match cell:
            case None | "":
                continue
            case bool():
                sheet.write_boolean(number, place, cell)
            case int() | float():
                sheet.write_number(number, place, cell)
            case _:
                sheet.write_string(number, place, _FORBIDDEN_IN_XML.sub("", cell)[:32_767])


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case str():
            return guarded(cell)
        case _:
            return str(cell)


def _taken(text: io.StringIO) -> bytes:
    data = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return data
