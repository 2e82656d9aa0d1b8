"""Lexical features of all phrasings, and how near a question is to each fact."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
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
    stems = [stem(token) for token in tokens]
    return Counter(
        [
            *("w " + stemmed for stemmed in stems),
            *(gram for token in tokens for gram in _grams(token)),
            *(f"b {left} {right}" for left, right in pairwise(stems)),
        ]
    )


@lru_cache(maxsize=100_000)
def _grams(token: str) -> tuple[str, ...]:
    if token in FUNCTION_WORDS or len(token) < 3:
        return ()
    padded = f"<{token}>"
    return tuple("c " + padded[at : at + size] for size in (3, 4, 5) for at in range(len(padded) - size + 1))


DENSE_FROM = 12
"""Rows that share a feature, from which a dense product is faster."""
DENSE_SLICE = 1024

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

    def weighed(self, tokens: Sequence[str]) -> dict[str, float]:
        """A text as features and weights of length 1, also of words that no row has."""
        top = float(self.idf.max()) if len(self.idf) else 1.0
        found = {}
        for name, count in features(tokens).items():
            at = self.vocabulary.get(name)
            found[name] = _weight(name, count, top if at is None else float(self.idf[at]))
        length = float(np.sqrt(sum(weight**2 for weight in found.values()))) or 1.0
        return {name: weight / length for name, weight in found.items()}

    def similarities(self, ids: Ints, values: Floats) -> Floats:
        """Cosine of a vector with each row."""
        if not len(ids):
            return np.zeros(len(self.owner), dtype=np.float32)
        spans = [slice(self.starts[i], self.starts[i + 1]) for i in ids]
        rows = np.concatenate([self.rows[span] for span in spans])
        weights = np.concatenate([self.weights[span] * value for span, value in zip(spans, values, strict=True)])
        return np.bincount(rows, weights=weights, minlength=len(self.owner)).astype(np.float32)

    def gram(self) -> Floats:
        """Cosines of all rows with each other, (rows, rows).

        Features of many rows are multiplied as a dense matrix, in slices; the many of few rows one by one.
        """
        count = len(self.owner)
        found = np.zeros((count, count), dtype=np.float32)
        spans = np.diff(self.starts)
        heavy = np.flatnonzero(spans > DENSE_FROM)
        for part in range(0, len(heavy), DENSE_SLICE):
            dense = np.zeros((count, DENSE_SLICE), dtype=np.float32)
            for place, feature in enumerate(heavy[part : part + DENSE_SLICE]):
                span = slice(self.starts[feature], self.starts[feature + 1])
                dense[self.rows[span], place] = self.weights[span]
            found += dense @ dense.T
        for feature in np.flatnonzero(spans <= DENSE_FROM):
            span = slice(self.starts[feature], self.starts[feature + 1])
            rows, weights = self.rows[span], self.weights[span]
            found[rows[:, None], rows] += weights[:, None] * weights
        return found

    def by_fact(self, similarities: Floats) -> Floats:
        """Each fact's nearness: mostly its nearest phrasing, a little the next."""
        order, starts, filled = self._grouped
        ranked = similarities[order]
        best = np.maximum.reduceat(ranked, starts)
        lengths = np.diff(np.append(starts, len(ranked)))
        ranked[ranked == np.repeat(best, lengths)] = 0
        near = np.zeros(self.facts, dtype=np.float32)
        near[filled] = np.float32(0.8) * best + np.float32(0.2) * np.maximum.reduceat(ranked, starts)
        return near

    def best_by_fact(self, similarities: Floats) -> Floats:
        """Each fact's nearest row."""
        order, starts, filled = self._grouped
        best = np.zeros(self.facts, dtype=np.float32)
        best[filled] = np.maximum.reduceat(similarities[order], starts)
        return best

    @cached_property
    def _grouped(self) -> tuple[Ints, Ints, Ints]:
        """Rows in the order of their facts, where each fact begins there, and which facts have rows."""
        order = np.argsort(self.owner, kind="stable").astype(np.int32)
        filled, starts = np.unique(self.owner[order], return_index=True)
        return order, starts.astype(np.int32), filled.astype(np.int32)


def _share(name: str) -> float:
    function_word = name[0] == "w" and name[2:] in _FUNCTION_STEMS
    return SHARES[name[0]] * (FUNCTION_WEIGHT if function_word else 1.0)


def _weight(name: str, count: int, idf: float) -> float:
    return _share(name) * float(1 + np.log(count)) * idf


_FUNCTION_STEMS = frozenset(stem(word) for word in FUNCTION_WORDS)


def build(rows: Sequence[Sequence[str]], owner: Sequence[int], facts: int) -> Index:
    """The index of `rows` (token lists), row i belonging to fact `owner[i]`.

    The idf is counted over facts and not over phrasings: in a base of one subject it is then low for
    the words that nearly every fact has, whatever they are.
    """
    vocabulary: dict[str, int] = {}
    ids, at, counts = [], [], []
    for row, tokens in enumerate(rows):
        for name, count in features(tokens).items():
            ids.append(vocabulary.setdefault(name, len(vocabulary)))
            at.append(row)
            counts.append(count)
    feature, row_of = np.array(ids, dtype=np.int64), np.array(at, dtype=np.int64)
    owners = np.array(owner, dtype=np.int64)
    held = np.unique(feature * max(facts, 1) + owners[row_of]) // max(facts, 1)
    holders = np.bincount(held, minlength=len(vocabulary))
    idf = np.maximum(np.log((facts + 1) / (holders + 0.5)) + 0.1, 0.1).astype(np.float32)
    shares = np.array([_share(name) for name in vocabulary], dtype=np.float32)
    weights = shares[feature] * (1 + np.log(np.array(counts, dtype=np.float32))) * idf[feature]
    lengths = np.sqrt(np.bincount(row_of, weights=weights**2, minlength=len(rows)))
    weights = weights / np.maximum(lengths, 1e-9)[row_of]
    order = np.argsort(feature, kind="stable")
    postings = np.bincount(feature, minlength=len(vocabulary))
    return Index(
        vocabulary=vocabulary,
        idf=idf,
        starts=np.concatenate([[0], np.cumsum(postings)]).astype(np.int32),
        rows=row_of[order].astype(np.int32),
        weights=weights[order].astype(np.float32),
        owner=owners.astype(np.int32),
        facts=facts,
    )


def content_stems(tokens: Iterable[str]) -> list[str]:
    """The stems that carry a question's subject."""
    return [stem(token) for token in tokens if token not in FUNCTION_WORDS]
