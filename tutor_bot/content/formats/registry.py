"""The formats by name."""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tutor_bot.content.formats import aiken, anki, gift, markdown, opentdb, spreadsheet, table
from tutor_bot.content.formats.entry import Entry, FormatError, Refusal, Taken
from tutor_bot.content.formats.text_files import read_bytes, read_text

LARGE = 100_000_000
"""Bytes of a packed file: decks carry pictures."""


def _text(reader: Callable[[str], Taken]) -> Callable[[Path], Taken]:
    return lambda file: reader(read_text(file))


def _packed(reader: Callable[[bytes], Taken]) -> Callable[[Path], Taken]:
    return lambda file: reader(read_bytes(file, LARGE))


READERS: Mapping[str, Callable[[Path], Taken]] = {
    "gift": _text(gift.read),
    "aiken": _text(aiken.read),
    "csv": _text(table.read),
    "tsv": _text(table.read),
    "kahoot": _packed(spreadsheet.read_kahoot),
    "quizizz": _packed(spreadsheet.read_quizizz),
    "opentdb": _text(opentdb.read),
    "apkg": _packed(anki.read),
}


def _encoded(written: tuple[str, list[Refusal]]) -> tuple[bytes, list[Refusal]]:
    return written[0].encode(), written[1]


WRITERS: Mapping[str, Callable[[list[Entry], str], tuple[bytes, list[Refusal]]]] = {
    "gift": lambda entries, title: _encoded(gift.write(entries)),
    "csv": lambda entries, title: _encoded(table.write(entries)),
    "tsv": lambda entries, title: _encoded(table.write(entries, between="\t")),
    "apkg": anki.write,
    "markdown": lambda entries, title: _encoded(markdown.write(entries, title)),
}


def read_file(name: str, file: Path) -> Taken:
    """Read a file of this format. Raises FormatError with the file and, where there is one, the line."""
    try:
        return READERS[name](file)
    except FormatError as error:
        told = str(error)
        if told.startswith(str(file)):
            raise
        if told.startswith("line "):
            line, _, what = told.removeprefix("line ").partition(": ")
            raise FormatError(f"{file}:{line}: {what}") from None
        raise FormatError(f"{file}: {told}") from None


def write_file(name: str, entries: list[Entry], title: str, file: Path) -> list[Refusal]:
    """Write a file of this format, whole or not at all; what it cannot hold. Raises FormatError."""
    data, refusals = WRITERS[name](entries, title)
    write_whole(file, data)
    return refusals


def write_whole(file: Path, data: bytes) -> None:
    """Write beside it and rename, so that nobody ever sees half a file. Raises FormatError."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as made:
            made.write(data)
        os.chmod(made.name, 0o644)
        os.replace(made.name, file)
    except OSError as error:
        raise FormatError(f"{file}: {error.strerror or error}") from None
