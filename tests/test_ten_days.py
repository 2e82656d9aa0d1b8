"""A learner's ten days in the sandbox, by its clock: the real process, driven as its page drives it."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from playwright.async_api import expect

from tests.browser import SHOTS, browser
from tests.test_sandbox import learner, running

AMINA = 101
BERLIN = ZoneInfo("Europe/Berlin")
JSON = dict[str, Any]


@dataclass
class Phone:
    """Amina's side of the sandbox."""

    http: httpx.AsyncClient
    photos: list[str] = field(default_factory=list)

    async def do(self, what: str, **given: Any) -> None:
        done = await self.http.post("/page/do", json={"do": what, **given})
        assert done.status_code == 200, done.text

    async def state(self) -> JSON:
        async with self.http.stream("GET", "/page/events") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    found: JSON = json.loads(line.removeprefix("data: "))
                    return found
        raise AssertionError("the stream ended at once")

    async def messages(self) -> list[JSON]:
        found: list[JSON] = (await self.state())["messages"][str(AMINA)]
        return found

    async def now(self) -> datetime:
        return datetime.fromtimestamp((await self.state())["now"], UTC)

    async def says(self, text: str) -> str:
        """Say something; what is answered, as text or caption."""
        before = len(await self.messages())
        await self.do("say", person=AMINA, chat=AMINA, text=text)
        for _ in range(100):
            await self.do("jump", to="minute")
            new = (await self.messages())[before + 1 :]
            if new:
                return "\n".join(message.get("text") or message.get("caption") or "" for message in new)
        raise AssertionError(f"no answer to {text!r}")

    async def polls(self) -> list[JSON]:
        return [message for message in await self.messages() if "poll" in message]

    async def answers_all(self) -> str:
        """Vote through the open quiz; its summary."""
        voted = set()
        for _ in range(60):
            messages = await self.messages()
            last = messages[-1]
            text = last.get("text") or ""
            if re.search(r"\d of \d questions? right", text):
                return str(text)
            open_polls = [m for m in messages if "poll" in m and m["message_id"] not in voted]
            if open_polls and not open_polls[-1]["poll"]["is_closed"]:
                message = open_polls[-1]
                voted.add(message["message_id"])
                several = message["poll"].get("allows_multiple_answers")
                await self.do(
                    "vote", person=AMINA, chat=AMINA, message=message["message_id"], options=[0, 1] if several else [0]
                )
            elif "Write your answer" in text:
                await self.do("say", person=AMINA, chat=AMINA, text="Stalin")
            await self.do("jump", to="minute")
        raise AssertionError(f"no summary: {(await self.messages())[-1]}")


def next_change(after: date) -> date:
    """The next spring day on which the clocks of Berlin are put forward."""
    year = after.year + 1
    return max(date(year, 3, day) for day in range(25, 32) if date(year, 3, day).weekday() == 6)


async def test_ten_days(tmp_path: Path) -> None:
    """Two days missed, the clocks put forward, an exam: each day has one quiz, at half past two at night.

    That hour does not exist on the day of the change. The first day missed is a rest day that was earned; the exam
    comes and goes; progress is shown as a picture with the same in words.
    """
    change = next_change(datetime.now(UTC).date())
    first = change - timedelta(days=7)
    (tmp_path / "clock").write_text(datetime(first.year, first.month, first.day, 0, 30, tzinfo=BERLIN).isoformat())
    exam = first + timedelta(days=8)
    async with running("--keep", str(tmp_path)) as sandbox, httpx.AsyncClient(base_url=sandbox.address) as http:
        phone = Phone(http)
        assert "Done: a daily quiz at 02:30" in await phone.says("/daily 2:30 Europe/Berlin")
        plan = await phone.says(f"/exam {exam.isoformat()}")
        assert "8 daily quizzes are left until then" in plan
        assert "will not fit" in plan
        days: Counter[date] = Counter()
        summaries: dict[int, str] = {}
        for number in range(1, 11):
            before = len(await phone.polls())
            await phone.do("jump", to="daily")
            for _ in range(20):
                if len(await phone.polls()) > before:
                    break
                await phone.do("jump", to="minute")
            local = (await phone.now()).astimezone(BERLIN)
            days[local.date()] += 1
            # Half past two, or half past three where the clocks skip that hour.
            assert local.hour == (3 if local.date() == change else 2), local
            assert local.minute in range(30, 55)
            if number not in (6, 9):
                summaries[number] = await phone.answers_all()
        firsts = [poll for poll in await phone.polls() if poll["poll"]["question"].startswith("1/5")]
        assert len(firsts) >= 9
        assert days == Counter({first + timedelta(days=n): 1 for n in range(10)})
        assert "5 days in a row" in summaries[5]
        assert "to your exam" in summaries[5]
        # A rest day was earned by the first five, and is used for the sixth.
        assert "6 days in a row. 1 rest day kept it." in summaries[7]
        # The second one missed begins a new streak, and nobody says a word about it.
        assert "in a row" not in summaries[10]
        assert "exam" not in summaries[10]
        assert "When is your exam?" in await phone.says("/exam")
        caption = await phone.says("/progress")
        assert "of 226 facts" in caption
        assert "1. Young Jughashvili" in caption
        async with browser() as chromium, learner(chromium, sandbox.address, width=1000, height=1400) as amina:
            await expect(amina.messages.locator("img").last).to_be_visible()
            await amina.shot("ten-days")
            await amina.press("Calendar")
            await amina.sees(re.compile("rest day"))
            await amina.shot("ten-days-calendar")
            await amina.press("Weakest facts")
            await amina.sees(re.compile("least sure"))
            await amina.shot("ten-days-weakest")
        [*_, photo] = [message for message in await phone.messages() if "photo" in message]
        picture = await http.get(f"/page/files/{photo['photo'][-1]['file_id']}")
        assert picture.content.startswith(b"\x89PNG")
        (SHOTS / "ten-days-progress.png").write_bytes(picture.content)
        code, errors = await sandbox.end()
        assert (code, "Traceback" in errors) == (0, False)
