"""Lexical features of all phrasings, and how near a question is to each fact."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tutor_bot.matching.normalise import FUNCTION_WORDS, stem

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

FUNCTION_WEIGHT = 0.35
"""Of a function word beside its idf: "who" and "when" tell facts apart, a little."""


def features(tokens: Sequence[str]) -> Counter[str]:
    """Stems, pairs of stems, and character n-grams of 3 to 5 within each content word."""
    found: Counter[str] = Counter()
    stems = [stem(token) for token in tokens]
    for token, stemmed in zip(tokens, stems, strict=True):
        found["w " + stemmed] += 1
        if token not in FUNCTION_WORDS and len(token) > 2:
            padded = f"<{token}>"
            for size in (3, 4, 5):
                for at in range(len(padded) - size + 1):
                    found["c " + padded[at : at + size]] += 1
    for left, right in pairwise(stems):
        found[f"b {left} {right}"] += 1
    return found


# Share of each family in the length of a vector: words carry names, n-grams forgive endings and slips.
SHARES = {"w": 1.0, "b": 0.45, "c": 0.75}


@dataclass(frozen=True)
class Index:
    """An inverted index: feature -> rows (phrasings) and weights; `owner` is each row's fact.

    `starts` has one more entry than `vocabulary`; the postings of feature i are
    `rows[starts[i]:starts[i + 1]]` and `weights` there. Rows have length 1.
    """

    vocabulary: Mapping[str, int]
    idf: Floats
    starts: Ints
    rows: Ints
    weights: Floats
    owner: Ints
    facts: int

    def vector(self, tokens: Sequence[str]) -> tuple[Ints, Floats]:
        """A text as known features (ids, weights); its length is 1 with what is unknown counted in."""
        ids, values, unknown = [], [], 0.0
        top = float(self.idf.max()) if len(self.idf) else 1.0
        for name, count in features(tokens).items():
            at = self.vocabulary.get(name)
            if at is None:
                if name[0] == "w":
                    unknown += (SHARES["w"] * top) ** 2
                continue
            ids.append(at)
            values.append(_weight(name, count, float(self.idf[at])))
        found = np.array(values, dtype=np.float32)
        length = float(np.sqrt((found**2).sum() + unknown)) or 1.0
        return np.array(ids, dtype=np.int32), found / length

    def similarities(self, ids: Ints, values: Floats) -> Floats:
        """Cosine of a vector with each row."""
        if not len(ids):
            return np.zeros(len(self.owner), dtype=np.float32)
        spans = [slice(self.starts[i], self.starts[i + 1]) for i in ids]
        rows = np.concatenate([self.rows[span] for span in spans])
        weights = np.concatenate([self.weights[span] * value for span, value in zip(spans, values, strict=True)])
        return np.bincount(rows, weights=weights, minlength=len(self.owner)).astype(np.float32)

    def by_fact(self, similarities: Floats) -> Floats:
        """Each fact's nearness: mostly its nearest phrasing, a little the mean of its three nearest."""
        best = np.zeros(self.facts, dtype=np.float32)
        np.maximum.at(best, self.owner, similarities)
        order = np.lexsort((-similarities, self.owner))
        owners = self.owner[order]
        firsts = np.searchsorted(owners, np.arange(self.facts))
        ends = np.append(firsts[1:], len(order))
        ranked = similarities[order]
        total = np.zeros(self.facts, dtype=np.float32)
        for place in range(3):
            at = firsts + place
            inside = at < ends
            total[inside] += ranked[at[inside]]
        near: Floats = best * np.float32(0.7) + total * np.float32(0.1)
        return near


def _weight(name: str, count: int, idf: float) -> float:
    weight = SHARES[name[0]] * (1 + np.log(count)) * idf
    if name[0] == "w" and name[2:] in _FUNCTION_STEMS:
        weight *= FUNCTION_WEIGHT
    return float(weight)


_FUNCTION_STEMS = frozenset(stem(word) for word in FUNCTION_WORDS)


def build(rows: Sequence[Sequence[str]], owner: Sequence[int], facts: int) -> Index:
    """The index of `rows` (token lists), row i belonging to fact `owner[i]`.

    The idf is counted over facts and not over phrasings: in a base of one subject it is then low for
    the words that nearly every fact has, whatever they are.
    """
    counted = [features(tokens) for tokens in rows]
    vocabulary: dict[str, int] = {}
    holders: dict[str, set[int]] = {}
    for found, fact in zip(counted, owner, strict=True):
        for name in found:
            vocabulary.setdefault(name, len(vocabulary))
            holders.setdefault(name, set()).add(fact)
    idf = np.array([np.log((facts + 1) / (len(holders[n]) + 0.5)) + 0.1 for n in vocabulary], dtype=np.float32)
    np.maximum(idf, 0.1, out=idf)
    entries = []
    for row, found in enumerate(counted):
        weights = {vocabulary[n]: _weight(n, c, float(idf[vocabulary[n]])) for n, c in found.items()}
        length = float(np.sqrt(sum(w * w for w in weights.values()))) or 1.0
        entries += [(feature, row, weight / length) for feature, weight in weights.items()]
    entries.sort()
    columns = list(zip(*entries, strict=True)) or [(), (), ()]
    counts = np.bincount(np.array(columns[0], dtype=np.int64), minlength=len(vocabulary))
    return Index(
        vocabulary=vocabulary,
        idf=idf,
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        rows=np.array(columns[1], dtype=np.int32),
        weights=np.array(columns[2], dtype=np.float32),
        owner=np.array(owner, dtype=np.int32),
        facts=facts,
    )


def content_stems(tokens: Iterable[str]) -> list[str]:
    """The stems that carry a question's subject."""
    return [stem(token) for token in tokens if token not in FUNCTION_WORDS]
