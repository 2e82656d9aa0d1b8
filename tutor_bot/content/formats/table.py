"""CSV and TSV, in and out: a row for each item. Holds all that an item has.

A cell that a spreadsheet would take for a formula gets an apostrophe before it, which is taken off when it is read.
"""

import csv
import io
from collections.abc import Iterable, Mapping

from tutor_bot.content.formats.entry import Entry, FormatError, Refusal, Taken, answer_of, cut
from tutor_bot.domain.facts import Item, ItemKind

COLUMNS = ("id", "topic", "kind", "question", "right", "wrong", "accepted", "hints", "why", "fact", "answer", "sources")
BETWEEN = "|"
_FORMULA = ("=", "+", "-", "@", "\t", "'")
_OTHER_NAMES = {
    "correct": "right",
    "correct answer": "right",
    "answers": "right",
    "right answer": "right",
    "incorrect": "wrong",
    "wrong answers": "wrong",
    "distractors": "wrong",
    "explanation": "why",
    "feedback": "why",
    "stem": "question",
    "type": "kind",
    "category": "topic",
}


def read(text: str) -> Taken:
    """Rows under a head with at least `question` and `right`; tabs, commas or semicolons between the cells."""
    head = text.split("\n", 1)[0]
    between = max(("\t", ";", ","), key=head.count)
    csv.field_size_limit(1_000_000)
    rows = csv.reader(io.StringIO(text), delimiter=between, strict=True)
    try:
        names = [_name(cell) for cell in next(rows, [])]
        missing = {"question", "right"} - set(names)
        if missing:
            wanted = " and ".join(f"`{name}`" for name in sorted(missing))
            raise FormatError(f"line 1: the head of the table wants a column {wanted}")
        return taken((rows.line_num, dict(zip(names, map(_open, row), strict=False))) for row in rows if any(row))
    except csv.Error as error:
        raise FormatError(f"line {rows.line_num}: {error}; check the quotation marks there") from None


def _name(cell: str) -> str:
    name = cell.strip().casefold()
    return _OTHER_NAMES.get(name, name)


def taken(rows: Iterable[tuple[int, Mapping[str, str]]]) -> Taken:
    """Entries of rows that are mappings from our columns to cells."""
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    for line, row in rows:
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        try:
            entries.append(_entry(cells, line))
        except ValueError as error:
            refusals.append(Refusal(line, cut(cells["question"]), str(error)))
    return Taken(tuple(entries), tuple(refusals))


def _entry(cells: Mapping[str, str], line: int) -> Entry:
    if not cells["question"]:
        raise ValueError("has no question")
    wrong, accepted, hints = (_list(cells[name]) for name in ("wrong", "accepted", "hints"))
    kind = _kind(cells["kind"], cells["right"], wrong)
    right = _list(cells["right"]) if kind in (ItemKind.SEVERAL, ItemKind.ORDER) else (_unpiped(cells["right"]),)
    if kind in (ItemKind.TRUE_FALSE, ItemKind.FACT_OR_LEGEND):
        words = ("true", "false") if kind is ItemKind.TRUE_FALSE else ("fact", "disputed", "legend")
        right = (cells["right"].casefold(),)
        if right[0] not in words:
            raise ValueError(f"right may be {', '.join(words)} for this kind, not {cells['right']!r}")
        wrong = tuple(word for word in words if word != right[0])
    elif kind is ItemKind.ORDER:
        if len(right) < 3:
            raise ValueError(f"an order wants at least three events in `right`, with {BETWEEN} between them")
    elif not right[0]:
        raise ValueError("has no right answer")
    elif kind.fits_poll and not wrong:
        raise ValueError("has no wrong answer")
    item = Item(cells["id"], cells["question"], right, wrong, cells["why"], kind, accepted, hints)
    sources = _list(cells["sources"])
    answer = cells["answer"] or answer_of(item)
    return Entry(cells["fact"] or item.stem, answer, item, cells["topic"], sources, line)


def _kind(name: str, right: str, wrong: tuple[str, ...]) -> ItemKind:
    if name:
        plain = name.casefold().replace(" ", "_").replace("/", "_").replace("-", "_")
        plain = {"multiple_choice": "choice", "boolean": "true_false", "multiple": "choice"}.get(plain, plain)
        try:
            return ItemKind(plain)
        except ValueError:
            raise ValueError(f"the kind {name!r} is none of {', '.join(ItemKind)}") from None
    if right.casefold() in ("true", "false") and {w.casefold() for w in wrong} <= {"true", "false"}:
        return ItemKind.TRUE_FALSE
    if len(_list(right)) > 1:
        return ItemKind.SEVERAL
    return ItemKind.CHOICE if wrong else ItemKind.SHORT_ANSWER


def write(entries: list[Entry], *, between: str = ",") -> tuple[str, list[Refusal]]:
    """The table, and what it cannot hold."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter=between, lineterminator="\n")
    rows.writerow(COLUMNS)
    refusals = []
    for entry in entries:
        item = entry.item
        if item is None:
            refusals.append(Refusal(entry.line, cut(entry.question), "a card without an item has no row"))
            continue
        fixed = item.kind in (ItemKind.TRUE_FALSE, ItemKind.FACT_OR_LEGEND)
        cells = (
            *(item.id, entry.topic, item.kind, item.stem, _joined(item.right), "" if fixed else _joined(item.wrong)),
            *(_joined(item.accepted), _joined(item.hints), item.why),
            *(entry.question, entry.answer, _joined(entry.sources)),
        )
        rows.writerow([_shut(cell) for cell in cells])
    return out.getvalue(), refusals


def _shut(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _open(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _joined(values: Iterable[str]) -> str:
    return f" {BETWEEN} ".join(value.replace("\\", "\\\\").replace(BETWEEN, f"\\{BETWEEN}") for value in values)


def _list(cell: str) -> tuple[str, ...]:
    """The values of a cell: a bar stands between them, one with a backslash before it belongs to the text."""
    values, value, escaped = [], "", False
    for sign in cell:
        if escaped:
            value, escaped = value + (sign if sign in (BETWEEN, "\\") else f"\\{sign}"), False
        elif sign == "\\":
            escaped = True
        elif sign == BETWEEN:
            values.append(value.strip())
            value = ""
        else:
            value += sign
    values.append((value + ("\\" if escaped else "")).strip())
    return tuple(value for value in values if value)


def _unpiped(cell: str) -> str:
    return f" {BETWEEN} ".join(_list(cell))
