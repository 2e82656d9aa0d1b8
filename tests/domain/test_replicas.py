"""What falls to each of several replicas."""

import pytest

from tutor_bot.domain.replicas import ALONE, Part


@pytest.mark.parametrize("whole", [30, 60, 1000])
@pytest.mark.parametrize("of", range(1, 16))
def test_the_shares_make_up_the_whole(whole: int, of: int) -> None:
    """Together they keep Telegram's limit; each can answer, and the leader has at least half for what it sends."""
    leader, others = Part(0, of, leads=True), [Part(place, of, leads=False) for place in range(1, of)]
    shares = [part.share(whole) for part in (leader, *others)]
    assert sum(shares) <= whole
    assert min(shares) >= 1
    assert leader.share(whole) >= whole // 2


def test_alone() -> None:
    """One replica has all of it."""
    assert ALONE.share(30) == 30


def test_three() -> None:
    """As docs/scaling.md says."""
    assert [Part(place, 3, leads=place == 0).share(30) for place in range(3)] == [20, 5, 5]
