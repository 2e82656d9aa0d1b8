"""Nothing is lost and nothing counted twice, whenever the bot dies. `make soak` does the same for long."""

from pathlib import Path

import pytest

from tests.crash import Outcome, crash


def nothing_is_lost(outcome: Outcome) -> None:
    assert outcome.lost == []
    assert outcome.doubled == []
    assert outcome.asked > 20
    assert outcome.votes > 20
    assert outcome.class_votes > 5


async def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Every question is answered, every vote counted once, every daily quiz there once, and the podium is said."""
    nothing_is_lost(await crash(7, seed=7, folder=tmp_path, learners=8))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_leader_of_three_is_killed(tmp_path: Path, database_url: str) -> None:
    """In the middle of a live quiz and then of a broadcast: another goes on with both."""
    nothing_is_lost(await crash(2, seed=7, folder=tmp_path, learners=8, url=database_url, replicas=3))
