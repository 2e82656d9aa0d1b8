import textwrap
from pathlib import Path

import pytest

from tutor_bot.content import load
from tutor_bot.domain.facts import ItemKind
from tutor_bot.shipped import content_folder

SMALLEST = """
    id: testament
    title: Lenin's Testament
    facts:
      - id: testament-postscript
        question: What did Lenin's postscript of January 1923 ask for?
        also_asked: [did lenin want stalin removed, lenin postscript]
        answer: Lenin called Stalin too rude and asked the comrades to find a way to remove him.
        sources: [lenin-cw36, lewin-1968]
        certainty: established
        quiz:
          - ask: What did the postscript of 4 January 1923 propose for Stalin?
            right: Removal as General Secretary
            wrong: [Expulsion from the party, Promotion to head of government, Trial by the Cheka]
            why: The postscript asks for his removal from the post, not from the party.
"""
PACK = """
    id: demo
    title: Demo
    language: en
    sources:
      lenin-cw36: {author: Vladimir Lenin, title: Collected Works}
      lewin-1968: {author: Moshe Lewin, title: Lenin's Last Struggle, year: 1968}
"""


def write(folder: Path, topic: str | bytes = SMALLEST, pack: str = PACK, name: str = "demo") -> Path:
    home = folder / name
    (home / "topics").mkdir(parents=True)
    (home / "pack.yaml").write_text(textwrap.dedent(pack), encoding="utf-8")
    raw = topic if isinstance(topic, bytes) else textwrap.dedent(topic).encode()
    (home / "topics" / "01.yaml").write_bytes(raw)
    return folder


def test_the_smallest_pack_loads(tmp_path: Path) -> None:
    """The form that the documentation shows is enough; an item without an id gets a stable one."""
    loaded = load(write(tmp_path))
    assert loaded.faults == ()
    assert loaded.catalogue
    fact = loaded.catalogue.facts["demo/testament-postscript"]
    [item] = fact.items
    assert item.kind is ItemKind.CHOICE
    assert item.id.startswith("demo/stem-")
    assert str(fact.sources[1]) == "Moshe Lewin, Lenin's Last Struggle (1968)"
    assert load(tmp_path / "demo").catalogue == loaded.catalogue


def test_an_imported_pack_needs_no_sources(tmp_path: Path) -> None:
    """Where pack.yaml names no sources, facts need none."""
    topic = SMALLEST.replace("        sources: [lenin-cw36, lewin-1968]\n", "")
    loaded = load(write(tmp_path, topic, "id: demo\ntitle: Demo\nlanguage: en"))
    assert loaded.catalogue


@pytest.mark.parametrize(
    ("idea", "old", "new", "line", "words"),
    [
        ("a key misspelt", "answer:", "anwser:", 8, "did you mean answer"),
        ("a key missing", "    title: Lenin's Testament\n", "", 1, "title is missing"),
        ("an unknown source", "lewin-1968]", "lewin-1986]", 9, "did you mean lewin-1968"),
        ("no sources", "[lenin-cw36, lewin-1968]", "[]", 5, "has no sources"),
        ("an unknown certainty", "established", "sure", 10, "'established'"),
        ("a bad id", "id: testament-postscript", "id: Testament Postscript", 5, "small letters"),
        ("an option too long", "Trial by the Cheka", "x" * 101, 12, "Telegram takes 100"),
        ("a stem too long", "What did the postscript of", "y" * 300, 12, "Telegram takes 300"),
        ("a why too long", "The postscript asks for", "z" * 200, 15, "Telegram takes 200"),
        ("an option twice", "Trial by the Cheka", "expulsion from the party", 12, "stands here twice"),
        (
            "no wrong options",
            "            wrong: [Expulsion from the party, Promotion to head of government, Trial by the Cheka]\n",
            "",
            12,
            "`wrong:`",
        ),
        (
            "a key twice",
            "        certainty: established\n",
            "        certainty: established\n        certainty: legend\n",
            11,
            "twice",
        ),
        ("an open bracket", "lenin postscript]", "lenin postscript", 8, "YAML"),
        ("a bare yes", "right: Removal as General Secretary", "right: yes", 12, "`right:`"),
        ("a bare no among options", "Trial by the Cheka", "no", 14, "quotes"),
        ("an alias bomb", "[lenin-cw36, lewin-1968]", "&a [*a, *a]", 9, "aliases"),
        ("an unknown link", "        quiz:", "        see_also: [nothing]\n        quiz:", 11, "no fact nothing"),
    ],
)
def test_faults_name_file_line_and_remedy(tmp_path: Path, idea: str, old: str, new: str, line: int, words: str) -> None:
    """Each fault is one line that says where it is and what to do."""
    assert old in SMALLEST, idea
    loaded = load(write(tmp_path, SMALLEST.replace(old, new)))
    assert loaded.catalogue is None
    assert any(words in fault.what for fault in loaded.faults), (idea, loaded.faults)
    assert all("\n" not in str(fault) for fault in loaded.faults)
    assert any(abs(fault.line - line) <= 1 for fault in loaded.faults), (idea, loaded.faults)


@pytest.mark.parametrize(
    ("idea", "raw", "words"),
    [
        ("another encoding", textwrap.dedent(SMALLEST).replace("Lenin's", "Lénine").encode("latin-1"), "UTF-8"),
        ("empty", b"", "empty"),
        ("a list", b"- a\n- b\n", "must begin with keys"),
        ("bare text", b"hello", "must begin with keys"),
        ("10 MB", b"# x\n" * 2_500_000, "larger than"),
        ("control characters", b"id: \x00\x01", "YAML"),
        ("nested without end", b"[" * 100_000, "YAML"),
        ("a Python object", b"id: !!python/object/apply:os.system ['true']", "YAML tag"),
    ],
)
def test_files_that_are_no_topics(tmp_path: Path, idea: str, raw: bytes, words: str) -> None:
    """Whatever stands in a file, the answer is a fault, never an exception."""
    loaded = load(write(tmp_path, raw))
    assert loaded.catalogue is None
    assert any(words in fault.what for fault in loaded.faults), (idea, loaded.faults)


def test_bom_and_windows_line_ends(tmp_path: Path) -> None:
    """A file saved by a Windows editor loads."""
    raw = b"\xef\xbb\xbf" + textwrap.dedent(SMALLEST).replace("\n", "\r\n").encode()
    assert load(write(tmp_path, raw)).catalogue


def test_all_faults_at_once(tmp_path: Path) -> None:
    """A second fault is named together with the first."""
    topic = SMALLEST.replace("answer:", "anwser:").replace("established", "sure")
    assert len(load(write(tmp_path, topic)).faults) >= 3


def test_folders_that_hold_no_pack(tmp_path: Path) -> None:
    """An empty folder, no folder and a pack without topics are errors; so is one pack id twice."""
    assert "holds no pack" in str(load(tmp_path).faults[0])
    assert "not a folder" in str(load(tmp_path / "nowhere").faults[0])
    write(tmp_path)
    write(tmp_path, name="again")
    assert any("is taken by" in fault.what for fault in load(tmp_path).faults)
    bare = tmp_path / "bare"
    (bare / "p").mkdir(parents=True)
    (bare / "p" / "pack.yaml").write_text("id: p\ntitle: P\nlanguage: en")
    assert any("no topics" in fault.what for fault in load(bare).faults)


def test_the_shipped_packs_are_faultless() -> None:
    """`content check` is silent on what is shipped, and the first pack has the breadth it promises."""
    loaded = load(content_folder())
    assert [str(fault) for fault in loaded.faults] == []
    assert loaded.catalogue
    facts = list(loaded.catalogue.facts.values())
    assert len(facts) >= 168
    assert len(loaded.catalogue.topics) == 12
    for fact in facts:
        assert 8 <= len(set(fact.also_asked)) <= 14, fact.id
        assert fact.more, fact.id
        assert fact.sources, fact.id
        assert len(fact.items) >= 2, fact.id


def test_shipped_items_keep_telegrams_limits() -> None:
    """Every item of the shipped packs fits a poll, laid out as it is sent."""
    from random import Random

    from tutor_bot.domain.outgoing import QuestionOut
    from tutor_bot.domain.quiz import lay_out
    from tutor_bot.wording.quizzes import question_poll
    from tutor_bot.wording.voice import voice

    catalogue = load(content_folder()).catalogue
    assert catalogue
    for fact in catalogue.facts.values():
        for item in fact.items:
            snapshot = lay_out(fact, item, catalogue.version, Random(1))
            if not item.kind.fits_poll:
                assert snapshot.accepted, item.id
                assert len(snapshot.hints) == 2, item.id
                continue
            poll = question_poll(QuestionOut(1, snapshot, 20, 20, True), voice("en"))
            assert len(poll.question) <= 300, item.id
            assert 2 <= len(poll.options) <= 10, item.id
            assert all(1 <= len(option) <= 100 for option in poll.options), item.id
            assert len(set(poll.options)) == len(poll.options), item.id
            assert len(poll.explanation) <= 200, item.id
            assert list(poll.right) == sorted(poll.right), item.id
            assert poll.right, item.id
