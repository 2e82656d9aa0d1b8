"""What could not be answered reaches a curator, and the answer reaches those who asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tutor_bot.domain.clock import Clock
from tutor_bot.domain.curation import (
    CURATED,
    Addition,
    AdditionKind,
    Asking,
    Decided,
    Decision,
    Miss,
    MissKind,
    Review,
    Step,
)
from tutor_bot.domain.facts import Certainty, Fact, FactKey
from tutor_bot.domain.outcomes import Talk
from tutor_bot.domain.outgoing import Urgency
from tutor_bot.domain.people import Person
from tutor_bot.matching.grouping import grouped
from tutor_bot.matching.normalise import words
from tutor_bot.storage import Storage, Work
from tutor_bot.storage.curation import Draft
from tutor_bot.storage.outbox import Kind
from tutor_bot.usecases.knowledge import Knowledge

PUT_OFF = timedelta(days=1)
OFFERED = 5
MAX_TEXT = 1000
"""Letters of an answer or a source that a curator may send."""


@dataclass(frozen=True)
class Curating:
    """`curators` are Telegram ids."""

    storage: Storage
    knowledge: Knowledge
    clock: Clock
    curators: frozenset[int]

    def may(self, person: Person) -> bool:
        return person.telegram_id in self.curators

    async def flag(self, person: Person, *, once: str, text: str, fact: FactKey) -> None:
        """Somebody says that an answer or an item is wrong."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.meet(person, now)
            once = f"{once}:{learner.id}"
            await work.curation.note(once, learner=learner.id, kind=MissKind.WRONG, text=text, fact=fact, now=now)

    async def next(self) -> Review | None:
        """The group that was asked most; None when nothing waits."""
        async with self.storage.read() as work:
            misses = await work.curation.open(self.clock.now())
        groups = _groups(misses)
        return self._review(groups[0], len(groups)) if groups else None

    async def same_as(self, miss: int, fact: FactKey) -> Decided | None:
        """The group means this fact: its words become a phrasing, and those who asked are told."""
        known = self.knowledge.catalogue.get(fact)
        if known is None:
            return None
        now = self.clock.now()
        async with self.storage.work() as work:
            group = await self._group(work, miss)
            if not group:
                return None
            for text in _different([m.text for m in group]):
                if text not in (known.question, *known.also_asked):
                    await work.curation.add(Addition(0, AdditionKind.PHRASING, known.key, text), now)
            decided = await self._decide(work, group, Decision.SAME, known.key, now)
        self.knowledge.on_added()
        return decided

    async def out_of_scope(self, miss: int) -> Decided | None:
        return await self._close(miss, Decision.OUT_OF_SCOPE)

    async def seen(self, miss: int) -> Decided | None:
        """A complaint has been looked into."""
        return await self._close(miss, Decision.SEEN)

    async def later(self, miss: int) -> bool:
        """Not now: the group comes back tomorrow."""
        async with self.storage.work() as work:
            group = await self._group(work, miss)
            await work.curation.put_off([m.id for m in group], self.clock.now() + PUT_OFF)
        return bool(group)

    async def ask_for(self, person: Person, miss: int, step: Step) -> Asking | None:
        """Begin to make a new fact, or to search for one; None when the question is decided already."""
        async with self.storage.work() as work:
            learner = await work.people.meet(person, self.clock.now())
            found = await work.curation.one(miss)
            if found is None:
                return None
            await work.curation.keep_draft(learner.id, Draft(miss, step, "", ""))
        return Asking(step, found)

    async def give_up(self, person: Person) -> bool:
        """Drop what was being made."""
        async with self.storage.work() as work:
            learner = await work.people.known_as(person.telegram_id)
            drafting = learner is not None and await work.curation.draft(learner.id) is not None
            if learner and drafting:
                await work.curation.drop_draft(learner.id)
        return drafting

    async def take(self, person: Person, text: str) -> Asking | None:
        """A text of a curator: what it was asked for, and what is asked next; None when nothing was."""
        if not self.may(person):
            return None
        text = " ".join(text.split())
        async with self.storage.work() as work:
            learner = await work.people.known_as(person.telegram_id)
            draft = await work.curation.draft(learner.id) if learner else None
            miss = await work.curation.one(draft.miss) if draft else None
            if learner is None or draft is None or draft.step == Step.CERTAINTY:
                return None
            if miss is None:
                await work.curation.drop_draft(learner.id)
                return None
            if len(text) > MAX_TEXT:
                return Asking(Step(draft.step), miss, too_long=True)
            if draft.step == Step.SEARCH:
                return Asking(Step.SEARCH, miss, found=self._search(text))
            if draft.step == Step.ANSWER:
                draft = replace(draft, step=Step.SOURCE, answer=text)
            else:
                draft = replace(draft, step=Step.CERTAINTY, source=text)
            await work.curation.keep_draft(learner.id, draft)
            return Asking(Step(draft.step), miss)

    async def make(self, person: Person, miss: int, certainty: Certainty) -> Decided | None:
        """The last word on a new fact: it is laid over the pack, and those who asked are told."""
        now = self.clock.now()
        async with self.storage.work() as work:
            learner = await work.people.known_as(person.telegram_id)
            draft = await work.curation.draft(learner.id) if learner else None
            group = await self._group(work, miss)
            if learner is None or draft is None or draft.miss != miss or draft.step != Step.CERTAINTY or not group:
                return None
            asked = next(m for m in group if m.id == miss).text
            key = self._new_key(asked, {a.fact for a in await work.curation.additions()})
            new = Addition(0, AdditionKind.FACT, key, asked, draft.answer, draft.source, certainty)
            await work.curation.add(new, now)
            for text in _different([m.text for m in group]):
                if text != asked:
                    await work.curation.add(Addition(0, AdditionKind.PHRASING, key, text), now)
            await work.curation.drop_draft(learner.id)
            decided = await self._decide(work, group, Decision.NEW, key, now)
        self.knowledge.on_added()
        return decided

    def _new_key(self, asked: str, taken: set[FactKey]) -> FactKey:
        """An id of the question's words in the first pack that nothing has yet."""
        pack = self.knowledge.catalogue.packs[0].id
        name = re.sub(r"[^a-z0-9]+", "-", " ".join(words(asked)).lower()).strip("-")[:50].strip("-") or CURATED
        number, key = 1, f"{pack}/{name}"
        while key in taken or self.knowledge.catalogue.get(key):
            number += 1
            key = f"{pack}/{name}-{number}"
        return key

    def _search(self, text: str) -> tuple[Fact, ...]:
        outcome = self.knowledge.matcher.find(text)
        keys = [c.fact for c in outcome.candidates]
        return tuple(fact for key in keys if (fact := self.knowledge.catalogue.get(key)))[:OFFERED]

    def _review(self, group: Sequence[Miss], groups: int) -> Review:
        first = group[0]
        outcome = self.knowledge.matcher.find(first.text)
        keys = [] if isinstance(outcome, Talk) else [c.fact for c in outcome.candidates]
        if first.kind is MissKind.WRONG:
            keys = [first.fact] if first.fact else []
        facts = tuple(fact for key in keys if (fact := self.knowledge.catalogue.get(key)))
        variants = tuple(t for t in _different([m.text for m in group]) if t != first.text)
        return Review(first, len(group), variants[:OFFERED], facts[:OFFERED], groups)

    async def _group(self, work: Work, miss: int) -> list[Miss]:
        """The open misses that go with this one; nothing when it is decided already."""
        groups = _groups(await work.curation.open(self.clock.now()))
        return next((group for group in groups if any(m.id == miss for m in group)), [])

    async def _close(self, miss: int, decision: Decision) -> Decided | None:
        async with self.storage.work() as work:
            group = await self._group(work, miss)
            await work.curation.decide([m.id for m in group], decision)
        return Decided(decision, 0) if group else None

    async def _decide(
        self, work: Work, group: Sequence[Miss], decision: Decision, fact: FactKey, now: datetime
    ) -> Decided:
        """Note it, and tell each learner once."""
        await work.curation.decide([m.id for m in group], decision, fact)
        asked = {m.learner: m.id for m in group}
        for learner, miss in asked.items():
            await work.outbox.add(
                f"news:{miss}",
                learner=learner,
                kind=Kind.NEWS,
                subject=miss,
                urgency=Urgency.BROADCAST,
                not_before=now,
            )
        return Decided(decision, len(asked), self.knowledge.catalogue.get(fact))


def _groups(misses: Sequence[Miss]) -> list[list[Miss]]:
    """Complaints about a fact go together; questions by their words."""
    complaints: dict[FactKey | None, list[Miss]] = {}
    questions = []
    for miss in misses:
        if miss.kind is MissKind.WRONG:
            complaints.setdefault(miss.fact, []).append(miss)
        else:
            questions.append(miss)
    groups = [[questions[at] for at in places] for places in grouped([m.text for m in questions])]
    return sorted([*groups, *complaints.values()], key=lambda group: -len(group))


def _different(texts: Sequence[str]) -> list[str]:
    """Texts whose words differ, in their order."""
    return list({" ".join(words(text)): text for text in reversed(texts)}.values())[::-1]
