"""Unknown words repaired: against the fact base's own vocabulary first, then against common English."""

from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from tutor_bot.matching.english import common_words
from tutor_bot.matching.normalise import FUNCTION_WORDS, stem


def _limit(length: int) -> int:
    """How many slips a word of this length may have: short words are too near to each other."""
    if length < 4:
        return 0
    return 1 if length < 6 else 2 if length < 10 else 3


class Speller:
    """Knows the base's words and how often each is used, and common English.

    A right English word is left alone: "how tall" is not "how tell", although the base has only the latter.
    """

    def __init__(self, counts: Mapping[str, int], also_known: set[str]) -> None:
        # Short function words are targets too ("waht"), rare ones of the base are not worth a guess.
        self._words = [word for word in counts if len(word) > 3 and word.isalpha()]
        self._words += [w for w in ("what", "when", "where", "which", "why", "who", "how") if w not in counts]
        self._weight = {word: counts.get(word, 1) for word in self._words}
        self._known = set(counts) | also_known | FUNCTION_WORDS
        self._stems = {stem(word) for word in self._known}
        self._english = common_words()
        self._english_words = [word for word in self._english if len(word) > 3]

    def knows(self, word: str) -> bool:
        """Whether the base has it, or English grammar."""
        return word in self._known or stem(word) in self._stems

    def is_english(self, word: str) -> bool:
        return word in self._english

    def repair(self, word: str) -> str | None:
        """The base's word that was probably meant; None when there is none near enough."""
        limit = _limit(len(word))
        if not limit or not self._words or any(c.isdigit() for c in word):
            return None
        found = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=limit, limit=12)
        if not found:
            return None

        def cost(entry: tuple[str, float, int]) -> float:
            candidate, distance, _ = entry
            other_start = 0.6 if candidate[0] != word[0] else 0.0
            return distance + other_start - 0.05 * min(self._weight[candidate], 10)

        best = min(found, key=cost)
        # Two slips and another first letter: more likely another word altogether.
        return best[0] if cost(best) <= limit + 0.1 else None

    def english(self, word: str) -> str | None:
        """The common English word that was probably meant: the nearest, then the commonest. Names stay as they are."""
        if len(word) < 5 or not word.isascii() or not word.isalpha():
            return None
        limit = 1 if len(word) < 9 else 2
        found = process.extract(word, self._english_words, scorer=OSA.distance, score_cutoff=limit, limit=12)
        near = [(distance, self._english[c], c) for c, distance, _ in found if c[0] == word[0]]
        return min(near)[2] if near else None
