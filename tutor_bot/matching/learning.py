"""What the matcher learns of a catalogue: the index, the head, and with an encoder the sense of each phrasing."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from tutor_bot.domain.facts import Catalogue
from tutor_bot.matching.encoders import Encoder
from tutor_bot.matching.head import kernel, train, trainable
from tutor_bot.matching.index import Floats, Index, Ints, build, content_stems
from tutor_bot.matching.normalise import FUNCTION_WORDS, Aliases, words
from tutor_bot.matching.reading import Reader
from tutor_bot.matching.spelling import Speller

TOPIC_SHARE = 0.25
"""Of all phrasings: a content word that more of them have says only what the whole base is about."""
TOPIC_FROM = 20
"""Facts from which such shares mean anything."""
THIN = 3
"""Phrasings a fact, on average, below which the topic's words are kept from the encoder: with more, the head learns
what they are worth, with one or two they draw every question to "Who was he?"."""
ANSWER_HEED = 0.3
"""How much an answer counts beside a phrasing, in training."""


@dataclass(frozen=True)
class Learnt:
    """All arrays and lists that a start need not compute again.

    Rows are all phrasings, then all answers. `texts` are the content stems of all that a fact says, `asked`
    those of its phrasings, `counts` how often each word is used, `topic` the stems that tell nothing;
    `head` has a weight for each row and fact, and no rows where the base is too large for one.
    """

    index: Index
    texts: list[list[str]]
    asked: list[list[str]]
    counts: dict[str, int]
    topic: list[str]
    head: Floats


@dataclass(frozen=True)
class Sense:
    """What an encoder adds: each row's vector less the mean, of length 1, and a head that knows both.

    `lexicon` are the base's content words and `meanings` their vectors: a dictionary from other languages.
    """

    encoder: str
    mean: Floats
    vectors: Floats
    head: Floats
    lexicon: list[str]
    meanings: Floats


def learn(catalogue: Catalogue, aliases: Aliases) -> Learnt:
    """The words of every phrasing, and of everything a fact says."""
    rows: list[list[str]] = []
    owner: list[int] = []
    counts: Counter[str] = Counter()
    texts: list[list[str]] = []
    phrased: list[list[str]] = []
    for number, fact in enumerate(catalogue.facts.values()):
        for asked in phrasings(fact.question, fact.also_asked):
            rows.append(aliases.fold(words(asked)))
            owner.append(number)
        said = " ".join(
            (fact.question, *fact.also_asked, fact.answer, fact.more, fact.note, *fact.persons, *fact.terms)
        )
        tokens = aliases.fold(words(said))
        texts.append(sorted({*content_stems(tokens), *(t for t in tokens if t.isdigit())}))
        frames = aliases.fold(words(" ".join((fact.question, *fact.also_asked, *fact.persons, *fact.terms))))
        phrased.append(sorted(set(content_stems(frames))))
    topic = _topic(rows, len(catalogue.facts))
    for number, fact in enumerate(catalogue.facts.values()):
        # What only the answer says counts little for finding a fact, and yet it counts.
        if fact.answer:
            rows.append(aliases.fold(words(f"{fact.question} {fact.answer}")))
            owner.append(number)
    for row in rows:
        counts.update(row)
    index = build(rows, owner, len(catalogue.facts))
    head = _head(index, _heed(catalogue, len(rows)), None)
    return Learnt(index, texts, phrased, dict(counts), topic, head)


def learn_sense(catalogue: Catalogue, aliases: Aliases, learnt: Learnt, encoder: Encoder) -> Sense:
    """The sense of every row, and a head for words and sense together. Takes seconds: not for an event loop."""
    reader = Reader(aliases, Speller(learnt.counts, aliases.spellings), learnt.topic, ())
    texts = [
        reader.for_encoder(asked)
        for fact in catalogue.facts.values()
        for asked in phrasings(fact.question, fact.also_asked)
    ]
    texts += [reader.for_encoder(fact.answer) for fact in catalogue.facts.values() if fact.answer]
    encoded = encoder.encode(texts)
    mean = encoded.mean(axis=0)
    vectors = rounded(centred(encoded, mean))
    head = _head(learnt.index, _heed(catalogue, len(texts)), vectors)
    lexicon = sorted(w for w in learnt.counts if len(w) > 2 and w.isalpha() and w not in FUNCTION_WORDS)
    return Sense(encoder.name, mean, vectors, head, lexicon, rounded(encoder.encode(lexicon or ["none"])))


def rounded(values: Floats) -> Floats:
    """To the digits that are kept on disk, so that a start with and one without the file answer the same."""
    return values.astype(np.float16).astype(np.float32)


def phrasings(question: str, also_asked: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys((question, *also_asked)))


def centred(vectors: Floats, mean: Floats) -> Floats:
    """Less the mean and of length 1: what all texts of a subject share tells nothing."""
    away = vectors - mean
    found: Floats = away / np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-9)
    return found


def _topic(rows: list[list[str]], facts: int) -> list[str]:
    if facts < TOPIC_FROM or len(rows) >= THIN * facts:
        return []
    held = Counter(s for row in rows for s in set(content_stems(row)))
    return sorted(s for s, count in held.items() if count > TOPIC_SHARE * len(rows))


def _heed(catalogue: Catalogue, rows: int) -> Floats:
    answers = sum(bool(fact.answer) for fact in catalogue.facts.values())
    return np.concatenate([np.ones(rows - answers), np.full(answers, ANSWER_HEED)]).astype(np.float32)


def _head(index: Index, heed: Floats, vectors: Floats | None) -> Floats:
    owner: Ints = index.owner
    if not trainable(len(owner), index.facts):
        return np.zeros((0, index.facts), dtype=np.float32)
    together = kernel(index.gram(), None if vectors is None else vectors @ vectors.T)
    return rounded(train(together, owner, index.facts, heed))
