"""The picture of a class: for classes of any size, with numbers for names."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image

from tests.browser import SHOTS
from tests.charts.test_tables import WORDS as TABLE_WORDS
from tests.charts.test_tables import line
from tests.domain.test_item_analysis import rasch
from tutor_bot.charts.field import TALL, WIDE, free_place
from tutor_bot.charts.report import draw_report
from tutor_bot.charts.studio import Studio
from tutor_bot.domain.item_analysis import AnalysedItem, Doubt, ItemFigures, analyse, cronbach_alpha
from tutor_bot.domain.report import ClassReport, FactRow, PersonRow, ReportWords, hardest_first

MONDAY = date(2026, 3, 2)
ASKED = (
    "Which office did Stalin take up in April 1922?",
    "What did Lenin's postscript of 4 January 1923 propose for Stalin, and what not?",
    "Who led the Right Opposition?",
)
WORDS = ReportWords(
    title="Your class",
    subtitle="2 March to 29 March 2026 · 6 quizzes",
    people="Learners",
    right="right",
    dot="larger dot: more answers",
    quiet="gone quiet",
    facts="Facts, the hardest first",
    interval="the truth lies within the line, 19 times in 20",
    items="Questions",
    facility="right on the first attempt",
    discrimination="tells strong from weak",
    sound="no doubt",
    doubtful="worth a second look",
    unknown="cannot be told yet",
    nothing="Nothing yet.",
    more="{n} more in the tables",
    doubts={
        Doubt.KEY_MAY_BE_WRONG: "the key may be wrong",
        Doubt.TWO_GOOD_ANSWERS: "two good answers",
        Doubt.NO_DISCRIMINATION: "does not tell who knows",
        Doubt.TOO_HARD: "too hard",
        Doubt.TOO_EASY: "too easy",
        Doubt.UNUSED_OPTION: "an option nobody takes",
    },
)
EMPTY = ClassReport("Class 10b", MONDAY, MONDAY + timedelta(days=27), 0)


def a_report(learners: int, facts: int) -> ClassReport:
    """A class of which every ninth learner has gone quiet, and a question with a wrong key."""
    attempts = rasch(5, learners, facts, popular=0.4, plant=Doubt.KEY_MAY_BE_WRONG)
    attempts = [a for a in attempts if a.learner % 9 != 4 or int(a.item) < 2]
    people, taught = [], []
    for n in range(learners):
        own = [a.right for a in attempts if a.learner == n]
        people.append(PersonRow(n + 1, "Amina", len(own), sum(own), 6, MONDAY, quiet=n % 9 == 4))
    for n in range(facts):
        given = [a.right for a in attempts if a.item == str(n)]
        taught.append(FactRow(0, str(n), ASKED[n % len(ASKED)], len(given), sum(given)))
    items = [AnalysedItem(str(n), str(n), ASKED[n % len(ASKED)], ("a", "b", "c", "d"), (0,)) for n in range(facts)]
    return replace(
        EMPTY,
        quizzes=6,
        people=tuple(people),
        facts=hardest_first(taught),
        items=analyse(items, attempts),
        alpha=cronbach_alpha(attempts),
    )


def opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture))


@pytest.mark.parametrize(("learners", "facts"), [(1, 1), (3, 5), (12, 10), (30, 20), (40, 26), (250, 60)])
def test_a_picture(learners: int, facts: int) -> None:
    """As wide as a phone and never more than Telegram takes."""
    made = draw_report(a_report(learners, facts), WORDS)
    assert opened(made).format == "PNG"
    assert opened(made).size[0] == 1080
    assert sum(opened(made).size) < 10_000
    SHOTS.mkdir(parents=True, exist_ok=True)
    (SHOTS / f"report-{learners}.png").write_bytes(made)


def test_an_empty_report() -> None:
    """A class that has done nothing yet has a picture that says so; so has one that was only looked at."""
    assert opened(draw_report(EMPTY, WORDS)).size[0] == 1080
    idle = replace(EMPTY, people=(PersonRow(1, "Bo", 0, 0, 0, None, quiet=False),), facts=(FactRow(1, "f", "?", 0, 0),))
    assert opened(draw_report(idle, WORDS)).size[0] == 1080


def test_numbers_are_drawn_and_names_are_not() -> None:
    """The picture may be passed on: it is the same to the last dot whatever the learners are called."""
    report = a_report(12, 5)
    made = draw_report(report, WORDS)
    renamed = tuple(replace(row, name="نور <b>") for row in report.people)
    assert draw_report(replace(report, people=renamed), WORDS) == made
    renumbered = tuple(replace(row, number=row.number + 1) for row in report.people)
    assert draw_report(replace(report, people=renumbered), WORDS) != made
    reordered = tuple(replace(row, number=row.number + 1) for row in report.facts)
    assert draw_report(replace(report, facts=reordered), WORDS) != made


@pytest.mark.parametrize("text", ["שלטון סטאלין", "斯大林", "$x^2$ & <b>", "", "x" * 300, "one\ntwo"])
def test_texts_that_the_font_cannot_write(text: str) -> None:
    """Titles and questions of any script and length break nothing: numbers and letters stand for them."""
    report = a_report(12, 5)
    facts = tuple(replace(row, question=text) for row in report.facts)
    items = tuple(_asking(figures, text) for figures in report.items)
    assert opened(draw_report(replace(report, title=text, facts=facts, items=items), WORDS)).format == "PNG"


def _asking(figures: ItemFigures, text: str) -> ItemFigures:
    return replace(figures, item=replace(figures.item, stem=text), doubts=(Doubt.TOO_HARD, Doubt.UNUSED_OPTION))


def test_letters_do_not_hide_each_other() -> None:
    """Doubtful questions at one spot are drawn beside it, each letter in sight."""
    placed: list[tuple[float, float]] = []
    for _ in range(12):
        placed.append(free_place((0.5, 0.3), placed))
    assert len({(round(x, 3), round(y, 3)) for x, y in placed}) == 12
    assert placed[0] == (0.5, 0.3)
    assert all(abs(a[0] - b[0]) >= WIDE / 2 or abs(a[1] - b[1]) >= TALL / 2 for a, b in combinations(placed, 2))


async def test_the_studio() -> None:
    """Picture and workbook are made in the process that draws."""
    studio = Studio()
    try:
        picture = await studio.report(a_report(3, 3), WORDS)
        assert picture
        assert opened(picture).format == "PNG"
        workbook = await studio.workbook([line()], TABLE_WORDS)
        assert workbook
        assert workbook.startswith(b"PK")
    finally:
        studio.close()
