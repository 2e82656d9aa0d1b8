"""A question as the matcher reads it: tokens, repaired and folded, and the text that an encoder gets."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from tutor_bot.matching.languages import foreign, latin_forms
from tutor_bot.matching.normalise import FUNCTION_WORDS, WRITTEN_OUT, Aliases, replaced, stem, words
from tutor_bot.matching.spelling import Speller
from tutor_bot.matching.world import ELSEWHERE


@dataclass(frozen=True)
class Read:
    """`typed`: words as typed; `tokens`: after repair and folding; `text`: for an encoder; `foreign`: in another
    language than the base's English.
    """

    typed: list[str]
    tokens: list[str]
    text: str
    foreign: bool = False

    @cached_property
    def content(self) -> list[str]:
        """Stems that carry the question's subject."""
        return [stem(token) for token in self.tokens if token not in FUNCTION_WORDS]


class Reader:
    """`topic` are stems that so many phrasings have that they tell nothing; `names` those of the base."""

    def __init__(self, aliases: Aliases, speller: Speller, topic: Iterable[str], names: Iterable[str]) -> None:
        self._aliases = aliases
        self._speller = speller
        self._topic = frozenset(topic)
        self._names = sorted({word for name in names for word in words(name) if len(word) > 3 and word.isascii()})

    def fold(self, text: str) -> list[str]:
        return self._aliases.fold(words(text))

    def read(self, text: str) -> Read:
        typed = words(text)
        # Before what is short for an English word is written out: "wer" and "y" are words elsewhere.
        as_typed = words(text, chat=False)
        if foreign(as_typed):
            return self._abroad(as_typed, text)
        better: dict[str, str] = {}
        strange: set[str] = set()
        for word in typed:
            if self._speller.knows(word) or word in ELSEWHERE or self._speller.is_english(word):
                continue
            if repaired := self._speller.repair(word) or self._speller.english(word):
                better[word] = repaired
            elif word.isalpha() and len(word) > 2:
                strange.add(word)
        repaired_words = [better.get(word, word) for word in typed]
        if len(strange) >= 2 and 2 * len(strange) >= sum(len(w) > 2 for w in typed):
            return self._abroad(as_typed, text)
        tokens = self._aliases.fold(repaired_words)
        return Read(typed, tokens, self._for_encoder(text, tokens, repaired_words, better))

    def _abroad(self, typed: list[str], text: str) -> Read:
        """A question in another language: names and numbers are read, the rest is the encoder's."""
        names = [name for word in typed for name in self._name(word)]
        # Aliases may be written in other scripts, several words long.
        folded = self._aliases.fold(typed)
        known = [t for t in folded if t not in typed and self._speller.knows(t)]
        elsewhere = [form for word in typed for form in (latin_forms(word) or [word]) if form in ELSEWHERE]
        tokens = [*dict.fromkeys([*known, *names, *elsewhere]), *(t for t in typed if t.isdigit())]
        return Read(typed, tokens, text.strip(), foreign=True)

    def for_encoder(self, text: str) -> str:
        """A phrasing of the base as an encoder gets it."""
        typed = words(text)
        return self._for_encoder(text, self._aliases.fold(typed), typed, {})

    def _for_encoder(self, text: str, tokens: list[str], typed: list[str], better: dict[str, str]) -> str:
        """Without the topic's own words where others remain: else every question is near "Who was he?".

        As written where nothing else was changed: an encoder reads capitals, marks and endings too.
        """
        bare = [token for token in tokens if stem(token) not in self._topic]
        if len(bare) < len(tokens) and any(token not in FUNCTION_WORDS for token in bare):
            return " ".join(bare)
        if tokens != typed:
            return " ".join(tokens)
        return replaced(text, {**WRITTEN_OUT, **better}).strip() or " ".join(tokens)

    def _name(self, word: str) -> list[str]:
        """The base's name that a foreign word is a form of: Сталина, Staline, Trotzki."""
        if word in self._names:
            return [word]
        best: tuple[float, str] | None = None
        for form in latin_forms(word) or [word]:
            if len(form) < 4 or not form.isascii():
                continue
            limit = 1 if len(form) < 7 else 2
            found = process.extractOne(form, self._names, scorer=OSA.distance, score_cutoff=limit)
            if found and found[0][0] == form[0] and (best is None or found[1] < best[0]):
                best = (found[1], found[0])
        return [best[1]] if best else []


_SPLIT = re.compile(
    r"[?？!;\n]+|(?<=[a-zа-я])\.\s+|,?\s+(?:and|also|but)\s+(?=(?:who|what|when|where|why|how|did|was|were|is)\b)",
    re.IGNORECASE,
)
MOST_PARTS = 3


def parts(text: str) -> list[str]:
    """The questions of a message; the whole of it where there is one."""
    found = [part.strip(" .,") for part in _SPLIT.split(text[:4096])]
    found = [part for part in found if words(part)]
    return found[: MOST_PARTS + 1] if 1 < len(found) <= MOST_PARTS else [text]
