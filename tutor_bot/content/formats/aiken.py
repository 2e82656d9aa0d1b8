"""Aiken, Moodle's simplest format: a question, lettered answers, and a line ANSWER."""

import re

from tutor_bot.content.formats.entry import Entry, Refusal, Taken, answer_of, cut
from tutor_bot.domain.facts import Item

_OPTION = re.compile(r"\s*([A-Za-z])[.)]\s+(.*\S)\s*")
_ANSWER = re.compile(r"\s*ANSWER:\s*([A-Za-z])\s*")


def read(text: str) -> Taken:
    """Questions of an Aiken file: one right answer each."""
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    stem: list[str] = []
    options: dict[str, str] = {}
    begin = 0
    for number, row in enumerate(text.split("\n"), start=1):
        if found := _ANSWER.fullmatch(row):
            _take(stem, options, found[1].upper(), begin or number, entries, refusals)
            stem, options, begin = [], {}, 0
        elif (found := _OPTION.fullmatch(row)) and stem:
            options[found[1].upper()] = found[2]
        elif row.strip():
            if options:
                refusals.append(Refusal(begin, cut(" ".join(stem)), "has no line ANSWER: with a letter"))
                stem, options, begin = [], {}, 0
            begin = begin or number
            stem.append(row.strip())
    if stem or options:
        refusals.append(Refusal(begin, cut(" ".join(stem)), "has no line ANSWER: with a letter"))
    return Taken(tuple(entries), tuple(refusals))


def _take(
    stem: list[str],
    options: dict[str, str],
    letter: str,
    line: int,
    entries: list[Entry],
    refusals: list[Refusal],
) -> None:
    words = " ".join(stem)
    if not words or len(options) < 2:
        refusals.append(Refusal(line, cut(words), "wants a question and at least two answers before ANSWER:"))
    elif letter not in options:
        refusals.append(Refusal(line, cut(words), f"ANSWER: {letter} is none of its answers"))
    else:
        wrong = tuple(text for key, text in options.items() if key != letter)
        item = Item("", words, (options[letter],), wrong)
        entries.append(Entry(words, answer_of(item), item, line=line))
