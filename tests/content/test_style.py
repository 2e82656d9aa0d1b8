"""The rules of good items and plain answers: each broken one is said with its line, and the pack still loads."""

import textwrap
from pathlib import Path

import pytest

from tests.content.test_loader import PACK, SMALLEST, write
from tutor_bot.content import load
from tutor_bot.content.schema import SCHEMAS, schema_text
from tutor_bot.content.style import plain_form, reading_grade
from tutor_bot.shipped import content_folder

MORE_PACK = textwrap.dedent(PACK) + "years: [1850, 1991]\nnot_before: {KGB: 1954}\n"


@pytest.mark.parametrize(
    ("idea", "old", "new", "line", "words"),
    [
        (
            "a long right option",
            "right: Removal as",
            "right: Removal from all his work and all his duties as",
            12,
            "stands out",
        ),
        ("a catch-all", "Trial by the Cheka", "All of the above", 12, "tests logic"),
        ("an absolute word", "Trial by the Cheka", "He was never punished", 12, "gives it away"),
        (
            "no why",
            "            why: The postscript asks for his removal from the post, not from the party.\n",
            "",
            12,
            "does not say why",
        ),
        (
            "a KGB too early",
            "answer: Lenin called",
            "answer: The KGB told that Lenin called",
            8,
            "did not exist before 1954",
        ),
        (
            "an answer too hard",
            "answer: Lenin called Stalin too rude",
            "answer: Unquestionably characterisation notwithstanding considerable organisational capabilities",
            8,
            "reads as for grade",
        ),
        (
            "an endless sentence",
            "answer: Lenin called",
            "answer: " + "And so on " * 20 + "Lenin called",
            8,
            "words; make two of it",
        ),
    ],
)
def test_a_broken_rule_is_said(tmp_path: Path, idea: str, old: str, new: str, line: int, words: str) -> None:
    assert old in SMALLEST, idea
    loaded = load(write(tmp_path, SMALLEST.replace(old, new), MORE_PACK))
    assert loaded.catalogue, (idea, loaded.faults)
    assert [fault for fault in loaded.faults if words in fault.what], (idea, loaded.faults)
    assert all(abs(fault.line - line) <= 1 for fault in loaded.faults), (idea, loaded.faults)


@pytest.mark.parametrize(
    ("idea", "right", "wrong", "words"),
    [
        ("a year within a decade", '"1922"', '["the early 1920s", "1930"]', "overlap"),
        ("a year out of range", '"1922"', '["1492", "1930"]', "outside 1850"),
    ],
)
def test_years(tmp_path: Path, idea: str, right: str, wrong: str, words: str) -> None:
    topic = SMALLEST.replace("right: Removal as General Secretary", f"right: {right}").replace(
        "wrong: [Expulsion from the party, Promotion to head of government, Trial by the Cheka]", f"wrong: {wrong}"
    )
    loaded = load(write(tmp_path, topic, MORE_PACK))
    assert any(words in fault.what for fault in loaded.faults), (idea, loaded.faults)


def test_phrasings_that_are_nearly_the_same() -> None:
    """Other endings, another order and small words make no other question; another person does."""
    assert plain_form("Why did Lenin's strokes happen?") == plain_form("why does lenin stroke happen")
    assert plain_form("who killed kirov") != plain_form("whom did kirov kill in 1934")
    assert plain_form("who was kirov") != plain_form("who was beria")


def test_reading_grade() -> None:
    """Short words and sentences are easy; names do not make a text hard."""
    easy, _ = reading_grade("The cat sat on the mat. It was a good cat.")
    hard, longest = reading_grade(
        "Organisational considerations notwithstanding, characterisation necessitates elaboration."
    )
    assert easy < 3 < 12 < hard
    assert longest == 6
    with_names, _ = reading_grade("Sergo Ordzhonikidze met Ioseb Jughashvili at Krasnoyarsk.")
    assert with_names < 4


def test_true_and_false_are_balanced(tmp_path: Path) -> None:
    """Twenty true-or-false items that are all true are too many of one kind."""
    item = "          - {id: tf-%d, kind: true_false, ask: 'True or false: %d?', right: true, why: So.}\n"
    topic = SMALLEST.rstrip(" ") + "".join(item % (n, n) for n in range(20))
    loaded = load(write(tmp_path, topic, MORE_PACK))
    assert any("20 of 20 true-or-false items are true" in fault.what for fault in loaded.faults), loaded.faults


def test_schemas_are_shipped_and_named() -> None:
    """The JSON Schemas are those of the models, and every shipped file names its own for editors."""
    folder = content_folder()
    for name in SCHEMAS:
        assert (folder / "schema" / name).read_text(encoding="utf-8") == schema_text(name), (
            "run: tutor-bot content schema content/schema"
        )
    for file in folder.rglob("*.yaml"):
        first = file.read_text(encoding="utf-8").split("\n", 1)[0]
        name = "pack.json" if file.name == "pack.yaml" else "topic.json"
        assert first.startswith("# yaml-language-server: $schema="), file
        assert (file.parent / first.partition("=")[2]).resolve() == (folder / "schema" / name).resolve()
