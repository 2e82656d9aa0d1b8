"""What all formats have in common: a question with what belongs to it, and what could not be taken over."""

import re
from dataclasses import dataclass, field
from html import unescape

from tutor_bot.domain.facts import Item


class FormatError(Exception):
    """The file as a whole cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact with one quiz item, or with none (a card with a front and a back).

    `line` is where it begins in its file (a row or a note's number where there are no lines).
    """

    question: str
    answer: str
    item: Item | None
    topic: str = ""
    sources: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not taken over, or not whole, and why."""

    line: int
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What was read, and what was not."""

    entries: tuple[Entry, ...]
    refusals: tuple[Refusal, ...]


def answer_of(item: Item) -> str:
    """An answer for a fact that has none of its own: the right option in a sentence, and why."""
    right = "; ".join(item.right)
    if item.kind == "true_false":
        right = "True." if item.right == ("true",) else "False."
    elif item.kind == "order":
        right = ", then ".join(item.right)
    return f"{right.rstrip('.')}. {item.why}".strip() if right else item.why


_BLOCK = re.compile(r"</?(br|p|div|li|ul|ol|tr|td|h\d|hr)\b[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")


def bare_of_markup(text: str) -> str:
    """The words of what is, or may be, HTML."""
    return " ".join(unescape(_MARKUP.sub("", _BLOCK.sub(" ", text))).split())


def cut(text: str, most: int = 60) -> str:
    """The beginning of a text, for a list of what was not taken."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
