"""What curators added is written into pack files as new lines, and nothing else changes."""

from pathlib import Path

import pytest

from tests.content.test_loader import write
from tutor_bot.content import load
from tutor_bot.content.pulling import PullError, pull_into
from tutor_bot.domain.curation import Addition, AdditionKind
from tutor_bot.domain.facts import Certainty

TOPIC = """
    # a comment that stays
    id: testament
    title: Lenin's Testament
    facts:
      - id: block   # beside it
        question: What is a block?
        also_asked:
          - one way
          - another way
            over two lines
        answer: A list of lines.
        sources: [lewin-1968]
      - id: flow
        question: What is a flow?
        also_asked: [one, two]
        answer: A list in brackets.
        sources: [lewin-1968]
      - id: bare
        question: "What is bare?"
        answer: Nothing.
        sources: [lewin-1968]
        was: [naked]
"""


def phrasing(fact: str, text: str) -> Addition:
    return Addition(1, AdditionKind.PHRASING, f"demo/{fact}", text)


def lines_added(before: str, after: str) -> list[str]:
    kept = before.splitlines()
    added = []
    for line in after.splitlines():
        if kept and line == kept[0]:
            kept.pop(0)
        else:
            added.append(line)
    assert kept == [], "a line that was there is gone"
    return added


@pytest.mark.parametrize(
    ("idea", "addition", "lines"),
    [
        ("a list of lines", phrasing("block", "a third way"), ["      - a third way"]),
        ("words that YAML would misread", phrasing("block", 'yes: "no" #1'), ['      - "yes: \\"no\\" #1"']),
        ("no list yet", phrasing("bare", "naked"), ["    also_asked:", "      - naked"]),
        ("a renamed fact", phrasing("naked", "old name"), ["    also_asked:", "      - old name"]),
        ("a fact that is gone", phrasing("gone", "anything"), []),
        ("there already", phrasing("flow", "two"), []),
    ],
)
def test_a_phrasing(tmp_path: Path, idea: str, addition: Addition, lines: list[str]) -> None:
    file = write(tmp_path, TOPIC) / "demo" / "topics" / "01.yaml"
    before = file.read_text(encoding="utf-8")
    pull_into(tmp_path, [addition])
    assert lines_added(before, file.read_text(encoding="utf-8")) == lines, idea
    loaded = load(tmp_path)
    assert loaded.catalogue
    fact = loaded.catalogue.get(addition.fact)
    assert fact is None or addition.text in fact.also_asked


def test_a_list_in_brackets(tmp_path: Path) -> None:
    """One line changes, at its end."""
    file = write(tmp_path, TOPIC) / "demo" / "topics" / "01.yaml"
    before = file.read_text(encoding="utf-8")
    pull_into(tmp_path, [phrasing("flow", "three, really")])
    assert file.read_text(encoding="utf-8") == before.replace("[one, two]", '[one, two, "three, really"]')


def test_a_new_fact(tmp_path: Path) -> None:
    """It gets a file of its own topic, and its source an entry in the bibliography, once."""
    write(tmp_path, TOPIC)
    made = [
        Addition(
            1, AdditionKind.FACT, "demo/pipe", "Did he smoke?", "Yes: a pipe.", "A Book, 2015", Certainty.PROBABLE
        ),
        phrasing("pipe", "his pipe"),
        Addition(3, AdditionKind.FACT, "demo/tea", "Did he drink tea?", "He did.", "A Book, 2015"),
    ]
    assert len(pull_into(tmp_path, made)) == 3
    catalogue = load(tmp_path).catalogue
    assert catalogue
    fact = catalogue.facts["demo/pipe"]
    assert (fact.answer, fact.also_asked, fact.certainty) == ("Yes: a pipe.", ("his pipe",), Certainty.PROBABLE)
    assert [str(s) for s in fact.sources] == ["A Book (2015)"]
    assert fact.sources == catalogue.facts["demo/tea"].sources
    assert catalogue.topics[-1].title == "Added by curators"
    assert pull_into(tmp_path, made) == []


def test_a_pack_with_faults_is_left_alone(tmp_path: Path) -> None:
    """Nothing is written into what cannot be read."""
    file = write(tmp_path, "id: [") / "demo" / "topics" / "01.yaml"
    with pytest.raises(PullError, match="content check"):
        pull_into(tmp_path, [phrasing("block", "x")])
    assert file.read_text(encoding="utf-8") == "id: ["
