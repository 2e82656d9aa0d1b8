from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import fact, item, order_item
from tutor_bot.domain.facts import ItemKind
from tutor_bot.domain.quiz import choose_item, lay_out


@given(st.integers())
def test_laid_out_question_marks_the_right_options(seed: int) -> None:
    """Whatever the shuffle, the right indices rise and point at the right options."""
    several = item(kind=ItemKind.SEVERAL, right=("a", "b"), wrong=("c", "d", "e"))
    snapshot = lay_out(fact(), several, "v1", Random(seed))
    assert sorted(snapshot.options) == ["a", "b", "c", "d", "e"]
    assert {snapshot.options[i] for i in snapshot.right} == {"a", "b"}
    assert list(snapshot.right) == sorted(snapshot.right)


@given(st.integers())
def test_order_item_offers_whole_orders(seed: int) -> None:
    """An order item lists its events under letters; one option alone is their right order."""
    snapshot = lay_out(fact(), order_item(), "v1", Random(seed))
    events = dict(line.split(". ", 1) for line in snapshot.stem.splitlines()[1:])
    assert len(set(snapshot.options)) == len(snapshot.options) == 4
    [right] = snapshot.right
    assert [events[letter] for letter in snapshot.options[right].split(", ")] == ["first", "second", "third"]


def test_true_before_false() -> None:
    """True and false stand in the order that readers expect, and the key is judged by its index."""
    false = item(kind=ItemKind.TRUE_FALSE, right=("false",), wrong=("true",))
    snapshot = lay_out(fact(), false, "v1", Random(1))
    assert snapshot.options == ("true", "false")
    assert snapshot.is_right([1])
    assert not snapshot.is_right([0])


@pytest.mark.parametrize(
    ("idea", "chosen", "right"),
    [
        ("the exact set", [0, 2], True),
        ("one missing", [0], False),
        ("one too many", [0, 1, 2], False),
        ("none", [], False),
    ],
)
def test_only_the_exact_set_is_right(idea: str, chosen: list[int], right: bool) -> None:
    """Where several options are right, only all of them and no other are."""
    several = item(kind=ItemKind.TRUE_FALSE, right=("true", "legend"), wrong=("false",))
    snapshot = lay_out(fact(), several, "v1", Random(1))
    assert snapshot.right == (0, 2)
    assert snapshot.is_right(chosen) is right, idea


def test_items_of_a_fact_take_turns() -> None:
    """The item met least is put, so that a fact is learnt and not a letter."""
    taught = fact(items=(item("one"), item("two"), item("three")))
    assert choose_item(taught, {"one": 2, "two": 1, "three": 2}, Random(1)).id == "two"


def test_kinds_of_a_fact_take_turns() -> None:
    """After a choice comes something else than another choice, though neither has been met."""
    taught = fact(
        items=(item("one"), item("two"), item("three", kind=ItemKind.TRUE_FALSE, right=("true",), wrong=("false",)))
    )
    assert choose_item(taught, {"one": 1}, Random(1)).id == "three"
