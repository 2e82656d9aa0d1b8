"""Everything that is kept about one learner: handed out, or erased."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.storage.inbox import DONE
from tutor_bot.storage.schema import (
    learners,
    live_answers,
    live_players,
    members,
    metadata,
    questions,
    quizzes,
    updates,
)

NOBODY = "—"
"""The name of whoever has had themselves forgotten, in what their class keeps."""


class Privacy:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def everything(self, learner: int) -> dict[str, list[dict[str, Any]]]:
        """All rows about a learner, by table; values as JSON has them."""
        found = {"learners": await self._rows(learners, learners.c.id == learner)}
        for table in metadata.sorted_tables:
            if "learner_id" in table.c:
                found[table.name] = await self._rows(table, table.c.learner_id == learner)
        own = select(quizzes.c.id).where(quizzes.c.learner_id == learner)
        found["questions"] = await self._rows(questions, questions.c.quiz_id.in_(own))
        return {name: rows for name, rows in found.items() if rows}

    async def _rows(self, table: Table, condition: Any) -> list[dict[str, Any]]:
        rows = await self._connection.execute(select(table).where(condition))
        return [{key: _plain(value) for key, value in row.items()} for row in rows.mappings()]

    async def forget(self, learner: int, telegram_id: int) -> None:
        """Erase a learner. Votes in class quizzes stay, as nobody's, so that the class's totals stay right.

        Their own quizzes, memories, questions and settings go; so does what waits to be sent to them, or was set aside.
        """
        for table in metadata.sorted_tables:
            if "learner_id" in table.c and table not in (live_answers, live_players, members):
                await self._connection.execute(delete(table).where(table.c.learner_id == learner))
        # What waits in the inbox is acted on before it is forgotten; what was set aside never will be.
        written = [updates.c.body.contains(f'"id":{space}{telegram_id}{end}') for space in ("", " ") for end in ",}"]
        await self._connection.execute(
            update(updates)
            .where(updates.c.body.is_not(None), or_(updates.c.key == telegram_id, *written))
            .where(updates.c.state != "waiting")
            .values(body=None, error=None, state=DONE)
        )
        await self._connection.execute(update(updates).where(updates.c.key == telegram_id).values(key=0))
        in_class = select(live_players.c.live_id).where(live_players.c.learner_id == learner).limit(1)
        if (await self._connection.execute(in_class)).first() is None:
            await self._connection.execute(delete(learners).where(learners.c.id == learner))
            return
        await self._connection.execute(
            update(members)
            .where(members.c.learner_id == learner)
            .values(nickname=None, hidden=True, digest=False, inside=False, since=None)
        )
        await self._connection.execute(
            update(live_answers).where(live_answers.c.learner_id == learner).values(offset=0)
        )
        await self._connection.execute(
            update(learners)
            .where(learners.c.id == learner)
            .values(
                # No person has a number below nought, and no two learners have the same of ours.
                telegram_id=-learner,
                name=NOBODY,
                language="en",
                reachable=False,
                zone=None,
                daily_minute=None,
                next_daily=None,
                next_reminder=None,
                next_weekly=None,
                chosen_language=None,
                exam=None,
                paused_until=None,
                topics=None,
            )
        )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
