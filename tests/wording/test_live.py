"""A live quiz in words."""

import pytest

from tutor_bot.domain.facts import ItemKind
from tutor_bot.domain.live import Player, Row
from tutor_bot.domain.outgoing import LiveStandingOut, Podium
from tutor_bot.domain.quiz import Snapshot
from tutor_bot.wording.live import podium_view, standing_view
from tutor_bot.wording.voice import voice

V = voice("en")
ORDER = Snapshot(
    ItemKind.ORDER, "Put in order.\nA. second\nB. first\nC. third", ("A, B, C", "B, A, C"), (1,), "", "t", (), "v"
)
ROWS = (
    Row(Player(1, "<b>Amina</b> אבי"), 1, 2, 30),
    Row(Player(2, "Bo", member=None), 2, 1, 0),
    Row(Player(3, "Chidi"), 3, 0, 0),
    Row(Player(4, "Dewi", late=True), None, 1, 10),
)


@pytest.mark.parametrize(("right", "answered", "words"), [(2, 3, "2 of 3 knew it."), (0, 0, "Nobody voted this time.")])
def test_a_standing(right: int, answered: int, words: str) -> None:
    """What was right is told in words, of an order the events; markup in names is shown, not read."""
    html = standing_view(LiveStandingOut(7, 1, 2, ORDER, ROWS, right, answered, None), V).html
    assert "first → second → third" in html
    assert words in html
    assert "&lt;b&gt;Amina&lt;/b&gt;" in html


def test_a_podium() -> None:
    """Points and right answers; who had nothing right is not named, latecomers and doubts are told below."""
    html = podium_view(Podium(ROWS, 3, 1, (("Who?", "He.", 1, 3),)), V).html
    assert "🥇" in html
    assert "200 + 30 ⚡ (2 of 3 right)" in html
    assert "Chidi" not in html
    assert "Joined later, with right answers: \u2068Dewi\u2069 (1)" in html
    assert "* not checked" in html
    assert "1 question could not be sent." in html
    assert "1 of 3 knew it." in html


@pytest.mark.parametrize(("rows", "words"), [((), "Nobody voted"), (ROWS[2:3], "Nobody had a right answer")])
def test_a_podium_without_winners(rows: tuple[Row, ...], words: str) -> None:
    assert words in podium_view(Podium(rows, 3, 0, ()), V).html
