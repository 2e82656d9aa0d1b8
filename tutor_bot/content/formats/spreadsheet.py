"""Spreadsheets as Kahoot and Quizizz hand them out: a head somewhere near the top, then a row for each question."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from tutor_bot.content.formats.entry import Entry, FormatError, Refusal, Taken, answer_of, cut
from tutor_bot.domain.facts import Item, ItemKind

MOST_UNPACKED = 100_000_000
"""Bytes; a file that unpacks to more is no list of questions."""
HEAD_WITHIN = 15
"""Rows in which the head is looked for."""
MOST_ROWS = 100_000


def rows_of(raw: bytes) -> Iterator[tuple[int, list[Any]]]:
    """The rows of the first sheet with their numbers. Raises FormatError."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise FormatError("unpacks to more than 100 MB; it is no list of questions")
    except zipfile.BadZipFile:
        raise FormatError("is no .xlsx file; save it as .xlsx") from None
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True)
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_row=MOST_ROWS), start=1):
            yield number, list(row)
        book.close()
    except FormatError:
        raise
    except Exception as error:
        # openpyxl raises whatever its parsers do.
        raise FormatError(f"cannot be read as .xlsx ({type(error).__name__}); open and save it again") from None


def read_kahoot(raw: bytes) -> Taken:
    """Kahoot: Question, Answer 1 to 4, time limit, and the numbers of the right answers."""
    return _read(raw, ("question",), ("answer",), "correct")


def read_quizizz(raw: bytes) -> Taken:
    """Quizizz: Question Text, Question Type, Option 1 to 5, Correct Answer (numbers), time."""
    return _read(raw, ("question text", "question"), ("option",), "correct")


def _read(raw: bytes, question: tuple[str, ...], options: tuple[str, ...], correct: str) -> Taken:
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    columns: dict[str, Any] | None = None
    for number, cells in rows_of(raw):
        words = [_word(cell) for cell in cells]
        if columns is None:
            columns = _columns([word.casefold() for word in words], question, options, correct)
            if columns is None and number >= HEAD_WITHIN:
                break
            continue
        if not any(words):
            continue
        stem = _at(words, columns["question"])
        try:
            for cell in cells:
                if isinstance(cell, str) and cell.startswith("="):
                    raise ValueError(f"holds a formula ({cut(cell, 30)}); put its value there")
            entries.append(_entry(stem, words, columns, number))
        except ValueError as error:
            refusals.append(Refusal(number, cut(stem), str(error)))
    if columns is None:
        raise FormatError(f"has no head with a question, answers and the correct ones in its first {HEAD_WITHIN} rows")
    return Taken(tuple(entries), tuple(refusals))


def _columns(
    head: list[str], question: tuple[str, ...], options: tuple[str, ...], correct: str
) -> dict[str, Any] | None:
    stem = next((i for name in question for i, word in enumerate(head) if word.startswith(name)), None)
    key = next((i for i, word in enumerate(head) if correct in word), None)
    places = [i for i, word in enumerate(head) if word.startswith(options) and i not in (key, stem)]
    if stem is None or key is None or len(places) < 2:
        return None
    why = next((i for i, word in enumerate(head) if "explanation" in word), None)
    kind = next((i for i, word in enumerate(head) if "type" in word), None)
    return {"question": stem, "options": places, "correct": key, "why": why, "kind": kind}


def _entry(stem: str, words: list[str], columns: dict[str, Any], number: int) -> Entry:
    if not stem:
        raise ValueError("has no question")
    kind = _at(words, columns["kind"]).casefold()
    if any(word in kind for word in ("open", "poll", "draw", "match", "reorder", "audio", "video")):
        raise ValueError(f"is of the kind {kind!r}, which no item kind holds")
    options = [_at(words, place) for place in columns["options"]]
    marked = [part.strip() for part in _at(words, columns["correct"]).replace(";", ",").split(",") if part.strip()]
    try:
        right = [options[int(float(part)) - 1] for part in marked]
    except (ValueError, IndexError):
        raise ValueError("the correct answers are given by their numbers, such as 1 or 2,3") from None
    given = [option for option in options if option]
    if not right or not all(right):
        raise ValueError("has no right answer")
    why = _at(words, columns["why"])
    wrong = tuple(option for option in given if option not in right)
    if "fill" in kind or (not wrong and len(given) == len(right)):
        item = Item("", stem, (right[0],), (), why, ItemKind.SHORT_ANSWER, tuple(given[1:]))
    elif {option.casefold() for option in given} == {"true", "false"}:
        item = Item("", stem, (right[0].casefold(),), (wrong[0].casefold(),), why, ItemKind.TRUE_FALSE)
    else:
        several = ItemKind.SEVERAL if len(right) > 1 else ItemKind.CHOICE
        item = Item("", stem, tuple(dict.fromkeys(right)), wrong, why, several)
    return Entry(stem, answer_of(item), item, line=number)


def _at(words: list[str], place: int | None) -> str:
    return words[place] if place is not None and place < len(words) else ""


def _word(cell: Any) -> str:
    """A cell as text; 1922.0 is a year that a spreadsheet has counted."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return str(cell).upper()
    return " ".join(str(cell).split())
