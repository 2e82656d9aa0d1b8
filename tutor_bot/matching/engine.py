"""The matcher: one catalogue's index and everything a question goes through."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import platformdirs

from tutor_bot.domain.facts import Catalogue, Fact, FactKey
from tutor_bot.domain.outcomes import Candidate, Context, Found, Outcome, Talk, TalkKind, Unknown, Unsure
from tutor_bot.matching import cache as disk
from tutor_bot.matching.decide import FOUND, FOUND_ABROAD, UNSURE, UNSURE_ABROAD, Evidence, Mode, probability
from tutor_bot.matching.encoders import Encoder
from tutor_bot.matching.followup import is_bare, leans
from tutor_bot.matching.head import kernel, softmax
from tutor_bot.matching.index import Floats, Index, content_stems
from tutor_bot.matching.languages import content_of
from tutor_bot.matching.learning import Learnt, Sense, centred, learn, learn_sense
from tutor_bot.matching.normalise import FUNCTION_WORDS, NEGATIONS, Aliases, stem, words
from tutor_bot.matching.reading import Read, Reader, parts
from tutor_bot.matching.spelling import Speller
from tutor_bot.matching.talk import small_talk
from tutor_bot.matching.world import ELSEWHERE

CANDIDATES = 5
ANOTHER_NAME = 0.35
"""How strange a name of the subject is in a fact that is never asked by it; a name of elsewhere counts 1."""
NEVER_NAMED = 0.7
"""The same for a name that the fact never speaks of."""
OFFERED = 3
CONTEXT_WEIGHT = 0.6
"""Of the words of the fact before, in a question that leans on it."""
RELATED = 1.0
"""Log-odds that a fact gains for being a see-also of the one told before, when the question leans on that."""
TOLD = 0.6
"""The same for the fact that was just told: less, for the asker has read it."""
TRANSLATED = 0.55
"""Cosine from which a word of the base stands for a word of another language."""
ADDED_FROM, ADDED_SURE = 0.55, 0.9
"""Cosines from which a phrasing that the head does not know counts, and counts fully."""
TOPIC_BY_WORDS = 0.3
"""Cosine of words from which a fact's topic is named as near to a question that has no answer."""
NOTHING_NEAR = 0.35
"""A cosine that says nothing, of either kind."""
NO_TALK = 0.8
"""Probability of a fact from which what sounds like small talk is a question after all."""
FEWEST = 20
"""Facts among which the head's probability is shared, at least."""
ALL_ROWS, SHORTLIST = 30_000, 5_000
"""Of more rows than the first, only so many that are nearest by words are compared by sense."""
FOLLOWS = 1.3
"""Log-odds that a question which leans on the one before is on the subject."""
LONGEST = 1000
"""Letters that an encoder gets of a question: more is no question, and would take long."""
ON_SUBJECT = 0.6
"""Cosine of sense from which a question without a word of the fact's may still be about it."""
SHARPNESS = 12.0
"""Of a base too large for a head: how much nearer one cosine must be to be likelier."""
_NUMBER = re.compile(r"\d{2,}")


def default_cache() -> Path:
    """Where indexes are kept between starts."""
    return platformdirs.user_cache_path("tutor-bot") / "index"


def load_engine(catalogue: Catalogue, cache: Path | None, encoder: Encoder | None = None) -> "Engine":
    """The engine for this content: what it learns comes from `cache`, or is learnt anew and kept there if possible."""
    aliases = Aliases(pack.synonyms for pack in catalogue.packs)
    learnt = disk.fetch(cache, catalogue) if cache else None
    if learnt is None:
        learnt = learn(catalogue, aliases)
        if cache:
            disk.keep(cache, catalogue.version, learnt)
    sense = None
    if encoder:
        sense = disk.fetch_sense(cache, catalogue.version, encoder.name, learnt) if cache else None
        if sense is None:
            sense = learn_sense(catalogue, aliases, learnt, encoder)
            if cache:
                disk.keep_sense(cache, catalogue.version, sense)
    return Engine(catalogue, aliases, learnt, sense, encoder)


def kept_engine(catalogue: Catalogue, cache: Path, encoder: Encoder | None) -> "Engine | None":
    """The engine for this content, if all that it needs is in `cache`."""
    learnt = disk.fetch(cache, catalogue)
    sense = disk.fetch_sense(cache, catalogue.version, encoder.name, learnt) if encoder and learnt else None
    if learnt is None or (encoder and sense is None):
        return None
    return Engine(catalogue, Aliases(pack.synonyms for pack in catalogue.packs), learnt, sense, encoder)


@dataclass(frozen=True, slots=True)
class _Near:
    """How near each fact is: cosines by words and by sense, and the head's probabilities."""

    words: Floats
    sense: Floats
    chance: Floats


@dataclass(frozen=True, slots=True)
class _Row:
    """A phrasing that the head does not know: its features and weights, and its sense."""

    number: int
    features: dict[str, float]
    vector: Floats | None


class Engine:
    """Finds the fact that a question means; immutable, so any number of questions may ask at once."""

    def __init__(
        self,
        catalogue: Catalogue,
        aliases: Aliases,
        learnt: Learnt,
        sense: Sense | None = None,
        encoder: Encoder | None = None,
        added: Sequence[tuple[int, str]] = (),
        base: "Engine | None" = None,
    ) -> None:
        self.catalogue = catalogue
        self.base = base or self
        """The engine whose head this one uses: itself, but for one that was extended."""
        self._aliases = aliases
        self._learnt = learnt
        self._index: Index = learnt.index
        self._sense = sense
        self._encoder = encoder
        self._head = sense.head if sense else learnt.head
        self._texts = [frozenset(text) for text in learnt.texts]
        self._numbers = [frozenset(t.lstrip("0") for t in text if t.isdigit()) for text in learnt.texts]
        self._asked = [frozenset(text) for text in learnt.asked]
        names = [
            *(n for p in catalogue.packs for n in p.synonyms),
            *(name for f in catalogue.facts.values() for name in f.persons),
        ]
        self._names = frozenset(s for name in names for s in content_stems(words(name)))
        self._keys: list[FactKey] = list(catalogue.facts)
        self._number = {key: number for number, key in enumerate(self._keys)}
        counts = dict(learnt.counts)
        for _, text in added:
            for word in aliases.fold(words(text)):
                counts[word] = counts.get(word, 0) + 1
        self._reader = Reader(aliases, Speller(counts, aliases.spellings), learnt.topic, names)
        held = Counter(stemmed for text in self._texts for stemmed in text)
        total = len(self._texts) + 1
        self._mass = {stemmed: float(np.log(total / count) + 0.1) for stemmed, count in held.items()}
        self._top = float(np.log(total) + 0.1)
        self._exact: dict[str, int] = {}
        for number, fact in enumerate(catalogue.facts.values()):
            for asked in (fact.question, *fact.also_asked):
                self._exact.setdefault(" ".join(words(asked)), number)
        self._added = [self._row(number, text) for number, text in added]

    def extended(self, catalogue: Catalogue) -> "Engine":
        """An engine that finds what was added to its catalogue since, by nearness alone: no time for a new head.

        `catalogue` has every fact of this engine's, in the same order, with more phrasings or more facts behind.
        """
        learnt = self._learnt
        known = [
            {" ".join(words(asked)) for asked in (fact.question, *fact.also_asked)}
            for fact in self.catalogue.facts.values()
        ]
        added = [
            (number, text)
            for number, fact in enumerate(catalogue.facts.values())
            for text in (fact.question, *fact.also_asked)
            if number >= len(known) or " ".join(words(text)) not in known[number]
        ]
        more = replace(learnt, texts=list(learnt.texts), asked=list(learnt.asked))
        for fact in list(catalogue.facts.values())[len(learnt.texts) :]:
            said = self._aliases.fold(words(" ".join((fact.question, *fact.also_asked, fact.answer))))
            more.texts.append([*content_stems(said), *(t for t in said if t.isdigit())])
            more.asked.append(content_stems(self._aliases.fold(words(" ".join((fact.question, *fact.also_asked))))))
        return Engine(catalogue, self._aliases, more, self._sense, self._encoder, added, self)

    def suggest(self, text: str, limit: int) -> list[FactKey]:
        """Facts that a text still being typed may mean, best first; by words alone, so that it keeps up."""
        near = self._index.by_fact(self._index.similarities(*self._index.vector(self._reader.fold(text))))
        order = np.argsort(-near, kind="stable")[:limit]
        return [self._keys[n] for n in order if near[n] > 0.1]

    def questions(self, text: str) -> list[str]:
        """The questions of a message; more than one only where each alone finds a fact of its own."""
        found = parts(text)
        if len(found) == 1 or " ".join(words(text)) in self._exact:
            return [text]
        keys: list[FactKey] = []
        context = Context()
        for part in found:
            outcome = self.find(part, context)
            if not isinstance(outcome, Found) or outcome.fact in keys:
                return [text]
            keys.append(outcome.fact)
            context = Context((outcome.fact,))
        return found

    def find(self, text: str, context: Context = Context()) -> Outcome:
        """What `text` means after what was asked before."""
        kind = small_talk(text)
        if kind is TalkKind.EMPTY:
            return Talk(kind, 0.0)
        read = self._read(text)
        if kind and " ".join(read.typed) not in self._exact:
            near = self._near(read, ())
            _, evidence = self._weigh(read, near)
            score = probability(evidence, self._mode(read))
            # A base may be about greetings; most are not.
            if score < NO_TALK:
                return Talk(kind, score, self._candidates(near, score)[1])
        before = [fact for key in context.facts if (fact := self.catalogue.get(key))]
        leaning = bool(before) and leans(read.tokens) and " ".join(read.typed) not in self._exact
        if leaning and is_bare(read.tokens):
            key = before[0].key
            near = self._near(self._reader.read(before[0].question), ())
            _, near_it = self._candidates(near, 0.8)
            rest = tuple(c for c in near_it if c.fact != key)[: CANDIDATES - 1]
            others = tuple(replace(c, score=min(c.score, 0.2)) for c in rest)
            return Found(key, 0.8, (Candidate(key, 0.8), *others), more=True)
        near = self._near(read, before if leaning else ())
        if leaning:
            # What it is about was said before: that counts as if it were said again.
            read = replace(read, tokens=[*read.tokens, *self._topic_of(before[0])])
        if (number := self._exact.get(" ".join(read.typed))) is not None:
            # A curator's own phrasing means its fact, however near another one stands.
            near.chance[:] = 0.05 * near.chance
            near.chance[number] += 0.95
        return self._decide(read, near, FOLLOWS if leaning else 0.0)

    def evidence(self, text: str) -> tuple[FactKey, Evidence, Mode]:
        """The best candidate and what speaks for it: for calibration."""
        read = self._read(text)
        best, evidence = self._weigh(read, self._near(read, ()))
        return self._keys[best], replace(evidence, exact=0.0), self._mode(read)

    def _mode(self, read: Read) -> Mode:
        if self._sense is None:
            return Mode.WORDS
        return Mode.FOREIGN if read.foreign else Mode.SENSE

    def _read(self, text: str) -> Read:
        """As the reader reads it; the words of another language in the base's own, where their meanings are near."""
        read = self._reader.read(text)
        if not read.foreign or self._sense is None or self._encoder is None:
            return read
        abroad = content_of(read.typed)
        if not abroad:
            return read
        near = self._encoder.encode(abroad) @ self._sense.meanings.T
        best = near.argmax(axis=1)
        found = [self._sense.lexicon[at] for row, at in enumerate(best) if near[row, at] >= TRANSLATED]
        return replace(read, tokens=list(dict.fromkeys([*read.tokens, *found])))

    def _near(self, read: Read, before: Sequence[Fact]) -> _Near:
        """Each fact's nearness to the question, helped by the facts before where it leans on them."""
        vector = self._vector(read.text)
        by_words, by_sense = self._rows(read.tokens, vector)
        if before:
            topic = self._topic_of(before[0])
            wide_words, wide_sense = self._rows([*read.tokens, *topic], self._vector(f"{read.text} {' '.join(topic)}"))
            by_words = (1 - CONTEXT_WEIGHT) * by_words + CONTEXT_WEIGHT * wide_words
            if by_sense is not None and wide_sense is not None:
                by_sense = (1 - CONTEXT_WEIGHT) * by_sense + CONTEXT_WEIGHT * wide_sense
        index = self._index
        near_words = index.by_fact(by_words)
        near_sense = np.zeros(index.facts, dtype=np.float32) if by_sense is None else index.best_by_fact(by_sense)
        if len(self._head):
            scores, nothing = kernel(by_words, by_sense) @ self._head, 0.0
        else:
            scores = SHARPNESS * (near_words + near_sense)
            nothing = SHARPNESS * NOTHING_NEAR * (1 if by_sense is None else 2)
        if before:
            related = [(before[0].key, TOLD), *((key, RELATED) for key in before[0].see_also)]
            for key, odds in related:
                if (number := self._number.get(key)) is not None and number < len(scores):
                    scores[number] += odds
        # A few facts share the whole probability, even of a question about bees: it is shared with what is not there.
        absent = max(FEWEST - index.facts, 0)
        chance = softmax(np.concatenate([scores, np.full(absent, nothing, dtype=np.float32)]))[: index.facts]
        near = _Near(near_words, near_sense, chance)
        return self._with_added(read.tokens, vector, near) if self._added else near

    def _row(self, number: int, text: str) -> _Row:
        read = self._reader.read(text)
        return _Row(number, self._index.weighed(read.tokens), self._vector(read.text))

    def _with_added(self, tokens: Sequence[str], vector: Floats | None, near: _Near) -> _Near:
        """What was added since the head was trained counts by its nearness."""
        more = len(self._keys) - len(near.chance)
        by_word, sense, chance = (np.pad(a, (0, more)) for a in (near.words, near.sense, near.chance))
        asked = self._index.weighed(tokens)
        for row in self._added:
            by_words = sum(value * asked.get(name, 0.0) for name, value in row.features.items())
            by_sense = 0.0 if vector is None or row.vector is None else float(vector @ row.vector)
            by_word[row.number] = max(by_word[row.number], by_words)
            sense[row.number] = max(sense[row.number], by_sense)
            sure = min(max((max(by_words, by_sense) - ADDED_FROM) / (ADDED_SURE - ADDED_FROM), 0.0), 0.95)
            if sure > chance[row.number]:
                chance *= 1 - sure
                chance[row.number] += sure
        return _Near(by_word, sense, chance)

    def _topic_of(self, fact: Fact) -> list[str]:
        return [t for t in self._reader.fold(fact.question) if t not in FUNCTION_WORDS]

    def _vector(self, text: str) -> Floats | None:
        """The sense of a text; None without an encoder."""
        if self._sense is None or self._encoder is None:
            return None
        found: Floats = centred(self._encoder.encode([text[:LONGEST]]), self._sense.mean)[0]
        return found

    def _rows(self, tokens: Sequence[str], vector: Floats | None) -> tuple[Floats, Floats | None]:
        """Cosines with every row, by words and by sense."""
        by_words = self._index.similarities(*self._index.vector(tokens))
        if self._sense is None or vector is None:
            return by_words, None
        if len(by_words) <= ALL_ROWS:
            return by_words, self._sense.vectors @ vector
        by_sense = np.zeros_like(by_words)
        near = np.argpartition(-by_words, SHORTLIST)[:SHORTLIST]
        by_sense[near] = self._sense.vectors[near] @ vector
        return by_words, by_sense

    def _weigh(self, read: Read, near: _Near) -> tuple[int, Evidence]:
        best = int(near.chance.argmax())
        text = self._texts[best]
        mass = {s: self._mass.get(s, self._top) for s in read.content}
        total = sum(mass.values()) or 1.0
        covered = sum(m for s, m in mass.items() if s in text) / total if mass else 0.0
        known = sum(m for s, m in mass.items() if s in self._mass) / total if mass else 0.0
        return best, Evidence(
            chance=float(near.chance[best]),
            power=1 + float(np.log10(max(near.chance[best], 1e-3))) / 3,
            margin=_lead(near.chance, best),
            words=float(near.words[best]),
            words_lead=_lead(near.words, best),
            sense=float(near.sense[best]),
            sense_lead=_lead(near.sense, best),
            covered=covered,
            known=known,
            strange=self._strange(read, best),
            negated=float(self._negated(read, best)),
            exact=float(self._exact.get(" ".join(read.typed)) == best),
        )

    def _strange(self, read: Read, best: int) -> float:
        text = self._texts[best]
        numbers = {t for t in read.typed if _NUMBER.fullmatch(t)}
        if any(not self._has_number(best, n) for n in numbers) or any(
            w in ELSEWHERE and stem(w) not in text for w in read.tokens
        ):
            return 1.0
        # A name of the subject itself, but not one that this fact is asked by: another person in its frame.
        named = [s for s in read.content if s in self._names and s not in self._asked[best]]
        if any(s not in text for s in named):
            return NEVER_NAMED
        return ANOTHER_NAME if named else 0.0

    def _has_number(self, best: int, number: str) -> bool:
        """Whether the fact has it: 447 is order 00447, and 37 is 1937."""
        held = self._numbers[best]
        return number.lstrip("0") in held or (len(number) == 2 and any(h.endswith(number) for h in held))

    def _negated(self, read: Read, best: int) -> bool:
        fact = self.catalogue.facts[self._keys[best]]
        return bool(NEGATIONS & set(read.tokens)) and not any(
            NEGATIONS & set(words(asked)) for asked in (fact.question, *fact.also_asked)
        )

    def _decide(self, read: Read, near: _Near, odds: float) -> Outcome:
        best, evidence = self._weigh(read, near)
        mode = self._mode(read)
        score = probability(evidence, mode, odds)
        order, candidates = self._candidates(near, score)
        key = self._keys[best]
        found, unsure = (FOUND_ABROAD, UNSURE_ABROAD) if mode is Mode.FOREIGN else (FOUND, UNSURE)
        if score >= found:
            return Found(key, score, candidates, foreign=read.foreign)
        on_subject = mode is Mode.FOREIGN or evidence.covered > 0 or evidence.sense >= ON_SUBJECT
        if score >= unsure and on_subject and evidence.strange < 1:
            offered = [self._keys[n] for n in order[:OFFERED] if near.chance[n] >= 0.15 * near.chance[best]]
            if len(offered) == 1 and len(order) > 1:
                offered.append(self._keys[order[1]])
            return Unsure(tuple(offered), score, candidates)
        topics = dict.fromkeys(
            f"{fact.pack}/{fact.topic}"
            for n in order[:OFFERED]
            if (near.words[n] > TOPIC_BY_WORDS or near.sense[n] > ON_SUBJECT)
            and (fact := self.catalogue.facts[self._keys[n]])
        )
        return Unknown(score, candidates, tuple(topics))

    def _candidates(self, near: _Near, score: float) -> tuple[list[int], tuple[Candidate, ...]]:
        """The five likeliest; the others' probabilities share what the first leaves, by their chances."""
        order = [int(n) for n in np.argsort(-near.chance, kind="stable")[:CANDIDATES]]
        shares = [float(near.chance[n]) for n in order]
        rest = sum(shares[1:]) or 1.0
        scores = [score, *(min(share / rest * (1 - score), score) for share in shares[1:])]
        return order, tuple(Candidate(self._keys[n], round(s, 6)) for n, s in zip(order, scores, strict=True))


def _lead(values: Floats, best: int) -> float:
    """How far the best fact's value is ahead of any other fact's; below 0 where another has more."""
    if len(values) < 2:
        return float(values[best])
    own = float(values[best])
    order = np.partition(values, -2)
    other = float(order[-2]) if own >= float(order[-1]) else float(order[-1])
    return own - other
