"""Measure the matcher on data sets: `python -m tutor_bot.matching.bench DIR`.

DIR holds gzip JSON lines `{"split", "label", "text"}`; a split `train...` is the base, `val...` and
`test` are asked, `oos...` are out of scope. Prints accuracy at 1 and 3 in percent, clean and misspelt,
the AUROC of the probability for out-of-scope questions, and milliseconds per question, beside rapidfuzz.
"""

import gzip
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from tutor_bot.matching.calibrate import catalogue_of, misspelt
from tutor_bot.matching.engine import load_engine

MOST = 1500
"""Questions of a split that are asked; more would only take longer."""

Ask = Callable[[str], tuple[list[str], float]]
"""A question to the labels, best first, and a confidence."""


def ours(base: dict[str, list[str]]) -> Ask:
    engine = load_engine(catalogue_of(base), None)

    def ask(text: str) -> tuple[list[str], float]:
        outcome = engine.find(text)
        return [c.fact.removeprefix("p/") for c in outcome.candidates], outcome.score

    return ask


def rapidfuzz_scorer(base: dict[str, list[str]], scorer: Callable[..., float]) -> Ask:
    texts = [(text.lower(), label) for label, asked in base.items() for text in asked]

    def ask(text: str) -> tuple[list[str], float]:
        found = process.extract(text.lower(), [t for t, _ in texts], scorer=scorer, limit=20)
        labels = list(dict.fromkeys(texts[place][1] for _, _, place in found))
        return labels, found[0][1]

    return ask


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """Probability that a question in scope is trusted more than one out of scope."""
    a, b = np.array(inside)[:, None], np.array(outside)[None, :]
    return float((a > b).mean() + 0.5 * (a == b).mean())


def measure(name: str, ask: Ask, asked: list[tuple[str, str]], outside: list[str]) -> str:
    rng = random.Random(7)
    began = time.perf_counter()
    answers = [ask(text) for text, _ in asked]
    each = (time.perf_counter() - began) / max(len(asked), 1) * 1000
    noisy = [ask(misspelt(text, rng))[0] for text, _ in asked]

    def at(found: Sequence[Sequence[str]], n: int) -> float:
        return 100 * float(np.mean([label in labels[:n] for labels, (_, label) in zip(found, asked, strict=True)]))

    clean = [labels for labels, _ in answers]
    area = f"{auroc([score for _, score in answers], [ask(t)[1] for t in outside]):.2f}" if outside else "-"
    return f"{name:<18} {at(clean, 1):5.1f} {at(clean, 3):5.1f} {at(noisy, 1):8.1f} {area:>6} {each:7.2f}"


def main() -> None:
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: python -m tutor_bot.matching.bench DIR (a folder with *.jsonl.gz)")
    print(f"numpy {version('numpy')}, rapidfuzz {version('rapidfuzz')}, Python {sys.version.split()[0]}")
    for file in sorted(Path(sys.argv[1]).glob("*.jsonl.gz")):
        splits: dict[str, list[tuple[str, str]]] = defaultdict(list)
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for entry in map(json.loads, lines):
                splits[entry["split"]].append((entry["text"], str(entry["label"])))
        outside = [text for name, rows in splits.items() if name.startswith("oos") for text, _ in rows][:MOST]
        questions = next(rows for name, rows in splits.items() if name.startswith(("val", "test")))
        asked = random.Random(3).sample(questions, min(MOST, len(questions)))
        for split in sorted(name for name in splits if name.startswith("train")):
            base: dict[str, list[str]] = defaultdict(list)
            for text, label in splits[split]:
                base[label].append(text)
            print(f"\n{file.stem.split('.')[0]} {split}: {len(base)} facts, {len(splits[split])} phrasings")
            print(f"{'':<18} {'@1':>5} {'@3':>5} {'slips @1':>8} {'AUROC':>6} {'ms':>7}")
            print(measure("tutor-bot", ours(base), asked, outside))
            for scorer in (fuzz.token_sort_ratio, fuzz.token_set_ratio):
                print(measure(scorer.__name__, rapidfuzz_scorer(base, scorer), asked[:400], outside[:200]), flush=True)


if __name__ == "__main__":
    main()
