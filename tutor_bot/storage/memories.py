"""What each learner remembers of each fact."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.facts import FactKey
from tutor_bot.domain.memory import Memory
from tutor_bot.storage.schema import memories
from tutor_bot.storage.sql import insert_or_ignore, upsert

_COLUMNS = (
    memories.c.due,
    memories.c.stability,
    memories.c.difficulty,
    memories.c.reviewed,
    memories.c.right,
    memories.c.lapses,
    memories.c.algorithm,
)
# Made once, for every vote runs it.
_ONE = select(*_COLUMNS).where(memories.c.learner_id == bindparam("learner"), memories.c.fact == bindparam("key"))


class Memories:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, learner_id: int) -> Mapping[FactKey, Memory]:
        """All that a learner has met, by fact."""
        return (await self.of_all([learner_id]))[learner_id]

    async def of_all(self, learner_ids: Sequence[int]) -> Mapping[int, Mapping[FactKey, Memory]]:
        """All that each of these learners has met, by learner and fact."""
        found: dict[int, dict[FactKey, Memory]] = {learner: {} for learner in learner_ids}
        rows = await self._connection.execute(
            select(memories.c.learner_id, memories.c.fact, *_COLUMNS).where(memories.c.learner_id.in_(learner_ids))
        )
        for row in rows:
            found[row[0]][row[1]] = Memory(*row[2:])
        return found

    async def one(self, learner_id: int, fact: FactKey) -> Memory | None:
        row = (await self._connection.execute(_ONE, {"learner": learner_id, "key": fact})).one_or_none()
        return Memory(*row) if row else None

    async def enter(self, learner_id: int, fact: FactKey, memory: Memory) -> bool:
        """Remember a fact that was met; False when it was met before, and nothing changes."""
        values = {"learner_id": learner_id, "fact": fact, **asdict(memory)}
        return await insert_or_ignore(self._connection, memories, values, memories.c.fact) is not None

    async def store(self, learner_id: int, fact: FactKey, memory: Memory) -> None:
        values = {"learner_id": learner_id, "fact": fact, **asdict(memory)}
        await upsert(self._connection, memories, values, ["learner_id", "fact"], memories.c.fact)
