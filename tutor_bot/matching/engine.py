"""The matcher: one catalogue's index and everything a question goes through."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs

from tutor_bot.domain.facts import Catalogue, Fact, FactKey
from tutor_bot.domain.outcomes import Candidate, Context, Found, Outcome, Talk, Unknown, Unsure
from tutor_bot.matching import cache as disk
from tutor_bot.matching.decide import CERTAIN, CLOSE, FOUND, UNSURE, Evidence, probability
from tutor_bot.matching.followup import is_bare, leans
from tutor_bot.matching.index import Floats, Index, build, content_stems
from tutor_bot.matching.normalise import FUNCTION_WORDS, Aliases, stem, words
from tutor_bot.matching.spelling import Speller
from tutor_bot.matching.talk import small_talk
from tutor_bot.matching.world import ELSEWHERE

CANDIDATES = 5
ANOTHER_NAME = 0.6
"""How strange a name of the subject is in a fact that is never asked by it; a name of elsewhere counts 1."""
OFFERED = 3
CONTEXT_WEIGHT = 0.45
"""Of the words of the fact before, in a question that leans on it."""
SEE_ALSO = 0.05
"""What a fact gains for being a see-also of the fact before, when the question leans on that."""
_NUMBER = re.compile(r"\d{2,}")


def default_cache() -> Path:
    """Where indexes are kept between starts."""
    return platformdirs.user_cache_path("tutor-bot") / "index"


def load_engine(catalogue: Catalogue, cache: Path | None) -> "Engine":
    """The engine for this content: its index from `cache`, or built anew and kept there if possible."""
    aliases = Aliases(pack.synonyms for pack in catalogue.packs)
    kept = disk.fetch(cache, catalogue.version) if cache else None
    if kept is None or kept.index.facts != len(catalogue.facts):
        kept = _learn(catalogue, aliases)
        if cache:
            disk.keep(cache, catalogue.version, kept)
    return Engine(catalogue, aliases, kept)


def _learn(catalogue: Catalogue, aliases: Aliases) -> disk.Learnt:
    """Tokens of every phrasing, and of everything a fact says."""
    rows: list[list[str]] = []
    owner: list[int] = []
    counts: Counter[str] = Counter()
    texts: list[list[str]] = []
    phrased: list[list[str]] = []
    for number, fact in enumerate(catalogue.facts.values()):
        for asked in dict.fromkeys((fact.question, *fact.also_asked)):
            rows.append(aliases.fold(words(asked)))
            owner.append(number)
            counts.update(rows[-1])
        said = " ".join(
            (fact.question, *fact.also_asked, fact.answer, fact.more, fact.note, *fact.persons, *fact.terms)
        )
        tokens = aliases.fold(words(said))
        # What only the answer says counts little for finding a fact, and yet it counts.
        answer = aliases.fold(words(f"{fact.question} {fact.answer}"))
        rows.append(answer)
        owner.append(number)
        counts.update(answer)
        texts.append(sorted({*content_stems(tokens), *(t for t in tokens if t.isdigit())}))
        frames = aliases.fold(words(" ".join((fact.question, *fact.also_asked, *fact.persons, *fact.terms))))
        phrased.append(sorted(set(content_stems(frames))))
    return disk.Learnt(build(rows, owner, len(catalogue.facts)), texts, phrased, dict(counts))


@dataclass(frozen=True, slots=True)
class _Read:
    """A question as tokens: as typed, and after repair; which words stayed unknown."""

    typed: list[str]
    tokens: list[str]
    unknown: frozenset[str]


class Engine:
    """Finds the fact that a question means; immutable, so any number of questions may ask at once."""

    def __init__(self, catalogue: Catalogue, aliases: Aliases, learnt: disk.Learnt) -> None:
        self.catalogue = catalogue
        self._aliases = aliases
        self._index: Index = learnt.index
        self._texts = [frozenset(text) for text in learnt.texts]
        self._asked = [frozenset(text) for text in learnt.asked]
        self._names = frozenset(
            s
            for name in (
                *(n for p in catalogue.packs for n in p.synonyms),
                *(name for f in catalogue.facts.values() for name in f.persons),
            )
            for s in content_stems(words(name))
        )
        self._keys: list[FactKey] = list(catalogue.facts)
        self._number = {key: number for number, key in enumerate(self._keys)}
        self._speller = Speller(learnt.counts, aliases.spellings)
        held = Counter(stemmed for text in self._texts for stemmed in text)
        total = len(self._texts) + 1
        self._mass = {stemmed: float(np.log(total / count) + 0.1) for stemmed, count in held.items()}
        self._top = float(np.log(total) + 0.1)
        self._exact: dict[str, int] = {}
        for number, fact in enumerate(catalogue.facts.values()):
            for asked in (fact.question, *fact.also_asked):
                self._exact.setdefault(" ".join(words(asked)), number)

    def find(self, text: str, context: Context = Context()) -> Outcome:
        """What `text` means after what was asked before."""
        if kind := small_talk(text):
            return Talk(kind)
        read = self._read(text)
        before = [fact for key in context.facts if (fact := self.catalogue.get(key))]
        leaning = bool(before) and leans(read.tokens) and " ".join(read.typed) not in self._exact
        if leaning and is_bare(read.tokens):
            key = before[0].key
            _, others = self._candidates(self._nearness(self._topic_words(before[0]), ()), 0.8)
            rest = tuple(c for c in others if c.fact != key)[: CANDIDATES - 1]
            return Found(key, 0.8, (Candidate(key, 0.8), *rest))
        nearness = self._nearness(read.tokens, before if leaning else ())
        if (number := self._exact.get(" ".join(read.typed))) is not None:
            # A curator's own phrasing means its fact, however near another one stands.
            nearness[number] = max(nearness[number], nearness.max() + 2 * CLOSE)
        return self._decide(read, nearness)

    def evidence(self, text: str, hidden: int | None = None) -> tuple[FactKey, Evidence]:
        """The best candidate and what speaks for it, with fact number `hidden` taken out: for calibration."""
        read = self._read(text)
        nearness = self._nearness(read.tokens, ())
        exact = hidden is None
        if hidden is not None:
            nearness[hidden] = -1.0
        best, evidence = self._weigh(read, nearness, exact=exact)
        return self._keys[best], evidence

    def _read(self, text: str) -> _Read:
        typed = words(text)
        repaired: list[str] = []
        unknown: set[str] = set()
        for word in typed:
            if self._speller.knows(word) or word in ELSEWHERE:
                repaired.append(word)
                if word in ELSEWHERE and not self._speller.knows(word):
                    unknown.add(word)
                continue
            better = self._speller.repair(word)
            repaired.append(better or word)
            if better is None:
                unknown.add(word)
        return _Read(typed, self._aliases.fold(repaired), frozenset(unknown))

    def _topic_words(self, fact: Fact) -> list[str]:
        return [t for t in self._aliases.fold(words(fact.question)) if t not in FUNCTION_WORDS]

    def _nearness(self, tokens: Sequence[str], before: Sequence[Fact]) -> Floats:
        """Each fact's nearness to the question, helped by the facts before where it leans on them."""
        near = self._index.by_fact(self._index.similarities(*self._index.vector(tokens)))
        if not before:
            return near
        joined = [*tokens, *self._topic_words(before[0])]
        wide = self._index.by_fact(self._index.similarities(*self._index.vector(joined)))
        near = (1 - CONTEXT_WEIGHT) * near + CONTEXT_WEIGHT * wide
        for key in (before[0].key, *before[0].see_also):
            if (number := self._number.get(key)) is not None:
                near[number] += SEE_ALSO
        return near

    def _weigh(self, read: _Read, nearness: Floats, *, exact: bool = True) -> tuple[int, Evidence]:
        best = int(nearness.argmax())
        first = float(nearness[best])
        second = float(np.partition(nearness, -2)[-2]) if len(nearness) > 1 else 0.0
        text = self._texts[best]
        content = content_stems(read.tokens)
        mass = {s: self._mass.get(s, self._top) for s in content}
        total = sum(mass.values()) or 1.0
        covered = sum(m for s, m in mass.items() if s in text) / total if mass else 0.0
        known = sum(m for s, m in mass.items() if s in self._mass) / total if mass else 0.0
        numbers = {t for t in read.typed if _NUMBER.fullmatch(t)}
        strange = 0.0
        if numbers - text or any(w in ELSEWHERE and stem(w) not in text for w in read.tokens):
            strange = 1.0
        elif any(s in self._names and s not in self._asked[best] for s in content):
            # A name of the subject itself, but not one that this fact is asked by: another person in its frame.
            strange = ANOTHER_NAME
        same = exact and self._exact.get(" ".join(read.typed)) == best
        return best, Evidence(first, max(0.0, first - second), covered, known, strange, float(same))

    def _decide(self, read: _Read, nearness: Floats) -> Outcome:
        best, evidence = self._weigh(read, nearness)
        score = probability(evidence)
        order, candidates = self._candidates(nearness, score)
        key = self._keys[best]
        if score >= FOUND and (evidence.margin >= CLOSE or score >= CERTAIN or len(order) == 1):
            return Found(key, score, candidates)
        if score >= UNSURE and evidence.covered > 0:
            offered = [self._keys[n] for n in order[:OFFERED] if nearness[n] >= 0.6 * nearness[best]]
            if len(offered) == 1 and len(order) > 1:
                offered.append(self._keys[order[1]])
            return Unsure(tuple(offered), score, candidates)
        topics = dict.fromkeys(
            f"{fact.pack}/{fact.topic}"
            for n in order[:OFFERED]
            if nearness[n] > 0.15 and evidence.known > 0.3 and (fact := self.catalogue.facts[self._keys[n]])
        )
        return Unknown(score, candidates, tuple(topics))

    def _candidates(self, nearness: Floats, score: float) -> tuple[list[int], tuple[Candidate, ...]]:
        """The five nearest; the others' probabilities share what the first leaves, by their nearness."""
        order = [int(n) for n in np.argsort(-nearness, kind="stable")[:CANDIDATES]]
        first = max(float(nearness[order[0]]), 1e-6)
        shares = [score * (max(float(nearness[n]), 0.0) / first) ** 4 for n in order]
        rest = sum(shares[1:]) or 1.0
        scale = min(1.0, (1 - score) / rest) if score < 1 else 0.0
        scores = [score, *(min(share * scale, score) for share in shares[1:])]
        return order, tuple(Candidate(self._keys[n], round(s, 6)) for n, s in zip(order, scores, strict=True))
