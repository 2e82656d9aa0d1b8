"""What all pictures stand on.

A picture cannot know whether it is seen on light or on dark, so it brings its own ground, on which all text has a
contrast of at least 7 and all bars of at least 3 (WCAG 2.2). Colours are Okabe and Ito's (2008), told apart with any
kind of colour vision, and the kinds differ in pattern or shape too.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GROUND, TEXT, FAINT, LINE = "#18202b", "#f2f4f7", "#b9c2cf", "#46536a"
BLUE, ORANGE, PINK, GREY = "#56b4e9", "#e69f00", "#cc79a7", "#5f6c80"
WIDTH, DPI = 7.2, 150
"""Inches and dots an inch: 1,080 dots wide, the width of a phone."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry of a legend: a shape as matplotlib calls its markers, or `_` for a line."""

    label: str
    colour: str
    shape: str
    hollow: bool = False


@contextmanager
def picture(height: float, title: str) -> Iterator[tuple["Figure", BytesIO]]:
    """An empty figure of so many inches under its title; what was drawn inside is a PNG in the bytes afterwards."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    style: dict[Any, Any] = {"text.parse_math": False, "hatch.linewidth": 0.8, "font.size": 11}
    with rc_context(style):
        figure, out = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=GROUND), BytesIO()
        FigureCanvasAgg(figure)
        figure.text(0.04, 1 - 0.36 / height, title, color=TEXT, fontsize=17, weight="bold", va="center")
        yield figure, out
        # Little compression: the file is small as it is, and Telegram makes a JPEG of it.
        figure.savefig(out, format="png", facecolor=GROUND, pil_kwargs={"compress_level": 1})


def bare(axes: "Axes", title: str) -> None:
    """No frame, no ticks; a title above, if any."""
    axes.set_facecolor(GROUND)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    if title:
        axes.set_title(title, color=TEXT, fontsize=12.5, weight="bold", loc="left", pad=9)


def heading(axes: "Axes", title: str, marks: Sequence[Mark] = (), left: float = 0) -> None:
    """A title, and below it what each mark stands for; `left` is where it begins, in widths of the axes."""
    from matplotlib.lines import Line2D

    bare(axes, "")
    axes.set_title(title, color=TEXT, fontsize=12.5, weight="bold", loc="left", x=left, pad=29 if marks else 9)
    if not marks:
        return
    axes.legend(
        handles=[
            Line2D([], [], color=mark.colour, linewidth=2.2, label=mark.label)
            if mark.shape == "_"
            else Line2D(
                [],
                [],
                color=mark.colour,
                linewidth=0,
                label=mark.label,
                marker=mark.shape,
                markerfacecolor=GROUND if mark.hollow else mark.colour,
            )
            for mark in marks
        ],
        loc="lower left",
        bbox_to_anchor=(left, 1),
        ncols=len(marks),
        frameon=False,
        labelcolor=FAINT,
        fontsize=9,
        handlelength=1,
        handletextpad=0.6,
        columnspacing=1.8,
        borderpad=0,
        borderaxespad=0.9,
    )


def instead(axes: "Axes", why: str) -> None:
    """Why there is nothing to see."""
    axes.text(0, 0.5, why, color=FAINT, fontsize=10, va="center", transform=axes.transAxes)


def bar(axes: "Axes", corner: tuple[float, float], width: float, height: float, colour: str, hatch: str = "") -> None:
    # Not axes.bar: that works out anew for each bar how far the axes reach, which they know here.
    from matplotlib.patches import Rectangle

    axes.add_artist(Rectangle(corner, width, height, facecolor=colour, hatch=hatch, edgecolor=GROUND, linewidth=0))


def spots(
    axes: "Axes",
    places: Sequence[tuple[float, float]],
    areas: float | Sequence[float],
    colour: str,
    *,
    edge: str = GROUND,
    marker: str = "o",
) -> None:
    """Marks with a thin edge, so that those that touch are told apart; areas in square points. All in one artist."""
    x, y = [place[0] for place in places], [place[1] for place in places]
    axes.scatter(x, y, s=areas, c=colour, edgecolors=edge, linewidths=1, marker=marker, zorder=3, clip_on=False)


def fitting(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def can_be_written(text: str) -> bool:
    """Whether the font has all the letters, written from left to right; the number stands for it otherwise."""
    from unicodedata import bidirectional

    font = _written()
    return all(font.get_char_index(ord(letter)) and bidirectional(letter) not in ("R", "AL") for letter in text)


@cache
def _written() -> Any:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return get_font(findfont(FontProperties()))
