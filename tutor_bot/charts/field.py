"""The field of a class's questions: how easy each is, and how well it tells who knows."""

from math import cos, hypot, pi, sin
from typing import TYPE_CHECKING

from tutor_bot.charts.ground import BLUE, FAINT, GROUND, LINE, ORANGE, Mark, bar, heading, instead, spots
from tutor_bot.domain.item_analysis import EASY, HARD, POOR, ItemFigures
from tutor_bot.domain.report import ClassReport, ReportWords

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ZONE = "#222e3f"
"""Where sound questions lie: a little lighter than the ground."""
FLOOR, UNTOLD = -0.4, 0.18
"""Discrimination down to which the field reaches at least, and room below for questions of which it cannot be told."""
WIDE, TALL = 0.05, 0.14
"""Room for a letter, on the scales of facility and discrimination."""


def draw_field(axes: "Axes", report: ClassReport, words: ReportWords) -> None:
    """Facility to the right, discrimination upwards; a question of which that cannot be told stands below, hollow."""
    told = [figures.discrimination.value for figures in report.items if figures.discrimination]
    if not told:
        heading(axes, words.items)
        instead(axes, words.unknown if report.items else words.nothing)
        return
    # Room on the left for the numbers of the scale; the heading stays where the others are.
    box = axes.get_position()
    axes.set_position((box.x0 + 0.065, box.y0, box.width - 0.075, box.height))
    untold = len(told) < len(report.items)
    marks = [
        Mark(words.sound, BLUE, "o"),
        Mark(words.doubtful, ORANGE, "D"),
        Mark(words.unknown, BLUE, "o", hollow=True),
    ]
    heading(axes, words.items, marks[: 3 if untold else 2], left=-0.065 / (box.width - 0.075))
    floor = min([FLOOR, *(value - 0.1 for value in told)])
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(floor - (UNTOLD if untold else 0), 1.05)
    bar(axes, (HARD, POOR), EASY - HARD, 1 - POOR, ZONE)
    axes.axhline(0, color=LINE, linewidth=1, zorder=0)
    if untold:
        axes.axhline(floor, color=LINE, linewidth=0.8, linestyle=":", zorder=0)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], labels=["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_yticks([0, 0.5, 1], labels=["0", "0.5", "1"])
    axes.tick_params(length=0, labelsize=8.5, labelcolor=FAINT, pad=4)
    axes.set_xlabel(words.facility, color=FAINT, fontsize=9.5)
    axes.set_ylabel(words.discrimination, color=FAINT, fontsize=9.5)

    def spot(figures: ItemFigures) -> tuple[float, float]:
        return figures.facility.value, figures.discrimination.value if figures.discrimination else floor - UNTOLD / 2

    sound = [figures for figures in report.items if not figures.doubts]
    spots(axes, [spot(figures) for figures in sound if figures.discrimination], 42, BLUE)
    spots(axes, [spot(figures) for figures in sound if not figures.discrimination], 42, GROUND, edge=BLUE)
    places: list[tuple[float, float]] = []
    for _, figures in report.doubtful:
        at = spot(figures)
        places.append(free_place(at, places))
        axes.plot(*zip(at, places[-1], strict=True), color=ORANGE, linewidth=1, zorder=3)
        spots(axes, [at], 14, ORANGE)
    spots(axes, places, 190, ORANGE, marker="D")
    for (letter, _), (x, y) in zip(report.doubtful, places, strict=True):
        axes.text(x, y - 0.005, letter, color=GROUND, fontsize=8.5, weight="bold", ha="center", va="center", zorder=5)


def free_place(spot: tuple[float, float], taken: list[tuple[float, float]]) -> tuple[float, float]:
    """The nearest place to a spot where a letter hides no other; the spot itself if nothing is near."""
    turns = [(step, turn) for step in (1.0, 2.0, 3.0) for turn in range(8)]
    around = [(spot[0] + WIDE * r * cos(t * pi / 4), spot[1] + TALL * r * sin(t * pi / 4)) for r, t in turns]
    inside = [(x, y) for x, y in around if 0 <= x <= 1 and y <= 1]
    for x, y in (spot, *inside):
        if all(hypot((x - a) / WIDE, (y - b) / TALL) >= 0.99 for a, b in taken):
            return x, y
    return spot
