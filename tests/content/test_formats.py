"""Questions of other programs: read, listed where they cannot be held, and back again without loss."""

import io
import json
import sqlite3
import zipfile
from pathlib import Path
from string import ascii_letters
from typing import Any

import openpyxl
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor_bot.content import load
from tutor_bot.content.formats import Entry, FormatError, Taken, aiken, anki, gift, markdown, opentdb, read_file, table
from tutor_bot.content.formats.spreadsheet import read_kahoot, read_quizizz
from tutor_bot.content.imported import entries_of, write_pack
from tutor_bot.domain.facts import Item, ItemKind

# Reading


@pytest.mark.parametrize(
    ("idea", "text", "kind", "right", "wrong", "why"),
    [
        ("one right", "Who?{=Koba ~Soso ~Ivan}", "choice", ("Koba",), ("Soso", "Ivan"), ""),
        ("a title and a format", "::Q1::[html]<p>Who?</p>{=Koba ~Soso}", "choice", ("Koba",), ("Soso",), ""),
        ("feedback", "Who?{=Koba#yes ~Soso#no ####A novel.}", "choice", ("Koba",), ("Soso",), "A novel."),
        ("escapes", r"1 \= 1\: {=a\~b ~c\{d\}}", "choice", ("a~b",), ("c{d}",), ""),
        ("true", "It is so.{TRUE}", "true_false", ("true",), ("false",), ""),
        (
            "false with feedback",
            "It is so.{F#wrong, it is not}",
            "true_false",
            ("false",),
            ("true",),
            "wrong, it is not",
        ),
        ("short answer", "Who?{=Koba =Coba}", "short_answer", ("Koba",), (), ""),
        ("a number", "When?{#1922}", "short_answer", ("1922",), (), ""),
        ("several", "Which?{~%50%a ~%50%b ~%-100%c}", "several", ("a", "b"), ("c",), ""),
        ("a missing word", "He was {=Koba ~Soso} then.", "choice", ("Koba",), ("Soso",), ""),
        ("over several lines", "Who\nwas it?{\n=Koba\n~Soso\n}", "choice", ("Koba",), ("Soso",), ""),
        ("its kind in a tag", "// [id:x] [tag:who_said]\nWho?{=Koba ~Soso}", "who_said", ("Koba",), ("Soso",), ""),
    ],
)
def test_gift(idea: str, text: str, kind: str, right: tuple[str, ...], wrong: tuple[str, ...], why: str) -> None:
    taken = gift.read(text)
    assert taken.refusals == (), idea
    [entry] = taken.entries
    assert entry.item
    assert (entry.item.kind, entry.item.right, entry.item.wrong, entry.item.why) == (kind, right, wrong, why), idea


GIFT_REFUSED = [
    ("an essay", "Why?{}", 1, "essay"),
    ("matching", "Match{=a -> 1 =b -> 2}", 1, "matching"),
    ("partly right", "Which?{=a ~%50%b ~c}", 1, "partly right"),
    ("a range", "When?{#1922:5}", 1, "range"),
    ("no answers", "Just a text", 1, "no answers"),
    ("an open brace", "Who?{=a ~b", 1, "cannot be read"),
    ("a second block", "Who?{=a ~b} and {=c ~d}", 1, "cannot be read"),
    ("nothing right", "Who?{~a ~b}", 1, "no right answer"),
    ("free text in braces", "Who?{perhaps}", 1, "before each answer"),
    ("an empty answer", "Who?{= ~b}", 1, "without a text"),
    ("no question", "{=a ~b}", 1, "no question text"),
]


@pytest.mark.parametrize(("idea", "text", "line", "why"), GIFT_REFUSED)
def test_gift_that_no_item_holds(idea: str, text: str, line: int, why: str) -> None:
    """It is listed with its line and the reason, and the questions around it are taken."""
    taken = gift.read(f"One?{{=a ~b}}\n\n{text}\n\nTwo?{{=a ~b}}")
    assert [entry.question for entry in taken.entries] == ["One?", "Two?"], idea
    [refusal] = taken.refusals
    assert why in refusal.why, idea
    assert refusal.line == line + 2


def test_gift_categories() -> None:
    taken = gift.read("$CATEGORY: $course$/top/Lenin\n\nOne?{=a ~b}\n\n$CATEGORY: Stalin\nTwo?{=a ~b}")
    assert [entry.topic for entry in taken.entries] == ["Lenin", "Stalin"]


def test_aiken() -> None:
    """Good questions are taken, others listed with their lines."""
    taken = aiken.read(
        "Who was Koba?\nA. Stalin\nB) Lenin\nANSWER: A\n\nNo answer?\nA. x\nB. y\n\nWhat else?\nA. x\nANSWER: A\n"
        "Letter?\nA. x\nB. y\nANSWER: C\n"
    )
    [entry] = taken.entries
    assert entry.item
    assert (entry.item.stem, entry.item.right, entry.item.wrong) == ("Who was Koba?", ("Stalin",), ("Lenin",))
    assert [(r.line, r.why.split()[0]) for r in taken.refusals] == [(6, "has"), (10, "wants"), (13, "ANSWER:")]


def test_tables() -> None:
    """Columns by name in any order; other programs' names are known; kinds are guessed where they are not given."""
    taken = table.read(
        "Question;Correct;Incorrect;Explanation\nWho?;Koba;Soso | Ivan;A novel.\nTrue?;True;False;\nWhich?;a|b;c;\n"
        "Name?;Koba;;\n"
        ";x;y;\nNothing?;;;\n"
    )
    assert [e.item and str(e.item.kind) for e in taken.entries] == ["choice", "true_false", "several", "short_answer"]
    assert [(r.line, r.why) for r in taken.refusals] == [(6, "has no question"), (7, "has no right answer")]
    with pytest.raises(FormatError, match="column `right`"):
        table.read("question,wrong\na,b\n")
    with pytest.raises(FormatError, match="line 2"):
        table.read('question,right\n"open,b\n')


def test_opentdb() -> None:
    questions: list[Any] = [
        {
            "type": "multiple",
            "category": "History",
            "question": "Who&#039;s Koba?",
            "correct_answer": "Stalin",
            "incorrect_answers": ["Lenin"],
        },
        {"type": "boolean", "question": "So?", "correct_answer": "False", "incorrect_answers": ["True"]},
        {"question": "No answer"},
        7,
    ]
    taken = opentdb.read(json.dumps({"response_code": 0, "results": questions}))
    assert [e.item and (e.item.stem, str(e.item.kind), e.item.right) for e in taken.entries] == [
        ("Who's Koba?", "choice", ("Stalin",)),
        ("So?", "true_false", ("false",)),
    ]
    assert [r.line for r in taken.refusals] == [3, 4]
    for text in ("{", "[" * 100_000, '{"results": 1}'):
        with pytest.raises(FormatError, match="line 1"):
            opentdb.read(text)


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_kahoot() -> None:
    """The head may stand below a title; numbers are years; a formula is refused with its row."""
    head = [
        "",
        "Question - max 120 characters",
        *(f"Answer {n} - max 75 characters" for n in range(1, 5)),
        "Time limit (sec)",
        "Correct answer(s) - choose at least one",
    ]
    taken = read_kahoot(
        workbook(
            ["Quiz template"],
            head,
            [1, "When?", 1922.0, 1924, 1927, None, 20, 1],
            [2, "Which two?", "a", "b", "c", "d", 20, "1,3"],
            [3, "Formula?", '=HYPERLINK("http://x")', "b", None, None, 20, 1],
            [4, "No key?", "a", "b", None, None, 20, None],
        )
    )
    assert [e.item and (e.item.right, e.item.wrong) for e in taken.entries] == [
        (("1922",), ("1924", "1927")),
        (("a", "c"), ("b", "d")),
    ]
    assert [(r.line, r.why.split()[1]) for r in taken.refusals] == [(5, "a"), (6, "no")]


def test_quizizz() -> None:
    head = [
        "Question Text",
        "Question Type",
        *(f"Option {n}" for n in range(1, 6)),
        "Correct Answer",
        "Time in seconds",
        "Answer explanation",
    ]
    taken = read_quizizz(
        workbook(
            head,
            ["Who?", "Multiple Choice", "a", "b", None, None, None, 2, 30, "Because."],
            ["Which?", "Checkbox", "a", "b", "c", None, None, "1,2", 30, None],
            ["Fill?", "Fill-in-the-Blank", "Koba", "Coba", None, None, None, 1, 30, None],
            ["Open?", "Open-Ended", None, None, None, None, None, None, 30, None],
        )
    )
    assert [e.item and str(e.item.kind) for e in taken.entries] == ["choice", "several", "short_answer"]
    assert taken.entries[0].item
    assert taken.entries[0].item.why == "Because."
    assert [r.line for r in taken.refusals] == [5]


def test_what_is_no_spreadsheet() -> None:
    for raw in (b"", b"PK\x03\x04 nothing", b"<html>", workbook(["no head"])):
        with pytest.raises(FormatError):
            read_kahoot(raw)


def a_bomb() -> bytes:
    """A packed file of a few hundred kilobytes that unpacks to more than any collection."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("collection.anki2", "w") as file:
        for _ in range(210):
            file.write(bytes(1_000_000))
    return out.getvalue()


def a_deck(*notes: str, form: str = "collection.anki2") -> bytes:
    """A deck of basic cards, in the old form or the new one; a note is its fields with a bar between."""
    base = sqlite3.connect(":memory:")
    base.execute("create table notes (id integer primary key, mid integer, flds text)")
    if form.endswith("b"):
        base.execute("create table fields (ntid integer, ord integer, name text)")
        base.executemany("insert into fields values (1, ?, ?)", [(1, "Back"), (0, "Front")])
    else:
        base.execute("create table col (models text)")
        base.execute("insert into col values (?)", [json.dumps({"1": {"flds": [{"name": "Front"}, {"name": "Back"}]}})])
    base.executemany("insert into notes (mid, flds) values (1, ?)", [(note.replace("|", "\x1f"),) for note in notes])
    base.commit()
    data = base.serialize()
    base.close()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(form, zstandard.compress(data) if form.endswith("b") else data)
    return out.getvalue()


@pytest.mark.parametrize("form", ["collection.anki2", "collection.anki21", "collection.anki21b"])
def test_other_peoples_decks(form: str) -> None:
    """Front and back become a fact, in all forms of the file; gaps, empty cards and pictures are listed."""
    taken = anki.read(
        a_deck(
            "Who was <b>Koba</b>?|Stalin&#39;s nickname<br>from a novel",
            "{{c1::gap}}|x",
            "|back",
            'Look<img src="a.png">|x',
            form=form,
        )
    )
    assert [(e.question, e.answer) for e in taken.entries] == [
        ("Who was Koba?", "Stalin's nickname from a novel"),
        ("Look", "x"),
    ]
    assert [r.line for r in taken.refusals] == [2, 3, 4]


@pytest.mark.parametrize(
    ("idea", "raw"),
    [
        ("nothing", b""),
        ("no zip", b"hello"),
        ("no collection", workbook(["x"])),
        ("no database", a_deck()[:-200]),
        ("a bomb", a_bomb()),
    ],
)
def test_what_is_no_deck(idea: str, raw: bytes) -> None:
    with pytest.raises(FormatError):
        anki.read(raw)


def test_a_zstd_bomb() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("collection.anki21b", zstandard.compress(bytes(210_000_000)))
    with pytest.raises(FormatError, match="200 MB"):
        anki.read(out.getvalue())


# There and back

WORDS = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf", "Co", "Cn")),
        min_size=1,
        max_size=40,
    )
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
IDS = st.text(ascii_letters + "0123456789-/", min_size=1, max_size=20)


@st.composite
def items(draw: st.DrawFn, kinds: list[ItemKind] | None = None) -> Item:
    kind = draw(st.sampled_from(kinds or list(ItemKind)))
    options = draw(st.lists(WORDS, min_size=4, max_size=6, unique_by=str.casefold))
    right, wrong = {
        ItemKind.SEVERAL: (options[:2], options[2:]),
        ItemKind.ORDER: (options, []),
        ItemKind.TRUE_FALSE: (["true"], ["false"]),
        ItemKind.FACT_OR_LEGEND: (["legend"], ["fact", "disputed"]),
        ItemKind.SHORT_ANSWER: (options[:1], []),
    }.get(kind, (options[:1], options[1:]))
    short = kind is ItemKind.SHORT_ANSWER
    return Item(
        id=draw(IDS),
        stem=draw(WORDS),
        right=tuple(right),
        wrong=tuple(wrong),
        why=draw(WORDS | st.just("")),
        kind=kind,
        accepted=tuple(options[1:3]) if short else (),
        hints=tuple(options[3:4]) if short else (),
    )


@st.composite
def entries(draw: st.DrawFn, kinds: list[ItemKind] | None = None) -> Entry:
    item = draw(items(kinds))
    sources = tuple(draw(st.lists(WORDS, max_size=2)))
    return Entry(draw(WORDS), draw(WORDS), item, draw(WORDS), sources)


@given(st.lists(entries(), max_size=3))
@settings(deadline=None)
def test_tables_come_back_whole(given: list[Entry]) -> None:
    """CSV and TSV hold all that an item has."""
    for between in (",", "\t"):
        text, refusals = table.write(given, between=between)
        assert refusals == []
        assert table.read(text) == Taken(tuple(given), ())


@given(st.lists(entries(), max_size=2))
@settings(deadline=None, max_examples=15)
def test_decks_come_back_whole(given: list[Entry]) -> None:
    """Anki's decks carry our items as data."""
    raw, refusals = anki.write(given, "Deck")
    assert refusals == []
    assert anki.read(raw) == Taken(tuple(given), ())


HELD: list[ItemKind] = [kind for kind in ItemKind if kind is not ItemKind.ORDER]


@given(st.lists(entries(HELD), max_size=3))
@settings(deadline=None)
def test_gift_comes_back(given: list[Entry]) -> None:
    """All items that GIFT can hold come back the same; what is not of an item (answer, sources) it cannot hold."""
    text, refusals = gift.write(given)
    assert refusals == []
    taken = gift.read(text)
    assert taken.refusals == ()
    assert [e.item for e in taken.entries] == [e.item for e in given]


def test_what_gift_cannot_hold_is_listed() -> None:
    order = Item("x", "Order?", ("a", "b", "c"), (), kind=ItemKind.ORDER)
    text, refusals = gift.write([Entry("Order?", "a", order), Entry("Card", "back", None)])
    assert text == ""
    assert [r.what for r in refusals] == ["Order?", "Card"]


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_is_read(text: str) -> None:
    """Whatever stands in a file, it is read, listed or refused; nothing else is raised."""
    gift.read(text)
    aiken.read(text)
    for reader in (table.read, opentdb.read):
        try:
            reader(text)
        except FormatError:
            continue


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_read(raw: bytes) -> None:
    for reader in (anki.read, read_kahoot, read_quizizz):
        with pytest.raises(FormatError):
            reader(raw)


def test_markdown_for_print() -> None:
    """Signs that Markdown would take for markup are shown as they are; the answers stand at the end."""
    item = Item("x", "Is 2*3 <b>?", ("six_6",), ("7",), "It *is*.")
    text, _ = markdown.write([Entry("q", "a", item, "Sums", ("A Book",))], "Sheet")
    assert "**1.** Is 2\\*3 \\<b\\>?" in text
    assert "six\\_6. It \\*is\\*. (A Book)" in text.partition("## Answers")[2]


# Files and packs


@pytest.mark.parametrize(
    ("idea", "raw", "words"),
    [
        ("another encoding", "Lénine?{=a ~b}".encode("latin-1"), ":1: is not UTF-8"),
        ("a zero byte", b"a\n\0{=a ~b}", ":2: holds a zero byte"),
        ("10 MB", b"x" * 10_000_000, "larger than 8 MB"),
    ],
)
def test_files_that_are_no_text(tmp_path: Path, idea: str, raw: bytes, words: str) -> None:
    """The message names the file and the line."""
    file = tmp_path / "quiz.gift"
    file.write_bytes(raw)
    with pytest.raises(FormatError, match=words):
        read_file("gift", file)
    with pytest.raises(FormatError, match="No such file"):
        read_file("gift", tmp_path / "nothing")
    with pytest.raises(FormatError, match="folder"):
        read_file("gift", tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_marks_and_windows_line_ends(tmp_path: Path, encoding: str) -> None:
    """A byte order mark and Windows line ends are no hindrance."""
    file = tmp_path / "quiz.gift"
    file.write_bytes("Who was Ляля?{=a ~b}\r\n\r\nTwo?{=a ~b}\r\n".encode(encoding))
    taken = read_file("gift", file)
    assert [e.question for e in taken.entries] == ["Who was Ляля?", "Two?"]


def test_a_pack_is_made_and_comes_back(tmp_path: Path) -> None:
    """An imported pack loads without a fault, and exported it gives the same items."""
    taken = gift.read(
        "$CATEGORY: Lenin\n\nWho?{=Koba ~Soso ####A novel.}\n\nSo?{T}\n\nName?{=Koba =Coba}\n\nWhich?{~%50%a ~%50%b ~c}"
    )
    assert write_pack(taken.entries, tmp_path, "mine", "Mine", "en") == []
    loaded = load(tmp_path)
    assert loaded.faults == ()
    assert loaded.catalogue
    back = entries_of(loaded.catalogue, loaded.catalogue.packs[0])
    assert [(e.item and (e.item.stem, e.item.right, e.item.wrong, e.item.kind, e.item.accepted)) for e in back] == [
        (e.item and (e.item.stem, e.item.right, e.item.wrong, e.item.kind, e.item.accepted)) for e in taken.entries
    ]


def test_what_would_not_load_is_left_out(tmp_path: Path) -> None:
    """A question beyond Telegram's limits is listed with its own line, and the rest is taken."""
    taken = gift.read("One?{=a ~b}\n\nTwo?{=" + "x" * 101 + " ~b}\n\n" + "y" * 301 + "?{=a ~b}\n\nFour?{=a ~b}")
    left = write_pack(taken.entries, tmp_path, "mine", "Mine", "en")
    assert [(r.line, r.why.rpartition("Telegram")[1]) for r in left] == [(3, "Telegram"), (5, "Telegram")]
    loaded = load(tmp_path)
    assert loaded.catalogue
    assert len(loaded.catalogue.facts) == 2


def test_nothing_is_half_written(tmp_path: Path) -> None:
    """A pack that is there stays as it is; a failed import leaves no trace."""
    taken = gift.read("One?{=a ~b}")
    write_pack(taken.entries, tmp_path, "mine", "Mine", "en")
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    with pytest.raises(FormatError, match="there already"):
        write_pack(taken.entries, tmp_path, "mine", "Mine", "en")
    with pytest.raises(FormatError, match="single dashes"):
        write_pack(taken.entries, tmp_path, "../outside", "Mine", "en")
    with pytest.raises(FormatError, match="nothing"):
        write_pack([], tmp_path, "empty", "Empty", "en")
    with pytest.raises(FormatError, match="could be taken over"):
        write_pack(gift.read("One?{=" + "x" * 101 + " ~b}").entries, tmp_path, "bad", "Bad", "en")
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before
    assert not (tmp_path.parent / "outside").exists()
