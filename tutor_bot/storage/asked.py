"""What was asked, what was answered, and what the asker said of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.facts import FactKey
from tutor_bot.storage.schema import asked
from tutor_bot.storage.sql import insert_or_ignore

# Made once: every question runs these.
_COUNT_SINCE = (
    select(func.count())
    .select_from(asked)
    .where(asked.c.learner_id == bindparam("who"), asked.c.at > bindparam("since"))
)
_LATEST = (
    select(asked.c.fact)
    .where(
        asked.c.learner_id == bindparam("who"),
        asked.c.chat_id.is_not_distinct_from(bindparam("chat")),
        asked.c.thread.is_not_distinct_from(bindparam("thread")),
        asked.c.at >= bindparam("since"),
        asked.c.fact.is_not(None),
    )
    .order_by(asked.c.id.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its outcome; `candidates` best first, `chat` None in private."""

    id: int
    learner: int
    text: str | None
    outcome: str
    fact: FactKey | None
    candidates: tuple[FactKey, ...]


class AskedQuestions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(
        self,
        *,
        update_id: int,
        part: int,
        learner: int,
        chat: int | None,
        thread: int | None,
        text: str,
        outcome: str,
        fact: FactKey | None,
        candidates: tuple[FactKey, ...],
        score: float,
        now: datetime,
    ) -> int:
        """The id of the question; of the one noted before when the update comes a second time."""
        made = await insert_or_ignore(
            self._connection,
            asked,
            {
                "update_id": update_id,
                "part": part,
                "learner_id": learner,
                "chat_id": chat,
                "thread": thread,
                "text": text,
                "outcome": outcome,
                "fact": fact,
                "candidates": list(candidates),
                "score": score,
                "at": now,
            },
            asked.c.id,
        )
        if made is not None:
            return int(made)
        again = select(asked.c.id).where(
            asked.c.update_id == update_id, asked.c.learner_id == learner, asked.c.part == part
        )
        return int((await self._connection.execute(again)).scalar_one())

    async def one(self, asked_id: int) -> Asked | None:
        row = (await self._connection.execute(select(asked).where(asked.c.id == asked_id))).one_or_none()
        if row is None:
            return None
        return Asked(row.id, row.learner_id, row.text, row.outcome, row.fact, tuple(row.candidates))

    async def latest(
        self, learner: int, *, chat: int | None, thread: int | None, since: datetime, limit: int = 3
    ) -> tuple[FactKey, ...]:
        """Facts lately answered to this learner in this place, newest first."""
        rows = await self._connection.execute(
            _LATEST, {"who": learner, "chat": chat, "thread": thread, "since": since, "most": limit}
        )
        return tuple(row.fact for row in rows)

    async def choose(self, asked_id: int, fact: FactKey, feedback: str) -> None:
        """The fact that the asker says was meant."""
        await self._connection.execute(update(asked).where(asked.c.id == asked_id).values(fact=fact, feedback=feedback))

    async def say(self, asked_id: int, feedback: str) -> None:
        await self._connection.execute(update(asked).where(asked.c.id == asked_id).values(feedback=feedback))

    async def count(self, learner: int) -> int:
        found = await self._connection.execute(
            select(func.count()).select_from(asked).where(asked.c.learner_id == learner, asked.c.outcome != "talk")
        )
        return found.scalar_one()

    async def count_since(self, learner: int, since: datetime) -> int:
        found = await self._connection.execute(_COUNT_SINCE, {"who": learner, "since": since})
        return int(found.scalar_one())

    async def forget_texts(self, before: datetime) -> None:
        """Erase the words of questions older than this; what became of them stays countable."""
        await self._connection.execute(
            update(asked).where(asked.c.at < before, asked.c.text.is_not(None)).values(text=None)
        )
