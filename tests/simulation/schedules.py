"""The tutor's schedule, as it is, and those it is compared with. Each picks the facts of a day's quiz."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Protocol

from tutor_bot.domain.choosing import choose_facts
from tutor_bot.domain.exam import ExamPlan, plan
from tutor_bot.domain.memory import Memory, recall_of, review
from tutor_bot.domain.people import Learner
from tutor_bot.usecases.planning import daily_wish

BEGIN = datetime(2026, 9, 1, 18, tzinfo=UTC)


class Schedule(Protocol):
    """Facts are numbers, in the order of the course."""

    def pick(self, day: int, size: int) -> Sequence[int]: ...

    def answered(self, fact: int, day: int, *, right: bool) -> None: ...


class Tutor:
    """What the daily quiz does: the same functions, with FSRS in its head and no knowledge of the learner's memory."""

    def __init__(self, facts: int, rng: Random, exam: int | None = None) -> None:
        self._course = [str(fact) for fact in range(facts)]
        self._memories: dict[str, Memory] = {}
        self._exam = (BEGIN + timedelta(days=exam)).date() if exam else None

    def pick(self, day: int, size: int) -> Sequence[int]:
        now = BEGIN + timedelta(days=day)
        new = [key for key in self._course if key not in self._memories]
        wish = daily_wish(self._learner(size), now.date(), self._plan(now.date(), size, len(new)))
        return [int(key) for key in choose_facts(wish, self._course, new, self._memories, now)]

    def answered(self, fact: int, day: int, *, right: bool) -> None:
        key, now = str(fact), BEGIN + timedelta(days=day)
        self._memories[key] = review(self._memories.get(key), recall_of(right=right), now)

    def _plan(self, today: date, size: int, new: int) -> ExamPlan | None:
        if self._exam is None or today > self._exam:
            return None
        return plan(self._exam, today, size=size, new=new, met=len(self._memories))

    def _learner(self, size: int) -> Learner:
        return Learner(1, 1, "", "en", None, None, None, 0, size=size, exam=self._exam)


class Fixed:
    """Each fact after 1, 3, 7 and 21 days, whatever was answered, then every 21; what is due longest comes first."""

    INTERVALS = (1, 3, 7, 21)

    def __init__(self, facts: int, rng: Random) -> None:
        self._new, self._due, self._times = list(range(facts)), dict[int, int](), [0] * facts

    def pick(self, day: int, size: int) -> Sequence[int]:
        due = sorted((at, fact) for fact, at in self._due.items() if at <= day)
        return [*(fact for _, fact in due), *self._new][:size]

    def answered(self, fact: int, day: int, *, right: bool) -> None:
        if fact in self._new:
            self._new.remove(fact)
        self._due[fact] = day + self.INTERVALS[min(self._times[fact], len(self.INTERVALS) - 1)]
        self._times[fact] += 1


class Leitner:
    """Boxes that come every 1, 2, 4, 8, 16, 32 days: one box up when right, back to the first when wrong."""

    INTERVALS = (1, 2, 4, 8, 16, 32)

    def __init__(self, facts: int, rng: Random) -> None:
        self._new, self._due, self._box = list(range(facts)), dict[int, int](), [-1] * facts

    def pick(self, day: int, size: int) -> Sequence[int]:
        due = sorted((at, fact) for fact, at in self._due.items() if at <= day)
        return [*(fact for _, fact in due), *self._new][:size]

    def answered(self, fact: int, day: int, *, right: bool) -> None:
        if fact in self._new:
            self._new.remove(fact)
        self._box[fact] = min(self._box[fact] + 1, len(self.INTERVALS) - 1) if right else 0
        self._due[fact] = day + self.INTERVALS[self._box[fact]]


class Shuffled:
    """Any facts, at random."""

    def __init__(self, facts: int, rng: Random) -> None:
        self._facts, self._rng = range(facts), rng

    def pick(self, day: int, size: int) -> Sequence[int]:
        return self._rng.sample(self._facts, size)

    def answered(self, fact: int, day: int, *, right: bool) -> None:
        """Nothing is learnt from it."""
