"""Markdown for print: the questions of each topic, and at the end the answers."""

import re
from random import Random

from tutor_bot.content.formats.entry import Entry, Refusal
from tutor_bot.domain.facts import ItemKind

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|])")
LETTERS = "abcdefghij"


def write(entries: list[Entry], title: str) -> tuple[str, list[Refusal]]:
    """A sheet for a class. Options are shuffled, in the same way each time."""
    lines, key = [f"# {_safe(title)}", ""], ["## Answers", ""]
    topic = None
    for number, entry in enumerate(entries, start=1):
        if entry.topic != topic:
            topic = entry.topic
            lines += [f"## {_safe(topic)}", ""] if topic else []
        shown, right = _question(entry)
        lines += [f"**{number}.** {shown[0]}", "", *shown[1:], ""]
        sources = f" ({_safe('; '.join(entry.sources))})" if entry.sources else ""
        why = f" {_safe(entry.item.why)}" if entry.item and entry.item.why else ""
        key.append(f"{number}. {right}.{why}{sources}")
    return "\n".join([*lines, *key, ""]), []


def _question(entry: Entry) -> tuple[list[str], str]:
    item = entry.item
    if item is None:
        return [_safe(entry.question), "_" * 30], _safe(entry.answer.rstrip("."))
    options = [*item.right, *item.wrong]
    Random(item.stem).shuffle(options)
    match item.kind:
        case ItemKind.SHORT_ANSWER:
            return [_safe(item.stem), "\\_" * 30], _safe(item.right[0])
        case ItemKind.TRUE_FALSE | ItemKind.FACT_OR_LEGEND:
            return [_safe(item.stem), " / ".join(sorted(options))], item.right[0]
        case ItemKind.ORDER:
            shown = [f"- {_safe(event)}" for event in options]
            return [_safe(item.stem), *shown], " → ".join(map(_safe, item.right))
        case _:
            shown = [f"- {LETTERS[place]}) {_safe(option)}" for place, option in enumerate(options)]
            letters = sorted(LETTERS[options.index(right)] for right in item.right)
            return [_safe(item.stem), *shown], f"{', '.join(letters)}) {_safe('; '.join(item.right))}"


def _safe(text: str) -> str:
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
