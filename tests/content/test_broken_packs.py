"""A folder of broken packs: `content check` is loud on each of them, and a traceback on none."""

from pathlib import Path

import pytest

from tutor_bot.content import load

BROKEN = Path(__file__).parent / "broken"


@pytest.mark.parametrize("pack", sorted(path.name for path in BROKEN.iterdir()))
def test_each_is_refused(pack: str) -> None:
    """The file `expected` says at which line and with which words."""
    where, _, words = (BROKEN / pack / "expected").read_text(encoding="utf-8").strip().partition(" ")
    loaded = load(BROKEN / pack)
    told = [str(fault) for fault in loaded.faults]
    assert any(f"{where}:" in line and words in line for line in told), told
