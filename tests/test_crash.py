"""Nothing is lost and nothing counted twice, whenever the bot dies. `make soak` does the same for long."""

from pathlib import Path

from tests.crash import crash


async def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Every question is answered, every vote counted once, every daily quiz there once."""
    outcome = await crash(7, seed=7, folder=tmp_path, learners=8)
    assert outcome.lost == []
    assert outcome.doubled == []
    assert outcome.asked > 20
    assert outcome.votes > 20
