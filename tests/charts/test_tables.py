"""A class's answers as tables that a spreadsheet opens, and that do nothing but show."""

import csv
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from tutor_bot.charts.tables import as_csv, as_xlsx
from tutor_bot.domain.report import Line, TableWords

WORDS = TableWords(
    "Answers",
    ("Class", "Quiz", "Learner", "Question", "Fact", "Chosen", "Right", "Seconds", "Points", "Bonus"),
    "yes",
    "no",
)
BEGAN = datetime(2026, 3, 2, 9, 30, 5, 250_000, tzinfo=ZoneInfo("Asia/Kolkata"))


def line(learner: str = "Amina", **changed: object) -> Line:
    values: dict[str, object] = {
        "class_title": "10b",
        "at": BEGAN,
        "learner": learner,
        "question": "Which office?",
        "fact": "What became Stalin in 1922?",
        "chosen": ("General Secretary", "Commissar"),
        "right": True,
        "seconds": 3.14159,
        "points": 100,
        "bonus": 42,
    }
    return Line(**{**values, **changed})  # type: ignore[arg-type]


def csv_rows(made: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(made.decode("utf-8-sig"), newline="")))


def sheet(made: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(made)).active


def test_csv() -> None:
    """Excel knows the encoding by the first bytes; a row for each answer below the headings."""
    made = as_csv([line("Ödön"), line(right=False, seconds=None)], WORDS)
    assert made.startswith(b"\xef\xbb\xbf")
    heading, first, second = csv_rows(made)
    assert heading == list(WORDS.headings)
    assert first[1:3] == ["2026-03-02 09:30:05", "Ödön"]
    assert first[5:] == ["General Secretary; Commissar", "yes", "3.1", "100", "42"]
    assert second[6:8] == ["no", ""]


def test_xlsx() -> None:
    """Real times by the class's clock and real numbers; the heading stays in sight and is as wide as what it heads."""
    made = sheet(as_xlsx([line(), line(seconds=None)], WORDS))
    heading, first, second = made.iter_rows(values_only=True)
    assert heading == WORDS.headings
    assert first[1] == datetime(2026, 3, 2, 9, 30, 5)
    assert made["B2"].is_date
    assert first[6:] == ("yes", 3.1, 100, 42)
    assert second[7] is None
    assert (made.title, made.freeze_panes, made.auto_filter.ref) == ("Answers", "A2", "A1:J3")
    assert made.column_dimensions["D"].width > made.column_dimensions["H"].width
    assert made["A1"].font.bold


def test_no_answers() -> None:
    """Headings alone."""
    assert csv_rows(as_csv([], WORDS)) == [list(WORDS.headings)]
    assert list(sheet(as_xlsx([], WORDS)).iter_rows(values_only=True)) == [WORDS.headings]


@pytest.mark.parametrize(
    ("idea", "name", "shown", "harmful"),
    [
        ("a formula", "=1+1", "=1+1", True),
        ("a command", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", True),
        ("a sum", "+49 30", "+49 30", True),
        ("a difference", "-2", "-2", True),
        ("an old function", "@SUM(A1)", "@SUM(A1)", True),
        ("after spaces", "   =1", "   =1", True),
        ("after a tab", "\t=1", " =1", True),
        ("after a line break", "\r\n=1", " =1", True),
        ("after what one cannot see", "\u200b\u202e=1", "\u200b\u202e=1", True),
        ("in full width", "＝1", "＝1", True),
        ("inside it is only a sign", "a=b", "a=b", False),
        ("a mail address", "bo@example.org", "bo@example.org", False),
        ("an error of a spreadsheet", "#REF!", "#REF!", False),
        ("a number is a name here", "007", "007", False),
        ("characters that XML refuses", "A\x00mi\x1bna\ufffe\ud800", "A mi na", False),
        ("an escape of xlsx", "_x003D_1", "_x003D_1", False),
        ("lines and quotation marks", 'Bo "the\nbold"; x,y', 'Bo "the bold"; x,y', False),
        ("right to left, and pictures", "نور 🏳️‍🌈", "نور 🏳️‍🌈", False),
    ],
)
def test_names(idea: str, name: str, shown: str, harmful: bool) -> None:
    """A name stays what it is, and is a text wherever it is opened."""
    [_, row] = csv_rows(as_csv([line(name)], WORDS))
    assert row[2] == ("'" + shown if harmful else shown), idea
    cell = sheet(as_xlsx([line(name)], WORDS))["C2"]
    # Excel undoes the escapes of xlsx by itself, openpyxl only when told to.
    assert (unescape(cell.value), cell.data_type, bool(cell.quotePrefix)) == (shown, "s", harmful), idea


@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3).map(tuple))
def test_any_text(learner: str, question: str, chosen: tuple[str, ...]) -> None:
    """Whatever people are called and ask: as many cells as headings, the same texts in both, no formula in either."""
    lines = [line(learner, question=question, chosen=chosen)]
    [_, row] = csv_rows(as_csv(lines, WORDS))
    cells = list(sheet(as_xlsx(lines, WORDS))[2])
    assert len(row) == len(cells) == len(WORDS.headings)
    for place in (2, 3, 5):
        assert not row[place].lstrip().startswith(("=", "+", "-", "@"))
        assert cells[place].data_type == "s" or cells[place].value is None
        assert row[place].removeprefix("'" if cells[place].quotePrefix else "") == (cells[place].value or "")


def test_a_long_text() -> None:
    """A cell holds 32,767 letters; what is longer is cut, or the workbook could not be opened."""
    assert len(sheet(as_xlsx([line("x" * 40_000)], WORDS))["C2"].value) == 32_767
