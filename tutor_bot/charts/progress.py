"""The picture of a learner's progress: knowledge by topic, activity, and what is to come.

It cannot know whether it is seen on light or on dark, so it brings its own ground, on which all text has a contrast
of at least 7 and all bars of at least 3 (WCAG 2.2). Colours are Okabe and Ito's (2008), told apart with any kind of
colour vision, and the kinds differ in pattern too.
"""

from datetime import timedelta
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from tutor_bot.domain.progress import WEEKS, PictureWords, Progress

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GROUND, TEXT, FAINT, LINE = "#18202b", "#f2f4f7", "#b9c2cf", "#46536a"
KNOWN, FADING, MET, NEW = "#56b4e9", "#e69f00", "#cc79a7", "#5f6c80"
LEVELS = ("#2b3646", "#2f6f96", "#4496c6", "#8fd0f5")
"""Activity of a day: none, a little, some, much. Brightness alone tells them apart."""
WIDTH, DPI = 7.2, 150
"""Inches and dots an inch: 1,080 dots wide, the width of a phone."""
ROW = 0.36
"""Inches for a topic."""
LONG = 35
"""Letters of a title above which they are written smaller."""


def draw_progress(progress: Progress, words: PictureWords) -> bytes:
    """A PNG. Topics are numbered as in the caption; names of people never stand in it."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    style: dict[Any, Any] = {"text.parse_math": False, "hatch.linewidth": 0.8, "font.size": 11}
    with rc_context(style):
        topics = ROW * len(progress.topics) + 0.35
        heights = [topics, 1.95, 1.35]
        gaps, top, bottom = 0.62, 0.95, 0.35
        height = sum(heights) + 2 * gaps + top + bottom
        figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=GROUND)
        FigureCanvasAgg(figure)
        figure.text(0.04, 1 - 0.36 / height, words.title, color=TEXT, fontsize=17, weight="bold", va="center")
        axes, edge = [], height - top
        for tall in heights:
            axes.append(figure.add_axes((0.04, (edge - tall) / height, 0.92, tall / height)))
            edge -= tall + gaps
        _topics(axes[0], progress, words)
        _activity(axes[1], progress, words)
        _ahead(axes[2], progress, words)
        _legend(figure, words, 1 - 0.72 / height)
        out = BytesIO()
        # Little compression: the file is small as it is, and Telegram makes a JPEG of it.
        figure.savefig(out, format="png", facecolor=GROUND, pil_kwargs={"compress_level": 1})
    return out.getvalue()


def _bare(axes: "Axes", title: str) -> None:
    axes.set_facecolor(GROUND)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    if title:
        axes.set_title(title, color=TEXT, fontsize=12.5, weight="bold", loc="left", pad=9)


def _topics(axes: "Axes", progress: Progress, words: PictureWords) -> None:
    _bare(axes, "")
    most = 1.0
    axes.set_xlim(0, most)
    axes.set_ylim(len(progress.topics) - 0.45, -0.55)
    left = 0.47
    for place, row in enumerate(progress.topics):
        title = f"{place + 1}. {row.title if _can_be_written(row.title) else ''}".strip()
        small = len(title) > LONG
        axes.text(0, place, _fitting(title, 44), color=TEXT, fontsize=8.8 if small else 10.5, va="center")
        scale = (0.9 - left) / max(1, row.total)
        start = left
        for count, colour, pattern in ((row.known, KNOWN, ""), (row.fading, FADING, "///"), (row.met, MET, "...")):
            if count:
                _bar(axes, (start, place - 0.28), count * scale, 0.56, colour, pattern)
            start += count * scale
        if row.new:
            _bar(axes, (start, place - 0.08), row.new * scale, 0.16, NEW)
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

    _bare(axes, words.activity)
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


def _bar(axes: "Axes", corner: tuple[float, float], width: float, height: float, colour: str, hatch: str = "") -> None:
    # Not axes.bar: that works out anew for each bar how far the axes reach, which they know here.
    from matplotlib.patches import Rectangle

    axes.add_artist(Rectangle(corner, width, height, facecolor=colour, hatch=hatch, edgecolor=GROUND, linewidth=0))


def _level(count: int) -> int:
    return 0 if not count else 1 if count < 5 else 2 if count < 10 else 3


def _ahead(axes: "Axes", progress: Progress, words: PictureWords) -> None:
    _bare(axes, words.ahead)
    axes.set_xlim(-0.5, 6.5)
    highest = max(1, *progress.ahead)
    axes.set_ylim(-0.02 * highest, highest * 1.3)
    for day, count in enumerate(progress.ahead):
        _bar(axes, (day - 0.31, 0), 0.62, count, KNOWN)
    axes.axhline(0, color=LINE, linewidth=1)
    for day, count in enumerate(progress.ahead):
        axes.text(day, count + highest * 0.06, str(count), color=TEXT, fontsize=10, ha="center", va="bottom")
    axes.set_xticks(range(7), labels=words.next_days)
    axes.tick_params(axis="x", length=0, labelsize=9.5, labelcolor=FAINT, pad=5)


def _fitting(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


@cache
def _written() -> Any:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return get_font(findfont(FontProperties()))


def _can_be_written(text: str) -> bool:
    """Whether the font has all the letters, written from left to right; the number stands for it otherwise."""
    from unicodedata import bidirectional

    font = _written()
    return all(font.get_char_index(ord(letter)) and bidirectional(letter) not in ("R", "AL") for letter in text)
