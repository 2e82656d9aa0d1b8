"""Anki's decks (.apkg), in and out: the old form and the one packed with zstd.

Our own decks carry the item as data in a field that no card shows, so they come back whole. Of other decks the first
field is the question and the second the answer.
"""

import io
import json
import re
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from html import escape, unescape
from pathlib import Path
from typing import Any

from tutor_bot.content.formats.entry import Entry, FormatError, Refusal, Taken, bare_of_markup, cut
from tutor_bot.domain.facts import Item, ItemKind

MOST_UNPACKED = 200_000_000
"""Bytes of a collection; more is a bomb or no list of questions."""
DATA = "tutor-bot"
MODEL, DECK = 1_640_218_331, 1_640_218_332
"""Numbers of our own, so that Anki knows our note type and deck again."""
_COLLECTIONS = ("collection.anki21b", "collection.anki21", "collection.anki2")
_SOUND = re.compile(r"\[sound:[^\]]*\]")


def read(raw: bytes) -> Taken:
    """The notes of a deck; `line` counts them from 1."""
    with closing(_collection(raw)) as collection:
        try:
            fields = _fields(collection)
            notes = collection.execute("select mid, flds from notes order by id").fetchall()
        except (sqlite3.Error, ValueError) as error:
            raise FormatError(f"is no Anki collection ({error})") from None
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    for number, (model, joined) in enumerate(notes, start=1):
        values = str(joined).split("\x1f")
        names = fields.get(model, [])
        what = cut(_words(values[0]))
        if DATA in names and names.index(DATA) < len(values):
            try:
                entries.append(_own(values[names.index(DATA)], number))
                continue
            except (ValueError, KeyError, TypeError):
                refusals.append(Refusal(number, what, "its data of ours is damaged"))
                continue
        if "{{c1::" in values[0]:
            refusals.append(Refusal(number, what, "is a text with gaps, which no item kind holds"))
            continue
        front, back = _words(values[0]), _words(values[1]) if len(values) > 1 else ""
        if not front or not back:
            refusals.append(Refusal(number, what, "has no words on its front or its back"))
            continue
        if re.search(r"<img|\[sound:", joined):
            refusals.append(Refusal(number, what, "its pictures and sounds are left out; the words are taken"))
        entries.append(Entry(front, back, None, line=number))
    return Taken(tuple(entries), tuple(refusals))


def _collection(raw: bytes) -> sqlite3.Connection:
    """The deck's database, in memory. Raises FormatError."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            name = next((name for name in _COLLECTIONS if name in packed.namelist()), None)
            if name is None:
                raise FormatError("holds no collection; export it from Anki as .apkg")
            with packed.open(name) as stored:
                data = stored.read(MOST_UNPACKED + 1)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError):
        raise FormatError("is no .apkg file; export it from Anki as .apkg") from None
    if name.endswith("b"):
        data = _unpacked(data)
    if len(data) > MOST_UNPACKED:
        raise FormatError("unpacks to more than 200 MB; it is no list of questions")
    connection = sqlite3.connect(":memory:")
    try:
        # A copy that was written with a log beside it cannot be opened in memory; bytes 18 and 19 say so.
        connection.deserialize(data[:18] + b"\x01\x01" + data[20:])
        connection.execute("select count(*) from sqlite_master")
    except sqlite3.Error:
        connection.close()
        raise FormatError("its collection is no database; export it anew") from None
    return connection


def _unpacked(data: bytes) -> bytes:
    import zstandard

    try:
        with zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(data) as reader:
            return reader.read(MOST_UNPACKED + 1)
    except zstandard.ZstdError:
        raise FormatError("its collection cannot be unpacked; export it anew") from None


def _fields(collection: sqlite3.Connection) -> dict[int, list[str]]:
    """The names of the fields of each note type, in both forms of the collection."""
    tables = {name for (name,) in collection.execute("select name from sqlite_master where type = 'table'")}
    found: dict[int, list[str]] = {}
    if "fields" in tables:
        # Anki sorts names in a way of its own, so the order is taken here.
        for model, place, name in sorted(collection.execute("select ntid, ord, name from fields").fetchall()):
            found.setdefault(model, []).insert(place, str(name))
    elif "col" in tables:
        (models,) = collection.execute("select models from col").fetchone() or ("{}",)
        for model, told in json.loads(models or "{}").items():
            found[int(model)] = [field["name"] for field in told["flds"]]
    return found


def _own(value: str, number: int) -> Entry:
    data: dict[str, Any] = json.loads(unescape(value))
    item = data["item"]
    if item is not None:
        lists = {name: tuple(map(str, item[name])) for name in ("right", "wrong", "accepted", "hints")}
        kind = ItemKind(item["kind"])
        item = Item(str(item["id"]), str(item["stem"]), why=str(item["why"]), kind=kind, **lists)
    sources = tuple(map(str, data["sources"]))
    return Entry(str(data["question"]), str(data["answer"]), item, str(data["topic"]), sources, number)


def _words(value: str) -> str:
    return bare_of_markup(_SOUND.sub(" ", value))


def write(entries: list[Entry], title: str) -> tuple[bytes, list[Refusal]]:
    """A deck with a card for each entry: the question with its options, and what is right and why."""
    import genanki

    card = {
        "name": "Card",
        "qfmt": "{{Question}}",
        "afmt": "{{FrontSide}}<hr id=answer>{{Answer}}",
    }
    names = [{"name": "Question"}, {"name": "Answer"}, {"name": DATA}]
    model = genanki.Model(MODEL, "tutor-bot item", fields=names, templates=[card])
    deck = genanki.Deck(DECK, title)
    for entry in entries:
        front, back = _sides(entry)
        identity = genanki.guid_for(entry.item.id if entry.item and entry.item.id else entry.question)
        fields = [front, back, escape(json.dumps(_data(entry), ensure_ascii=False))]
        deck.add_note(genanki.Note(model=model, fields=fields, guid=identity))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "deck.apkg"
        genanki.Package(deck).write_to_file(str(file))
        return file.read_bytes(), []


def _sides(entry: Entry) -> tuple[str, str]:
    item = entry.item
    if item is None:
        return escape(entry.question), escape(entry.answer)
    options = sorted((*item.right, *item.wrong), key=str.casefold) if item.kind.fits_poll else []
    listed = "".join(f"<li>{escape(option)}</li>" for option in options)
    front = escape(item.stem) + (f"<ul>{listed}</ul>" if listed else "")
    right = " → ".join(item.right) if item.kind is ItemKind.ORDER else "; ".join(item.right)
    back = f"<b>{escape(right)}</b>" + (f"<br>{escape(item.why)}" if item.why else "")
    return front, back + "".join(f"<br><small>{escape(source)}</small>" for source in entry.sources)


def _data(entry: Entry) -> dict[str, Any]:
    item = entry.item
    return {
        "question": entry.question,
        "answer": entry.answer,
        "topic": entry.topic,
        "sources": list(entry.sources),
        "item": item
        and {
            "id": item.id,
            "kind": item.kind,
            "stem": item.stem,
            "right": list(item.right),
            "wrong": list(item.wrong),
            "accepted": list(item.accepted),
            "hints": list(item.hints),
            "why": item.why,
        },
    }
