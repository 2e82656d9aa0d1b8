"""Everything that is kept about one learner: handed out, or erased."""

import json
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.curation import AdditionKind
from tutor_bot.storage.curation import Curation
from tutor_bot.storage.inbox import DONE, SET_ASIDE, WAITING
from tutor_bot.storage.schema import (
    additions,
    asked,
    learners,
    live_answers,
    live_players,
    members,
    metadata,
    misses,
    questions,
    quizzes,
    updates,
)

NOBODY = "—"
"""The name of whoever has had themselves forgotten, in what their class keeps."""
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class Privacy:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def everything(self, learner: int, telegram_id: int) -> dict[str, list[dict[str, Any]]]:
        """All rows about a learner, by table; values as JSON has them."""
        found = {"learners": await self._rows(learners, learners.c.id == learner)}
        for table in metadata.sorted_tables:
            if "learner_id" in table.c:
                found[table.name] = await self._rows(table, table.c.learner_id == learner)
        own = select(quizzes.c.id).where(quizzes.c.learner_id == learner)
        found["questions"] = await self._rows(questions, questions.c.quiz_id.in_(own))
        failed = await self._rows(updates, and_(_tells_of(telegram_id), updates.c.tries > 0))
        # Of an update that failed only what they wrote themselves: others may stand in it too.
        found["updates"] = [
            {"update_id": row["update_id"], "received": row["received"], "text": _written_by(telegram_id, row["body"])}
            for row in failed
        ]
        return {name: rows for name, rows in found.items() if rows}

    async def _rows(self, table: Table, condition: Any) -> list[dict[str, Any]]:
        rows = await self._connection.execute(select(table).where(condition).order_by(*table.primary_key))
        return [{key: _plain(value) for key, value in row.items()} for row in rows.mappings()]

    async def forget(self, learner: int, telegram_id: int) -> frozenset[int]:
        """Erase a learner; the numbers of their updates that waited, and are not to be acted on any more.

        Their own quizzes, memories, questions and settings go; so does what waits to be sent to them, or was set
        aside. Votes in class quizzes stay, as nobody's, so that the class's totals stay right.
        """
        await self._forget_phrasings(learner)
        for table in metadata.sorted_tables:
            if "learner_id" in table.c and table not in (live_answers, live_players, members):
                await self._connection.execute(delete(table).where(table.c.learner_id == learner))
        struck_off = await self._forget_updates(telegram_id)
        await self._forget_person(learner)
        return struck_off

    async def _forget_phrasings(self, learner: int) -> None:
        """Their words that a curator took over, unless somebody else asked the same or a pack's file has them."""
        own, others = misses.c.learner_id == learner, misses.c.learner_id != learner
        words = select(misses.c.text).where(own, misses.c.text.is_not(None))
        same = (
            select(misses.c.text).where(others, misses.c.text.is_not(None)),
            select(asked.c.text).where(asked.c.learner_id != learner, asked.c.text.is_not(None)),
        )
        gone = await self._connection.execute(
            delete(additions).where(
                additions.c.kind == AdditionKind.PHRASING,
                additions.c.pulled.is_(None),
                additions.c.text.in_(words),
                *(additions.c.text.not_in(texts) for texts in same),
            )
        )
        if gone.rowcount:
            await Curation(self._connection).changed()

    async def _forget_updates(self, telegram_id: int) -> frozenset[int]:
        # In the private chat one comes after the other: what waits there untried is the wish itself, and what came
        # after it. In a group, or after a failure, there may be some from before.
        before = and_(updates.c.state == WAITING, not_(and_(updates.c.key == telegram_id, updates.c.tries == 0)))
        rows = await self._connection.execute(
            select(updates.c.update_id, updates.c.body).where(_tells_of(telegram_id), before)
        )
        theirs = frozenset(row.update_id for row in rows if telegram_id == _actor(row.body))
        erased = or_(and_(_tells_of(telegram_id), updates.c.state != WAITING), updates.c.update_id.in_(theirs))
        await self._connection.execute(
            update(updates).where(erased).values(body=None, error=None, state=DONE, owner=None)
        )
        # The wish itself is still being handled, and so keeps a line of its own, which is no longer the person's.
        private = updates.c.key == telegram_id
        wish = select(func.min(updates.c.arrival)).where(private, updates.c.state == WAITING).scalar_subquery()
        await self._connection.execute(
            update(updates)
            .where(private, or_(updates.c.state != WAITING, updates.c.arrival == wish))
            .values(key=-updates.c.update_id)
        )
        return theirs

    async def forget_set_aside(self, before: datetime) -> None:
        """Erase updates that were set aside and have come before that: there are questions in them too."""
        await self._connection.execute(delete(updates).where(updates.c.state == SET_ASIDE, updates.c.received < before))

    async def _forget_person(self, learner: int) -> None:
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
                since=NO_TIME,
                offered_daily=0,
                size=5,
                reminder=True,
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


def _tells_of(telegram_id: int) -> ColumnElement[bool]:
    """Updates in the private chat with a person, and those in which their number stands."""
    numbers = [f'id":{space}{telegram_id}{end}' for space in ("", " ") for end in ",}"]
    return and_(updates.c.body.is_not(None), or_(updates.c.key == telegram_id, *map(updates.c.body.contains, numbers)))


def _actor(body: str) -> int | None:
    """Who wrote, pressed or voted."""
    held = _held(body)
    person = held.get("from") or held.get("user")
    return person.get("id") if isinstance(person, dict) else None


def _written_by(telegram_id: int, body: str) -> str | None:
    text = _held(body).get("text") if telegram_id == _actor(body) else None
    return text if isinstance(text, str) else None


def _held(body: str) -> dict[str, Any]:
    """What an update holds beside its number."""
    return next((part for part in json.loads(body).values() if isinstance(part, dict)), {})
