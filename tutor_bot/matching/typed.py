"""Is a typed answer right? Spelling is forgiven, another meaning is not."""

from collections.abc import Iterable
from itertools import pairwise

from rapidfuzz.distance import OSA

from tutor_bot.matching.normalise import words

SHORT, LONG = 4, 8
"""Letters from which one slip, and two slips, are forgiven."""
MOST_WORDS = 8
"""A longer text is no short answer."""
_DENIED = frozenset("not no never nor dont isnt wasnt".split())
_ARTICLES = frozenset("a an the".split())


def is_right(text: str, accepted: Iterable[str]) -> bool:
    """Whether the text gives one of the accepted answers, perhaps inside a few more words.

    A slip is a letter too many, too few, another one or two that changed places (optimal string alignment). Numbers
    must be exact, and a text with two different numbers gives none of them.
    """
    said = [word for word in words(text) if word not in _ARTICLES]
    if not said or len(said) > MOST_WORDS or _DENIED & set(said):
        return False
    return any(_gives(said, [w for w in words(form) if w not in _ARTICLES]) for form in accepted)


def _gives(said: list[str], form: list[str]) -> bool:
    if not form:
        return False
    if form == [form[0]] and form[0].isdigit() and len({w for w in said if _is_year(w)} | set(form)) > 1:
        return False
    places = range(len(said) - len(form) + 1)
    if any(all(_same(a, b) for a, b in zip(said[at:], form, strict=False)) for at in places):
        return True
    # Written together or apart: "red army" and "redarmy".
    whole, joined = "".join(form), "".join(said)
    return _same(joined, whole) or (len(form) == 1 and any(_same(a + b, whole) for a, b in pairwise(said)))


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdigit()


def _same(word: str, wanted: str) -> bool:
    if word == wanted:
        return True
    if not (word.isalpha() and wanted.isalpha()):
        return False
    slips = 0 if len(wanted) < SHORT else 1 if len(wanted) < LONG else 2
    return OSA.distance(word, wanted, score_cutoff=slips) <= slips
