"""GIFT, Moodle's text format for questions, in and out.

Each question is parsed by itself, so that one that cannot be read spoils no other. The kind of an item and its id
travel in a comment in the form that Moodle itself uses, `// [id:...] [tag:...]`.
"""

import re
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput
from lark.exceptions import VisitError

from tutor_bot.content.formats.entry import Entry, Refusal, Taken, answer_of, bare_of_markup, cut
from tutor_bot.domain.facts import Item, ItemKind

_GRAMMAR = r"""
question: title? FORMAT? TEXT? block? TEXT?
title: "::" TITLE "::"
block: OPEN body "}"
?body: answers | single | number | nothing
nothing: general?
single: PLAIN feedback* general?
number: "#" PLAIN? general?
answers: answer+ general?
answer: MARK WEIGHT? FORMAT? PLAIN? feedback?
feedback: "#" PLAIN?
general: "####" PLAIN?

OPEN: /\{\s*/
TITLE: /(\\.|[^\\:]|:(?!:))+/s
FORMAT.3: /\s*\[(html|moodle|plain|markdown)\]/
TEXT: /(\\.|[^\\{}])+/s
MARK: /\s*[=~]/
WEIGHT.2: /\s*%-?\d+(\.\d+)?%/
PLAIN: /(\\.|[^\\{}=~#])+/s
"""
_PARSER = Lark(_GRAMMAR, start="question", parser="lalr", lexer="contextual", propagate_positions=False)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL = re.compile(r"([\\~=#{}:])")
_TAG = re.compile(r"\[(id|tag):((?:\\.|[^\]\\])*)\]")


class _CannotHoldError(Exception):
    """The question is GIFT, but no item of ours can hold it."""


def _plain(token: Token | None) -> str:
    """Without escapes, and without the blanks around."""
    if token is None:
        return ""
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], str(token)).strip()


class _Reader(Transformer[Token, Any]):
    """Parsed question to (stem, kind, right, wrong, why)."""

    def title(self, found: list[Token]) -> tuple[str, str]:
        return "title", _plain(found[0])

    def feedback(self, found: list[Token]) -> tuple[str, str]:
        return "feedback", _plain(found[0]) if found else ""

    def general(self, found: list[Token]) -> tuple[str, str]:
        return "general", _plain(found[0]) if found else ""

    def answer(self, found: list[Any]) -> tuple[str, bool, float | None, str]:
        mark = str(found[0]).strip()
        weight, text = None, ""
        for part in found[1:]:
            if isinstance(part, Token) and part.type == "WEIGHT":
                weight = float(part.strip().strip("%"))
            elif isinstance(part, Token) and part.type == "PLAIN":
                text = _plain(part)
        return "answer", mark == "=", weight, text

    def answers(self, found: list[Any]) -> dict[str, Any]:
        why = next((part[1] for part in found if part[0] == "general"), "")
        return _choice([part for part in found if part[0] == "answer"], why)

    def single(self, found: list[Any]) -> dict[str, Any]:
        word = _plain(found[0]).upper()
        if word not in ("T", "F", "TRUE", "FALSE"):
            raise _CannotHoldError("has text in braces that is no answer; put = or ~ before each answer")
        true = word in ("T", "TRUE")
        spoken = [text for kind, text in found[1:] if kind == "general" and text]
        spoken += [text for kind, text in found[1:] if kind == "feedback" and text]
        both = ("true", "false") if true else ("false", "true")
        why = spoken[0] if spoken else ""
        return {"kind": ItemKind.TRUE_FALSE, "right": both[:1], "wrong": both[1:], "why": why}

    def number(self, found: list[Any]) -> dict[str, Any]:
        told = next((_plain(part) for part in found if isinstance(part, Token)), "")
        why = next((part[1] for part in found if isinstance(part, tuple)), "")
        value, _, tolerance = told.partition(":")
        if not re.fullmatch(r"-?\d+", value.strip()) or tolerance.strip() not in ("", "0"):
            raise _CannotHoldError("asks for a number within a range, which no item kind holds")
        return {"kind": ItemKind.SHORT_ANSWER, "right": (value.strip(),), "wrong": (), "why": why}

    def nothing(self, found: list[Any]) -> dict[str, Any]:
        raise _CannotHoldError("asks for an essay, which no item kind holds")

    def block(self, found: list[Any]) -> dict[str, Any]:
        made: dict[str, Any] = found[1]
        return made

    def question(self, found: list[Any]) -> dict[str, Any]:
        before, after, title, made = "", "", "", None
        plain = False
        for part in found:
            if isinstance(part, dict):
                made = part
            elif isinstance(part, tuple):
                title = part[1]
            elif part.type == "FORMAT":
                plain = "plain" in part
            elif part.type == "TEXT":
                if made is None:
                    before = _plain(part)
                else:
                    after = _plain(part)
        if made is None:
            raise _CannotHoldError("has no answers in braces")
        stem = f"{before} _____ {after}".strip() if after else before
        if not stem:
            raise _CannotHoldError("has no question text")
        return {**made, "stem": stem, "title": title, "plain": plain}


def _choice(answers: list[tuple[str, bool, float | None, str]], why: str) -> dict[str, Any]:
    texts = [text for _, _, _, text in answers]
    if any("->" in text for text in texts):
        raise _CannotHoldError("is a matching question, which no item kind holds")
    if any(not text for text in texts):
        raise _CannotHoldError("has an answer without a text")
    full = [text for _, right, weight, text in answers if right and weight in (None, 100)]
    partly = [text for _, right, weight, text in answers if (weight or 0) > 0 and text not in full]
    wrong = [text for _, right, weight, text in answers if text not in full and text not in partly]
    if all(right for _, right, _, _ in answers):
        if partly:
            raise _CannotHoldError("has answers that are partly right")
        return {"kind": ItemKind.SHORT_ANSWER, "right": tuple(full), "wrong": (), "why": why}
    if partly and full:
        raise _CannotHoldError("has answers that are partly right")
    if partly:
        if len(partly) == 1 or not wrong:
            raise _CannotHoldError("has too few answers")
        return {"kind": ItemKind.SEVERAL, "right": tuple(partly), "wrong": tuple(wrong), "why": why}
    if len(full) != 1:
        raise _CannotHoldError("has no right answer" if not full else "has several right answers without weights")
    return {"kind": ItemKind.CHOICE, "right": tuple(full), "wrong": tuple(wrong), "why": why}


def read(text: str) -> Taken:
    """Questions of a GIFT file. What cannot be held is listed with its line."""
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    topic = ""
    for line, block in _blocks(text):
        tags = [(kind, _unescape_tag(value)) for row in block for kind, value in _TAG.findall(row) if _is_comment(row)]
        rows = [row for row in block if not _is_comment(row)]
        while rows and rows[0].startswith("$CATEGORY:"):
            topic = rows.pop(0).partition(":")[2].strip().removeprefix("$course$/").removeprefix("top/")
        source = "\n".join(rows).strip()
        if not source:
            continue
        try:
            made = _Reader().transform(_PARSER.parse(source))
            entries.append(_entry(made, tags, topic, line))
            if "<img" in source:
                refusals.append(Refusal(line, cut(made["stem"]), "its picture is left out"))
        except VisitError as error:
            refusals.append(Refusal(line, cut(source), str(error.orig_exc)))
        except UnexpectedInput as error:
            place = line + len(block) - len(rows) + max(0, error.line - 1)
            refusals.append(Refusal(place, cut(source), "cannot be read; look for a brace or sign that wants a \\"))
    return Taken(tuple(entries), tuple(refusals))


def _entry(made: dict[str, Any], tags: list[tuple[str, str]], topic: str, line: int) -> Entry:
    kinds = [ItemKind(value) for kind, value in tags if kind == "tag" and value in set(ItemKind)]
    kind = kinds[0] if kinds else made["kind"]
    bare = str if made["plain"] else bare_of_markup
    right, wrong = tuple(map(bare, made["right"])), tuple(map(bare, made["wrong"]))
    short = kind is ItemKind.SHORT_ANSWER
    item = Item(
        id=next((value for name, value in tags if name == "id"), ""),
        stem=" ".join(bare(made["stem"]).split()),
        right=right[:1] if short else right,
        wrong=wrong,
        why=bare(made["why"]),
        kind=kind,
        accepted=right[1:] if short else (),
        hints=tuple(value.removeprefix("hint ") for name, value in tags if name == "tag" and value.startswith("hint ")),
    )
    return Entry(item.stem, answer_of(item), item, topic, line=line)


def _is_comment(row: str) -> bool:
    return row.lstrip().startswith("//")


def _blocks(text: str) -> list[tuple[int, list[str]]]:
    """Blocks between blank lines, with the number of their first line."""
    blocks: list[tuple[int, list[str]]] = []
    rows: list[str] = []
    begin = 1
    for number, row in enumerate([*text.split("\n"), ""], start=1):
        if row.strip():
            if not rows:
                begin = number
            rows.append(row)
        elif rows:
            blocks.append((begin, rows))
            rows = []
    return blocks


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split(" "))).replace("\n", "\\n")


def _escape_tag(text: str) -> str:
    return re.sub(r"([\\\]])", r"\\\1", text).replace("\n", " ")


def _unescape_tag(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)


def write(entries: list[Entry]) -> tuple[str, list[Refusal]]:
    """A GIFT file, and what it cannot hold."""
    out: list[str] = []
    refusals: list[Refusal] = []
    topic = ""
    for entry in entries:
        item = entry.item
        if item is None or item.kind is ItemKind.ORDER:
            why = "GIFT has no order question" if item else "a card without an item is no GIFT question"
            refusals.append(Refusal(entry.line, cut(entry.question), why))
            continue
        if entry.topic != topic:
            topic = entry.topic
            out.append(f"$CATEGORY: {topic}\n")
        tags = f"// [id:{_escape_tag(item.id)}] [tag:{item.kind}]"
        tags += "".join(f" [tag:hint {_escape_tag(hint)}]" for hint in item.hints)
        general = f"####{_escape(item.why)}" if item.why else ""
        out.append(f"{tags}\n[plain]{_escape(item.stem)} {{{_body(item)}{general}}}\n")
    return "\n".join(out), refusals


def _body(item: Item) -> str:
    right, wrong = [_escape(o) for o in item.right], [_escape(o) for o in item.wrong]
    match item.kind:
        case ItemKind.TRUE_FALSE:
            return "TRUE" if item.right == ("true",) else "FALSE"
        case ItemKind.SHORT_ANSWER:
            return " ".join(f"={form}" for form in (*right, *map(_escape, item.accepted)))
        case ItemKind.SEVERAL:
            share = f"{100 / len(right):.5f}".rstrip("0").rstrip(".")
            return " ".join([*(f"~%{share}%{o}" for o in right), *(f"~%-100%{o}" for o in wrong)])
        case _:
            return " ".join([*(f"={o}" for o in right), *(f"~{o}" for o in wrong)])
