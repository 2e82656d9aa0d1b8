"""Fit the decision's constants: `python -m tests.matching.calibrate DIR`, where DIR holds public sets (see bench).

Of each base a fifth of the facts is left out in turn, so that questions on these are near misses. Asked are
held-out phrasings of the shipped pack, our own development questions, and samples of the public sets' validation
splits, a third of them with slips; for questions in other languages our own set alone. Prints the constants
for `tutor_bot/matching/weights.py` and how well the probabilities hold.
"""

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.matching.datasets import Remembering, by_label, catalogue_of, lines, misspelt, splits
from tutor_bot.content import load
from tutor_bot.domain.facts import Catalogue
from tutor_bot.matching import load_engine
from tutor_bot.matching.decide import LEARNT, Mode
from tutor_bot.matching.encoders import Encoder, load_encoder
from tutor_bot.matching.languages import foreign
from tutor_bot.matching.normalise import words
from tutor_bot.shipped import content_folder

FOLDS = 5
RIDGE = 0.0005
SLIPS = 0.33
EACH = 600
"""Questions of a public set in scope, and as many out of scope, for each fold."""

Asked = tuple[str, frozenset[str]]
"""A text and the keys of the facts that answer it; none where it is out of scope."""


@dataclass
class Samples:
    rows: list[tuple[float, ...]]
    right: list[float]
    group: list[str]


def without(catalogue: Catalogue, hidden: set[str], fold: int, *, phrasings: bool) -> Catalogue:
    """The catalogue less the hidden facts, and if wished less a fifth of the others' phrasings."""
    facts = {}
    for key, fact in catalogue.facts.items():
        if key in hidden:
            continue
        if phrasings:
            asked = [t for i, t in enumerate((fact.question, *fact.also_asked)) if i % FOLDS != fold]
            fact = replace(fact, question=asked[0], also_asked=tuple(asked[1:]))
        facts[key] = fact
    return replace(catalogue, facts=facts)


def gather(found: dict[Mode, Samples], catalogue: Catalogue, asked: list[Asked], encoder: Encoder, group: str) -> None:
    """Ask all of `asked`, with and without the encoder."""
    rng = random.Random(2)
    for engine in (load_engine(catalogue, None), load_engine(catalogue, None, encoder)):
        for text, keys in asked:
            typed = misspelt(text, rng) if rng.random() < SLIPS else text
            key, evidence, mode = engine.evidence(typed)
            if mode is Mode.WORDS and foreign(words(typed)):
                continue
            into = found[mode]
            into.rows.append(evidence.row()[:LEARNT])
            into.right.append(float(key in keys))
            into.group.append(group)


def shipped(fold: int) -> Iterator[tuple[str, Catalogue, list[Asked]]]:
    catalogue = load(content_folder(), thorough=False).catalogue
    assert catalogue
    keys = list(catalogue.facts)
    hidden = set(keys[fold::FOLDS])
    held = [
        (text, frozenset({key}))
        for key, fact in catalogue.facts.items()
        for i, text in enumerate((fact.question, *fact.also_asked))
        if i % FOLDS == fold
    ]
    yield "held-out phrasings", without(catalogue, hidden, fold, phrasings=True), held
    pack = catalogue.packs[0].id
    own = [(e["question"], frozenset(f"{pack}/{f}" for f in e["facts"])) for e in lines("development.jsonl")]
    own += [(e["question"], frozenset(f"{pack}/{f}" for f in e["facts"])) for e in lines("languages.jsonl")]
    yield "own questions, facts hidden", without(catalogue, hidden, fold, phrasings=False), own
    yield "own questions", catalogue, own


def public(folder: Path, fold: int) -> Iterator[tuple[str, Catalogue, list[Asked]]]:
    for file in sorted(folder.glob("*.jsonl.gz")):
        found = splits(file)
        base = by_label(found["train_10"])
        names = sorted(base)
        hidden = set(names[fold::FOLDS])
        valid = next(rows for name, rows in found.items() if name.startswith("val"))
        outside = [row for name, rows in found.items() if name.startswith("oos") for row in rows]
        rng = random.Random(fold)
        asked = [(t, frozenset({f"p/{label}"})) for t, label in rng.sample(valid, min(EACH, len(valid)))]
        asked += [(t, frozenset()) for t, _ in rng.sample(outside, min(EACH // 3, len(outside)))]
        yield file.name, catalogue_of({n: t for n, t in base.items() if n not in hidden}), asked


def fit(rows: NDArray[np.float64], right: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method, the bias last."""
    x = np.hstack([rows, np.ones((len(rows), 1))])
    weight = weight / weight.sum()
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        gradient = x.T @ (weight * (p - right)) + RIDGE * np.append(w[:-1], 0)
        hessian = (x * (weight * p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(len(w))
        w -= np.linalg.solve(hessian, gradient)
    return w


def main() -> None:
    encoder = load_encoder()
    if len(sys.argv) != 2 or encoder is None:
        sys.exit("usage: python -m tests.matching.calibrate DIR (a folder with *.jsonl.gz), with the extra semantic")
    memory = Remembering(encoder)
    found = {mode: Samples([], [], []) for mode in Mode}
    for fold in range(FOLDS):
        for group, catalogue, asked in (*shipped(fold), *public(Path(sys.argv[1]), fold)):
            gather(found, catalogue, asked, memory, group)
    for mode, samples in found.items():
        rows, right, groups = np.array(samples.rows), np.array(samples.right), np.array(samples.group)
        # Each set counts the same, however long it is; those on the shipped pack five times.
        weight = np.zeros(len(right))
        for group in set(samples.group):
            inside = groups == group
            weight[inside] = (1 if group.endswith(".gz") else 5) / inside.sum()
        w = fit(rows, right, weight)
        p = 1 / (1 + np.exp(-(np.hstack([rows, np.ones((len(rows), 1))]) @ w)))
        print(f'    "{mode}": ({w[-1]:.2f}, ({", ".join(f"{x:.2f}" for x in w[:-1])})),')
        print(f"{len(rows)} questions, {right.mean():.2f} answered rightly by the best candidate")
        for low in np.arange(0, 1, 0.1):
            inside = (p >= low) & (p < low + 0.1)
            if inside.any():
                print(f"| {low:.1f} to {low + 0.1:.1f} | {right[inside].mean():.2f} | {inside.sum()} |")


if __name__ == "__main__":
    main()
