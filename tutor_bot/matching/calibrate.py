"""Fit the decision's constants: `python -m tutor_bot.matching.calibrate PACKS_AS_JSONL...`.

Reads lines `{"fact", "text"}` (phrasings of a base) and fits a logistic regression on held-out phrasings:
each fifth of them is asked of an engine that has only the others, clean and with slips. In each fold a
fifth of the facts is hidden whole; questions on these are the near misses. Prints the constants for
`weights.py` and how well the probabilities hold.
"""

import json
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tutor_bot.domain.facts import Catalogue, Fact, Pack, Topic
from tutor_bot.matching.engine import load_engine

FOLDS = 5
RIDGE = 0.02
SLIPS = 0.3
"""Share of held-out questions that are misspelt."""


def catalogue_of(phrasings: dict[str, list[str]]) -> Catalogue:
    """A base of bare phrasings, as a catalogue."""
    facts = {
        f"p/{name}": Fact("p", name, "t", asked[0], "", tuple(asked[1:])) for name, asked in phrasings.items() if asked
    }
    return Catalogue((Pack("p", "p", "en", (Topic("p", "t", "t", tuple(facts)),)),), facts, "calibration")


def misspelt(text: str, rng: random.Random) -> str:
    """One slip in every longer word, as often as not."""
    words = text.split()
    for place, word in enumerate(words):
        if len(word) > 4 and rng.random() < 0.5:
            at = rng.randrange(1, len(word) - 1)
            words[place] = rng.choice(
                [
                    word[:at] + word[at + 1 :],
                    word[:at] + word[at] + word[at:],
                    word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                ]
            )
    return " ".join(words)


def samples(
    bases: Iterable[dict[str, list[str]]], strangers: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Evidence rows and whether the best candidate was right."""
    rng = random.Random(1)
    rows: list[tuple[float, ...]] = []
    right: list[float] = []
    for base in bases:
        names = sorted(base)
        for fold in range(FOLDS):
            hidden = {name for place, name in enumerate(names) if place % FOLDS == fold}
            kept = {n: [t for i, t in enumerate(base[n]) if i % FOLDS != fold] for n in names if n not in hidden}
            engine = load_engine(catalogue_of(kept), None)
            asked = [(n, t) for n in names for i, t in enumerate(base[n]) if i % FOLDS == fold]
            asked += [("", text) for text in strangers[fold::FOLDS]]
            for name, text in asked:
                key, evidence = engine.evidence(misspelt(text, rng) if rng.random() < SLIPS else text)
                rows.append(evidence.row())
                right.append(float(key == f"p/{name}"))
    return np.array(rows), np.array(right)


def fit(rows: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method, the bias last."""
    x = np.hstack([rows, np.ones((len(rows), 1))])
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        gradient = x.T @ (p - right) / len(x) + RIDGE * np.append(w[:-1], 0) / 10
        hessian = (x * (p * (1 - p))[:, None]).T @ x / len(x) + RIDGE / 10 * np.eye(len(w))
        w -= np.linalg.solve(hessian, gradient)
    return w


def main() -> None:
    bases, strangers = [], []
    for name in sys.argv[1:]:
        base: dict[str, list[str]] = {}
        for line in Path(name).read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if entry["fact"]:
                base.setdefault(entry["fact"], []).append(entry["text"])
            else:
                strangers.append(entry["text"])
        bases.append(base)
    rows, right = samples(bases, strangers)
    w = fit(rows, right)
    p = 1 / (1 + np.exp(-(np.hstack([rows, np.ones((len(rows), 1))]) @ w)))
    print(f"BIAS = {w[-1]:.2f}\nWEIGHTS = ({', '.join(f'{x:.2f}' for x in w[:-1])})")
    print(f"{len(rows)} questions, {right.mean():.2f} answered rightly by the best candidate")
    for low in np.arange(0, 1, 0.1):
        inside = (p >= low) & (p < low + 0.1)
        if inside.any():
            print(f"said {low:.1f} to {low + 0.1:.1f}: right {right[inside].mean():.2f} of {inside.sum()}")


if __name__ == "__main__":
    main()
