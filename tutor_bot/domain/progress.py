"""What a learner knows, by topic, and what is to come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tutor_bot.domain.exam import ExamPlan
from tutor_bot.domain.facts import Catalogue, Fact, FactKey
from tutor_bot.domain.memory import Memory, is_known, retrievability
from tutor_bot.domain.streak import Streak

WEEKS = 12
"""How far back activity is shown."""
WEAKEST = 5


@dataclass(frozen=True, slots=True)
class TopicProgress:
    """Facts of one topic: known, fading (known once), `met` and still to learn; the rest is new."""

    title: str
    known: int
    fading: int
    met: int
    total: int

    @property
    def new(self) -> int:
        return self.total - self.known - self.fading - self.met


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole picture; `right` of `answered` questions.

    `active` maps local days of the last 12 weeks to how many questions were answered; `ahead` holds how many
    facts come back today and on each of the six days after it.
    """

    topics: tuple[TopicProgress, ...]
    answered: int
    right: int
    ahead: tuple[int, ...]
    streak: Streak
    questions_asked: int
    today: date
    active: Mapping[date, int] = field(default_factory=dict)
    exam: ExamPlan | None = None

    @property
    def known(self) -> int:
        return sum(row.known for row in self.topics)

    @property
    def fading(self) -> int:
        return sum(row.fading for row in self.topics)

    @property
    def total(self) -> int:
        return sum(row.total for row in self.topics)


@dataclass(frozen=True, slots=True)
class PictureWords:
    """The words of a picture, in the reader's language; `weekdays` begin on Monday, `next_days` with today."""

    title: str
    known: str
    fading: str
    met: str
    new: str
    activity: str
    ahead: str
    weekdays: tuple[str, ...]
    next_days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The last seven days: `right` of `answered` questions on `days` days, `new` facts met for the first time."""

    last: date
    answered: int
    right: int
    days: int
    known: int
    total: int
    ahead: int
    """Facts that come back in the seven days to come."""
    streak: Streak
    exam: ExamPlan | None = None


def by_topic(catalogue: Catalogue, memories: Mapping[FactKey, Memory], now: datetime) -> tuple[TopicProgress, ...]:
    """One row per topic, in the order of the course; facts that have left the pack are not counted."""
    rows = []
    for topic in catalogue.topics:
        known = fading = met = 0
        for key in topic.facts:
            memory = memories.get(key)
            if memory is None:
                continue
            if is_known(memory, now):
                known += 1
            elif memory.right:
                fading += 1
            else:
                # Only read, or answered wrongly the last time: what was not known cannot fade.
                met += 1
        rows.append(TopicProgress(topic.title, known, fading, met, len(topic.facts)))
    return tuple(rows)


def weakest(catalogue: Catalogue, memories: Mapping[FactKey, Memory], now: datetime) -> list[tuple[Fact, float]]:
    """The facts that were asked and are least sure, with their probability of recall; the least sure first."""
    asked = [
        (key, memory) for key, memory in memories.items() if memory.reviewed is not None and key in catalogue.facts
    ]
    asked.sort(key=lambda pair: (bool(pair[1].right), retrievability(pair[1], now)))
    found = [(catalogue.facts[key], retrievability(memory, now)) for key, memory in asked if not is_known(memory, now)]
    return found[:WEAKEST]
