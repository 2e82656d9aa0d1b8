"""`make simulate`: 60 days with each schedule, at equal numbers of questions; a table, and a picture of it."""

import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from statistics import mean, stdev
from typing import Any

from tests.simulation.learners import GUESS, Remembering, Strength, Traces
from tests.simulation.schedules import Fixed, Leitner, Schedule, Shuffled, Tutor

DAYS, EXAM, FACTS, SKIPPED = 60, 45, 226, 0.15
LEARNERS = 100
SIZES = (5, 10, 15)
MODELS: dict[str, Callable[[int, Random], Remembering]] = {"traces (ACT-R)": Traces, "bare power law": Strength}
SCHEDULES: dict[str, Callable[..., Schedule]] = {
    "tutor": Tutor,
    "fixed 1, 3, 7, 21": Fixed,
    "Leitner": Leitner,
    "random": Shuffled,
}


@dataclass(frozen=True)
class Retention:
    """Mean probability of recall over all facts of the course, met or not: on the exam's day and at the end."""

    exam: float
    end: float


def live(model: str, schedule: str, size: int, number: int, *, exam: bool) -> Retention:
    """One learner's 60 days. The same number is the same learner: same rates, same days left out."""
    memory = MODELS[model](FACTS, Random(f"memory {number}"))
    chance, days_off = Random(f"chance {number}"), Random(f"days {number}")
    options = {"exam": EXAM} if exam and schedule == "tutor" else {}
    plan = SCHEDULES[schedule](FACTS, Random(f"schedule {number}"), **options)
    on_the_day = 0.0
    for day in range(DAYS):
        if day == EXAM:
            on_the_day = mean(memory.recall(fact, day) for fact in range(FACTS))
        if days_off.random() < SKIPPED:
            continue
        for fact in plan.pick(day, size):
            known = chance.random() < memory.recall(fact, day)
            plan.answered(fact, day, right=known or chance.random() < GUESS)
            memory.study(fact, day, known=known)
    return Retention(on_the_day, mean(memory.recall(fact, DAYS) for fact in range(FACTS)))


def cell(job: tuple[str, str, int], learners: int) -> tuple[float, float, float]:
    """Retention on the exam's day (which the tutor knows of) and at the end (with no exam), and its standard error."""
    model, schedule, size = job
    without = [live(model, schedule, size, number, exam=False) for number in range(learners)]
    aimed = [live(model, schedule, size, number, exam=True) for number in range(learners)]
    ends = [lived.end for lived in without]
    return mean(lived.exam for lived in aimed), mean(ends), stdev(ends) / learners**0.5


def main(picture: str, learners: int = LEARNERS) -> None:
    jobs = [(model, schedule, size) for model in MODELS for size in SIZES for schedule in SCHEDULES]
    with ProcessPoolExecutor() as pool:
        results = dict(zip(jobs, pool.map(partial(cell, learners=learners), jobs), strict=True))
    print(f"{learners} learners, {DAYS} days, {FACTS} facts, {SKIPPED:.0%} of the days left out, exam on day {EXAM}")
    print("\n| memory | questions a day | measured | " + " | ".join(SCHEDULES) + " | ahead by |")
    print("|---|---|---|" + "---|" * (len(SCHEDULES) + 1))
    for model in MODELS:
        for size in SIZES:
            for place, measured in enumerate((f"exam, day {EXAM}", f"end, day {DAYS}")):
                row = [100 * results[model, schedule, size][place] for schedule in SCHEDULES]
                shown = " | ".join(f"{value:.1f}" for value in row)
                print(f"| {model} | {size} | {measured} | {shown} | {row[0] - max(row[1:]):+.1f} |")
    print(f"\nlargest standard error of a mean: {100 * max(error for *_, error in results.values()):.1f}")
    draw(results, Path(picture))
    print(f"picture: {picture}")


def draw(results: Mapping[tuple[str, str, int], Sequence[float]], file: Path) -> None:
    """Bars in groups, told apart by brightness and pattern as well as by colour."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    looks: list[dict[str, Any]] = [
        {"color": "#0072b2"},
        {"color": "#e69f00", "hatch": "///"},
        {"color": "#999999", "hatch": "..."},
        {"color": "#56b4e9", "hatch": "\\\\\\"},
    ]
    figure = Figure(figsize=(9, 6.4), dpi=110, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(2, 2, sharey="row")
    for row, model in enumerate(MODELS):
        for column, measured in enumerate((f"on the exam's day ({EXAM})", f"at the end (day {DAYS})")):
            ax = axes[row][column]
            for place, (schedule, look) in enumerate(zip(SCHEDULES, looks, strict=True)):
                values = [100 * results[model, schedule, size][column] for size in SIZES]
                at = [group + (place - 1.5) * 0.2 for group in range(len(SIZES))]
                bars = ax.bar(at, values, 0.19, label=schedule, edgecolor="white", linewidth=0, **look)
                ax.bar_label(bars, fmt="%.0f", fontsize=8, padding=1)
            ax.set_title(f"{model}: {measured}", fontsize=10.5, loc="left")
            ax.set_xticks(range(len(SIZES)), [f"{size} a day" for size in SIZES])
            ax.spines[["top", "right"]].set_visible(False)
            ax.set_ylim(0, 100)
        axes[row][0].set_ylabel("facts recalled, %, by questions a day")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(file)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
