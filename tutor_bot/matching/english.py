"""Common English words, from the dictionary that ships with symspellpy (MIT): right spellings need no repair."""

from functools import cache
from importlib.resources import files

COMMON = 30_000
"""How many of the commonest count; rarer ones are likelier slips."""


@cache
def common_words() -> dict[str, int]:
    """Each word's rank, the commonest 0."""
    text = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    counted = (line.split() for line in text.splitlines())
    ranked = sorted(((int(count), word) for word, count in counted), reverse=True)
    return {word: rank for rank, (_, word) in enumerate(ranked[:COMMON])}
