"""Rows into files for people: CSV that Excel opens in Chinese, and XLSX; both row by row, whatever their number."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""At the beginning, or Excel takes UTF-8 for the code page of the machine."""
MOST_XLSX_ROWS = 1_048_575
"""Below the header; Excel's own limit."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FORBIDDEN_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

Cell = str | int | float | bool | None


def csv_heading(heading: Sequence[str]) -> bytes:
    """How a file begins: UTF-8 with a mark."""
    return MARK.encode() + csv_lines([heading])


def csv_lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as CSV with CRLF, with no cell that a spreadsheet would calculate."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([_shown(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def guarded(text: str) -> str:
    """A text that begins like a formula gets an apostrophe before it (OWASP, CSV injection); +886 and what follows would
    else be shown as 8.86912E+11."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """What `guarded` was given, so that an exported file can be imported again."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


class XlsxFile:
    """A workbook with one sheet that is written row by row; only the current row is held. Texts are texts, never formulas or links."""

    def __init__(self, path: Path, heading: Sequence[str]) -> None:
        import xlsxwriter  # noqa: PLC0415 - only an export to XLSX pays for it

        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.rows = 0
        self._book = xlsxwriter.Workbook(str(path), options)
        self._sheet: _Sheet = self._book.add_worksheet()
        self._book.worksheets()[0].freeze_panes(1, 0)
        bold = self._book.add_format({"bold": True})
        for place, name in enumerate(heading):
            self._sheet.write_string(0, place, name, bold)

    def append(self, rows: Iterable[Sequence[Cell]]) -> bool:
        """Write these; False when Excel can hold no more."""
        for row in rows:
            if self.rows >= MOST_XLSX_ROWS:
                return False
            self.rows += 1
            _write_row(self._sheet, self.rows, row)
        return True

    def close(self) -> None:
        """Complete the file."""
        self._book.close()


class _Sheet(Protocol):
    def write_string(self, row: int, column: int, text: str, style: Any = None) -> Any: ...
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
