from datetime import date

import pytest

from tutor_bot.domain.estimates import Estimate
from tutor_bot.domain.item_analysis import AnalysedItem, Doubt, ItemFigures
from tutor_bot.domain.report import ClassReport, FactRow, hardest_first


def a_fact(name: str, right: int, answered: int) -> FactRow:
    return FactRow(0, name, f"What of {name}?", answered, right)


@pytest.mark.parametrize(
    ("idea", "rows", "expected"),
    [
        ("nothing", [], []),
        ("by share, not by number", [a_fact("half", 1, 2), a_fact("third", 3, 9)], ["third", "half"]),
        ("of equals the better known one", [a_fact("few", 0, 2), a_fact("many", 0, 9)], ["many", "few"]),
        ("what nobody answered is last", [a_fact("new", 0, 0), a_fact("known", 9, 9)], ["known", "new"]),
    ],
)
def test_hardest_first(idea: str, rows: list[FactRow], expected: list[str]) -> None:
    """The facts to speak about come first, and their numbers say so."""
    ordered = hardest_first(rows)
    assert [row.fact for row in ordered] == expected, idea
    assert [row.number for row in ordered] == list(range(1, len(rows) + 1))


def figures(name: str, *doubts: Doubt) -> ItemFigures:
    item = AnalysedItem(name, "fact", f"What is {name}?", ("a", "b"), (0,))
    return ItemFigures(item, 30, Estimate(0.5, 0.3, 0.7), None, (15, 15), (), doubts)


def test_doubtful_questions_have_letters() -> None:
    """The gravest first, each with a letter that picture and caption share; sound ones have none."""
    items = (
        figures("easy", Doubt.TOO_EASY),
        figures("sound"),
        figures("wrong", Doubt.KEY_MAY_BE_WRONG, Doubt.UNUSED_OPTION),
    )
    report = ClassReport("10b", date(2026, 3, 2), date(2026, 3, 29), 4, items=items)
    assert [(letter, f.item.item) for letter, f in report.doubtful] == [("A", "wrong"), ("B", "easy")]
    many = ClassReport("10b", report.first, report.last, 4, items=(figures("hard", Doubt.TOO_HARD),) * 60)
    assert [many.doubtful[place][0] for place in (0, 25, 26, 52)] == ["A", "Z", "AA", "BA"]
