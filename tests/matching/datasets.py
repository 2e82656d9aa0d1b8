"""Question sets: public ones as gzip JSON lines, and our own beside this file."""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tutor_bot.domain.facts import Catalogue, Fact, Pack, Topic
from tutor_bot.matching.encoders import Encoder
from tutor_bot.matching.index import Floats

OURS = Path(__file__).parent / "questions"
Question = tuple[str, str]
"""A text and the label of the fact that it means."""


def splits(file: Path) -> dict[str, list[Question]]:
    """The splits of a set, lines `{"split", "label", "text"}`."""
    found: dict[str, list[Question]] = defaultdict(list)
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for entry in map(json.loads, lines):
            found[entry["split"]].append((entry["text"], str(entry["label"])))
    return found


def lines(name: str) -> list[dict[str, Any]]:
    """One of our own sets."""
    return [json.loads(line) for line in (OURS / name).read_text(encoding="utf-8").splitlines()]


def by_label(questions: Iterable[Question]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for text, label in questions:
        found[label].append(text)
    return found


def catalogue_of(phrasings: dict[str, list[str]]) -> Catalogue:
    """A base of bare phrasings, as a catalogue of the pack `p`."""
    facts = {
        f"p/{name}": Fact("p", name, "t", asked[0], "", tuple(asked[1:])) for name, asked in phrasings.items() if asked
    }
    return Catalogue((Pack("p", "p", "en", (Topic("p", "t", "t", tuple(facts)),)),), facts, "measured")


def misspelt(text: str, rng: random.Random, share: float = 0.5) -> str:
    """One slip in this share of the longer words."""
    words = text.split()
    for place, word in enumerate(words):
        if len(word) > 4 and rng.random() < share:
            at = rng.randrange(1, len(word) - 1)
            words[place] = rng.choice(
                [
                    word[:at] + word[at + 1 :],
                    word[:at] + word[at] + word[at:],
                    word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                ]
            )
    return " ".join(words)


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """Probability that a question in scope is trusted more than one out of scope."""
    a, b = np.array(inside)[:, None], np.array(outside)[None, :]
    return float((a > b).mean() + 0.5 * (a == b).mean())


class Remembering:
    """An encoder that encodes each text once: folds ask for the same ones again and again."""

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._known: dict[str, Floats] = {}

    def encode(self, texts: Sequence[str]) -> Floats:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        for start in range(0, len(new), 64):
            part = new[start : start + 64]
            self._known.update(zip(part, self._encoder.encode(part), strict=True))
        return np.stack([self._known[text] for text in texts])
