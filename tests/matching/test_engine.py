import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import catalogue, fact
from tutor_bot.domain.outcomes import Context, Found, Unknown
from tutor_bot.matching import Engine, load_engine
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
