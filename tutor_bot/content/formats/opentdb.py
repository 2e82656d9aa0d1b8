"""Open Trivia DB's JSON: `results` with questions, right and wrong answers, HTML-escaped or not."""

import json
from html import unescape
from typing import Any

from tutor_bot.content.formats.entry import Entry, FormatError, Refusal, Taken, answer_of, cut
from tutor_bot.domain.facts import Item, ItemKind


def read(text: str) -> Taken:
    """Its questions; `line` counts them from 1, for JSON has no lines of meaning."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise FormatError(f"line {error.lineno}: is no JSON: {error.msg}") from None
    except RecursionError:
        raise FormatError("line 1: is nested too deeply") from None
    results = data.get("results") if isinstance(data, dict) else data
    if not isinstance(results, list):
        raise FormatError("line 1: has no list `results`")
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    for number, question in enumerate(results, start=1):
        try:
            entries.append(_entry(question, number))
        except (KeyError, TypeError, AttributeError):
            what = cut(str(question.get("question", ""))) if isinstance(question, dict) else cut(str(question))
            refusals.append(Refusal(number, what, "wants question, correct_answer and incorrect_answers"))
    return Taken(tuple(entries), tuple(refusals))


def _entry(question: Any, number: int) -> Entry:
    stem, right = _words(question["question"]), _words(question["correct_answer"])
    wrong = tuple(_words(option) for option in question["incorrect_answers"])
    if not stem or not right or not wrong:
        raise KeyError
    if question.get("type") == "boolean" and right in ("True", "False"):
        item = Item("", stem, (right.lower(),), (wrong[0].lower(),), kind=ItemKind.TRUE_FALSE)
    else:
        item = Item("", stem, (right,), wrong)
    return Entry(stem, answer_of(item), item, _words(question.get("category", "")), line=number)


def _words(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return unescape(value).strip()
