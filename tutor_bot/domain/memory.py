"""When a fact is about to be forgotten: FSRS (Ye and others, 2022 ff.) as in py-fsrs 6."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from math import exp

from fsrs import Card, Rating, Scheduler, State

ALGORITHM = "fsrs-6-default"
"""Kept beside each state, so that a later change of version or parameters can tell states apart."""

# Learning steps of minutes make no sense for a daily quiz, and loads are spread by us, not by chance.
_SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
FIRST_RETURN = timedelta(days=1)
KNOWN_FROM = 0.9
"""Retrievability from which a fact counts as known rather than fading: FSRS's own desired retention."""
LEECH_FROM = 3
"""So many lapses make a leech: telling the same thing once more will not help."""
WELL_KNOWN_DAYS = 21.0
"""A stability, in days, at which old lapses are forgiven."""
DAY = timedelta(days=1)


class Recall(Enum):
    """How a question was answered. One that was not answered at all is no evidence, and no review."""

    AT_ONCE = Rating.Good
    WITH_HINT = Rating.Hard
    WRONG = Rating.Again

    @property
    def right(self) -> bool:
        return self is not Recall.WRONG


def recall_of(*, right: bool, hints: int = 0) -> Recall:
    """What an answer says about the memory; a hint helps no more once the answer is wrong."""
    if not right:
        return Recall.WRONG
    return Recall.WITH_HINT if hints else Recall.AT_ONCE


@dataclass(frozen=True, slots=True)
class Memory:
    """What a learner remembers of one fact; `stability` in days, `difficulty` 1 to 10, None before a review."""

    due: datetime
    stability: float | None = None
    difficulty: float | None = None
    reviewed: datetime | None = None
    right: bool | None = None
    """Whether the last review was right: just after a wrong answer nothing is known, however fresh it is."""
    lapses: int = 0
    """Wrong answers since the fact was last well known."""
    algorithm: str = ALGORITHM

    @property
    def is_leech(self) -> bool:
        return self.lapses >= LEECH_FROM


def met(now: datetime) -> Memory:
    """A fact that was only asked about: new, and back tomorrow. Reading an answer is no review."""
    return Memory(due=now + FIRST_RETURN)


def review(memory: Memory | None, recall: Recall, now: datetime) -> Memory:
    """The memory after an answer at `now` (aware, UTC)."""
    card = _card(memory, now)
    card, _ = _SCHEDULER.review_card(card, recall.value, review_datetime=now)
    lapses = (memory.lapses if memory else 0) + (not recall.right)
    if recall.right and card.stability is not None and card.stability >= WELL_KNOWN_DAYS:
        lapses = 0
    return Memory(card.due, card.stability, card.difficulty, card.last_review, recall.right, lapses)


def _card(memory: Memory | None, now: datetime) -> Card:
    # Every field is given: Card() without an id sleeps a millisecond, without `due` it reads the clock.
    if memory is None or memory.reviewed is None:
        return Card(card_id=0, state=State.Learning, step=0, due=now)
    # py-fsrs counts whole days by cutting off, and takes less than one for a repetition within the hour. A quiz
    # that comes at six each day is answered a little earlier on some days; that is a day later all the same.
    days = round((now - memory.reviewed) / DAY)
    return Card(
        card_id=0,
        state=State.Review,
        step=None,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.due,
        last_review=now - days * DAY,
    )


# What follows is FSRS-6 in closed form (py-fsrs's own formulas, with which a test compares it): choosing among
# hundreds of facts asks for thousands of predictions, and cards would take a hundred times as long.

_W = _SCHEDULER.parameters
_DECAY = -_W[20]
_FACTOR = 0.9 ** (1 / _DECAY) - 1
FIRST_GUESS = 0.4
"""How often a new fact is answered rightly: some can be worked out, and of four options one is right by chance."""


def retrievability(memory: Memory, now: datetime) -> float:
    """Probability, 0 to 1, that the fact is recalled at `now`; 0 before its first review."""
    if memory.reviewed is None or memory.stability is None:
        return 0.0
    return recalled_after((now - memory.reviewed) / DAY, memory.stability)


def recalled_after(days: float, stability: float) -> float:
    """Probability of recall so many days after a review."""
    return float((1 + _FACTOR * max(days, 0.0) / stability) ** _DECAY)


def is_known(memory: Memory, now: datetime) -> bool:
    """Whether the last answer was right and the fact has not faded since."""
    return bool(memory.right) and retrievability(memory, now) >= KNOWN_FROM


def gain(memory: Memory | None, now: datetime, days: float) -> float:
    """By how much one question now raises the probability of recall `days` from now.

    The mean over a right and a wrong answer, each as likely as FSRS has it; for a new fact, over a first review.
    """
    if memory is None or memory.reviewed is None or memory.stability is None or memory.difficulty is None:
        right, wrong = recalled_after(days, _W[2]), recalled_after(days, _W[0])
        return FIRST_GUESS * right + (1 - FIRST_GUESS) * wrong
    elapsed = max((now - memory.reviewed) / DAY, 0.0)
    stability = memory.stability
    p = recalled_after(elapsed, stability)
    right = recalled_after(days, stability_if_right(stability, memory.difficulty, p))
    wrong = recalled_after(days, stability_if_wrong(stability, memory.difficulty, p))
    return p * right + (1 - p) * wrong - recalled_after(elapsed + days, stability)


def stability_if_right(stability: float, difficulty: float, recalled: float) -> float:
    """Stability in days after a right answer, given when the probability of recall was `recalled`."""
    growth = exp(_W[8]) * (11 - difficulty) * stability ** -_W[9] * (exp((1 - recalled) * _W[10]) - 1)
    return float(stability * (1 + growth))


def stability_if_wrong(stability: float, difficulty: float, recalled: float) -> float:
    """Stability in days after a wrong answer; never more than it was."""
    new = _W[11] * difficulty ** -_W[12] * ((stability + 1) ** _W[13] - 1) * exp((1 - recalled) * _W[14])
    return float(max(0.001, min(new, stability / exp(_W[17] * _W[18]))))
