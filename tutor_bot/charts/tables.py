"""A class's answers as tables: one row per learner and question, for a spreadsheet.

Names and questions come from people, and a spreadsheet takes a text that begins with `=` for a formula. Such a text is
made harmless as OWASP advises: in CSV by an apostrophe before it, in xlsx by saying of the cell that it is a text.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

from tutor_bot.domain.report import Line, TableWords

Cell = str | int | float | datetime | None

UNSEEN = r"\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
FORMULA = re.compile(rf"[{UNSEEN}]*[=+\-@＝＋－＠]")
"""What a spreadsheet may take for a formula, in full width too, after whatever one cannot see."""
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
NO_CHARACTER = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
"""Halves of characters and what is none: neither UTF-8 nor XML can hold them."""
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""In xlsx, _x0041_ is an A: its first line must be written as one."""
LONGEST = 32_767
"""Letters that a cell of a spreadsheet holds."""
WIDTHS = (22, 17, 22, 46, 46, 36, 8, 10, 8, 8)
"""Of the columns, in letters."""


def as_csv(lines: Iterable[Line], words: TableWords) -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes it for another encoding; times as 2026-03-02 12:00:05."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    for row in _rows(lines, words):
        writer.writerow([_harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(lines: Iterable[Line], words: TableWords) -> bytes:
    """A workbook of one sheet with a frozen heading, real times and numbers."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(words.sheet)
    # In a workbook that is only written, these must be said before the first row.
    sheet.freeze_panes = "A2"
    for place, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    count = 0
    for count, row in enumerate(_rows(lines, words), start=1):
        sheet.append([_cell(sheet, value, bold=count == 1) for value in row])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(WIDTHS))}{count}"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(lines: Iterable[Line], words: TableWords) -> Iterable[Sequence[Cell]]:
    yield [_clean(heading) for heading in words.headings]
    for line in lines:
        yield (
            _clean(line.class_title),
            # A spreadsheet knows no zones: the class's clock is meant.
            line.at.replace(tzinfo=None, microsecond=0),
            _clean(line.learner),
            _clean(line.question),
            _clean(line.fact),
            _clean("; ".join(line.chosen)),
            words.yes if line.right else words.no,
            None if line.seconds is None else round(line.seconds, 1),
            line.points,
            line.bonus,
        )


def _clean(text: str) -> str:
    return NO_CHARACTER.sub("", CONTROL.sub(" ", text))[:LONGEST]


def _harmless(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text


def _cell(sheet: Any, value: Cell, bold: bool) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.value = ESCAPE.sub("_x005F_", value)
        # openpyxl makes formulas and errors of texts that look like them.
        cell.data_type = "s"
        if FORMULA.match(value):
            cell.quotePrefix = True
    elif isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    if bold:
        cell.font = Font(bold=True)
    return cell
