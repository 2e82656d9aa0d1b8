"""What counts as known, fading and still to learn."""

from datetime import timedelta

import pytest

from tests.builders import NOON, catalogue, fact
from tutor_bot.domain.memory import Memory, Recall, met, review
from tutor_bot.domain.progress import by_topic, weakest

LONG = timedelta(days=60)


@pytest.mark.parametrize(
    ("idea", "memory", "later", "counts"),
    [
        ("never met", None, timedelta(0), (0, 0, 0)),
        ("only read", met(NOON), timedelta(0), (0, 0, 1)),
        ("wrong the first time: to learn, not fading", review(None, Recall.WRONG, NOON), timedelta(0), (0, 0, 1)),
        ("right", review(None, Recall.AT_ONCE, NOON), timedelta(0), (1, 0, 0)),
        ("right once, long ago", review(None, Recall.AT_ONCE, NOON), LONG, (0, 1, 0)),
    ],
)
def test_by_topic(idea: str, memory: Memory | None, later: timedelta, counts: tuple[int, int, int]) -> None:
    """A fact is in one place at most, and what was never known does not fade."""
    memories = {"demo/testament": memory} if memory else {}
    [row] = by_topic(catalogue(fact("testament")), memories, NOON + later)
    assert (row.known, row.fading, row.met) == counts, idea


def test_the_weakest_facts() -> None:
    """What was missed comes first, then what has faded most; what is known or was only read is not weak."""
    facts = [fact(name) for name in ("missed", "faded", "fading", "known", "read")]
    memories = {
        "demo/known": review(None, Recall.AT_ONCE, NOON),
        "demo/fading": review(None, Recall.AT_ONCE, NOON - timedelta(days=5)),
        "demo/faded": review(None, Recall.AT_ONCE, NOON - timedelta(days=50)),
        "demo/missed": review(None, Recall.WRONG, NOON),
        "demo/read": met(NOON),
    }
    assert [found.id for found, _ in weakest(catalogue(*facts), memories, NOON)] == ["missed", "faded", "fading"]
