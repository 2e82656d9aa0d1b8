"""Typed answers: spelling is forgiven, another meaning is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_bot.matching.typed import is_right


@pytest.mark.parametrize(
    ("idea", "said", "accepted", "right"),
    [
        ("as listed", "Koba", ["Koba"], True),
        ("small letters and a full stop", "koba.", ["Koba"], True),
        ("a slip in a short word", "Kobba", ["Koba"], True),
        ("two slips in a short word", "Kobbe", ["Koba"], False),
        ("two slips in a long word", "Orzhonikidse", ["Ordzhonikidze"], True),
        ("letters that changed places", "Zinovive", ["Zinoviev"], True),
        ("another form", "Zinovyev", ["Zinoviev", "Zinovyev"], True),
        ("with the first name", "Grigory Zinoviev", ["Zinoviev"], True),
        ("in a few words", "I think it was Kirov", ["Kirov", "Sergei Kirov"], True),
        ("denied", "not Kirov", ["Kirov"], False),
        ("accents", "Ramon Mercader", ["Ramón Mercader"], True),
        ("an article", "the Cheka", ["Cheka"], True),
        ("two words written as one", "redarmy", ["Red Army"], True),
        ("one word written as two", "dizzy with success", ["Dizzy with Success"], True),
        ("a year", "1922", ["1922"], True),
        ("a year in a date", "3 April 1922", ["1922"], True),
        ("the wrong year", "1923", ["1922"], False),
        ("two years to choose from", "1922 or 1923", ["1922"], False),
        ("somebody else, near by letters", "Kamenev", ["Zinoviev"], False),
        ("near, but another person", "Yagoda", ["Yezhov"], False),
        ("an abbreviation must be exact", "NEP", ["NKVD"], False),
        ("nothing", " ", ["Koba"], False),
        ("a whole essay", "well " * 20 + "Koba", ["Koba"], False),
    ],
)
def test_typed_answers(idea: str, said: str, accepted: list[str], right: bool) -> None:
    assert is_right(said, accepted) is right, idea


@given(st.text(max_size=200), st.lists(st.text(max_size=30), max_size=3))
def test_any_text_is_judged(said: str, accepted: list[str]) -> None:
    """No text breaks it, and nothing is right when nothing is accepted."""
    assert not is_right(said, [])
    is_right(said, accepted)
