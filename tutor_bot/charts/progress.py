"""The picture of a learner's progress: knowledge by topic, activity, and what is to come."""

from datetime import timedelta
from typing import TYPE_CHECKING

from tutor_bot.charts.ground import (
    BLUE,
    FAINT,
    GREY,
    GROUND,
    LINE,
    ORANGE,
    PINK,
    TEXT,
    bar,
    bare,
    can_be_written,
    fitting,
    picture,
)
from tutor_bot.domain.progress import WEEKS, PictureWords, Progress

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KNOWN, FADING, MET, NEW = BLUE, ORANGE, PINK, GREY
LEVELS = ("#2b3646", "#2f6f96", "#4496c6", "#8fd0f5")
"""Activity of a day: none, a little, some, much. Brightness alone tells them apart."""
ROW = 0.36
"""Inches for a topic."""
LONG = 35
"""Letters of a title above which they are written smaller."""


def draw_progress(progress: Progress, words: PictureWords) -> bytes:
    """A PNG. Topics are numbered as in the caption; names of people never stand in it."""
    topics = ROW * len(progress.topics) + 0.35
    heights = [topics, 1.95, 1.35]
    gaps, top, bottom = 0.62, 0.95, 0.35
    height = sum(heights) + 2 * gaps + top + bottom
    with picture(height, words.title) as (figure, out):
        axes, edge = [], height - top
        for tall in heights:
            axes.append(figure.add_axes((0.04, (edge - tall) / height, 0.92, tall / height)))
            edge -= tall + gaps
        _topics(axes[0], progress, words)
        _activity(axes[1], progress, words)
        _ahead(axes[2], progress, words)
        _legend(figure, words, 1 - 0.72 / height)
    return out.getvalue()


def _topics(axes: "Axes", progress: Progress, words: PictureWords) -> None:
    bare(axes, "")
    most = 1.0
    axes.set_xlim(0, most)
    axes.set_ylim(len(progress.topics) - 0.45, -0.55)
    left = 0.47
    for place, row in enumerate(progress.topics):
        title = f"{place + 1}. {row.title if can_be_written(row.title) else ''}".strip()
        small = len(title) > LONG
        axes.text(0, place, fitting(title, 44), color=TEXT, fontsize=8.8 if small else 10.5, va="center")
        scale = (0.9 - left) / max(1, row.total)
        start = left
        for count, colour, pattern in ((row.known, KNOWN, ""), (row.fading, FADING, "///"), (row.met, MET, "...")):
            if count:
                bar(axes, (start, place - 0.28), count * scale, 0.56, colour, pattern)
            start += count * scale
        if row.new:
            bar(axes, (start, place - 0.08), row.new * scale, 0.16, NEW)
        axes.text(0.915, place, f"{row.known}/{row.total}", color=FAINT, fontsize=10, va="center")


def _legend(figure: "Figure", words: PictureWords, y: float) -> None:
    from matplotlib.patches import Patch

    shown = ((words.known, KNOWN, ""), (words.fading, FADING, "///"), (words.met, MET, "..."), (words.new, NEW, ""))
    figure.legend(
        handles=[Patch(facecolor=c, hatch=h, edgecolor=GROUND, label=label, linewidth=0) for label, c, h in shown],
        loc="center left",
        bbox_to_anchor=(0.03, y),
        ncols=4,
        frameon=False,
        labelcolor=TEXT,
        fontsize=10.5,
        handlelength=1.4,
        handleheight=1.0,
        columnspacing=1.4,
        borderpad=0,
    )


def _activity(axes: "Axes", progress: Progress, words: PictureWords) -> None:
    from matplotlib.collections import PolyCollection

    bare(axes, words.activity)
    monday = progress.today - timedelta(days=progress.today.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    axes.set_xlim(-0.9, WEEKS)
    axes.set_ylim(8.1, -0.1)
    for row in (0, 2, 4, 6):
        axes.text(-0.12, row + 0.5, words.weekdays[row], color=FAINT, fontsize=8.5, va="center", ha="right")
    squares, colours, edges = [], [], []
    for week in range(WEEKS):
        total = 0
        for weekday in range(7):
            day = first + timedelta(weeks=week, days=weekday)
            if day > progress.today:
                continue
            count = progress.active.get(day, 0)
            total += count
            squares.append(_square(week, weekday))
            colours.append(LEVELS[_level(count)])
            edges.append(TEXT if day == progress.today else "none")
        axes.text(week + 0.5, 7.62, str(total), color=FAINT if total else LINE, fontsize=9, ha="center", va="center")
    axes.add_collection(PolyCollection(squares, facecolors=colours, edgecolors=edges, linewidths=1.2), autolim=False)


def _square(week: int, weekday: int) -> list[tuple[float, float]]:
    left, top = week + 0.04, weekday + 0.08
    return [(left, top), (left + 0.92, top), (left + 0.92, top + 0.84), (left, top + 0.84)]


def _level(count: int) -> int:
    return 0 if not count else 1 if count < 5 else 2 if count < 10 else 3


def _ahead(axes: "Axes", progress: Progress, words: PictureWords) -> None:
    bare(axes, words.ahead)
    axes.set_xlim(-0.5, 6.5)
    highest = max(1, *progress.ahead)
    axes.set_ylim(-0.02 * highest, highest * 1.3)
    for day, count in enumerate(progress.ahead):
        bar(axes, (day - 0.31, 0), 0.62, count, KNOWN)
    axes.axhline(0, color=LINE, linewidth=1)
    for day, count in enumerate(progress.ahead):
        axes.text(day, count + highest * 0.06, str(count), color=TEXT, fontsize=10, ha="center", va="bottom")
    axes.set_xticks(range(7), labels=words.next_days)
    axes.tick_params(axis="x", length=0, labelsize=9.5, labelcolor=FAINT, pad=5)
