"""A copy that is made while the bot works is whole, and a bot can go on from it."""

import asyncio
from pathlib import Path

import httpx
import pytest
from telegram.error import NetworkError

from tests.builders import NOON
from tests.clocks import MovingClock
from tests.fake_telegram import TOKEN, a_message
from tests.telegram.conversation import Conversation
from tests.telegram.test_privacy import set_aside
from tutor_bot.domain.curation import MissKind
from tutor_bot.domain.people import Person
from tutor_bot.shipped import migrations_folder
from tutor_bot.storage import Storage
from tutor_bot.storage.backup import backup
from tutor_bot.storage.checking import Checked, check
from tutor_bot.usecases.knowledge import Knowledge

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def one_more(storage: Storage, number: int) -> None:
    """Somebody new asks: a learner, a question and a miss in one transaction."""
    async with storage.work() as work:
        learner = await work.people.meet(Person(10_000 + number, f"Person {number}"), NOON)
        text = f"question {number} " + "and more " * 40
        await work.asked.note(
            update_id=number,
            part=0,
            learner=learner.id,
            chat=None,
            thread=None,
            text=text,
            outcome="unknown",
            fact=None,
            candidates=(),
            score=0.1,
            now=NOON,
        )
        await work.curation.note(
            f"asked:{number}", learner=learner.id, kind=MissKind.UNKNOWN, text=text, fact=None, now=NOON
        )


async def test_while_transactions_are_written(
    storage: Storage, knowledge: Knowledge, clock: MovingClock, tmp_path: Path
) -> None:
    """All that was committed before is in it, of each transaction all or nothing, and the bot runs on with it."""
    copies: dict[Path, int] = {}
    written = 0

    def copy_again_and_again() -> None:
        # So long that much is written while copies are made.
        while written < 100:
            copies[copy := tmp_path / f"copy-{len(copies)}.db"] = written
            backup(storage.url, copy)

    await one_more(storage, 0)
    copying = asyncio.create_task(asyncio.to_thread(copy_again_and_again))
    while not copying.done():
        written += 1
        await one_more(storage, written)
    await copying
    assert len(copies) > 1
    for copy, before in copies.items():
        elsewhere = tmp_path / "another machine" / "tutor.db"
        elsewhere.parent.mkdir(exist_ok=True)
        # Alone, without a log beside it.
        elsewhere.write_bytes(await asyncio.to_thread(copy.read_bytes))
        url = f"sqlite+aiosqlite:///{elsewhere}"
        assert check(url, migrations_folder()) == Checked((), ())
        restored = Storage(url)
        async with restored.read() as work:
            figures = await work.watching.figures(NOON)
            assert before <= figures["learners"] == figures["unknown_questions"] <= written + 1
            last = await work.people.known_as(10_000 + figures["learners"] - 1)
            assert last
            assert await work.asked.count(last.id) == 1
        if copy == list(copies)[-1]:
            chat = Conversation(restored, knowledge, clock)
            await chat.start()
            assert "dictated" in (await chat.says("What was the testament?"))[-1]["text"]
            await chat.stop()
        await restored.close()


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*.db*")}


async def test_the_token_is_in_no_copy_and_no_export(
    storage: Storage, knowledge: Knowledge, clock: MovingClock, tmp_path: Path
) -> None:
    """Whatever the bot keeps, copies or hands out, also after calls to Telegram that failed."""
    chat = Conversation(storage, knowledge, clock)
    await chat.start()
    quoting = NetworkError(f"no way to https://api.telegram.org/bot{TOKEN}/sendMessage")
    quoting.__cause__ = httpx.ReadError("cut")
    chat.telegram.replies["sendPoll"] = [quoting] * 2
    await set_aside(chat, a_message("What was the testament?"), quoting)
    await chat.tells(a_message("/quiz 1"))
    for times in (1, 2):
        await chat.telegram.called("sendPoll", times)
        await chat.noted()
        await chat.clock.advance(5)
    await chat.tells(a_message("/export"))
    [sent] = chat.telegram.sent("sendDocument")
    [(_, export, _)] = sent["files"].values()
    await asyncio.to_thread(backup, storage.url, tmp_path / "copy.db")
    kept = files(tmp_path) | {"export": export}
    assert {"tutor.db", "tutor.db-wal", "copy.db", "export"} <= kept.keys()
    await chat.stop()
    for name, content in kept.items():
        assert TOKEN.partition(":")[2].encode() not in content, name
