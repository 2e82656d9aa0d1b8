"""The picture of a class: who took part, which facts are hard, and which questions deserve a second look.

Learners are numbers here; who they are stands in the caption, which the teacher alone reads.
"""

from math import ceil
from textwrap import wrap
from typing import TYPE_CHECKING

from tutor_bot.charts.field import draw_field
from tutor_bot.charts.ground import (
    BLUE,
    FAINT,
    GREY,
    LINE,
    ORANGE,
    TEXT,
    Mark,
    bar,
    bare,
    can_be_written,
    fitting,
    heading,
    instead,
    picture,
    spots,
)
from tutor_bot.domain.estimates import share
from tutor_bot.domain.item_analysis import ItemFigures
from tutor_bot.domain.report import ClassReport, FactRow, PersonRow, ReportWords

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PEOPLE, MOST_FACTS, MOST_DOUBTS = 200, 20, 12
"""Rows that a picture holds; the tables hold all."""
TWO_LINES, ONE_LINE = 46, 54
"""Letters in each of the two lines of a fact, and in that of a doubtful question."""
ONE_COLUMN = 10
"""Learners up to whom one column is enough."""
PERSON, FACT, DOUBT, FIELD = 0.28, 0.34, 0.27, 3.3
"""Inches for a learner, for a fact, for a doubtful question, and for the field of all questions."""
TOP, BOTTOM, GAPS = 1.55, 0.3, (0.95, 1.15, 0.65)
"""Inches above, below, and after each part, with the heading of the next."""


def draw_report(report: ClassReport, words: ReportWords) -> bytes:
    """A PNG. Facts stand in the order given, numbered as in the caption; the doubtful have the report's letters."""
    people, facts = report.people[:MOST_PEOPLE], report.facts[:MOST_FACTS]
    doubtful = report.doubtful[:MOST_DOUBTS]
    columns = 1 if len(people) <= ONE_COLUMN else 2
    rows = ceil(len(people) / columns)
    field = any(figures.discrimination for figures in report.items)
    heights = (PERSON * max(1, rows), FACT * max(1, len(facts)), FIELD if field else FACT, DOUBT * len(doubtful))
    gaps = (*GAPS[:2], GAPS[2] if field else GAPS[2] / 4)
    height = TOP + sum(heights) + sum(gaps) + BOTTOM
    title = report.title if report.title.strip() and can_be_written(report.title) else words.title
    with picture(height, fitting(title, 46)) as (figure, out):
        figure.text(0.04, 1 - 0.68 / height, words.subtitle, color=FAINT, fontsize=10.5, va="center")
        axes, edge = [], height - TOP
        for tall, gap in zip(heights, (*gaps, 0), strict=True):
            axes.append(figure.add_axes((0.04, (edge - tall) / height, 0.92, max(tall, 0.01) / height)))
            edge -= tall + gap
        _people(axes[0], people, columns, words)
        _facts(axes[1], facts, words)
        draw_field(axes[2], report, words)
        _doubts(axes[3], doubtful, words)
        _left_out(axes[0], len(report.people) - len(people), words)
        _left_out(axes[1], len(report.facts) - len(facts), words)
        _left_out(axes[3], len(report.doubtful) - len(doubtful), words)
    return out.getvalue()


def _people(axes: "Axes", people: tuple[PersonRow, ...], columns: int, words: ReportWords) -> None:
    marks = (Mark(words.right, BLUE, "s"), Mark(words.quiet, ORANGE, "s"), Mark(words.dot, TEXT, "o"))
    heading(axes, words.people, marks if people else ())
    rows = max(1, ceil(len(people) / columns))
    axes.set_xlim(0, columns)
    axes.set_ylim(rows - 0.5, -0.5)
    if not people:
        instead(axes, words.nothing)
        return
    most = max(1, *(row.answered for row in people))
    # A single column has long bars, so what stands beside them takes less of its width.
    start, end = (0.06, 0.88) if columns == 1 else (0.1, 0.76)
    dots, areas = [], []
    for place, row in enumerate(people):
        column, y = divmod(place, rows)
        left, reach = column + start, end - start
        axes.text(left - 0.02 * columns, y, str(row.number), color=TEXT, fontsize=9.5, va="center", ha="right")
        bar(axes, (left, y - 0.05), reach, 0.1, GREY)
        right = row.right / row.answered if row.answered else 0
        colour, pattern = (ORANGE, "////") if row.quiet else (BLUE, "")
        bar(axes, (left, y - 0.22), right * reach, 0.44, colour, pattern)
        if row.answered:
            dots.append((left + right * reach, y))
            areas.append(8 + 62 * row.answered / most)
        counts = f"{row.right}/{row.answered}" if row.answered else "–"
        axes.text(column + end + 0.025 * columns, y, counts, color=FAINT, fontsize=9, va="center")
    spots(axes, dots, areas, TEXT)


def _facts(axes: "Axes", facts: tuple[FactRow, ...], words: ReportWords) -> None:
    heading(axes, words.facts, (Mark(words.right, BLUE, "o"), Mark(words.interval, BLUE, "_")) if facts else ())
    axes.set_xlim(0, 1)
    axes.set_ylim(max(1, len(facts)) - 0.5, -0.5)
    if not facts:
        instead(axes, words.nothing)
        return
    left, reach = 0.555, 0.335
    for part in (0, 0.5, 1):
        axes.axvline(left + part * reach, color=LINE, linewidth=0.8, zorder=0)
    axes.set_xticks([left, left + reach / 2, left + reach], labels=["0 %", "50 %", "100 %"])
    axes.tick_params(axis="x", length=0, labelsize=8.5, labelcolor=FAINT, pad=3)
    dots = []
    for y, row in enumerate(facts):
        asks = wrap(row.question, TWO_LINES, max_lines=2, placeholder="…") if can_be_written(row.question) else []
        axes.text(0.035, y, str(row.number), color=TEXT, fontsize=9.5, va="center", ha="right")
        axes.text(0.055, y, "\n".join(asks), color=TEXT, fontsize=8.6, va="center", linespacing=1.05)
        axes.text(0.915, y, f"{row.right}/{row.answered}", color=FAINT, fontsize=9, va="center")
        if row.answered:
            known = share(row.right, row.answered)
            bar(axes, (left + known.low * reach, y - 0.05), (known.high - known.low) * reach, 0.1, BLUE)
            dots.append((left + known.value * reach, y))
    spots(axes, dots, 50, BLUE)


def _doubts(axes: "Axes", doubtful: tuple[tuple[str, ItemFigures], ...], words: ReportWords) -> None:
    bare(axes, "")
    axes.set_xlim(0, 1)
    axes.set_ylim(max(1, len(doubtful)) - 0.5, -0.5)
    for y, (letter, figures) in enumerate(doubtful):
        stem = figures.item.stem if can_be_written(figures.item.stem) else ""
        asks = "".join(wrap(stem, ONE_LINE, max_lines=1, placeholder="…"))
        axes.text(0.018, y, letter, color=ORANGE, fontsize=9.5, weight="bold", ha="center", va="center")
        axes.text(0.045, y, asks, color=TEXT, fontsize=9, va="center")
        # The gravest; the caption names them all.
        axes.text(1, y, words.doubts[figures.doubts[0]], color=FAINT, fontsize=9, ha="right", va="center")


def _left_out(axes: "Axes", rows: int, words: ReportWords) -> None:
    """Below the rows that are shown, how many are not."""
    if rows > 0:
        axes.annotate(
            words.more.format(n=rows),
            (0, 0),
            (0, -3),
            xycoords="axes fraction",
            textcoords="offset points",
            color=FAINT,
            fontsize=8.5,
            va="top",
        )
