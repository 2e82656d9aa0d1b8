"""When a fact is about to be forgotten: FSRS (Ye and others, 2022 ff.) as in py-fsrs 6."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fsrs import Card, Rating, Scheduler, State

ALGORITHM = "fsrs-6-default"
"""Kept beside each state, so that a later change of version or parameters can tell states apart."""

# Learning steps of minutes make no sense for a daily quiz, and loads are spread by us, not by chance.
_SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
FIRST_RETURN = timedelta(days=1)
KNOWN_FROM = 0.9
"""Retrievability from which a fact counts as known rather than fading: FSRS's own desired retention."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a learner remembers of one fact; `stability` in days, `difficulty` 1 to 10, None before a review."""

    due: datetime
    stability: float | None = None
    difficulty: float | None = None
    reviewed: datetime | None = None
    right: bool | None = None
    """Whether the last review was right: just after a wrong answer nothing is known, however fresh it is."""
    algorithm: str = ALGORITHM


def met(now: datetime) -> Memory:
    """A fact that was only asked about: new, and back tomorrow. Reading an answer is no review."""
    return Memory(due=now + FIRST_RETURN)


def review(memory: Memory | None, *, right: bool, now: datetime) -> Memory:
    """The memory after an answer at `now` (aware, UTC)."""
    card = _card(memory, now)
    card, _ = _SCHEDULER.review_card(card, Rating.Good if right else Rating.Again, review_datetime=now)
    return Memory(card.due, card.stability, card.difficulty, card.last_review, right)


def retrievability(memory: Memory, now: datetime) -> float:
    """Probability, 0 to 1, that the fact is recalled at `now`; 0 before its first review."""
    return _SCHEDULER.get_card_retrievability(_card(memory, now), current_datetime=now)


def is_known(memory: Memory, now: datetime) -> bool:
    """Whether the last answer was right and the fact has not faded since."""
    return bool(memory.right) and retrievability(memory, now) >= KNOWN_FROM


def _card(memory: Memory | None, now: datetime) -> Card:
    # Every field is given: Card() without an id sleeps a millisecond, without `due` it reads the clock.
    if memory is None or memory.reviewed is None:
        return Card(card_id=0, state=State.Learning, step=0, due=now)
    return Card(
        card_id=0,
        state=State.Review,
        step=None,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due,
        last_review=memory.reviewed,
    )
