"""The rules of good items and plain answers, as far as a machine can see them (Haladyna, Downing and Rodriguez 2002).

All of these are warnings: a pack that breaks them works, and could be better.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import permutations

from tutor_bot.content.models import FactFile, ItemFile, PackFile
from tutor_bot.domain.facts import ItemKind
from tutor_bot.matching.normalise import stem, words

STANDS_OUT, BY = 1.5, 15
"""The right option may be half as long again as the longest wrong one, or longer by so many characters."""
FEWEST_TO_BALANCE = 20
BALANCE = (0.35, 0.65)
"""Share of true ones among true-or-false items."""
HARDEST = 13.0
"""Flesch-Kincaid grade of an answer, names left out; 13 is the first year after school."""
LONGEST_SENTENCE = 40
"""Words."""
_CATCH_ALLS = re.compile(r"\b(all|none|both|neither) of (the|these|those) ?(above|others|options)?\b", re.IGNORECASE)
_ABSOLUTE = re.compile(r"\b(always|never|only|nobody|everybody|everyone|completely|nothing)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(1\d{3}|20\d{2})\b")
_DECADE = re.compile(r"\b(early |mid-?|late )?(1\d{2}|20\d)0s\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?](?=\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")
_OPTIONAL = frozenset({"a", "an", "the", "is", "was", "were", "are", "did", "do", "does", "of", "in", "to"})

_CHOSEN = (ItemKind.CHOICE, ItemKind.SEVERAL, ItemKind.WHO_SAID)


def of_item(item: ItemFile, right: Sequence[str], wrong: Sequence[str], pack: PackFile) -> Iterator[str]:
    """What an item could do better."""
    if pack.sources is not None and not item.why:
        yield "the item does not say why; add `why:`"
    if pack.sources is not None and item.kind is ItemKind.SHORT_ANSWER and not item.hints:
        yield "a short answer wants `hints:` with two hints"
    if item.kind not in _CHOSEN:
        return
    options = [*right, *wrong]
    longest = max(map(len, right))
    if wrong and longest > max(STANDS_OUT * max(map(len, wrong)), max(map(len, wrong)) + BY):
        yield "the right option stands out by its length; shorten it or lengthen another"
    for option in options:
        if found := _CATCH_ALLS.search(option):
            yield f"{found[0]!r} tests logic, not knowledge; name another option"
        if (found := _ABSOLUTE.search(option)) and found[0] != option:
            yield f"{found[0]!r} in the option {option[:40]!r} gives it away; word it without"
    for one, other in permutations(options, 2):
        if _overlap(one, other):
            yield f"the options {one[:40]!r} and {other[:40]!r} overlap; make them exclude each other"
    if pack.years and len(pack.years) == 2:
        for year in (int(option) for option in options if _YEAR.fullmatch(option)):
            if not pack.years[0] <= year <= pack.years[1]:
                yield f"the year {year} is outside {pack.years[0]} to {pack.years[1]}; choose one of that time"


def _overlap(one: str, other: str) -> bool:
    """Whether whoever is right with the first is right with the second as well."""
    year, decade = _YEAR.fullmatch(one.strip()), _DECADE.search(other)
    if year and decade:
        return year[1].startswith(decade[2])
    return False


def of_fact(fact: FactFile, pack: PackFile) -> Iterator[tuple[str, str]]:
    """What a fact could do better: the key it is about, and what."""
    if pack.language == "en" and pack.sources is not None:
        grade, longest = reading_grade(fact.answer)
        if longest > LONGEST_SENTENCE:
            yield "answer", f"a sentence of the answer has {longest} words; make two of it"
        elif grade > HARDEST:
            yield "answer", f"the answer reads as for grade {grade:.0f}; take shorter words and sentences"
    for name, text in (("answer", fact.answer), ("more", fact.more or "")):
        for sentence in re.split(r"(?<=[.!?])\s+", text):
            for word, year in pack.not_before.items():
                years = [int(found) for found in _YEAR.findall(sentence)]
                if re.search(rf"\b{re.escape(word)}\b", sentence) and not any(found >= year for found in years):
                    yield name, f"{word} did not exist before {year}; use the name of the time, or name the year"


def reading_grade(text: str) -> tuple[float, int]:
    """Flesch-Kincaid grade level (Kincaid and others 1975), and the words of the longest sentence.

    Names and numbers count as one syllable: they are what is learnt, not what makes a text hard.
    """
    sentences = [part.split() for part in _SENTENCE.split(text) if part.strip()]
    spoken = [word.strip(",;:()\"'") for part in sentences for word in part]
    if not spoken:
        return 0.0, 0
    syllables = sum(_syllables(word) for word in spoken)
    grade = 0.39 * len(spoken) / len(sentences) + 11.8 * syllables / len(spoken) - 15.59
    return grade, max(map(len, sentences))


def _syllables(word: str) -> int:
    if not word[:1].islower():
        return 1
    return max(1, len(_VOWELS.findall(word)) - (word.endswith("e") and not word.endswith("le")))


def plain_form(phrasing: str) -> tuple[str, ...]:
    """Two phrasings with the same form are nearly the same: words without endings, in any order."""
    return tuple(sorted(stem(word) for word in words(phrasing) if word not in _OPTIONAL))


def of_pack(items: Sequence[ItemFile]) -> Iterator[str]:
    """What the items could do better together."""
    told = Counter(bool(item.right) for item in items if item.kind is ItemKind.TRUE_FALSE)
    total = told[True] + told[False]
    if total >= FEWEST_TO_BALANCE and not BALANCE[0] <= told[True] / total <= BALANCE[1]:
        yield f"{told[True]} of {total} true-or-false items are true; about half should be"
