"""The picture of progress: drawn in a process of its own, to be read on light and dark, in any colour vision."""

import asyncio
import os
import signal
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image

from tests.browser import SHOTS
from tutor_bot.charts import ground
from tutor_bot.charts import progress as drawing
from tutor_bot.charts.progress import draw_progress
from tutor_bot.charts.studio import Studio
from tutor_bot.domain.progress import PictureWords, Progress, TopicProgress
from tutor_bot.domain.streak import Streak
from tutor_bot.wording.progress import picture_words, progress_views
from tutor_bot.wording.voice import voice

TODAY = date(2026, 11, 25)


def progress(*titles: str, answered: int = 60) -> Progress:
    """Some weeks of learning; the topics get fewer known facts from first to last."""
    shown = titles or ("Young Jughashvili", "Lenin's illness and Testament", "Explanations and debates, at some length")
    return Progress(
        topics=tuple(TopicProgress(title, max(0, 9 - 4 * n), 3, 2, 20) for n, title in enumerate(shown)),
        answered=answered,
        right=answered // 2,
        ahead=(5, 5, 3, 0, 1, 0, 2),
        streak=Streak(6, 9, (), 1),
        questions_asked=3,
        today=TODAY,
        active={TODAY - timedelta(days=n): 3 * (n % 5) for n in range(80)},
    )


def words(language: str = "en") -> PictureWords:
    return picture_words(progress(), voice(language))


@pytest.fixture
def studio() -> Iterator[Studio]:
    made = Studio()
    yield made
    made.close()


def opened(picture: bytes) -> Image.Image:
    return Image.open(BytesIO(picture))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_picture(language: str) -> None:
    """A PNG as wide as a phone; made anew it is the same to the last dot."""
    made = draw_progress(progress(), words(language))
    assert opened(made).format == "PNG"
    assert opened(made).size[0] == 1080
    assert sum(opened(made).size) < 10_000
    assert draw_progress(progress(), words(language)) == made
    SHOTS.mkdir(parents=True, exist_ok=True)
    (SHOTS / f"progress-{language}.png").write_bytes(made)


@pytest.mark.parametrize("title", ["שלטון סטאלין", "斯大林", "𝔊𝔬𝔱𝔥𝔦𝔠", "$x^2$ & <b>", "", "x" * 300])
def test_titles_that_the_font_cannot_write(title: str) -> None:
    """Topics have numbers, by which the caption names them; no title breaks the picture or draws empty boxes."""
    assert opened(draw_progress(progress(title), words())).format == "PNG"


def test_a_beginner_and_a_subject_without_topics() -> None:
    """Nothing to show is no fault."""
    empty = Progress((), 0, 0, (0,) * 7, Streak(), 1, TODAY)
    assert opened(draw_progress(empty, words())).format == "PNG"


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrasts() -> None:
    """Text stands out by 7 and bars by 3 from the picture's own ground; steps of activity differ in brightness."""
    assert all(_contrast(text, ground.GROUND) >= 7 for text in (ground.TEXT, ground.FAINT))
    bars = (drawing.KNOWN, drawing.FADING, drawing.MET, drawing.NEW)
    assert all(_contrast(bar, ground.GROUND) >= 3 for bar in bars)
    levels = [_luminance(level) for level in drawing.LEVELS]
    assert all(_contrast(a, b) >= 1.5 for a, b in pairwise(drawing.LEVELS))
    assert levels == sorted(levels)


async def test_two_pictures_at_once(studio: Studio) -> None:
    """One process draws them, one after the other, and the loop goes on meanwhile."""
    turns = 0

    async def go_on() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    going = asyncio.create_task(go_on())
    pictures = await asyncio.gather(*(studio.progress(progress(), words(code)) for code in ("en", "ru")))
    going.cancel()
    assert all(picture and opened(picture).format == "PNG" for picture in pictures)
    assert turns > 1000
    assert len(_workers(studio)) == 1


async def test_a_worker_that_dies_is_replaced(studio: Studio) -> None:
    """Killed by the system for want of memory, say: the next picture comes all the same."""
    assert await studio.progress(progress(), words())
    [worker] = _workers(studio)
    os.kill(worker, signal.SIGKILL)
    assert await studio.progress(progress(), words())
    assert _workers(studio) != [worker]


async def test_what_cannot_be_drawn(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    """No picture is no failure: the words are sent without it, and the log says why."""
    broken = Progress((), 0, 0, (), Streak(), 1, TODAY)
    assert await studio.progress(broken, words()) is None
    assert "could not be drawn" in caplog.text


def _workers(studio: Studio) -> list[int]:
    processes = getattr(studio._pool, "_processes", None)
    return list(processes or ())


def test_the_caption_says_what_the_picture_shows() -> None:
    """Numbers, words and topics by their numbers; what does not fit under a picture comes as a message of its own."""
    caption, rest = progress_views(progress(), voice("en"))
    assert rest is None
    for shown in ("You know 15 of 60 facts", "9 more are fading", "30 of 60", "6 days in a row", "16 facts come back"):
        assert shown in caption.html
    assert "1. Young Jughashvili: 9 known, 3 fading, 2 to learn of 20" in caption.html
    caption, rest = progress_views(progress(*(f"A topic with a long name, number {n}" for n in range(30))), voice("en"))
    assert len(caption.html) <= 1024
    assert rest is not None
    assert "30. A topic" in rest.html
