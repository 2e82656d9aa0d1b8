"""Entries of another program's file become a pack, whole or not at all; and a pack becomes entries."""

import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from tutor_bot.content.formats.entry import Entry, FormatError, Refusal, cut
from tutor_bot.content.loader import load
from tutor_bot.domain.facts import Catalogue, Item, ItemKind, Pack

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
LONGEST_ID = 60
PER_FILE = 1000
"""Facts in one topic file: a larger one is no pleasure to edit."""


def slug(text: str, fallback: str) -> str:
    """Small letters, digits and single dashes, from any text."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_ID].strip("-") or fallback


def entries_of(catalogue: Catalogue, pack: Pack) -> list[Entry]:
    """Each item of a pack with its fact; a fact without items once."""
    entries = []
    for topic in pack.topics:
        for key in topic.facts:
            fact = catalogue.facts[key]
            sources = tuple(str(source) for source in fact.sources)
            for item in fact.items or (None,):
                own = item and replace(item, id=item.id.removeprefix(f"{pack.id}/"))
                entries.append(Entry(fact.question, fact.answer, own, topic.title, sources))
    return entries


def write_pack(entries: Sequence[Entry], into: Path, pack: str, title: str, language: str) -> list[Refusal]:
    """Write a pack into a folder that does not hold one of this name; what would not load is left out and listed.

    Raises FormatError, and then nothing has been written.
    """
    home = into / pack
    if not _ID.fullmatch(pack):
        raise FormatError(f"--pack {pack}: may hold small letters, digits and single dashes")
    if home.exists():
        raise FormatError(f"{home} is there already; choose another name with --pack, or remove it first")
    if not entries:
        raise FormatError("there is nothing to take over")
    try:
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=into, prefix=".import-") as folder:
            made = Path(folder) / pack
            refusals = _write_what_loads(list(entries), made, pack, title, language)
            os.rename(made, home)
            home.chmod(0o755)
    except OSError as error:
        raise FormatError(f"{into}: {error.strerror or error}") from None
    return refusals


def _write_what_loads(entries: list[Entry], home: Path, pack: str, title: str, language: str) -> list[Refusal]:
    refusals: list[Refusal] = []
    while entries:
        owners = _write(entries, home, pack, title, language)
        errors = [fault for fault in load(home).faults if fault.is_error]
        if not errors:
            return refusals
        out: dict[int, str] = {}
        for fault in errors:
            owner = next((n for line, n in reversed(owners.get(fault.file.name, [])) if line <= fault.line), None)
            if owner is None:
                raise FormatError(f"what was read makes no pack: {fault.what}")
            out.setdefault(owner, fault.what)
        for number, what in sorted(out.items()):
            refusals.append(Refusal(entries[number].line, cut(entries[number].question), what))
        entries = [entry for number, entry in enumerate(entries) if number not in out]
        shutil.rmtree(home)
    raise FormatError(
        "nothing of it could be taken over:\n" + "\n".join(f"{r.line}: {r.what}: {r.why}" for r in refusals)
    )


def _write(entries: list[Entry], home: Path, pack: str, title: str, language: str) -> dict[str, list[tuple[int, int]]]:
    """Write all files; for each the lines at which an entry begins, with the entry's number."""
    (home / "topics").mkdir(parents=True)
    names = sorted({source for entry in entries for source in entry.sources})
    sources = {name: _unique(slug(name, "source"), set()) for name in names}
    taken: set[str] = set()
    for name in names:
        sources[name] = _unique(slug(name, "source"), taken)
    head: dict[str, Any] = {"id": pack, "title": title, "language": language}
    if sources and all(entry.sources for entry in entries):
        head["sources"] = {short: {"title": name} for name, short in sources.items()}
    else:
        sources = {}
    (home / "pack.yaml").write_text(_dumped(head), encoding="utf-8")
    facts, items, topics = set[str](), set[str](), set[str]()
    owners: dict[str, list[tuple[int, int]]] = {}
    for place, (topic, part) in enumerate(_parts(entries), start=1):
        name = topic or title
        text = _dumped({"id": _unique(slug(name, "topic"), topics), "title": name}) + "facts:\n"
        file = f"{place:02d}-{slug(name, 'topic')}.yaml"
        begins = owners.setdefault(file, [])
        line = text.count("\n") + 1
        pieces = [text]
        for group in part:
            fact = _fact([entries[n] for n in group], facts, items, sources)
            piece = "  " + _dumped([fact]).replace("\n", "\n  ").rstrip(" ")
            # Each item's own line, so that a fault in one item leaves its fact's other items in place.
            marks = [i for i, row in enumerate(piece.split("\n")) if re.match(r"    (  )?- (id|kind|ask):", row)]
            begins.append((line, group[0]))
            begins += [(line + mark, n) for mark, n in zip(marks, group, strict=False)]
            pieces.append(piece)
            line += piece.count("\n")
        (home / "topics" / file).write_text("".join(pieces), encoding="utf-8")
    return owners


def _parts(entries: list[Entry]) -> Iterable[tuple[str, list[list[int]]]]:
    """Topics in the order in which they come, each in files of bearable size; entries of one fact together."""
    topics: dict[str, dict[tuple[str, str], list[int]]] = {}
    for number, entry in enumerate(entries):
        topics.setdefault(entry.topic, {}).setdefault((entry.question, entry.answer), []).append(number)
    for topic, facts in topics.items():
        groups = list(facts.values())
        for begin in range(0, len(groups), PER_FILE):
            part = f" {begin // PER_FILE + 1}" if len(groups) > PER_FILE else ""
            yield f"{topic}{part}".strip(), groups[begin : begin + PER_FILE]


def _fact(group: list[Entry], facts: set[str], items: set[str], sources: dict[str, str]) -> dict[str, Any]:
    first = group[0]
    fact: dict[str, Any] = {
        "id": _unique(slug(first.question, "fact"), facts),
        "question": first.question,
        "answer": first.answer,
    }
    if sources:
        fact["sources"] = [sources[name] for name in first.sources]
    quiz = [_item(entry.item, items) for entry in group if entry.item]
    return {**fact, "quiz": quiz} if quiz else fact


def _item(item: Item, taken: set[str]) -> dict[str, Any]:
    name = item.id.rpartition("/")[2]
    made: dict[str, Any] = {"id": _unique(name if _ID.fullmatch(name) else slug(item.stem, "item"), taken)}
    if item.kind is not ItemKind.CHOICE:
        made["kind"] = str(item.kind)
    made["ask"] = item.stem
    match item.kind:
        case ItemKind.TRUE_FALSE:
            made["right"] = item.right == ("true",)
        case ItemKind.FACT_OR_LEGEND | ItemKind.SHORT_ANSWER:
            made["right"] = item.right[0]
        case ItemKind.ORDER:
            made["order"] = list(item.right)
        case ItemKind.SEVERAL:
            made |= {"right": list(item.right), "wrong": list(item.wrong)}
        case _:
            made |= {"right": item.right[0], "wrong": list(item.wrong)}
    if item.accepted:
        made["accepted"] = list(item.accepted)
    if item.hints:
        made["hints"] = list(item.hints)
    if item.why:
        made["why"] = item.why
    return made


def _unique(name: str, taken: set[str]) -> str:
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    taken.add(found)
    return found


def _dumped(data: Any) -> str:
    text: str = yaml.dump(data, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=110)
    return text
