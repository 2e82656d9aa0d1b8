"""A class of thirty plays ten questions in the sandbox, with a restart and a migration in the middle; then the report.

What the report says is counted anew from the votes, without the product's help.
"""

import asyncio
import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.browser import SHOTS
from tests.test_sandbox import running

TEACHER = 103
QUESTIONS = 10
JSON = dict[str, Any]


@dataclass
class Class:
    """Thirty phones and a teacher's."""

    http: httpx.AsyncClient
    group: int = 0
    learners: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    votes: list[tuple[int, str, bool]] = field(default_factory=list)
    """Learner, poll, and whether it was right: by Telegram's own key, not by ours."""

    async def do(self, what: str, **given: Any) -> Any:
        done = await self.http.post("/page/do", json={"do": what, **given})
        assert done.status_code == 200, done.text
        return done.json()["done"]

    async def messages(self, chat: int) -> list[JSON]:
        async with self.http.stream("GET", "/page/events") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    found: list[JSON] = json.loads(line.removeprefix("data: "))["messages"].get(str(chat), [])
                    return found
        raise AssertionError("the stream ended at once")

    async def hears(self, chat: int, *words: str) -> list[JSON]:
        """Wait, without time passing, until each of these has been said; the messages."""
        async with asyncio.timeout(20), self.http.stream("GET", "/page/events") as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    said = await self.messages(chat)
                    found = [[m for m in said if word in _words(m)] for word in words]
                    if all(found):
                        return [own[-1] for own in found]
        raise AssertionError("the stream ended")

    async def until(self, chat: int, words: str) -> JSON:
        """Let time pass until something with these words has been said; the message."""
        for _ in range(30):
            for message in await self.messages(chat):
                if words in _words(message):
                    return message
            await self.do("jump", to="minute")
        raise AssertionError(f"nobody said {words!r}: {(await self.messages(chat))[-3:]}")

    async def question(self) -> JSON:
        """The next poll that is open."""
        for _ in range(30):
            for message in await self.messages(self.group):
                poll = message.get("poll")
                if poll and not poll["is_closed"] and poll["id"] not in self.seen:
                    self.seen.add(poll["id"])
                    return message
            await self.do("jump", to="minute")
        raise AssertionError(f"no question: {(await self.messages(self.group))[-2:]}")

    async def vote(self, learner: int, message: JSON, rng: Random) -> None:
        """The later in the class somebody sits, the less they know."""
        poll = message["poll"]
        right = poll["correct_option_ids"]
        knows = rng.random() < 0.95 - self.learners.index(learner) / len(self.learners)
        wrong = [place for place in range(len(poll["options"])) if place not in right]
        chosen = right if knows else [rng.choice(wrong)]
        await self.do("vote", person=learner, chat=self.group, message=message["message_id"], options=chosen)
        stem = " ".join(poll["question"].split(" · ", 1)[-1].split())
        self.votes.append((learner, stem, knows))


def _words(message: JSON) -> str:
    """Text, caption or name of the file."""
    return message.get("text") or message.get("caption") or message.get("document", {}).get("file_name") or ""


def button(message: JSON, words: str) -> str:
    """What the button with these words says when it is pressed."""
    buttons = [b for row in message["reply_markup"]["inline_keyboard"] for b in row]
    [found] = [b["callback_data"] for b in buttons if words in b["text"]]
    return str(found)


def numbered(text: str) -> Iterator[tuple[str, str]]:
    """The lines "1. Name · 3 of 10 right" of a report."""
    for line in text.splitlines():
        head, _, rest = line.partition(". ")
        if head.isdecimal() and " · " in rest:
            name, _, told = rest.rpartition(" · ")
            yield name.strip("\u2068\u2069"), told


async def test_a_class_of_thirty() -> None:
    """From lobby to podium and report; a restart, a migration and a pupil who leaves and returns lose nothing."""
    rng = Random(30)
    async with running() as sandbox, httpx.AsyncClient(base_url=sandbox.address, timeout=30) as http:
        room = Class(http)
        for number in range(30):
            name = f"Pupil {number:02}" if number else "<b>אבי</b> & Zoë"
            learner = await room.do("new_person", name=name)
            room.learners.append(learner)
            room.names[learner] = name
        room.group = await room.do("new_group", owner=TEACHER, title="Class 10c", members=room.learners)
        await room.hears(room.group, "Admins begin a live quiz")
        await room.do("say", person=TEACHER, chat=room.group, text=f"/quiz {QUESTIONS} 180")
        [lobby] = await room.hears(room.group, "A live quiz begins: 10 questions")
        for learner in room.learners[:20]:
            press = {"chat": room.group, "message": lobby["message_id"], "data": button(lobby, "I play")}
            await room.do("press", person=learner, **press)
        await room.do("press", person=TEACHER, **{**press, "data": button(lobby, "Start now")})
        for number in range(QUESTIONS):
            question = await room.question()
            for place, learner in enumerate(room.learners):
                if number == 3 and place == 15:
                    await room.do("restart")
                if (place + number) % 7:
                    await room.vote(learner, question, rng)
            if number == 4:
                await room.do(
                    "set_member", person=room.learners[2], chat=room.group, whom=room.learners[2], status="left"
                )
                back = {"chat": room.group, "whom": room.learners[2], "status": "member"}
                await room.do("set_member", person=TEACHER, **back)
            if number == 6:
                room.group = await room.do("migrate", person=TEACHER, chat=room.group)
        podium = await room.until(room.group, "The quiz is over.")
        right = Counter(learner for learner, _, knew in room.votes if knew)
        best = max(right.values())
        winners = [room.names[learner] for learner, n in right.items() if n == best]
        assert any(name in podium["text"].splitlines()[2] for name in winners)
        assert f"({best} of {QUESTIONS} right)" in podium["text"]
        assert "not checked" not in podium["text"]
        sent = [m for m in await room.messages(room.group) if m["from"]["is_bot"]]
        assert len([m for m in sent if "poll" in m]) == QUESTIONS - 7

        await room.do("say", person=TEACHER, chat=room.group, text="/report")
        await room.hears(room.group, "in our private chat")
        [report] = await room.hears(TEACHER, "Who took part")
        answered = Counter(learner for learner, _, _ in room.votes)
        told = {room.names[learner]: f"{right[learner]} of {answered[learner]} right" for learner in answered}
        people, _, facts = report["text"].partition("Not known yet")
        assert dict(numbered(people)) == told
        by_question = Counter(stem for _, stem, _ in room.votes)
        knew = Counter(stem for _, stem, known in room.votes if known)
        shares = sorted(f"{knew[stem]} of {n} right" for stem, n in by_question.items())
        assert set(dict(numbered(facts)).values()) <= set(shares)

        await room.do(
            "press", person=TEACHER, chat=TEACHER, message=report["message_id"], data=button(report, "All answers")
        )
        files = await room.hears(TEACHER, ".csv", ".xlsx")
        table = (await http.get(f"/page/files/{files[0]['document']['file_id']}")).content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(table)))
        assert len(rows) == len(room.votes)
        counted = Counter((row["Learner"], row["Question"], row["Right"]) for row in rows)
        assert counted == Counter((room.names[who], stem, "yes" if k else "no") for who, stem, k in room.votes)
        [picture] = [m for m in await room.messages(TEACHER) if "photo" in m]
        drawn = (await http.get(f"/page/files/{picture['photo'][-1]['file_id']}")).content
        assert drawn.startswith(b"\x89PNG")
        SHOTS.mkdir(parents=True, exist_ok=True)
        (SHOTS / "report-of-thirty.png").write_bytes(drawn)
        code, errors = await sandbox.end()
        assert (code, "Traceback" in errors) == (0, False)
