"""What curators added in the chat, written into the packs' files as new lines: no other line changes."""

import json
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tutor_bot.content.imported import slug
from tutor_bot.content.loader import load
from tutor_bot.domain.curation import CURATED, Addition, AdditionKind, in_pack
from tutor_bot.domain.facts import Certainty

_YEAR = re.compile(r"[\s,;(\[]*\b(1[5-9]\d\d|20\d\d)\b[)\].\s]*$")
_PLAIN = re.compile(r"[A-Za-z][\w '()-]*[\w')]")
_SIGNS = frozenset("yes no true false null on off y n".split())


class PullError(Exception):
    """The files cannot be written; the message says which and why."""


def pull_into(folder: Path, additions: Sequence[Addition]) -> list[str]:
    """Write these into the packs of `folder`; a line for each that says where. Raises PullError."""
    catalogue = load(folder, thorough=False).catalogue
    if catalogue is None:
        raise PullError(f"{folder} has faults: run tutor-bot content check")
    files = _Files(folder)
    lines = []
    for addition in additions:
        if in_pack(addition, catalogue):
            continue
        pack, _, name = addition.fact.partition("/")
        if addition.kind is AdditionKind.FACT:
            lines.append(files.add_fact(pack, name, addition))
        elif line := files.add_phrasing(pack, name, addition.text):
            lines.append(line)
    files.write()
    return lines


class _Files:
    """Pack files as text. Their parts are found by parsing; what is added goes between the lines that are there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[Path, str] = {}
        self._changed: set[Path] = set()

    def add_phrasing(self, pack: str, name: str, text: str) -> str | None:
        """A phrasing for a fact; None when no file has the fact any more."""
        for file in sorted({*(self._folder / pack / "topics").glob("*.yaml"), *self._texts}):
            if file.parent.name != "topics":
                continue
            for fact in _values(_get(self._parsed(file), "facts")):
                if _word(fact, "id") == name or name in [item.value for item in _values(_get(fact, "was"))]:
                    self._phrase(file, fact, text)
                    return f"{file}: {_word(fact, 'id')}: also asked: {text}"
        return None

    def _phrase(self, file: Path, fact: Any, text: str) -> None:
        asked = _get(fact, "also_asked")
        items = _values(asked)
        if not items:
            question = _get(fact, "question")
            indent = " " * _key(fact, "question").start_mark.column
            self._insert_lines(file, question.end_mark, [f"{indent}also_asked:", f"{indent}  - {_scalar(text)}"])
        elif asked.flow_style:
            self._insert(file, asked.end_mark.index - 1, f", {_scalar(text)}")
        else:
            indent = " " * (items[-1].start_mark.column - 2)
            self._insert_lines(file, items[-1].end_mark, [f"{indent}- {_scalar(text)}"])

    def add_fact(self, pack: str, name: str, addition: Addition) -> str:
        file = self._folder / pack / "topics" / f"{CURATED}.yaml"
        if file not in self._texts and not file.exists():
            head = "# yaml-language-server: $schema=../../schema/topic.json\n"
            self._texts[file] = f"{head}id: {CURATED}\ntitle: Added by curators\nfacts:\n"
        lines = [
            f"  - id: {name}",
            f"    question: {_scalar(addition.text)}",
            f"    answer: {_scalar(addition.answer)}",
        ]
        if addition.source:
            lines.append(f"    sources: [{self._source(pack, addition.source)}]")
        if addition.certainty is not Certainty.ESTABLISHED:
            lines.append(f"    certainty: {addition.certainty}")
        text = self._text(file)
        self._set(file, text + ("" if text.endswith("\n") else "\n") + "\n".join(lines) + "\n")
        return f"{file}: new fact {name}: {addition.text}"

    def _source(self, pack: str, text: str) -> str:
        """The id of a source in the pack's bibliography, which gets it if it is new."""
        file = self._folder / pack / "pack.yaml"
        year = _YEAR.search(text)
        title = text[: year.start()] if year and year.start() else text
        entry = f"{{title: {_scalar(title)}" + (f", year: {year[1]}}}" if year and title != text else "}")
        sources = _get(self._parsed(file), "sources")
        known = {key.value: value for key, value in sources.value} if sources is not None and sources.value else {}
        for name, value in known.items():
            if _word(value, "title") == title and not _word(value, "author"):
                return str(name)
        base = slug(text, "source")[:40].strip("-")
        name = next(n for n in (base, *(f"{base}-{i}" for i in range(2, 1000))) if n not in known)
        if not known:
            self._set(file, f"{self._text(file).rstrip()}\nsources:\n  {name}: {entry}\n")
        elif sources.flow_style:
            self._insert(file, sources.end_mark.index - 1, f", {name}: {entry}")
        else:
            indent = " " * sources.value[-1][0].start_mark.column
            self._insert_lines(file, sources.value[-1][1].end_mark, [f"{indent}{name}: {entry}"])
        return name

    def _insert_lines(self, file: Path, after: Any, lines: Sequence[str]) -> None:
        """Below the line on which something ends; a mark at the beginning of a line stands for the one before."""
        text = self._text(file)
        index = after.index
        while index and text[index - 1] in " \n" and text[:index].rstrip(" ").endswith("\n"):
            index = len(text[:index].rstrip(" ")) - 1
        end = text.find("\n", index)
        end = len(text) if end < 0 else end
        self._insert(file, end, "".join(f"\n{line}" for line in lines))

    def _insert(self, file: Path, index: int, what: str) -> None:
        text = self._text(file)
        self._set(file, text[:index] + what + text[index:])

    def _set(self, file: Path, text: str) -> None:
        self._texts[file] = text
        self._changed.add(file)

    def _text(self, file: Path) -> str:
        if file not in self._texts:
            try:
                self._texts[file] = file.read_text(encoding="utf-8")
            except OSError as error:
                raise PullError(f"{file}: {error.strerror or error}") from None
        return self._texts[file]

    def _parsed(self, file: Path) -> Any:
        try:
            return YAML().compose(self._text(file))
        except YAMLError as error:
            raise PullError(f"{file}: {error}") from None

    def write(self) -> None:
        """Each file whole, or not at all."""
        for file in sorted(self._changed):
            try:
                handle, name = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
                with os.fdopen(handle, "w", encoding="utf-8") as opened:
                    opened.write(self._texts[file])
                Path(name).chmod(file.stat().st_mode if file.exists() else 0o644)
                Path(name).replace(file)
            except OSError as error:
                raise PullError(f"{file}: {error.strerror or error}") from None


def _key(mapping: Any, name: str) -> Any:
    return next((key for key, _ in mapping.value if key.value == name), None)


def _get(mapping: Any, name: str) -> Any:
    return next((value for key, value in mapping.value if key.value == name), None)


def _values(sequence: Any) -> list[Any]:
    return list(sequence.value) if sequence is not None and isinstance(sequence.value, list) else []


def _word(mapping: Any, name: str) -> str:
    found = _get(mapping, name) if isinstance(mapping.value, list) else None
    return str(found.value) if found is not None else ""


def _scalar(text: str) -> str:
    """As YAML: plain where that is safe, else in double quotes, which YAML shares with JSON."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _SIGNS
    return text if plain else json.dumps(text, ensure_ascii=False)
