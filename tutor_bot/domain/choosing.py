"""Which facts to ask next: those whose question does most for what is known some weeks from now.

Asking what is due, lowest retrievability first, and new facts only when nothing is due is what flash cards do.
With a few questions a day it means asking the same hard facts again and again while most are never met. So each
place goes to the fact that gains most by it, and new facts have their share. `make simulate` compares the ways.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tutor_bot.domain.facts import FactKey
from tutor_bot.domain.memory import Memory, gain, retrievability

HORIZON = 14.0
"""Days ahead for which a question is to do most, where no exam says otherwise."""
RETURNING = 0.4
"""The share of a quiz that is kept for facts met before, as long as there are new ones and both wait."""
RESTED = timedelta(hours=12)
"""A fact asked within this time is not asked again: the answer is still before the learner's eyes."""
FRESH, SUREST = 0.95, 0.99
"""A fact recalled as surely as this gains nothing yet; just before an exam, one recalled as surely as that."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a choice of facts is for.

    `horizon` in days; `wanted` is the probability of recall below which a fact is worth asking; `new_at_most`
    limits new facts, `new_at_least` keeps places for them; None leaves both to the usual share.
    """

    size: int
    horizon: float = HORIZON
    wanted: float = FRESH
    new_at_least: int | None = None
    new_at_most: int | None = None
    at_once: bool = False
    """Whether what was only asked about is asked without waiting for tomorrow."""


def returning_places(size: int) -> int:
    """How many places of a quiz are kept for facts met before."""
    return max(1, round(RETURNING * size)) if size > 1 else 1


def choose_facts(
    wish: Wish, course: Sequence[FactKey], new: Sequence[FactKey], memories: Mapping[FactKey, Memory], now: datetime
) -> list[FactKey]:
    """Facts to ask, at most `wish.size`: those that return first, nearest to being forgotten first, then new ones.

    `course` is what may be asked at all, `new` what may be met for the first time, both in the order of the course.
    """
    fresh = [key for key in new if key not in memories]
    known = [(key, memories[key]) for key in course if key in memories]
    waiting = [(key, memory) for key, memory in known if _waits(memory, wish, now)]
    # What was asked in the chat and never quizzed comes first: the learner wished to know it.
    waiting.sort(key=lambda pair: (pair[1].reviewed is not None, -gain(pair[1], now, wish.horizon)))
    keep = wish.size - returning_places(wish.size) if wish.new_at_least is None else wish.new_at_least
    back = max(0, wish.size - min(keep, len(fresh), wish.size))
    chosen = waiting[:back]
    places = wish.size - len(chosen)
    if wish.new_at_most is not None:
        places = min(places, wish.new_at_most)
    added = fresh[: max(0, places)]
    chosen = waiting[: wish.size - len(added)]
    chosen.sort(key=lambda pair: retrievability(pair[1], now))
    keys = [*(key for key, _ in chosen), *added]
    if len(keys) < wish.size:
        # Nothing is left that needs asking: the least sure of the rest, rather than a shorter quiz.
        taken = set(keys)
        rest = [pair for pair in known if pair[0] not in taken]
        rest.sort(key=lambda pair: (_is_rested(pair[1], now), -gain(pair[1], now, wish.horizon)))
        keys += [key for key, _ in rest[: wish.size - len(keys)]]
    return keys


def choose_for_class(
    size: int,
    course: Sequence[FactKey],
    new: Sequence[FactKey],
    members: Sequence[Mapping[FactKey, Memory]],
    now: datetime,
) -> list[FactKey]:
    """Facts for all members of a class at once: those whose question gains most for the class as a whole, and new ones.

    A member who never met a fact counts with what a first meeting gains, so that a fact half the class has forgotten
    and half never met comes before one that a few have forgotten. `course` is what may be asked, `new` what may be met
    for the first time, in the order of the course; a fact is new while nobody has met it.
    """
    met = {key for memories in members for key in memories}
    fresh = [key for key in new if key not in met]
    waiting = []
    for key in course:
        own = [memories.get(key) for memories in members]
        if key in met and any(memory is None or _waits(memory, Wish(size), now) for memory in own):
            waiting.append((sum(0.0 if m and _is_rested(m, now) else gain(m, now, HORIZON) for m in own), key))
    waiting.sort(key=lambda pair: -pair[0])
    back = max(0, size - min(size - returning_places(size), len(fresh)))
    returning = [key for _, key in waiting[:back]]
    added = fresh[: size - len(returning)]
    keys = [*(key for _, key in waiting[: size - len(added)]), *added]
    rest = [key for key in course if key not in keys]
    return [*keys, *rest[: size - len(keys)]]


def _waits(memory: Memory, wish: Wish, now: datetime) -> bool:
    if memory.reviewed is None:
        return wish.at_once or memory.due <= now + RESTED
    return not _is_rested(memory, now) and retrievability(memory, now) < wish.wanted


def _is_rested(memory: Memory, now: datetime) -> bool:
    return memory.reviewed is not None and now - memory.reviewed < RESTED


def falls_due(dues: Iterable[date], today: date, size: int) -> tuple[int, ...]:
    """How many facts come back today and on each of the next six days, of those due on these local days.

    What is overdue is spread, `size` a day at most, so that a break leaves no wall behind.
    """
    ahead = Counter(max(0, (due - today).days) for due in dues)
    days, carried = [], 0
    for day in range(7):
        here = ahead[day] + carried
        days.append(min(here, size))
        carried = here - days[-1]
    return tuple(days)


def wanted_retention(days_left: int | None) -> float:
    """The probability of recall below which a fact is asked again: rises towards an exam."""
    if days_left is None:
        return FRESH
    nearness = max(0.0, 1 - days_left / HORIZON)
    return FRESH + (SUREST - FRESH) * nearness
