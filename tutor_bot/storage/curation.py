"""What learners missed, and what curators added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from tutor_bot.domain.curation import Addition, AdditionKind, Decision, Miss, MissKind
from tutor_bot.domain.facts import Certainty, FactKey
from tutor_bot.storage.schema import additions, drafts, misses, versions
from tutor_bot.storage.sql import insert_or_ignore, upsert

_KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True)
class Draft:
    """A new fact in the making; `step` is what is asked for next."""

    miss: int
    step: str
    answer: str
    source: str


class Curation:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(
        self, once: str, *, learner: int, kind: MissKind, text: str, fact: FactKey | None, now: datetime
    ) -> None:
        """A miss, once of each: the same complaint again changes nothing."""
        values = {"once": once, "learner_id": learner, "kind": kind, "text": text, "fact": fact, "at": now}
        await insert_or_ignore(self._connection, misses, values, misses.c.id)

    async def open(self, now: datetime, limit: int = 500) -> list[Miss]:
        """What no curator has decided, newest first; what was put off comes when its time has come."""
        rows = await self._connection.execute(
            select(misses)
            .where(
                misses.c.decision.is_(None),
                misses.c.text.is_not(None),
                misses.c.not_before.is_(None) | (misses.c.not_before <= now),
            )
            .order_by(misses.c.id.desc())
            .limit(limit)
        )
        return [_miss(row) for row in rows]

    async def one(self, miss: int) -> Miss | None:
        """A miss that is still open."""
        row = await self._connection.execute(select(misses).where(misses.c.id == miss, misses.c.decision.is_(None)))
        found = row.one_or_none()
        return _miss(found) if found and found.text is not None else None

    async def answered(self, miss: int) -> tuple[str, FactKey] | None:
        """The question, and the fact that answers it by now."""
        row = (await self._connection.execute(select(misses).where(misses.c.id == miss))).one_or_none()
        return (row.text or "", row.answer) if row is not None and row.answer else None

    async def decide(self, ids: Sequence[int], decision: Decision, answer: FactKey | None = None) -> None:
        await self._connection.execute(
            update(misses).where(misses.c.id.in_(ids)).values(decision=decision, answer=answer)
        )

    async def put_off(self, ids: Sequence[int], until: datetime) -> None:
        await self._connection.execute(update(misses).where(misses.c.id.in_(ids)).values(not_before=until))

    async def forget_texts(self, before: datetime) -> None:
        """Erase the words of misses older than this."""
        await self._connection.execute(
            update(misses).where(misses.c.at < before, misses.c.text.is_not(None)).values(text=None)
        )

    async def add(self, addition: Addition, now: datetime) -> None:
        """Lay it over the packs, for every process that reads the version."""
        values = {
            "kind": addition.kind,
            "fact": addition.fact,
            "text": addition.text,
            "answer": addition.answer or None,
            "source": addition.source or None,
            "certainty": addition.certainty,
            "at": now,
        }
        await self._connection.execute(additions.insert().values(**values))
        await self.changed()

    async def additions(self) -> list[Addition]:
        rows = await self._connection.execute(select(additions).order_by(additions.c.id))
        return [
            Addition(
                id=row.id,
                kind=AdditionKind(row.kind),
                fact=row.fact,
                text=row.text,
                answer=row.answer or "",
                source=row.source or "",
                certainty=Certainty(row.certainty),
                pulled=row.pulled is not None,
            )
            for row in rows
        ]

    async def mark_pulled(self, ids: Sequence[int], now: datetime) -> None:
        """They stand in a pack file; a bot that has loaded it drops them."""
        await self._connection.execute(update(additions).where(additions.c.id.in_(ids)).values(pulled=now))
        await self.changed()

    async def drop(self, ids: Sequence[int]) -> None:
        await self._connection.execute(delete(additions).where(additions.c.id.in_(ids)))

    async def version(self) -> int:
        """A number that grows with every change to the additions."""
        found = await self._connection.execute(select(versions.c.number).where(versions.c.name == _KNOWLEDGE))
        return found.scalar_one_or_none() or 0

    async def changed(self) -> None:
        """Every process that reads the version reads the additions anew."""
        changed = await self._connection.execute(
            update(versions).where(versions.c.name == _KNOWLEDGE).values(number=versions.c.number + 1)
        )
        if changed.rowcount == 0:
            await insert_or_ignore(self._connection, versions, {"name": _KNOWLEDGE, "number": 1}, versions.c.number)

    async def draft(self, learner: int) -> Draft | None:
        row = (await self._connection.execute(select(drafts).where(drafts.c.learner_id == learner))).one_or_none()
        return Draft(row.miss_id, row.step, row.answer or "", row.source or "") if row else None

    async def keep_draft(self, learner: int, draft: Draft) -> None:
        values = {
            "learner_id": learner,
            "miss_id": draft.miss,
            "step": draft.step,
            "answer": draft.answer or None,
            "source": draft.source or None,
        }
        await upsert(self._connection, drafts, values, ["learner_id"], drafts.c.learner_id)

    async def drop_draft(self, learner: int) -> None:
        await self._connection.execute(delete(drafts).where(drafts.c.learner_id == learner))


def _miss(row: Any) -> Miss:
    return Miss(row.id, row.learner_id, MissKind(row.kind), row.text, row.fact, row.at)
